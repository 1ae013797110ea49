/** Makes foreign texts safe to show: a terminal would obey the control characters in them. */

/** Replaces each control character by a question mark. */
export const printable = (text: string): string => text.replace(/[\p{Cc}\p{Cf}]/gu, "?");

/** The same for a text of several lines, whose line breaks are ours. */
export const printableLines = (text: string): string => text.split("\n").map(printable).join("\n");

/**
 * The same for a line of the log, which must lose nothing: it escapes such characters as JSON does, and also separators
 * that a reader of the log would mistake for the end of a line.
 */
export const escapeUnseen = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (unseen) =>
    unseen
      .split("")
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
      .join(""),
  );

/** A value as JSON that a terminal can show: what it would obey is escaped, so programs read the same value. */
export const jsonText = (value: unknown, indent = 0): string =>
  JSON.stringify(value, null, indent).split("\n").map(escapeUnseen).join("\n");
