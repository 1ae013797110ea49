/**
 * Which people may use a client, and how well they must have proved who they are: the members of groups that the operator names, or
 * all but those; with a second factor, or without.
 */
import {
  AUTHENTICATION_LEVELS,
  type AuthenticationLevel,
  highestLevel,
  reaches,
} from "../protocol/authentication-level.ts";
import type { ClientRecord } from "../store/tables/clients.ts";
import type { GrantRecord } from "../store/tables/grants.ts";
import type { AccountRecord } from "../store/tables/people.ts";

export type Restriction = Pick<ClientRecord, "allowedGroups" | "deniedGroups" | "minimumAcr">;

/** Whether some people may not use the client, so that the person must be known. */
export const isRestricted = ({
  allowedGroups,
  deniedGroups,
}: Pick<Restriction, "allowedGroups" | "deniedGroups">): boolean =>
  allowedGroups.length > 0 || deniedGroups.length > 0;

/**
 * Whether the person may use the client now. To be in a denied group outweighs everything. With allowed groups the person
 * must be in one of them.
 */
export const mayUse = (
  { allowedGroups, deniedGroups }: Pick<Restriction, "allowedGroups" | "deniedGroups">,
  { groups }: Pick<AccountRecord, "groups">,
): boolean =>
  !deniedGroups.some((group) => groups.includes(group)) &&
  (allowedGroups.length === 0 || allowedGroups.some((group) => groups.includes(group)));

/** What the operator demands of sign-ins beside what clients do: by scope, and by group. */
export interface LevelPolicy {
  /** The level that each scope needs; a scope that is missing needs none. */
  readonly scopes: ReadonlyMap<string, AuthenticationLevel>;
  /** The level that each type of authorization details needs. */
  readonly details: ReadonlyMap<string, AuthenticationLevel>;
  /** The groups whose members need a second factor for everything. `everyone` is all people. */
  readonly secondFactor: "everyone" | readonly string[];
}

/** The level of sign-in that this access needs of every person. */
export const levelOfAccess = (
  { scopes, details }: Pick<LevelPolicy, "scopes" | "details">,
  { minimumAcr }: Pick<Restriction, "minimumAcr">,
  scope: readonly string[],
  authorizationDetails: GrantRecord["authorizationDetails"],
): AuthenticationLevel =>
  // Most servers demand nothing, and every introspection asks.
  minimumAcr === null && scopes.size === 0 && details.size === 0
    ? AUTHENTICATION_LEVELS[0]
    : highestLevel([
        minimumAcr,
        ...scope.map((name) => scopes.get(name)),
        ...(authorizationDetails ?? []).map(({ type }) => details.get(type)),
      ]);

/** The level that the groups of a person demand. */
export const levelOfPerson = (
  { secondFactor }: Pick<LevelPolicy, "secondFactor">,
  { groups }: Pick<AccountRecord, "groups">,
): AuthenticationLevel =>
  secondFactor === "everyone" || secondFactor.some((group) => groups.includes(group)) ? "2" : "1";

/**
 * Whether a grant was given with a sign-in as good as its access needs of every person by now. Tokens that are out are not asked about
 * authorization details: the next ones are.
 */
export const isGoodEnough = (
  policy: LevelPolicy,
  client: Pick<Restriction, "minimumAcr">,
  { authenticationLevel, scope, authorizationDetails = null }: GivenAccess,
): boolean => reaches(authenticationLevel, levelOfAccess(policy, client, scope, authorizationDetails));

export type GivenAccess = Pick<GrantRecord, "authenticationLevel" | "scope"> &
  Partial<Pick<GrantRecord, "authorizationDetails">>;
