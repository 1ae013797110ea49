/** What an operator ends is dead at every door, the tokens that a client got for itself among it. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { everyAccessToken } from "../../src/operations/tokens.ts";
import type { ClientId } from "../../src/protocol/identifiers.ts";
import { deviceTokensFor, isActive, refresh, serviceToken, textOf, tokensFor } from "../support/flows.ts";
import { proves } from "../support/proves.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

let server: TestServer;

beforeEach(async () => {
  server = await startTestServer();
});
afterEach(() => server.close());

const SERVICE = "service" as ClientId;
const WEB = "web" as ClientId;
const isAlive = (token: string) => isActive(server, token, "mail-server");
const now = () => server.clock.seconds();

async function secretOf(clientId: ClientId): Promise<string> {
  const client = await server.context.store.findClient(clientId);
  return client?.secrets[0]?.id ?? "";
}

describe("a client's own token", () => {
  test(proves("ends with all access of the client", "threat 78"), async () => {
    const token = await serviceToken(server);
    await server.context.store.revokeAccess({ clientId: SERVICE }, "revoked_by_operator", now());
    expect(await isAlive(token)).toBe(false);
    expect(await isAlive(await serviceToken(server))).toBe(true);
  });

  test("stays alive when another client, or a person, loses access", async () => {
    const ada = await server.addPerson("ada");
    const token = await serviceToken(server);
    const { store } = server.context;
    await store.revokeAccess({ clientId: WEB }, "revoked_by_operator", now());
    await store.revokeAccess({ subject: ada.subject }, "revoked_by_operator", now());
    await store.revokeAccess({ subject: ada.subject, clientId: SERVICE }, "revoked_by_operator", now());
    expect(await isAlive(token)).toBe(true);
  });

  test(proves("ends with a secret that is removed together with the tokens", "threat 78"), async () => {
    const token = await serviceToken(server);
    await server.context.store.removeClientSecret(SERVICE, await secretOf(SERVICE), true);
    expect(await isAlive(token)).toBe(false);
  });

  test("outlives a secret that is removed alone", async () => {
    const token = await serviceToken(server);
    await server.context.store.removeClientSecret(SERVICE, await secretOf(SERVICE));
    expect(await isAlive(token)).toBe(true);
  });
});

test("all access tokens of a client end at once, and its refresh tokens get new ones", async () => {
  const ada = await server.addPerson("ada");
  const tokens = await tokensFor(server, ada);
  const own = await serviceToken(server);
  await server.context.store.endClientTokens(WEB);
  expect(await isAlive(textOf(tokens, "access_token"))).toBe(false);
  expect(await isAlive(own)).toBe(true);
  const next = await refresh(server, textOf(tokens, "refresh_token"));
  expect(next.status).toBe(200);
  expect(await isAlive(textOf({ ...(await next.json()) }, "access_token"))).toBe(true);
});

describe("the list of live access tokens", () => {
  async function list(filter: { clientId?: string; username?: string }): Promise<string[]> {
    const { store } = server.context;
    const client = filter.clientId === undefined ? null : await store.findClient(filter.clientId);
    const account = filter.username === undefined ? null : await store.findAccountByUsername(filter.username);
    const listed = [];
    const named = { client: client ?? undefined, subject: account?.subject };
    for await (const token of everyAccessToken({ store }, named, now())) {
      listed.push(`${token.clientId} for ${token.subject}`);
    }
    return listed;
  }

  test("names the client's own and those of people, and leaves out what has ended", async () => {
    const [ada, bob] = [await server.addPerson("ada"), await server.addPerson("bob")];
    await tokensFor(server, ada);
    await tokensFor(server, bob);
    await deviceTokensFor(server, ada);
    await serviceToken(server);
    expect(await list({ clientId: "web" })).toEqual([`web for ${ada.subject}`, `web for ${bob.subject}`]);
    expect(await list({ username: "ada" })).toEqual([
      `web for ${ada.subject}`,
      `television for ${ada.subject}`,
    ]);
    expect(await list({ clientId: "web", username: "bob" })).toEqual([`web for ${bob.subject}`]);
    expect(await list({ clientId: "service" })).toEqual(["service for service"]);
    await server.context.store.revokeAccess({ clientId: WEB }, "revoked_by_operator", now());
    expect(await list({ clientId: "web" })).toEqual([]);
    server.clock.advance(86_400);
    expect(await list({ clientId: "service" })).toEqual([]);
  });
});
