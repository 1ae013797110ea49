import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { decodeFormComponent, parseParameters } from "../../src/protocol/parameters.ts";
import { reasonOf, refusalOf } from "../support/expect.ts";
import { proves } from "../support/proves.ts";

const parse = (text: string, limit = 64) => parseParameters(text, limit);

describe("request parameters (RFC 6749 §3.1 and appendix B)", () => {
  test("the example of appendix B is decoded", () => {
    expect(decodeFormComponent("+%25%26%2B%C2%A3%E2%82%AC")).toBe(" %&+£€");
    expect(parse("value=+%25%26%2B%C2%A3%E2%82%AC").get("value")).toBe(" %&+£€");
  });

  test("names are decoded as values are", () => {
    expect(parse("grant%5Ftype=a+b").get("grant_type")).toBe("a b");
  });

  test("only the first equals sign separates", () => {
    expect(parse("code=a=b==").get("code")).toBe("a=b==");
  });

  test.each(["scope=", "scope", "scope=&", "&&scope=", ""])(
    proves("an empty parameter is omitted: %j", "RFC 6749 3.1-5", "RFC 6749 3.2-4"),
    (text) => {
      const parameters = parse(text);
      expect(parameters.get("scope")).toBeUndefined();
      expect(parameters.all("scope")).toEqual([]);
      expect([...parameters.entries()]).toEqual([]);
      expect(reasonOf(() => parameters.required("scope"))).toBe("parameter_missing");
    },
  );

  test("an empty one beside a full one is no double", () => {
    const parameters = parse("scope=&scope=a").refuseRepeated();
    expect(parameters.get("scope")).toBe("a");
  });

  test("a parameter that comes twice is refused, even with the same value", () => {
    const refusal = refusalOf(() => parse("state=a&code=1&state=a").refuseRepeated());
    expect(refusal.reason).toBe("parameter_repeated");
    expect(refusal.description).toBe("The parameter 'state' appears more than once.");
  });

  test("a double hides behind no encoding", () => {
    expect(reasonOf(() => parse("code=1&c%6Fde=2").refuseRepeated())).toBe("parameter_repeated");
  });

  test("a parameter that comes twice has no value to go by", () => {
    const parameters = parse("client_id=a&client_id=b");
    expect(parameters.get("client_id")).toBeUndefined();
    expect(parameters.isRepeated("client_id")).toBe(true);
    expect(reasonOf(() => parameters.required("client_id"))).toBe("parameter_missing");
  });

  test("only resource may be repeated (RFC 8707 §2)", () => {
    const parameters = parse(
      "resource=https%3A%2F%2Fa.example&resource=https%3A%2F%2Fb.example",
    ).refuseRepeated();
    expect(parameters.isRepeated("resource")).toBe(false);
    expect(parameters.all("resource")).toEqual(["https://a.example", "https://b.example"]);
  });

  test("parameters that nobody knows are refused when doubled too", () => {
    expect(reasonOf(() => parse("x=1&x=2").refuseRepeated())).toBe("parameter_repeated");
  });

  test.each([
    "a=%",
    "a=%4",
    "a=%zz",
    "a=%u0041",
    "%=a",
    "a=100%",
    "a=%C3%28",
    "a=%FF",
    "a=%C0%80",
    "a=%ED%A0%80",
    "a=%F4%90%80%80",
    "a=%E2%82",
    "a=\uFFFD",
    "\uFFFD=a",
  ])("%j is malformed, never guessed at", (text) => {
    expect(reasonOf(() => parse(text))).toBe("parameters_malformed");
  });

  test("a replacement character that was encoded on purpose stays", () => {
    expect(parse("a=%EF%BF%BD").get("a")).toBe("\uFFFD");
  });

  test("a NUL is refused, encoded or not, in names and values", () => {
    for (const text of ["a=x%00y", "a=x\0y", "a%00=x", "%00"]) {
      expect(reasonOf(() => parse(text))).toBe("parameters_malformed");
    }
  });

  test("as many parameters as allowed are read; one more is refused", () => {
    const many = (count: number) => Array.from({ length: count }, (_, index) => `p${index}=1`).join("&");
    expect(parse(many(8), 8).get("p7")).toBe("1");
    expect(reasonOf(() => parse(many(9), 8))).toBe("too_many_parameters");
    expect(reasonOf(() => parse("&".repeat(9), 8))).toBe("too_many_parameters");
  });

  test.each(["__proto__", "constructor", "toString", "hasOwnProperty", "prototype", "then"])(
    "%s is a name like any other",
    (name) => {
      expect(parse("a=1").get(name)).toBeUndefined();
      expect(parse(`${name}=x`).get(name)).toBe("x");
      expect(parse(`${name}=x`).get("polluted")).toBeUndefined();
      expect(reasonOf(() => parse(`${name}=x&${name}=y`).refuseRepeated())).toBe("parameter_repeated");
    },
  );

  test("a missing parameter is named", () => {
    expect(refusalOf(() => parse("").required("code")).description).toBe("The parameter 'code' is missing.");
  });

  test("a query is written without the names that are left out", () => {
    expect(parse("b=1&a=2+3&c=%26&resource=x&resource=y").toQuery(["b"])).toBe(
      "a=2+3&c=%26&resource=x&resource=y",
    );
  });

  test("whatever is written as a query is read back the same", () => {
    const text = fc.string({ unit: "grapheme" }).filter((value) => value.isWellFormed());
    const pairs = fc.array(
      fc.tuple(
        text,
        text.filter((value) => value !== ""),
      ),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(pairs, (input) => {
        const written = new URLSearchParams(input.map(([name, value]) => [name, value])).toString();
        const first = parse(written);
        expect([...parse(first.toQuery()).entries()]).toEqual([...first.entries()]);
        for (const [name, value] of input) expect(first.all(name)).toContain(value);
      }),
    );
  });
});
