import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { createAttemptLimit } from "../../src/platform/attempts.ts";
import { proves } from "../support/proves.ts";

function setUp(limit: number, windowSeconds: number, maximumKeys?: number, keyOf?: (key: string) => string) {
  const time = { now: 1_800_000_000 };
  const clock = { millis: () => time.now * 1000, seconds: () => time.now };
  return { time, limit: createAttemptLimit({ clock, limit, windowSeconds, maximumKeys, keyOf }) };
}
const times = (count: number, work: () => number): number[] => Array.from({ length: count }, work);

describe("a limit of attempts", () => {
  test("lets as many through as allowed, and tells the next how long to wait", () => {
    const { limit } = setUp(3, 60);
    expect(times(3, () => limit.attempt("a"))).toEqual([0, 0, 0]);
    expect(limit.attempt("a")).toBeGreaterThan(0);
    expect(limit.attempt("a")).toBeLessThanOrEqual(61);
  });

  test("counts each key by itself", () => {
    const { limit } = setUp(1, 60);
    expect(limit.attempt("a")).toBe(0);
    expect(limit.attempt("b")).toBe(0);
    expect(limit.attempt("a")).toBeGreaterThan(0);
  });

  test("a hundred guesses at once count a hundred (threat class 33)", async () => {
    const { limit } = setUp(10, 60);
    const answers = await Promise.all(times(100, () => 0).map(async () => limit.attempt("a")));
    expect(answers.filter((wait) => wait === 0)).toHaveLength(10);
  });

  test("a refused attempt is not counted, so that waiting helps", () => {
    const { limit, time } = setUp(2, 60);
    times(50, () => limit.attempt("a"));
    time.now += 120;
    expect(limit.attempt("a")).toBe(0);
  });

  test("the window slides: at its border no double share is to be had", () => {
    const { limit, time } = setUp(10, 60);
    time.now += 59;
    times(10, () => limit.attempt("a"));
    time.now += 60;
    // After half a window, about half of the share is available again.
    time.now += 30;
    const passed = times(10, () => limit.attempt("a")).filter((wait) => wait === 0);
    expect(passed.length).toBeGreaterThanOrEqual(4);
    expect(passed.length).toBeLessThanOrEqual(6);
  });

  test("after two windows everything is forgotten", () => {
    const { limit, time } = setUp(5, 60);
    times(5, () => limit.attempt("a"));
    time.now += 120;
    expect(times(5, () => limit.attempt("a"))).toEqual([0, 0, 0, 0, 0]);
  });

  test("who waits as long as told gets through", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 1, max: 100 }),
        fc.array(fc.integer({ min: 0, max: 70 }), { maxLength: 40 }),
        (allowed, windowSeconds, pauses) => {
          const { limit, time } = setUp(allowed, windowSeconds);
          let wait = 0;
          for (const pause of pauses) {
            time.now += pause;
            wait = limit.attempt("a");
          }
          if (wait === 0) return;
          expect(wait).toBeLessThanOrEqual(windowSeconds + 1);
          time.now += wait;
          expect(limit.attempt("a")).toBe(0);
        },
      ),
    );
  });

  test("never more than twice the limit pass within any window", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 200 }), (pauses) => {
        const { limit, time } = setUp(4, 20);
        const passed: number[] = [];
        for (const pause of pauses) {
          time.now += pause;
          if (limit.attempt("a") === 0) passed.push(time.now);
        }
        for (const from of passed) {
          expect(passed.filter((at) => at >= from && at < from + 20).length).toBeLessThanOrEqual(8);
        }
      }),
    );
  });

  test("an attempt that was a good one is taken back", () => {
    const { limit } = setUp(1, 60);
    expect(limit.attempt("a")).toBe(0);
    limit.forgive("a");
    expect(limit.attempt("a")).toBe(0);
    expect(limit.attempt("a")).toBeGreaterThan(0);
  });

  test("taking back never gives more than there was", () => {
    const { limit } = setUp(1, 60);
    times(5, () => {
      limit.forgive("a");
      return 0;
    });
    expect(limit.attempt("a")).toBe(0);
    limit.forgive("a");
    limit.forgive("a");
    expect(limit.attempt("a")).toBe(0);
    expect(limit.attempt("a")).toBeGreaterThan(0);
  });

  test("a reset key starts anew", () => {
    const { limit } = setUp(1, 60);
    limit.attempt("a");
    limit.settle("a");
    limit.reset("a");
    expect(limit.attempt("a")).toBe(0);
  });

  test(proves("attempts under way stay counted when their key is reset", "threat 33"), () => {
    const { limit } = setUp(3, 60);
    times(3, () => limit.attempt("a"));
    limit.settle("a");
    limit.reset("a");
    expect(limit.attempt("a")).toBe(0);
    expect(limit.attempt("a")).toBeGreaterThan(0);
    limit.settle("a");
    limit.settle("a");
    expect(limit.attempt("a")).toBeGreaterThan(0);
    limit.forgive("a");
    expect(limit.attempt("a")).toBe(0);
  });

  test("a reset forgets the attempts of the window before", () => {
    const { limit, time } = setUp(3, 60);
    times(3, () => limit.attempt("a"));
    for (let count = 0; count < 3; count += 1) limit.settle("a");
    time.now += 60;
    expect(limit.attempt("a")).toBeGreaterThan(0);
    limit.reset("a");
    expect(times(3, () => limit.attempt("a"))).toEqual([0, 0, 0]);
  });

  test("space is bounded: the oldest key is forgotten, the younger ones are not", () => {
    const { limit } = setUp(1, 60, 3);
    for (const key of ["a", "b", "c", "d"]) limit.attempt(key);
    expect(limit.attempt("b")).toBeGreaterThan(0);
    expect(limit.attempt("c")).toBeGreaterThan(0);
    expect(limit.attempt("d")).toBeGreaterThan(0);
    expect(limit.attempt("a")).toBe(0);
  });

  test("a key that is still in use is not the one forgotten", () => {
    const { limit, time } = setUp(2, 60, 2);
    limit.attempt("busy");
    limit.attempt("idle");
    time.now += 61;
    limit.attempt("busy");
    limit.attempt("new");
    time.now += 1;
    limit.attempt("busy");
    expect(limit.attempt("busy")).toBeGreaterThan(0);
  });

  test("a flood of new keys does not forget the one that is being guessed", () => {
    const { limit } = setUp(5, 60, 10);
    times(5, () => limit.attempt("target"));
    for (let index = 0; index < 1000; index += 1) limit.attempt(`flood-${index}`);
    expect(limit.attempt("target")).toBeGreaterThan(0);
  });

  test("keys whose windows are long over make room first", () => {
    const { limit, time } = setUp(5, 60, 4);
    for (const key of ["a", "b", "c", "d"]) times(5, () => limit.attempt(key));
    time.now += 120;
    // They have fewer attempts than the old keys had, but are kept.
    for (const key of ["e", "f", "g"]) times(4, () => limit.attempt(key));
    limit.attempt("h");
    for (const key of ["e", "f", "g"]) {
      expect(limit.attempt(key)).toBe(0);
      expect(limit.attempt(key)).toBeGreaterThan(0);
    }
  });

  test("names that stand for one key count together", () => {
    const { limit } = setUp(2, 60, 10, (name) => name.slice(0, 1));
    expect([limit.attempt("a1"), limit.attempt("a2")]).toEqual([0, 0]);
    expect(limit.attempt("a3")).toBeGreaterThan(0);
    limit.forgive("a4");
    expect(limit.attempt("a5")).toBe(0);
    for (const name of ["a1", "a2"]) limit.settle(name);
    limit.reset("a6");
    expect(limit.attempt("a7")).toBe(0);
    expect(limit.attempt("b1")).toBe(0);
  });

  test("keys of any length are told apart", () => {
    const { limit } = setUp(1, 60);
    const long = "x".repeat(10_000);
    expect(limit.attempt(`${long}a`)).toBe(0);
    expect(limit.attempt(`${long}b`)).toBe(0);
    expect(limit.attempt(`${long}a`)).toBeGreaterThan(0);
  });

  test("names that objects have of their own are keys like any other", () => {
    const { limit } = setUp(1, 60);
    for (const key of ["__proto__", "constructor", ""]) {
      expect(limit.attempt(key)).toBe(0);
      expect(limit.attempt(key)).toBeGreaterThan(0);
    }
  });
});

describe("an attempt that is refused while others are under way", () => {
  test(
    proves("waits for the next decision, and for none if the bad ones alone are too many", "threat 60"),
    async () => {
      const { limit } = setUp(2, 60);
      times(2, () => limit.attempt("a"));
      const decision = limit.decision("a");
      expect(decision).not.toBeNull();
      limit.forgive("a");
      await decision;
      expect(limit.attempt("a")).toBe(0);
      limit.settle("a");
      expect(limit.decision("a")).not.toBeNull();
      limit.settle("a");
      expect(limit.decision("a")).toBeNull();
      expect(limit.attempt("a")).toBeGreaterThan(0);
    },
  );

  test("waits no longer when the key is forgotten", async () => {
    const { limit } = setUp(2, 60);
    limit.attempt("a");
    limit.settle("a");
    limit.attempt("a");
    const decision = limit.decision("a");
    limit.reset("a");
    await decision;
    expect(limit.attempt("a")).toBe(0);
  });

  test("does not wait if many wait already", () => {
    const { limit } = setUp(1, 60);
    limit.attempt("a");
    for (let count = 0; count < 100; count += 1) expect(limit.decision("a")).not.toBeNull();
    expect(limit.decision("a")).toBeNull();
  });
});
