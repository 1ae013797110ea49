/** The settings of an API (`resources`). */
import * as v from "valibot";
import { ACCESS_TOKEN_FORMAT_NAMES } from "../protocol/catalogue.ts";
import { isResourceIndicator } from "../protocol/resource-indicator.ts";
import { SIGNING_NAMES } from "../protocol/signing-algorithms.ts";
import { accessTokenSeconds } from "./client-schema.ts";
import { byLanguage, identifier, optional, peopleWords, scopeToken, table, words } from "./values.ts";

/** An address that clients are told. */
function isPublicAddress(text: string): boolean {
  if (!/^[\x21-\x7E]+$/.test(text) || !URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return (protocol === "https:" || protocol === "http:") && username + password === "";
}

const address = (description: string) =>
  optional(
    v.pipe(v.string(), v.maxLength(2000), v.check(isPublicAddress, "an https:// URL without a user name")),
    { allowed: "an https:// URL", fallback: "none", description },
  );

export const resource = table({
  identifier: v.pipe(
    v.string(),
    v.maxCodePoints(500),
    v.check(
      isResourceIndicator,
      "an absolute URI without a fragment or a user name, its scheme and host in lower case and in ASCII",
    ),
    words({
      allowed:
        "an absolute URI without a fragment or a user name, its scheme and host in lower case (RFC 8707 §2)",
      description: "The API, as clients name it in `resource` and as tokens carry it in `aud`.",
    }),
  ),
  name: optional(peopleWords(100), {
    allowed: `a text of 1 to 100 characters, or ${byLanguage("Mail", "E-Mail")}`,
    fallback: "the identifier",
    description: "Its name, as people read it.",
  }),
  scopes: v.pipe(
    v.optional(v.array(scopeToken), []),
    v.description("The scopes it uses, each declared in [[scopes]]. Empty: any."),
  ),
  access_token_seconds: accessTokenSeconds("How long access tokens for it live."),
  access_token_format: v.pipe(
    v.optional(v.picklist(ACCESS_TOKEN_FORMAT_NAMES), "opaque"),
    v.description(
      "`jwt`: the API checks tokens by itself, with the key set, and does not see that one was revoked (RFC 9068).",
    ),
  ),
  dpop_bound_access_tokens_required: v.pipe(
    v.optional(v.boolean(), false),
    v.description("Whether it takes only tokens that are bound to a key of the client (DPoP, RFC 9449)."),
  ),
  introspection_clients: v.pipe(
    v.optional(v.array(identifier), []),
    v.description("Identifiers of the clients that may introspect tokens meant for it."),
  ),
  listed: v.pipe(
    v.optional(v.boolean(), true),
    v.description("Whether the metadata of this server names it, for everyone to read (RFC 9728 §4)."),
  ),
  documentation_uri: address("Where developers read about it; in its metadata (RFC 9728)."),
  policy_uri: address("What clients may do with its data, in words; in its metadata."),
  tos_uri: address("Its terms of service; in its metadata."),
  jwks_uri: address("Its own public keys, if it signs its answers; in its metadata."),
  signing_algorithms: v.pipe(
    v.optional(v.array(v.picklist(SIGNING_NAMES)), []),
    v.description("The algorithms with which it signs its answers; in its metadata."),
  ),
});
