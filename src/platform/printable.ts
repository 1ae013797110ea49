/** Text of others without control characters, which a terminal would obey. */
export const printable = (text: string): string => text.replace(/[\p{Cc}\p{Cf}]/gu, "?");

/** The same for a text of several lines, whose line breaks are ours. */
export const printableLines = (text: string): string => text.split("\n").map(printable).join("\n");
