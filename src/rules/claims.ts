/**
 * What applications are told of a person: the one rule for ID tokens, userinfo and previews, so that no door tells what
 * another one keeps.
 */

import { GROUPS_SCOPE, OWN_SCOPES } from "../protocol/catalogue.ts";
import {
  attributeIn,
  type ClaimMapping,
  type ClaimSource,
  fixedValueIn,
  groupIn,
  MAPPED_BYTES,
} from "../protocol/claim-mapping.ts";
import type { ClaimsRequest } from "../protocol/claims-request.ts";
import type { Scope } from "../protocol/identifiers.ts";
import type { Issuer } from "../protocol/issuer.ts";
import { CLAIM_NAMES, SCOPE_CLAIMS, scopeOfClaim } from "../protocol/standard-claims.ts";
import type { IndividualClaims } from "../store/tables/grants.ts";
import type { AccountRecord, AttributeValue, PersonProfile, PostalAddress } from "../store/tables/people.ts";
import { pictureAddress } from "./picture.ts";

export { CLAIM_NAMES, scopeOfClaim } from "../protocol/standard-claims.ts";

/** The facts about a person that claims are made of. */
export type ToldPerson = Pick<
  AccountRecord,
  "username" | "name" | "email" | "emailVerified" | "profile" | "attributes" | "groups" | "updatedAt"
> & {
  /** The address of the person's picture at this server; null for a person without one. */
  readonly picture: string | null;
};

/** The facts about a person as this server tells them. */
export const toldPerson = (account: AccountRecord, issuer: Pick<Issuer, "url">): ToldPerson => ({
  ...account,
  picture: account.pictureId === null ? null : pictureAddress(issuer, account.pictureId),
});

export type ClaimValue = AttributeValue | PostalAddress;
/** Claims by their names. A claim without a value is missing. */
export type Claims = Readonly<Record<string, ClaimValue>>;

/** The individual claims of a request (OpenID Connect Core §5.5), beside those of its scopes. */
export type ClaimNames = readonly string[];

/** Those of the claims whose scope the client may ask for. The operator may have taken it away since the person agreed. */
export const withinScope = (claims: ClaimNames, askable: readonly Scope[]): string[] =>
  claims.filter((name) => {
    const scope = scopeOfClaim(name);
    return scope !== null && askable.includes(scope);
  });

/**
 * The claims of a request that the client may have: those whose scope it could ask for. Null if it asks for none. A claim without
 * a scope, such as `acr`, says how the person signed in, or nothing.
 */
export function individualClaims(
  request: ClaimsRequest | null,
  askable: readonly Scope[],
): IndividualClaims | null {
  const allowed = (names: Readonly<Record<string, unknown>>) => withinScope(Object.keys(names), askable);
  const claims = { idToken: allowed(request?.idToken ?? {}), userinfo: allowed(request?.userinfo ?? {}) };
  return claims.idToken.length + claims.userinfo.length === 0 ? null : claims;
}

/**
 * The scopes that a person is asked for: those of the request, and those of its individual claims. The words for a scope tell at least
 * what its claims tell, and a remembered yes to the scope is one to each of them.
 */
export const scopeToAllow = ({
  scope,
  claims,
}: {
  readonly scope: readonly Scope[];
  readonly claims: IndividualClaims | null;
}): Scope[] => {
  const scopes = [...(claims?.idToken ?? []), ...(claims?.userinfo ?? [])].map(scopeOfClaim);
  return [...new Set([...scope, ...scopes.filter((name) => name !== null)])];
};

/** Null if the person has no such fact. */
type Reader = (person: ToldPerson) => ClaimValue | null;

const fromProfile = (...names: readonly (keyof PersonProfile)[]): Record<string, Reader> =>
  Object.fromEntries(names.map((name): [string, Reader] => [name, ({ profile }) => profile[name] ?? null]));

/** Where each standard claim comes from. */
const READERS: ReadonlyMap<string, Reader> = new Map(
  Object.entries({
    name: ({ name }: ToldPerson) => name,
    preferred_username: ({ username }: ToldPerson) => username,
    ...fromProfile("given_name", "family_name", "middle_name", "nickname", "profile", "website"),
    ...fromProfile("gender", "birthdate", "zoneinfo", "locale", "phone_number", "address"),
    picture: ({ picture }: ToldPerson) => picture,
    updated_at: ({ updatedAt }: ToldPerson) => updatedAt,
    email: ({ email }: ToldPerson) => email,
    email_verified: ({ email, emailVerified }: ToldPerson) => (email === null ? null : emailVerified),
    phone_number_verified: ({ profile }: ToldPerson) =>
      profile.phone_number === undefined ? null : (profile.phone_number_verified ?? true),
    // An empty list is an answer: the application takes back the rights that a group gave.
    groups: ({ groups }: ToldPerson) => groups,
  }),
);

/** The operator's own claims: those of scopes, and those of the client that asks. */
export interface OwnClaims {
  readonly scopes: Readonly<Record<string, ClaimMapping>>;
  readonly client: ClaimMapping;
}

const NO_OWN_CLAIMS: OwnClaims = { scopes: {}, client: {} };

