/** Whether access that a person gave a client still counts: the person may have left a group since. */
import { isRestricted, mayUse, type Restriction } from "../rules/client-access.ts";
import type { Store } from "../store/contract.ts";
import type { GrantRecord } from "../store/tables.ts";
import { findAccount } from "./people.ts";

/** For a client without a restriction, and for one that acts for itself, this asks the store nothing. */
export async function mayStillUse(
  { store }: { readonly store: Store },
  client: Restriction | null,
  grant: Pick<GrantRecord, "subject"> | null,
): Promise<boolean> {
  if (client === null || grant === null || !isRestricted(client)) return true;
  const account = await findAccount({ store }, grant.subject);
  return account !== null && mayUse(client, account);
}
