/**
 * The keys that sign tokens. The database has them, sealed; every process keeps the ring in memory and reads it again each
 * minute. A key is published long before it signs, so no process and no resource server meets a signature that it does not know.
 */
import { SignJWT } from "jose";
import type { Configuration } from "../configuration/schema.ts";
import { newSigningKey, openSigningKey } from "../keys/key-pair.ts";
import { hasJwtForm, type VerifyJwt, verifyJwt } from "../keys/verify.ts";
import type { Clock, EpochSeconds } from "../platform/clock.ts";
import type { ServerKeys } from "../platform/keys.ts";
import type { SigningAlgorithm } from "../protocol/signing-algorithms.ts";
import { type Act, SERVER_ACT } from "../rules/events.ts";
import * as rules from "../rules/signing-key.ts";
import { row } from "../store/contract.ts";
import { type PublicJwk, revisions, type SigningKeyRecord, signingKeys } from "../store/tables.ts";
import { type DecideContext, decide, outcomeOf } from "./decide.ts";
import { allPages, collect } from "./paging.ts";

export interface SigningKeyContext extends DecideContext {
  readonly configuration: Pick<Configuration, "signing" | "lifetimes">;
  readonly clock: Clock;
  readonly keys: ServerKeys;
}

/** Clocks of nodes and of resource servers may differ, and a node reads the ring each minute. */
const SPARE_SECONDS = 3600;

const timesOf = ({ signing, lifetimes }: SigningKeyContext["configuration"]): rules.KeyTimes => ({
  rotationSeconds: signing.rotation_seconds,
  publishSeconds: signing.publish_seconds,
  keepSeconds: Math.max(lifetimes.jwt_access_token_seconds, lifetimes.id_token_seconds) + SPARE_SECONDS,
});

const REVISION = { revision: row(revisions, { name: "$name" }) };

/** Every key of the database, the oldest first. */
export const findSigningKeys = async ({
  store,
}: Pick<SigningKeyContext, "store">): Promise<SigningKeyRecord[]> => {
  const order = ["createdAt", "kid"] as const;
  return collect(allPages((page) => store.list(signingKeys, { ...page, order })));
};

async function findRing(context: SigningKeyContext): Promise<rules.RingFacts> {
  // The revision first: if the keys change between the two, the commit is stale.
  const { revision } = await context.store.look(REVISION, { name: rules.SIGNING_KEYS });
  return { revision, keys: await findSigningKeys(context) };
}

/** Makes the keys that are due: at the first start, some days before a key's time is over, and for a new algorithm. */
export async function makeDueKeys(context: SigningKeyContext): Promise<void> {
  const times = timesOf(context.configuration);
  for (const algorithm of context.configuration.signing.algorithms) {
    await decide(context, SERVER_ACT, async () => {
      const facts = await findRing(context);
      const now = context.clock.seconds();
      const signsFrom = rules.nextKeyDue(facts.keys, algorithm, times, now);
      if (signsFrom === null) return { outcome: undefined };
      return rules.addSigningKey(facts, await newSigningKey(context.keys, algorithm, now, signsFrom), times);
    });
  }
}

/** The operator wants a new key now. It is published at once and signs from `signsFrom` on. */
export const rotateSigningKey = async (
  context: SigningKeyContext,
  act: Act,
  algorithm: SigningAlgorithm,
  signsFrom: EpochSeconds,
): Promise<SigningKeyRecord> => {
  const key = await newSigningKey(context.keys, algorithm, context.clock.seconds(), signsFrom);
  await decide(context, act, async () =>
    rules.addSigningKey(await findRing(context), key, timesOf(context.configuration)),
  );
  return key;
};

/** Takes a key out at once; another signs in its place. False if there is none with this `kid`. */
export const retireSigningKey = async (
  context: SigningKeyContext,
  act: Act,
  kid: string,
): Promise<boolean> => {
  const now = context.clock.seconds();
  const found = (await findSigningKeys(context)).find((key) => key.kid === kid);
  if (found === undefined) return false;
  const replacement = await newSigningKey(context.keys, found.algorithm, now, now);
  return outcomeOf(context, act, async () =>
    rules.retireSigningKey(await findRing(context), kid, replacement, now),
  );
};

/** The ring as one process knows it. */
export interface SigningKeyRing {
  /** RFC 7517 §5: the public keys, each with `kid`, `use` and `alg`. */
  published(): Promise<readonly PublicJwk[]>;
  /**
   * A JWT (RFC 7519), signed with the current key of the algorithm. `typ`: RFC 8725 §3.11, so that no kind of token counts as
   * another. Throws if the configuration has no such algorithm, which is a bug of the program.
   */
  sign(algorithm: SigningAlgorithm, typ: string, claims: Readonly<Record<string, unknown>>): Promise<string>;
  /** Verifies what this server signed (`verifyJwt`). */
  readonly verify: VerifyJwt;
  /** Makes the keys that are due, and reads the ring again. */
  keepUp(): Promise<void>;
}

/** How old the ring may be. Much shorter than `signing.publish_seconds`, so that every process knows a key before it signs. */
const READ_AGAIN_SECONDS = 60;

export function createSigningKeyRing(context: SigningKeyContext): SigningKeyRing {
  const { clock } = context;
  let known: { readonly keys: readonly SigningKeyRecord[]; readonly readAt: EpochSeconds } | null = null;
  let reading: Promise<readonly SigningKeyRecord[]> | null = null;
  const read = async () => {
    const readAt = clock.seconds();
    const keys = await findSigningKeys(context);
    known = { keys, readAt };
    return keys;
  };
  const ring = async (): Promise<readonly SigningKeyRecord[]> => {
    // A clock that was set back counts too.
    const age = known === null ? READ_AGAIN_SECONDS : Math.abs(clock.seconds() - known.readAt);
    if (known !== null && age < READ_AGAIN_SECONDS) return known.keys;
    // Requests that arrive together read once.
    reading ??= read().finally(() => {
      reading = null;
    });
    return reading;
  };
  const opened = new Map<string, Promise<CryptoKey>>();
  const open = (record: SigningKeyRecord): Promise<CryptoKey> => {
    let key = opened.get(record.kid);
    if (key === undefined) {
      key = openSigningKey(context.keys, record);
      opened.set(record.kid, key);
    }
    return key;
  };
  const keepUp = async () => {
    await makeDueKeys(context);
    const published = rules.publishedKeys(await read(), clock.seconds());
    for (const kid of opened.keys()) if (!published.some((key) => key.kid === kid)) opened.delete(kid);
  };
  const current = async (algorithm: SigningAlgorithm): Promise<SigningKeyRecord> => {
    const find = async () => rules.currentKey(await ring(), algorithm, clock.seconds());
    const found = await find();
    if (found !== null) return found;
    // The first start, or the first one with this algorithm, has not made its key yet.
    await keepUp();
    const made = await find();
    if (made === null) throw new Error(`No key signs with ${algorithm}.`);
    return made;
  };
  return {
    async sign(algorithm, typ, claims) {
      const record = await current(algorithm);
      return new SignJWT(claims)
        .setProtectedHeader({ alg: algorithm, kid: record.kid, typ })
        .sign(await open(record));
    },
    async published() {
      return rules.publishedKeys(await ring(), clock.seconds()).map(({ publicKey }) => publicKey);
    },
    async verify(text, typ) {
      // A text of another form costs no look into the ring.
      if (!hasJwtForm(text)) return null;
      const published = rules.publishedKeys(await ring(), clock.seconds());
      return verifyJwt(
        published.map(({ publicKey }) => publicKey),
        text,
        typ,
      );
    },
    keepUp,
  };
}
