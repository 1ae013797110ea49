/**
 * MCP 2026-07-28 end to end: the second generation of the SDK, whose client comes to the MCP server of docs/agents.md. It becomes known in
 * each way that the specification has, and with both extensions; with tokens that are bound to a key, and without.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  ClientCredentialsProvider,
  CrossAppAccessProvider,
  discoverAndRequestJwtAuthGrant,
  type OAuthClientProvider,
  PrivateKeyJwtProvider,
  UnauthorizedError,
} from "@modelcontextprotocol/client";
import { exportJWK } from "jose";
import { knownResources } from "../../../src/operations/management/server.ts";
import type { Outbound } from "../../../src/platform/outbound.ts";
import { newKey, type TestKey } from "../../support/client-assertions.ts";
import { EXCHANGE_GRANT } from "../../support/exchange.ts";
import { jsonOf, textOf, tokensFor } from "../../support/flows.ts";
import { proves } from "../../support/proves.ts";
import { rejectionOf } from "../../support/rejection.ts";
import { basic, SECRET, startTestServer, type TestServer } from "../../support/server.ts";
import { Person } from "./application.ts";
import { startDocumentedServer } from "./documented-server.ts";
import { callModern, ModernApplication } from "./modern-application.ts";
import { type NotesServer, READ, WRITE } from "./notes-server.ts";

const DOCUMENT_URL = "https://notebook.example/client.json";
const DOCUMENT = {
  client_id: DOCUMENT_URL,
  client_name: "Notebook",
  redirect_uris: ["http://127.0.0.1/callback"],
  grant_types: ["authorization_code", "refresh_token"],
};
const KEYS_URL = "https://robot.example/keys.json";
const IDENTITY_PROVIDER = "https://idp.acme.example";
const ELSEWHERE = "https://elsewhere.example/";
const AGENT = "agent-at-notes";

let notes: NotesServer;
let identityProvider: TestServer;
let key: TestKey;

/** The hosts that this server asks: those of the application's document and the program's keys, and the identity provider. */
const outbound: Outbound = {
  async send({ url }) {
    const published: Record<string, unknown> = {
      [DOCUMENT_URL]: DOCUMENT,
      [KEYS_URL]: { keys: [key.publicJwk] },
    };
    const response = url in published ? Response.json(published[url]) : await identityProvider.fetch(url);
    return { status: response.status, text: await response.text() };
  },
};

beforeAll(async () => {
  key = await newKey("robot-key");
  const robot = { grant_types: ["client_credentials"], scope: [READ] };
  notes = await startDocumentedServer(
    {
      dpop: { nonces: "required" },
      resources: [{ identifier: ELSEWHERE, scopes: [READ], introspection_clients: ["notes-server"] }],
      clients: [
        { client_id: "known", client_name: "House notebook", redirect_uris: ["http://127.0.0.1/callback"] },
        { client_id: "robot", secrets: [SECRET], ...robot },
        {
          client_id: "signing-robot",
          token_endpoint_auth_method: "private_key_jwt",
          jwks_uri: KEYS_URL,
          ...robot,
        },
        {
          client_id: AGENT,
          secrets: [SECRET],
          grant_types: ["urn:ietf:params:oauth:grant-type:jwt-bearer"],
        },
      ],
      trusted_issuers: [
        {
          issuer: IDENTITY_PROVIDER,
          people: { by: "email", email_domains: ["acme.example"], clients: [AGENT], scope: [READ] },
        },
      ],
    },
    { outbound },
  );
  identityProvider = await startTestServer({
    issuer: IDENTITY_PROVIDER,
    clients: [
      {
        client_id: "web",
        redirect_uris: ["https://client.example/callback"],
        secrets: [SECRET],
        grant_types: ["authorization_code", "refresh_token", EXCHANGE_GRANT],
      },
    ],
    id_jag_audiences: [
      {
        issuer: notes.tessera.issuer,
        clients: [{ client_id: "web", as: AGENT }],
        scope: [READ],
        resources: [notes.url.href],
        email: true,
      },
    ],
  });
});
afterAll(async () => {
  await notes.close();
  await identityProvider.close();
});

const sent = async (call: Promise<string>) =>
  expect(await rejectionOf(call)).toBeInstanceOf(UnauthorizedError);

const callAs = (provider: OAuthClientProvider) => callModern(notes, provider, "whose_notes");

/** A request as the SDK sends it, with this token. */
const post = (token: string | null, tool = "whose_notes") =>
  fetch(notes.url, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      Accept: "application/json, text/event-stream",
      ...(token !== null && { Authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: tool } }),
  });

const tokenOf = async (clientId: string, form: Record<string, string>): Promise<string> =>
  textOf(
    await jsonOf(
      await notes.tessera.post(
        "/auth/token",
        { grant_type: "client_credentials", ...form },
        basic(clientId, SECRET),
      ),
    ),
    "access_token",
  );

