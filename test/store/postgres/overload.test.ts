/**
 * More statements than PostgreSQL can answer: the store refuses a statement that would wait for too long at once, and
 * does not send it.
 */

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { insert, StoreBusy, sweep, update } from "../../../src/store/contract.ts";
import { type ClientRecord, clients } from "../../../src/store/tables/clients.ts";
import { grants } from "../../../src/store/tables/grants.ts";
import { type ActingStore, openPostgresStore } from "../acts.ts";

import { clientId, NOW, newClient, newId } from "../records.ts";
import { type PostgresServer, startPostgres } from "./server.ts";

/** More than may wait before the throughput is known. */
const MANY = 2500;

let server: PostgresServer;
let url: string;
let store: ActingStore;
beforeAll(async () => {
  server = await startPostgres();
  url = await server.createDatabase();
});
afterAll(() => server.stop());
// A store that does not know its throughput yet.
beforeEach(async () => {
  store = await openPostgresStore({ url, connections: 4 });
});
afterEach(() => store.close());

/** Runs `during` while all writes wait for a lock. */
async function whileNothingIsWritten(during: () => Promise<void>): Promise<void> {
  const { release } = await server.hold(url, "LOCK TABLE clients, grants IN ACCESS EXCLUSIVE MODE");
  try {
    await during();
  } finally {
    await release();
  }
}

/** A commit without a look before it. */
const create = async (client: ClientRecord): Promise<boolean> =>
  (await store.commit({ changes: [insert(clients, client)] })).outcome === "committed";

const refusalsAmong = (results: readonly PromiseSettledResult<unknown>[]) =>
  results.filter((result) => result.status === "rejected" && result.reason instanceof StoreBusy);

describe("writes that do not fit", () => {
  test("are refused at once and not sent; those that do fit are done; then there is room again", async () => {
    const names = Array.from({ length: MANY }, (_, index) => clientId(`burst-${index}`));
    let results: PromiseSettledResult<boolean>[] = [];
    let settled: Promise<unknown> = Promise.resolve();
    await whileNothingIsWritten(async () => {
      const writes = names.map((name) => create(newClient({ clientId: name })));
      settled = Promise.allSettled(writes).then((all) => {
        results = all;
      });
      // The last write is refused while the first still waits for the lock.
      await expect(writes.at(-1)).rejects.toBeInstanceOf(StoreBusy);
      expect(results).toEqual([]);
      expect(() => store.requireRoom()).toThrow(StoreBusy);
      // Reads have their own backlog, and a health check is answered.
      await store.findSession(newId(), NOW, 0);
      await store.ping();
    });
    await settled;
    const refused = refusalsAmong(results);
    expect(refused.length).toBeGreaterThan(0);
    const done = results.filter(({ status }) => status === "fulfilled");
    expect(done.length).toBe(MANY - refused.length);
    const stored = await store.listClients();
    expect(stored.filter((client) => client.clientId.startsWith("burst-"))).toHaveLength(done.length);
    expect(await store.createClient(newClient())).toBe(true);
  }, 30_000);

  test("leave room to take access back", async () => {
    let ends: Promise<unknown[]> = Promise.resolve([]);
    let settled: Promise<PromiseSettledResult<boolean>[]> = Promise.resolve([]);
    await whileNothingIsWritten(async () => {
      const writes = Array.from({ length: MANY }, () => create(newClient()));
      settled = Promise.allSettled(writes);
      await expect(writes.at(-1)).rejects.toBeInstanceOf(StoreBusy);
      const filter = { clientId: clientId("nobody") };
      ends = Promise.all([
        store.commit({ changes: [update(grants, { id: newId() }, {}, { revokedAt: NOW })], urgent: true }),
        store.commit({ changes: [], sweeps: [sweep(grants, filter, { revokedAt: NOW })], urgent: true }),
        store.expire({ grants: 0 }, 1),
      ]);
    });
    expect(await ends).toEqual([{ outcome: "stale" }, { outcome: "committed", swept: [[]] }, 0]);
    expect(refusalsAmong(await settled).length).toBeGreaterThan(0);
  }, 30_000);
});

test("reads that do not fit are refused at once, and the rest are answered", async () => {
  let settled: Promise<PromiseSettledResult<unknown>[]> = Promise.resolve([]);
  await whileNothingIsWritten(async () => {
    const reads = Array.from({ length: MANY }, () => store.findClient("nobody"));
    settled = Promise.allSettled(reads);
    await expect(reads.at(-1)).rejects.toBeInstanceOf(StoreBusy);
  });
  const results = await settled;
  const refused = refusalsAmong(results);
  expect(refused.length).toBeGreaterThan(0);
  expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(MANY - refused.length);
  expect(await store.findClient("nobody")).toBeNull();
}, 30_000);
