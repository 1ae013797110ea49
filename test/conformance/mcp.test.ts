/**
 * MCP 2026-07-28, as a client of it meets the authorization server. test/interop/mcp has the same with the SDK, and with the MCP server of
 * docs/agents.md.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Outbound } from "../../src/platform/outbound.ts";
import { newKey, signAssertion, type TestKey } from "../support/client-assertions.ts";
import { answerConsentAt, authorizePath, redirectOf, VERIFIER } from "../support/code-flow.ts";
import {
  expectRefusal,
  expectTokens,
  isActive,
  jsonOf,
  postRegistration,
  redeemCode,
  refresh,
  textOf,
  tokensFor,
} from "../support/flows.ts";
import { textOf as textOfPage } from "../support/pages.ts";
import { proves } from "../support/proves.ts";
import { basic, SECRET, startTestServer, TEST_CONFIGURATION, type TestServer } from "../support/server.ts";

const MCP_SERVER = "https://mail.example/";
const DOCUMENT_URL = "https://notebook.example/client.json";
const LOOPBACK = "http://127.0.0.1:49152/callback";

let server: TestServer;
let cookie: string;
let key: TestKey;
/** The metadata document of the application. */
let document: Record<string, unknown>;
const outbound: Outbound = {
  async send({ url }) {
    const body = url === DOCUMENT_URL ? document : { keys: [key.publicJwk] };
    return { status: 200, text: JSON.stringify(body) };
  },
};

beforeAll(async () => {
  key = await newKey("robot");
  document = {
    client_id: DOCUMENT_URL,
    client_name: "Notebook",
    redirect_uris: ["http://127.0.0.1/callback"],
  };
  server = await startTestServer(
    {
      clients: [
        ...(TEST_CONFIGURATION.clients ?? []),
        {
          client_id: "robot",
          grant_types: ["client_credentials"],
          token_endpoint_auth_method: "private_key_jwt",
          jwks_uri: "https://robot.example/keys.json",
          scope: ["mail.read"],
        },
      ],
    },
    { outbound },
  );
  cookie = await server.signIn(await server.addPerson("ada"));
});
afterAll(() => server.close());

const metadata = async (name = "oauth-authorization-server") =>
  jsonOf(await server.fetch(`/.well-known/${name}`));

test.each(["web", "native"])(
  proves(
    "the client %s needs PKCE with S256, and gets nothing by the grants that OAuth 2.1 took out",
    "MCP overview-1",
    "MCP code-1",
  ),
  async (clientId) => {
    const redirect_uri = clientId === "web" ? "https://client.example/callback" : LOOPBACK;
    const ask = async (changes: Record<string, string | undefined>) =>
      redirectOf(
        await server.fetch(authorizePath({ client_id: clientId, redirect_uri, ...changes }), {
          headers: { Cookie: cookie },
        }),
      ).searchParams.get("error");
    expect(await ask({ code_challenge: undefined, code_challenge_method: undefined })).toBe(
      "invalid_request",
    );
    expect(await ask({ code_challenge: VERIFIER, code_challenge_method: "plain" })).toBe("invalid_request");
    expect(await ask({ response_type: "token" })).toBe("unsupported_response_type");
    const password = { grant_type: "password", username: "ada", password: "x", client_id: clientId };
    const sent = clientId === "web" ? basic("web", SECRET) : {};
    await expectRefusal(await server.post("/auth/token", password, sent), 400, "unsupported_grant_type");
    for (const name of ["oauth-authorization-server", "openid-configuration"])
      expect((await metadata(name)).code_challenge_methods_supported).toEqual(["S256"]);
  },
);

