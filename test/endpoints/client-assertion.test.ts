/**
 * RFC 7521 §4.2, RFC 7523 §2.2 and §3: clients that authenticate with a signature, at every endpoint. THREATS 35, 36, 37, 39 and 86.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createHmac } from "node:crypto";
import { expiriesAt } from "../../src/operations/housekeeping.ts";
import { JWT_BEARER_ASSERTION } from "../../src/protocol/client-authentication.ts";
import { insert } from "../../src/store/contract.ts";
import type { ClientJwk, ClientRecord } from "../../src/store/tables/clients.ts";
import { RESTORED, revisions } from "../../src/store/tables/server.ts";
import { type FixtureDatabase, sqliteEngine } from "../store/fixtures/databases.ts";
import { newClient, scopes } from "../store/records.ts";
import { openTemporary } from "../store/sqlite/temporary.ts";
import {
  type AssertionFacts,
  assertionForm,
  claimsFor,
  newKey,
  signAssertion,
  type TestKey,
} from "../support/client-assertions.ts";
import { proves } from "../support/proves.ts";
import { basic, ISSUER, SECRET, startTestServer, type TestServer } from "../support/server.ts";
import { OPEN_TO_DEVICES } from "../support/token-requests.ts";

const KEYS_URI = "https://fetched.example/keys.json";
const AGENT = "agent";

let server: TestServer;
/** Another process on the same database. */
let other: TestServer;
let database: FixtureDatabase;
let key: TestKey;
let second: TestKey;
let rsa: TestKey;
let foreign: TestKey;
/** What the host of the keys answers, and how often it was asked. */
let published: readonly ClientJwk[] = [];
let fetches = 0;

beforeAll(async () => {
  [key, second, rsa, foreign] = await Promise.all([
    newKey("one"),
    newKey("two"),
    newKey("rsa", "RS256"),
    newKey("one"),
  ]);
  database = await sqliteEngine.create();
  const open = async () => {
    const store = await database.open();
    return { store, close: () => store.close() };
  };
  const outbound = {
    async send() {
      fetches += 1;
      return { status: 200, text: JSON.stringify({ keys: published }) };
    },
  };
  server = await startTestServer({ registration: OPEN_TO_DEVICES }, { opened: await open(), outbound });
  other = await startTestServer({}, { opened: await open(), outbound, clock: server.clock });
  server.clock.freeze();
  const jwks = { keys: [key.publicJwk, rsa.publicJwk] };
  await add(AGENT, { jwks });
  await add("narrow", { jwks, tokenEndpointAuthSigningAlg: "RS256" });
  await add("fetched", { jwksUri: KEYS_URI });
  await add("stranger", { jwks: { keys: [foreign.publicJwk] } });
  await add("with-secret", { jwks, tokenEndpointAuthMethod: "client_secret_basic" });
});
afterAll(async () => {
  await server.close();
  await other.close();
  database.remove();
});

async function add(clientId: string, changes: Partial<ClientRecord>): Promise<void> {
  await server.context.store.createClient(
    newClient({
      clientId: clientId as ClientRecord["clientId"],
      tokenEndpointAuthMethod: "private_key_jwt",
      secrets: [],
      jwks: null,
      jwksUri: null,
      disabledAt: null,
      grantTypes: [
        "authorization_code",
        "client_credentials",
        "urn:ietf:params:oauth:grant-type:device_code",
      ],
      scope: scopes("files"),
      defaultScope: scopes("files"),
      ...changes,
    }),
  );
}

const assertion = (facts: Partial<AssertionFacts> = {}, by = key) =>
  signAssertion(by, { clientId: AGENT, issuer: ISSUER, now: server.clock.seconds(), ...facts });

const REQUESTS: Readonly<Record<string, Record<string, string>>> = {
  "/auth/token": { grant_type: "client_credentials" },
  "/auth/device": {},
  "/auth/introspect": { token: "tat_unknown" },
  "/auth/revoke": { token: "tat_unknown" },
  "/auth/par": {
    response_type: "code",
    redirect_uri: "https://mail.example/callback",
    code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    code_challenge_method: "S256",
  },
};

const ask = (form: Record<string, string>, path = "/auth/token", at = server) =>
  at.post(path, { ...REQUESTS[path], ...form });

