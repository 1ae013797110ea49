/**
 * Upgrades. Under fixtures/ there is a database of every version that was released. Today's program must find in each
 * what was put there, and must not change the tables in a way that the version before could not live with.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { dirname, join } from "node:path";
import { withConnection } from "../../src/store/sqlite/driver.ts";
import { findForeign } from "../../src/store/sqlite/migrations.ts";
import {
  type FixtureDatabase,
  type FixtureEngine,
  postgresEngine,
  sqliteEngine,
} from "./fixtures/databases.ts";
import { type Fixture, loadFixture, readFixtures } from "./fixtures/load.ts";
import { askEverything } from "./fixtures/questions.ts";
import { worthSuite } from "./fixtures/worth.ts";
import { type PostgresServer, startPostgres } from "./postgres/server.ts";

let postgres: PostgresServer;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());

fixtureSuite("sqlite", () => sqliteEngine);
fixtureSuite("postgres", () => postgresEngine(postgres));

function fixtureSuite(name: FixtureEngine["name"], engine: () => FixtureEngine): void {
  const fixtures = readFixtures(name);
  test(`there is a ${name} fixture of every version`, () => {
    // The newest need not have one yet: it is written before the next step.
    const due = Array.from({ length: Math.max(1, engine().version - 1) }, (_, index) => index + 1);
    expect(fixtures.map(({ version }) => version)).toEqual(expect.arrayContaining(due));
  });
  for (const fixture of fixtures)
    describe(`${name} of version ${fixture.version}`, () => upgrade(engine, fixture));
}

function upgrade(engine: () => FixtureEngine, fixture: Fixture): void {
  const { engine: name, secrets, now } = fixture;
  const opened: (() => Promise<void> | void)[] = [];
  afterEach(async () => {
    for (const close of opened.splice(0).reverse()) await close();
  });

  const load = async (): Promise<FixtureDatabase> => {
    const database = await loadFixture(engine(), fixture);
    opened.push(database.remove);
    return database;
  };
  /** Everything that is stored, and everything that a program may rely on. */
  const contents = async (database: FixtureDatabase) => ({
    shape: await engine().shape(database),
    rows: await engine().rows(database),
  });

  test("everything in it is found as it was stored", async () => {
    const store = await (await load()).open();
    opened.push(() => store.close());
    // A later version may say more of a record, and nothing else.
    expect(await askEverything(store, secrets, now)).toMatchObject(fixture.answers);
  });

  test.if(name === "sqlite")("its tables are those of a database that is made afresh", async () => {
    const { place, open } = await load();
    expect(withConnection(place, (connection) => findForeign(connection, place))).toBeNull();
    await (await open()).close();
    expect(withConnection(place, (connection) => findForeign(connection, place))).toBeNull();
  });

  test("opening it a second time changes nothing more", async () => {
    const database = await load();
    await (await database.open()).close();
    const once = await contents(database);
    await (await database.open()).close();
    expect(await contents(database)).toEqual(once);
  });

  test("of programs that open it together, one brings it up to date", async () => {
    const alone = await load();
    await (await alone.open()).close();
    const together = await load();
    if (name === "sqlite") await openInProcesses(together);
    else await openOverConnections(together, fixture.version < engine().version);
    expect(await contents(together)).toEqual(await contents(alone));
  });

  test("the version before can work on while the tables are newer", async () => {
    const before = await load();
    const shape = await engine().shape(before);
    const after = await engine().create();
    opened.push(after.remove);
    await after.execute(fixture.schema);
    await (await after.open()).close();
    const shapeAfter = await engine().shape(after);

    const missing = shape.filter((line) => !shapeAfter.includes(line));
    expect(missing).toEqual([]);
    const tables = new Set(shape.map((line) => line.split(".")[0]));
    const required = shapeAfter.filter(
      (line) => !shape.includes(line) && line.endsWith(" required") && tables.has(line.split(".")[0]),
    );
    expect(required).toEqual([]);
    // It writes rows without what it does not know.
    await after.execute(fixture.rows);
    const store = await after.open();
    opened.push(() => store.close());
    expect(await askEverything(store, secrets, now)).toMatchObject(fixture.answers);
  });

  worthSuite(fixture, async () => {
    const database = await loadFixture(engine(), fixture);
    const store = await database.open();
    return {
      store,
      async close() {
        await store.close();
        database.remove();
      },
    };
  });
}

const TOGETHER = 4;

async function openInProcesses({ place }: FixtureDatabase): Promise<void> {
  const main = join(import.meta.dir, "../../src/main.ts");
  const programs = Array.from({ length: TOGETHER }, () =>
    Bun.spawn([process.execPath, main, "user", "list", "--data", dirname(place)], {
      stdin: "ignore",
      stdout: "pipe",
      stderr: "inherit",
    }),
  );
  for (const program of programs) {
    expect(await new Response(program.stdout).text()).toContain("Ada");
    expect(await program.exited).toBe(0);
  }
}

async function openOverConnections({ place, open }: FixtureDatabase, isOlder: boolean): Promise<void> {
  // So that all of them have seen the old version before one may begin.
  const held = isOlder ? await postgres.hold(place, "SELECT 1 FROM tessera_schema FOR UPDATE") : null;
  const opening = Promise.all(Array.from({ length: TOGETHER }, open));
  if (held !== null) await postgres.blocked(place, TOGETHER);
  await held?.release();
  for (const store of await opening) await store.close();
}
