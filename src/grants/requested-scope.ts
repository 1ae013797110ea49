/** The checks of scope and resource that authorization, device and client_credentials requests share. */
import type { Context } from "../context.ts";
import { OAuthError } from "../protocol/errors.ts";
import type { Scope } from "../protocol/identifiers.ts";
import type { Parameters } from "../protocol/parameters.ts";
import { firstMissing, parseScope } from "../protocol/scope.ts";
import type { ClientRecord } from "../store/records.ts";
import { downscope, type TokenTarget } from "./grant.ts";

/**
 * What a new request asks for: its scopes (RFC 6749 §3.3, or the client's default ones) and its resources
 * (RFC 8707 §2.1, or those that use the scopes). `allowed` is what it may have. Throws `invalid_scope` or `invalid_target`.
 */
export function requestedScope(
  { catalogue }: Pick<Context, "catalogue">,
  client: ClientRecord,
  parameters: Parameters,
  allowed: readonly Scope[],
): TokenTarget {
  const asked = parameters.get("scope");
  // A default that the operator has taken away since is not held against a client that asked for nothing.
  const scope = asked === undefined ? client.defaultScope.filter(catalogue.isKnownScope) : parseScope(asked);
  catalogue.requireKnownScopes(scope);
  const refused = firstMissing(scope, allowed);
  if (refused !== undefined) {
    throw new OAuthError("scope_not_registered", {
      description: `The client is not registered for the scope '${refused}'.`,
      clientId: client.clientId,
    });
  }
  const named = parameters.all("resource");
  if (named.length === 0) return { scope, resources: catalogue.defaultResources(scope) };
  const resources = catalogue.requireKnownResources(named);
  return { scope: downscope({ catalogue }, scope, resources), resources };
}
