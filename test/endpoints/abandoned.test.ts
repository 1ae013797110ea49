/**
 * Threat class 42: strangers who begin flows and never come back. However long they go on, and from however many
 * addresses, limits and lifetimes bound what they leave. It is removed by itself, and its room is used again.
 */

import { afterAll, beforeAll, expect, test } from "bun:test";
import { removeAllExpired } from "../../src/operations/housekeeping.ts";
import { POLLED_REMEMBERED_SECONDS } from "../../src/rules/polling.ts";
import { ANSWER_SECONDS, PUSHED_REQUEST_REMEMBERED_SECONDS } from "../../src/rules/pushed-request.ts";

import {
  type FixtureDatabase,
  type FixtureEngine,
  postgresEngine,
  sqliteEngine,
} from "../store/fixtures/databases.ts";
import { type PostgresServer, startPostgres } from "../store/postgres/server.ts";
import { authorizePath } from "../support/code-flow.ts";
import { figure } from "../support/figures.ts";
import { jsonOf, textOf } from "../support/flows.ts";
import { proves } from "../support/proves.ts";
import { postPush, pushedPath } from "../support/pushed.ts";
import { PATIENCE_MILLIS, scaled } from "../support/scale.ts";
import { startTestServer, TestClock, type TestServer } from "../support/server.ts";

const WINDOW_SECONDS = 600;
const REGISTRATIONS = 5;
const DEVICES = 10;
const UNUSED_SECONDS = 1800;
const DEVICE_SECONDS = 60;
const PUSHED = 10;
/** The interval of the clean-up. */
const CLEAN_UP_SECONDS = 200;
/** Three times the longest lifetime of anything that a stranger leaves. */
const ROUNDS = 66;
const ADDRESSES = scaled(8);

/** The most that one address can have at once: as many as its limit allows while the first of them is kept. */
const kept = (limit: number, seconds: number): number =>
  limit * (Math.ceil((seconds + CLEAN_UP_SECONDS) / WINDOW_SECONDS) + 1);
/** By table; no other table may get a row. */
const BOUNDS: Readonly<Record<string, number>> = {
  clients: ADDRESSES * kept(REGISTRATIONS, UNUSED_SECONDS),
  device_codes: ADDRESSES * kept(DEVICES, DEVICE_SECONDS + POLLED_REMEMBERED_SECONDS),
  pushed_requests: ADDRESSES * kept(PUSHED, ANSWER_SECONDS + PUSHED_REQUEST_REMEMBERED_SECONDS),
};

let postgres: PostgresServer;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());

/** Every table in which a stranger's request could store a row. */
const TABLES = [
  "clients",
  "grants",
  "codes",
  "device_codes",
  "pushed_requests",
  "sessions",
  "once",
  "consents",
  "access_tokens",
  "refresh_tokens",
];

const ENGINES: Record<string, { open: () => FixtureEngine; bytes: string; tidy: string | null }> = {
  SQLite: {
    open: () => sqliteEngine,
    bytes: "SELECT page_count * page_size AS value FROM pragma_page_count, pragma_page_size",
    tidy: null,
  },
  PostgreSQL: {
    open: () => postgresEngine(postgres),
    bytes: `SELECT sum(pg_total_relation_size(c.oid)) AS value FROM pg_class c
            WHERE c.relkind = 'r' AND c.relnamespace = 'tessera'::regnamespace`,
    // As its own autovacuum does every minute.
    tidy: "VACUUM",
  },
};

/** Begins every flow that a stranger can begin, one after the other from one address. */
async function begin(server: TestServer, address: string): Promise<number> {
  const form = { "Content-Type": "application/x-www-form-urlencoded" };
  const body = "client_id=television&scope=mail.read";
  const registration = JSON.stringify({ redirect_uris: ["https://stranger.example/callback"] });
  let requests = 0;
  const send = async (path: string, init: RequestInit = {}) => {
    const { status } = await server.fetch(path, { ...init, address });
    requests += 1;
    if (![200, 201, 303, 429].includes(status)) throw new Error(`${path} was answered ${status}`);
  };
  // Three times as many as the limits allow.
  for (let count = 0; count < REGISTRATIONS; count += 1) {
    await send("/auth/register", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: registration,
    });
    await send(authorizePath());
  }
  for (let count = 0; count < DEVICES; count += 1) {
    await send("/auth/device", { method: "POST", headers: form, body });
  }
  // A browser comes with each, so that it is kept for as long as a person would need.
  const spa = { client_id: "spa", redirect_uri: "https://spa.example/" };
  for (let count = 0; count < PUSHED; count += 1) {
    const pushed = await postPush(server, spa, undefined, address);
    requests += 1;
    if (pushed.status === 429) continue;
    await send(pushedPath(textOf(await jsonOf(pushed), "request_uri"), "spa"));
  }
  return requests;
}

