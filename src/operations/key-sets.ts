/**
 * The public keys of others: of clients (operations/client-keys.ts) and of trusted issuers (operations/trusted-issuers.ts). They are
 * given, or fetched from an address. Every owner has its own memory, so an owner whose keys cannot be fetched holds up no other.
 *
 * A fault never widens access. Keys are trusted for FRESH_MILLIS after they were fetched; if they cannot be fetched again until
 * then, there are none.
 */

import type { JWTHeaderParameters } from "jose";
import { checkKeySet, type KeySetLimits } from "../clients/key-set.ts";
import { importPublicKey } from "../keys/foreign-key.ts";
import type { SteadyClock } from "../platform/clock.ts";
import type { Log } from "../platform/log.ts";
import { OldestFirst } from "../platform/oldest-first.ts";
import { type Outbound, OutboundError, type OutboundPurpose } from "../platform/outbound.ts";
import { isJsonObject } from "../protocol/json.ts";
import { publicMembersOf, thumbprintInput } from "../protocol/public-jwk.ts";
import { VERIFYING_ALGORITHMS, type VerifyingAlgorithm } from "../protocol/signing-algorithms.ts";
import type { ClientJwk, ClientKeySet } from "../store/tables/clients.ts";

/** `words`: what to tell the owner of the keys, and no other. `cause`: words for the log of the operator. */
export class KeySetError extends Error {
  override readonly name: string = "KeySetError";
  constructor(
    readonly words: string,
    override readonly cause: string = words,
  ) {
    super(words);
  }
}

export type KeyHeader = Pick<JWTHeaderParameters, "alg" | "kid">;

/** Where the keys of an owner are. */
export type KeySource =
  | { readonly keys: ClientKeySet }
  | { readonly jwksUri: string }
  /** OpenID Connect Discovery §4: the keys are where the metadata of the issuer say. */
  | { readonly discovery: string };

/** What the owners of one memory are. */
export interface KeyOwners {
  /** "client": "the client has no key with this kid". */
  readonly noun: "client" | "issuer";
  readonly purpose: OutboundPurpose;
  /** How many owners are remembered. */
  readonly most: number;
  /** What of a key set counts. */
  readonly limits?: KeySetLimits;
}

export interface KeySets {
  /**
   * The key that the header of a JWS names, for verifying with the algorithm of the header. Throws KeySetError if there is none.
   * The caller says which algorithms it accepts; none of them is symmetric or `none`. `owner`: names the memory.
   */
  find(owner: string, source: KeySource, header: KeyHeader): Promise<CryptoKey>;
  /** Whether one of the keys is the one that is meant. Throws KeySetError if the keys cannot be fetched. */
  has(owner: string, source: KeySource, isMeant: (key: ClientJwk) => boolean): Promise<boolean>;
  /** Fetches the keys now, also remembered ones, and remembers them. Throws KeySetError. */
  fetchNow(owner: string, source: KeySource): Promise<ClientKeySet>;
}

/** The keys of an owner as they were last fetched. */
interface Fetched {
  readonly from: string;
  /** Null if they never came. */
  readonly keys: ClientKeySet | null;
  readonly fetchedAt: number;
  /** The time of the last try, which may have failed: then `failure` says why. */
  readonly triedAt: number;
  readonly failure: KeySetError | null;
}

/** A key that its owner took out of the set is trusted no longer than this. */
const FRESH_MILLIS = 15 * 60_000;
/** An unknown `kid` and a failure lead to a fetch at most this often. */
const AGAIN_MILLIS = 60_000;
const MOST_BYTES = 131_072;
const TYPES = ["application/json", "application/jwk-set+json"];

interface Parts {
  readonly outbound: Outbound;
  readonly steadyClock: SteadyClock;
  readonly log: Log;
}

