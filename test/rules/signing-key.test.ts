/** The ring of signing keys as a pure rule: at every time one published key signs, and what it signed verifies. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  addSigningKey,
  currentKey,
  type KeyTimes,
  nextKeyDue,
  prolongSigningKeys,
  publishedKeys,
  retireSigningKey,
  ringOf,
  stateOf,
} from "../../src/rules/signing-key.ts";
import type { Change } from "../../src/store/contract.ts";
import { type RingKey, type SigningKeyRecord, signingKeys } from "../../src/store/tables/keys.ts";

const DAY = 86_400;
const TIMES: KeyTimes = { rotationSeconds: 90 * DAY, publishSeconds: 7 * DAY, keepSeconds: 7200 };

let count = 0;
function newKey(createdAt: number, signsFrom: number): SigningKeyRecord {
  count += 1;
  return {
    // In no order, as those of real keys.
    kid: `key-${(count * 7919) % 100_003}`,
    algorithm: "RS256",
    publicKey: { kty: "RSA", kid: "", use: "sig", alg: "RS256" },
    sealedPrivateKey: new Uint8Array(),
    createdAt,
    signsFrom,
    publishedUntil: null,
  };
}

/** The rows after the changes, as a store would have them. */
function applied(keys: readonly SigningKeyRecord[], changes: readonly Change[] = []): SigningKeyRecord[] {
  let rows = [...keys];
  for (const change of changes) {
    if (change.table !== signingKeys) continue;
    if (change.act === "insert") rows.push(change.row as SigningKeyRecord);
    if (change.act === "remove") rows = rows.filter(({ kid }) => kid !== change.key.kid);
    if (change.act === "update") {
      const { key, set } = change;
      rows = rows.map((row) => (row.kid === key.kid ? { ...row, ...set } : row));
    }
  }
  return rows;
}

const added = (keys: readonly SigningKeyRecord[], key: SigningKeyRecord) =>
  applied(keys, addSigningKey({ keys, revision: null }, key, TIMES).changes);

/** What the server does by itself at this time; expired keys are removed as the clean-up does. */
function keptUp(keys: readonly SigningKeyRecord[], now: number): SigningKeyRecord[] {
  const due = nextKeyDue(keys, "RS256", TIMES, now);
  return publishedKeys(due === null ? keys : added(keys, newKey(now, due)), now).slice();
}

describe("keys rotate by themselves", () => {
  test("the first key signs at once; the next is published a week before it signs, once", () => {
    const first = keptUp([], 1000);
    expect(first).toMatchObject([{ signsFrom: 1000, publishedUntil: null }]);
    expect(keptUp(first, 1000 + 83 * DAY - 1)).toEqual(first);
    const second = keptUp(first, 1000 + 83 * DAY);
    expect(second).toMatchObject([
      { signsFrom: 1000, publishedUntil: 1000 + 90 * DAY + 7200 },
      { signsFrom: 1000 + 90 * DAY, publishedUntil: null },
    ]);
    expect(keptUp(second, 1000 + 84 * DAY)).toEqual(second);
    expect(second.map((key) => stateOf(key, second, 1000 + 84 * DAY))).toEqual(["current", "next"]);
    expect(second.map((key) => stateOf(key, second, 1000 + 90 * DAY))).toEqual(["former", "current"]);
    expect(keptUp(second, 1000 + 90 * DAY + 7200)).toHaveLength(1);
  });

  test("a server that was off for a year still publishes a key for a week before it signs", () => {
    const first = keptUp([], 1000);
    const now = 1000 + 365 * DAY;
    expect(keptUp(first, now)).toMatchObject([{}, { createdAt: now, signsFrom: now + 7 * DAY }]);
  });

  test("another algorithm has keys of its own", () => {
    const first = keptUp([], 1000);
    expect(nextKeyDue(first, "ES256", TIMES, 1000)).toBe(1000);
    expect(currentKey(first, "ES256", 1000)).toBeNull();
  });
});

const retired = (keys: readonly SigningKeyRecord[], key: SigningKeyRecord | undefined, now: number) => {
  if (key === undefined) throw new Error("There is no such key.");
  const decision = retireSigningKey({ keys, revision: null }, key.kid, newKey(now, now), now);
  return { ...decision, keys: applied(keys, decision.changes) };
};

test("two keys that are added in one second sign one after the other, and both stay long enough", () => {
  const first = keptUp([], 1000);
  const signsFrom = 2000 + TIMES.publishSeconds;
  const keys = added(added(first, newKey(2000, signsFrom)), newKey(2000, signsFrom));
  expect(keys.slice(1)).toMatchObject([
    { signsFrom, publishedUntil: signsFrom + 1 + TIMES.keepSeconds },
    { signsFrom: signsFrom + 1, publishedUntil: null },
  ]);
});

test("a node whose clock is behind signs with the key that another node has made, and makes none", () => {
  const keys = keptUp([], 1000);
  expect(currentKey(keys, "RS256", 990)).toEqual(keys[0] as SigningKeyRecord);
  expect(stateOf(keys[0] as SigningKeyRecord, keys, 990)).toBe("current");
  expect(keptUp(keys, 990)).toEqual(keys);
});

test("a key that is added before others stays until the last token that it signed has expired", () => {
  const first = keptUp([], 1000);
  const planned = added(first, newKey(2000, 2000 + TIMES.publishSeconds));
  const between = newKey(3000, 3120);
  expect(added(planned, between).at(-1)).toMatchObject({
    kid: between.kid,
    publishedUntil: 2000 + TIMES.publishSeconds + TIMES.keepSeconds,
  });
});

