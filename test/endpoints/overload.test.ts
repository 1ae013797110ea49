/**
 * More requests than the database can handle in time: the server refuses the others early, with Retry-After, and does
 * no part of them.
 */

import { Database } from "bun:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StoreBusy } from "../../src/store/contract.ts";
import { openSqliteStore } from "../store/acts.ts";

import { jsonOf } from "../support/flows.ts";
import { basic, SECRET, startTestServer, type TestServer } from "../support/server.ts";

/** More than may wait before the throughput is known. */
const MANY = 2500;

let server: TestServer;
let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "tessera-overload-"));
  const store = await openSqliteStore({ file: join(directory, "tessera.db") });
  server = await startTestServer({}, { opened: { store, close: () => store.close() } });
});
afterEach(async () => {
  await server.close();
  await rm(directory, { recursive: true });
});

const service = basic("service", SECRET);
const requestToken = () => server.post("/auth/token", { grant_type: "client_credentials" }, service);
const burst = (count = MANY) => Promise.all(Array.from({ length: count }, requestToken));
const withStatus = (responses: readonly Response[], status: number) =>
  responses.filter((response) => response.status === status);

function storedTokens(): number {
  const database = new Database(join(directory, "tessera.db"), { readonly: true });
  const row = database.query<{ count: number }, []>("SELECT count(*) AS count FROM access_tokens").get();
  database.close();
  return row?.count ?? -1;
}

describe("a burst of requests for tokens", () => {
  test("is answered as far as there is room, the rest are told when to come back, and nothing of them is stored", async () => {
    const responses = await burst();
    const issued = withStatus(responses, 200);
    const refused = withStatus(responses, 503);
    expect(issued.length).toBeGreaterThan(0);
    expect(refused.length).toBeGreaterThan(0);
    expect(issued.length + refused.length).toBe(MANY);
    expect(storedTokens()).toBe(issued.length);
    for (const response of refused) {
      expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
      expect(response.headers.get("cache-control")).toBe("no-store");
      expect((await jsonOf(response)).error).toBe("temporarily_unavailable");
    }
  });

  test("is over when it is over", async () => {
    await burst();
    expect((await requestToken()).status).toBe(200);
  });

  test("does not keep introspection from being answered", async () => {
    const { access_token } = await jsonOf(await requestToken());
    const bursting = burst();
    const asked = Array.from({ length: MANY }, () =>
      server.post("/auth/introspect", { token: String(access_token) }, service),
    );
    expect(withStatus(await Promise.all(asked), 200)).toHaveLength(MANY);
    expect(withStatus(await bursting, 503).length).toBeGreaterThan(0);
  });

  test("is a line in the log, and not one for each request", async () => {
    const before = server.logged.length;
    await burst();
    const lines = server.logged.slice(before).map((line) => JSON.parse(line));
    const aboutRefusals = lines.filter(({ level, event }) => level !== "debug" && event !== "token.issued");
    expect(aboutRefusals).toHaveLength(1);
    expect(lines.find(({ level }) => level === "warn")).toMatchObject({ requests: expect.any(Number) });
  });
});

test("a request for a token is refused before it has arrived, and introspection is not", async () => {
  const { access_token } = await jsonOf(await requestToken());
  const { store } = server.context;
  const { requireRoom } = store;
  store.requireRoom = () => {
    throw new StoreBusy();
  };
  const headers = { ...service, "Content-Type": "application/x-www-form-urlencoded" };
  const endless = new ReadableStream();
  expect((await server.fetch("/auth/token", { method: "POST", body: endless, headers })).status).toBe(503);
  const asked = await server.post("/auth/introspect", { token: String(access_token) }, service);
  expect((await jsonOf(asked)).active).toBe(true);
  store.requireRoom = requireRoom;
});

test("requests whose bodies are still on their way take no room", async () => {
  const dripping = Array.from({ length: MANY }, () => {
    const arriving = Promise.withResolvers<ReadableStreamDefaultController>();
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode("grant_type=client_"));
        arriving.resolve(controller);
      },
    });
    const headers = { ...service, "Content-Type": "application/x-www-form-urlencoded" };
    const response = server.fetch("/auth/token", { method: "POST", body, headers });
    return { response, arriving: arriving.promise };
  });
  await Bun.sleep(0);
  for (let count = 0; count < 3; count += 1) expect((await requestToken()).status).toBe(200);
  for (const { arriving } of dripping) (await arriving).close();
  for (const { response } of dripping) expect((await response).status).not.toBe(503);
});
