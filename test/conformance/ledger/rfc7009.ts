/** RFC 7009: Token Revocation. */
import type { Ledger } from "./row.ts";
import { NO_TLS, TLS } from "./tls.ts";

export const RFC_7009: Ledger = {
  source: "RFC 7009",
  title: "Token Revocation",
  rows: [
    {
      id: "2-1",
      level: "MUST",
      statement: "Refresh tokens can be revoked",
      does: "Revoked, with their whole grant",
    },
    {
      id: "2-2",
      level: "SHOULD",
      statement: "Access tokens can be revoked",
      does: "Revoked at once; the other tokens of the grant live on",
    },
    {
      id: "2-3",
      level: "MUST",
      statement: "The URL of the endpoint conforms to RFC 6749 3.1",
      does: "The issuer and `/auth/revoke`, without query or fragment",
    },
    {
      id: "2-4",
      level: "MUST",
      statement: "It is an HTTPS URL",
      does: TLS,
      deviation: NO_TLS,
    },
    {
      id: "2-5",
      level: "MUST",
      statement: "The server uses TLS",
      does: "Listeners with `tls` speak TLS 1.2 and 1.3, and nothing older",
      deviation: NO_TLS,
    },
    {
      id: "2-6",
      level: "SHOULD",
      statement: "If the host can be reached over HTTP as well, tokens sent there are revoked too",
      does: "Every listener has all endpoints, whatever the scheme of the request",
    },
    {
      id: "2-7",
      level: "MUST NOT",
      statement: "The HTTP URI is published as the revocation endpoint",
      does: "The metadata use the issuer, whatever the scheme of the request",
    },
    {
      id: "2.1-1",
      level: "MUST",
      statement: "token in the request",
      does: "Without: `invalid_request`",
    },
    {
      id: "2.1-2",
      level: "MUST",
      statement: "If the hint does not lead to the token, the server searches all types of token",
      does: "The server ignores the hint: the prefix of a token tells its type",
    },
    {
      id: "2.1-3",
      level: "SHOULD",
      statement: "With a refresh token, all access tokens of its grant are invalidated",
      does: "The whole grant ends",
    },
    {
      id: "5-1",
      level: "MUST",
      statement: "The endpoint has the token endpoint's protection against denial of service",
      does: "The same limits of size and number of parameters, and the same admission: a request that would wait too long gets 503 with Retry-After",
    },
    {
      id: "5-2",
      level: "MUST",
      statement: "Invalid hints do not help denial of service",
      does: "A hint costs no look-up",
    },
  ],
};
