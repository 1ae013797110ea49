/**
 * Upgrades. No step has been released yet, so the tests bring their own (fixtures/next.ts). After an upgrade, the
 * database has all earlier rows and the shape of a new one. A program with an older schema must refuse to open it, but
 * goes on if it has it open.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseRefused, insert, type Store, update } from "../../src/store/contract.ts";
import { SCHEMA, type Schema } from "../../src/store/schema.ts";
import { withConnection } from "../../src/store/sqlite/driver.ts";
import { findForeign } from "../../src/store/sqlite/migrations.ts";
import {
  type FixtureDatabase,
  type FixtureEngine,
  postgresEngine,
  sqliteEngine,
} from "./fixtures/databases.ts";
import { everything, writeEverything } from "./fixtures/everything.ts";
import { BROKEN, badges, NEXT, nextAccounts, SECOND, THIRD } from "./fixtures/next.ts";
import { askEverything } from "./fixtures/questions.ts";
import { type PostgresServer, startPostgres } from "./postgres/server.ts";
import { newAccount, newClient } from "./records.ts";
import { copyBetween, emptySqlite, postgresDatabase } from "./transfer/places.ts";

let postgres: PostgresServer;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());

upgradeSuite("SQLite", () => sqliteEngine);
upgradeSuite("PostgreSQL", () => postgresEngine(postgres));

function upgradeSuite(name: string, engine: () => FixtureEngine): void {
  describe(`a database on ${name}`, () => {
    const opened: (() => Promise<void> | void)[] = [];
    afterEach(async () => {
      for (const close of opened.splice(0).reverse()) await close();
    });

    const create = async (): Promise<FixtureDatabase> => {
      const database = await engine().create();
      opened.push(database.remove);
      return database;
    };
    /** With rows of every kind in version 1. */
    const createFull = async (): Promise<FixtureDatabase> => {
      const database = await create();
      if (engine().name === "sqlite") await writeEverything(database.place);
      else {
        const filled = emptySqlite();
        opened.push(filled.remove);
        await writeEverything(filled.where);
        await copyBetween(filled, postgresDatabase(database.place));
      }
      return database;
    };
    const open = async (database: FixtureDatabase, schema?: Schema) => {
      const store = await database.open(schema);
      opened.push(() => store.close());
      return store;
    };
    const openAndClose = async (database: FixtureDatabase, schema: Schema) =>
      (await database.open(schema)).close();
    /** All stored rows, and the shape that a program may rely on. */
    const contents = async (database: FixtureDatabase) => ({
      shape: await engine().shape(database),
      rows: await engine().rows(database),
      version: await versionOf(database),
    });
    const versionOf = async (database: FixtureDatabase): Promise<unknown> => {
      const sql =
        engine().name === "sqlite"
          ? "SELECT user_version AS version FROM pragma_user_version"
          : "SELECT version FROM schema_version";
      return (await database.execute(sql))[0]?.version;
    };
    const newest = async (schema: Schema) => {
      const database = await create();
      await openAndClose(database, schema);
      return (await engine().shape(database)).toSorted();
    };

    for (const [from, schema] of [
      [1, SCHEMA],
      [2, SECOND],
    ] as const) {
      test(`of version ${from} takes the steps from there, and is then as a new one`, async () => {
        const database = await create();
        await openAndClose(database, schema);
        expect(await versionOf(database)).toBe(from);
        await openAndClose(database, THIRD);
        expect(await versionOf(database)).toBe(3);
        expect((await engine().shape(database)).toSorted()).toEqual(await newest(THIRD));
      });
    }

    test("keeps everything that is in it, and has room for what is new", async () => {
      const { secrets, now } = await everything();
      const database = await createFull();
      const before = await open(database);
      const answers = await askEverything(before, secrets, now);
      await before.close();
      const rows = await engine().rows(database);

      const store = await open(database, THIRD);
      expect(await askEverything(store, secrets, now)).toEqual(answers);
      const unchanged = (await engine().rows(database)).filter(
        (line) => !line.startsWith("INSERT INTO accounts"),
      );
      expect(unchanged).toEqual(rows.filter((line) => !line.startsWith("INSERT INTO accounts")));

      const [account] = await store.list(nextAccounts, { limit: 1 });
      const subject = account?.subject ?? null;
      if (account === undefined || subject === null) throw new Error("no person is there");
      expect(account.nickname).toBeNull();
      const badge = { subject, kind: "brave", colour: "gold" };
      const outcome = await store.commit({
        changes: [
          update(nextAccounts, { subject }, { nickname: null }, { nickname: "Countess" }),
          insert(badges, badge),
        ],
      });
      expect(outcome.outcome).toBe("committed");
      const found = await store.look(NEXT, { subject, kind: "brave" });
      expect(found).toEqual({ account: { ...account, nickname: "Countess" }, badge });
    });

    test("is not changed by being opened again", async () => {
      const database = await createFull();
      await openAndClose(database, THIRD);
      const once = await contents(database);
      await openAndClose(database, THIRD);
      expect(await contents(database)).toEqual(once);
    });

    test("that a newer version has brought up to date is refused, and not touched", async () => {
      const database = await create();
      await openAndClose(database, THIRD);
      const before = await contents(database);
      for (const [known, schema] of [
        [1, SCHEMA],
        [2, SECOND],
      ] as const) {
        const opening = database.open(schema);
        await expect(opening).rejects.toBeInstanceOf(DatabaseRefused);
        await expect(opening).rejects.toThrow(
          `was written by a newer version of Tessera (schema 3; this version knows schema ${known}). Start the newer version, or restore a backup from before the upgrade.`,
        );
      }
      expect(await contents(database)).toEqual(before);
    });

    test("is worked on by the version that has it open, while a newer one brings it up to date", async () => {
      const database = await create();
      const old = await open(database);
      const [client, account] = [newClient(), newAccount()];
      expect(await old.createClient(client)).toBe(true);
      const store: Store = await open(database, THIRD);
      expect(await old.createAccount(account)).toBe(true);
      expect(await old.findClient(client.clientId)).toEqual(client);
      const { subject } = account;
      const found = await store.look(NEXT, { subject, kind: "" });
      expect(found.account).toEqual({ ...account, nickname: null });
      await store.commit({
        changes: [update(nextAccounts, { subject }, {}, { nickname: "Al", revision: 1 })],
      });
      expect(await old.setPassword(subject, "new")).toBe(true);
      const changed = (await store.look(NEXT, { subject, kind: "" })).account;
      expect(changed).toEqual({ ...account, nickname: "Al", revision: 2, passwordHash: "new" });
    });

    test("stays as it was if a step fails", async () => {
      const database = await createFull();
      const before = await contents(database);
      await expect(database.open(BROKEN)).rejects.toThrow("no_such_table");
      expect(await contents(database)).toEqual(before);
      await openAndClose(database, THIRD);
      expect(await versionOf(database)).toBe(3);
    });

    test("that programs open together is brought up to date by one of them", async () => {
      const alone = await createFull();
      await openAndClose(alone, THIRD);
      const together = await createFull();
      if (engine().name === "sqlite") await openInProcesses(together);
      else await openOverConnections(together);
      expect(await contents(together)).toEqual(await contents(alone));
    });

    test("that programs open together when it is new is made by one of them", async () => {
      const database = await create();
      if (engine().name === "sqlite") await openInProcesses(database);
      else for (const store of await Promise.all(programs(() => database.open(THIRD)))) await store.close();
      expect((await engine().shape(database)).toSorted()).toEqual(await newest(THIRD));
    });
  });
}

