/**
 * Crashes of the database, of the network and of the nodes: clients get true answers, and no acknowledged change is
 * lost.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Relay, startRelay } from "../store/postgres/relay.ts";
import { type PostgresServer, startPostgres } from "../store/postgres/server.ts";
import { figure } from "../support/figures.ts";
import { PATIENCE_MILLIS, scaled } from "../support/scale.ts";
import { Clients } from "./support/load.ts";
import { moment, until } from "./support/moments.ts";
import {
  codesAt,
  expectConsistent,
  LONG_PATIENCE_SECONDS,
  Nodes,
  SHORT_PATIENCE_SECONDS,
} from "./support/nodes.ts";

let server: PostgresServer;
let relay: Relay;
beforeAll(async () => {
  server = await startPostgres({ fsync: true });
  relay = await startRelay(server.port);
});
afterAll(async () => {
  await relay.close();
  await server.stop();
});

const throughRelay = (url: string): string => url.replace(`:${server.port}/`, `:${relay.port}/`);

/** Two nodes, and a repeated fault under load: they keep every acknowledged change from before, meanwhile and after. */
async function crash(
  options: { url: string; through?: string; times: number; patienceSeconds?: number },
  fault: (time: number, nodes: Nodes, counts: Clients["ledger"]["counts"]) => Promise<void>,
): Promise<Clients["ledger"]["counts"]> {
  const { url, through = url, times, ...patience } = options;
  await using nodes = new Nodes(2, through, patience);
  await nodes.start();
  const clients = new Clients(nodes.urls);
  const { counts, violations } = clients.ledger;
  for (let time = 1; time <= times; time += 1) {
    clients.addCodes(await codesAt(url, 50));
    const load = clients.start();
    await moment(100, 400);
    await fault(time, nodes, counts);
    await nodes.ready();
    const { acknowledged } = counts;
    await until("work goes on", () => counts.acknowledged > acknowledged + 30);
    await load.stop();
    await clients.verify(time === times ? "all" : "some");
    await expectConsistent(url);
    expect(violations).toEqual([]);
  }
  return counts;
}

const summary = ({ acknowledged, unavailable, unanswered, checked }: Clients["ledger"]["counts"]) =>
  `${acknowledged} operations acknowledged, ${unavailable} answered with 503, ${unanswered} not answered, ${checked} looks at tokens`;

describe("on PostgreSQL", () => {
  test(
    "a database that is killed under load loses nothing that was acknowledged, and the nodes find it again",
    async () => {
      const times = scaled(4);
      const url = await server.createDatabase();
      // With this default the server would lose the last half second; the nodes override it.
      await server.execute(`ALTER DATABASE ${new URL(url).pathname.slice(1)} SET synchronous_commit = off`);
      const counts = await crash({ url, times }, async (time, nodes, counts) => {
        if (time % 2 === 1) {
          await server.kill();
          await nodes.unready();
          await server.start();
        } else {
          // When one of its processes dies, the server ends all of them and restarts by itself.
          const [connection] = await server.execute(
            "SELECT pid FROM pg_stat_activity WHERE application_name = 'tessera' LIMIT 1",
          );
          const { unavailable } = counts;
          process.kill(Number(connection?.pid), "SIGKILL");
          await until("the nodes notice", () => counts.unavailable > unavailable);
        }
      });
      figure(`PostgreSQL: ${times} crashes of the database survived; ${summary(counts)}`);
    },
    PATIENCE_MILLIS,
  );

  test(
    "a node that is killed under load takes nothing with it, and the other goes on",
    async () => {
      const times = scaled(2);
      const url = await server.createDatabase();
      const counts = await crash({ url, times }, async (time, nodes, counts) => {
        const node = nodes.all[time % 2];
        await node?.kill();
        const { acknowledged } = counts;
        await until("the other goes on", () => counts.acknowledged > acknowledged + 30);
        await node?.start();
      });
      figure(`PostgreSQL: ${times} kills of a node survived; ${summary(counts)}`);
    },
    PATIENCE_MILLIS,
  );

  test.each<[string, (counts: Clients["ledger"]["counts"]) => Promise<void>, patienceSeconds: number]>([
    [
      "connections that break while a statement is on its way",
      async (counts) => {
        relay.breakInStatement();
        const { unavailable } = counts;
        await until("nodes notice", () => counts.unavailable > unavailable + 30);
      },
      SHORT_PATIENCE_SECONDS,
    ],
    [
      "connections that break after the commit, when the answer is on its way",
      async (counts) => {
        relay.breakAtAnswer();
        const { unavailable } = counts;
        await until("nodes notice", () => counts.unavailable > unavailable + 30);
      },
      SHORT_PATIENCE_SECONDS,
    ],
    [
      "connections that all break at once, again and again",
      async () => {
        for (let time = 1; time <= 8; time += 1) {
          relay.cut();
          await moment(20, 100);
        }
      },
      SHORT_PATIENCE_SECONDS,
    ],
    [
      "a network that swallows everything for a while",
      async (counts) => {
        relay.swallow();
        const { unavailable } = counts;
        await until("nodes notice", () => counts.unavailable > unavailable);
      },
      SHORT_PATIENCE_SECONDS,
    ],
    [
      "a way that takes 50 to 200 ms, now more, now less",
      async (counts) => {
        const { unavailable } = counts;
        for (let time = 1; time <= 8; time += 1) {
          relay.delay(50 + Math.random() * 150);
          await moment(100, 200);
        }
        expect(counts.unavailable).toBe(unavailable);
      },
      // A slow network is no outage, and on a slow machine an answer may take the second of the short patience.
      LONG_PATIENCE_SECONDS,
    ],
  ])(
    "%s: nobody is told what is not so, and nothing is lost",
    async (what, fault, patienceSeconds) => {
      const url = await server.createDatabase();
      const times = scaled(1);
      const counts = await crash(
        { url, through: throughRelay(url), times, patienceSeconds },
        async (_time, _nodes, counts) => {
          try {
            await fault(counts);
          } finally {
            relay.heal();
          }
        },
      );
      figure(`PostgreSQL: ${what}: ${summary(counts)}`);
    },
    PATIENCE_MILLIS,
  );
});
