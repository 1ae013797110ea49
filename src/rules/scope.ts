/** The scope and resources that a request may ask for: RFC 6749 §3.3 and §6, RFC 8707. */
import { type Catalogue, isForEveryResource } from "../protocol/catalogue.ts";
import { OAuthError } from "../protocol/errors.ts";
import type { ResourceIndicator, Scope } from "../protocol/identifiers.ts";
import { firstMissing, parseScope } from "../protocol/scope.ts";
import { type ClientRecord, describesItself, type GrantRecord } from "../store/tables.ts";

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
  { registrableScope }: Pick<Catalogue, "registrableScope">,
  { scope, source }: Pick<ClientRecord, "scope" | "source">,
): readonly Scope[] => (describesItself(source) ? [...scope, ...registrableScope] : scope);

/**
 * The target of a new request: its scopes (RFC 6749 §3.3, or the client's default ones) and its resources (RFC 8707 §2.1,
 * or those that use the scopes). `allowed` is the limit of its scope. RFC 6749 §3.3 lets a server ignore a part of the
 * requested scope: clients ask for `openid` and `offline_access` everywhere. The answer says what was given.
 * Throws `invalid_scope` if nothing is left, or `invalid_target`.
 */
export function requestedTarget(
  catalogue: Catalogue,
  client: ScopedClient,
  requested: RequestedTarget,
  allowed: readonly Scope[],
): TokenTarget {
  const named = parseScope(requested.scope ?? "");
  // The default may have scopes that the operator has taken away since.
  const scope = (named.length === 0 ? client.defaultScope : named).filter(
    (name) => allowed.includes(name) && catalogue.isKnownScope(name),
  );
  if (named.length > 0 && scope.length === 0) throw nothingLeft(catalogue, client, named);
  if (requested.resources.length === 0) return { scope, resources: catalogue.defaultResources(scope) };
  const resources = catalogue.requireKnownResources(requested.resources);
  return { scope: downscope(catalogue, scope, resources), resources };
}

function nothingLeft(
  catalogue: Catalogue,
  { clientId }: Pick<ScopedClient, "clientId">,
  named: readonly Scope[],
): OAuthError {
  const known = named.find(catalogue.isKnownScope);
  return known === undefined
    ? new OAuthError("scope_unknown", {
        description: `The scope '${named[0]}' does not exist here.`,
        clientId,
      })
    : new OAuthError("scope_not_registered", {
        description: `The client is not registered for the scope '${known}'.`,
        clientId,
      });
}

/**
 * RFC 6749 §6 and RFC 8707 §2.2: a refresh may ask for less than the grant, never for more.
 * It does not get scopes that the operator has taken from the client or the server since the person agreed.
 * Throws `invalid_scope`, `invalid_target`, or `invalid_grant` if nothing is left.
 */
export function narrowToGrant(
  catalogue: Catalogue,
  granted: GrantedTarget,
  client: GrantedClient,
  requested: RequestedTarget,
): TokenTarget {
  const grant = remaining(catalogue, granted, client);
  const named = parseScope(requested.scope ?? "");
  const wider = firstMissing(named, grant.scope);
  if (wider !== undefined) {
    throw new OAuthError("scope_exceeds_grant", { description: `The scope '${wider}' was not granted.` });
  }
  return narrowToResources(catalogue, grant, named.length === 0 ? grant.scope : named, requested.resources);
}

/**
 * The target of the first tokens of a grant, for a code or a device code. No RFC gives these requests a `scope`, but clients
 * repeat there what they asked the person for, with what the person did not grant. So the names narrow the grant as far as
 * they are in it, and are never a reason to refuse. Throws `invalid_target`, or `invalid_grant` if nothing is left of the grant.
 */
export function redeemedTarget(
  catalogue: Catalogue,
  granted: GrantedTarget,
  client: GrantedClient,
  requested: RequestedTarget,
): TokenTarget {
  const grant = remaining(catalogue, granted, client);
  const named: ReadonlySet<string> = new Set(requested.scope?.split(" "));
  const common = grant.scope.filter((name) => named.has(name));
  return narrowToResources(catalogue, grant, common.length === 0 ? grant.scope : common, requested.resources);
}

type GrantedTarget = Pick<GrantRecord, "scope" | "resources">;
type GrantedClient = Pick<ClientRecord, "scope" | "source">;

/** The grant without all that the operator has taken away since the person agreed. Throws `grant_outdated`. */
function remaining(catalogue: Catalogue, granted: GrantedTarget, client: GrantedClient): TokenTarget {
  const askable = askableScope(catalogue, client);
  const grant = {
    scope: granted.scope.filter((name) => askable.includes(name) && catalogue.isKnownScope(name)),
    resources: granted.resources.filter((resource) => catalogue.isOpenResource(resource)),
  };
  if ((grant.scope.length === 0 && granted.scope.length > 0) || grant.resources.length === 0) {
    throw new OAuthError("grant_outdated");
  }
  return grant;
}

/** RFC 8707 §2.2: the part of `scope` for the named resources of the grant, or for all of them. */
function narrowToResources(
  catalogue: Catalogue,
  grant: TokenTarget,
  scope: readonly Scope[],
  named: readonly string[],
): TokenTarget {
  if (named.length === 0) return { scope, resources: grant.resources };
  const resources = catalogue.requireKnownResources(named);
  const foreign = firstMissing(resources, grant.resources);
  if (foreign !== undefined) {
    throw new OAuthError("resource_exceeds_grant", {
      description: `The resource '${foreign}' was not part of what the person allowed.`,
    });
  }
  return { scope: downscope(catalogue, scope, resources), resources };
}

/**
 * RFC 8707 §2.2: keeps the scopes that the resources can use, and those that hold for all. Throws `resource_scope_empty` if
 * the resources can use none.
 */
function downscope(
  catalogue: Catalogue,
  scope: readonly Scope[],
  resources: readonly ResourceIndicator[],
): Scope[] {
  const usable = catalogue.scopeFor(scope, resources);
  if (usable.length === 0 && scope.length > 0) throw new OAuthError("resource_scope_empty");
  return scopeAt(catalogue, scope, resources);
}

/** The part of a token's scope that says something at these resources: what they can use, and what holds for all. */
export function scopeAt(
  catalogue: Pick<Catalogue, "scopeFor">,
  scope: readonly Scope[],
  resources: readonly ResourceIndicator[],
): Scope[] {
  const usable = catalogue.scopeFor(scope, resources);
  return scope.filter((name) => usable.includes(name) || isForEveryResource(name, scope));
}