/** What the client is told, and the reason in the log. */
async function answerTo(form: Record<string, string>, path = "/auth/token", at = server) {
  at.logged.length = 0;
  const response = await ask(form, path, at);
  const body = (await response.json()) as Record<string, string>;
  const reason = at.logged
    .map((line) => JSON.parse(line) as Record<string, string>)
    .find((line) => line.reason !== undefined)?.reason;
  return { status: response.status, error: body.error, description: body.error_description, reason, body };
}

const refusalOf = async (text: string, at = server) => answerTo(assertionForm(text), "/auth/token", at);

describe("a client authenticates with a signature", () => {
  test.each(Object.keys(REQUESTS))(proves("at %s", "RFC 7521 4.2-2"), async (path) => {
    const success = path === "/auth/par" ? 201 : 200;
    expect((await ask(assertionForm(await assertion()), path)).status).toBe(success);
    // RFC 7521 §4.2: client_id is unnecessary, and must be the same if it is there.
    const named = { ...assertionForm(await assertion()), client_id: AGENT };
    expect((await ask(named, path)).status).toBe(success);
    const wrong = await answerTo({ ...assertionForm(await assertion()), client_id: "native" }, path);
    expect(wrong).toMatchObject({ status: 400, error: "invalid_request", reason: "client_id_mismatch" });
  });

  test(
    proves(
      "with each algorithm, or the one that it registered",
      "threat 35",
      "RFC 7523 5-1",
      "OpenID Registration 2-19",
    ),
    async () => {
      expect((await ask(assertionForm(await assertion({}, rsa)))).status).toBe(200);
      for (const algorithm of ["PS256", "PS384", "EdDSA", "Ed25519", "ES384"]) {
        const further = await newKey("further", algorithm);
        await add(`by ${algorithm}`, { jwks: { keys: [further.publicJwk] } });
        const signed = await assertion({ clientId: `by ${algorithm}` }, further);
        expect([algorithm, (await ask(assertionForm(signed))).status]).toEqual([algorithm, 200]);
      }
      expect((await ask(assertionForm(await assertion({ clientId: "narrow" }, rsa)))).status).toBe(200);
      expect(await refusalOf(await assertion({ clientId: "narrow" }))).toMatchObject({
        status: 401,
        error: "invalid_client",
        reason: "client_assertion_algorithm",
      });
    },
  );

  test("and is told of no challenge of a browser", async () => {
    const response = await ask(assertionForm(await assertion({}, foreign)));
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).not.toContain("Basic");
  });
});

