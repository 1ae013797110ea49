/** RFC 9728: the metadata of the resources in the catalogue, which their resource servers serve. */
import type { Catalogue, ResourceEntry } from "./catalogue.ts";
import type { PeopleWords } from "./people-words.ts";
import { isLoopback } from "./redirect-uri.ts";

/** RFC 9728 §3: the registered suffix. */
const WELL_KNOWN = "/.well-known/oauth-protected-resource";

/**
 * RFC 9728 §3.1: where clients look for the metadata of a resource. Null for an identifier that is no web address, such as a URN:
 * nothing can be served there.
 */
export function metadataAddress(identifier: string): string | null {
  const parts = /^(https?:\/\/[^/?]+)([^?]*)(\?.*)?$/.exec(identifier);
  if (parts === null) return null;
  const [, origin = "", path = "", query = ""] = parts;
  return `${origin}${WELL_KNOWN}${path === "/" ? "" : path}${query}`;
}

/** RFC 9728 §1.2: a resource identifier uses https. This server takes http, because networks without TLS exist. */
export const isWithoutTls = (identifier: string): boolean =>
  identifier.startsWith("http:") && !isLoopback(identifier);

/**
 * RFC 9728 §2: the document. `issuer` is this server, the only one whose tokens it knows the resource to take. Null for a resource that
 * is no web address.
 */
export function protectedResourceMetadata(
  { identifier, name, scopes, requiresDpop, published }: ResourceEntry,
  issuer: string,
): Readonly<Record<string, unknown>> | null {
  if (metadataAddress(identifier) === null) return null;
  const document: Record<string, unknown> = {
    resource: identifier,
    authorization_servers: [issuer],
    scopes_supported: scopes,
    // RFC 9700 §4.3.2: a token never stands in an address. In a form (RFC 6750 §2.2) only clients without headers need it.
    bearer_methods_supported: ["header"],
    ...(name === identifier ? {} : nameMembers(name)),
    resource_documentation: published.documentationUri,
    resource_policy_uri: published.policyUri,
    resource_tos_uri: published.tosUri,
    jwks_uri: published.jwksUri,
    resource_signing_alg_values_supported: published.signingAlgorithms,
    dpop_bound_access_tokens_required: requiresDpop || null,
  };
  // RFC 9728 §3.2: "Parameters with zero values MUST be omitted".
  for (const [member, value] of Object.entries(document)) {
    if (value === null || (Array.isArray(value) && value.length === 0)) delete document[member];
  }
  return document;
}

/** RFC 9728 §2.1: a member for each language, and one without a language tag, which is the first text. */
function nameMembers(name: PeopleWords): Record<string, string> {
  if (typeof name === "string") return { resource_name: name };
  const [first = ""] = Object.values(name);
  return {
    resource_name: first,
    ...Object.fromEntries(Object.entries(name).map(([tag, text]) => [`resource_name#${tag}`, text])),
  };
}

/**
 * RFC 9728 §4: the resources that the metadata of this server lists. A server that takes unknown resources cannot enumerate them, and
 * lists none.
 */
export const listedResources = (
  { resources }: Pick<Catalogue, "resources">,
  unknown: "refuse" | "accept",
): string[] =>
  unknown === "accept"
    ? []
    : resources
        .filter(({ identifier, published }) => published.isListed && metadataAddress(identifier) !== null)
        .map(({ identifier }) => identifier);
