/** Two database servers, of which one replaces the other: both have every acknowledged change. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Relay, startRelay } from "../store/postgres/relay.ts";
import { type PostgresReplica, type PostgresServer, startPostgres } from "../store/postgres/server.ts";
import { figure } from "../support/figures.ts";
import { PATIENCE_MILLIS } from "../support/scale.ts";
import { CLIENT_CREDENTIALS_FORM } from "../support/token-requests.ts";
import { newAsk } from "./support/asking.ts";
import { Ledger } from "./support/ledger.ts";
import { Clients } from "./support/load.ts";
import { moment, until } from "./support/moments.ts";
import { codesAt, expectConsistent, Nodes } from "./support/nodes.ts";

let primary: PostgresServer;
let replica: PostgresReplica;
/** The address that leads to the primary, as a proxy or a floating address does. */
let name: Relay;
let url: string;
beforeAll(async () => {
  primary = await startPostgres({ fsync: true });
  name = await startRelay(primary.port);
  url = await primary.createDatabase();
  replica = await primary.startReplica();
});
afterAll(async () => {
  await name.close();
  await primary.stop();
});

const urlAt = ({ port }: { port: number }) => url.replace(`:${primary.port}/`, `:${port}/`);

/** A client's requests for itself. Null: the server answered that it is unavailable. */
function newService(nodes: Nodes) {
  const ledger = new Ledger();
  const ask = newAsk(nodes.urls, ledger);
  return {
    ledger,
    async issue(): Promise<string | null> {
      const answer = await ask("service", "/auth/token", CLIENT_CREDENTIALS_FORM);
      return answer === null ? null : String(answer.body.access_token);
    },
    async isActive(token: string | null): Promise<unknown> {
      const answer = await ask("service", "/auth/introspect", { token: token ?? "" });
      return answer === null ? null : answer.body.active;
    },
  };
}

describe("a primary and a replica", () => {
  test(
    "a replica is neither read nor written, and is left by itself when the name leads to the primary again",
    async () => {
      await using nodes = new Nodes(1, urlAt(name));
      await nodes.start();
      const { issue, isActive, ledger } = newService(nodes);
      const token = await issue();

      name.leadTo(replica.port);
      name.cut();
      // The replica may lag behind what was acknowledged.
      expect(await isActive(token)).toBeNull();
      expect(await issue()).toBeNull();
      expect(ledger.counts.unavailable).toBe(2);

      name.leadTo(primary.port);
      await nodes.ready();
      expect(await isActive(token)).toBe(true);
      expect(await issue()).not.toBeNull();
      expect(ledger.violations).toEqual([]);
    },
    PATIENCE_MILLIS,
  );

  test(
    "while the replica is away that commits wait for, nothing is acknowledged; reads go on, and later writes",
    async () => {
      await using nodes = new Nodes(1, urlAt(name));
      await nodes.start();
      const { issue, isActive, ledger } = newService(nodes);
      const token = await issue();

      await replica.kill();
      // Twice as many as there are connections.
      expect(await Promise.all(Array.from({ length: 20 }, issue))).toEqual(Array(20).fill(null));
      expect(ledger.counts.unavailable).toBe(20);
      expect(await isActive(token)).toBe(true);

      await replica.start();
      await until("writes go on", async () => (await issue()) !== null);
      expect(await isActive(token)).toBe(true);
      expect(ledger.violations).toEqual([]);
      await until("no connection is left behind", async () => {
        const rows = await primary.execute(
          "SELECT 1 FROM pg_stat_activity WHERE application_name = 'tessera'",
        );
        return rows.length <= 10;
      });
    },
    PATIENCE_MILLIS,
  );

  test(
    "when the primary dies under load and the replica is promoted, nothing acknowledged is lost",
    async () => {
      await using nodes = new Nodes(2, urlAt(name));
      await nodes.start();
      const clients = new Clients(nodes.urls);
      const { counts, violations } = clients.ledger;
      clients.addCodes(await codesAt(url, 200));
      const load = clients.start();
      await moment(500, 1500);
      await primary.kill();
      await nodes.unready();
      await replica.promote();
      name.leadTo(replica.port);
      await nodes.ready();
      const { acknowledged } = counts;
      await until("work goes on", () => counts.acknowledged > acknowledged + 50);
      await load.stop();
      await clients.verify("all");
      await expectConsistent(urlAt(replica));
      expect(violations).toEqual([]);
      figure(
        `PostgreSQL: 1 failover to a replica survived by 2 nodes; ${counts.acknowledged} operations acknowledged, ${counts.unavailable} answered with 503, ${counts.checked} looks at tokens`,
      );
    },
    PATIENCE_MILLIS,
  );
});
