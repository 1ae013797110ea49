/** Texts of others, made safe to show: a terminal would obey the control characters in them. */

/** With a question mark for each control character. */
export const printable = (text: string): string => text.replace(/[\p{Cc}\p{Cf}]/gu, "?");

/** The same for a text of several lines, whose line breaks are ours. */
export const printableLines = (text: string): string => text.split("\n").map(printable).join("\n");

/**
 * The same for a line of the log, which must lose nothing: such characters are written as JSON writes them, and so are
 * separators that a reader of the log would take for the end of a line.
 */
export const escapeUnseen = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (unseen) =>
    unseen
      .split("")
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
      .join(""),
  );
