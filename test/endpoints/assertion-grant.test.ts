/**
 * RFC 7523 §2.1 and ID-JAG as the server that accepts: which assertion of another issuer stands for which person, and what it gives. The
 * issuers are real servers on this machine, friendly and hostile ones (threats 35, 36, 37, 88).
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { JWTPayload } from "jose";
import { everyGrant } from "../../src/operations/access.ts";
import { collect } from "../../src/operations/paging.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import { expectRefusal, expectTokens, type Json, jsonOf, textOf } from "../support/flows.ts";
import { type SignOptions, startIssuer, type TestIssuer } from "../support/issuers.ts";
import { proves } from "../support/proves.ts";
import {
  basic,
  ISSUER,
  SECRET,
  startTestServer,
  TEST_CONFIGURATION,
  type TestServer,
} from "../support/server.ts";

const GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const MAIL = "https://mail.example/";
const FILES = "https://files.example/api";

/** By address, with ID-JAGs; by user name, with every JWT; by link; and one that stands for no person. */
let acme: TestIssuer;
let partner: TestIssuer;
let linked: TestIssuer;
let machines: TestIssuer;
let server: TestServer;
let alice: AccountRecord;

const client = (client_id: string, more = {}) => ({
  client_id,
  client_name: client_id,
  secrets: [SECRET],
  grant_types: [GRANT],
  ...more,
});

beforeAll(async () => {
  [acme, partner, linked, machines] = await Promise.all([
    startIssuer(),
    startIssuer({ slash: "/" }),
    startIssuer(),
    startIssuer(),
  ]);
  server = await startTestServer({
    outbound: { allow: ["127.0.0.1"], timeout_seconds: 1 },
    clients: [
      ...(TEST_CONFIGURATION.clients ?? []),
      client("wiki"),
      client("other"),
      client("narrow", { scope: ["mail.read"] }),
      client("staff-only", { allowed_groups: ["staff"] }),
      client("strict", { minimum_acr: "2" }),
      client("without", { grant_types: ["client_credentials"] }),
      { client_id: "open", client_name: "open", grant_types: [GRANT] },
    ],
    trusted_issuers: [
      {
        issuer: acme.issuer,
        people: {
          by: "email",
          email_domains: ["acme.example"],
          clients: ["wiki", "narrow", "staff-only", "strict", "open", "without"],
          scope: ["mail.read", "files"],
        },
      },
      {
        issuer: partner.issuer,
        people: {
          by: "username",
          profiles: ["jwt"],
          clients: ["wiki"],
          scope: ["mail.read"],
          single_use: false,
          token_endpoint_audience: true,
        },
      },
      {
        issuer: linked.issuer,
        people: {
          by: "link",
          links: { "00u1": "alice" },
          clients: ["wiki", "strict"],
          scope: ["mail.read"],
          profiles: ["id-jag", "jwt"],
          sign_in_level: "2",
        },
      },
      { issuer: machines.issuer },
    ],
  });
  alice = await server.addPerson("alice", { email: "alice@acme.example", emailVerified: true });
  await server.addPerson("bob", { email: "bob@acme.example", emailVerified: false });
  await server.addPerson("eve", { email: "eve@evil.example", emailVerified: true });
  await server.addPerson("gone", {
    email: "gone@acme.example",
    emailVerified: true,
    disabledAt: 1,
    disabledBy: "operator",
  });
});
afterAll(async () => {
  await server.close();
  await Promise.all([acme, partner, linked, machines].map((issuer) => issuer.stop()));
});

/** An ID-JAG of acme about Alice for the client `wiki`. */
const claims = (changes: Record<string, unknown> = {}): JWTPayload => {
  const now = server.clock.seconds();
  return {
    iss: acme.issuer,
    sub: "U0194",
    aud: ISSUER,
    client_id: "wiki",
    jti: crypto.randomUUID(),
    iat: now,
    exp: now + 300,
    email: "alice@acme.example",
    email_verified: true,
    auth_time: now - 60,
    ...changes,
  };
};

