/** Threat class 3: adding an answer to a redirect URI. Our parameters win, and each occurs once. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { parse } from "valibot";
import { configurationSchema } from "../../src/configuration/schema.ts";
import { responseTo } from "../../src/endpoints/authorization-request.ts";
import { QUERY, RESPONSE_MODES, type ResponseMode } from "../../src/endpoints/response-mode.ts";
import type { ClientId, RedirectUri } from "../../src/protocol/identifiers.ts";
import { parseIssuer } from "../../src/protocol/issuer.ts";
import { withResponseParameters } from "../../src/protocol/redirect-uri.ts";

const on = (uri: string, parameters: Record<string, string | undefined>): string =>
  withResponseParameters(uri as RedirectUri, parameters);

describe("an answer on a redirect URI", () => {
  test.each([
    ["https://client.example/cb", "https://client.example/cb?code=c"],
    ["https://client.example", "https://client.example?code=c"],
    ["https://client.example/cb?", "https://client.example/cb?code=c"],
    ["https://client.example/cb?tenant=1", "https://client.example/cb?tenant=1&code=c"],
    ["https://client.example/cb?a=%2f+%20&b", "https://client.example/cb?a=%2f+%20&b&code=c"],
    ["https://client.example/cb?a=b?c", "https://client.example/cb?a=b?c&code=c"],
    ["com.example.app:/cb", "com.example.app:/cb?code=c"],
    ["http://127.0.0.1:5000", "http://127.0.0.1:5000?code=c"],
  ])("keeps %s as it is and adds to it (RFC 6749 §3.1.2)", (uri, expected) => {
    expect(on(uri, { code: "c" })).toBe(expected);
  });

  test.each([
    "https://client.example/cb?state=x",
    "https://client.example/cb?state=x&state=y",
    "https://client.example/cb?st%61te=x",
    "https://client.example/cb?state",
    "https://client.example/cb?%73tate=x&a=1",
  ])("%s: a registered parameter of the same name gives way", (uri) => {
    const answered = new URL(on(uri, { state: "ours" }));
    expect(answered.searchParams.getAll("state")).toEqual(["ours"]);
  });

  test("a registered parameter gives way even if ours is not sent", () => {
    expect(on("https://client.example/cb?state=x&a=1", { state: undefined, code: "c" })).toBe(
      "https://client.example/cb?a=1&code=c",
    );
  });

  test("names that objects have of their own neither vanish nor appear", () => {
    expect(on("https://client.example/cb?__proto__=x&constructor=y", { code: "c" })).toBe(
      "https://client.example/cb?__proto__=x&constructor=y&code=c",
    );
  });

  test("a query that cannot be decoded is kept as it is", () => {
    expect(on("https://client.example/cb?%zz=1", { code: "c" })).toBe(
      "https://client.example/cb?%zz=1&code=c",
    );
  });

  test("values cannot break out", () => {
    const value = 'a&b=c#d\r\nX: y \u00e9+%/?"<>';
    const location = on("https://client.example/cb", { state: value });
    expect(location).toMatch(/^[\x21-\x7E]+$/);
    expect(location).not.toContain("#");
    const url = new URL(location);
    expect([...url.searchParams]).toEqual([["state", value]]);
  });

  const text = fc.string({ unit: "grapheme" }).filter((value) => value.isWellFormed());
  test("every parameter of ours is there once and comes back as it was; the others stay", () => {
    const query = fc
      .array(fc.tuple(fc.constantFrom("state", "code", "iss", "error", "a", "b"), text), { maxLength: 6 })
      .map((pairs) => new URLSearchParams(pairs).toString());
    fc.assert(
      fc.property(query, text, text, (registered, code, state) => {
        const answered = new URL(on(`https://client.example/cb?${registered}`, { code, state, iss: "i" }));
        expect(answered.searchParams.getAll("code")).toEqual([code]);
        expect(answered.searchParams.getAll("state")).toEqual([state]);
        expect(answered.searchParams.getAll("iss")).toEqual(["i"]);
        for (const other of ["a", "b", "error"]) {
          expect(answered.searchParams.getAll(other)).toEqual(new URLSearchParams(registered).getAll(other));
        }
      }),
    );
  });
});

describe("an authorization response (RFC 9207 §2)", () => {
  /** What is signed can be read here. */
  const context = {
    issuer: parseIssuer("https://auth.example"),
    clock: { millis: () => 1_000_000, seconds: () => 1000 },
    configuration: parse(configurationSchema, {}),
    signingKeys: { sign: async (_: string, __: string, claims: object) => JSON.stringify(claims) },
  };
  const client = { clientId: "app" as ClientId, authorizationSignedResponseAlg: null, securityProfile: null };
  const redirectUri =
    "https://client.example/cb?code=old&error=old&error_description=old&error_uri=old&iss=https://evil.example&state=old&a=1" as RedirectUri;
  const given = (responseMode: ResponseMode, state: string | null, parameters: Record<string, string>) =>
    responseTo(context, { client, redirectUri, responseMode, state }, parameters);
  /** Every parameter that the client gets, from wherever it comes. */
  const received = async (mode: ResponseMode, state: string | null, parameters: Record<string, string>) => {
    const { address, fields } = await given(mode, state, parameters);
    const { searchParams, hash } = new URL(address);
    const all = [...searchParams, ...new URLSearchParams(hash.slice(1)), ...Object.entries(fields ?? {})];
    if (!mode.signs) return all;
    const [registered, [name, response] = ["", "{}"], ...more] = all;
    expect({ registered, name, more }).toEqual({ registered: ["a", "1"], name: "response", more: [] });
    const { aud, iat, exp, ...answer } = JSON.parse(response);
    expect({ aud, iat, exp }).toEqual({ aud: "app", iat: 1000, exp: 1300 });
    return [["a", "1"], ...Object.entries(answer)];
  };

  for (const mode of RESPONSE_MODES) {
    test(`${mode.mode}: a success has no error, an error has no code, whatever the client registered`, async () => {
      expect(await received(mode, "s", { code: "new" })).toEqual([
        ["a", "1"],
        ["code", "new"],
        ["state", "s"],
        ["iss", "https://auth.example"],
      ]);
      expect(await received(mode, "s", { error: "access_denied" })).toEqual([
        ["a", "1"],
        ["error", "access_denied"],
        ["state", "s"],
        ["iss", "https://auth.example"],
      ]);
    });

    test(`${mode.mode}: without a state in the request there is none in the answer`, async () => {
      const answer = await received(mode, null, { code: "c" });
      expect(answer.map(([name]) => name)).toEqual(["a", "code", "iss"]);
    });
  }

  test("only query and fragment put the answer into the address", async () => {
    const plain = RESPONSE_MODES.filter(({ signs }) => !signs);
    const places = plain.map(async (mode) => {
      const { address, fields } = await given(mode, null, { code: "c" });
      const { search, hash } = new URL(address);
      return [mode.mode, search.includes("code=c"), hash.includes("code=c"), fields?.code === "c"];
    });
    expect(await Promise.all(places)).toEqual([
      ["query", true, false, false],
      ["fragment", false, true, false],
      ["form_post", false, false, true],
    ]);
  });

  test.each([
    "https://client.example/cb",
    "https://client.example/cb?",
    "https://client.example/cb?a=%2f+%20&b",
    "http://127.0.0.1:5000",
  ])("form_post posts to exactly %s", async (uri) => {
    const target = {
      client,
      redirectUri: uri as RedirectUri,
      responseMode: RESPONSE_MODES[2] ?? QUERY,
      state: "s",
    };
    expect((await responseTo(context, target, { code: "c" })).address).toBe(uri);
  });
});
