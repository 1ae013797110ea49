/**
 * The budget of statements on PostgreSQL: the cost of each request, counted on the wire. The savings keep answers
 * current: a change on one node counts at the next request on every other.
 */

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { digestSecret } from "../../src/credentials/credential.ts";
import type { ClientRecord } from "../../src/store/tables/clients.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import { openPostgresStore } from "../store/acts.ts";

import { type Relay, startRelay } from "../store/postgres/relay.ts";
import { type PostgresServer, startPostgres } from "../store/postgres/server.ts";
import { VERIFIER } from "../support/code-flow.ts";
import {
  codeFor,
  expectRefusal,
  expectTokens,
  jsonOf,
  postAs,
  startDevice,
  textOf,
  tokensFor,
} from "../support/flows.ts";
import { SECRET, startTestServer, type TestServer } from "../support/server.ts";
import { DEVICE_GRANT } from "../support/token-requests.ts";

let postgres: PostgresServer;
let relay: Relay;
let url: string;
/** The node under test, and another on the same database. */
let server: TestServer;
let other: TestServer;
let person: AccountRecord;

beforeAll(async () => {
  postgres = await startPostgres();
  relay = await startRelay(postgres.port);
  url = await postgres.createDatabase();
});
afterAll(async () => {
  await relay.close();
  await postgres.stop();
});
beforeEach(async () => {
  const through = new URL(url);
  through.port = String(relay.port);
  const schema = `s${crypto.randomUUID().replaceAll("-", "")}`;
  const key = new Uint8Array(32).fill(7);
  const start = async (at: string, connections: number) => {
    const store = await openPostgresStore({ url: at, schema, connections });
    return startTestServer({}, { opened: { store, close: () => store.close() }, key });
  };
  server = await start(through.href, 1);
  other = await start(url, 2);
  person = await server.addPerson("ada");
});
afterEach(async () => {
  await server.close();
  await other.close();
});

/** The cost of a request after the same request, so that its statements are prepared. */
async function cost(
  request: () => Promise<Response>,
  status = 200,
): Promise<{ statements: number; roundTrips: number }> {
  relay.takeCounts();
  const response = await request();
  const counts = relay.takeCounts();
  expect(response.status).toBe(status);
  return counts;
}

const once = { statements: 1, roundTrips: 1 };
const twice = { statements: 2, roundTrips: 2 };

describe("on PostgreSQL", () => {
  test("introspection looks at the person only for a client that is not for all people", async () => {
    const tokens = await tokensFor(server, person, { scope: "mail.read" });
    const token = textOf(tokens, "access_token");
    const introspect = () => postAs(server, "web", "/auth/introspect", { token });
    await introspect();
    expect(await cost(introspect)).toEqual(once);
    const client = await server.context.store.findClient("web");
    if (client === null) throw new Error("There is no web.");
    await server.context.store.putClient({ ...client, deniedGroups: ["guests"] });
    // The changed client authenticates anew.
    await introspect();
    await introspect();
    expect(await cost(introspect)).toEqual(twice);
  });

  test("introspection takes one statement, whether the token is active, unknown or no token at all", async () => {
    const token = textOf(
      await expectTokens(
        await postAs(server, "service", "/auth/token", { grant_type: "client_credentials" }),
      ),
      "access_token",
    );
    const introspect = (text: string) => () => postAs(server, "service", "/auth/introspect", { token: text });
    for (const text of [token, `tat_${"A".repeat(64)}`, "nonsense"]) await introspect(text)();
    expect(await cost(introspect(token))).toEqual(once);
    expect(await cost(introspect(`tat_${"A".repeat(64)}`))).toEqual(once);
    expect(await cost(introspect("nonsense"))).toEqual(once);
    expect((await jsonOf(await introspect(token)())).active).toBe(true);
  });

  test("client_credentials takes one statement", async () => {
    const request = () => postAs(server, "service", "/auth/token", { grant_type: "client_credentials" });
    await request();
    await request();
    expect(await cost(request)).toEqual(once);
  });

  test("a code and a refresh token take one look and one command each", async () => {
    const redeem = (code: string) => () =>
      postAs(server, "web", "/auth/token", {
        grant_type: "authorization_code",
        code,
        redirect_uri: "https://client.example/callback",
        code_verifier: VERIFIER,
      });
    const refresh = (token: string) => () =>
      postAs(server, "web", "/auth/token", { grant_type: "refresh_token", refresh_token: token });
    const first = await expectTokens(await redeem(await codeFor(server, person))());
    const second = await expectTokens(await refresh(textOf(first, "refresh_token"))());
    expect(await cost(redeem(await codeFor(server, person)))).toEqual(twice);
    expect(await cost(refresh(textOf(second, "refresh_token")))).toEqual(twice);
  });

  test("a poll of a device takes one statement, and writes nothing", async () => {
    const device = await startDevice(server);
    const poll = () =>
      postAs(server, "television", "/auth/token", {
        grant_type: DEVICE_GRANT,
        device_code: textOf(device, "device_code"),
      });
    await poll();
    server.clock.advance(60);
    expect(await cost(poll, 400)).toEqual(once);
  });

  test("a refusal for a wrong secret costs as much as one for an unknown client", async () => {
    await postAs(server, "service", "/auth/token", { grant_type: "client_credentials" });
    const wrong = (id: string) => () =>
      server.post("/auth/token", { grant_type: "client_credentials", client_id: id, client_secret: "wrong" });
    await wrong("service")();
    expect(await cost(wrong("service"), 401)).toEqual(once);
    expect(await cost(wrong("nobody"), 401)).toEqual(once);
  });
});

