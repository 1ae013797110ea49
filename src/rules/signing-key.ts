/**
 * The ring of signing keys, for each algorithm: the next key is published and does not sign yet, the current one signs, and
 * former ones verify until the last token that they signed has expired. A key's place follows from its times alone, so all
 * nodes agree on it without a word. A key from a file has no times: its place follows from the order of the files.
 */
import type { EpochSeconds } from "../platform/clock.ts";
import type { SigningAlgorithm } from "../protocol/signing-algorithms.ts";
import { type Change, insert, remove, update } from "../store/contract.ts";
import type { Row } from "../store/declare.ts";
import { type RingKey, type SigningKeyRecord, signingKeys } from "../store/tables/keys.ts";
import { revisions } from "../store/tables/server.ts";
import { concluded, type Decision } from "./decision.ts";

/** `published`: a key from a file that does not sign. Whether it will sign or has signed, only the operator knows. */
export type KeyState = "next" | "current" | "former" | "published";

/** The row of `revisions` that guards every change of the ring. */
export type RingRevision = Row<typeof revisions> | null;
export const SIGNING_KEYS = "signing_keys";

export interface KeyTimes {
  /** A key signs for this long. */
  readonly rotationSeconds: number;
  /** A key is published for this long before it signs: resource servers keep key sets for hours, some for days. */
  readonly publishSeconds: number;
  /** A former key is published for this long: the longest life of a token, and some time for clocks that differ. */
  readonly keepSeconds: number;
}

/**
 * The key that signs at this time; null if there is none. The last key from a file comes before every key of the database: the order
 * of the files is the operator's decision. With a clock that is behind the one that made the first key, that key signs too early: it
 * is published, and a second one would be of no use.
 */
export function currentKey<Key extends RingKey>(
  keys: readonly Key[],
  algorithm: SigningAlgorithm,
  now: EpochSeconds,
): Key | null {
  const candidates = publishedKeys(keys, now).filter((key) => key.algorithm === algorithm);
  const fromFile = candidates.findLast(({ file }) => file !== undefined);
  if (fromFile !== undefined) return fromFile;
  const signing = candidates.filter((key) => key.signsFrom <= now);
  if (signing.length === 0)
    return candidates.toSorted((one, other) => one.signsFrom - other.signsFrom)[0] ?? null;
  return signing.reduce((newest, key) => (key.signsFrom > newest.signsFrom ? key : newest));
}

export function stateOf(key: RingKey, keys: readonly RingKey[], now: EpochSeconds): KeyState {
  const current = currentKey(keys, key.algorithm, now);
  if (current?.kid === key.kid) return "current";
  if (key.file !== undefined) return "published";
  return key.signsFrom > now && current?.file === undefined ? "next" : "former";
}

/** The ring: the keys of the database, and those of files after them. A key that is in both counts as one from a file. */
export const ringOf = <Stored extends RingKey, FromFile extends RingKey>(
  stored: readonly Stored[],
  fromFiles: readonly FromFile[],
): readonly (Stored | FromFile)[] => [
  ...stored.filter(({ kid }) => !fromFiles.some((key) => key.kid === kid)),
  ...fromFiles,
];

/** The keys of the key set: what may have signed a token that is valid now, and what will sign soon. */
export const publishedKeys = <Key extends RingKey>(keys: readonly Key[], now: EpochSeconds): readonly Key[] =>
  keys.filter(({ publishedUntil }) => publishedUntil === null || publishedUntil > now);

/** From when on a new key of the algorithm must sign; null if none is due now, or a file has its key. */
export function nextKeyDue(
  keys: readonly RingKey[],
  algorithm: SigningAlgorithm,
  { rotationSeconds, publishSeconds }: Omit<KeyTimes, "keepSeconds">,
  now: EpochSeconds,
): EpochSeconds | null {
  const current = currentKey(keys, algorithm, now);
  if (current === null) return now;
  if (current.file !== undefined) return null;
  if (keys.some((key) => key.algorithm === algorithm && key.signsFrom > now)) return null;
  const due = current.signsFrom + rotationSeconds;
  return now < due - publishSeconds ? null : Math.max(due, now + publishSeconds);
}

export interface RingFacts {
  /** The keys of the database. */
  readonly keys: readonly SigningKeyRecord[];
  /** The keys from files, of which no rule makes, prolongs or retires any. */
  readonly fromFiles?: readonly RingKey[];
  readonly revision: RingRevision;
}

const nextRevision = (found: RingRevision) =>
  found === null
    ? insert(revisions, { name: SIGNING_KEYS, revision: 1 })
    : update(
        revisions,
        { name: SIGNING_KEYS },
        { revision: found.revision },
        { revision: found.revision + 1 },
      );

