/** Runs the same tests on both engines, with access to the whole content of the database. */
import { afterAll, beforeAll, describe } from "bun:test";
import type { ConfigurationInput } from "../../src/configuration/schema.ts";
import { systemRandom } from "../../src/platform/random.ts";
import {
  type FixtureDatabase,
  type FixtureEngine,
  postgresEngine,
  sqliteEngine,
} from "../store/fixtures/databases.ts";
import { type PostgresServer, startPostgres } from "../store/postgres/server.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

export interface EngineServer extends TestServer {
  /** The file or the URL of its database. */
  readonly place: string;
  /** The server's own secret. */
  readonly key: Uint8Array;
  /** All stored rows, one line each. */
  rows(): Promise<string[]>;
}

export type StartOnEngine = (overrides?: ConfigurationInput) => Promise<EngineServer>;

/** `define` gets a function that starts a server on a new and empty database; it may be called only inside of tests. */
export function onBothEngines(define: (start: StartOnEngine) => void): void {
  describe("on SQLite", () => {
    define((overrides) => startOn(sqliteEngine, overrides));
  });
  describe("on PostgreSQL", () => {
    let postgres: PostgresServer | undefined;
    beforeAll(async () => {
      postgres = await startPostgres();
    });
    afterAll(() => postgres?.stop());
    define((overrides) => {
      if (postgres === undefined) throw new Error("There is no database outside of tests.");
      return startOn(postgresEngine(postgres), overrides);
    });
  });
}

/** A server on a new and empty database. */
export async function startOn(
  engine: FixtureEngine,
  overrides: ConfigurationInput = {},
): Promise<EngineServer> {
  const database: FixtureDatabase = await engine.createPrepared();
  const store = await database.open();
  const close = async () => {
    await store.close();
    database.remove();
  };
  const key = systemRandom(32);
  const server = await startTestServer(overrides, { opened: { store, close }, key });
  return { ...server, key, place: database.place, rows: () => engine.rows(database) };
}
