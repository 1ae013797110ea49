/** Finding what a command names, or saying where to look for it. */
import type { Store } from "../store/contract.ts";
import type { AccountRecord, ClientRecord } from "../store/records.ts";
import { CommandError } from "./command-error.ts";

/** Throws CommandError if nobody has that user name. */
export async function requireAccount(store: Store, username: string): Promise<AccountRecord> {
  const account = await store.findAccountByUsername(username);
  if (account !== null) return account;
  throw new CommandError(`There is nobody with the user name '${username}'. See: tessera user list`);
}

/** Throws CommandError if there is no such client. */
export async function requireClient(store: Store, clientId: string): Promise<ClientRecord> {
  const client = await store.findClient(clientId);
  if (client !== null) return client;
  throw new CommandError(`There is no client '${clientId}'. See: tessera client list`);
}
