/** Finds the person or client that a command names. */
import { findClient } from "../operations/clients.ts";
import { findGroup, findGroupLike } from "../operations/groups.ts";
import { findAccountBySignInName } from "../operations/people.ts";
import type { Store } from "../store/contract.ts";
import type { ClientRecord } from "../store/tables/clients.ts";
import type { AccountRecord } from "../store/tables/people.ts";
import { CommandError } from "./command-error.ts";

interface Reading {
  readonly store: Store;
}

/** The person with that user name or e-mail address. Throws CommandError if there is none. */
export async function requireAccount(workspace: Reading, name: string): Promise<AccountRecord> {
  const account = await findAccountBySignInName(workspace, name);
  if (account !== null) return account;
  throw new CommandError(
    `There is no person with the user name or e-mail address '${name}'. See: tessera user list`,
  );
}

/** Throws CommandError if there is no such client. */
export async function requireClient(workspace: Reading, clientId: string): Promise<ClientRecord> {
  const client = await findClient(workspace, clientId);
  if (client !== null) return client;
  throw new CommandError(`There is no client '${clientId}'. See: tessera client list`);
}

/** Throws CommandError for a name that is no group: to a wrong name no person belongs. */
export async function requireGroups(
  workspace: Reading,
  ...lists: (readonly string[] | undefined)[]
): Promise<void> {
  for (const name of lists.flatMap((list) => list ?? [])) {
    if ((await findGroup(workspace, name)) !== null) continue;
    const like = await findGroupLike(workspace, name);
    throw new CommandError(
      like === null
        ? `There is no group '${name}'. Make it: tessera group add ${name}. See: tessera group list`
        : `There is no group '${name}'. There is '${like.name}'.`,
    );
  }
}
