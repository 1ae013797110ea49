import { expect, test } from "bun:test";
import fc from "fast-check";
import { OldestFirst } from "../../src/platform/oldest-first.ts";

/** The same map as a searched list. */
class Model {
  entries: [string, number][] = [];
  set(key: string, value: number): void {
    this.delete(key);
    this.entries.push([key, value]);
  }
  delete(key: string): void {
    this.entries = this.entries.filter(([other]) => other !== key);
  }
}

const KEYS = ["a", "b", "c", "d", "e", "__proto__"];
const step = fc.record({
  action: fc.constantFrom("set" as const, "set" as const, "delete" as const),
  key: fc.constantFrom(...KEYS),
});

test("whatever comes and goes, it has what a list in the order of coming has", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const map = new OldestFirst<number>();
      const model = new Model();
      for (const [value, { action, key }] of steps.entries()) {
        if (action === "set") {
          map.set(key, value);
          model.set(key, value);
        } else {
          map.delete(key);
          model.delete(key);
        }
        expect([...map]).toEqual(model.entries);
        expect(map.size).toBe(model.entries.length);
        expect(map.oldestKey).toBe(model.entries[0]?.[0] ?? null);
        for (const name of KEYS) expect(map.get(name)).toBe(new Map(model.entries).get(name));
      }
    }),
  );
});

test("whoever walks may delete the entry where it stands, and meets all the others", () => {
  const map = new OldestFirst<number>();
  for (const [index, key] of KEYS.entries()) map.set(key, index);
  const met: string[] = [];
  for (const [key] of map) {
    met.push(key);
    if (key !== "c") map.delete(key);
  }
  expect(met).toEqual(KEYS);
  expect([...map]).toEqual([["c", 2]]);
});

test("with a bound the oldest entry makes room, and no entry goes before the bound is reached", () => {
  const map = new OldestFirst<number>();
  for (const [index, key] of KEYS.entries()) {
    map.set(key, index);
    map.keepNewest(2);
    expect(map.size).toBe(Math.min(index + 1, 2));
  }
  expect([...map]).toEqual([
    ["e", 4],
    ["__proto__", 5],
  ]);
});
