/** RFC 6750: requests that an access token for this server itself protects. */

import { recognizeAccessToken } from "../credentials/access-token-formats.ts";
import type { Context } from "../operations/context.ts";
import { findPresentedAccessToken } from "../operations/tokens.ts";
import type { Incoming } from "../platform/http.ts";
import { OAuthError, type Reason } from "../protocol/errors.ts";
import { hasBearerCharacters, type Scope } from "../protocol/identifiers.ts";
import type { Parameters } from "../protocol/parameters.ts";
import { sameResource } from "../protocol/resource-indicator.ts";
import type { LiveAccessToken } from "../rules/access-token.ts";

/** RFC 6750 §2.1: the scheme is compared without regard to case. */
export const hasBearerScheme = (request: Request): boolean =>
  /^bearer(?: |$)/i.test(request.headers.get("authorization") ?? "");

/**
 * RFC 6750 §2: the token of a request, from the header or the form body. A token in the query or in two places is refused.
 * Throws `bearer_token_missing` (401 without a code) or `invalid_request` (400).
 */
export function readBearerToken(
  { request, query }: Pick<Incoming, "request" | "query">,
  form: Parameters | null,
): string {
  const sent = request.headers.get("authorization");
  // An empty header is no attempt to send a token.
  const header = sent !== null && /^[ \t]*$/.test(sent) ? null : sent;
  const inBody = form?.get("access_token");
  if (new URLSearchParams(query).has("access_token")) throw refuse("bearer_token_in_query");
  if (header !== null && inBody !== undefined) throw refuse("bearer_token_twice");
  if (inBody !== undefined) return inBody;
  // Another scheme is no attempt to use a token (RFC 6750 §3.1 "an unsupported authentication method").
  if (header === null || !hasBearerScheme(request)) throw refuse("bearer_token_missing");
  const token = /^bearer +([^ ]+) *$/i.exec(header)?.[1];
  if (token === undefined || !hasBearerCharacters(token)) throw refuse("bearer_token_malformed");
  return token;
}

/**
 * The valid token, meant for this server and with one of the scopes. Throws `invalid_token` (401), `insufficient_scope` (403), or
 * `insufficient_user_authentication` (401, RFC 9470 §3) if its access needs a better sign-in by now.
 */
export async function requireBearer(
  {
    store,
    clock,
    issuer,
    signingKeys,
    levelPolicy,
  }: Pick<Context, "store" | "clock" | "issuer" | "signingKeys" | "levelPolicy">,
  token: string,
  scopes: readonly [Scope, ...Scope[]],
): Promise<LiveAccessToken> {
  const presented = await recognizeAccessToken(token, signingKeys.verify);
  const found =
    presented && (await findPresentedAccessToken({ store, levelPolicy }, presented, clock.seconds()));
  if (found === null || found.fault === "person_not_allowed") throw refuse("bearer_token_unknown");
  const { live, fault } = found;
  if (!live.resources.some((resource) => sameResource(resource, issuer.identifier))) {
    throw refuse("bearer_token_of_other_audience");
  }
  if (!scopes.some((scope) => live.scope.includes(scope))) {
    throw new OAuthError("bearer_scope_insufficient", { challenge: "Bearer", requiredScope: scopes[0] });
  }
  if (fault === "sign_in_too_weak")
    throw new OAuthError("bearer_sign_in_too_weak", { challenge: "Bearer", requiredLevel: "2" });
  return live;
}

const refuse = (reason: Reason): OAuthError => new OAuthError(reason, { challenge: "Bearer" });
