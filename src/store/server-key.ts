/**
 * Where the server's own secret comes from: the configuration, or else the database, in which the first server puts a
 * random one. So a copy of the database is complete, and a node needs nothing but the database's URL. Whoever wants it
 * apart from the database configures it; then the database only knows its fingerprint, so that no node starts with
 * another.
 */
import { ConfigurationError } from "../configuration/error.ts";
import type { Configuration } from "../configuration/schema.ts";
import { SERVER_SECRET_BYTES, type ServerKeys, secretFingerprint, serverKeys } from "../platform/keys.ts";
import type { RandomBytes } from "../platform/random.ts";
import type { Store } from "./contract.ts";
import type { ServerKeyRecord } from "./records.ts";

interface ServerKeyContext {
  readonly configuration: Pick<Configuration, "server_key">;
  readonly store: Pick<Store, "findServerKey" | "createServerKey">;
  readonly random: RandomBytes;
}

export interface FoundServerKeys {
  readonly keys: ServerKeys;
  /** Whether a server was started on this database before. */
  readonly wereThere: boolean;
}

/** Throws ConfigurationError if the configured secret is not the one that this database is used with. */
export async function findServerKeys({
  configuration,
  store,
  random,
}: ServerKeyContext): Promise<FoundServerKeys> {
  const configured =
    configuration.server_key === undefined
      ? null
      : new Uint8Array(Buffer.from(configuration.server_key, "base64url"));
  const kept = await store.findServerKey();
  if (kept !== null) return { keys: serverKeys(agreedSecret(kept, configured)), wereThere: true };
  const secret = configured ?? random(SERVER_SECRET_BYTES);
  const offered: ServerKeyRecord = {
    fingerprint: secretFingerprint(secret),
    secret: configured === null ? secret : null,
  };
  if (await store.createServerKey(offered)) return { keys: serverKeys(secret), wereThere: false };
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
        ? "The server's key in the database is damaged. Restore the table server_key from a backup."
        : "server_key is not the key that this database is used with. Every node needs the same; docs/scale.md says how to change it.",
    );
  }
  return secret;
}