test(
  proves(
    "the metadata have what a client of MCP looks for, at each of the three places, also below a path",
    "MCP overview-2",
    "MCP overview-5",
    "MCP response-2",
    "MCP discovery-3",
    "MCP discovery-4",
    "MCP documents-7",
    "MCP Client Credentials metadata-1",
    "MCP Client Credentials metadata-2",
  ),
  async () => {
    const below = await startTestServer({ issuer: "https://auth.example/tenant1" });
    const places: readonly (readonly [TestServer, string])[] = [
      [server, "https://auth.example/.well-known/oauth-authorization-server"],
      [server, "https://auth.example/.well-known/openid-configuration"],
      [below, "https://auth.example/.well-known/oauth-authorization-server/tenant1"],
      [below, "https://auth.example/.well-known/openid-configuration/tenant1"],
      [below, "https://auth.example/tenant1/.well-known/openid-configuration"],
    ];
    try {
      for (const [at, place] of places) {
        expect(await jsonOf(await at.fetch(place))).toMatchObject({
          issuer: at.issuer,
          authorization_response_iss_parameter_supported: true,
          client_id_metadata_document_supported: true,
          registration_endpoint: expect.any(String),
          token_endpoint_auth_methods_supported: expect.arrayContaining([
            "private_key_jwt",
            "client_secret_basic",
          ]),
          token_endpoint_auth_signing_alg_values_supported: expect.arrayContaining(["RS256", "ES256"]),
        });
      }
    } finally {
      await below.close();
    }
  },
);

test(proves("the answer has iss, and the refusal too", "MCP response-1"), async () => {
  const answered = redirectOf(await answerConsentAt(server, cookie, authorizePath({ resource: MCP_SERVER })));
  const refused = redirectOf(
    await server.fetch(authorizePath({ scope: "everything" }), { headers: { Cookie: cookie } }),
  );
  for (const { searchParams } of [answered, refused]) expect(searchParams.get("iss")).toBe(server.issuer);
  expect([answered.searchParams.has("code"), refused.searchParams.has("error")]).toEqual([true, true]);
});

test(
  proves(
    "resource in both requests gives a token for that MCP server, in capitals and without the slash too",
    "MCP resource-1",
    "MCP resource-2",
    "MCP theft-1",
  ),
  async () => {
    for (const resource of [MCP_SERVER, "HTTPS://MAIL.EXAMPLE/", "https://Mail.Example"]) {
      const path = authorizePath({ resource });
      const code = redirectOf(await answerConsentAt(server, cookie, path)).searchParams.get("code") ?? "";
      const tokens = await expectTokens(await redeemCode(server, code, { resource }));
      expect(tokens.expires_in).toBe(3600);
      const token = textOf(tokens, "access_token");
      const told = await server.post("/auth/introspect", { token }, basic("mail-server", SECRET));
      expect(await jsonOf(told)).toMatchObject({ active: true, aud: MCP_SERVER });
    }
    const other = await answerConsentAt(server, cookie, authorizePath({ resource: MCP_SERVER }));
    const code = redirectOf(other).searchParams.get("code") ?? "";
    const changed = { resource: "https://files.example/api" };
    await expectRefusal(await redeemCode(server, code, changed), 400, "invalid_target");
  },
);

test(
  proves("the refresh token of a public client is another one after each use", "MCP theft-2"),
  async () => {
    const changes = { client_id: "native", redirect_uri: LOOPBACK };
    const tokens = await tokensFor(server, await server.addPerson("bob"), changes);
    const first = textOf(tokens, "refresh_token");
    const second = await expectTokens(await refresh(server, first, {}, "native"));
    expect(second.refresh_token).not.toBe(first);
    server.clock.advance(600);
    await expectRefusal(await refresh(server, first, {}, "native"), 400, "invalid_grant");
    expect(await isActive(server, textOf(second, "access_token"), "web")).toBe(false);
  },
);

