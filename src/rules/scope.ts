/** The scope and resources that a request may ask for: RFC 6749 §3.3 and §6, RFC 8707. */
import { type Catalogue, isForEveryResource } from "../protocol/catalogue.ts";
import { OAuthError } from "../protocol/errors.ts";
import type { ResourceIndicator, Scope } from "../protocol/identifiers.ts";
import { firstMissing, parseScope } from "../protocol/scope.ts";
import { type ClientRecord, describesItself } from "../store/tables/clients.ts";
import type { GrantRecord } from "../store/tables/grants.ts";
import {
  type Details,
  detailsAt,
  narrowedDetails,
  remainingDetails,
  requestedDetails,
  withTheirs,
} from "./authorization-details.ts";

/** The scope and resources of one access token. */
export interface TokenTarget {
  readonly scope: readonly Scope[];
  readonly resources: readonly ResourceIndicator[];
}

/** The same with the authorization details that go with them. */
export interface DetailedTarget extends TokenTarget {
  readonly authorizationDetails: Details;
}

/** The scope and resources of a request, not yet checked. */
export interface RequestedTarget {
  readonly scope: string | undefined;
  readonly resources: readonly string[];
  /** RFC 9396: the text of the parameter. */
  readonly authorizationDetails?: string | undefined;
}

export type ScopedClient = Pick<
  ClientRecord,
  "clientId" | "scope" | "defaultScope" | "source" | "authorizationDetailsTypes"
>;

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
 * Throws `invalid_scope` if nothing is left, `invalid_target`, or `invalid_authorization_details`.
 */
export function requestedTarget(
  catalogue: Catalogue,
  client: ScopedClient,
  requested: RequestedTarget,
  allowed: readonly Scope[],
): DetailedTarget {
  const authorizationDetails = requestedDetails(catalogue, client, requested.authorizationDetails);
  const names = parseScope(requested.scope ?? "");
  // RFC 9396 §3.1: a request with details alone wants what they say, and not what the client gets by default.
  const implied = authorizationDetails === null ? client.defaultScope : [];
  // The default may have scopes that the operator has taken away since.
  const scope = (names.length === 0 ? implied : names).filter(
    (name) => allowed.includes(name) && catalogue.isKnownScope(name),
  );
  if (names.length > 0 && scope.length === 0) throw nothingLeft(catalogue, client, names);
  if (requested.resources.length === 0) {
    const using =
      authorizationDetails !== null && scope.length === 0 ? [] : catalogue.defaultResources(scope);
    return { scope, resources: withTheirs(catalogue, using, authorizationDetails), authorizationDetails };
  }
  const named = catalogue.requireKnownResources(requested.resources);
  // RFC 9396 §3.2: the parameter `resource` changes nothing about the details, so their APIs come beside it.
  const resources = withTheirs(catalogue, named, authorizationDetails);
  return {
    scope: usableAt(catalogue, scope, resources, authorizationDetails),
    resources,
    authorizationDetails,
  };
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
): DetailedTarget {
  const grant = remaining(catalogue, granted, client);
  const named = parseScope(requested.scope ?? "");
  const wider = firstMissing(named, grant.scope);
  if (wider !== undefined) {
    throw new OAuthError("scope_exceeds_grant", { description: `The scope '${wider}' was not granted.` });
  }
  return narrowToResources(catalogue, grant, named.length === 0 ? grant.scope : named, requested);
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
): DetailedTarget {
  const grant = remaining(catalogue, granted, client);
  const named: ReadonlySet<string> = new Set(requested.scope?.split(" "));
  const common = grant.scope.filter((name) => named.has(name));
  return narrowToResources(catalogue, grant, common.length === 0 ? grant.scope : common, requested);
}

type GrantedTarget = Pick<GrantRecord, "scope" | "resources" | "authorizationDetails">;
type GrantedClient = Pick<ClientRecord, "scope" | "source" | "authorizationDetailsTypes">;

/** The grant without all that the operator has taken away since the person agreed. Throws `grant_outdated`. */
function remaining(catalogue: Catalogue, granted: GrantedTarget, client: GrantedClient): DetailedTarget {
  const askable = askableScope(catalogue, client);
  const grant = {
    scope: granted.scope.filter((name) => askable.includes(name) && catalogue.isKnownScope(name)),
    resources: granted.resources.filter((resource) => catalogue.isOpenResource(resource)),
    authorizationDetails: remainingDetails(catalogue, client, granted.authorizationDetails),
  };
  const hadSome = granted.scope.length > 0 || granted.authorizationDetails !== null;
  const hasSome = grant.scope.length > 0 || grant.authorizationDetails !== null;
  if ((hadSome && !hasSome) || grant.resources.length === 0) {
    throw new OAuthError("grant_outdated");
  }
  return grant;
}

/** RFC 8707 §2.2, RFC 9396 §6: the part of `scope` and of the details for the named resources of the grant, or for all of them. */
function narrowToResources(
  catalogue: Catalogue,
  grant: DetailedTarget,
  scope: readonly Scope[],
  { resources: named, authorizationDetails: details }: RequestedTarget,
): DetailedTarget {
  const wanted = narrowedDetails(grant.authorizationDetails, details);
  const detailed = (resources: readonly ResourceIndicator[]) => detailsAt(catalogue, wanted, resources);
  if (named.length === 0)
    return { scope, resources: grant.resources, authorizationDetails: detailed(grant.resources) };
  const resources = catalogue.requireKnownResources(named);
  const foreign = firstMissing(resources, grant.resources);
  if (foreign !== undefined) {
    throw new OAuthError("resource_exceeds_grant", {
      description: `The resource '${foreign}' was not part of what the person allowed.`,
    });
  }
  const authorizationDetails = detailed(resources);
  return {
    scope: usableAt(catalogue, scope, resources, authorizationDetails),
    resources,
    authorizationDetails,
  };
}

/** A token with details is of use without any scope. */
const usableAt = (
  catalogue: Catalogue,
  scope: readonly Scope[],
  resources: readonly ResourceIndicator[],
  details: Details,
): Scope[] =>
  details === null ? downscope(catalogue, scope, resources) : scopeAt(catalogue, scope, resources);

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
