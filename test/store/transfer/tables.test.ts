/** A copy must include every table and column: a forgotten one would be lost silently. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { sqlName } from "../../../src/store/declare.ts";
import { TABLES } from "../../../src/store/tables.ts";
import { type FixtureEngine, postgresEngine, sqliteEngine } from "../fixtures/databases.ts";
import { type PostgresServer, startPostgres } from "../postgres/server.ts";

let postgres: PostgresServer;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());

/** `table.column` for every column of a new database. */
async function columnsOf(engine: FixtureEngine): Promise<string[]> {
  const database = await engine.create();
  try {
    await (await database.open()).close();
    return (await engine.shape(database)).map((line) => line.split(" ")[0] ?? "").toSorted();
  } finally {
    database.remove();
  }
}

const declared = TABLES.flatMap(({ name, columns }) =>
  Object.keys(columns).map((column) => `${name}.${sqlName(column)}`),
);
const shards = TABLES.flatMap(({ name, shard }) => (shard === null ? [] : [`${name}.shard`]));

test("every column of the embedded database is declared, and so copied", async () => {
  expect(await columnsOf(sqliteEngine)).toEqual(declared.toSorted());
});

test("every column of PostgreSQL is declared, but for shards, which are computed, and its version", async () => {
  const own = ["schema_version.singleton", "schema_version.version"];
  expect(await columnsOf(postgresEngine(postgres))).toEqual([...declared, ...shards, ...own].toSorted());
});
