/** SIGKILL at any moment, on the embedded database: acknowledged changes are there, and ended tokens stay ended. */

import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { systemClock } from "../../src/platform/clock.ts";
import { openSqliteStore } from "../store/acts.ts";

import { figure } from "../support/figures.ts";
import { type KeptTokens, storeKeptTokens } from "../support/kept-tokens.ts";
import { PATIENCE_MILLIS, scaled } from "../support/scale.ts";
import { inconsistencies } from "./support/consistency.ts";
import { Clients } from "./support/load.ts";
import { moment, until } from "./support/moments.ts";
import { Node } from "./support/node.ts";
import { seedCodes } from "./support/seed.ts";

/** Closes the store before the crash, so that only the server leaves the database unclosed. */
async function codesFor(node: Node, count: number): Promise<string[]> {
  const store = await openSqliteStore({ file: node.databaseFile });
  const codes = await seedCodes(store, count);
  await store.close();
  return codes;
}

async function keptFor(node: Node, count: number): Promise<KeptTokens> {
  const store = await openSqliteStore({ file: node.databaseFile });
  const kept = await storeKeptTokens(store, systemClock, count);
  await store.close();
  return kept;
}

async function expectSound(node: Node): Promise<void> {
  const database = new Database(node.databaseFile, { readwrite: true });
  expect(database.query("PRAGMA integrity_check").all()).toEqual([{ integrity_check: "ok" }]);
  expect(await inconsistencies((sql) => database.query(sql).all())).toEqual([]);
  database.close();
}

test(
  "a server that is killed while it starts for the first time starts the next time",
  async () => {
    const kills = scaled(5);
    await using model = new Node();
    await model.start();
    for (let kill = 1; kill <= kills; kill += 1) {
      await using node = new Node();
      node.launch();
      // While the server makes the folder and the database.
      await moment(model.startMillis * 0.4, model.startMillis);
      await node.kill();
      await node.start();
      const clients = new Clients([node.url]);
      clients.addCodes(await codesFor(node, 5));
      const load = clients.start();
      await Bun.sleep(20);
      await load.stop();
      await clients.verify("all");
      expect(clients.ledger.violations).toEqual([]);
      expect(clients.ledger.counts.acknowledged).toBeGreaterThan(0);
      await expectSound(node);
    }
    figure(`SQLite: ${kills} kills during a first start survived`);
  },
  PATIENCE_MILLIS,
);

test(
  "a server that is killed under load, again and again, loses nothing that it acknowledged",
  async () => {
    const kills = scaled(14);
    await using node = new Node();
    await node.start();
    const clients = new Clients([node.url]);
    clients.addKept(await keptFor(node, 6));
    let killsInStart = 0;
    for (let kill = 1; kill <= kills; kill += 1) {
      clients.addCodes(await codesFor(node, 60));
      const load = clients.start();
      await moment(50, 500);
      await node.kill();
      await load.stop();
      if (kill % 3 === 0) {
        // The server may also die while it repairs the last crash.
        node.launch();
        await moment(node.startMillis * 0.3, node.startMillis);
        await node.kill();
        killsInStart += 1;
      }
      await node.start();
      await clients.verify(kill === kills ? "all" : "some");
      await expectSound(node);
      expect(clients.ledger.violations).toEqual([]);
    }
    const { acknowledged, unanswered, checked } = clients.ledger.counts;
    expect(acknowledged).toBeGreaterThan(kills);
    expect(unanswered).toBeGreaterThan(0);
    figure(
      `SQLite: ${kills} kills under load and ${killsInStart} while starting survived; ${acknowledged} operations acknowledged, ${unanswered} left without an answer, ${checked} looks at tokens`,
    );
  },
  PATIENCE_MILLIS,
);

test(
  "of several processes any may be killed: the others go on, it is started again, and nothing is lost",
  async () => {
    const kills = scaled(2);
    await using node = new Node({ flags: ["--workers", "2"] });
    await node.start();
    const clients = new Clients([node.url]);
    const { counts } = clients.ledger;
    for (let kill = 1; kill <= kills; kill += 1) {
      clients.addCodes(await codesFor(node, 80));
      const load = clients.start();
      await moment(50, 300);
      // Twice: the replacement dies before it is ready.
      for (let time = 1; time <= 2; time += 1) {
        const { acknowledged } = counts;
        const [worker = 0] = await node.workers();
        process.kill(worker, "SIGKILL");
        await until("the other process goes on alone", () => counts.acknowledged > acknowledged + 20);
        await until("another worker is started", async () => {
          const [another = worker] = await node.workers();
          return another !== worker;
        });
      }
      await moment(50, 300);
      await load.stop();
      await clients.verify("some");

      clients.addCodes(await codesFor(node, 60));
      const beforeTheMainProcess = clients.start();
      await moment(50, 400);
      await node.kill();
      await beforeTheMainProcess.stop();
      await node.start();
      await clients.verify(kill === kills ? "all" : "some");
      await expectSound(node);
      expect(clients.ledger.violations).toEqual([]);
    }
    figure(
      `SQLite, two processes: ${2 * kills} kills of a worker and ${kills} of the main process survived; ${counts.acknowledged} operations acknowledged, ${counts.checked} looks at tokens`,
    );
  },
  PATIENCE_MILLIS,
);
