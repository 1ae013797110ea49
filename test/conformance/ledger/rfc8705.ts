/** RFC 8705: mutual TLS, for authentication and for tokens. */
import type { Ledger } from "./row.ts";

export const RFC_8705: Ledger = {
  source: "RFC 8705",
  title: "Mutual-TLS Client Authentication and Certificate-Bound Access Tokens",
  rows: [
    {
      id: "2-1",
      level: "MUST",
      statement: "The connection of the client has mutual TLS",
      does: "The proxy where TLS ends says so in a header, which counts from trusted_proxies alone",
    },
    {
      id: "2-2",
      level: "MUST",
      statement: "Requests name the client by client_id",
      does: "invalid_client without it",
    },
    {
      id: "2-3",
      level: "MUST",
      statement: "The certificate is that of the client",
      does: "Its name and its authority, or the certificate itself; and its time. Otherwise invalid_client, in the words of every other failure",
    },
    {
      id: "2.1.2-1",
      level: "MUST",
      statement: "A client with tls_client_auth has exactly one of the names",
      does: "Refuses none and several, and a name in a form that no certificate could have",
    },
    {
      id: "3-1",
      level: "MUST",
      statement: "A token that is bound to a certificate is good with that certificate only",
      does: "At userinfo and introspection of this server: invalid_token without it, and with another one",
    },
    {
      id: "3-2",
      level: "MUST",
      statement: "The confirmation is x5t#S256, the SHA-256 thumbprint of the certificate",
      does: "In introspection, and in access tokens that are JWTs",
    },
    {
      id: "3-3",
      level: "MUST",
      statement: "A client with tls_client_certificate_bound_access_tokens gets bound tokens",
      does: "And none without a certificate, whatever its method of authentication is. Its refresh tokens are bound too",
    },
    {
      id: "5-1",
      level: "SHOULD",
      statement: "mtls_endpoint_aliases has endpoints that clients call themselves, and no others",
      does: "With client_certificates.url: token, revocation, introspection, device authorization, pushed requests and userinfo",
    },
    {
      id: "7.4-1",
      level: "SHOULD",
      statement: "Only a few authorities are trusted",
      does: "Those of client_certificates.authorities, and none that the system or the proxy knows",
    },
    {
      id: "7.5-1",
      level: "SHOULD NOT",
      statement: "The validation of certificates is written anew",
      does: "The runtime's library verifies who issued a certificate, in one step without a chain. The server reads the names itself, as they are encoded, because the library's texts of them are ambiguous",
      notApplicable: "it says how to build the server, which no test can show",
    },
  ],
};
