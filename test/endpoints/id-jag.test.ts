/**
 * ID-JAG both ways: one server is the identity provider that issues assertions, another one is the authorization server that takes
 * them, over HTTP. An access token comes of it for what both operators allow, and for nothing else (threat 88).
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { decodeJwt, decodeProtectedHeader } from "jose";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import { newProofKey, type ProofKey, proofHeader } from "../support/dpop.ts";
import { EXCHANGE_GRANT, exchange, TOKEN_TYPE } from "../support/exchange.ts";
import { expectRefusal, expectTokens, type Json, jsonOf, textOf, tokensFor } from "../support/flows.ts";
import { proves } from "../support/proves.ts";
import {
  basic,
  ISSUER as CHAT,
  SECRET,
  startTestServer,
  TEST_CONFIGURATION,
  type TestServer,
} from "../support/server.ts";

const MCP = "https://mail.example/";
const ID_JAG = `${TOKEN_TYPE}id-jag`;
const ID_TOKEN = `${TOKEN_TYPE}id_token`;
const REFRESH_TOKEN = `${TOKEN_TYPE}refresh_token`;
const BEARER_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const OTHER = "https://other-chat.example";
const PAIRWISE = "https://pairwise-chat.example";

let listener: ReturnType<typeof Bun.serve>;
/** The identity provider. */
let idp: TestServer;
/** The authorization server of the API. */
let chat: TestServer;
let there: AccountRecord;
let alice: AccountRecord;
let people = 0;

beforeAll(async () => {
  listener = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: (request) => idp.handle(request, "127.0.0.1"),
  });
  const issuer = `http://127.0.0.1:${listener.port}`;
  idp = await startTestServer({
    issuer,
    clients: [
      {
        client_id: "web",
        client_name: "Agent",
        redirect_uris: ["https://client.example/callback"],
        secrets: [SECRET],
        grant_types: ["authorization_code", "refresh_token", EXCHANGE_GRANT],
      },
      { client_id: "service", secrets: [SECRET], grant_types: ["client_credentials", EXCHANGE_GRANT] },
      {
        client_id: "open",
        client_name: "Open",
        redirect_uris: ["https://open.example/callback"],
      },
      {
        client_id: "chat-sign-in",
        client_name: "Chat",
        redirect_uris: ["https://pairwise-chat.example/callback"],
        secrets: [SECRET],
        subject_type: "pairwise",
      },
    ],
    id_jag_audiences: [
      {
        issuer: CHAT,
        clients: [{ client_id: "web", as: "wiki" }, { client_id: "service" }],
        scope: ["mail.read", "mail.send"],
        resources: [MCP, "https://files.example/api"],
        email: true,
      },
      { issuer: OTHER, clients: [{ client_id: "web" }], allowed_groups: ["engineering"] },
      { issuer: PAIRWISE, clients: [{ client_id: "web" }], subject_client: "chat-sign-in" },
      { issuer: "https://only-service.example", clients: [{ client_id: "service" }] },
    ],
  });
  chat = await startTestServer({
    outbound: { allow: ["127.0.0.1"] },
    clients: [
      ...(TEST_CONFIGURATION.clients ?? []),
      { client_id: "wiki", client_name: "Agent", secrets: [SECRET], grant_types: [BEARER_GRANT] },
    ],
    trusted_issuers: [
      {
        issuer,
        people: {
          by: "email",
          email_domains: ["acme.example"],
          clients: ["wiki"],
          scope: ["mail.read", "files"],
        },
      },
    ],
  });
});
afterAll(async () => {
  await idp.close();
  await chat.close();
  await listener.stop(true);
});
beforeEach(async () => {
  people += 1;
  const email = `alice${people}@acme.example`;
  there = await idp.addPerson(`alice${people}`, { email, emailVerified: true });
  alice = await chat.addPerson(`chat-alice${people}`, { email, emailVerified: true });
});

const signedIn = (scope = "openid offline_access"): Promise<Json> => tokensFor(idp, there, { scope });
const idToken = async (): Promise<string> => textOf(await signedIn(), "id_token");