/**
 * Adds a key. The keys that it follows stay published for as long as their tokens may live after it began to sign, and it
 * stays so long after a key that follows it. No two keys of an algorithm begin to sign in the same second, so that all nodes take the
 * same one.
 */
export function addSigningKey(
  { keys, revision }: RingFacts,
  wish: SigningKeyRecord,
  { keepSeconds }: KeyTimes,
): Decision<SigningKeyRecord> {
  const same = keys.filter(({ algorithm }) => algorithm === wish.algorithm);
  let { signsFrom } = wish;
  while (same.some((key) => key.signsFrom === signsFrom)) signsFrom += 1;
  const [follows] = laterThan({ ...wish, signsFrom }, same);
  const added = {
    ...wish,
    signsFrom,
    publishedUntil: follows === undefined ? null : follows.signsFrom + keepSeconds,
  };
  const earlier = same.filter((key) => key.signsFrom < signsFrom && key.publishedUntil === null);
  const until = { publishedUntil: signsFrom + keepSeconds };
  return {
    outcome: added,
    changes: [
      nextRevision(revision),
      ...earlier.map(({ kid }) => update(signingKeys, { kid }, { publishedUntil: null }, until)),
      insert(signingKeys, added),
    ],
    events: [{ event: "signing_key.added", key: added.kid, via: added.algorithm }],
  };
}

/**
 * Keeps a key longer whose tokens live longer than planned, because a lifetime has grown since the next key was added. Only a key
 * that signs or will sign counts: a former key signs nothing with the new lifetime.
 */
export function prolongSigningKeys(
  { keys, fromFiles = [], revision }: RingFacts,
  { keepSeconds }: KeyTimes,
  now: EpochSeconds,
): Decision<void> {
  const short = keys.flatMap((key) => {
    const { publishedUntil } = key;
    if (publishedUntil === null || stateOf(key, ringOf(keys, fromFiles), now) === "former") return [];
    const [follows] = laterThan(key, keys);
    const until = follows === undefined ? 0 : follows.signsFrom + keepSeconds;
    return publishedUntil < until ? [{ kid: key.kid, publishedUntil, until }] : [];
  });
  if (short.length === 0) return concluded(undefined);
  return {
    outcome: undefined,
    changes: [
      nextRevision(revision),
      ...short.map(({ kid, publishedUntil, until }) =>
        update(signingKeys, { kid }, { publishedUntil }, { publishedUntil: until }),
      ),
    ],
  };
}

/** The keys of the same algorithm that sign after this one, the first of them first. */
const laterThan = (key: SigningKeyRecord, keys: readonly SigningKeyRecord[]): readonly SigningKeyRecord[] =>
  keys
    .filter(({ algorithm, signsFrom }) => algorithm === key.algorithm && signsFrom > key.signsFrom)
    .toSorted((one, other) => one.signsFrom - other.signsFrom);

export interface RetiredKey {
  readonly key: SigningKeyRecord;
  /** The key that signs in its place; null if it did not sign any more. */
  readonly successor: SigningKeyRecord | null;
}

/**
 * Takes a key out of the key set at once, because others may have it. Its tokens do not verify any more. If it signs, the next key
 * signs from now on: APIs may know that one already. Without a next key, or if the retired key is the next one, `replacement` takes
 * its place. Null if there is no such key.
 */
export function retireSigningKey(
  { keys, fromFiles = [], revision }: RingFacts,
  kid: string,
  replacement: SigningKeyRecord,
  now: EpochSeconds,
): Decision<RetiredKey | null> {
  const key = keys.find((candidate) => candidate.kid === kid);
  if (key === undefined) return concluded(null);
  const state = stateOf(key, ringOf(keys, fromFiles), now);
  const [next] = state === "current" ? laterThan(key, keys) : [];
  const replaced = {
    ...replacement,
    signsFrom: Math.max(now, key.signsFrom),
    publishedUntil: key.publishedUntil,
  };
  const retired = { event: "signing_key.retired", key: kid, via: key.algorithm } as const;
  const decided = (successor: SigningKeyRecord | null, ...changes: Change[]) => ({
    outcome: { key, successor },
    changes: [nextRevision(revision), remove(signingKeys, { kid }), ...changes],
    urgent: true,
  });
  if (state === "former") return { ...decided(null), events: [retired] };
  if (next !== undefined) {
    const { signsFrom } = next;
    const takesOver = update(signingKeys, { kid: next.kid }, { signsFrom }, { signsFrom: now });
    return { ...decided({ ...next, signsFrom: now }, takesOver), events: [retired] };
  }
  return {
    ...decided(replaced, insert(signingKeys, replaced)),
    events: [retired, { event: "signing_key.added", key: replaced.kid, via: key.algorithm }],
  };
}
