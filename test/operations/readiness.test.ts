/** Readiness: the store must read and write, and a flood of questions costs one of each a second. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createReadiness } from "../../src/operations/readiness.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { systemRandom } from "../../src/platform/random.ts";
import { type Store, StoreBusy, StoreUnavailable } from "../../src/store/contract.ts";
import { watchStore } from "../../src/store/watched.ts";
import { openPostgresStore } from "../store/acts.ts";
import { type PostgresServer, startPostgres } from "../store/postgres/server.ts";
import { openTemporary } from "../store/sqlite/temporary.ts";
import { proves } from "../support/proves.ts";
import { startTestServer } from "../support/server.ts";

/** A readiness whose clock the test moves. */
function readinessOf(store: Pick<Store, "ping" | "commit">) {
  let millis = 0;
  const readiness = createReadiness({
    store,
    clock: systemClock,
    steadyClock: { millis: () => millis },
    random: systemRandom,
  });
  return {
    isReady: () =>
      readiness.check().then(
        () => true,
        () => false,
      ),
    pass(passed: number) {
      millis += passed;
    },
  };
}

function counting(fail: () => void = () => {}) {
  const calls = { ping: 0, commit: 0 };
  const store: Pick<Store, "ping" | "commit"> = {
    async ping() {
      calls.ping += 1;
    },
    async commit() {
      calls.commit += 1;
      fail();
      return { outcome: "committed", swept: [] };
    },
  };
  return { calls, store };
}

describe("a node", () => {
  test(proves("is ready only if its store writes", "threat 62"), async () => {
    const { store } = counting(() => {
      throw new StoreUnavailable("the disk is full");
    });
    expect(await readinessOf(store).isReady()).toBe(false);
  });

  test("is ready though it is busy", async () => {
    const { store } = counting(() => {
      throw new StoreBusy();
    });
    expect(await readinessOf(store).isReady()).toBe(true);
  });

  test(proves("writes once a second, however often strangers ask", "threat 62"), async () => {
    const { calls, store } = counting();
    const { isReady, pass } = readinessOf(store);
    await Promise.all(Array.from({ length: 100 }, isReady));
    pass(999);
    await isReady();
    expect(calls).toEqual({ ping: 1, commit: 1 });
    pass(1);
    await isReady();
    expect(calls).toEqual({ ping: 2, commit: 2 });
  });

  test("asks once while a slow store is asked", async () => {
    const release = Promise.withResolvers<void>();
    const { calls, store } = counting();
    const { isReady, pass } = readinessOf({ ...store, ping: () => store.ping().then(() => release.promise) });
    const first = isReady();
    pass(60_000);
    const second = isReady();
    release.resolve();
    expect(await Promise.all([first, second])).toEqual([true, true]);
    expect(calls).toEqual({ ping: 1, commit: 1 });
  });

  test(
    proves("whose store cannot write says so in one line, and that it can again", "threat 62"),
    async () => {
      const server = await startTestServer();
      try {
        const { commit } = server.context.store;
        let isFull = true;
        server.context.store.commit = async (wanted) => {
          if (isFull && wanted.urgent !== true)
            throw new StoreUnavailable("full", { advice: "Free some space." });
          return commit(wanted);
        };
        const levels = () =>
          server.logged
            .map((line) => JSON.parse(line))
            .filter(({ message }) => message.startsWith("the database"));
        for (let count = 0; count < 3; count += 1) {
          expect((await server.fetch("/readyz")).status).toBe(503);
          expect((await server.fetch("/healthz")).status).toBe(200);
          server.clock.advance(1);
        }
        expect(levels()).toMatchObject([{ level: "error", advice: "Free some space." }]);
        isFull = false;
        expect((await server.fetch("/readyz")).status).toBe(200);
        expect(levels()).toMatchObject([{ level: "error" }, { level: "info" }]);
      } finally {
        await server.close();
      }
    },
  );
});

test(proves("an outage goes on while only access can be ended", "threat 62"), async () => {
  const { store, close } = await openTemporary();
  const told: string[] = [];
  let isFull = true;
  const watched = watchStore(
    {
      ...store,
      async commit(commit) {
        if (isFull && commit.urgent !== true) throw new StoreUnavailable("full");
        return store.commit(commit);
      },
    },
    { began: () => told.push("began"), goesOn: () => {}, ended: () => told.push("ended") },
  );
  const isRefused = () =>
    watched.commit({ changes: [] }).then(
      () => false,
      () => true,
    );
  for (let count = 0; count < 2; count += 1) {
    expect(await isRefused()).toBe(true);
    await watched.commit({ changes: [], urgent: true });
  }
  expect(told).toEqual(["began"]);
  isFull = false;
  expect(await isRefused()).toBe(false);
  expect(told).toEqual(["began", "ended"]);
  await close();
});

test(
  proves("an outage of some requests among others is told by the minute, not by the request", "threat 62"),
  async () => {
    const { store, close } = await openTemporary();
    const told: string[] = [];
    let time = 0;
    let isAway = false;
    const watched = watchStore(
      {
        ...store,
        ping: async () => {
          if (isAway) throw new StoreUnavailable("the worker is away");
        },
      },
      {
        began: () => told.push("began"),
        goesOn: (_, failed) => told.push(`${failed} failed`),
        ended: (failed) => told.push(`ended, ${failed} failed`),
      },
      null,
      { millis: () => time },
    );
    const ask = async (away: boolean) => {
      isAway = away;
      await watched.ping().catch(() => {});
    };
    // Calls for its rows fail, and those for others do not, ten times a second for three minutes.
    for (; time < 180_000; time += 100) {
      await ask(true);
      await ask(false);
    }
    expect(told.slice(0, 3)).toEqual(["began", "ended, 0 failed", "began"]);
    expect(told.slice(3)).toEqual(["600 failed", "600 failed"]);
    // It is over when nothing has failed for a minute.
    for (; time < 260_000; time += 100) await ask(false);
    expect(told.slice(5)).toEqual(["ended, 598 failed"]);
    // The next one is an outage of its own again.
    time += 60_000;
    await ask(true);
    await ask(false);
    expect(told.slice(6)).toEqual(["began", "ended, 0 failed"]);
    await close();
  },
);

describe("on PostgreSQL", () => {
  let postgres: PostgresServer;
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(() => postgres.stop());

  test(
    proves("a node whose server only reads is not ready, until it writes again", "threat 62"),
    async () => {
      const url = await postgres.createDatabase();
      const store = await openPostgresStore({ url, connections: 2 });
      const name = new URL(url).pathname.slice(1);
      const readOnly = async (set: string) => {
        await postgres.execute(`ALTER DATABASE ${name} ${set}`);
        await postgres.execute(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`,
        );
      };
      const becomes = async (wanted: boolean) => {
        const { isReady, pass } = readinessOf(store);
        // A connection that was ended fails once.
        while ((await isReady()) !== wanted) {
          await Bun.sleep(20);
          pass(1000);
        }
      };
      try {
        await becomes(true);
        await readOnly("SET default_transaction_read_only = on");
        await becomes(false);
        // New connections read, and still do not write.
        while (
          !(await store.ping().then(
            () => true,
            () => false,
          ))
        )
          await Bun.sleep(20);
        const { isReady } = readinessOf(store);
        expect(await isReady()).toBe(false);
        await readOnly("RESET default_transaction_read_only");
        await becomes(true);
      } finally {
        await store.close();
      }
    },
  );
});
