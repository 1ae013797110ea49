/**
 * Whether access that a person gave a client still counts: the person may have left a group since, or the operator may demand a
 * better sign-in by now.
 */
import type { Configuration } from "../configuration/schema.ts";
import { reaches } from "../protocol/authentication-level.ts";
import {
  isGoodEnough,
  isRestricted,
  type LevelPolicy,
  levelOfPerson,
  mayUse,
  type Restriction,
} from "../rules/client-access.ts";
import type { Store } from "../store/contract.ts";
import type { GrantRecord } from "../store/tables.ts";
import { findAccount } from "./people.ts";

export interface AccessContext {
  readonly store: Store;
  readonly levelPolicy: LevelPolicy;
}

/** What the configuration demands of sign-ins. */
export const levelPolicyOf = ({
  scopes,
  sign_in,
}: Pick<Configuration, "scopes" | "sign_in">): LevelPolicy => ({
  scopes: new Map(
    scopes.flatMap(({ name, minimum_acr }) => (minimum_acr === undefined ? [] : [[name, minimum_acr]])),
  ),
  secondFactor: sign_in.second_factor_for,
});

/** For a client without a restriction, and for one that acts for itself, this asks the store nothing. */
export async function mayStillUse(
  { store, levelPolicy }: AccessContext,
  client: Restriction | null,
  grant: Pick<GrantRecord, "subject" | "scope" | "authenticationLevel"> | null,
): Promise<boolean> {
  if (client === null || grant === null) return true;
  if (!isGoodEnough(levelPolicy, client, grant)) return false;
  const { authenticationLevel } = grant;
  const isOpen = levelPolicy.secondFactor.length === 0 || reaches(authenticationLevel, "2");
  if (isOpen && !isRestricted(client)) return true;
  const account = await findAccount({ store }, grant.subject);
  if (account === null || !mayUse(client, account)) return false;
  return reaches(authenticationLevel, levelOfPerson(levelPolicy, account));
}
