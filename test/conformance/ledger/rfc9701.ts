/** RFC 9701: JWT Response for OAuth Token Introspection. */
import type { Ledger } from "./row.ts";
import { NO_TLS, TLS } from "./tls.ts";

export const RFC_9701: Ledger = {
  source: "RFC 9701",
  title: "JSON Web Token (JWT) Response for OAuth Token Introspection",
  rows: [
    {
      id: "3-1",
      level: "MUST",
      statement:
        "The server can tell whether a resource server is the audience of a token, and what it may learn",
      does: "As for plain introspection: `introspection_clients` of the resource, and `introspection.trusted_clients`",
    },
    {
      id: "4-1",
      level: "MUST",
      statement: "A request with Accept: application/token-introspection+jwt gets a JWT",
      does: "If the caller prefers it to JSON, or as much",
    },
    {
      id: "4-2",
      level: "MUST",
      statement: "The caller is authenticated",
      does: "As for plain introspection",
    },
    {
      id: "5-1",
      level: "MUST",
      statement: "Content-Type application/token-introspection+jwt, and typ token-introspection+jwt",
      does: "They are",
    },
    { id: "5-2", level: "MUST", statement: "iss is the issuer of the server", does: "It is" },
    {
      id: "5-3",
      level: "MUST",
      statement: "aud is the resource server that gets the answer",
      does: "It is the client_id of the caller, also of one that shows a token",
    },
    { id: "5-4", level: "MUST", statement: "iat is the time of the answer", does: "It is" },
    {
      id: "5-5",
      level: "MUST",
      statement: "token_introspection has the members of RFC 7662",
      does: "It is what plain introspection says to this caller",
    },
    {
      id: "5-6",
      level: "MUST",
      statement:
        "active is false, and nothing else is said, of a token that is invalid or not for the caller",
      does: "As for plain introspection",
    },
    {
      id: "5-7",
      level: "MUST",
      statement: "Requests that do not authenticate the caller are refused with 400",
      does: "Refuses them with 401 and a challenge",
      deviation: "RFC 7662 §2.3 demands 401, and one endpoint gives both answers",
    },
    {
      id: "5-8",
      level: "SHOULD NOT",
      statement: "The JWT has sub or exp",
      does: "It has iss, aud, iat and token_introspection only",
    },
    {
      id: "6-1",
      level: "MUST",
      statement: "introspection_signed_response_alg is the algorithm; RS256 without it",
      does: "A server without RS256 signs with the first of its algorithms. Members for encryption are refused to the operator and ignored of a client that registers itself",
    },
    {
      id: "7-1",
      level: "MUST",
      statement: "The metadata name the algorithms of signed answers",
      does: "`introspection_signing_alg_values_supported`, and none for encryption",
    },
    {
      id: "8.1-1",
      level: "MUST",
      statement: "An answer is not taken for an access token or another JWT",
      does: "typ tells them apart; this server takes only at+jwt for an access token",
    },
    { id: "8.2-1", level: "MUST", statement: "TLS protects the answers", does: TLS, deviation: NO_TLS },
  ],
};
