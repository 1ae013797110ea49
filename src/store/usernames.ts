/** The form in which user names are compared: every engine stores it beside the name, with a unique index. */
export const foldUsername = (username: string): string => username.normalize("NFKC").toLowerCase();
