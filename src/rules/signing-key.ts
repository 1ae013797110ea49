/**
 * The ring of signing keys, for each algorithm: the next key is published and does not sign yet, the current one signs, and
 * former ones verify until the last token that they signed has expired. A key's place follows from its times alone, so all
 * nodes agree on it without a word.
 */
import type { EpochSeconds } from "../platform/clock.ts";
import type { SigningAlgorithm } from "../protocol/signing-algorithms.ts";
import { insert, remove, update } from "../store/contract.ts";
import type { Row } from "../store/declare.ts";
import { revisions, type SigningKeyRecord, signingKeys } from "../store/tables.ts";
import { concluded, type Decision } from "./decision.ts";

export type KeyState = "next" | "current" | "former";

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

/** The key that signs at this time; null if there is none. */
export function currentKey(
  keys: readonly SigningKeyRecord[],
  algorithm: SigningAlgorithm,
  now: EpochSeconds,
): SigningKeyRecord | null {
  const signing = publishedKeys(keys, now).filter(
    (key) => key.algorithm === algorithm && key.signsFrom <= now,
  );
  return signing.reduce<SigningKeyRecord | null>(
    (newest, key) => (newest === null || isNewer(key, newest) ? key : newest),
    null,
  );
}

/** Two keys that sign from the same second on: all nodes must take the same one. */
const isNewer = (key: SigningKeyRecord, other: SigningKeyRecord): boolean =>
  key.signsFrom > other.signsFrom || (key.signsFrom === other.signsFrom && key.kid > other.kid);

export function stateOf(
  key: SigningKeyRecord,
  keys: readonly SigningKeyRecord[],
  now: EpochSeconds,
): KeyState {
  if (key.signsFrom > now) return "next";
  return currentKey(keys, key.algorithm, now)?.kid === key.kid ? "current" : "former";
}

/** The keys of the key set: what may have signed a token that is valid now, and what will sign soon. */
export const publishedKeys = (
  keys: readonly SigningKeyRecord[],
  now: EpochSeconds,
): readonly SigningKeyRecord[] =>
  keys.filter(({ publishedUntil }) => publishedUntil === null || publishedUntil > now);

/** From when on a new key of the algorithm must sign; null if none is due now. */
export function nextKeyDue(
  keys: readonly SigningKeyRecord[],
  algorithm: SigningAlgorithm,
  { rotationSeconds, publishSeconds }: KeyTimes,
  now: EpochSeconds,
): EpochSeconds | null {
  const current = currentKey(keys, algorithm, now);
  if (current === null) return now;
  if (keys.some((key) => key.algorithm === algorithm && key.signsFrom > now)) return null;
  const due = current.signsFrom + rotationSeconds;
  return now < due - publishSeconds ? null : Math.max(due, now + publishSeconds);
}

export interface RingFacts {
  readonly keys: readonly SigningKeyRecord[];
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
 * stays so long after a key that follows it.
 */
export function addSigningKey(
  { keys, revision }: RingFacts,
  added: SigningKeyRecord,
  { keepSeconds }: KeyTimes,
): Decision<void> {
  const same = keys.filter(({ algorithm }) => algorithm === added.algorithm);
  const earlier = same.filter(
    ({ signsFrom, publishedUntil }) => signsFrom <= added.signsFrom && publishedUntil === null,
  );
  const later = same.filter(({ signsFrom }) => signsFrom > added.signsFrom).map(({ signsFrom }) => signsFrom);
  const publishedUntil = later.length === 0 ? null : Math.min(...later) + keepSeconds;
  const until = { publishedUntil: added.signsFrom + keepSeconds };
  return {
    outcome: undefined,
    changes: [
      nextRevision(revision),
      ...earlier.map(({ kid }) => update(signingKeys, { kid }, { publishedUntil: null }, until)),
      insert(signingKeys, { ...added, publishedUntil }),
    ],
    events: [{ event: "signing_key.added", key: added.kid, via: added.algorithm }],
  };
}

/**
 * Takes a key out of the key set at once, because others may have it. Its tokens do not verify any more. If it signs, or would
 * sign next, `replacement` does so in its place. False if there is no such key.
 */
export function retireSigningKey(
  { keys, revision }: RingFacts,
  kid: string,
  replacement: SigningKeyRecord,
  now: EpochSeconds,
): Decision<boolean> {
  const key = keys.find((candidate) => candidate.kid === kid);
  if (key === undefined) return concluded(false);
  const isReplaced = stateOf(key, keys, now) !== "former";
  return {
    outcome: true,
    changes: [
      nextRevision(revision),
      remove(signingKeys, { kid }),
      ...(isReplaced
        ? [
            insert(signingKeys, {
              ...replacement,
              signsFrom: Math.max(now, key.signsFrom),
              publishedUntil: key.publishedUntil,
            }),
          ]
        : []),
    ],
    urgent: true,
    events: [
      { event: "signing_key.retired", key: kid, via: key.algorithm },
      ...(isReplaced
        ? [{ event: "signing_key.added", key: replacement.kid, via: key.algorithm } as const]
        : []),
    ],
  };
}
