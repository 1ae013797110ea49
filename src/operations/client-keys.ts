/** The public keys of clients: from their metadata, or fetched from their `jwks_uri`. */
import type { SteadyClock } from "../platform/clock.ts";
import type { Log } from "../platform/log.ts";
import type { Outbound } from "../platform/outbound.ts";
import type { ClientRecord } from "../store/tables.ts";
import { createKeySets, type KeyHeader, KeySetError } from "./key-sets.ts";

/** `words`: what to tell the client, and no other. */
export { KeySetError as ClientKeyError } from "./key-sets.ts";

export interface ClientKeys {
  /** The key of the client that the header of a JWS names (`KeySets.find`). Throws ClientKeyError if there is none. */
  find(client: ClientRecord, header: KeyHeader): Promise<CryptoKey>;
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
    async find({ clientId, jwks, jwksUri }, header) {
      if (jwksUri !== null) return sets.find(clientId, { jwksUri }, header);
      if (jwks === null) throw new KeySetError("The client has registered no keys (jwks or jwks_uri).");
      return sets.find(clientId, { keys: jwks }, header);
    },
  };
}