describe("one assertion is for one request", () => {
  test(proves("and is refused at any endpoint the second time", "threat 37", "threat 86"), async () => {
    const signed = assertionForm(await assertion());
    expect((await ask(signed)).status).toBe(200);
    for (const path of Object.keys(REQUESTS))
      expect(await answerTo(signed, path)).toMatchObject({
        status: 401,
        error: "invalid_client",
        reason: "client_assertion_replayed",
      });
  });

  test(proves("in parallel, at two processes", "threat 37", "threat 86"), async () => {
    for (let round = 0; round < 3; round += 1) {
      const signed = assertionForm(await assertion());
      const answers = await Promise.all(
        Array.from({ length: 12 }, (_, index) =>
          ask(signed, "/auth/token", index % 2 === 0 ? server : other),
        ),
      );
      expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(11).fill(401)]);
    }
  });

  test(proves("after a restart, and after an error of the request", "threat 37"), async () => {
    const signed = assertionForm(await assertion());
    const failed = await server.post("/auth/token", {
      grant_type: "client_credentials",
      scope: "unknown",
      ...signed,
    });
    expect(failed.status).toBe(400);
    const store = await database.open();
    const restarted = await startTestServer(
      {},
      { opened: { store, close: () => store.close() }, clock: server.clock },
    );
    try {
      expect(await answerTo(signed, "/auth/token", restarted)).toMatchObject({
        reason: "client_assertion_replayed",
      });
    } finally {
      await restarted.close();
    }
  });

  test(proves("if it was made before the database was restored, or may have been", "threat 37"), async () => {
    const opened = await openTemporary();
    const restored = await startTestServer({}, { opened, clock: server.clock });
    try {
      const { store } = restored.context;
      const client = await server.context.store.findClient(AGENT);
      if (client === null) throw new Error("There is no client.");
      await store.createClient(client);
      const now = server.clock.seconds();
      await store.commit({ changes: [insert(revisions, { name: RESTORED, revision: now })] });
      const early = await assertion();
      server.clock.advance(31);
      const late = server.clock.seconds();
      const undated = await assertion({ claims: { iat: undefined, exp: late + 300 } });
      for (const text of [early, undated])
        expect(await answerTo(assertionForm(text), "/auth/token", restored)).toMatchObject({
          reason: "client_assertion_replayed",
        });
      expect((await ask(assertionForm(await assertion()), "/auth/token", restored)).status).toBe(200);
      const later = await assertion({ claims: { iat: undefined, exp: late + 629 } });
      server.clock.advance(30);
      expect((await ask(assertionForm(later), "/auth/token", restored)).status).toBe(200);
    } finally {
      await restored.close();
    }
  });

  test(
    proves(
      "if it was made before a restore on a machine whose clock was ahead, and not for longer",
      "threat 72",
    ),
    async () => {
      const opened = await openTemporary();
      const restored = await startTestServer({}, { opened, clock: server.clock });
      try {
        const { store } = restored.context;
        const client = await server.context.store.findClient(AGENT);
        if (client === null) throw new Error("There is no client.");
        await store.createClient(client);
        const revision = server.clock.seconds() + 365 * 86_400;
        await store.commit({ changes: [insert(revisions, { name: RESTORED, revision })] });
        const early = assertionForm(await assertion());
        expect(await answerTo(early, "/auth/token", restored)).toMatchObject({
          reason: "client_assertion_replayed",
        });
        server.clock.advance(31);
        const late = assertionForm(await assertion());
        expect((await ask(late, "/auth/token", restored)).status).toBe(200);
      } finally {
        await restored.close();
      }
    },
  );

  test(proves("after a clean-up by a node whose clock is ahead", "threat 37", "threat 86"), async () => {
    const now = server.clock.seconds();
    const signed = await assertion({ claims: { exp: now + 1 } });
    expect((await ask(assertionForm(signed))).status).toBe(200);
    // It counts for 30 seconds after its end.
    server.clock.advance(30);
    await server.context.store.expire(expiriesAt(server.clock.seconds() + 30, 0), 1000);
    expect(await refusalOf(signed, other)).toMatchObject({ reason: "client_assertion_replayed" });
  });

  test("but two clients may choose the same jti", async () => {
    const same = { claims: { jti: "the same" } };
    expect((await ask(assertionForm(await assertion(same)))).status).toBe(200);
    expect(
      (await ask(assertionForm(await assertion({ ...same, clientId: "stranger" }, foreign)))).status,
    ).toBe(200);
  });

  test("a stranger who signs with another key uses nothing up", async () => {
    const jti = "a jti that others guessed";
    expect(await refusalOf(await assertion({ claims: { jti } }, foreign))).toMatchObject({
      reason: "client_assertion_signature",
    });
    expect((await ask(assertionForm(await assertion({ claims: { jti } })))).status).toBe(200);
  });

  test("it counts once for a request that starts over because the client was changed meanwhile", async () => {
    const { store } = server.context;
    const client = await store.findClient(AGENT);
    if (client === null) throw new Error("There is no client.");
    const signed = await assertion();
    const commit = store.commit.bind(store);
    let wasChanged = false;
    // After the jti was used up, and before the token is issued.
    store.commit = async (work) => {
      const done = await commit(work);
      if (!wasChanged && work.changes.some((change) => change.table.name === "once")) {
        wasChanged = true;
        await store.putClient({ ...client, clientName: "Changed" });
      }
      return done;
    };
    try {
      expect((await ask(assertionForm(signed))).status).toBe(200);
    } finally {
      store.commit = commit;
    }
    expect(wasChanged).toBe(true);
  });
});

