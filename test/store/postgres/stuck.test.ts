/** Statements that wait occupy only their own connections. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { StoreUnavailable } from "../../../src/store/contract.ts";
import { type ActingStore, openPostgresStore } from "../acts.ts";

import { NOW, newClient, newDeviceCode, newId } from "../records.ts";
import { type Relay, startRelay } from "./relay.ts";
import { type PostgresServer, startPostgres } from "./server.ts";

const STATEMENT_MILLIS = 500;
const CONNECTIONS = 4;

let server: PostgresServer;
let relay: Relay;
let url: string;
beforeAll(async () => {
  server = await startPostgres();
  relay = await startRelay(server.port);
  url = await server.createDatabase();
});
afterAll(async () => {
  await relay.close();
  await server.stop();
});

const open = (connections = CONNECTIONS, to = url) =>
  openPostgresStore({ url: to, statementMillis: STATEMENT_MILLIS, connections });

/** The process ids on the server. */
const connections = async (): Promise<number[]> => {
  const rows = await server.execute(
    "SELECT pid FROM pg_stat_activity WHERE application_name = 'tessera' ORDER BY pid",
  );
  return rows.map(({ pid }) => Number(pid));
};

/**
 * From then on commits wait for a missing replica. The setting takes effect after a moment, so this writes until a
 * write fails.
 */
async function loseReplica(write: () => Promise<unknown>): Promise<void> {
  await server.execute("ALTER SYSTEM SET synchronous_standby_names = 'gone'");
  await server.execute("SELECT pg_reload_conf()");
  while (
    await write().then(
      () => true,
      () => false,
    )
  );
}

async function findReplica(): Promise<void> {
  await server.execute("ALTER SYSTEM RESET synchronous_standby_names");
  await server.execute("SELECT pg_reload_conf()");
}

/** Writes ten times a second and reads in a loop, for three times the time limit of a statement. */
async function underLoad(store: ActingStore, write: () => Promise<unknown>) {
  const refusals: unknown[] = [];
  const writes: Promise<unknown>[] = [];
  const seen = new Set<number>();
  let most = 0;
  let reads = 0;
  const steady = setInterval(() => {
    writes.push(write().catch((error: unknown) => refusals.push(error)));
  }, 100);
  const endAt = performance.now() + 3 * (STATEMENT_MILLIS + 2000);
  while (performance.now() < endAt) {
    await store.findSession(newId(), NOW, 0);
    reads += 1;
    if (reads % 10 === 0) {
      const pids = await connections();
      most = Math.max(most, pids.length);
      for (const pid of pids) seen.add(pid);
    }
    await Bun.sleep(5);
  }
  clearInterval(steady);
  await Promise.all(writes);
  return { refusals, writes: writes.length, most, seen };
}

describe("reads go on, over the connections that there are,", () => {
  test("while commits wait for a replica that is away", async () => {
    const store = await open();
    const client = newClient();
    await store.createClient(client);
    await loseReplica(() => store.createDeviceCode(newDeviceCode(client)));
    const { refusals, writes, most } = await underLoad(store, () =>
      store.createDeviceCode(newDeviceCode(client)),
    );
    expect(refusals).toHaveLength(writes);
    expect(refusals.filter((error) => !(error instanceof StoreUnavailable))).toEqual([]);
    expect(most).toBeLessThanOrEqual(CONNECTIONS);

    await findReplica();
    expect(await store.createDeviceCode(newDeviceCode(client))).toBe(true);
    await store.close();
  }, 30_000);

  test("while one row is locked that many write, and other rows are written when it is free", async () => {
    const store = await open();
    const client = newClient();
    await store.createClient(client);
    const lock = `SELECT 1 FROM clients WHERE client_id = '${client.clientId}' FOR UPDATE`;
    const { release } = await server.hold(url, lock);
    const { refusals, writes, seen } = await underLoad(store, () => store.removeClient(client.clientId, NOW));
    expect(refusals).toHaveLength(writes);
    expect(refusals.filter((error) => !(error instanceof StoreUnavailable))).toEqual([]);
    // A replaced pool would have opened further connections.
    expect(seen.size).toBeLessThanOrEqual(CONNECTIONS);
    await release();
    expect(await store.createClient(newClient())).toBe(true);
    await store.close();
  }, 30_000);
});

test("a write whose connection died is noticed though others read, and later writes go over new connections", async () => {
  const through = new URL(url);
  through.port = String(relay.port);
  const store = await open(3, through.href);
  const client = newClient();
  await store.createClient(client);
  relay.swallow();
  const lost = Array.from({ length: 2 }, () => store.createDeviceCode(newDeviceCode(client)));
  const outcomes = Promise.allSettled(lost);
  await Bun.sleep(50);
  relay.heal();
  expect((await outcomes).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  while (!(await store.createDeviceCode(newDeviceCode(client)).catch(() => false))) await Bun.sleep(20);
  await store.close();
}, 30_000);

test("with a single connection, what waits for a replica leaves no further connections at the server", async () => {
  const store = await open(1);
  const client = newClient();
  await store.createClient(client);
  const before = await connections();
  await loseReplica(() => store.createDeviceCode(newDeviceCode(client)));
  for (let turn = 0; turn < 3; turn += 1) {
    const writing = store.createDeviceCode(newDeviceCode(client));
    await expect(writing).rejects.toBeInstanceOf(StoreUnavailable);
    await expect(store.findSession(newId(), NOW, 0)).rejects.toBeInstanceOf(StoreUnavailable);
  }
  // A connection of an earlier test may close meanwhile.
  expect((await connections()).filter((process) => !before.includes(process))).toEqual([]);
  await findReplica();
  expect(await store.createDeviceCode(newDeviceCode(client))).toBe(true);
  await store.close();
}, 30_000);
