/**
 * The store when the database or the network fails: it reports the failure, claims nothing false, and recovers by
 * itself.
 */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { StoreUnavailable } from "../../../src/store/contract.ts";
import type { GrantRecord } from "../../../src/store/tables/grants.ts";
import { type AccessTokenRecord, type ActingStore, acting, openPostgresStore } from "../acts.ts";

import { NOW, newClient, newIssuance } from "../records.ts";
import { authorize, createParties, FAILURE_LIMIT, isActive, issue } from "../suite/setting.ts";
import { type Relay, startRelay } from "./relay.ts";
import { type PostgresServer, startPostgres } from "./server.ts";

let server: PostgresServer;
let relay: Relay;
let url: string;
let store: ActingStore;
beforeAll(async () => {
  server = await startPostgres();
  relay = await startRelay(server.port);
  url = await server.createDatabase();
  store = await openPostgresStore({ url });
});
afterAll(async () => {
  await store.close();
  await relay.close();
  await server.stop();
});

const throughRelay = () => {
  const through = new URL(url);
  through.port = String(relay.port);
  return through.href;
};

const lockGrant = ({ id }: GrantRecord) => `SELECT 1 FROM grants WHERE id = '\\x${id.toHex()}' FOR UPDATE`;

/** Ends the connections that wait for locks, as an operator or a failover does. */
const terminateWaiting = () =>
  server.execute(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE wait_event_type = 'Lock' AND datname = current_database()`,
    url,
  );

describe("a database that fails", () => {
  test("a connection that ends while a redemption waits makes the store unavailable, and redeems nothing", async () => {
    const { grant, code } = await authorize(store);
    const lost = newIssuance(grant);
    const { release } = await server.hold(url, lockGrant(grant));
    const redemption = store.redeemCode(code.id, FAILURE_LIMIT, lost);
    const failure = redemption.catch((error: unknown) => error);
    await server.blocked(url, 1);
    await terminateWaiting();
    expect(await failure).toBeInstanceOf(StoreUnavailable);
    await release();
    expect(await isActive(store, lost.accessToken)).toBe(false);
    expect(await store.redeemCode(code.id, FAILURE_LIMIT, newIssuance(grant))).toBe("issued");
  });

  test("a connection that breaks after the commit claims neither, and the next redemption finds out", async () => {
    const relayed = await openPostgresStore({ url: throughRelay(), connections: 1 });
    // Prepares the statement, so that the next answer is that of its commit.
    await issue(relayed);
    const { grant, code } = await authorize(relayed);
    const unknown = newIssuance(grant);
    const breaking = acting({
      ...relayed,
      commit(commit) {
        relay.breakAtAnswer();
        return relayed.commit(commit);
      },
    });
    const redemption = breaking.redeemCode(code.id, FAILURE_LIMIT, unknown);
    await expect(redemption).rejects.toBeInstanceOf(StoreUnavailable);
    relay.heal();
    expect(await relayed.redeemCode(code.id, FAILURE_LIMIT, newIssuance(grant))).toBe("replayed");
    expect(await isActive(relayed, unknown.accessToken)).toBe(false);
    await relayed.close();
  });

  test("a network that swallows everything is noticed, and the store comes back when it passes again", async () => {
    const relayed = await openPostgresStore({ url: throughRelay(), statementMillis: 100, connections: 2 });
    const { issuance } = await issue(relayed);
    relay.swallow();
    const asked = Array.from({ length: 5 }, () =>
      relayed.findActiveAccessToken(issuance.accessToken.id, NOW),
    );
    for (const { reason } of await rejections(asked)) expect(reason).toBeInstanceOf(StoreUnavailable);
    relay.heal();
    expect(await isActive(relayed, issuance.accessToken)).toBe(true);
    await relayed.close();
  });

  test("connections that died unnoticed among others that live are given up when the first of them is noticed", async () => {
    const relayed = await openPostgresStore({ url: throughRelay(), statementMillis: 100, connections: 4 });
    const { issuance } = await issue(relayed);
    const ask = (count: number) =>
      Array.from({ length: count }, () => relayed.findActiveAccessToken(issuance.accessToken.id, NOW));
    await Promise.all(ask(40));
    relay.swallow();
    const dead = Promise.allSettled(ask(2));
    await Bun.sleep(50);
    relay.heal();
    let isNoticed = false;
    void dead.then(() => {
      isNoticed = true;
    });
    // Other connections answer meanwhile, so not all are broken.
    while (!isNoticed) {
      await relayed.ping().catch(() => {});
      await Bun.sleep(20);
    }
    expect((await dead).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(await Promise.all(ask(40))).not.toContain(null);
    await relayed.close();
  });

  test("a statement that takes longer than it may is ended, and changes nothing", async () => {
    const hasty = await openPostgresStore({ url, statementMillis: 100 });
    const { grant } = await issue(hasty);
    const { release } = await server.hold(url, lockGrant(grant));
    await expect(hasty.revokeGrant(grant.id, "revoked_by_client", NOW)).rejects.toBeInstanceOf(
      StoreUnavailable,
    );
    await release();
    expect((await hasty.findGrant(grant.id))?.revokedAt).toBeNull();
    await hasty.close();
  });

  test("a server that only reads, as one that lost its place does, is left for another when it refuses a write", async () => {
    const { issuance } = await issue(store);
    await server.execute("CREATE ROLE demoted SUPERUSER LOGIN");
    await server.execute("ALTER ROLE demoted SET default_transaction_read_only = on");
    const demoted = new URL(url);
    demoted.username = "demoted";
    const client = newClient();
    const replica = await openPostgresStore({ url: demoted.href, connections: 1 });
    expect(await isActive(replica, issuance.accessToken)).toBe(true);
    await expect(replica.createClient(client)).rejects.toBeInstanceOf(StoreUnavailable);
    await server.execute("ALTER ROLE demoted RESET default_transaction_read_only");
    // An existing connection would keep the setting.
    expect(await replica.createClient(client)).toBe(true);
    await replica.close();
  });

  test("a mistake of the program is not called unavailability", async () => {
    const creation = store.createClient(newClient({ clientName: "what no text\0can hold" }));
    await expect(creation).rejects.toThrow("invalid byte sequence");
    await expect(creation).rejects.not.toBeInstanceOf(StoreUnavailable);
  });

  test("what cannot be stored is not found, and breaks nothing", async () => {
    expect(await store.findClient("no\0body")).toBeNull();
    expect(await store.findAccountByUsername("no\0body")).toBeNull();
  });

  test("a server that is killed under load, twice, loses nothing that was acknowledged, and nobody calls it up", async () => {
    const parties = await createParties(store);
    const acknowledged: AccessTokenRecord[] = [];
    const redeemed: {
      readonly id: Awaited<ReturnType<typeof authorize>>["code"]["id"];
      grant: GrantRecord;
    }[] = [];
    const failures: unknown[] = [];
    let slowest = 0;
    let isOver = false;
    const work = async () => {
      while (!isOver) {
        const startedAt = performance.now();
        try {
          const { grant, code } = await authorize(store, parties);
          const issuance = newIssuance(grant);
          expect(await store.redeemCode(code.id, FAILURE_LIMIT, issuance)).toBe("issued");
          acknowledged.push(issuance.accessToken);
          redeemed.push({ id: code.id, grant });
        } catch (error) {
          failures.push(error);
          await Bun.sleep(10);
        }
        slowest = Math.max(slowest, performance.now() - startedAt);
      }
    };
    const workers = Array.from({ length: 16 }, work);
    const counts: number[] = [];
    for (let kill = 1; kill <= 2; kill += 1) {
      await Bun.sleep(300);
      await server.kill();
      await Bun.sleep(100);
      counts.push(acknowledged.length);
      await server.start();
    }
    await Bun.sleep(300);
    isOver = true;
    await Promise.all(workers);
    counts.push(acknowledged.length);

    expect(counts.toSorted((a, b) => a - b)).toEqual([...new Set(counts)]);
    expect(failures.length).toBeGreaterThan(0);
    expect(failures.filter((error) => !(error instanceof StoreUnavailable))).toEqual([]);
    expect(slowest).toBeLessThan(5000);
    // One after the other, because there may be more than may wait.
    const alive: boolean[] = [];
    for (const token of acknowledged) alive.push(await isActive(store, token));
    expect(alive.filter((each) => !each)).toEqual([]);
    const again = new Set<string>();
    for (const { id, grant } of redeemed)
      again.add(await store.redeemCode(id, FAILURE_LIMIT, newIssuance(grant)));
    expect(again).toEqual(new Set(["replayed"]));
    console.log(
      `  ${acknowledged.length} redemptions acknowledged around 2 kills, ${failures.length} refused with 503`,
    );
  }, 60_000);
});

async function rejections(promises: Promise<unknown>[]): Promise<PromiseRejectedResult[]> {
  const results = await Promise.allSettled(promises);
  const rejected = results.filter((result) => result.status === "rejected");
  expect(rejected).toHaveLength(promises.length);
  return rejected;
}
