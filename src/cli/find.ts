/** Finds the person or client that a command names. */
import { findClient } from "../operations/clients.ts";
import { findAccountBySignInName } from "../operations/people.ts";
import type { Store } from "../store/contract.ts";
import type { AccountRecord, ClientRecord } from "../store/tables.ts";
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