describe("what another node changes counts at the next request", () => {
  const service = async (): Promise<ClientRecord> => {
    const client = await other.context.store.findClient("service");
    if (client === null) throw new Error("no client");
    return client;
  };
  const issue = () => postAs(server, "service", "/auth/token", { grant_type: "client_credentials" });
  const introspect = (token: string) => postAs(server, "service", "/auth/introspect", { token });

  beforeEach(async () => {
    await expectTokens(await issue());
  });

  const ENDS: [string, () => Promise<unknown>][] = [
    [
      "its secret is taken away",
      async () => {
        const client = await service();
        await other.context.store.putClient({
          ...client,
          secrets: client.secrets.filter(({ digest }) => Buffer.compare(digest, digestSecret(SECRET)) !== 0),
        });
      },
    ],
    ["it is disabled", async () => other.context.store.putClient({ ...(await service()), disabledAt: 1 })],
    [
      "it is removed",
      async () => other.context.store.removeClient((await service()).clientId, other.clock.seconds()),
    ],
  ];
  for (const [change, make] of ENDS) {
    test(`a client gets in no more once ${change}: no token, no answer about one, not even that a text is none`, async () => {
      await make();
      await expectRefusal(await issue(), 401, "invalid_client");
    });

    test(`introspection knows at once that ${change}`, async () => {
      await make();
      await expectRefusal(await introspect("nonsense"), 401, "invalid_client");
    });
  }

  test("a grant type that was taken from it is refused, and one that was given is not", async () => {
    const client = await service();
    await other.context.store.putClient({ ...client, grantTypes: [] });
    await expectRefusal(await issue(), 400, "unauthorized_client");
    await other.context.store.putClient(client);
    await expectTokens(await issue());
  });

  test("a new secret works, and the lifetime and scope are those of now", async () => {
    const client = await service();
    await other.context.store.putClient({ ...client, accessTokenSeconds: 77, defaultScope: [] });
    const body = await expectTokens(await issue());
    expect(body.expires_in).toBe(77);
    expect(body.scope).toBeUndefined();
    await other.context.store.addClientSecret(client.clientId, {
      id: "new",
      digest: digestSecret("a new secret"),
      createdAt: 1,
      expiresAt: null,
    });
    const fresh = await server.post("/auth/token", {
      grant_type: "client_credentials",
      client_id: "service",
      client_secret: "a new secret",
    });
    await expectTokens(fresh);
  });

  test("a token that another node ended is dead", async () => {
    const tokens = await tokensFor(server, person);
    const token = textOf(tokens, "access_token");
    expect((await jsonOf(await postAs(server, "web", "/auth/introspect", { token }))).active).toBe(true);
    await postAs(other, "web", "/auth/revoke", { token: textOf(tokens, "refresh_token") });
    expect((await jsonOf(await postAs(server, "web", "/auth/introspect", { token }))).active).toBe(false);
  });
});