const JAG: SignOptions = { typ: "oauth-id-jag+jwt" };

const idJag = (changes: Record<string, unknown> = {}, options: SignOptions = {}): Promise<string> =>
  acme.sign(claims(changes), { ...JAG, ...options });

const redeem = (
  assertion: string,
  { clientId = "wiki", ...form }: Record<string, string> = {},
): Promise<Response> =>
  server.post("/auth/token", { grant_type: GRANT, assertion, ...form }, basic(clientId, SECRET));

const reasons = (): string[] =>
  server.logged.flatMap((line) => {
    const { reason } = JSON.parse(line) as { readonly reason?: string };
    return reason === undefined ? [] : [reason];
  });

async function expectFault(response: Response, words: string, error = "invalid_grant"): Promise<Json> {
  const body = await expectRefusal(response, 400, error);
  expect(textOf(body, "error_description")).toContain(words);
  return body;
}

async function introspected(token: string): Promise<Json> {
  return jsonOf(await server.post("/auth/introspect", { token }, basic("mail-server", SECRET)));
}

describe("an ID-JAG", () => {
  test(
    proves(
      "gives an access token for the person, and no refresh token and no ID token",
      "RFC 7523 2.1-1",
      "ID-JAG accept-1",
      "ID-JAG accept-9",
      "threat 88",
    ),
    async () => {
      const body = await expectTokens(await redeem(await idJag({ scope: "mail.read mail.send" })));
      expect(body.scope).toBe("mail.read");
      expect(Object.keys(body).sort()).toEqual(["access_token", "expires_in", "scope", "token_type"]);
      const token = await introspected(textOf(body, "access_token"));
      expect(token).toMatchObject({
        active: true,
        sub: alice.subject,
        client_id: "wiki",
        scope: "mail.read",
      });
    },
  );

  test(proves("is told as an event, and its grant is listed and can be ended", "threat 88"), async () => {
    const body = await expectTokens(await redeem(await idJag()));
    const found = await collect(
      everyGrant(server.context, { subject: alice.subject }, server.clock.seconds()),
    );
    const grant = found.at(-1);
    if (grant === undefined) throw new Error("There is no grant.");
    expect(grant).toMatchObject({ via: "jwt_bearer", clientId: "wiki", session: null, online: false });
    expect(grant.authenticationLevel).toBe("1");
    const told = server.logged.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(told.find(({ event }) => event === "assertion.accepted")).toMatchObject({
      subject: alice.subject,
      client: "wiki",
      via: acme.issuer,
    });
    const cookie = await server.signIn(alice);
    const page = await (await server.fetch("/account", { headers: { Cookie: cookie } })).text();
    expect(page).toContain("Through your organization");
    for (const { id } of found)
      await server.context.store.revokeGrant(id, "revoked_by_person", server.clock.seconds());
    expect(await introspected(textOf(body, "access_token"))).toEqual({ active: false });
  });

  test(proves("counts once, in parallel and one after the other, as its jti says", "threat 37"), async () => {
    const assertion = await idJag();
    const answers = await Promise.all([redeem(assertion), redeem(assertion), redeem(assertion)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400, 400]);
    await expectFault(await redeem(assertion), "used before");
    expect(reasons()).toContain("assertion_replayed");
    // Another assertion with the same jti is no other use.
    const jti = crypto.randomUUID();
    await expectTokens(await redeem(await idJag({ jti })));
    await expectFault(await redeem(await idJag({ jti, scope: "files" })), "used before");
  });

  test("is not used up when the client was only remembered as it had been", async () => {
    await expectTokens(await redeem(await idJag()));
    const found = await server.context.store.findClient("wiki");
    if (found === null) throw new Error("There is no client.");
    await server.context.store.putClient({ ...found, clientName: "Wiki" });
    await expectTokens(await redeem(await idJag()));
  });

  const narrowings: readonly [string, Record<string, unknown>, Record<string, string>, Json][] = [
    ["the scope of the assertion", { scope: "files" }, {}, { scope: "files" }],
    ["the scope of the request", {}, { scope: "files" }, { scope: "files" }],
    [
      "neither widens the other",
      { scope: "mail.read" },
      { scope: "mail.read files mail.send" },
      { scope: "mail.read" },
    ],
    ["the resource of the assertion", { resource: MAIL }, {}, { scope: "mail.read" }],
    ["the resource of the request", {}, { resource: FILES }, { scope: "files" }],
    ["nothing asked, nothing said: what the operator allows", {}, {}, { scope: "mail.read files" }],
  ];
  test.each(narrowings)(
    proves("narrows: %s", "threat 88", "ID-JAG accept-6", "ID-JAG accept-7"),
    async (_, inside, asked, expected) => {
      expect(await expectTokens(await redeem(await idJag(inside), asked))).toMatchObject(expected);
    },
  );

  const widenings: readonly [string, Record<string, unknown>, Record<string, string>, string][] = [
    ["a scope beyond the assertion", { scope: "mail.read" }, { scope: "files" }, "invalid_scope"],
    ["a scope that the operator did not allow", { scope: "mail.send" }, {}, "invalid_scope"],
    [
      "a scope of this server",
      { scope: "tessera.admin introspect openid offline_access" },
      {},
      "invalid_scope",
    ],
    ["a resource beyond the assertion", { resource: MAIL }, { resource: FILES }, "invalid_scope"],
    ["a resource that does not exist", { resource: "https://unknown.example/" }, {}, "invalid_target"],
    [
      "a scope of the client's that the assertion gives to another",
      {},
      { clientId: "narrow", scope: "files" },
      "invalid_grant",
    ],
  ];
  test.each(widenings)(proves("gives nothing: %s", "threat 88"), async (_, inside, asked, error) => {
    await expectRefusal(await redeem(await idJag(inside), asked), 400, error);
  });

  test.each([
    ["a scope that is a list", { scope: ["mail.read"] }],
    ["a scope that is an object", { scope: {} }],
    ["a resource that is a number", { resource: 7 }],
    ["resources that are none", { resource: [] }],
    ["authorization details, which would be left out unseen", { authorization_details: [{ type: "pay" }] }],
  ])(
    proves("with %s is refused, never read as no limit", "threat 88", "ID-JAG accept-8"),
    async (_, inside) => {
      await expectRefusal(await redeem(await idJag(inside)), 400, "invalid_grant");
    },
  );

  test(
    proves("does not give a client more than it is registered for", "threat 24", "threat 88"),
    async () => {
      const body = await expectTokens(
        await redeem(await idJag({ client_id: "narrow" }), { clientId: "narrow" }),
      );
      expect(body.scope).toBe("mail.read");
      await expectRefusal(
        await redeem(await idJag({ client_id: "without" }), { clientId: "without" }),
        400,
        "unauthorized_client",
      );
    },
  );
});

