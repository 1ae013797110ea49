/**
 * Assertions that this server issues for another authorization server (ID-JAG, Token Exchange): for which audience, client, scope and
 * APIs the operator allows them (`id_jag_audiences`), and what they say. What is not declared is refused.
 */
import type { IdJagAudience } from "../configuration/trust-schema.ts";
import type { EpochSeconds } from "../platform/clock.ts";
import { type Confirmation, cnfOf } from "../protocol/bindings.ts";
import { OAuthError } from "../protocol/errors.ts";
import { firstMissing, parseScope } from "../protocol/scope.ts";
import type { GrantRecord } from "../store/tables/grants.ts";
import type { AccountRecord } from "../store/tables/people.ts";

/** What a client asks for. */
export interface IdJagWish {
  /** As sent: ID-JAG needs exactly one. */
  readonly audiences: readonly string[];
  readonly resources: readonly string[];
  readonly scope: string | undefined;
}

export interface AllowedIdJag {
  readonly audience: IdJagAudience;
  /** The identifier of the client at that authorization server. */
  readonly clientId: string;
  readonly scope: readonly string[];
  readonly resources: readonly string[];
}

/**
 * The audience that the request names, if this client may ask for it. It is one answer for an audience that is not there and for one that
 * the client may not have. Throws `id_jag_not_allowed`.
 */
export function allowedAudience(
  audiences: readonly IdJagAudience[],
  clientId: string,
  { audiences: named }: Pick<IdJagWish, "audiences">,
): { readonly audience: IdJagAudience; readonly clientId: string } {
  const [first, another] = named;
  const audience = audiences.find(({ issuer }) => issuer === first);
  const client = audience?.clients.find((each) => each.client_id === clientId);
  if (another !== undefined || audience === undefined || client === undefined)
    throw new OAuthError("id_jag_not_allowed", { clientId });
  return { audience, clientId: client.as ?? clientId };
}

/** Throws `id_jag_not_allowed`, `id_jag_person_not_allowed`, `invalid_scope` or `invalid_target`. */
export function allowedIdJag(
  audiences: readonly IdJagAudience[],
  clientId: string,
  { groups }: Pick<AccountRecord, "groups">,
  wish: IdJagWish,
): AllowedIdJag {
  const { audience, clientId: as } = allowedAudience(audiences, clientId, wish);
  if (audience.allowed_groups?.some((group) => groups.includes(group)) === false)
    throw new OAuthError("id_jag_person_not_allowed", { clientId });
  const foreign = firstMissing(wish.resources, audience.resources);
  if (foreign !== undefined)
    throw new OAuthError("id_jag_not_allowed", {
      description: `There are no assertions for the resource '${foreign.slice(0, 200)}' at that audience.`,
      clientId,
    });
  return {
    audience,
    clientId: as,
    scope: allowedScope(audience, wish.scope, clientId),
    // Without a name it is for all that the operator allows: an assertion without resource would leave that to the other server.
    resources: wish.resources.length > 0 ? [...new Set(wish.resources)] : audience.resources,
  };
}

/** ID-JAG: "The granted scopes MAY be a subset of the requested scopes based on policy." */
function allowedScope(audience: IdJagAudience, requested: string | undefined, clientId: string): string[] {
  const named: readonly string[] = parseScope(requested ?? "");
  if (named.length === 0) return [...audience.scope];
  const scope = named.filter((name) => audience.scope.some((each) => each === name));
  if (scope.length === 0)
    throw new OAuthError("scope_not_registered", {
      description: "There are no assertions with that scope at that audience.",
      clientId,
    });
  return scope;
}

export interface IdJagSubject {
  /** As in an ID token for the other authorization server. */
  readonly subject: string;
  readonly account: Pick<AccountRecord, "email" | "emailVerified">;
  readonly authentication: Pick<
    GrantRecord,
    "authenticatedAt" | "authenticationMethods" | "authenticationLevel"
  >;
}

export interface IdJagTimes {
  readonly now: EpochSeconds;
  readonly expiresAt: EpochSeconds;
}

/** ID-JAG, ID-JAG Claims. */
export const idJagClaims = (
  issuer: string,
  jti: string,
  { audience, clientId, scope, resources }: AllowedIdJag,
  { subject, account, authentication }: IdJagSubject,
  { now, expiresAt }: IdJagTimes,
  confirmation: Confirmation | null,
): Record<string, unknown> => ({
  ...(audience.email &&
    account.email !== null && { email: account.email, email_verified: account.emailVerified }),
  iss: issuer,
  sub: subject,
  aud: audience.issuer,
  client_id: clientId,
  jti,
  iat: now,
  exp: expiresAt,
  ...(scope.length > 0 && { scope: scope.join(" ") }),
  ...(confirmation !== null && { cnf: cnfOf(confirmation) }),
  ...(resources.length > 0 && { resource: resources.length === 1 ? resources[0] : resources }),
  auth_time: authentication.authenticatedAt,
  acr: authentication.authenticationLevel,
  ...(authentication.authenticationMethods.length > 0 && { amr: authentication.authenticationMethods }),
});
