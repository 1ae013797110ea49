import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { safeParse } from "valibot";
import { configurationSchema } from "../../src/configuration/schema.ts";
import { parseResourceIndicator, sameResource } from "../../src/protocol/resource-indicator.ts";
import { reasonOf } from "../support/expect.ts";
import { proves } from "../support/proves.ts";

const parsed = (text: string): string => parseResourceIndicator(text);

describe("resource indicators (RFC 8707 §2)", () => {
  test.each([
    ["https://api.example", "https://api.example"],
    ["https://api.example/", "https://api.example/"],
    ["https://api.example/v1/", "https://api.example/v1/"],
    ["HTTPS://API.Example/Path", "https://api.example/Path"],
    ["https://api.example:8443/a?b=C", "https://api.example:8443/a?b=C"],
    ["https://api.example?tenant=A", "https://api.example?tenant=A"],
    ["http://localhost:3000/mcp", "http://localhost:3000/mcp"],
    ["urn:Example:API", "urn:Example:API"],
    ["https://[2001:DB8::1]/x", "https://[2001:db8::1]/x"],
  ])(proves("%s is read as %s: only scheme and host change their case", "RFC 8707 2-3"), (text, expected) => {
    expect(parsed(text)).toBe(expected);
  });

  test.each([
    "",
    "api.example",
    "/path",
    "//api.example/path",
    "https://api.example/#part",
    "https://api.example#",
    "https://user@api.example/",
    "https://user:word@api.example/",
    "https://api.example\\evil",
    "https:\\\\api.example",
    "https://",
    "https://api example/",
    "https://api.example/a b",
    "https://api.example/a\nb",
    "https://api.exa\nmple/",
    "https://api.exa\tmple/",
    "https://api.example ",
    " https://api.example",
    "https://api.example:99999/",
    "https://äpi.example/",
    "https://api.example/ä",
    "1https://api.example/",
    // URL parsers find a host in these, and a user name in the second.
    "https:api.example/path",
    "https:user@api.example/path",
    "https:/api.example/path",
    "https:///api.example/path",
    "https://?api.example",
  ])(proves("%j is malformed", "RFC 8707 2-1", "RFC 8707 2-2"), (text) => {
    expect(reasonOf(() => parseResourceIndicator(text))).toBe("resource_malformed");
  });

  test("the configuration takes what is kept as it is written, and nothing that a request could not name", () => {
    const part = (...texts: string[]) => fc.constantFrom(...texts);
    const letters = fc.string({ unit: fc.constantFrom(...'aZ1.:@/?#\\[]%ü "') });
    const texts = fc
      .tuple(
        part("https", "http", "HTTPS", "urn", "x", ""),
        part(":", "://", ":/", ":///", ""),
        part(
          "",
          "api.example",
          "API.example",
          "user@api.example",
          "user:@api.example",
          "[::1]:8443",
          "äpi.example",
        ),
        part("", "/", "/Path", "?q=A", "#part", "\\", "/@A", "?@"),
        letters,
      )
      .map((parts) => parts.join(""));
    const kept = (text: string): string | null => {
      try {
        return parseResourceIndicator(text);
      } catch {
        return null;
      }
    };
    fc.assert(
      fc.property(texts, (identifier) => {
        const { success } = safeParse(configurationSchema, { resources: [{ identifier }] });
        expect([identifier, success]).toEqual([identifier, kept(identifier) === identifier]);
      }),
      { numRuns: 2000 },
    );
  });

  test("an empty path and the root name the same resource; nothing else is equal", () => {
    expect(sameResource("https://api.example", "https://api.example/")).toBe(true);
    expect(sameResource("https://api.example/", "https://api.example")).toBe(true);
    expect(sameResource("https://api.example/v1", "https://api.example/v1/")).toBe(false);
    expect(sameResource("https://api.example?x", "https://api.example/?x")).toBe(false);
    expect(sameResource("https://api.example", "http://api.example")).toBe(false);
    expect(sameResource("https://api.example", "https://api.example:443")).toBe(false);
    expect(sameResource("urn:a", "urn:a/")).toBe(false);
  });
});
