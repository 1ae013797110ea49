/** Reasons that several rows of OpenID Connect share. */
export const NO_ENCRYPTION =
  "nothing is encrypted: a client's wish for it is narrowed away, and the operator's is refused";
export const NO_REQUEST_URIS = "request objects are taken by value only; the server refuses request_uri";
