/**
 * What a grant type is to the token endpoint. The endpoint parses, authenticates the client, and checks that the client
 * may use the grant type; a grant fills in only what is its own: read the facts, decide on them, apply one command.
 */
import type { AuthenticatedClient } from "../clients/authentication.ts";
import type { Context } from "../context.ts";
import type { TokenResponse } from "../credentials/issue.ts";
import { OAuthError } from "../protocol/errors.ts";
import type { GrantType } from "../protocol/grant-types.ts";
import type { ResourceIndicator, Scope } from "../protocol/identifiers.ts";
import type { Parameters } from "../protocol/parameters.ts";
import { firstMissing, parseScope } from "../protocol/scope.ts";
import type { ClientRecord, GrantRecord } from "../store/records.ts";

export interface Grant {
  readonly grantType: GrantType;
  /** Throws OAuthError too. */
  redeem(context: Context, client: AuthenticatedClient, parameters: Parameters): Promise<Redemption>;
}

/**
 * What a grant decided. A device is refused every few seconds until its person has answered: what is thrown would be
 * caught and thrown again by everybody on the way.
 */
export type Redemption = TokenResponse | OAuthError;

/** What one access token may be used for. */
export interface TokenTarget {
  readonly scope: readonly Scope[];
  readonly resources: readonly ResourceIndicator[];
}

export type ScopedClient = Pick<ClientRecord, "scope" | "source">;

/**
 * What a client may ask a person for. What one that registered itself named then was its own word: it may ask for all that
 * registration gives, as APIs tell their clients the scope of each step only when they come to it.
 */
export const askableScope = (
  { catalogue }: Pick<Context, "catalogue">,
  { scope, source }: ScopedClient,
): readonly Scope[] => (source === "registration" ? [...scope, ...catalogue.registrableScope] : scope);

/**
 * RFC 6749 §6 and RFC 8707 §2.2: a token request may ask for less than what was granted, never for more.
 * Nor does it get what the operator has taken from the client, or from the server, since the person agreed.
 * Throws `invalid_scope`, `invalid_target`, or `invalid_grant` if nothing is left.
 */
export function narrowToGrant(
  { catalogue }: Pick<Context, "catalogue">,
  granted: Pick<GrantRecord, "scope" | "resources">,
  client: ScopedClient,
  parameters: Parameters,
): TokenTarget {
  const askable = askableScope({ catalogue }, client);
  const grant = {
    scope: granted.scope.filter((name) => askable.includes(name) && catalogue.isKnownScope(name)),
    resources: granted.resources.filter((resource) => catalogue.isOpenResource(resource)),
  };
  if ((grant.scope.length === 0 && granted.scope.length > 0) || grant.resources.length === 0) {
    throw new OAuthError("grant_outdated");
  }
  const asked = parameters.get("scope");
  const scope = asked === undefined ? grant.scope : parseScope(asked);
  const wider = firstMissing(scope, grant.scope);
  if (wider !== undefined) {
    throw new OAuthError("scope_exceeds_grant", { description: `The scope '${wider}' was not granted.` });
  }
  const named = parameters.all("resource");
  if (named.length === 0) return { scope, resources: grant.resources };
  const resources = catalogue.requireKnownResources(named);
  const foreign = firstMissing(resources, grant.resources);
  if (foreign !== undefined) {
    throw new OAuthError("resource_exceeds_grant", {
      description: `The resource '${foreign}' was not part of what the person allowed.`,
    });
  }
  return { scope: downscope({ catalogue }, scope, resources), resources };
}

/** RFC 8707 §2.2: leaves the scopes that the resources can use. Throws `resource_scope_empty` if none is left. */
export function downscope(
  { catalogue }: Pick<Context, "catalogue">,
  scope: readonly Scope[],
  resources: readonly ResourceIndicator[],
): Scope[] {
  const usable = catalogue.scopeFor(scope, resources);
  if (usable.length === 0 && scope.length > 0) throw new OAuthError("resource_scope_empty");
  return usable;
}
