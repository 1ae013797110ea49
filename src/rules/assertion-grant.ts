/**
 * The grant of a person that an assertion of a trusted issuer stands for (RFC 7523 §2.1, ID-JAG). No person is asked here: the operator
 * trusts the issuer for it, for these clients and this scope. There is no refresh token, so access lasts as long as the issuer lets it.
 */
import type { TrustedPeople } from "../configuration/trust-schema.ts";
import type { EpochSeconds } from "../platform/clock.ts";
import { ID_JAG_TYPE } from "../protocol/assertions.ts";
import { bindingOf, type Confirmation, confirmationIn, DPOP } from "../protocol/bindings.ts";
import { type Catalogue, isDelegable } from "../protocol/catalogue.ts";
import { OAuthError } from "../protocol/errors.ts";
import type { ResourceIndicator } from "../protocol/identifiers.ts";
import { hasType, type Jws } from "../protocol/jws.ts";
import { hold, insert } from "../store/contract.ts";
import type { ClientRecord } from "../store/tables/clients.ts";
import { type GrantRecord, grants } from "../store/tables/grants.ts";
import { type AccountRecord, accounts } from "../store/tables/people.ts";
import { type AccessTokenRecord, accessTokens } from "../store/tables/tokens.ts";
import { allowClient, isEnabled } from "./client.ts";
import { mayUse } from "./client-access.ts";
import { concluded, type Decision } from "./decision.ts";
import type { ForeignToken } from "./foreign-token.ts";
import { grantExpiry } from "./grant.ts";
import { askableScope, type RequestedTarget, requestedTarget, type TokenTarget } from "./scope.ts";

/** What kind of assertion it is. One that says that it is an ID-JAG is never taken for less. */
export const isIdJag = (jws: Jws): boolean => hasType(jws, ID_JAG_TYPE);

/** ID-JAG, Processing Rules: `client_id` "MUST identify the same client as the client authentication". */
export function requireClient({ claims }: Pick<ForeignToken, "claims">, clientId: string): void {
  if (claims.client_id === clientId) return;
  throw new OAuthError("assertion_mismatch", {
    description: "The assertion does not fit the request: its client_id is another client.",
    clientId,
  });
}

/**
 * ID-JAG, Proof-of-Possession: an assertion that is bound to a key is worth nothing without that key. `shown`: what the request proves to
 * have; the access token is then bound to it. A confirmation of another kind cannot be proved here.
 */
export function requirePossession(
  { claims }: Pick<ForeignToken, "claims">,
  shown: Confirmation | null,
  clientId: string,
): void {
  const { cnf } = claims;
  if (cnf === undefined) return;
  // Its client proves the key of an assertion with DPoP (RFC 9449 §6.1), and with nothing else.
  if (shown !== null && bindingOf(shown) === DPOP && confirmationIn(cnf) === shown) return;
  throw new OAuthError("assertion_mismatch", {
    description: "The assertion is bound to a key (cnf), and the request does not prove that it has the key.",
    clientId,
  });
}

/**
 * What the access token is for: the scope that the operator allows this issuer, the client's own, and what assertion and request name.
 * Each narrows, none widens. Throws `invalid_scope`, `invalid_target` or `invalid_grant`.
 */
