/** RFC 8252: OAuth 2.0 for Native Apps. */
import type { Ledger } from "./row.ts";

const SHORT_SCHEMES =
  "`registration.private_use_schemes` lists exceptions, by default cursor, vscode and vscode-insiders: editors that people use have no other; the operator may empty the list";

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
      statement: "private-use schemes, claimed https URIs and loopback addresses are all offered",
      does: "each can be registered and gets its answer",
    },
    {
      id: "7.2-1",
      level: "MUST",
      statement: "the client type is recorded, as a claimed https URI does not tell it",
      does: "token_endpoint_auth_method is stored with the client: `none` is public, whatever its redirect URIs",
    },
    {
      id: "7.3-1",
      level: "MUST",
      statement: "any port of a loopback address is allowed at the request",
      does: "1 to 65535, or none, on 127.0.0.1, [::1] and localhost; the redemption must name the same",
    },
    {
      id: "8.1-1",
      level: "SHOULD",
      statement: "requests of native applications without PKCE are refused with an error",
      does: "invalid_request for every public client, even if somebody stored an exemption",
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
      statement: "native applications without secrets of their own are registered as public clients",
      does: "a client without a secret is public, declared or registered",
    },
    {
      id: "8.4-2",
      level: "MUST",
      statement: "the client type is recorded with the registration",
      does: "as token_endpoint_auth_method",
    },
    {
      id: "8.4-3",
      level: "MUST",
      statement: "redirect URIs are registered completely and matched exactly, but for a loopback port",
      does: "equal to the last byte; wildcards cannot be registered; an empty path of a loopback address is the root",
    },
    {
      id: "8.4-4",
      level: "SHOULD",
      statement: "private-use schemes are domain names in reverse",
      does: "a scheme must have a period",
      deviation: SHORT_SCHEMES,
    },
    {
      id: "8.4-5",
      level: "SHOULD",
      statement: "private-use schemes without a period are refused",
      does: "invalid_redirect_uri",
      deviation: SHORT_SCHEMES,
    },
    {
      id: "8.5-1",
      level: "SHOULD NOT",
      statement: "public native applications must authenticate with a shared secret",
      does: "client_id is enough for a client that is registered with `none`",
    },
    {
      id: "8.5-2",
      level: "MUST",
      statement: "a client whose secret is in every copy of it is treated as public",
      does: "asks no native application for a secret",
      notApplicable:
        "which secrets are in every copy of an application only its operator knows; register it without",
    },
    {
      id: "8.6-1",
      level: "SHOULD NOT",
      statement: "requests are answered without the person, unless the client's identity is assured",
      does: "a public client that is not at an https address is asked about every time",
    },
    {
      id: "8.6-2",
      level: "SHOULD",
      statement: "an earlier approval does not count, unless the client's identity is proven",
      does: "consent is remembered only for clients with a secret or at a claimed https address",
    },
  ],
};