export function createKeySets({ outbound, steadyClock, log }: Parts, owners: KeyOwners): KeySets {
  const { noun, purpose, most, limits } = owners;
  const memory = new OldestFirst<Fetched>();
  /** Keys that are ready to verify with, by what they are: to make one ready takes as long as a signature. */
  const ready = new OldestFirst<CryptoKey>();
  const underWay = new Map<string, Promise<Fetched>>();

  async function send(url: string, place: string): Promise<unknown> {
    try {
      const { text } = await outbound.send({ purpose, url, types: TYPES, maximumBytes: MOST_BYTES });
      return parseJson(text);
    } catch (error) {
      if (!(error instanceof OutboundError)) throw error;
      const words = `The keys at ${place} cannot be fetched.`;
      throw new KeySetError(`${words} ${error.publicWords}`, `${words} ${error.message}`);
    }
  }

  async function discover(issuer: string): Promise<string> {
    const metadata = await send(discoveryUrl(issuer), "the discovery document");
    const { issuer: named, jwks_uri: uri } = isJsonObject(metadata) ? metadata : {};
    // OpenID Connect Discovery §4.3: "MUST exactly match". Otherwise one issuer could speak for another.
    if (named !== issuer)
      throw new KeySetError("The discovery document is not allowed: its issuer is another one.");
    if (typeof uri !== "string" || uri === "")
      throw new KeySetError("The discovery document is not allowed: it has no jwks_uri.");
    return uri;
  }

  async function fetchSet(source: Exclude<KeySource, { keys: ClientKeySet }>): Promise<ClientKeySet> {
    const uri = "jwksUri" in source ? source.jwksUri : await discover(source.discovery);
    return checkKeySet(
      await send(uri, "jwks_uri"),
      (fault) => {
        throw new KeySetError(`The document at jwks_uri is not allowed: ${fault}.`);
      },
      limits,
    );
  }

  async function fetchKeys(
    source: Exclude<KeySource, { keys: ClientKeySet }>,
    known: Fetched | null,
  ): Promise<Fetched> {
    const from = addressOf(source);
    try {
      const keys = await fetchSet(source);
      const now = steadyClock.millis();
      return { from, keys, fetchedAt: now, triedAt: now, failure: null };
    } catch (error) {
      if (!(error instanceof KeySetError)) throw error;
      // A stranger can ask for an unknown key at a bad moment. The owner keeps the keys that it had.
      const { keys = null, fetchedAt = 0 } = known ?? {};
      return { from, keys, fetchedAt, triedAt: steadyClock.millis(), failure: error };
    }
  }

  function remember(owner: string, fetched: Fetched): Fetched {
    if (fetched.failure !== null) {
      const { cause } = fetched.failure;
      log.warn(`the keys of ${noun === "client" ? "a client" : "an issuer"} cannot be fetched`, {
        [noun]: owner,
        cause,
      });
    }
    memory.set(owner, fetched);
    memory.keepNewest(most);
    return fetched;
  }

  /** All requests that need the keys of one owner at one time share one fetch. */
  function fetchShared(
    owner: string,
    source: Exclude<KeySource, { keys: ClientKeySet }>,
    known: Fetched | null,
  ): Promise<Fetched> {
    const name = `${owner} ${addressOf(source)}`;
    const running = underWay.get(name);
    if (running !== undefined) return running;
    const fetching = fetchKeys(source, known)
      .then((fetched) => remember(owner, fetched))
      .finally(() => underWay.delete(name));
    underWay.set(name, fetching);
    return fetching;
  }

  async function findFetched(
    owner: string,
    source: Exclude<KeySource, { keys: ClientKeySet }>,
    select: (keys: ClientKeySet) => readonly ClientJwk[],
  ): Promise<readonly ClientJwk[]> {
    const remembered = memory.get(owner);
    const known = remembered?.from === addressOf(source) ? remembered : null;
    const now = steadyClock.millis();
    const isFresh = known !== null && known.keys !== null && now - known.fetchedAt < FRESH_MILLIS;
    const found = isFresh && known.keys !== null ? select(known.keys) : [];
    if (found.length > 0) return found;
    const mayFetch = known === null || now - known.triedAt >= AGAIN_MILLIS;
    const latest = mayFetch ? await fetchShared(owner, source, isFresh ? known : null) : known;
    // Keys that are no longer fresh do not count, even if the fetch in their place failed a moment ago.
    const counts = latest.keys !== null && steadyClock.millis() - latest.fetchedAt < FRESH_MILLIS;
    if (latest.keys === null || !counts)
      throw latest.failure ?? new KeySetError(`The keys of the ${noun} are too old.`);
    return select(latest.keys);
  }

  const selected = async (
    owner: string,
    source: KeySource,
    select: (keys: ClientKeySet) => readonly ClientJwk[],
  ): Promise<readonly ClientJwk[]> =>
    "keys" in source ? select(source.keys) : findFetched(owner, source, select);

  async function readyKey(key: ClientJwk, algorithm: VerifyingAlgorithm): Promise<CryptoKey> {
    // Certificates and uses of the key do not matter here, and could be odd.
    const members = publicMembersOf(key);
    if (members === null) throw new KeySetError(`The key of the ${noun} is not valid.`);
    const name = algorithm + thumbprintInput(members);
    const known = ready.get(name);
    if (known !== undefined) return known;
    const imported = await importPublicKey(members, algorithm);
    if ("fault" in imported) throw new KeySetError(`The key of the ${noun} is not valid.`);
    ready.set(name, imported);
    ready.keepNewest(most);
    return imported;
  }

  return {
    async find(owner, source, header) {
      const algorithm = VERIFYING_ALGORITHMS.find((each) => each.algorithm === header.alg)?.algorithm;
      if (algorithm === undefined)
        throw new KeySetError(`The algorithm '${String(header.alg).slice(0, 20)}' is not supported.`);
      const [key, another] = await selected(owner, source, (keys) => fitting(keys, header));
      if (key === undefined) throw new KeySetError(`The ${noun} has no key with this kid and algorithm.`);
      if (another !== undefined) throw new KeySetError(`Several keys of the ${noun} fit. Name one by kid.`);
      return readyKey(key, algorithm);
    },
    async has(owner, source, isMeant) {
      return (await selected(owner, source, ({ keys }) => keys.filter(isMeant))).length > 0;
    },
    async fetchNow(owner, source) {
      if ("keys" in source) return source.keys;
      const { keys, failure } = await fetchShared(owner, source, null);
      if (keys === null) throw failure ?? new KeySetError(`The ${noun} has no keys.`);
      return keys;
    },
  };
}

const addressOf = (source: Exclude<KeySource, { keys: ClientKeySet }>): string =>
  "jwksUri" in source ? source.jwksUri : source.discovery;

/** OpenID Connect Discovery §4: "any terminating / MUST be removed". */
export const discoveryUrl = (issuer: string): string =>
  `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;

/** RFC 7515 §4.1.4: the key with the `kid`; without one, every key that fits the algorithm. */
function fitting({ keys }: ClientKeySet, { alg, kid }: KeyHeader): readonly ClientJwk[] {
  const kind = VERIFYING_ALGORITHMS.find(({ algorithm }) => algorithm === alg);
  return keys.filter(
    (key) =>
      key.kty === kind?.keyType &&
      (kind?.curve === null || key.crv === kind?.curve) &&
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
