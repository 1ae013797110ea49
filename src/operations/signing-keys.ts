/**
 * The keys that sign tokens. The database has them, sealed; every process keeps the ring in memory and reads it again after
 * some seconds. A key is published long before it signs, so no process and no resource server meets a signature that it does not know.
 * Keys from files (`signing.key_files`) are in the ring beside them.
 */
import { SignJWT } from "jose";
import { ConfigurationError } from "../configuration/error.ts";
import type { Configuration } from "../configuration/schema.ts";
import type { FileKey } from "../keys/key-file.ts";
import {
  type KeyFault,
  newSigningKey,
  openSigningKey,
  publicJwk,
  signingKeyFault,
} from "../keys/key-pair.ts";
import { hasJwtForm, keyIdOf, type VerifyJwt, verifyJwt } from "../keys/verify.ts";
import type { Clock, EpochSeconds } from "../platform/clock.ts";
import type { ServerKeys } from "../platform/keys.ts";
import type { SigningAlgorithm } from "../protocol/signing-algorithms.ts";
import { type Act, SERVER_ACT } from "../rules/events.ts";
import * as rules from "../rules/signing-key.ts";
import { row, StoreUnavailable } from "../store/contract.ts";
import { type ClientRecord, type ClientSource, clients } from "../store/tables/clients.ts";
import { type RingKey, type SigningJwk, type SigningKeyRecord, signingKeys } from "../store/tables/keys.ts";
import { revisions } from "../store/tables/server.ts";
import { type DecideContext, decide, outcomeOf } from "./decide.ts";
import type { KeyFiles } from "./key-files.ts";
import { allPages, collect, type Page } from "./paging.ts";

export interface SigningKeyContext extends DecideContext {
  readonly configuration: Pick<Configuration, "signing" | "lifetimes" | "resources">;
  readonly clock: Clock;
  readonly keys: ServerKeys;
  readonly keyFiles: KeyFiles;
}

/** How old the ring in the memory of a process may be. */
const READ_AGAIN_SECONDS = 10;

/** A stranger can name any `kid`. The ring is not read more often for a key that it does not have. */
const UNKNOWN_KEY_SECONDS = 5;

/** After this time every process knows a new key, although their clocks differ a little. */
export const KNOWN_AFTER_SECONDS = 60;

/** Clocks of nodes and of resource servers may differ, and a process may sign with a former key until it reads the ring again. */
const SPARE_SECONDS = 3600;

async function findTimes(context: SigningKeyContext): Promise<rules.KeyTimes> {
  const { lifetimes, resources } = context.configuration;
  const lives = [lifetimes.jwt_access_token_seconds, lifetimes.id_token_seconds];
  for (const { access_token_seconds } of resources) lives.push(access_token_seconds ?? 0);
  // A client that registered itself has no lifetime of its own.
  for (const source of ["configuration", "operator"] as const) {
    for await (const { accessTokenSeconds } of clientsOf(context, source))
      lives.push(accessTokenSeconds ?? 0);
  }
  return { ...rotationOf(context), keepSeconds: Math.max(...lives) + SPARE_SECONDS };
}

/** A key set that was fetched just before a process learned of the key may be kept for `publish_seconds`. */
const rotationOf = ({ configuration: { signing } }: SigningKeyContext) => ({
  rotationSeconds: signing.rotation_seconds,
  publishSeconds: signing.publish_seconds + KNOWN_AFTER_SECONDS,
});

const clientsOf = ({ store }: SigningKeyContext, source: ClientSource): AsyncGenerator<ClientRecord> =>
  allPages(({ limit, after = null }: Page<ClientRecord>) =>
    store.list(clients, { where: { source }, after, limit }),
  );

const REVISION = { revision: row(revisions, { name: "$name" }) };

/** Every key of the database, the oldest first. */
export const findSigningKeys = async ({
  store,
}: Pick<SigningKeyContext, "store">): Promise<SigningKeyRecord[]> => {
  const order = ["createdAt", "kid"] as const;
  return collect(allPages((page) => store.list(signingKeys, { ...page, order })));
};

/** Every key: those of the database, and those of files. */
export const findRingKeys = async (
  context: Pick<SigningKeyContext, "store" | "keyFiles">,
): Promise<readonly (SigningKeyRecord | FileKey)[]> =>
  rules.ringOf(await findSigningKeys(context), await context.keyFiles.keys());

async function findRing(context: SigningKeyContext): Promise<Required<rules.RingFacts>> {
  const fromFiles = await context.keyFiles.keys();
  // The revision before the keys: if the keys change between the two, the commit is stale.
  const { revision } = await context.store.look(REVISION, { name: rules.SIGNING_KEYS });
  return { revision, keys: await findSigningKeys(context), fromFiles };
}

/**
 * Makes the keys that are due: at the first start, some days before a key's time is over, and for a new algorithm. It makes none of an
 * algorithm that has a key from a file.
 */
