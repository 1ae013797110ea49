/** The scope and resources that a request may ask for: RFC 6749 §3.3 and §6, RFC 8707. */
import type { Catalogue } from "../protocol/catalogue.ts";
import { OAuthError } from "../protocol/errors.ts";
import type { ResourceIndicator, Scope } from "../protocol/identifiers.ts";
import { firstMissing, parseScope } from "../protocol/scope.ts";
import type { ClientRecord, GrantRecord } from "../store/tables.ts";

/** The scope and resources of one access token. */
export interface TokenTarget {
  readonly scope: readonly Scope[];
  readonly resources: readonly ResourceIndicator[];
}

/** The scope and resources of a request, not yet checked. */
export interface RequestedTarget {
  readonly scope: string | undefined;
  readonly resources: readonly string[];
}

export type ScopedClient = Pick<ClientRecord, "clientId" | "scope" | "defaultScope" | "source">;

/**
 * The scope that a client may ask a person for. A self-registered client may ask for all scopes open to registration,
 * not only for its registered ones, because APIs name the scope of each step only at that step.
 */
export const askableScope = (
  { registrableScope }: Catalogue,
  { scope, source }: Pick<ClientRecord, "scope" | "source">,
): readonly Scope[] => (source === "registration" ? [...scope, ...registrableScope] : scope);

/**
 * The target of a new request: its scopes (RFC 6749 §3.3, or the client's default ones) and its resources (RFC 8707 §2.1,
 * or those that use the scopes). `allowed` is the limit of its scope. Throws `invalid_scope` or `invalid_target`.
 */
export function requestedTarget(
  catalogue: Catalogue,
  client: ScopedClient,
  requested: RequestedTarget,
  allowed: readonly Scope[],
): TokenTarget {
  // A client that named no scope gets its default without the scopes that the operator has taken away since.
  const scope =
    requested.scope === undefined
      ? client.defaultScope.filter(catalogue.isKnownScope)
      : parseScope(requested.scope);
  catalogue.requireKnownScopes(scope);
  const refused = firstMissing(scope, allowed);
  if (refused !== undefined) {
    throw new OAuthError("scope_not_registered", {
      description: `The client is not registered for the scope '${refused}'.`,
      clientId: client.clientId,
    });
  }
  if (requested.resources.length === 0) return { scope, resources: catalogue.defaultResources(scope) };
  const resources = catalogue.requireKnownResources(requested.resources);
  return { scope: downscope(catalogue, scope, resources), resources };
}

/**
 * RFC 6749 §6 and RFC 8707 §2.2: a token request may ask for less than the grant, never for more.
 * It does not get scopes that the operator has taken from the client or the server since the person agreed.
 * Throws `invalid_scope`, `invalid_target`, or `invalid_grant` if nothing is left.
 */
export function narrowToGrant(
  catalogue: Catalogue,
  granted: Pick<GrantRecord, "scope" | "resources">,
  client: Pick<ClientRecord, "scope" | "source">,
  requested: RequestedTarget,
): TokenTarget {
  const askable = askableScope(catalogue, client);
  const grant = {
    scope: granted.scope.filter((name) => askable.includes(name) && catalogue.isKnownScope(name)),
    resources: granted.resources.filter((resource) => catalogue.isOpenResource(resource)),
  };
  if ((grant.scope.length === 0 && granted.scope.length > 0) || grant.resources.length === 0) {
    throw new OAuthError("grant_outdated");
  }
  const scope = requested.scope === undefined ? grant.scope : parseScope(requested.scope);
  const wider = firstMissing(scope, grant.scope);
  if (wider !== undefined) {
    throw new OAuthError("scope_exceeds_grant", { description: `The scope '${wider}' was not granted.` });
  }
  if (requested.resources.length === 0) return { scope, resources: grant.resources };
  const resources = catalogue.requireKnownResources(requested.resources);
  const foreign = firstMissing(resources, grant.resources);
  if (foreign !== undefined) {
    throw new OAuthError("resource_exceeds_grant", {
      description: `The resource '${foreign}' was not part of what the person allowed.`,
    });
  }
  return { scope: downscope(catalogue, scope, resources), resources };
}

/** RFC 8707 §2.2: keeps the scopes that the resources can use. Throws `resource_scope_empty` if none is left. */
function downscope(
  catalogue: Catalogue,
  scope: readonly Scope[],
  resources: readonly ResourceIndicator[],
): Scope[] {
  const usable = catalogue.scopeFor(scope, resources);
  if (usable.length === 0 && scope.length > 0) throw new OAuthError("resource_scope_empty");
  return usable;
}
