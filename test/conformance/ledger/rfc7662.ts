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
      statement: "A token that is not found by the hint is looked for among all types of token",
      does: "The hint is not used: the prefix of a token tells its type",
    },
    {
      id: "2.1-3",
      level: "SHOULD",
      statement: "If more information is needed to tell a token's state, the answer is that it is not active",
      does: "A token's state depends on the token and on who asks, and on nothing that a request could add",
      notApplicable: "no additional information is ever needed",
    },
    {
      id: "2.1-4",
      level: "MUST",
      statement: "Access to the endpoint takes some form of authorization",
      does: "A client with a secret, or a bearer of a token with the scope `introspect`; anybody else gets 401 or 403",
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
      statement: "Names in the response that are used across domains are registered",
      does: "No others than those of section 2.2",
    },
    {
      id: "2.2-3",
      level: "MUST",
      statement:
        "For a token that is not active, does not exist or may not be seen by this caller, active is false",
      does: '`{"active":false}`',
    },
    {
      id: "2.2-4",
      level: "SHOULD NOT",
      statement: "That answer tells more, such as why",
      does: "It is the same to the last byte in all these cases",
    },
    {
      id: "2.3-1",
      level: "MUST",
      statement: "A sound request about a token that is not active is no error",
      does: '200 and `{"active":false}`',
    },
    {
      id: "4-1",
      level: "MUST",
      statement: "All applicable checks of a token's state are performed",
      does: "Expiry, use, revocation of the token and of its grant, the client, the audience: read anew for every request",
    },
    {
      id: "4-2",
      level: "MUST",
      statement: "Whether the token has expired",
      does: "Not active from its last second on",
    },
    {
      id: "4-3",
      level: "MUST",
      statement: "Whether its period of validity has begun",
      does: "`nbf` is the moment of its issue",
      notApplicable: "every token can be used from the moment of its issue",
    },
    {
      id: "4-4",
      level: "MUST",
      statement: "Whether it was revoked",
      does: "Not active from the next request on, whoever ended it and in whichever way",
    },
    {
      id: "4-5",
      level: "MUST",
      statement: "The signature of a signed token",
      does: "Tokens are opaque; of their 32 random bytes the SHA-256 is compared",
      notApplicable: "no token is signed",
    },
    {
      id: "4-6",
      level: "MUST",
      statement: "Whether the token can be used at the resource server that asks",
      does: "Only resource servers that the token's resources name in `introspection_clients`, and its own client, see it as active",
    },
    {
      id: "4-7",
      level: "MUST",
      statement: "Protected resources authenticate",
      does: "With a client's secret or a bearer token",
    },
    {
      id: "4-8",
      level: "SHOULD",
      statement: "Protected resources are specifically authorized to introspect",
      does: "By the operator, for each resource in `introspection_clients`; a bearer by the scope `introspect` as well",
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
      statement: "The answer about an inactive token has claims beside active",
      does: '`{"active":false}` and nothing else',
    },
    {
      id: "4-11",
      level: "MUST",
      statement: "What caching answers does to their truth is considered",
      does: "Answers are `no-store`, and the server caches none itself",
    },
    {
      id: "4-12",
      level: "MUST NOT",
      statement: "An answer with exp is cached beyond that time",
      does: "Answers are `no-store`; the server itself looks at the clock each time",
    },
    {
      id: "5-1",
      level: "MUST",
      statement: "Information about people is not disclosed to unintended parties",
      does: "`sub` and `username` only to the token's own client and to the resource servers it is meant for; no name, no e-mail address",
    },
  ],
};
