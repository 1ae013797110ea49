/**
 * Whether access that a person gave a client still counts: the person may have left a group since, or the operator may demand a
 * better sign-in by now.
 */
import type { Configuration } from "../configuration/schema.ts";
import { reaches } from "../protocol/authentication-level.ts";
import {
  type GivenAccess,
  isGoodEnough,
  isRestricted,
  type LevelPolicy,
  levelOfPerson,
  mayUse,
  type Restriction,
} from "../rules/client-access.ts";
import type { Store } from "../store/contract.ts";
import { clients } from "../store/tables/clients.ts";
import type { GrantRecord } from "../store/tables/grants.ts";
import type { AccountRecord } from "../store/tables/people.ts";
import { findAccount } from "./people.ts";

export interface AccessContext {
  readonly store: Store;
  readonly levelPolicy: LevelPolicy;
}

/** What the configuration demands of sign-ins. */
export const levelPolicyOf = ({
  scopes,
  authorization_details_types,
  sign_in,
}: Pick<Configuration, "scopes" | "authorization_details_types" | "sign_in">): LevelPolicy => ({
  scopes: new Map(
    scopes.flatMap(({ name, minimum_acr }) => (minimum_acr === undefined ? [] : [[name, minimum_acr]])),
  ),
  details: new Map(
    authorization_details_types.flatMap(({ type, minimum_acr }) =>
      minimum_acr === undefined ? [] : [[type, minimum_acr]],
    ),
  ),
  secondFactor: sign_in.second_factor_for,
});

/** Why access counts no more: the person may not use the client, or the sign-in was not as good as it must be by now. */
export type UseFault = "person_not_allowed" | "sign_in_too_weak";

type UsedGrant = Pick<GrantRecord, "subject"> & GivenAccess;

/**
 * Null: it still counts. For a client without a restriction, and for one that acts for itself, this asks the store nothing and
 * answers at once.
 */
export function useFault(
  { store, levelPolicy }: AccessContext,
  client: Restriction | null,
  grant: UsedGrant | null,
): UseFault | null | Promise<UseFault | null> {
  if (client === null || grant === null) return null;
  const isGood = isGoodEnough(levelPolicy, client, grant);
  const isOpen = levelPolicy.secondFactor.length === 0 || reaches(grant.authenticationLevel, "2");
  if (!isOpen || isRestricted(client)) return faultOfPerson({ store, levelPolicy }, client, grant, isGood);
  return isGood ? null : "sign_in_too_weak";
}

async function faultOfPerson(
  { store, levelPolicy }: AccessContext,
  client: Restriction,
  { subject, authenticationLevel }: UsedGrant,
  isGood: boolean,
): Promise<UseFault | null> {
  const account = await findAccount({ store }, subject);
  // A better sign-in would not help this person.
  if (account === null || !mayUse(client, account)) return "person_not_allowed";
  const isGoodForPerson = reaches(authenticationLevel, levelOfPerson(levelPolicy, account));
  return isGood && isGoodForPerson ? null : "sign_in_too_weak";
}

/** Whether any access of the person needs a second factor: by their groups, a scope, authorization details or a client. Reads the clients. */
export async function isLevelDemanded(
  { store, levelPolicy }: AccessContext,
  account: Pick<AccountRecord, "groups">,
): Promise<boolean> {
  if (levelOfPerson(levelPolicy, account) === "2" || levelPolicy.scopes.size + levelPolicy.details.size > 0)
    return true;
  return (await store.list(clients, { where: { minimumAcr: "2" }, limit: 1 })).length > 0;
}
