/** The public keys of clients: from their metadata, or fetched from their `jwks_uri`. */
import type { SteadyClock } from "../platform/clock.ts";
import type { Log } from "../platform/log.ts";
import type { Outbound } from "../platform/outbound.ts";
import type { ClientJwk, ClientRecord } from "../store/tables/clients.ts";
import { createKeySets, type KeyHeader, KeySetError, type KeySource } from "./key-sets.ts";

/** `words`: what to tell the client, and no other. */
export { KeySetError as ClientKeyError } from "./key-sets.ts";

export interface ClientKeys {
  /** The key of the client that the header of a JWS names (`KeySets.find`). Throws ClientKeyError if there is none. */
  find(client: ClientRecord, header: KeyHeader): Promise<CryptoKey>;
  /** Whether one of the client's keys is the one that is meant. Throws ClientKeyError if its keys cannot be fetched, or it has none. */
  has(client: ClientRecord, isMeant: (key: ClientJwk) => boolean): Promise<boolean>;
}

/** Strangers may register more clients than that. */
const MOST_CLIENTS = 1000;

export function createClientKeys(parts: {
  readonly outbound: Outbound;
  readonly steadyClock: SteadyClock;
  readonly log: Log;
}): ClientKeys {
  const sets = createKeySets(parts, { noun: "client", purpose: "keys", most: MOST_CLIENTS });
  return {
    async find(client, header) {
      return sets.find(client.clientId, sourceOf(client), header);
    },
    async has(client, isMeant) {
      return sets.has(client.clientId, sourceOf(client), isMeant);
    },
  };
}

/** Throws ClientKeyError if there are none. */
function sourceOf({ jwks, jwksUri }: ClientRecord): KeySource {
  if (jwksUri !== null) return { jwksUri };
  if (jwks === null) throw new KeySetError("The client has registered no keys (jwks or jwks_uri).");
  return { keys: jwks };
}