const ask = (
  subject: string,
  changes: Record<string, string | readonly string[] | undefined> = {},
  clientId = "web",
): Promise<Response> =>
  exchange(idp, clientId, subject, {
    requested_token_type: ID_JAG,
    subject_token_type: ID_TOKEN,
    audience: CHAT,
    ...changes,
  });

async function issued(subject: string, changes: Parameters<typeof ask>[1] = {}): Promise<Json> {
  const response = await ask(subject, changes);
  const body = await jsonOf(response);
  expect({ status: response.status, because: body.error_description }).toEqual({
    status: 200,
    because: undefined,
  });
  expect(response.headers.get("cache-control")).toBe("no-store");
  return body;
}

const redeem = (assertion: string): Promise<Response> =>
  chat.post("/auth/token", { grant_type: BEARER_GRANT, assertion }, basic("wiki", SECRET));

describe("between two servers", () => {
  test(
    proves(
      "a sign-in at one becomes an access token of the other, for what both allow",
      "ID-JAG exchange-1",
      "MCP Enterprise 4-1",
      "ID-JAG exchange-2",
      "ID-JAG exchange-9",
      "ID-JAG exchange-10",
      "MCP Enterprise 4.2-1",
      "ID-JAG exchange-11",
      "ID-JAG exchange-12",
      "ID-JAG accept-1",
      "MCP Enterprise 5.2-1",
      "threat 88",
    ),
    async () => {
      const body = await issued(await idToken(), {
        scope: "mail.read mail.send files unknown",
        resource: MCP,
      });
      expect(body).toEqual({
        access_token: expect.any(String),
        issued_token_type: ID_JAG,
        token_type: "N_A",
        expires_in: 300,
        scope: "mail.read mail.send",
      });
      const tokens = await expectTokens(await redeem(textOf(body, "access_token")));
      expect(tokens.scope).toBe("mail.read");
      const introspected = await jsonOf(
        await chat.post(
          "/auth/introspect",
          { token: textOf(tokens, "access_token") },
          basic("mail-server", SECRET),
        ),
      );
      expect(introspected).toMatchObject({ active: true, sub: alice.subject, client_id: "wiki", aud: MCP });
      await expectRefusal(await redeem(textOf(body, "access_token")), 400, "invalid_grant");
    },
  );

  test(
    proves(
      "the assertion says who, for whom, and for how long",
      "ID-JAG claims-1",
      "MCP Enterprise 4.3-1",
      "ID-JAG claims-2",
      "ID-JAG claims-3",
      "MCP Enterprise 4.3-2",
      "ID-JAG claims-4",
    ),
    async () => {
      const text = textOf(await issued(await idToken(), { scope: "mail.read" }), "access_token");
      expect(decodeProtectedHeader(text)).toMatchObject({ typ: "oauth-id-jag+jwt", alg: "RS256" });
      expect(decodeJwt<Json>(text)).toEqual({
        iss: idp.issuer,
        sub: there.subject,
        aud: CHAT,
        client_id: "wiki",
        jti: expect.stringMatching(/^[\w-]{22}$/),
        iat: expect.any(Number),
        exp: expect.any(Number),
        scope: "mail.read",
        resource: [MCP, "https://files.example/api"],
        auth_time: expect.any(Number),
        acr: "1",
        amr: ["pwd"],
        email: there.email,
        email_verified: true,
      });
      const other = decodeJwt<Json>(
        textOf(await issued(await idToken(), { audience: PAIRWISE }), "access_token"),
      );
      expect(other.sub).toMatch(/^pw_/);
      expect(other).not.toHaveProperty("email");
      expect(other.client_id).toBe("web");
    },
  );

  test("is told as an event at both", async () => {
    await redeem(textOf(await issued(await idToken()), "access_token"));
    const told = (server: TestServer) => server.logged.map((line) => JSON.parse(line) as Json);
    expect(told(idp).findLast(({ event }) => event === "id_jag.issued")).toMatchObject({
      subject: there.subject,
      client: "web",
      via: CHAT,
      reason: "id_token",
    });
    expect(told(chat).findLast(({ event }) => event === "assertion.accepted")).toMatchObject({
      subject: alice.subject,
      client: "wiki",
      via: idp.issuer,
    });
  });

  test(
    proves("the metadata of each says what it does", "ID-JAG metadata-1", "ID-JAG metadata-3"),
    async () => {
      const metadataOf = async (server: TestServer) =>
        (await (await server.fetch("/.well-known/oauth-authorization-server")).json()) as Record<
          string,
          string[]
        >;
      const issuing = await metadataOf(idp);
      expect(issuing.identity_chaining_requested_token_types_supported).toEqual([ID_JAG]);
      expect(issuing.grant_types_supported).toContain(EXCHANGE_GRANT);
      expect(issuing.grant_types_supported).not.toContain(BEARER_GRANT);
      const taking = await metadataOf(chat);
      expect(taking.grant_types_supported).toContain(BEARER_GRANT);
      expect(taking.grant_types_supported).not.toContain(EXCHANGE_GRANT);
    },
  );
});