describe("an assertion is refused", () => {
  const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const now = () => server.clock.seconds();

  test.each<[string, () => Promise<string> | string, string]>([
    ["for another audience", () => idJag({ aud: "https://other.example" }), "aud"],
    ["for the issuer with a slash", () => idJag({ aud: `${ISSUER}/` }), "aud"],
    ["for the token endpoint", () => idJag({ aud: `${ISSUER}/auth/token` }), "aud"],
    ["for others too", () => idJag({ aud: [ISSUER, "https://other.example"] }), "others"],
    ["without audience", () => idJag({ aud: undefined }), "aud"],
    ["of another client", () => idJag({ client_id: "other" }), "client_id"],
    ["of no client", () => idJag({ client_id: undefined }), "client_id"],
    ["of a client that is a list", () => idJag({ client_id: ["wiki"] }), "client_id"],
    ["without typ", () => idJag({}, { typ: null }), "typ"],
    ["as an ID token", () => idJag({}, { typ: "JWT" }), "typ"],
    ["as an access token", () => idJag({}, { typ: "at+jwt" }), "typ"],
    ["without sub", () => idJag({ sub: undefined }), "sub"],
    ["with a sub that is no text", () => idJag({ sub: 7 }), "sub"],
    [
      "that is bound to a key",
      () => idJag({ cnf: { jkt: "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I" } }),
      "cnf",
    ],
  ])(
    proves(
      "%s",
      "ID-JAG dpop-1",
      "threat 88",
      "RFC 7523 3-2",
      "RFC 7523 3-3",
      "ID-JAG accept-2",
      "MCP Enterprise 5.1-1",
      "ID-JAG accept-3",
      "MCP Enterprise 5.1-2",
      "ID-JAG accept-4",
      "MCP Enterprise 5.1-3",
    ),
    async (_, made, words) => {
      await expectFault(await redeem(await made()), words);
    },
  );

  test.each<[string, Record<string, unknown>]>([
    ["no exp", { exp: undefined }],
    ["a text as exp", { exp: "9999999999" }],
    ["a negative exp", { exp: -1 }],
    ["no iat", { iat: undefined }],
    ["a text as iat", { iat: "1" }],
    ["null as nbf", { nbf: null }],
    ["no jti", { jti: undefined }],
    ["a number as jti", { jti: 7 }],
    ["an empty jti", { jti: "" }],
    ["a far future as exp", { exp: 99_999_999_999 }],
  ])(proves("with %s", "threat 36", "RFC 7523 3-4", "ID-JAG claims-1"), async (_, changes) => {
    await expectRefusal(await redeem(await idJag(changes)), 400, "invalid_grant");
  });

  test.each<[string, () => Record<string, unknown>, boolean]>([
    ["29 seconds after its end", () => ({ iat: now() - 300, exp: now() - 29 }), true],
    ["30 seconds after its end", () => ({ iat: now() - 300, exp: now() - 30 }), false],
    ["30 seconds before its time", () => ({ iat: now(), nbf: now() + 30 }), true],
    ["31 seconds before its time", () => ({ iat: now(), nbf: now() + 32 }), false],
    ["made in 32 seconds", () => ({ iat: now() + 32, exp: now() + 300 }), false],
    ["living longer than an hour", () => ({ iat: now() - 3000, exp: now() + 700 }), false],
  ])(proves("or accepted, by the clock: %s", "threat 36", "RFC 7523 3-5"), async (_, changes, isAccepted) => {
    server.clock.freeze();
    const response = await redeem(await idJag(changes()));
    if (isAccepted) await expectTokens(response);
    else await expectFault(response, "The assertion is not accepted");
  });

  test(
    proves("when no key of its own issuer signed it", "threat 35", "RFC 7523 3-9", "RFC 7523 3-10"),
    async () => {
      // Under the key identifier of another trusted issuer, and under its own with another key.
      await expectFault(await redeem(await idJag({}, { kid: partner.kid, key: partner.key })), "no key");
      await expectFault(await redeem(await idJag({}, { key: partner.key })), "signature");
      // The header brings a key, or says where one is.
      const header = { jwk: partner.publicJwk, jku: `${partner.url}/keys`, x5u: `${partner.url}/keys` };
      await expectFault(await redeem(await idJag({}, { key: partner.key, header })), "signature");
      expect(partner.asked).toEqual([]);
      const unsigned = `${encoded({ alg: "none", ...JAG })}.${encoded(claims())}.`;
      await expectFault(await redeem(unsigned), "algorithm");
    },
  );

  test(proves("when it is signed with HMAC and the public key", "threat 35"), async () => {
    const head = encoded({ alg: "HS256", typ: "oauth-id-jag+jwt", kid: acme.kid });
    const body = encoded(claims());
    const hmac = new Bun.CryptoHasher("sha256", JSON.stringify(acme.publicJwk));
    const signature = hmac.update(`${head}.${body}`).digest("base64url");
    await expectFault(await redeem(`${head}.${body}.${signature}`), "algorithm");
  });

  test.each([
    ["crit", { crit: ["exp"], exp: 1 }],
    ["zip", { zip: "DEF" }],
  ])(proves("with %s in its header", "threat 35", "threat 39"), async (_, header) => {
    const head = encoded({ alg: "ES256", typ: "oauth-id-jag+jwt", kid: acme.kid, ...header });
    await expectFault(await redeem(`${head}.${encoded(claims())}.AAAA`), "crit");
  });

  test.each([
    ["is none", "a text"],
    ["is encrypted", "e30.e30.e30.e30.e30"],
    ["is too long", `${"A".repeat(16_400)}.e30.e30`],
  ])(proves("when it %s", "threat 39", "RFC 7523 2.1-2", "RFC 7523 3.1-2"), async (_, text) => {
    await expectFault(await redeem(text), "The assertion is not accepted");
    expect(reasons()).toContain("assertion_malformed");
  });

  test.each<[string, () => string]>([
    ["an unknown issuer", () => "https://unknown.example"],
    ["an issuer that is trusted without its slash", () => `${acme.issuer}/`],
    ["an issuer that is trusted with a slash", () => partner.issuer.slice(0, -1)],
    ["an issuer in other letters", () => acme.issuer.toUpperCase()],
    ["this server", () => ISSUER],
    ["an issuer whose tokens stand for no person", () => machines.issuer],
    ["an issuer that does not name this client", () => linked.issuer],
  ])(proves("from %s", "threat 88", "RFC 7523 3-1", "ID-JAG trust-1"), async (name, iss) => {
    const clientId = name.endsWith("this client") ? "narrow" : "wiki";
    const from = name.endsWith("no person") ? machines : name.endsWith("this client") ? linked : acme;
    const text = await from.sign(claims({ iss: iss(), client_id: clientId }), JAG);
    await expectFault(await redeem(text, { clientId }), "not trusted here");
  });

  test(proves("from an issuer that is no text", "threat 88"), async () => {
    await expectFault(await redeem(await idJag({ iss: [acme.issuer] })), "not trusted here");
    await expectFault(await redeem(await idJag({ iss: undefined })), "not trusted here");
  });

  test(
    proves(
      "from a client that only names itself",
      "threat 88",
      "ID-JAG accept-5",
      "MCP Enterprise 5-1",
      "ID-JAG client-1",
      "RFC 7523 3.1-1",
    ),
    async () => {
      const assertion = await idJag({ client_id: "open" });
      await expectRefusal(
        await server.post("/auth/token", { grant_type: GRANT, assertion, client_id: "open" }),
        401,
        "invalid_client",
      );
      await expectRefusal(
        await server.post("/auth/token", { grant_type: GRANT, assertion }),
        401,
        "invalid_client",
      );
    },
  );

  test("without an assertion", async () => {
    await expectRefusal(
      await server.post("/auth/token", { grant_type: GRANT }, basic("wiki", SECRET)),
      400,
      "invalid_request",
    );
  });
});

