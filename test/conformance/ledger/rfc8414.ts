/** RFC 8414: Authorization Server Metadata. */
import type { Ledger } from "./row.ts";

const NO_KEYS = "there is no jwks_uri: tokens are opaque, and nothing is signed for clients";
const NO_ASSERTIONS = "private_key_jwt and client_secret_jwt are not supported";
const NOT_SIGNED = "there is no signed_metadata";
const TLS_DEVIATION =
  "plain http is not refused, as TLS may end at a proxy, and for trying it out on one's own machine";

export const RFC_8414: Ledger = {
  source: "RFC 8414",
  title: "Authorization Server Metadata",
  rows: [
    {
      id: "2-1",
      level: "MUST",
      statement: "issuer is there: a URL with https and without query and fragment",
      does: "the configured issuer; one with a query, a fragment or a slash at the end stops the start, http elsewhere than on this machine is warned of",
    },
    {
      id: "2-2",
      level: "MUST",
      statement: "authorization_endpoint is there",
      does: "the URL at which it answers",
    },
    {
      id: "2-3",
      level: "MUST",
      statement: "token_endpoint is there",
      does: "the URL at which it answers",
    },
    {
      id: "2-4",
      level: "MUST",
      statement: "jwks_uri has the scheme https",
      does: "leaves it out",
      notApplicable: NO_KEYS,
    },
    {
      id: "2-5",
      level: "MUST",
      statement: "keys have use where there are keys to sign and to encrypt",
      does: "publishes no keys",
      notApplicable: NO_KEYS,
    },
    {
      id: "2-6",
      level: "SHOULD",
      statement: "scopes_supported is there",
      does: "every scope that exists",
    },
    {
      id: "2-7",
      level: "MUST",
      statement: "response_types_supported is there",
      does: "`code`",
    },
    {
      id: "2-8",
      level: "MUST",
      statement: "token_endpoint_auth_signing_alg_values_supported comes with the JWT methods",
      does: "advertises neither",
      notApplicable: NO_ASSERTIONS,
    },
    {
      id: "2-9",
      level: "SHOULD",
      statement: "RS256 is supported for client authentication",
      does: "takes no client assertions",
      notApplicable: NO_ASSERTIONS,
    },
    {
      id: "2-10",
      level: "MUST NOT",
      statement: "token_endpoint_auth_signing_alg_values_supported has none",
      does: "leaves it out",
      notApplicable: NO_ASSERTIONS,
    },
    {
      id: "2-11",
      level: "SHOULD",
      statement: "op_policy_uri is shown to the person who registers a client",
      does: "leaves it out",
      notApplicable: "there is no op_policy_uri",
    },
    {
      id: "2-12",
      level: "SHOULD",
      statement: "op_tos_uri is shown to the person who registers a client",
      does: "leaves it out",
      notApplicable: "there is no op_tos_uri",
    },
    {
      id: "2-13",
      level: "MUST",
      statement: "revocation_endpoint_auth_signing_alg_values_supported comes with the JWT methods",
      does: "advertises neither",
      notApplicable: NO_ASSERTIONS,
    },
    {
      id: "2-14",
      level: "MUST NOT",
      statement: "revocation_endpoint_auth_signing_alg_values_supported has none",
      does: "leaves it out",
      notApplicable: NO_ASSERTIONS,
    },
    {
      id: "2-15",
      level: "MUST",
      statement: "introspection_endpoint_auth_signing_alg_values_supported comes with the JWT methods",
      does: "advertises neither",
      notApplicable: NO_ASSERTIONS,
    },
    {
      id: "2-16",
      level: "MUST NOT",
      statement: "introspection_endpoint_auth_signing_alg_values_supported has none",
      does: "leaves it out",
      notApplicable: NO_ASSERTIONS,
    },
    {
      id: "2.1-1",
      level: "MUST",
      statement: "signed metadata are signed or MACed",
      does: "sends plain metadata only",
      notApplicable: NOT_SIGNED,
    },
    {
      id: "2.1-2",
      level: "MUST",
      statement: "signed metadata have iss",
      does: "sends plain metadata only",
      notApplicable: NOT_SIGNED,
    },
    {
      id: "2.1-3",
      level: "SHOULD NOT",
      statement: "signed_metadata is a claim in the JWT",
      does: "sends plain metadata only",
      notApplicable: NOT_SIGNED,
    },
    {
      id: "3-1",
      level: "MUST",
      statement:
        "the document is where the well-known string is inserted between host and path of the issuer",
      does: "there, and also appended as OpenID discovery does; nowhere else",
    },
    {
      id: "3-2",
      level: "MUST",
      statement: "this path has the scheme https",
      does: "https by `listen.tls` or by a proxy in front; an http issuer beyond this machine is warned of at the start",
      deviation: TLS_DEVIATION,
    },
    {
      id: "3-3",
      level: "MUST",
      statement: "the well-known suffix is registered at IANA",
      does: "`oauth-authorization-server` and `openid-configuration`, and no other",
    },
    {
      id: "3.1-1",
      level: "MUST",
      statement: "the document is asked for by GET",
      does: "GET and HEAD; other methods get 405 with Allow",
    },
    {
      id: "3.1-2",
      level: "MUST",
      statement: "a slash at the end of the issuer's path is removed before inserting",
      does: "an issuer with one stops the start, and says how to write it",
    },
    {
      id: "3.2-1",
      level: "MUST",
      statement: "a success is 200 with a JSON object as application/json",
      does: "so",
    },
    {
      id: "3.2-2",
      level: "MUST",
      statement: "claims without elements are left out",
      does: "so: opaque tokens have no signing algorithms, and the member is not there",
    },
    {
      id: "3.3-1",
      level: "MUST",
      statement: "issuer equals the identifier that the well-known string was inserted into",
      does: "the configured text, whatever the request's Host and forwarding headers say; 404 for other issuers",
    },
    {
      id: "4-1",
      level: "MUST",
      statement: "JSON strings are compared after their escaping is removed",
      does: "names and values are compared as parsed",
    },
    {
      id: "4-2",
      level: "MUST NOT",
      statement: "Unicode normalization is applied to either string",
      does: "stored and returned as sent; what is equal only after normalization is another name",
    },
    {
      id: "4-3",
      level: "MUST",
      statement: "strings are compared code point by code point",
      does: "case and look-alikes count",
    },
    {
      id: "6.1-1",
      level: "MUST",
      statement: "TLS is supported",
      does: "by `listen.tls`, with certificates renewed while it runs",
    },
    {
      id: "6.1-2",
      level: "MUST",
      statement: "TLS 1.2 is supported",
      does: "TLS 1.2 and 1.3",
    },
    {
      id: "6.1-3",
      level: "MUST",
      statement: "TLS has a cipher suite for confidentiality and integrity",
      does: "authenticated encryption",
    },
  ],
};