describe("redirect URIs", () => {
  test.each([
    ["of another path", "https://client.example/callback/", "web"],
    ["of another host", "https://client.example.evil.example/callback", "web"],
    ["that is not in the document", "https://elsewhere.example/callback", DOCUMENT_URL],
    ["for a client that does not exist", "https://client.example/callback", "no-such-client"],
  ])(
    proves(
      "one %s gets a page, and no one is sent there",
      "MCP redirect-1",
      "MCP redirect-2",
      "MCP documents-4",
    ),
    async (_, redirect_uri, client_id) => {
      const response = await server.fetch(authorizePath({ client_id, redirect_uri }), {
        headers: { Cookie: cookie },
      });
      expect(response.status).toBe(400);
      expect(response.headers.get("location")).toBeNull();
    },
  );

  test(
    proves(
      "of a client that strangers made are shown before anything is sent there, an error too",
      "MCP redirect-3",
      "MCP localhost-1",
      "MCP localhost-2",
      "MCP overview-2",
      "MCP documents-1",
    ),
    async () => {
      const open = async (changes: Record<string, string>) => {
        const response = await server.fetch(authorizePath(changes), { headers: { Cookie: cookie } });
        expect(response.headers.get("location")).toBeNull();
        return textOfPage(response);
      };
      const local = await open({ client_id: DOCUMENT_URL, redirect_uri: LOOPBACK });
      for (const words of [
        "notebook.example",
        "on this device (127.0.0.1)",
        "Any program on this device can pretend",
      ])
        expect(local).toContain(words);
      const registered = await postRegistration(server, {
        client_name: "Hosted",
        redirect_uris: ["https://hosted.example/callback"],
        token_endpoint_auth_method: "none",
      });
      const hosted = {
        client_id: textOf(await jsonOf(registered), "client_id"),
        redirect_uri: "https://hosted.example/callback",
      };
      expect(await open(hosted)).toContain("hosted.example");
      expect(await open({ ...hosted, scope: "everything" })).toContain("hosted.example");
    },
  );

  test.each([
    [["http://localhost:3000/callback", "com.example.app:/callback"], "native", 201],
    [["http://localhost:3000/callback"], undefined, 201],
    [["http://app.example/callback"], "native", 400],
    [["http://app.example/callback"], "web", 400],
    [["https://app.example/callback"], "web", 201],
  ])(
    proves("%j of the application type %p are answered with %d", "MCP registration-1", "MCP communication-2"),
    async (redirect_uris, application_type, status) => {
      const registered = await postRegistration(server, {
        client_name: "Notes",
        redirect_uris,
        token_endpoint_auth_method: "none",
        ...(application_type !== undefined && { application_type }),
      });
      expect(registered.status).toBe(status);
    },
  );
});

describe("client credentials", () => {
  const asked = { grant_type: "client_credentials", resource: MCP_SERVER, scope: "mail.read" };

  test(
    proves(
      "with an assertion and no client_id, once, give a token for the MCP server",
      "MCP Client Credentials authentication-1",
      "MCP Client Credentials authentication-2",
      "MCP Client Credentials security-1",
    ),
    async () => {
      const facts = { clientId: "robot", issuer: server.issuer, now: server.clock.seconds() };
      const form = {
        ...asked,
        client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        client_assertion: await signAssertion(key, facts),
      };
      const tokens = await expectTokens(await server.post("/auth/token", form));
      expect(tokens.scope).toBe("mail.read");
      await expectRefusal(await server.post("/auth/token", form), 401, "invalid_client");
      const elsewhere = { ...facts, claims: { aud: "https://other.example" } };
      const forOther = { ...form, client_assertion: await signAssertion(key, elsewhere) };
      await expectRefusal(await server.post("/auth/token", forOther), 401, "invalid_client");
      const named = { ...form, client_assertion: await signAssertion(key, facts), client_id: "service" };
      expect((await server.post("/auth/token", named)).status).toBeGreaterThanOrEqual(400);
    },
  );

  test(
    proves(
      "with a secret in the request content give one too, and none without it",
      "MCP Client Credentials authentication-1",
      "MCP Client Credentials authentication-3",
    ),
    async () => {
      const form = { ...asked, client_id: "service", client_secret: SECRET };
      expect((await expectTokens(await server.post("/auth/token", form))).scope).toBe("mail.read");
      const without = { ...asked, client_id: "service" };
      await expectRefusal(await server.post("/auth/token", without), 401, "invalid_client");
    },
  );

  test(
    proves(
      "are for pre-registered clients: none that registered itself or publishes a document gets them",
      "MCP Client Credentials flow-1",
    ),
    async () => {
      const registered = await postRegistration(server, {
        client_name: "Machine",
        grant_types: ["client_credentials"],
      });
      await expectRefusal(registered, 400, "invalid_client_metadata");
      const form = { ...asked, client_id: DOCUMENT_URL };
      expect((await jsonOf(await server.post("/auth/token", form))).error).toMatch(
        /^(invalid_client|unauthorized_client)$/,
      );
    },
  );
});
