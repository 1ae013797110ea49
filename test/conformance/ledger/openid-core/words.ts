/** Reasons that several rows of OpenID Connect share. */
export const NO_ENCRYPTION =
  "nothing is encrypted: a client's wish for it is narrowed away, and the operator's is refused";
export const NO_REQUEST_URIS = "request objects are taken by value only; the server refuses request_uri";
export const NO_ASSERTIONS =
  "clients authenticate with secrets; private_key_jwt and client_secret_jwt are not offered";
