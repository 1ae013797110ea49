import { describe, expect, test } from "bun:test";
import { firstMissing, formatScope, isScope, isSubset, parseScope } from "../../src/protocol/scope.ts";
import { reasonOf } from "../support/expect.ts";

const names = (text: string): string[] => [...parseScope(text)];

describe("scope (RFC 6749 §3.3)", () => {
  test("names are separated by spaces and kept in their order", () => {
    expect(names("b a c")).toEqual(["b", "a", "c"]);
  });

  test("a name that comes twice counts once", () => {
    expect(names("a b a")).toEqual(["a", "b"]);
  });

  test("names are case-sensitive", () => {
    expect(names("Mail mail")).toEqual(["Mail", "mail"]);
  });

  test("every character of the grammar is allowed, and no other", () => {
    for (let code = 0; code < 0x180; code += 1) {
      const allowed = code === 0x21 || (code >= 0x23 && code <= 0x5b) || (code >= 0x5d && code <= 0x7e);
      expect(`${code}: ${isScope(String.fromCharCode(code))}`).toBe(`${code}: ${allowed}`);
    }
  });

  test.each([
    ["", []],
    [" ", []],
    [" a", ["a"]],
    ["a ", ["a"]],
    ["a  b", ["a", "b"]],
    [`${" ".repeat(60_000)}a`, ["a"]],
  ])("%j has these names: many spaces separate like one", (text, expected) => {
    expect(names(text)).toEqual(expected);
  });

  test.each(["a\tb", "a\nb", 'a"b', "a\\b", "é", "a\u00a0b", "a\n"])("%j is malformed", (text) => {
    expect(reasonOf(() => parseScope(text))).toBe("scope_malformed");
  });

  test("a hundred names are read, and no more: the work of a request is bounded", () => {
    const many = (count: number) => Array.from({ length: count }, (_, index) => `s${index}`).join(" ");
    expect(names(many(100))).toHaveLength(100);
    expect(names(` ${many(100)} `)).toHaveLength(100);
    expect(reasonOf(() => parseScope(many(101)))).toBe("scope_malformed");
    expect(reasonOf(() => parseScope("a ".repeat(30_000)))).toBe("scope_malformed");
  });

  test("names that objects have of their own are ordinary names", () => {
    expect(names("__proto__ constructor toString")).toEqual(["__proto__", "constructor", "toString"]);
  });

  test("writing what was read gives the same text", () => {
    expect(formatScope(parseScope("mail.read https://api.example/all urn:x:y"))).toBe(
      "mail.read https://api.example/all urn:x:y",
    );
  });

  test("a subset has no name that the whole lacks; the first that is missing is told", () => {
    expect(isSubset(parseScope("a b"), parseScope("b c a"))).toBe(true);
    expect(isSubset(parseScope("a d"), parseScope("b c a"))).toBe(false);
    expect(isSubset([], [])).toBe(true);
    expect(String(firstMissing(parseScope("a d e"), parseScope("a")))).toBe("d");
  });
});
