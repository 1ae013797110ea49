/** RFC 7662: Token Introspection. */
import type { Ledger } from "./row.ts";
import { NO_TLS, TLS } from "./tls.ts";

export const RFC_7662: Ledger = {
  source: "RFC 7662",
  title: "Token Introspection",
  rows: [
    {
      id: "2-1",
      level: "MUST",
      statement: "The endpoint is protected by transport-layer security",
      does: TLS,
      deviation: NO_TLS,
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
      statement:
        "If the token's state cannot be determined without more information, the response says that it is not active",
      does: "A token's state depends on the token and the caller, and on no other information in a request",
      notApplicable: "the server never needs additional information",
    },
    {
      id: "2.1-4",
      level: "MUST",
      statement: "Access to the endpoint takes some form of authorization",
      does: "A client with a secret, or a bearer of a token with the scope `introspect`; others get 401 or 403",
    },
    {
      id: "2.2-1",
      level: "MUST",
      statement: "active in the response, a boolean",
      does: "Always there",
    },
    {
      id: "2.2-2",
      level: "MUST",
      statement: "Response names for use across domains are registered",
      does: "Only those of section 2.2",
    },
    {
      id: "2.2-3",
      level: "MUST",
      statement:
        "active is false for a token that is not active, does not exist or is hidden from this caller",
      does: '`{"active":false}`',
    },
    {
      id: "2.2-4",
      level: "SHOULD NOT",
      statement: "That response contains more, such as the reason",
      does: "The same bytes in all these cases",
    },
    {
      id: "2.3-1",
      level: "MUST",
      statement: "A valid request about an inactive token is no error",
      does: '200 and `{"active":false}`',
    },
    {
      id: "4-1",
      level: "MUST",
      statement: "Perform all applicable checks of a token's state",
      does: "Expiry, use, revocation of the token and of its grant, the client, the audience: read anew for every request",
    },
    {
      id: "4-2",
      level: "MUST",
      statement: "Whether the token has expired",
      does: "Not active from the second of its expiry",
    },
    {
      id: "4-3",
      level: "MUST",
      statement: "Whether its validity period has begun",
      does: "`nbf` is the moment of its issue",
      notApplicable: "every token is valid from the moment of its issue",
    },
    {
      id: "4-4",
      level: "MUST",
      statement: "Whether it was revoked",
      does: "Not active from the next request on, after every kind of revocation",
    },
    {
      id: "4-5",
      level: "MUST",
      statement: "The signature of a signed token",
      does: "Tokens are opaque; the server compares the SHA-256 of their 32 random bytes",
      notApplicable: "no token is signed",
    },
    {
      id: "4-6",
      level: "MUST",
      statement: "Whether the token is valid at the calling resource server",
      does: "Only resource servers that the token's resources name in `introspection_clients`, and its own client, see it as active",
    },
    {
      id: "4-7",
      level: "MUST",
      statement: "Protected resources authenticate",
      does: "By a client secret or a bearer token",
    },
    {
      id: "4-8",
      level: "SHOULD",
      statement: "Protected resources are specifically authorized to introspect",
      does: "By the operator, for each resource in `introspection_clients`; a bearer also by the scope `introspect`",
    },
    {
      id: "4-9",
      level: "MUST",
      statement: "TLS 1.2 is supported",
      does: "TLS 1.2 and 1.3",
    },
    {
      id: "4-10",
      level: "SHOULD NOT",
      statement: "The response about an inactive token has other claims than active",
      does: '`{"active":false}` and nothing else',
    },
    {
      id: "4-11",
      level: "MUST",
      statement: "Consider how caching makes responses stale",
      does: "Responses are `no-store`, and the server caches none itself",
    },
    {
      id: "4-12",
      level: "MUST NOT",
      statement: "A response with exp is cached beyond that time",
      does: "Responses are `no-store`; the server itself reads the clock each time",
    },
    {
      id: "5-1",
      level: "MUST",
      statement: "Do not disclose information about people to unintended parties",
      does: "`sub` and `username` only to the token's own client and its resource servers; no name, no e-mail address",
    },
  ],
};
