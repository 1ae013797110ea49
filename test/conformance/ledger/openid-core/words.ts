/** Reasons that several rows of OpenID Connect share. */
export const NO_ENCRYPTION =
  "nothing is encrypted: a client's wish for it is narrowed away, and the operator's is refused";
export const NO_REQUEST_OBJECTS =
  "request objects are not offered; the server refuses them with request_not_supported";
export const NO_ASSERTIONS =
  "clients authenticate with secrets; private_key_jwt and client_secret_jwt are not offered";