export async function makeDueKeys(context: SigningKeyContext): Promise<void> {
  for (const algorithm of context.configuration.signing.algorithms) {
    await decide<unknown>(context, SERVER_ACT, async () => {
      const facts = await findRing(context);
      const now = context.clock.seconds();
      const ring = rules.ringOf(facts.keys, facts.fromFiles);
      const signsFrom = rules.nextKeyDue(ring, algorithm, rotationOf(context), now);
      if (signsFrom === null) return { outcome: undefined };
      const key = await newSigningKey(context.keys, algorithm, now, signsFrom);
      return rules.addSigningKey(facts, key, await findTimes(context));
    });
  }
}

/** Keeps the keys long enough that still sign and will not for long: a lifetime may have grown since their end was decided. */
async function prolongKeys(context: SigningKeyContext): Promise<void> {
  // Days before a rotation only, so that the clients are not read each time.
  const isOnTheWay = ({ keys }: rules.RingFacts) =>
    keys.some((key) => rules.stateOf(key, keys, context.clock.seconds()) === "next");
  await decide(context, SERVER_ACT, async () => {
    const facts = await findRing(context);
    if (!isOnTheWay(facts)) return { outcome: undefined };
    return rules.prolongSigningKeys(facts, await findTimes(context), context.clock.seconds());
  });
}

/**
 * The operator wants a new key before its time. It is published at once. It signs after `publish_seconds`, or, if the operator cannot
 * wait, as soon as every process knows it.
 */
export async function rotateSigningKey(
  context: SigningKeyContext,
  act: Act,
  algorithm: SigningAlgorithm,
  { atOnce }: { readonly atOnce: boolean },
): Promise<SigningKeyRecord> {
  const now = context.clock.seconds();
  const signsFrom = now + (atOnce ? KNOWN_AFTER_SECONDS : rotationOf(context).publishSeconds);
  const key = await newSigningKey(context.keys, algorithm, now, signsFrom);
  const times = await findTimes(context);
  return outcomeOf(context, act, async () => rules.addSigningKey(await findRing(context), key, times));
}

/** A key that the server cannot use as it is stored. */
export interface FaultyKey {
  readonly key: SigningKeyRecord;
  readonly fault: KeyFault;
}

/** The keys of the database that are damaged, or that another server key sealed. */
export async function findFaultyKeys(
  context: Pick<SigningKeyContext, "store" | "clock" | "keys" | "keyFiles">,
): Promise<FaultyKey[]> {
  const keys = await findSigningKeys(context);
  const ring = rules.ringOf(keys, await context.keyFiles.keys());
  const faulty: FaultyKey[] = [];
  for (const key of keys) {
    const signs = rules.stateOf(key, ring, context.clock.seconds()) !== "former";
    const fault = await signingKeyFault(context.keys, key, signs);
    if (fault !== null) faulty.push({ key, fault });
  }
  return faulty;
}

const FAULTS: Record<KeyFault, string> = {
  public: "its public key is damaged",
  private: "it was sealed with another server_key, or is damaged",
};

/**
 * THREATS 58: a server never replaces a key by itself that it cannot use. Throws ConfigurationError that names such keys and says what
 * the operator can do.
 */
export async function requireUsableKeys(
  context: Pick<SigningKeyContext, "store" | "clock" | "keys" | "keyFiles">,
): Promise<void> {
  const faulty = await findFaultyKeys(context);
  if (faulty.length === 0) return;
  throw new ConfigurationError(
    [
      "The server cannot use each of its signing keys.",
      ...faulty.map(({ key, fault }) => `  ${key.kid} (${key.algorithm}): ${FAULTS[fault]}.`),
      "Give the server the server_key that it had, or restore the table signing_keys from a backup. If neither is possible,",
      "retire each such key, which ends its tokens: tessera key retire <kid>",
    ].join("\n"),
  );
}

/** Takes a key out at once; another signs in its place. Null if there is none with this `kid`. */
export async function retireSigningKey(
  context: SigningKeyContext,
  act: Act,
  kid: string,
): Promise<rules.RetiredKey | null> {
  const now = context.clock.seconds();
  const found = (await findSigningKeys(context)).find((key) => key.kid === kid);
  if (found === undefined) return null;
  const replacement = await newSigningKey(context.keys, found.algorithm, now, now);
  return outcomeOf(context, act, async () =>
    rules.retireSigningKey(await findRing(context), kid, replacement, now),
  );
}

/** The ring as one process knows it. */
export interface SigningKeyRing {
  /** RFC 7517 §5: the public keys, each with `kid`, `use` and `alg`. The same array for as long as they are the same keys. */
  published(): Promise<readonly SigningJwk[]>;
  /**
   * A JWT (RFC 7519), signed with the current key of the algorithm. `typ`: RFC 8725 §3.11, so that no kind of token counts as
   * another. Throws if the configuration has no such algorithm, which is a bug of the program.
   */
  sign(algorithm: SigningAlgorithm, typ: string, claims: Readonly<Record<string, unknown>>): Promise<string>;
  /** Verifies what this server signed (`verifyJwt`). */
  readonly verify: VerifyJwt;
  /** Makes the keys that are due, and reads the ring again. */
  keepUp(): Promise<void>;
  /** Reads the files of keys again (`KeyFiles`). Resolves to their faults; with one, the ring stays as it was. */
  readFilesAgain(): Promise<readonly string[]>;
  /** Calls `onChange` when other keys are published than before. Returns a function that ends it. */
  watch(onChange: () => Promise<void>): () => void;
}