for (const [name, { open, bytes, tidy }] of Object.entries(ENGINES)) {
  test(
    proves(
      `abandoned requests leave a bounded number of rows on ${name}, none in the end, and their room is used again`,
      "threat 42",
    ),
    async () => {
      const database: FixtureDatabase = await open().create();
      const store = await database.open();
      const clock = new TestClock();
      clock.freeze();
      const server = await startTestServer(
        {
          lifetimes: { device_code_seconds: DEVICE_SECONDS },
          registration: { unused_seconds: UNUSED_SECONDS },
          limits: {
            registrations_per_address: REGISTRATIONS,
            registration_window_seconds: WINDOW_SECONDS,
            device_requests_per_address: DEVICES,
            device_request_window_seconds: WINDOW_SECONDS,
            pushed_requests_per_address: PUSHED,
            pushed_requests_of_strangers: 1_000_000,
            pushed_request_window_seconds: WINDOW_SECONDS,
          },
        },
        { opened: { store, close: () => store.close() }, clock },
      );
      const ask = async (sql: string) => Number((await database.execute(sql))[0]?.value);
      const countRows = async () => {
        const counts = TABLES.map((table) => `(SELECT count(*) FROM ${table}) AS ${table}`);
        const [row = {}] = await database.execute(`SELECT ${counts.join(", ")}`);
        return new Map(TABLES.map((table) => [table, Number(row[table])]));
      };
      const cleanUp = async () => {
        await removeAllExpired(server.context);
        // The record of acts has a bound of its own, and is kept for longer than this test plays (operations/audit.test.ts).
        await database.execute("DELETE FROM audit");
        if (tidy !== null) await database.execute(tidy);
      };
      try {
        const atStart = await countRows();
        let requests = 0;
        const peaks = new Map<string, number>();
        let size = 0;
        for (let round = 1; round <= ROUNDS; round += 1) {
          const addresses = Array.from(
            { length: ADDRESSES },
            (_, index) => `10.${index >> 8}.${index & 255}.1`,
          );
          const counts = await Promise.all(addresses.map((address) => begin(server, address)));
          requests += counts.reduce((sum, count) => sum + count, 0);
          for (const [table, count] of await countRows()) {
            const added = count - (atStart.get(table) ?? 0);
            peaks.set(table, Math.max(peaks.get(table) ?? 0, added));
          }
          clock.advance(CLEAN_UP_SECONDS);
          await cleanUp();
          // By now as many rows are removed as added.
          if (round === ROUNDS / 2) size = await ask(bytes);
        }
        for (const [table, peak] of peaks) {
          const bound = BOUNDS[table] ?? 0;
          expect({ table, peak, isBounded: peak <= bound }).toEqual({ table, peak, isBounded: true });
          // Otherwise the bound would prove nothing.
          if (bound > 0) expect(peak).toBeGreaterThan(bound / 3);
        }
        const sizeAtEnd = await ask(bytes);
        expect(sizeAtEnd).toBeLessThanOrEqual(size * 1.1);

        clock.advance(
          Math.max(UNUSED_SECONDS, DEVICE_SECONDS + POLLED_REMEMBERED_SECONDS, ANSWER_SECONDS) +
            PUSHED_REQUEST_REMEMBERED_SECONDS +
            1,
        );
        await cleanUp();
        expect(await countRows()).toEqual(atStart);
        const left = Object.keys(BOUNDS).map(
          (table) => `${peaks.get(table)} ${table} (bound ${BOUNDS[table]})`,
        );
        figure(
          `${name}: ${requests} abandoned requests from ${ADDRESSES} addresses left at most ${left.join(" and ")} in ${Math.round(sizeAtEnd / 1024)} kB, and none in the end`,
        );
      } finally {
        await server.close();
        database.remove();
      }
    },
    PATIENCE_MILLIS,
  );
}