describe("the person is found", () => {
  test.each<[string, Record<string, unknown>]>([
    ["an address without a person", { email: "nobody@acme.example" }],
    ["an address of another domain", { email: "eve@evil.example" }],
    ["a domain below", { email: "alice@sub.acme.example" }],
    ["a domain in front", { email: "alice@acme.example@evil.example" }],
    ["an address that the issuer calls unverified", { email_verified: false }],
    ["an address that it calls verified by a text", { email_verified: "true" }],
    ["an address of which it says nothing", { email_verified: undefined }],
    ["an address that is not verified here", { email: "bob@acme.example" }],
    ["an address that looks the same", { email: "a\u200blice@acme.example" }],
    ["no address", { email: undefined }],
    ["a list of addresses", { email: ["alice@acme.example"] }],
    ["a user name in place of the address", { email: "alice" }],
    ["a person who is disabled", { email: "gone@acme.example" }],
  ])(proves("never by accident: %s", "threat 88"), async (_, changes) => {
    await expectRefusal(await redeem(await idJag(changes)), 400, "invalid_grant");
    expect(reasons()).toContain("assertion_person_unknown");
  });

  test(proves("never by the subject of another issuer, even if it is one of here", "threat 88"), async () => {
    const changes = { sub: alice.subject, email: undefined, preferred_username: "alice" };
    await expectFault(await redeem(await idJag(changes)), "stands for no person here");
    // Whatever the subject says, the address counts.
    const eve = await server.context.store.findAccountByUsername("eve");
    const body = await expectTokens(await redeem(await idJag({ sub: eve?.subject })));
    expect(await introspected(textOf(body, "access_token"))).toMatchObject({ sub: alice.subject });
  });

  test("in other letters of ASCII too", async () => {
    await expectTokens(await redeem(await idJag({ email: "Alice@ACME.example" })));
  });

  test(proves("by a link, and by no other subject", "threat 88"), async () => {
    const jag = (sub: string, changes = {}) =>
      linked.sign(claims({ iss: linked.issuer, sub, email: undefined, ...changes }), JAG);
    await expectTokens(await redeem(await jag("00u1")));
    for (const sub of ["00u2", "alice", "constructor", "__proto__", alice.subject])
      await expectFault(await redeem(await jag(sub)), "linked to no person");
  });

  test(proves("with the groups and the level that the client demands", "threat 88"), async () => {
    const jag = (clientId: string) =>
      idJag({ client_id: clientId }).then((text) => redeem(text, { clientId }));
    await expectFault(await jag("staff-only"), "may not use this client");
    await expectFault(await jag("strict"), "second factor");
    // The operator says that sign-ins at this issuer are as good as with a second factor.
    const strict = await linked.sign(
      claims({ iss: linked.issuer, sub: "00u1", client_id: "strict", acr: "1" }),
      JAG,
    );
    await expectTokens(await redeem(strict, { clientId: "strict" }));
  });
});

