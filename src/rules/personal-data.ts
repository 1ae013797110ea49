/**
 * What a caller may learn of a token: the one rule for introspection.
 */
import { type Catalogue, USERINFO_SCOPE } from "../protocol/catalogue.ts";
import type { Scope } from "../protocol/identifiers.ts";
import type { LiveAccessToken } from "./access-token.ts";
import { detailsAt } from "./authorization-details.ts";

export const tellsUsername = (scope: readonly Scope[]): boolean => scope.includes(USERINFO_SCOPE);

/** What a caller sees of an access token. */
export interface VisibleToken {
  readonly token: Pick<
    LiveAccessToken,
    | "id"
    | "clientId"
    | "subject"
    | "scope"
    | "resources"
    | "authorizationDetails"
    | "issuedAt"
    | "expiresAt"
    | "confirmation"
    | "exchange"
    | "grant"
  >;
  readonly showsUsername: boolean;
}

type Sees = Pick<Catalogue, "mayIntrospect" | "mayIntrospectAll" | "scopeFor" | "detailType">;

/**
 * The part of an access token that a client sees at introspection; null if it is none of its business (RFC 7662 §4). A client
 * sees its own tokens, and the user name only if the person agreed to tell it. An API sees its own audience and the scopes that
 * it can use, and whom the token acts for. A client of the operator's choice sees all of every token.
 */
export function visibleToken(catalogue: Sees, clientId: string, token: LiveAccessToken): VisibleToken | null {
  if (catalogue.mayIntrospectAll(clientId)) return { token, showsUsername: true };
  const { resources, scope } = token;
  const own = resources.filter((resource) => catalogue.mayIntrospect(clientId, [resource]));
  if (token.clientId === clientId) return { token, showsUsername: own.length > 0 || tellsUsername(scope) };
  if (own.length === 0) return null;
  if (own.length === resources.length) return { token, showsUsername: true };
  const seen = {
    ...token,
    resources: own,
    scope: catalogue.scopeFor(scope, own),
    authorizationDetails: detailsAt(catalogue, token.authorizationDetails, own),
  };
  return { token: seen, showsUsername: true };
}
