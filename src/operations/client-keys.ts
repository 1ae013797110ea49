/**
 * The public keys of clients: from their metadata, or fetched from their `jwks_uri`. Every client has its own memory, so a
 * client whose keys cannot be fetched holds up no other.
 */
import { importJWK, type JWTHeaderParameters } from "jose";
import { checkKeySet } from "../clients/key-set.ts";
import type { SteadyClock } from "../platform/clock.ts";
import type { Log } from "../platform/log.ts";
import { OldestFirst } from "../platform/oldest-first.ts";
import { type Outbound, OutboundError } from "../platform/outbound.ts";
import { isPublicPoint } from "../platform/public-point.ts";
import { SIGNING_ALGORITHMS, type SigningAlgorithm } from "../protocol/signing-algorithms.ts";
import type { ClientJwk, ClientKeySet, ClientRecord } from "../store/tables.ts";

/** `words`: what to tell the client, and no other. */
export class ClientKeyError extends Error {
  constructor(readonly words: string) {
    super(words);
    this.name = "ClientKeyError";
  }
}

type KeyHeader = Pick<JWTHeaderParameters, "alg" | "kid">;

export interface ClientKeys {
  /**
   * The key of the client that the header of a JWS names, for verifying with the algorithm of the header. Throws ClientKeyError if
   * there is none. The caller says which algorithms it accepts; none of them is symmetric or `none`.
   */
  find(client: ClientRecord, header: KeyHeader): Promise<CryptoKey>;
  /** Whether one of the client's keys is the one that is meant. Throws ClientKeyError if its keys cannot be fetched, or it has none. */
  has(client: ClientRecord, isMeant: (key: ClientJwk) => boolean): Promise<boolean>;
}

/** The keys of a client as they were last fetched. */
interface Fetched {
  readonly uri: string;
  /** Null if they never came. */
  readonly keys: ClientKeySet | null;
  readonly fetchedAt: number;
  /** The time of the last try, which may have failed: then `failure` says why. */
  readonly triedAt: number;
  readonly failure: Failure | null;
}

/** `words`: for the client; `cause`: for the log. */
interface Failure {
  readonly words: string;
  readonly cause: string;
}

/** A key that a client took out of its set is trusted no longer than this. */
const FRESH_MILLIS = 15 * 60_000;
/** An unknown `kid` and a failure lead to a fetch at most this often. */
const AGAIN_MILLIS = 60_000;
const MOST_CLIENTS = 1000;
const MOST_BYTES = 131_072;
const TYPES = ["application/json", "application/jwk-set+json"];

interface Parts {
  readonly outbound: Outbound;
  readonly steadyClock: SteadyClock;
  readonly log: Log;
}

