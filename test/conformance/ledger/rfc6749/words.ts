/** What several rows say alike. */
export const TLS =
  "the issuer, and with it every address that is given out, is https, unless it is this machine's; TLS is the listener's own or the proxy's";
export const NO_TLS =
  "An http issuer beyond this machine is warned of at every start, not refused, and what a proxy in front speaks the server cannot see";
export const NOT_OFFERED = "not offered";
export const NO_IMPLICIT = "No implicit grant (RFC 9700 §2.1.2)";
export const NO_PASSWORD = "No password grant (RFC 9700 §2.4)";
export const REDIRECT_URI_LEFT_OUT =
  "It may be left out where a code challenge binds the code, as OAuth 2.1 has it; without a challenge it must be there";
