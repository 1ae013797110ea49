import { expect, test } from "bun:test";
import { parseCache } from "../../../src/store/sqlite/tables/parse-cache.ts";

function counting(maximumBytes: number) {
  const parsed: string[] = [];
  const find = parseCache((text) => {
    parsed.push(text);
    return { length: text.length };
  }, maximumBytes);
  return { find, parsed };
}

test("a text is parsed once while it is kept", () => {
  const { find, parsed } = counting(100);
  expect(find("one")).toBe(find("one"));
  find("two");
  find("one");
  expect(parsed).toEqual(["one", "two"]);
});

test("what is kept is bounded in bytes, not in entries, and the oldest makes room", () => {
  const { find, parsed } = counting(100);
  const a = "a".repeat(40);
  const b = "b".repeat(40);
  const c = "c".repeat(40);
  for (const text of [a, b, c]) find(text);
  parsed.length = 0;
  find(c);
  find(b);
  expect(parsed).toEqual([]);
  find(a);
  expect(parsed).toEqual([a]);
});

test("bytes are counted, not characters", () => {
  const { find, parsed } = counting(100);
  const wide = "\u20ac".repeat(30);
  find(wide);
  find("x".repeat(20));
  find(wide);
  expect(parsed).toHaveLength(3);
});

test("a text that is larger than everything that may be kept pushes nothing out", () => {
  const { find, parsed } = counting(100);
  find("small");
  find("x".repeat(101));
  find("small");
  find("x".repeat(101));
  expect(parsed).toHaveLength(3);
});
