/** Clients that a node remembers (callers.ts), while another node or somebody by hand changes them. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Store } from "../../../src/store/contract.ts";
import { openPostgresStore } from "../../../src/store/postgres/index.ts";
import { newClient, newClientToken } from "../records.ts";
import { recallTests } from "../suite/recalled-clients.ts";
import { type PostgresServer, startPostgres } from "./server.ts";

let server: PostgresServer;
let url: string;
/** The node that remembers, and the one that changes things. */
let store: Store;
let other: Store;
beforeAll(async () => {
  server = await startPostgres();
  url = await server.createDatabase();
  store = await openPostgresStore({ url });
  other = await openPostgresStore({ url });
});
afterAll(async () => {
  await store.close();
  await other.close();
  await server.stop();
});

recallTests(() => ({
  store,
  other,
  sql: (text) => server.execute(`SET search_path = tessera; ${text}`, url),
}));

test("a client that was recalled is the same after it was used: that is no change", async () => {
  const client = newClient();
  await store.createClient(client);
  await store.findClient(client.clientId);
  const caller = store.recallClient(client.clientId);
  if (caller === null) throw new Error("not remembered");
  await other.issueAccessToken(newClientToken(client));
  expect((await store.findClient(client.clientId))?.usedAt).not.toBeNull();
  await store.confirmClient(caller);
});

test("what is remembered has a bound, whatever strangers register", async () => {
  const large = Array.from({ length: 12 }, () => newClient({ clientName: "x".repeat(1024 * 1024) }));
  for (const one of large) {
    await store.createClient(one);
    await store.findClient(one.clientId);
  }
  const kept = large.filter(({ clientId }) => store.recallClient(clientId) !== null);
  expect(kept.length).toBeGreaterThan(3);
  expect(kept.length).toBeLessThan(8);
  expect(kept.at(-1)).toBe(large.at(-1));
});
