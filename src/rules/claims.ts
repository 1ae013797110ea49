/**
 * What applications are told of a person: the one rule for ID tokens, userinfo and previews, so that no door tells what
 * another one keeps.
 */
import { EMAIL_SCOPE, USERINFO_SCOPE } from "../protocol/catalogue.ts";
import type { Scope } from "../protocol/identifiers.ts";
import type { AccountRecord, AttributeValue, PersonProfile, PostalAddress } from "../store/tables.ts";

/** The facts about a person that claims are made of. */
export type ToldPerson = Pick<
  AccountRecord,
  "username" | "name" | "email" | "emailVerified" | "profile" | "attributes" | "groups" | "updatedAt"
>;

export type ClaimValue = AttributeValue | PostalAddress;
/** Claims by their names. A claim without a value is missing. */
export type Claims = Readonly<Record<string, ClaimValue>>;

/** The claims that a request names one by one (OpenID Connect Core §5.5), beside those of its scopes. */
export type RequestedClaims = readonly string[];

/** Null if the person has no such fact. */
type Reader = (person: ToldPerson) => ClaimValue | null;

const fromProfile =
  (name: keyof PersonProfile): Reader =>
  ({ profile }) =>
    profile[name] ?? null;

const fromProfiles = (...names: readonly (keyof PersonProfile)[]): Record<string, Reader> =>
  Object.fromEntries(names.map((name) => [name, fromProfile(name)]));

/** The claims of each scope, and where they come from (OpenID Connect Core §5.4). */
const SCOPE_CLAIMS: Readonly<Record<string, Readonly<Record<string, Reader>>>> = {
  [USERINFO_SCOPE]: {
    name: ({ name }) => name,
    preferred_username: ({ username }) => username,
    ...fromProfiles("given_name", "family_name", "middle_name", "nickname", "profile", "picture", "website"),
    ...fromProfiles("gender", "birthdate", "zoneinfo", "locale"),
    updated_at: ({ updatedAt }) => updatedAt,
  },
  [EMAIL_SCOPE]: {
    email: ({ email }) => email,
    email_verified: ({ email, emailVerified }) => (email === null ? null : emailVerified),
  },
  phone: {
    phone_number: fromProfile("phone_number"),
    phone_number_verified: ({ profile }) =>
      profile.phone_number === undefined ? null : (profile.phone_number_verified ?? true),
  },
  address: { address: fromProfile("address") },
  // An empty list is an answer: the application takes back the rights that a group gave.
  groups: { groups: ({ groups }) => groups },
};

const READERS = new Map(Object.values(SCOPE_CLAIMS).flatMap((claims) => Object.entries(claims)));

/** The names of all claims about people, for `claims_supported`. */
export const CLAIM_NAMES: readonly string[] = [...READERS.keys()];

/** The scope that gives the claim; null if none does. */
export const scopeOfClaim = (claim: string): Scope | null =>
  (Object.entries(SCOPE_CLAIMS).find(([, claims]) => Object.hasOwn(claims, claim))?.[0] as Scope) ?? null;

/** The claims about a person that the scopes give, and those that a request names and this server knows. */
export function personClaims(
  scope: readonly Scope[],
  person: ToldPerson,
  requested: RequestedClaims = [],
): Claims {
  const ofScopes = scope.flatMap((name) => Object.keys(SCOPE_CLAIMS[name] ?? {}));
  const claims: Record<string, ClaimValue> = {};
  for (const name of [...ofScopes, ...requested]) {
    const value = READERS.get(name)?.(person) ?? null;
    if (value !== null) claims[name] = value;
  }
  return claims;
}
