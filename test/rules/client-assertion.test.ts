/** RFC 7523 §3: whether a client assertion may be believed. THREATS 35, 36, 39, 86. */
import { describe, expect, test } from "bun:test";
import type { Jws } from "../../src/protocol/jws.ts";
import {
  type AssertionAudience,
  assertionFault,
  requireAssertion,
} from "../../src/rules/client-assertion.ts";
import { reasonOf, refusalOf } from "../support/expect.ts";
import { proves } from "../support/proves.ts";

const NOW = 1_800_000_000;
const ISSUER = "https://auth.example";
const TOKEN = "https://auth.example/auth/token";

const CLAIMS = { iss: "agent", sub: "agent", aud: ISSUER, exp: NOW + 60, iat: NOW, jti: "one" };

const jws = (claims: Record<string, unknown>, header: Partial<Jws> = {}): Jws => ({
  text: "",
  algorithm: "ES256",
  kid: undefined,
  typ: undefined,
  header: {},
  claims: Object.fromEntries(
    Object.entries({ ...CLAIMS, ...claims }).filter(([, value]) => value !== undefined),
  ),
  ...header,
});

const check = (assertion: Jws, audience: AssertionAudience = "issuer", now = NOW) =>
  requireAssertion(assertion, { issuer: ISSUER, endpoints: [TOKEN], audience, now });

const fault = (
  algorithm: string,
  client: Parameters<typeof assertionFault>[1],
  claims: Record<string, unknown> = {},
) => assertionFault(jws(claims, { algorithm }), client, ISSUER);

describe("the audience of a client assertion", () => {
  test(proves("is the issuer, as a string", "threat 86", "RFC 7521 5.2-3", "RFC 7523 3-3"), () => {
    expect(reasonOf(() => check(jws({})))).toBeNull();
    for (const aud of [
      [ISSUER],
      [ISSUER, "https://other.example"],
      TOKEN,
      `${ISSUER}/`,
      "https://other.example",
      "agent",
      "",
      null,
      7,
      undefined,
      {},
    ])
      expect([aud, reasonOf(() => check(jws({ aud })))]).toEqual([aud, "client_assertion_audience"]);
  });

  test("may be the token endpoint where the operator lets it, and nothing beside the two", () => {
    const reason = (aud: unknown) => reasonOf(() => check(jws({ aud }), "compatible"));
    for (const aud of [ISSUER, TOKEN, [ISSUER], [TOKEN], [ISSUER, TOKEN]]) expect(reason(aud)).toBeNull();
    for (const aud of [
      [],
      [ISSUER, "https://other.example"],
      [ISSUER, 7],
      `${TOKEN}/`,
      `${ISSUER}/auth/introspect`,
    ])
      expect([aud, reason(aud)]).toEqual([aud, "client_assertion_audience"]);
  });
});

test(
  proves(
    "the audience of a client assertion is the issuer alone for a client of the strict profile, whatever the operator lets others do",
    "threat 86",
    "FAPI 2.0 5.3.2.1-8",
  ),
  () => {
    const client = {
      tokenEndpointAuthMethod: "private_key_jwt",
      tokenEndpointAuthSigningAlg: null,
      securityProfile: "fapi-2.0",
    } as const;
    expect(assertionFault(jws({}), client, ISSUER)).toBeNull();
    for (const aud of [TOKEN, [ISSUER], [ISSUER, TOKEN]]) {
      expect(assertionFault(jws({ aud }), client, ISSUER)).toBe("client_assertion_strict_audience");
      expect(assertionFault(jws({ aud }), { ...client, securityProfile: null }, ISSUER)).toBeNull();
    }
  },
);

