/** What all documents demand of TLS, and what is done and not done of it. */
export const TLS =
  "the issuer, and with it every address that is given out, is https, unless it is this machine's; TLS is the listener's own or the proxy's";
export const NO_TLS =
  "An http issuer beyond this machine is warned of at every start, not refused, as some networks are private; and what a proxy in front speaks the server cannot see";
