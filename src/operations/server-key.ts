/**
 * The server's own secret. By default it is in the database, where the first server puts a random one: then a copy of
 * the database is complete, and a node needs only the database's URL. An operator can configure it instead. The
 * database then has only its fingerprint, and the server refuses to start with another secret.
 */
import { ConfigurationError } from "../configuration/error.ts";
import type { Configuration } from "../configuration/schema.ts";
import { SERVER_SECRET_BYTES, type ServerKeys, secretFingerprint, serverKeys } from "../platform/keys.ts";
import type { RandomBytes } from "../platform/random.ts";
import { insert, row, type Store } from "../store/contract.ts";
import { type ServerKeyRecord, serverKeys as serverKeyTable } from "../store/tables.ts";

interface ServerKeyContext {
  readonly configuration: Pick<Configuration, "server_key">;
  readonly store: Store;
  readonly random: RandomBytes;
}

export interface FoundServerKeys {
  readonly keys: ServerKeys;
  /** Whether a server has used this database before. */
  readonly wereThere: boolean;
}

const SERVER = "server";
const KEY = { key: row(serverKeyTable, { name: "$name" }) };

/** The stored key; null if no server has used this database. */
export const findServerKey = async ({
  store,
}: Pick<ServerKeyContext, "store">): Promise<ServerKeyRecord | null> =>
  (await store.look(KEY, { name: SERVER })).key;

/** False, and nothing changed, if there is a key: all nodes use the first one. */
export async function createServerKey(
  { store }: Pick<ServerKeyContext, "store">,
  key: Pick<ServerKeyRecord, "fingerprint" | "secret">,
): Promise<boolean> {
  const { outcome } = await store.commit({ changes: [insert(serverKeyTable, { name: SERVER, ...key })] });
  return outcome === "committed";
}

/** Throws ConfigurationError if the configured secret is not the one of this database. */
export async function findServerKeys({
  configuration,
  store,
  random,
}: ServerKeyContext): Promise<FoundServerKeys> {
  const configured =
    configuration.server_key === undefined
      ? null
      : new Uint8Array(Buffer.from(configuration.server_key, "base64url"));
  const kept = await findServerKey({ store });
  if (kept !== null) return { keys: serverKeys(agreedSecret(kept, configured)), wereThere: true };
  const secret = configured ?? random(SERVER_SECRET_BYTES);
  const offered = {
    fingerprint: secretFingerprint(secret),
    secret: configured === null ? secret : null,
  };
  if (await createServerKey({ store }, offered)) return { keys: serverKeys(secret), wereThere: false };
  // Another node was first.
  return findServerKeys({ configuration, store, random });
}

function agreedSecret(kept: ServerKeyRecord, configured: Uint8Array | null): Uint8Array {
  const secret = configured ?? kept.secret;
  if (secret === null) {
    throw new ConfigurationError(
      "This database is used with a server_key that is kept in the configuration, but there is none. Set it: TESSERA_SERVER_KEY, the same on every node.",
    );
  }
  if (Buffer.compare(secretFingerprint(secret), kept.fingerprint) !== 0) {
    throw new ConfigurationError(
      configured === null
        ? "The server's key in the database is damaged. Restore the table server_keys from a backup."
        : "server_key is not the key that this database is used with. Every node needs the same; docs/server-key.md says how to change it.",
    );
  }
  return secret;
}