describe("the times of a client assertion", () => {
  test(
    proves(
      "are there, are times, and are now",
      "threat 36",
      "threat 86",
      "RFC 7521 5.2-4",
      "RFC 7523 3-4",
      "RFC 7523 3-5",
    ),
    () => {
      const bad: Record<string, unknown>[] = [
        { exp: undefined },
        ...["60", null, Number.NaN, Number.POSITIVE_INFINITY, -1, [NOW + 60], true].flatMap((time) => [
          { exp: time },
          { iat: time },
          { nbf: time },
        ]),
        { exp: NOW - 31, iat: NOW - 100 },
        { exp: NOW - 300 },
        { exp: NOW + 86_400 },
        { exp: NOW + 700, iat: undefined },
        { exp: NOW + 3000, iat: NOW - 700 },
        { iat: NOW + 61 },
        { nbf: NOW + 61 },
      ];
      for (const claims of bad)
        expect([claims, reasonOf(() => check(jws(claims)))]).toEqual([claims, "client_assertion_untimely"]);
    },
  );

  test("may be a few seconds ahead, as clocks are", () => {
    for (const claims of [
      { iat: NOW + 10, nbf: NOW + 10 },
      { exp: NOW - 10 },
      { iat: undefined },
      { iat: undefined, exp: NOW + 600 },
      { exp: NOW + 3600 },
      { exp: NOW + 60.5, iat: NOW - 0.5 },
    ])
      expect([claims, reasonOf(() => check(jws(claims)))]).toEqual([claims, null]);
  });

  test("say until when its jti is remembered: until it is refused anyway", () => {
    for (const claims of [{}, { exp: NOW + 3600 }, { iat: undefined, exp: NOW + 500 }, { exp: NOW + 10.2 }]) {
      const { jti, until } = check(jws(claims));
      expect(jti).toBe("one");
      expect(Number.isInteger(until)).toBe(true);
      expect(reasonOf(() => check(jws(claims), "issuer", until))).toBe("client_assertion_untimely");
      expect(reasonOf(() => check(jws(claims), "issuer", until - 2))).toBeNull();
    }
    // An hour in exp does not make it last.
    expect(check(jws({ exp: NOW + 3600 })).until).toBeLessThan(NOW + 700);
  });
});

test(proves("a client assertion has a jti", "threat 37"), () => {
  for (const jti of [undefined, "", null, 7, ["one"]])
    expect([jti, reasonOf(() => check(jws({ jti })))]).toEqual([jti, "client_assertion_malformed"]);
});

describe("the signature of a client assertion", () => {
  test(
    proves("is of a private key: no secret, and not none", "threat 35", "threat 86", "RFC 7523 3-9"),
    () => {
      for (const algorithm of ["none", "HS256", "HS512", "RSA1_5", "ES256K", "", "es256"])
        expect([algorithm, reasonOf(() => check(jws({}, { algorithm })))]).toEqual([
          algorithm,
          "client_assertion_malformed",
        ]);
      expect(refusalOf(() => check(jws({}, { algorithm: "HS256" }))).description).toContain(
        "client_secret_jwt is not supported",
      );
    },
  );

  test("is not that of a JWT of another kind", () => {
    for (const typ of [
      "JWT",
      "jwt",
      "client-authentication+jwt",
      "application/client-authentication+jwt",
      undefined,
    ])
      expect(reasonOf(() => check(jws({}, { typ })))).toBeNull();
    for (const typ of ["at+jwt", "dpop+jwt", "oauth-authz-req+jwt", "logout+jwt", ""])
      expect(reasonOf(() => check(jws({}, { typ })))).toBe("client_assertion_malformed");
  });

  test(proves("has the algorithm that the client registered", "threat 35"), () => {
    const client = {
      tokenEndpointAuthMethod: "private_key_jwt",
      tokenEndpointAuthSigningAlg: "ES256",
      securityProfile: null,
    } as const;
    expect(fault("ES256", client)).toBeNull();
    expect(fault("RS256", client)).toBe("client_assertion_algorithm");
    expect(fault("RS256", { ...client, tokenEndpointAuthSigningAlg: null })).toBeNull();
  });

  test(proves("has an algorithm that the client's profile allows", "FAPI 2.0 5.4.1-2"), () => {
    const client = {
      tokenEndpointAuthMethod: "private_key_jwt",
      tokenEndpointAuthSigningAlg: null,
      securityProfile: "fapi-2.0",
    } as const;
    expect(fault("PS256", client)).toBeNull();
    expect(fault("RS256", client)).toBe("client_assertion_algorithm");
  });

  test("opens no door for a client that is registered for another method", () => {
    for (const tokenEndpointAuthMethod of ["none", "client_secret_basic", "client_secret_post"] as const)
      expect(
        fault("ES256", { tokenEndpointAuthMethod, tokenEndpointAuthSigningAlg: null, securityProfile: null }),
      ).toBe("client_method_not_registered");
  });
});
