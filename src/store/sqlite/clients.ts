/** The store's methods for clients. */
import type { ClientId } from "../../protocol/identifiers.ts";
import type { Store } from "../contract.ts";
import type { ClientSecretRecord } from "../records.ts";
import type { Engine, Tables } from "./engine.ts";
import { revokeAccess } from "./revoking.ts";

type ClientMethods = Pick<
  Store,
  | "findClient"
  | "recallClient"
  | "confirmClient"
  | "listClients"
  | "hasClients"
  | "createClient"
  | "putClient"
  | "addClientSecret"
  | "removeClientSecret"
  | "removeClient"
>;

export function clientMethods({ read, write, memory }: Engine): ClientMethods {
  return {
    findClient: (clientId) => read(({ clients }) => clients.find(clientId)),

    recallClient: (clientId) => memory.recall(clientId),

    async confirmClient(client) {
      if (memory.mustConfirm(client)) await read(() => memory.confirm(client));
    },

    listClients: (source) => read(({ clients }) => clients.list(source)),

    hasClients: () => read(({ clients }) => clients.areThere()),

    createClient: (client) => write(({ clients }) => clients.insert(client)),

    putClient: (client) =>
      write(({ clients }) => {
        if (!clients.replace(client)) clients.insert(client);
      }),

    addClientSecret: (clientId, secret) =>
      write((tables) => changeSecrets(tables, clientId, (secrets) => [...secrets, secret])),

    removeClientSecret: (clientId, secretId) =>
      write((tables) =>
        changeSecrets(tables, clientId, (secrets) => {
          const kept = secrets.filter((secret) => secret.id !== secretId);
          return kept.length < secrets.length ? kept : null;
        }),
      ),

    removeClient: (clientId, now) =>
      write((tables) => {
        if (!tables.clients.remove(clientId)) return false;
        // The client's own access tokens die with its number.
        revokeAccess(tables, { clientId }, "client_removed", now);
        tables.deviceCodes.removeByClient(clientId);
        return true;
      }),
  };
}

/** False if there is no such client, or nothing to change (`change` returns null). */
function changeSecrets(
  { clients }: Tables,
  clientId: ClientId,
  change: (secrets: readonly ClientSecretRecord[]) => readonly ClientSecretRecord[] | null,
): boolean {
  const client = clients.find(clientId);
  if (client === null) return false;
  const secrets = change(client.secrets);
  return secrets !== null && clients.replace({ ...client, secrets });
}