test(
  proves(
    "the MCP server of the guide says where this server is, and takes only tokens that are for it and for what is asked",
    "MCP overview-4",
    "MCP scope-1",
    "MCP token-1",
    "MCP token-2",
    "MCP refresh-1",
    "MCP errors-1",
    "MCP errors-2",
    "MCP discovery-1",
    "MCP discovery-2",
  ),
  async () => {
    const place = `${notes.url.origin}/.well-known/oauth-protected-resource/mcp`;
    expect(await (await fetch(place)).json()).toMatchObject({
      resource: notes.url.href,
      authorization_servers: [notes.tessera.issuer],
      scopes_supported: [READ],
    });
    const [known] = knownResources(notes.tessera.context).filter(
      ({ identifier }) => identifier === notes.url.href,
    );
    expect(known?.metadata).toMatchObject({ scopes_supported: [READ, WRITE] });

    const refusals: readonly (readonly [
      token: string | null,
      tool: string,
      status: number,
      scope: string,
    ])[] = [
      [null, "whose_notes", 401, `scope="${READ}"`],
      ["it-is-none", "whose_notes", 401, 'error="invalid_token"'],
      [await tokenOf("robot", { resource: ELSEWHERE }), "whose_notes", 401, "another resource"],
      [await tokenOf("robot", { resource: notes.url.href }), "write_note", 403, `scope="${READ} ${WRITE}"`],
      ["two words", "whose_notes", 400, 'error="invalid_request"'],
    ];
    for (const [token, tool, status, words] of refusals) {
      const response = await post(token, tool);
      const challenge = response.headers.get("www-authenticate") ?? "";
      expect({ status: response.status, challenge }).toEqual({
        status,
        challenge: expect.stringContaining(words),
      });
      expect(challenge).toContain(`resource_metadata="${place}"`);
      expect(challenge).not.toContain("offline_access");
    }
  },
);

/** How an application becomes known, and what its identifier then is. */
const WAYS: Readonly<
  Record<string, { readonly prepare: (application: ModernApplication) => void; readonly id: RegExp }>
> = {
  "a metadata document": {
    prepare(application) {
      application.clientMetadataUrl = DOCUMENT_URL;
    },
    id: /^https:\/\/notebook\.example\/client\.json$/,
  },
  registration: { prepare() {}, id: /^cl_/ },
  "the operator": {
    prepare(application) {
      application.client = { client_id: "known", issuer: notes.tessera.issuer };
    },
    id: /^known$/,
  },
};

describe.each(Object.keys(WAYS))("an application that is known by %s", (way) => {
  test.each(["bound", "bearer"] as const)(
    "finds the server, asks the person, gets in, refreshes, and asks for more when it needs more (%s tokens)",
    async (tokens) => {
      const name = `${way}-${tokens}`.replaceAll(" ", "-");
      const person = await Person.named(name, notes);
      const application = new ModernApplication(notes, tokens);
      WAYS[way]?.prepare(application);
      await sent(application.call("whose_notes"));
      const asked = application.authorizationUrl?.searchParams;
      expect(asked?.get("client_id")).toMatch(WAYS[way]?.id ?? /^$/);
      expect(asked?.get("resource")).toBe(notes.url.href);
      expect(asked?.get("scope")).toBe(`${READ} offline_access`);
      await application.finish(await application.sendThere(person));
      expect(application.held?.token_type.toLowerCase()).toBe(tokens === "bound" ? "dpop" : "bearer");
      expect(await application.call("whose_notes")).toBe(name);
      application.dropAccessToken();
      expect(await application.call("whose_notes")).toBe(name);
      expect(application.authorizationUrl).toBeNull();

      // The SDK adds what the tool needs to what it has.
      await sent(application.call("write_note"));
      expect(application.authorizationUrl?.searchParams.get("scope")).toBe(`${READ} offline_access ${WRITE}`);
      await application.finish(await application.sendThere(person));
      expect(await application.call("write_note")).toBe("written");
      const stolen = await fetch(notes.url, {
        method: "POST",
        headers: { Authorization: `Bearer ${application.held?.access_token}` },
      });
      expect(stolen.status === 401).toBe(tokens === "bound");
    },
  );
});

describe("a program without a person", () => {
  test("gets in by its secret, and not by another one", async () => {
    const robot = { clientId: "robot", clientSecret: SECRET, expectedIssuer: notes.tessera.issuer };
    expect(await callAs(new ClientCredentialsProvider(robot))).toBe("undefined");
    const wrong = new ClientCredentialsProvider({ ...robot, clientSecret: "another one" });
    expect(await rejectionOf(callAs(wrong))).toMatchObject({ code: "invalid_client" });
  });

  test("gets in by its key (private_key_jwt), and not by another one", async () => {
    const signingAs = async ({ kid, algorithm, privateKey }: TestKey) =>
      new PrivateKeyJwtProvider({
        clientId: "signing-robot",
        privateKey: { ...(await exportJWK(privateKey)), kid },
        algorithm,
        expectedIssuer: notes.tessera.issuer,
      });
    expect(await callAs(await signingAs(key))).toBe("undefined");
    const other = await newKey("robot-key");
    expect(await rejectionOf(callAs(await signingAs(other)))).toMatchObject({ code: "invalid_client" });
  });
});

test("a person who is signed in at their company is let in without a question (ID-JAG)", async () => {
  const email = "grace@acme.example";
  const there = await identityProvider.addPerson("grace-of-acme", { email, emailVerified: true });
  await notes.tessera.addPerson("grace", { email, emailVerified: true });
  const idToken = textOf(await tokensFor(identityProvider, there, { scope: "openid" }), "id_token");
  const provider = new CrossAppAccessProvider({
    clientId: AGENT,
    clientSecret: SECRET,
    expectedIssuer: notes.tessera.issuer,
    async assertion({ authorizationServerUrl, resourceUrl, scope }) {
      const granted = await discoverAndRequestJwtAuthGrant({
        idpUrl: IDENTITY_PROVIDER,
        audience: authorizationServerUrl,
        resource: resourceUrl,
        idToken,
        clientId: "web",
        clientSecret: SECRET,
        ...(scope !== undefined && { scope }),
        fetchFn: (url, init) => identityProvider.fetch(String(url), init),
      });
      return granted.jwtAuthGrant;
    },
  });
  expect(await callAs(provider)).toBe("grace");
  expect(provider.tokens()).toMatchObject({ scope: READ });
  expect(provider.tokens()).not.toHaveProperty("refresh_token");
});