export function assertedTarget(
  catalogue: Catalogue,
  people: Pick<TrustedPeople, "scope" | "resources">,
  client: ClientRecord,
  asserted: ForeignToken["claims"] | null,
  requested: RequestedTarget,
): TokenTarget {
  const { clientId } = client;
  const inside = asserted === null ? NOTHING_ASSERTED : readTarget(asserted, clientId);
  const allowed = askableScope(catalogue, client).filter(
    (name) =>
      people.scope.includes(name) &&
      isDelegable(name) &&
      (inside.scope === null || inside.scope.includes(name)),
  );
  if (allowed.length === 0) throw new OAuthError("assertion_gives_nothing", { clientId });
  const named = requested.scope ?? allowed.join(" ");
  // RFC 8707 §2: the API must be one that the assertion names, if it names any.
  const resources = requested.resources.length > 0 ? requested.resources : (inside.resources ?? []);
  const target = requestedTarget(catalogue, client, { scope: named, resources }, allowed);
  const isInside = (resource: ResourceIndicator) =>
    inside.resources === null || catalogue.requireKnownResources(inside.resources).includes(resource);
  const isOpen = (resource: ResourceIndicator) =>
    people.resources === undefined || catalogue.requireKnownResources(people.resources).includes(resource);
  const narrowed = target.resources.filter((resource) => isInside(resource) && isOpen(resource));
  if (narrowed.length === 0 || (requested.resources.length > 0 && narrowed.length < target.resources.length))
    throw new OAuthError("assertion_gives_nothing", { clientId });
  // A scope says something only at an API that uses it.
  const scope = catalogue.scopeFor(target.scope, narrowed);
  if (scope.length === 0) throw new OAuthError("assertion_gives_nothing", { clientId });
  return { scope, resources: narrowed };
}

interface AssertedTarget {
  /** Null: the assertion leaves it to this server. */
  readonly scope: readonly string[] | null;
  readonly resources: readonly string[] | null;
}

const NOTHING_ASSERTED: AssertedTarget = { scope: null, resources: null };

/** ID-JAG: `scope`, and `resource` as a text or a list of texts. A value of another kind is a fault, never "no limit". */
function readTarget(claims: ForeignToken["claims"], clientId: string): AssertedTarget {
  const fault = (name: string) =>
    new OAuthError("assertion_malformed", { description: `${name} of the assertion is no text.`, clientId });
  const { scope, resource } = claims;
  if (scope !== undefined && typeof scope !== "string") throw fault("scope");
  const resources = typeof resource === "string" ? [resource] : (resource ?? null);
  const isList = (value: unknown): value is readonly string[] =>
    Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === "string");
  if (resources !== null && !isList(resources)) throw fault("resource");
  // RFC 9396: nothing narrower than these would be left out unseen.
  if (claims.authorization_details !== undefined)
    throw new OAuthError("assertion_mismatch", {
      description: "The assertion does not fit the request: authorization_details are not supported in it.",
      clientId,
    });
  return { scope: scope === undefined ? null : scope.split(" ").filter((name) => name !== ""), resources };
}

export interface AssertionFacts {
  readonly account: AccountRecord | null;
  readonly client: ClientRecord | null;
}

/** Whether the person may use the client: as if they had signed in. */
export const mayBeServed = ({
  account,
  client,
}: AssertionFacts): "served" | "person_not_allowed" | "assertion_person_unknown" => {
  if (account === null || account.disabledAt !== null) return "assertion_person_unknown";
  return isEnabled(client) && mayUse(client, account) ? "served" : "person_not_allowed";
};

/** Stores the grant and its access token. The commit holds the person and the client, so that all that ends their access finds it. */
export function grantByAssertion(
  { account, client }: AssertionFacts,
  grant: GrantRecord,
  accessToken: AccessTokenRecord,
  { issuer, now }: { readonly issuer: string; readonly now: EpochSeconds },
): Decision<"issued" | "refused"> {
  if (account === null || client === null || mayBeServed({ account, client }) !== "served")
    return concluded("refused");
  const { subject, clientId, id } = grant;
  return {
    outcome: "issued",
    changes: [
      hold(accounts, { subject }, { revision: account.revision }),
      allowClient(client, now),
      insert(grants, { ...grant, activatedAt: now, expiresAt: grantExpiry(now, accessToken.expiresAt) }),
      insert(accessTokens, accessToken),
    ],
    events: [
      { event: "assertion.accepted", via: issuer, subject, client: clientId, grant: id },
      { event: "token.issued", via: "jwt_bearer", subject, client: clientId, grant: id },
    ],
  };
}