/** The names of all claims that this server may tell, with those of the operator's scopes. */
export const claimNames = ({ scopes }: Pick<OwnClaims, "scopes">): string[] => [
  ...new Set([...CLAIM_NAMES, ...Object.values(scopes).flatMap((mapping) => Object.keys(mapping))]),
];

const claimsOf = (scope: string): readonly string[] =>
  Object.hasOwn(SCOPE_CLAIMS, scope) ? (SCOPE_CLAIMS[scope] ?? []) : [];

/**
 * The claims about a person that the scopes give, those that a request names and this server knows, and the operator's own.
 * A claim of a client that repeats a standard claim needs that claim's scope; one of a scope does not.
 */
export function personClaims(
  scope: readonly Scope[],
  person: ToldPerson,
  requested: ClaimNames = [],
  own: OwnClaims = NO_OWN_CLAIMS,
): Claims {
  const ofScopes = scope.flatMap((name) => claimsOf(name));
  const claims: Record<string, ClaimValue> = {};
  for (const name of [...ofScopes, ...requested]) {
    const value = READERS.get(name)?.(person) ?? null;
    if (value !== null) claims[name] = value;
  }
  const isTold = (source: ClaimSource) =>
    typeof source !== "string" ||
    !READERS.has(source) ||
    ofScopes.includes(source) ||
    requested.includes(source);
  const ofClient = Object.entries(own.client).filter(([, source]) => isTold(source));
  return { ...claims, ...mappedClaims([...mappingsOf(scope, own), ...ofClient], person) };
}

type Mapped = readonly (readonly [string, ClaimSource])[];

const mappingsOf = (scope: readonly Scope[], { scopes }: Pick<OwnClaims, "scopes">): Mapped =>
  scope.flatMap((name) => (Object.hasOwn(scopes, name) ? Object.entries(scopes[name] ?? {}) : []));

/** `person`: null for a client that acts for itself. */
function mappedClaims(mapped: Mapped, person: ToldPerson | null): Claims {
  const claims: Record<string, ClaimValue> = {};
  let bytes = 0;
  for (const [name, source] of mapped) {
    const value = mappedValue(source, person);
    if (value === null) continue;
    // A token that is too long reaches no application, so what does not fit is left out.
    bytes += Buffer.byteLength(JSON.stringify([name, value]));
    if (bytes > MAPPED_BYTES) break;
    claims[name] = value;
  }
  return claims;
}

/**
 * The claims about a client that acts for itself, for the API of its access token, in the token or at introspection: those of its
 * scopes, as far as an API is told of them, and those of the client, of which the operator decides alone.
 */
export const clientClaims = (scope: readonly Scope[], own: OwnClaims): Claims =>
  mappedClaims([...mappingsOf(toldToApis(scope, own.scopes), own), ...Object.entries(own.client)], null);

/**
 * The claims about a person for the API of an access token, in the token or at introspection: the groups, and the operator's own
 * of the operator's own scopes. An API decides by them. What the scopes of OpenID Connect tell is for the client, at userinfo.
 */
export const accessTokenClaims = (
  scope: readonly Scope[],
  person: ToldPerson,
  scopes: OwnClaims["scopes"],
): Claims => personClaims(toldToApis(scope, scopes), person, [], { scopes, client: {} });

/** The scopes whose claims an API is told. */
export const toldToApis = (scope: readonly Scope[], scopes: Readonly<Record<string, unknown>>): Scope[] =>
  scope.filter(
    (name) =>
      name === GROUPS_SCOPE || (Object.hasOwn(scopes, name) && !OWN_SCOPES.some((own) => own.name === name)),
  );

/** The most bytes of these claims in a JWT, as JSON: servers refuse headers of 8 kB. */
const SIGNED_CLAIM_BYTES = 4096;

/** The claims that fit into a JWT. One that does not fit is left out whole, so that no API takes a part for all of it. */
export function fittingClaims(claims: Claims): Claims {
  let bytes = 0;
  return Object.fromEntries(
    Object.entries(claims).filter((claim) => {
      const own = Buffer.byteLength(JSON.stringify(claim));
      if (bytes + own > SIGNED_CLAIM_BYTES) return false;
      bytes += own;
      return true;
    }),
  );
}

/** Null if the person has no such fact, or is in none of the groups. `person`: null for a client that acts for itself. */
function mappedValue(source: ClaimSource, person: ToldPerson | null): ClaimValue | null {
  const isIn = (group: string | null) => group !== null && (person?.groups.includes(group) ?? false);
  if (typeof source !== "string") {
    const everyOne = person === null ? "client" : "everyone";
    const fitting = Object.entries(source).find(([, who]) => who === everyOne || isIn(groupIn(who)));
    return fitting?.[0] ?? null;
  }
  const fixed = fixedValueIn(source);
  if (fixed !== null || person === null) return fixed;
  const attribute = attributeIn(source);
  if (attribute !== null)
    return Object.hasOwn(person.attributes, attribute) ? (person.attributes[attribute] ?? null) : null;
  const group = groupIn(source);
  return group === null ? (READERS.get(source)?.(person) ?? null) : isIn(group);
}