describe("a retired key", () => {
  test("leaves the key set, and the next key, which every API may know, signs at once", () => {
    const keys = added(keptUp([], 1000), newKey(2000, 90_000));
    const { outcome, keys: left, events, urgent } = retired(keys, keys[0], 5000);
    expect(left).toEqual([{ ...(keys[1] as SigningKeyRecord), signsFrom: 5000 }]);
    expect(outcome?.successor).toEqual(left[0] as SigningKeyRecord);
    expect(events?.map(({ event }) => event)).toEqual(["signing_key.retired"]);
    expect(urgent).toBe(true);
  });

  test("has a replacement where there is no next key, in its place in the ring", () => {
    const alone = keptUp([], 1000);
    const { keys: left, outcome, events } = retired(alone, alone[0], 5000);
    expect(left).toMatchObject([{ signsFrom: 5000, publishedUntil: null }]);
    expect(outcome?.successor).toEqual(left[0] as SigningKeyRecord);
    expect(events?.map(({ event }) => event)).toEqual(["signing_key.retired", "signing_key.added"]);
    const three = added(added(alone, newKey(2000, 90_000)), newKey(2000, 200_000));
    const [, next] = three;
    expect(retired(three, next, 5000).keys.at(-1)).toMatchObject({
      signsFrom: 90_000,
      publishedUntil: 200_000 + TIMES.keepSeconds,
    });
  });

  test("has none if it only verified, and none of its kind remains", () => {
    const keys = added(keptUp([], 1000), newKey(2000, 3000));
    const { keys: left, outcome } = retired(keys, keys[0], 4000);
    expect(left).toEqual(keys.slice(1));
    expect(outcome?.successor).toBeNull();
  });

  test("that does not exist changes nothing", () => {
    expect(retireSigningKey({ keys: [], revision: null }, "none", newKey(1, 1), 1)).toEqual({
      outcome: null,
    });
  });
});

test("a key that signs tokens of a longer lifetime than it was planned for is published longer", () => {
  const keys = added(keptUp([], 1000), newKey(2000, 90_000));
  const longer = (now: number, keepSeconds: number) =>
    applied(keys, prolongSigningKeys({ keys, revision: null }, { ...TIMES, keepSeconds }, now).changes);
  expect(longer(5000, 20_000)[0]).toMatchObject({ publishedUntil: 110_000 });
  expect(longer(5000, 100)).toEqual(keys);
  // It signs no more, so it signed no such token.
  expect(longer(90_000, 20_000)).toEqual(keys);
});

test("whatever the operator does and when, one published key signs, and what it signed verifies", () => {
  const acts = fc.array(
    fc.record({
      wait: fc.integer({ min: 0, max: 100 * DAY }),
      act: fc.constantFrom("nothing", "rotate", "rotate now", "retire"),
      which: fc.nat(5),
    }),
    { maxLength: 30 },
  );
  fc.assert(
    fc.property(acts, (steps) => {
      let now = 1_000_000;
      let keys = keptUp([], now);
      const signed: { kid: string; until: number }[] = [];
      const gone = new Set<string>();
      for (const { wait, act, which } of steps) {
        // The clean-up runs every few minutes; a day is enough here.
        for (const end = now + wait; now < end; now = Math.min(end, now + DAY)) keys = keptUp(keys, now);
        if (act === "rotate") keys = added(keys, newKey(now, now + TIMES.publishSeconds));
        if (act === "rotate now") keys = added(keys, newKey(now, now + 120));
        const chosen = keys[which % keys.length];
        if (act === "retire" && chosen !== undefined) {
          const { changes } = retireSigningKey({ keys, revision: null }, chosen.kid, newKey(now, now), now);
          keys = applied(keys, changes);
          gone.add(chosen.kid);
        }
        const current = currentKey(keys, "RS256", now);
        const published = publishedKeys(keys, now).map(({ kid }) => kid);
        expect(current).not.toBeNull();
        expect(published).toContain(current?.kid ?? "");
        signed.push({ kid: current?.kid ?? "", until: now + 3600 });
        for (const { kid, until } of signed) {
          if (until > now && !gone.has(kid)) expect(published).toContain(kid);
        }
      }
    }),
    { numRuns: 300 },
  );
});

describe("keys from files", () => {
  const fromFile = (name: string): RingKey => {
    const { sealedPrivateKey: _, ...key } = newKey(0, 0);
    return { ...key, kid: name, file: `/keys/${name}` };
  };

  test("the last one signs, whatever the database has, and no key is made meanwhile", () => {
    const stored = added(keptUp([], 1000), newKey(2000, 2000 + DAY));
    const ring = ringOf(stored, [fromFile("a"), fromFile("b")]);
    for (const now of [0, 1000, 2000 + 2 * DAY, 1000 * DAY]) {
      expect(currentKey(ring, "RS256", now)?.kid).toBe("b");
      expect(nextKeyDue(ring, "RS256", TIMES, now)).toBeNull();
    }
    expect(ring.map((key) => stateOf(key, ring, 2000))).toEqual(["former", "former", "published", "current"]);
    expect(nextKeyDue(ring, "ES256", TIMES, 1000)).toBe(1000);
  });

  test("a key of the database beside them can be retired, and gets no replacement", () => {
    const stored = keptUp([], 1000);
    const kid = stored[0]?.kid ?? "";
    const facts = { keys: stored, revision: null, fromFiles: [fromFile("a")] };
    const { outcome, changes } = retireSigningKey(facts, kid, newKey(2000, 2000), 2000);
    expect(outcome?.successor).toBeNull();
    expect(applied(stored, changes)).toEqual([]);
  });

  test("a key that is in the database and in a file is in the ring once", () => {
    const stored = keptUp([], 1000);
    const same = { ...fromFile("a"), kid: stored[0]?.kid ?? "" };
    expect(ringOf(stored, [same])).toEqual([same]);
  });
});
