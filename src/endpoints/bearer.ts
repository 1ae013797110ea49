/** RFC 6750, RFC 9449 §7: requests that a token protects. */

import { recognizeAccessToken } from "../credentials/access-token-formats.ts";
import type { Context } from "../operations/context.ts";
import { NOTHING_PROVEN } from "../operations/possession.ts";
import { type ProofBudgetContext, withinProofBudget } from "../operations/proof-budget.ts";
import { type PossessionContext, requirePossession } from "../operations/proofs.ts";
import { findPresentedAccessToken } from "../operations/tokens.ts";
import type { Incoming } from "../platform/http.ts";
import { BEARER, BINDINGS, type Binding, bindingOf } from "../protocol/bindings.ts";
import { OAuthError, type Reason } from "../protocol/errors.ts";
import { hasBearerCharacters, type Scope } from "../protocol/identifiers.ts";
import type { Parameters } from "../protocol/parameters.ts";
import { sameResource } from "../protocol/resource-indicator.ts";
import type { LiveAccessToken } from "../rules/access-token.ts";
import { actOfStranger } from "../rules/events.ts";

type Scheme = Binding["scheme"];

/** The schemes of access tokens, each once, by their names in small letters. */
const SCHEMES: ReadonlyMap<string, Scheme> = new Map(
  BINDINGS.map(({ scheme }) => [scheme.toLowerCase(), scheme]),
);

/**
 * RFC 6750 §2.1: the scheme of an Authorization header, compared without regard to case. Null if it is none of access tokens. Every request
 * of a client with a secret asks this.
 */
function schemeOf(header: string | null): Scheme | null {
  if (header === null) return null;
  const end = header.indexOf(" ");
  return SCHEMES.get((end === -1 ? header : header.slice(0, end)).toLowerCase()) ?? null;
}

/** For the tokens of this server that are no access tokens: no key is bound to them. */
export const hasBearerScheme = (request: Request): boolean =>
  schemeOf(request.headers.get("authorization")) === BEARER.scheme;

export const hasAccessTokenScheme = (request: Request): boolean =>
  schemeOf(request.headers.get("authorization")) !== null;

/** A token, and how it was sent. */
export interface SentToken {
  readonly text: string;
  readonly scheme: Scheme;
}

/**
 * RFC 6750 §2, RFC 9449 §7.1: the access token of a request, from the header or the form body. A token in the query or in two places is
 * refused. Throws `bearer_token_missing` (401 without a code) or `invalid_request` (400).
 */
export const readAccessToken = (
  incoming: Pick<Incoming, "request" | "query">,
  form: Parameters | null,
): SentToken => readToken(incoming, form, [...SCHEMES.values()]);

/** The same for a token that is no access token: only the scheme Bearer counts, in the header. */
export const readBearerToken = (incoming: Pick<Incoming, "request" | "query">): string =>
  readToken(incoming, null, [BEARER.scheme]).text;

function readToken(
  { request, query }: Pick<Incoming, "request" | "query">,
  form: Parameters | null,
  schemes: readonly Scheme[],
): SentToken {
  const sent = request.headers.get("authorization");
  // An empty header is no attempt to send a token.
  const header = sent !== null && /^[ \t]*$/.test(sent) ? null : sent;
  const inBody = form?.get("access_token");
  const named = schemeOf(header);
  const scheme = named !== null && schemes.includes(named) ? named : null;
  const refuse = (reason: Reason) => new OAuthError(reason, { challenge: scheme ?? BEARER.scheme });
  if (new URLSearchParams(query).has("access_token")) throw refuse("bearer_token_in_query");
  if (header !== null && inBody !== undefined) throw refuse("bearer_token_twice");
  if (inBody !== undefined) return { text: inBody, scheme: BEARER.scheme };
  // Another scheme is no attempt to use a token (RFC 6750 §3.1 "an unsupported authentication method").
  if (header === null || scheme === null)
    throw refuse("bearer_token_missing").with({ takesProofs: schemes.length > 1 });
  const text = /^[A-Za-z]+ +([^ ]+) *$/.exec(header)?.[1];
  if (text === undefined || !hasBearerCharacters(text)) throw refuse("bearer_token_malformed");
  return { text, scheme };
}

type ResourceContext = PossessionContext & ProofBudgetContext & Pick<Context, "signingKeys" | "levelPolicy">;

/**
 * The valid token, meant for this server and with one of the scopes, and with the proof that it needs. Throws `invalid_token` (401),
 * `invalid_dpop_proof` (401), `too_many_proofs` (429), `insufficient_scope` (403), or `insufficient_user_authentication` (401, RFC 9470 §3) if its access needs a
 * better sign-in by now.
 */
export async function requireAccessToken(
  context: ResourceContext,
  incoming: Incoming,
  sent: SentToken,
  scopes: readonly [Scope, ...Scope[]],
): Promise<LiveAccessToken> {
  const { store, clock, issuer, signingKeys, levelPolicy } = context;
  const { scheme: challenge } = sent;
  const refuse = (reason: Reason) => new OAuthError(reason, { challenge });
  const presented = await recognizeAccessToken(sent.text, signingKeys.verify);
  const found =
    presented && (await findPresentedAccessToken({ store, levelPolicy }, presented, clock.seconds()));
  if (found === null || found.fault === "person_not_allowed") throw refuse("bearer_token_unknown");
  const { live, fault } = found;
  // Before anything else is said of the token: a caller without its key may learn nothing of it.
  const possession = await requireItsKey(context, incoming, sent, live);
  if (!live.resources.some((resource) => sameResource(resource, issuer.identifier))) {
    throw refuse("bearer_token_of_other_audience");
  }
  if (!scopes.some((scope) => live.scope.includes(scope))) {
    throw new OAuthError("bearer_scope_insufficient", { challenge, requiredScope: scopes[0] });
  }
  if (fault === "sign_in_too_weak")
    throw new OAuthError("bearer_sign_in_too_weak", { challenge, requiredLevel: "2" });
  const use = () => atResource(challenge, async () => possession.use());
  // Only a signature is used up; a certificate leaves nothing.
  if (possession.algorithm === null) await use();
  else await withinProofBudget(context, live, use);
  return live;
}

/** RFC 9449 §7.1 and §7.2: a token comes with the scheme of its binding, and with its key. Neither way leads down to a bearer token. */
async function requireItsKey(
  context: ResourceContext,
  incoming: Incoming,
  { text, scheme }: SentToken,
  { confirmation, clientId }: LiveAccessToken,
) {
  if (scheme !== bindingOf(confirmation).scheme) {
    throw confirmation === null
      ? new OAuthError("access_token_unbound", { challenge: scheme })
      : new OAuthError("access_token_bound", { challenge: scheme, takesProofs: true });
  }
  if (confirmation === null) return NOTHING_PROVEN;
  return atResource(scheme, () =>
    requirePossession(context, actOfStranger(incoming), incoming, { text, confirmation, clientId }),
  );
}

/** RFC 9449 §7.1: what the token endpoint answers with 400, a resource answers with 401 and a challenge. */
async function atResource<Result>(challenge: Scheme, act: () => Promise<Result>): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    throw error instanceof OAuthError ? error.with({ challenge, atResource: true }) : error;
  }
}
