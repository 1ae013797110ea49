/** The TLS requirement of all documents, and how far the server meets it. */
export const TLS =
  "the issuer, and with it every published address, is https, except on the local machine; the listener or the proxy speaks TLS";
export const NO_TLS =
  "For an http issuer beyond the local machine every start warns but does not refuse, as some networks are private; and the server cannot see the protocol in front of a proxy";