const programs = <Result>(start: () => Result): Result[] => Array.from({ length: 4 }, start);

async function openInProcesses({ place }: FixtureDatabase): Promise<void> {
  const script = join(import.meta.dir, "sqlite/processes/upgrade.ts");
  const running = programs(() => {
    const child = Bun.spawn([process.execPath, script, place], {
      stdin: "pipe",
      stdout: "pipe",
      stderr: "inherit",
    });
    return { child, output: child.stdout.getReader() };
  });
  const next = async ({ output }: (typeof running)[number]) =>
    new TextDecoder().decode((await output.read()).value);
  expect(await Promise.all(running.map(next))).toEqual(programs(() => "ready\n"));
  for (const { child } of running) {
    child.stdin.write("go\n");
    child.stdin.flush();
  }
  expect(await Promise.all(running.map(next))).toEqual(programs(() => "opened\n"));
  expect(await Promise.all(running.map(({ child }) => child.exited))).toEqual(programs(() => 0));
}

async function openOverConnections({ place, open }: FixtureDatabase): Promise<void> {
  // So that all of them see the old version before one may begin.
  const held = await postgres.hold(place, "SELECT 1 FROM schema_version FOR UPDATE");
  const opening = Promise.all(programs(() => open(THIRD)));
  await postgres.blocked(place, programs(() => null).length);
  await held.release();
  for (const store of await opening) await store.close();
}