describe("what is refused", () => {
  test(
    proves(
      "gets one answer, whether there is such a client or not",
      "threat 34",
      "threat 86",
      "RFC 7521 5.2-5",
      "RFC 7523 3.2-1",
    ),
    async () => {
      await add("disabled", { jwks: { keys: [key.publicJwk] }, disabledAt: 1, disabledBy: "operator" });
      const cases = {
        client_unknown: await assertion({ clientId: "unknown" }),
        client_disabled: await assertion({ clientId: "disabled" }),
        client_assertion_signature: await assertion({}, foreign),
        client_assertion_key: await assertion({ header: { kid: "three" } }),
        client_assertion_algorithm: await assertion({ clientId: "narrow" }),
        client_method_not_registered: await assertion({ clientId: "with-secret" }),
      };
      const answers = await Promise.all(
        Object.values(cases).map(async (text) => (await ask(assertionForm(text))).text()),
      );
      expect(new Set(answers).size).toBe(1);
      for (const [reason, text] of Object.entries(cases))
        expect(await refusalOf(text)).toMatchObject({ status: 401, error: "invalid_client", reason });
    },
  );

  test(
    proves(
      "says what is wrong, equally for unknown clients",
      "threat 36",
      "OpenID Core 9-1",
      "RFC 7521 5.2-1",
      "RFC 7521 5.2-2",
      "RFC 7523 3-1",
      "RFC 7523 3-2",
    ),
    async () => {
      const faults: readonly (readonly [Record<string, unknown>, string])[] = [
        [{ sub: undefined }, "iss and sub must both be the client_id"],
        [{ iss: "https://other.example" }, "iss and sub must both be the client_id"],
        // Half a character of UTF-16, which no database keeps as it is.
        [{ iss: "\ud800", sub: "\ud800" }, "sub is no client_id"],
        [{ aud: [ISSUER] }, "as a string"],
        [{ aud: `${ISSUER}/auth/token` }, "as a string"],
        [{ exp: undefined }, "exp is missing"],
        [{ exp: 1 }, "it has expired"],
        [{ jti: undefined }, "jti is missing"],
      ];
      for (const [claims, words] of faults) {
        const known = await refusalOf(await assertion({ claims }));
        expect(known).toMatchObject({ status: 401, error: "invalid_client" });
        expect(known.description).toContain(words);
        if ("sub" in claims || "iss" in claims) continue;
        const unknown = await refusalOf(await assertion({ claims, clientId: "unknown" }));
        expect(unknown.body).toEqual(known.body);
      }
    },
  );

  test(
    proves(
      "forged ones: no signature, a secret, a key of the sender",
      "threat 35",
      "threat 86",
      "RFC 7523 3-10",
    ),
    async () => {
      const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
      const claims = () =>
        encoded(claimsFor({ clientId: AGENT, issuer: ISSUER, now: server.clock.seconds() }));
      const unsigned = `${encoded({ alg: "none" })}.${claims()}.`;
      // CVE-2024-37568 and its like: the public key as the secret of an HMAC.
      const hmac = (secret: string) => {
        const text = `${encoded({ alg: "HS256", kid: "one" })}.${claims()}`;
        return `${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`;
      };
      for (const forged of [unsigned, hmac(JSON.stringify(key.publicJwk)), hmac(SECRET), hmac("")])
        expect(await refusalOf(forged)).toMatchObject({ status: 401, reason: "client_assertion_malformed" });
      const { publicJwk } = foreign;
      for (const header of [
        { jwk: publicJwk },
        { kid: undefined, jwk: publicJwk },
        { jku: "https://evil.example/keys" },
        { x5u: "https://evil.example/cert" },
        { kid: "../one" },
      ])
        expect((await ask(assertionForm(await assertion({ header }, foreign)))).status).toBe(401);
      for (const header of [{ crit: ["exp"] }, { b64: false }, { zip: "DEF" }])
        expect(await refusalOf(`${encoded({ alg: "ES256", ...header })}.${claims()}.AAAA`)).toMatchObject({
          reason: "client_assertion_malformed",
        });
      expect(fetches).toBe(0);
      // The kid of another client's key: the client's own keys alone count.
      expect(await refusalOf(await assertion({ clientId: "stranger" }))).toMatchObject({
        reason: "client_assertion_signature",
      });
    },
  );

  test(
    proves(
      "what is too long or no assertion at all, and other kinds of it",
      "threat 39",
      "OpenID Core 9-2",
      "RFC 7521 4.2-1",
      "RFC 7523 2.2-1",
      "RFC 7523 2.2-2",
    ),
    async () => {
      for (const [form, words] of [
        [assertionForm("x".repeat(20_000)), "more than 16384 characters"],
        [assertionForm("a.b"), "no JWT"],
        [assertionForm(`${await assertion()} ${await assertion()}`), "cannot be read"],
        [{ client_assertion: "a.b.c" }, "client_assertion_type must be"],
        [{ client_assertion_type: JWT_BEARER_ASSERTION }, "client_assertion is missing"],
        [
          {
            client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:saml2-bearer",
            client_assertion: await assertion(),
          },
          "client_assertion_type must be",
        ],
      ] as const) {
        const answer = await answerTo(form);
        expect(answer).toMatchObject({
          status: 401,
          error: "invalid_client",
          reason: "client_assertion_malformed",
        });
        expect(answer.description).toContain(words);
      }
    },
  );

  test(
    proves("more than one way at once, and less than the client registered", "RFC 7521 4.2.1-1"),
    async () => {
      const both = await server.post(
        "/auth/token",
        { grant_type: "client_credentials", ...assertionForm(await assertion()) },
        basic("service", SECRET),
      );
      expect(((await both.json()) as { error: string }).error).toBe("invalid_client");
      const post = await answerTo({
        ...assertionForm(await assertion()),
        client_id: AGENT,
        client_secret: SECRET,
      });
      expect(post).toMatchObject({ status: 401, error: "invalid_client", reason: "client_assertion_beside" });
      expect(await answerTo({ client_id: AGENT })).toMatchObject({
        status: 401,
        reason: "client_assertion_missing",
      });
      expect(await answerTo({ client_id: AGENT, client_secret: SECRET })).toMatchObject({
        status: 401,
        reason: "client_method_not_registered",
      });
    },
  );

  test("bad signatures of strangers lock no client out", async () => {
    for (let count = 0; count < 60; count += 1)
      expect((await ask(assertionForm(await assertion({}, foreign)))).status).toBe(401);
    expect((await ask(assertionForm(await assertion()))).status).toBe(200);
  });
});

