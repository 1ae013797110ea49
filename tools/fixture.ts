/**
 * `bun tools/fixture.ts`: writes a database of this version, for both engines, to test/store/fixtures/. To be run before
 * a step is added to the migrations: from then on a test opens what was written with every later version.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { systemRandom } from "../src/platform/random.ts";
import { type FixtureEngine, postgresEngine, sqliteEngine } from "../test/store/fixtures/databases.ts";
import { askEverything } from "../test/store/fixtures/questions.ts";
import { FIXTURE_CONFIGURATION, seed } from "../test/store/fixtures/seed.ts";
import { startPostgres } from "../test/store/postgres/server.ts";
import { startTestServer, TestClock } from "../test/support/server.ts";

const FOLDER = join(import.meta.dir, "../test/store/fixtures");
/** When everything in a fixture happens: 2027-01-15. */
const BEGINS_AT = 1_800_000_000;

async function writeFixture(engine: FixtureEngine): Promise<void> {
  const name = join(FOLDER, `${engine.name}-${engine.version}`);
  if (existsSync(`${name}.sql`)) {
    console.log(`${name}.sql is there already: a fixture is written once.`);
    return;
  }
  const database = await engine.create();
  const store = await database.open();
  const clock = new TestClock();
  clock.freeze(BEGINS_AT);
  const key = systemRandom(32);
  const opened = { store, close: () => store.close() };
  const server = await startTestServer(FIXTURE_CONFIGURATION, { opened, key, clock });
  const secrets = await seed(server);
  const now = clock.seconds();
  const facts = { now, key: key.toHex(), secrets, answers: await askEverything(store, secrets, now) };
  await server.close();
  const rows = await engine.rows(database);
  database.remove();
  await Bun.write(`${name}.sql`, `${engine.schema}\n-- rows\n${rows.join("\n")}\n`);
  await Bun.write(`${name}.json`, `${JSON.stringify(facts, null, 2)}\n`);
}

await writeFixture(sqliteEngine);
const server = await startPostgres();
try {
  await writeFixture(postgresEngine(server));
} finally {
  await server.stop();
}