describe("a refresh token", () => {
  test(
    proves("is taken too, again and again, and is not used up", "ID-JAG exchange-4", "ID-JAG exchange-5"),
    async () => {
      const refreshToken = textOf(await signedIn(), "refresh_token");
      const asked = { subject_token_type: REFRESH_TOKEN };
      await issued(refreshToken, asked);
      const { store } = idp.context;
      const found = await store.findAccountByUsername(there.username);
      if (found === null) throw new Error("There is no person.");
      const body = await issued(refreshToken, asked);
      expect(decodeJwt<Json>(textOf(body, "access_token")).email).toBe(there.email);
      const refreshed = await idp.post(
        "/auth/token",
        { grant_type: "refresh_token", refresh_token: refreshToken },
        basic("web", SECRET),
      );
      expect(refreshed.status).toBe(200);
      // Now it is used.
      await expectRefusal(await ask(refreshToken, asked), 400, "invalid_request");
    },
  );

  test(proves("of an access without a sign-in is none", "threat 88"), async () => {
    const body = await signedIn("mail.read");
    const response = await ask(textOf(body, "refresh_token"), { subject_token_type: REFRESH_TOKEN });
    expect(response.status).toBe(400);
  });
});

describe("a proof of possession", () => {
  const bound = async (key: ProofKey): Promise<string> => {
    const form = {
      grant_type: EXCHANGE_GRANT,
      requested_token_type: ID_JAG,
      subject_token: await idToken(),
      subject_token_type: ID_TOKEN,
      audience: CHAT,
    };
    const response = await idp.post("/auth/token", form, {
      ...basic("web", SECRET),
      ...(await proofHeader(idp, key)),
    });
    const body = await jsonOf(response);
    expect(body.token_type).toBe("N_A");
    return textOf(body, "access_token");
  };
  const redeemWith = async (assertion: string, key: ProofKey): Promise<Response> =>
    chat.post(
      "/auth/token",
      { grant_type: BEARER_GRANT, assertion },
      { ...basic("wiki", SECRET), ...(await proofHeader(chat, key)) },
    );

  test(
    proves(
      "binds the assertion, and the access token to the same key",
      "ID-JAG dpop-2",
      "ID-JAG dpop-3",
      "ID-JAG dpop-4",
      "threat 85",
    ),
    async () => {
      const key = await newProofKey();
      const assertion = await bound(key);
      expect(decodeJwt<Json>(assertion).cnf).toEqual({ jkt: key.thumbprint });
      await expectRefusal(await redeem(assertion), 400, "invalid_grant");
      await expectRefusal(await redeemWith(assertion, await newProofKey()), 400, "invalid_grant");
      // None of these has used it up.
      const body = await jsonOf(await redeemWith(assertion, key));
      expect(body.token_type).toBe("DPoP");
      // Without cnf the key of the request counts.
      const unbound = textOf(await issued(await idToken()), "access_token");
      expect((await jsonOf(await redeemWith(unbound, key))).token_type).toBe("DPoP");
    },
  );
});