test(proves("a client registers itself with its keys, and gets no secret", "OIDF 2-5"), async () => {
  const register = (metadata: Record<string, unknown>) =>
    server.fetch("/auth/register", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({
        redirect_uris: ["https://rp.example/callback"],
        token_endpoint_auth_method: "private_key_jwt",
        jwks: { keys: [key.publicJwk] },
        ...metadata,
      }),
    });
  const made = await register({ token_endpoint_auth_signing_alg: "ES256" });
  expect(made.status).toBe(201);
  const client = (await made.json()) as Record<string, unknown>;
  expect(client).toMatchObject({
    token_endpoint_auth_method: "private_key_jwt",
    token_endpoint_auth_signing_alg: "ES256",
    jwks: { keys: [{ kid: "one" }] },
  });
  expect(client).not.toHaveProperty("client_secret");
  const clientId = String(client.client_id);
  expect((await ask(assertionForm(await assertion({ clientId })), "/auth/introspect")).status).toBe(200);
  // RFC 7591 §2: never registered as less than it said.
  for (const wrong of [
    { jwks: undefined },
    { token_endpoint_auth_signing_alg: "HS256" },
    { token_endpoint_auth_signing_alg: "none" },
    { token_endpoint_auth_method: "client_secret_jwt" },
  ])
    expect((await register(wrong)).status).toBe(400);
});

describe("keys that the client publishes", () => {
  test(proves("are fetched again for a kid that is new, at most once a minute", "threat 86"), async () => {
    const sign = (by: TestKey) => assertion({ clientId: "fetched" }, by).then(assertionForm);
    published = [key.publicJwk];
    fetches = 0;
    expect((await ask(await sign(key))).status).toBe(200);
    expect((await ask(await sign(key))).status).toBe(200);
    expect(fetches).toBe(1);
    published = [second.publicJwk];
    expect(await refusalOf((await sign(second)).client_assertion ?? "")).toMatchObject({
      reason: "client_assertion_key",
    });
    expect(fetches).toBe(1);
    server.clock.advance(60);
    expect((await ask(await sign(second))).status).toBe(200);
    expect(fetches).toBe(2);
    // The key that the client took away counts no more.
    expect((await ask(await sign(key))).status).toBe(401);
  });

  test("that cannot be fetched are told to the operator, and to no stranger", async () => {
    await add("broken", { jwksUri: "https://broken.example/keys.json" });
    published = [];
    const answer = await refusalOf(await assertion({ clientId: "broken" }));
    expect(answer.description).not.toContain("jwks_uri cannot");
  });
});

test("an operator may let clients name the token endpoint as the audience", async () => {
  const store = await database.open();
  const lenient = await startTestServer(
    { client_assertion_audience: "compatible" },
    { opened: { store, close: () => store.close() }, clock: server.clock },
  );
  try {
    for (const aud of [`${ISSUER}/auth/token`, [`${ISSUER}/auth/token`, ISSUER], ISSUER])
      expect(
        (await ask(assertionForm(await assertion({ claims: { aud } })), "/auth/token", lenient)).status,
      ).toBe(200);
    const wrong = await assertion({ claims: { aud: `${ISSUER}/auth/introspect` } });
    expect((await ask(assertionForm(wrong), "/auth/introspect", lenient)).status).toBe(401);
  } finally {
    await lenient.close();
  }
});
