/** RFC 8252: OAuth 2.0 for Native Apps. */
import type { Ledger } from "./row.ts";

const SHORT_SCHEMES =
  "`registration.private_use_schemes` lists exceptions, by default those of editors, agents and apps that have no other scheme, such as cursor and audiobookshelf; the operator may empty the list";

export const RFC_8252: Ledger = {
  source: "RFC 8252",
  title: "OAuth 2.0 for Native Apps",
  rows: [
    {
      id: "6-1",
      level: "MUST",
      statement: "PKCE is supported for public native applications",
      does: "S256, at every kind of redirect URI",
    },
    {
      id: "7-1",
      level: "MUST",
      statement: "offer private-use schemes, claimed https URIs and loopback addresses",
      does: "a client can register each and gets its response there",
    },
    {
      id: "7.2-1",
      level: "MUST",
      statement: "record the client type, as a claimed https URI does not determine it",
      does: "the server stores token_endpoint_auth_method with the client: `none` is public, whatever its redirect URIs",
    },
    {
      id: "7.3-1",
      level: "MUST",
      statement: "allow any port of a loopback address in the request",
      does: "1 to 65535, or none, on 127.0.0.1, [::1] and localhost; the redemption must name the same",
    },
    {
      id: "8.1-1",
      level: "SHOULD",
      statement: "refuse requests of native applications without PKCE",
      does: "invalid_request for every public client, even with a stored exemption",
    },
    {
      id: "8.2-1",
      level: "SHOULD NOT",
      statement: "native applications use the implicit flow",
      does: "not offered: unsupported_response_type",
    },
    {
      id: "8.4-1",
      level: "MUST",
      statement: "register native applications without secrets of their own as public clients",
      does: "a client without a secret is public, declared or registered",
    },
    {
      id: "8.4-2",
      level: "MUST",
      statement: "record the client type with the registration",
      does: "as token_endpoint_auth_method",
    },
    {
      id: "8.4-3",
      level: "MUST",
      statement: "redirect URIs are complete and match exactly, except for a loopback port",
      does: "byte for byte; the server registers no wildcards; an empty path of a loopback address is the root",
    },
    {
      id: "8.4-4",
      level: "SHOULD",
      statement: "private-use schemes are reversed domain names",
      does: "a scheme must have a period",
      deviation: SHORT_SCHEMES,
    },
    {
      id: "8.4-5",
      level: "SHOULD",
      statement: "refuse private-use schemes without a period",
      does: "invalid_redirect_uri",
      deviation: SHORT_SCHEMES,
    },
    {
      id: "8.5-1",
      level: "SHOULD NOT",
      statement: "public native applications must authenticate with a shared secret",
      does: "client_id is enough for a client registered with `none`",
    },
    {
      id: "8.5-2",
      level: "MUST",
      statement: "treat a client whose copies share a secret as public",
      does: "requires no secret of native applications",
      notApplicable:
        "only the operator knows whether copies of an application share a secret; register it without one",
    },
    {
      id: "8.6-1",
      level: "SHOULD NOT",
      statement: "answer requests without the person, unless the client's identity is assured",
      does: "the server asks every time for a public client without an https address",
    },
    {
      id: "8.6-2",
      level: "SHOULD",
      statement: "an earlier approval does not count, unless the client's identity is proven",
      does: "the server remembers consent only for clients with a secret or at a claimed https address",
    },
  ],
};