describe("the schema of an embedded database", () => {
  const foreignIn = ({ place }: FixtureDatabase, schema?: Schema) =>
    withConnection(place, (connection) => findForeign(connection, schema));

  test("is what is declared, when it is new and after its steps, and nothing else", async () => {
    const database = await sqliteEngine.create();
    await (await database.open()).close();
    expect(foreignIn(database)).toBeNull();
    expect(foreignIn(database, THIRD)).not.toBeNull();
    await (await database.open(THIRD)).close();
    expect(foreignIn(database, THIRD)).toBeNull();
    expect(foreignIn(database)).toBe("accounts");
    database.remove();
  });

  test.each([
    ["a column more", "ALTER TABLE grants ADD COLUMN extra TEXT", "grants"],
    ["a table more", "CREATE TABLE extra (x)", "extra"],
    ["an index more", "CREATE INDEX extra ON grants (via)", "extra"],
    ["an index less", "DROP INDEX grants_by_client_id", "grants_by_client_id"],
    ["a table less", "DROP TABLE once", "once"],
    ["a trigger", "CREATE TRIGGER extra AFTER INSERT ON grants BEGIN SELECT 1; END", "extra"],
    ["a view in place of a table", "DROP TABLE once; CREATE VIEW once AS SELECT 1 AS kind", "once"],
    [
      "an index that is unique and should not be",
      "DROP INDEX grants_by_client_id; CREATE UNIQUE INDEX grants_by_client_id ON grants (client_id)",
      "grants_by_client_id",
    ],
  ])("is another with %s", async (_, sql, named) => {
    const database = await sqliteEngine.create();
    await (await database.open()).close();
    withConnection(database.place, (connection) => {
      for (const statement of sql.split(/; (?=CREATE)/)) connection.execute(statement);
    });
    expect(foreignIn(database)).toContain(named);
    database.remove();
  });
});

describe("a database of the preview is refused with a clear sentence, and not touched:", () => {
  test("an embedded one", async () => {
    const database = await sqliteEngine.create();
    withConnection(database.place, (connection) => {
      connection.execute("CREATE TABLE clients (client_id TEXT) STRICT");
      connection.execute("INSERT INTO clients VALUES ('precious')");
      connection.execute(`PRAGMA application_id = ${0x54657373}`);
      connection.execute("PRAGMA user_version = 3");
    });
    const before = readFileSync(database.place);
    const opening = database.open();
    await expect(opening).rejects.toBeInstanceOf(DatabaseRefused);
    await expect(opening).rejects.toThrow(
      `${database.place} was made by a preview of Tessera, whose data this version does not read. Start with another folder (--data), or move the file away.`,
    );
    expect(readFileSync(database.place).equals(before)).toBe(true);
    database.remove();
  });

  test("a schema on PostgreSQL", async () => {
    const engine = postgresEngine(postgres);
    const database = await engine.create();
    await database.execute(`
      CREATE SCHEMA tessera;
      CREATE TABLE tessera.tessera_schema (singleton boolean, version integer);
      INSERT INTO tessera.tessera_schema VALUES (true, 2);
      CREATE TABLE tessera.clients (client_id text);
      INSERT INTO tessera.clients VALUES ('precious')`);
    const before = [await engine.shape(database), await engine.rows(database)];
    const opening = database.open();
    await expect(opening).rejects.toBeInstanceOf(DatabaseRefused);
    await expect(opening).rejects.toThrow(
      'The schema "tessera" of the database was made by a preview of Tessera, whose data this version does not read. Choose another schema (database.schema) or another database.',
    );
    expect([await engine.shape(database), await engine.rows(database)]).toEqual(before);
  });
});
