/**
 * Memories have a maximum size, at which the oldest entry makes room. That must not become slower, because strangers
 * choose how many entries there are. The tests count the visited entries, not the time.
 */
import { afterEach, beforeEach, expect, test } from "bun:test";
import type { AuthenticatedClient, PresentedCredentials } from "../../src/clients/authentication.ts";
import { CallerMemory } from "../../src/operations/caller-memory.ts";
import { createAttemptLimit } from "../../src/platform/attempts.ts";
import { OldestFirst } from "../../src/platform/oldest-first.ts";
import { createPollPace } from "../../src/platform/poll-pace.ts";

const MOST = 20_000;
/** The number of oldest entries that an attempt limit examines to find the one with the fewest attempts. */
const FEW = 16;
const clock = { seconds: () => 1_800_000_000, millis: () => 1_800_000_000_000 };

/** The number of visited entries. */
let walked = 0;
let restore: () => void;
beforeEach(() => {
  restore = countWalks();
});
afterEach(() => restore());

/**
 * A walk over a Map counts as a walk over all of it. To reach its first entry it steps over the hole of each deleted
 * entry, and the number of holes is unknown.
 */
function countWalks(): () => void {
  const { keys, values, entries } = Map.prototype;
  const { [Symbol.iterator]: walkOldest } = OldestFirst.prototype;
  const walkAll = (map: Map<unknown, unknown>): void => {
    walked += map.size;
  };
  Map.prototype.keys = function () {
    walkAll(this);
    return keys.call(this);
  };
  Map.prototype.values = function () {
    walkAll(this);
    return values.call(this);
  };
  Map.prototype.entries = function () {
    walkAll(this);
    return entries.call(this);
  };
  Map.prototype[Symbol.iterator] = Map.prototype.entries;
  OldestFirst.prototype[Symbol.iterator] = function* () {
    for (const entry of walkOldest.call(this)) {
      walked += 1;
      yield entry;
    }
  };
  return () => {
    Object.assign(Map.prototype, { keys, values, entries, [Symbol.iterator]: entries });
    OldestFirst.prototype[Symbol.iterator] = walkOldest;
  };
}

/** The most entries visited for one of this many new keys. */
function mostWalked(count: number, add: () => void): number {
  let most = 0;
  for (let index = 0; index < count; index += 1) {
    walked = 0;
    add();
    most = Math.max(most, walked);
  }
  return most;
}

const MEMORIES: Readonly<Record<string, () => (index: number) => void>> = {
  attempts() {
    const limit = createAttemptLimit({ clock, limit: 5, windowSeconds: 900, maximumKeys: MOST });
    return (index) => void limit.attempt(`address ${index}`);
  },
  "polls of devices"() {
    const pace = createPollPace(clock, 5, MOST);
    return (index) => void pace.isTooFast(new Uint8Array(new Uint32Array([index, 0, 0, 0]).buffer));
  },
  "clients that authenticate"() {
    const memory = new CallerMemory();
    const client = {} as AuthenticatedClient;
    return (index) => memory.remember({ text: `client ${index}` }, { client, secretExpiresAt: null });
  },
};

test.each(Object.entries(MEMORIES))("%s: no more is looked at when there is no more room", (_, open) => {
  const add = open();
  let next = 0;
  const addNew = () => {
    next += 1;
    add(next);
  };
  expect(mostWalked(MOST, addNew)).toBeLessThanOrEqual(FEW);
  expect(mostWalked(3 * MOST, addNew)).toBeLessThanOrEqual(FEW);
});

test("clients that authenticate: they are remembered up to a size, however much each says of itself", () => {
  const memory = new CallerMemory();
  const said = "x".repeat(60_000);
  const clientOf = (index: number) =>
    ({ clientId: `client ${index}`, clientUri: said }) as AuthenticatedClient;
  const presentedBy = (index: number) =>
    ({ text: `client ${index}`, clientId: undefined }) as PresentedCredentials;
  const remembered = (count: number) =>
    Array.from({ length: count }, (_, index) => memory.recall(presentedBy(index), 0)).filter(
      (client) => client !== null,
    );
  for (let index = 0; index < 1000; index += 1) {
    memory.remember(presentedBy(index), { client: clientOf(index), secretExpiresAt: null });
    // A forgotten or renewed entry makes room again.
    if (index % 3 === 0) memory.forget(presentedBy(index));
    if (index % 3 === 1)
      memory.remember(presentedBy(index), { client: clientOf(index), secretExpiresAt: null });
  }
  const characters = remembered(1000).length * said.length;
  expect(characters).toBeLessThanOrEqual(4 * 1024 * 1024);
  expect(characters).toBeGreaterThan(3.8 * 1024 * 1024);
  expect(remembered(1000).at(-1)?.clientId).toBe(clientOf(998).clientId);
});

test("a memory that asks a Map for its oldest entry is found", () => {
  const naive = new Map<number, null>();
  let next = 0;
  const add = () => {
    next += 1;
    const [oldest] = naive.size >= MOST ? naive.keys() : [];
    if (oldest !== undefined) naive.delete(oldest);
    naive.set(next, null);
  };
  expect(mostWalked(MOST, add)).toBe(0);
  expect(mostWalked(10, add)).toBe(MOST);
});
