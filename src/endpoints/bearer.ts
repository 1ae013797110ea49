/** RFC 6750: requests that are protected by an access token of this very server. */
import type { Context } from "../context.ts";
import { parseCredential, secretMatches } from "../credentials/credential.ts";
import { OAuthError, type Reason } from "../protocol/errors.ts";
import type { Scope } from "../protocol/identifiers.ts";
import type { Parameters } from "../protocol/parameters.ts";
import { sameResource } from "../protocol/resource-indicator.ts";
import type { ActiveAccessToken } from "../store/contract.ts";

/** RFC 6750 §2.1: the scheme is compared without regard to case. */
export const hasBearerScheme = (request: Request): boolean =>
  /^bearer(?: |$)/i.test(request.headers.get("authorization") ?? "");

/**
 * RFC 6750 §2: the token of a request, from the header or the form body, never from the query, and never from two places.
 * Throws `bearer_token_missing` (401 without a code) or `invalid_request` (400).
 */
export function readBearerToken(request: Request, url: URL, form: Parameters | null): string {
  const header = request.headers.get("authorization");
  const inBody = form?.get("access_token");
  if (url.searchParams.has("access_token")) throw refuse("bearer_token_in_query");
  if (header !== null && inBody !== undefined) throw refuse("bearer_token_twice");
  if (inBody !== undefined) return inBody;
  // Another scheme is no attempt to use a token (RFC 6750 §3.1 "an unsupported authentication method").
  if (header === null || !hasBearerScheme(request)) throw refuse("bearer_token_missing");
  const token = /^bearer +([A-Za-z0-9\-._~+/]+=*) *$/i.exec(header)?.[1];
  if (token === undefined) throw refuse("bearer_token_malformed");
  return token;
}

/** The valid token, meant for this server and with the scope. Throws `invalid_token` (401) or `insufficient_scope` (403). */
export async function requireBearer(
  { store, clock, configuration }: Pick<Context, "store" | "clock" | "configuration">,
  token: string,
  requiredScope: Scope,
): Promise<ActiveAccessToken> {
  const presented = parseCredential("access_token", token);
  const found = presented && (await store.findActiveAccessToken(presented.id, clock.seconds()));
  if (presented === null || found === null || !secretMatches(presented.secret, found.token.digest)) {
    throw refuse("bearer_token_unknown");
  }
  if (!found.token.resources.some((resource) => sameResource(resource, configuration.issuer))) {
    throw refuse("bearer_token_of_other_audience");
  }
  if (!found.token.scope.includes(requiredScope)) {
    throw new OAuthError("bearer_scope_insufficient", { challenge: "Bearer", requiredScope });
  }
  return found;
}

const refuse = (reason: Reason): OAuthError => new OAuthError(reason, { challenge: "Bearer" });
