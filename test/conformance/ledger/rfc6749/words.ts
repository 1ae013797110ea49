/** The words that several rows share. */
export const NOT_OFFERED = "not offered";
export const NO_IMPLICIT = "No implicit grant (RFC 9700 §2.1.2)";
export const NO_PASSWORD = "No password grant (RFC 9700 §2.4)";
export const REDIRECT_URI_LEFT_OUT =
  "clients may omit redirect_uri if a code challenge binds the code, as in OAuth 2.1; without a challenge it is required";