export function createClientKeys({ outbound, steadyClock, log }: Parts): ClientKeys {
  const memory = new OldestFirst<Fetched>();
  /** Keys that are ready to verify with, by what they are: to make one ready takes as long as a signature. */
  const ready = new OldestFirst<CryptoKey>();
  const underWay = new Map<string, Promise<Fetched>>();

  async function fetchKeys(uri: string, known: Fetched | null): Promise<Fetched> {
    try {
      const { text } = await outbound.send({
        purpose: "keys",
        url: uri,
        types: TYPES,
        maximumBytes: MOST_BYTES,
      });
      const keys = checkKeySet(parseJson(text), (fault) => {
        throw new ClientKeyError(`The document at jwks_uri is not allowed: ${fault}.`);
      });
      const now = steadyClock.millis();
      return { uri, keys, fetchedAt: now, triedAt: now, failure: null };
    } catch (error) {
      const failure = failureOf(error);
      if (failure === null) throw error;
      // A stranger can ask for an unknown key at a bad moment. The client keeps the keys that it had.
      const { keys = null, fetchedAt = 0 } = known ?? {};
      return { uri, keys, fetchedAt, triedAt: steadyClock.millis(), failure };
    }
  }

  function remember(clientId: string, fetched: Fetched): Fetched {
    if (fetched.failure !== null) {
      const { cause } = fetched.failure;
      log.warn("the keys of a client cannot be fetched", { client: clientId, cause });
    }
    memory.set(clientId, fetched);
    if (memory.size > MOST_CLIENTS && memory.oldestKey !== null) memory.delete(memory.oldestKey);
    return fetched;
  }

  /** All requests that need the keys of one address at one time share one fetch. */
  function fetchShared(uri: string, clientId: string, known: Fetched | null): Promise<Fetched> {
    const name = `${clientId} ${uri}`;
    const running = underWay.get(name);
    if (running !== undefined) return running;
    const fetching = fetchKeys(uri, known)
      .then((fetched) => remember(clientId, fetched))
      .finally(() => underWay.delete(name));
    underWay.set(name, fetching);
    return fetching;
  }

  async function findFetched(
    uri: string,
    clientId: string,
    select: (keys: ClientKeySet) => readonly ClientJwk[],
  ): Promise<readonly ClientJwk[]> {
    const remembered = memory.get(clientId);
    const known = remembered?.uri === uri ? remembered : null;
    const now = steadyClock.millis();
    const isFresh = known !== null && known.keys !== null && now - known.fetchedAt < FRESH_MILLIS;
    const found = isFresh && known.keys !== null ? select(known.keys) : [];
    if (found.length > 0) return found;
    const mayFetch = known === null || now - known.triedAt >= AGAIN_MILLIS;
    const latest = mayFetch ? await fetchShared(uri, clientId, isFresh ? known : null) : known;
    if (latest.keys === null) throw new ClientKeyError(latest.failure?.words ?? "");
    return select(latest.keys);
  }

  /** Throws ClientKeyError. */
  async function select(
    { clientId, jwks, jwksUri }: ClientRecord,
    choose: (keys: ClientKeySet) => readonly ClientJwk[],
  ): Promise<readonly ClientJwk[]> {
    if (jwksUri !== null) return findFetched(jwksUri, clientId, choose);
    if (jwks === null) throw new ClientKeyError("The client has registered no keys (jwks or jwks_uri).");
    return choose(jwks);
  }

  async function readyKey(key: ClientJwk, algorithm: SigningAlgorithm): Promise<CryptoKey> {
    const { kty, crv, x, y, n, e } = key;
    const name = JSON.stringify([algorithm, kty, crv, x, y, n, e]);
    const known = ready.get(name);
    if (known !== undefined) return known;
    const imported = await importKey(key, algorithm);
    ready.set(name, imported);
    if (ready.size > MOST_CLIENTS && ready.oldestKey !== null) ready.delete(ready.oldestKey);
    return imported;
  }

  return {
    async find(client, header) {
      const algorithm = SIGNING_ALGORITHMS.find((each) => each.algorithm === header.alg)?.algorithm;
      if (algorithm === undefined)
        throw new ClientKeyError(`The algorithm '${String(header.alg).slice(0, 20)}' is not supported.`);
      const [key, another] = await select(client, (keys) => fitting(keys, header));
      if (key === undefined) throw new ClientKeyError("The client has no key with this kid and algorithm.");
      if (another !== undefined) throw new ClientKeyError("Several keys of the client fit. Name one by kid.");
      return readyKey(key, algorithm);
    },

    async has(client, isMeant) {
      return (await select(client, ({ keys }) => keys.filter(isMeant))).length > 0;
    },
  };
}

/** Null for a fault of the program. */
function failureOf(error: unknown): Failure | null {
  if (error instanceof ClientKeyError) return { words: error.words, cause: error.words };
  if (!(error instanceof OutboundError)) return null;
  const words = `The keys at jwks_uri cannot be fetched. ${error.publicWords}`;
  return { words, cause: `The keys at jwks_uri cannot be fetched. ${error.message}` };
}

async function importKey(key: ClientJwk, algorithm: SigningAlgorithm): Promise<CryptoKey> {
  // Certificates and uses of the key do not matter here, and could be odd.
  const { kty, crv, x, y, n, e } = key;
  if (kty === "EC" && !isPublicPoint(String(crv), String(x), String(y)))
    throw new ClientKeyError("The key of the client is not valid.");
  try {
    const imported = await importJWK(
      Object.fromEntries(Object.entries({ kty, crv, x, y, n, e }).filter(([, value]) => value !== undefined)),
      algorithm,
    );
    if (imported instanceof CryptoKey) return imported;
  } catch {}
  throw new ClientKeyError("The key of the client is not valid.");
}

const CURVES: Readonly<Record<string, string>> = {
  ES256: "P-256",
  ES384: "P-384",
  ES512: "P-521",
  EdDSA: "Ed25519",
};

/** RFC 7515 §4.1.4: the key with the `kid`; without one, every key that fits the algorithm. */
function fitting({ keys }: ClientKeySet, { alg, kid }: KeyHeader): readonly ClientJwk[] {
  const keyType = SIGNING_ALGORITHMS.find(({ algorithm }) => algorithm === alg)?.keyType;
  return keys.filter(
    (key) =>
      key.kty === keyType &&
      (CURVES[alg] === undefined || key.crv === CURVES[alg]) &&
      // RFC 8725 §3.1: a key that names its algorithm serves no other.
      (key.alg === undefined || key.alg === alg) &&
      (kid === undefined || key.kid === kid),
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
