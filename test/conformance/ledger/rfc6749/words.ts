/** What several rows say alike. */
export const NOT_OFFERED = "not offered";
export const NO_IMPLICIT = "No implicit grant (RFC 9700 §2.1.2)";
export const NO_PASSWORD = "No password grant (RFC 9700 §2.4)";
export const REDIRECT_URI_LEFT_OUT =
  "redirect_uri may be left out where a code challenge binds the code, as OAuth 2.1 has it; without a challenge it must be there";