interface Known {
  readonly keys: readonly SigningKeyRecord[];
  readonly readAt: EpochSeconds;
}

export function createSigningKeyRing(context: SigningKeyContext): SigningKeyRing {
  const { clock, keyFiles } = context;
  let known: Known | null = null;
  let reading: Promise<readonly SigningKeyRecord[]> | null = null;
  const findAgain = async (): Promise<readonly SigningKeyRecord[]> => {
    const before = known?.keys ?? null;
    try {
      const found = await findSigningKeys(context);
      // The same array for the same keys, so that others can tell whether something has changed.
      return before !== null && areSame(before, found) ? before : found;
    } catch (error) {
      // An API must be able to verify while the database is away.
      if (before === null || !(error instanceof StoreUnavailable)) throw error;
      return before;
    }
  };
  const read = async () => {
    const readAt = clock.seconds();
    const keys = await findAgain();
    known = { keys, readAt };
    return keys;
  };
  /** `age`: how old the keys of the database may be, in seconds. */
  const stored = async (age = READ_AGAIN_SECONDS): Promise<readonly SigningKeyRecord[]> => {
    // A clock that was set back counts too.
    if (known !== null && Math.abs(clock.seconds() - known.readAt) < age) return known.keys;
    // Requests that arrive together read once.
    reading ??= read().finally(() => {
      reading = null;
    });
    return reading;
  };
  const ring = async (age?: number) => rules.ringOf(await stored(age), await keyFiles.keys());
  const opened = new Map<string, Promise<CryptoKey>>();
  const open = async (record: SigningKeyRecord | FileKey): Promise<CryptoKey> => {
    if ("privateKey" in record) return record.privateKey;
    let key = opened.get(record.kid);
    if (key === undefined) {
      key = openSigningKey(context.keys, record);
      opened.set(record.kid, key);
    }
    return key;
  };
  const watchers = new Set<() => Promise<void>>();
  const tellWatchers = async () => {
    for (const look of watchers) await look();
  };
  const keepUp = async () => {
    await makeDueKeys(context);
    await prolongKeys(context);
    const published = rules.publishedKeys(await read(), clock.seconds());
    for (const kid of opened.keys()) if (!published.some((key) => key.kid === kid)) opened.delete(kid);
    await tellWatchers();
  };
  const current = async (algorithm: SigningAlgorithm): Promise<SigningKeyRecord | FileKey> => {
    const find = async () => rules.currentKey(await ring(), algorithm, clock.seconds());
    const found = await find();
    if (found !== null) return found;
    // The first start, or the first one with this algorithm, has not made its key yet.
    await keepUp();
    const made = await find();
    if (made === null) throw new Error(`No key signs with ${algorithm}.`);
    return made;
  };
  let lastPublished: readonly SigningJwk[] = [];
  let lastRecords: readonly RingKey[] = [];
  const published = async (age?: number): Promise<readonly SigningJwk[]> => {
    const records = rules.publishedKeys(await ring(age), clock.seconds());
    if (!areSame(records, lastRecords)) {
      lastPublished = records.map(publicJwk).filter((jwk) => jwk !== null);
      lastRecords = records;
    }
    return lastPublished;
  };
  return {
    async sign(algorithm, typ, claims) {
      const record = await current(algorithm);
      return new SignJWT(claims)
        .setProtectedHeader({ alg: algorithm, kid: record.kid, typ })
        .sign(await open(record));
    },
    published,
    async verify(text, typ) {
      // A text of another form costs no look into the ring.
      if (!hasJwtForm(text)) return null;
      const named = keyIdOf(text);
      const keys = await published();
      const isKnown = keys.some(({ kid }) => kid === named);
      // Another process may have made a key a moment ago.
      return verifyJwt(isKnown ? keys : await published(UNKNOWN_KEY_SECONDS), text, typ);
    },
    keepUp,
    async readFilesAgain() {
      const faults = await keyFiles.readAgain();
      if (faults.length === 0) await tellWatchers();
      return faults;
    },
    watch(onChange) {
      let seen = lastPublished;
      const look = async () => {
        const keys = await published(READ_AGAIN_SECONDS / 2);
        if (keys === seen) return;
        seen = keys;
        await onChange();
      };
      // The next time may succeed; an outage of the database has its own line in the log.
      const timer = setInterval(() => void look().catch(() => {}), READ_AGAIN_SECONDS * 1000);
      timer.unref();
      watchers.add(look);
      return () => {
        clearInterval(timer);
        watchers.delete(look);
      };
    },
  };
}

/** What the ring decides on, without the keys themselves, which their `kid` determines. */
const areSame = (some: readonly RingKey[], others: readonly RingKey[]): boolean =>
  some.length === others.length &&
  some.every(({ kid, signsFrom, publishedUntil }, index) => {
    const other = others[index];
    return kid === other?.kid && signsFrom === other.signsFrom && publishedUntil === other.publishedUntil;
  });
