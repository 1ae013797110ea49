/** What a copy takes along must be all that there is: a table or column that is forgotten would be lost in silence. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { PORTABLE_TABLES } from "../../../src/store/transfer/tables.ts";
import { type FixtureEngine, postgresEngine, sqliteEngine } from "../fixtures/databases.ts";
import { type PostgresServer, startPostgres } from "../postgres/server.ts";

let postgres: PostgresServer;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());

/** `table.column` of everything in a new database. */
async function columnsOf(engine: FixtureEngine): Promise<string[]> {
  const database = await engine.create();
  try {
    await (await database.open()).close();
    const lines = await engine.shape(database);
    // Functions have no dot in their names.
    return lines.map((line) => line.split(" ")[0] ?? "").filter((name) => /^\w+\.\w+$/.test(name));
  } finally {
    database.remove();
  }
}

const columns = PORTABLE_TABLES.flatMap((table) => table.columns.map(({ name }) => `${table.name}.${name}`));
const derived = PORTABLE_TABLES.flatMap((table) => table.derived.map(({ name }) => `${table.name}.${name}`));

test("every column of the embedded database is copied, but for its coarse index and what counts rows", async () => {
  const own = [
    "client_revision.singleton",
    "client_revision.revision",
    "expiry_batches.slot",
    "expiry_batches.batch",
    "server_key.singleton",
  ];
  const sequence = ["sqlite_sequence.name", "sqlite_sequence.seq"];
  // A client's secrets are within its metadata there.
  const shared = columns.filter((name) => name !== "clients.secrets");
  expect((await columnsOf(sqliteEngine)).toSorted()).toEqual([...shared, ...own, ...sequence].toSorted());
});

test("every column of PostgreSQL is copied or computed, but for its locks and its version", async () => {
  const own = ["locks.name", "tessera_schema.singleton", "tessera_schema.version", "server_key.singleton"];
  expect((await columnsOf(postgresEngine(postgres))).toSorted()).toEqual(
    [...columns, ...derived, ...own].toSorted(),
  );
});