describe("an assertion is not issued", () => {
  const refusals: readonly [string, Parameters<typeof ask>[1], string][] = [
    ["for an unknown audience", { audience: "https://unknown.example" }, "invalid_target"],
    ["for an audience with a slash", { audience: `${CHAT}/` }, "invalid_target"],
    ["for two audiences", { audience: [CHAT, OTHER] }, "invalid_target"],
    ["without an audience", { audience: undefined }, "invalid_target"],
    ["for an audience of another client", { audience: "https://only-service.example" }, "invalid_target"],
    ["for this server itself", { audience: "itself" }, "invalid_target"],
    ["outside the groups of the audience", { audience: OTHER }, "invalid_grant"],
    ["for an API of another server", { resource: "https://evil.example/" }, "invalid_target"],
    ["for a scope that is not allowed", { scope: "files" }, "invalid_scope"],
  ];
  test.each(refusals)(
    proves("%s", "threat 88", "ID-JAG exchange-6", "ID-JAG exchange-7"),
    async (_, changes, error) => {
      const audience = changes?.audience === "itself" ? idp.issuer : undefined;
      await expectRefusal(
        await ask(await idToken(), { ...changes, ...(audience !== undefined && { audience }) }),
        400,
        error,
      );
    },
  );

  test(
    proves(
      "for a token that is not one of this client's sign-ins",
      "threat 88",
      "ID-JAG exchange-3",
      "MCP Enterprise 4.1-1",
    ),
    async () => {
      const body = await signedIn();
      // Another client with the ID token of this one.
      await expectRefusal(await ask(textOf(body, "id_token"), {}, "service"), 400, "invalid_request");
      // An access token in place of an ID token, and under its own name.
      const access = textOf(body, "access_token");
      await expectRefusal(await ask(access), 400, "invalid_request");
      await expectRefusal(
        await ask(access, { subject_token_type: `${TOKEN_TYPE}access_token` }),
        400,
        "invalid_request",
      );
      // An assertion in place of an ID token.
      const assertion = textOf(await issued(textOf(body, "id_token")), "access_token");
      await expectRefusal(await ask(assertion), 400, "invalid_request");
      await expectRefusal(await ask(assertion, { subject_token_type: ID_JAG }), 400, "invalid_request");
    },
  );

  test(proves("with an actor, which the other server would not hear of", "threat 88"), async () => {
    const body = await signedIn();
    const actor = {
      actor_token: textOf(body, "access_token"),
      actor_token_type: `${TOKEN_TYPE}access_token`,
    };
    await expectRefusal(await ask(textOf(body, "id_token"), actor), 400, "invalid_request");
  });

  test(proves("after the sign-in has ended, or the person is disabled", "threat 88"), async () => {
    const text = await idToken();
    await idp.context.store.disableAccount(there.subject, idp.clock.seconds());
    await expectRefusal(await ask(text), 400, "invalid_request");
  });

  test(proves("for longer than the ID token lives", "threat 88"), async () => {
    const text = await idToken();
    const { exp = 0 } = decodeJwt(text);
    idp.clock.advance(exp - idp.clock.seconds() - 20);
    const body = await issued(text);
    expect(decodeJwt(textOf(body, "access_token")).exp).toBe(exp);
    idp.clock.advance(21);
    await expectRefusal(await ask(text), 400, "invalid_request");
  });

  test(proves("to a client that only names itself", "ID-JAG client-1", "MCP Enterprise 4-2"), async () => {
    await expectRefusal(
      await idp.post("/auth/token", {
        grant_type: EXCHANGE_GRANT,
        client_id: "open",
        requested_token_type: ID_JAG,
        subject_token: await idToken(),
        subject_token_type: ID_TOKEN,
        audience: CHAT,
      }),
      400,
      "unauthorized_client",
    );
  });
});

test("the other server takes none that was made for a third one", async () => {
  const text = textOf(await issued(await idToken(), { audience: PAIRWISE }), "access_token");
  await expectRefusal(await redeem(text), 400, "invalid_grant");
});