describe("a JWT that is no ID-JAG", () => {
  const jwt = (changes: Record<string, unknown> = {}, options: SignOptions = {}) =>
    partner.sign(
      claims({ iss: partner.issuer, client_id: undefined, preferred_username: "alice", ...changes }),
      options,
    );

  test(
    proves("gives a token where the operator allows it, by user name", "RFC 7523 2.1-1", "RFC 7523 3-3"),
    async () => {
      await expectTokens(await redeem(await jwt()));
      await expectTokens(await redeem(await jwt({ aud: `${ISSUER}/auth/token` })));
      await expectTokens(await redeem(await jwt({ aud: [ISSUER, "https://other.example"] }, { typ: null })));
    },
  );

  test("counts again where the operator says so", async () => {
    const assertion = await jwt({ jti: undefined, iat: undefined });
    await expectTokens(await redeem(assertion));
    await expectTokens(await redeem(assertion));
  });

  test(proves("is not taken where only ID-JAGs are, nor the other way round", "threat 88"), async () => {
    await expectFault(await redeem(await acme.sign(claims())), "typ");
    await expectFault(await redeem(await jwt({ client_id: "wiki" }, JAG)), "typ");
    await expectFault(await redeem(await jwt({}, { typ: "at+jwt" })), "typ");
  });

  test(proves("does not name the person in its scope, which says nothing here", "threat 88"), async () => {
    expect((await expectTokens(await redeem(await jwt({ scope: "files" })))).scope).toBe("mail.read");
  });
});

test(
  proves(
    "the metadata says that assertions and ID-JAGs are understood, and names no issuer",
    "ID-JAG metadata-2",
    "ID-JAG metadata-3",
    "ID-JAG metadata-4",
  ),
  async () => {
    const text = await (await server.fetch("/.well-known/oauth-authorization-server")).text();
    expect(JSON.parse(text)).toMatchObject({
      authorization_grant_profiles_supported: ["urn:ietf:params:oauth:grant-profile:id-jag"],
    });
    expect((JSON.parse(text) as { grant_types_supported: string[] }).grant_types_supported).toContain(GRANT);
    for (const { issuer } of [acme, partner, linked, machines]) expect(text).not.toContain(issuer);
  },
);
