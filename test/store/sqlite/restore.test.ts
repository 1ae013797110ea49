/** A restore replaces the database as a whole or not at all, whenever it is interrupted. */

import { afterEach, describe, expect, test } from "bun:test";
import { chmodSync, existsSync, readdirSync, renameSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { systemRandom } from "../../../src/platform/random.ts";
import { DatabaseRefused, type Store } from "../../../src/store/contract.ts";
import { writeBackup } from "../../../src/store/sqlite/backup.ts";
import { Connection, withConnection } from "../../../src/store/sqlite/driver.ts";
import { findForeign } from "../../../src/store/sqlite/migrations.ts";
import {
  checkRestored,
  finishRestore,
  isRestorePrepared,
  prepareRestore,
} from "../../../src/store/sqlite/restore.ts";
import type { AccountRecord } from "../../../src/store/tables/people.ts";
import { RESTORED, revisions } from "../../../src/store/tables/server.ts";
import { askForApproval } from "../../support/approvals.ts";
import { proves } from "../../support/proves.ts";
import { openSqliteStore } from "../acts.ts";
import { everything } from "../fixtures/everything.ts";
import { SECOND, THIRD } from "../fixtures/next.ts";
import { askEverything } from "../fixtures/questions.ts";
import { worthSuite } from "../fixtures/worth.ts";
import { newAccount } from "../records.ts";
import { emptySqlite, filledSqlite, type Place, withStore } from "../transfer/places.ts";
import { forge, tamper } from "./sealed.ts";

const fixture = await everything();
const FACTS = { createdAt: fixture.now, program: "0.1.0", issuer: "https://auth.example" };

const places: Place[] = [];
afterEach(() => {
  for (const place of places.splice(0)) place.remove();
});

/** A backup of the fixture, beside its original database. */
async function backUp(
  fill: (store: Store) => Promise<unknown> = async () => {},
): Promise<{ backup: string; origin: Place }> {
  const origin = await filledSqlite();
  places.push(origin);
  await withStore(origin, fill);
  const backup = `${origin.where}.backup`;
  writeFileSync(backup, "");
  writeBackup(origin.where, backup, FACTS, { copying() {}, checked() {} });
  return { backup, origin };
}

/** A database to replace, with a person whom only this database has. */
async function inPlace(): Promise<{ place: Place; database: string; resident: AccountRecord }> {
  const place = emptySqlite();
  places.push(place);
  const resident = newAccount();
  await withStore(place, (store) => store.createAccount(resident));
  return { place, database: place.where, resident };
}

const prepare = (backup: string, database: string, endAccess: number | null = null) =>
  prepareRestore({ backup, database, endAccess, restoredAt: null }, () => {});
const answersOf = (place: Place) =>
  withStore(place, (store) => askEverything(store, fixture.secrets, fixture.now));
const knows = (place: Place, { subject }: AccountRecord) =>
  withStore(place, async (store) => (await store.findAccount(subject)) !== null);
const filesBeside = (database: string) => readdirSync(dirname(database)).toSorted();

describe("a restored database", () => {
  worthSuite(fixture, async () => {
    const { backup, origin } = await backUp();
    const place = emptySqlite();
    prepare(backup, place.where);
    await finishRestore(place.where, { isNew: true });
    const store = await place.openStore();
    return {
      store,
      async close() {
        await store.close();
        origin.remove();
        places.splice(places.indexOf(origin), 1);
        place.remove();
      },
    };
  });

  test("holds what was backed up, is its owner's only, and leaves nothing else behind", async () => {
    const { backup, origin } = await backUp();
    const { place, database } = await inPlace();
    chmodSync(backup, 0o644);
    const { backup: read } = prepare(backup, database);
    expect(statSync(`${database}.restored`).mode & 0o777).toBe(0o600);
    const aside = await finishRestore(database, { isNew: true });
    checkRestored(database);
    expect(read).toMatchObject(FACTS);
    expect(await answersOf(place)).toEqual(await answersOf(origin));
    expect(statSync(database).mode & 0o777).toBe(0o600);
    expect(filesBeside(database)).toEqual(["tessera.db", (aside ?? "").split("/").at(-1) ?? ""]);
    expect(aside).toContain("tessera.db.replaced-");
  });

  test("can be backed up again, and restored from that", async () => {
    const { backup, origin } = await backUp();
    const { place, database } = await inPlace();
    prepare(backup, database);
    await finishRestore(database, { isNew: true });
    const again = `${database}.again`;
    writeFileSync(again, "");
    writeBackup(database, again, FACTS, { copying() {}, checked() {} });
    prepare(again, database);
    await finishRestore(database, { isNew: true });
    expect(await answersOf(place)).toEqual(await answersOf(origin));
  });

  test("takes the place of one that is kept whole, with what was still in its log", async () => {
    const { backup } = await backUp();
    const { place, database, resident } = await inPlace();
    // As a killed server leaves it: the last writes are only in the log.
    const late = newAccount();
    const killed = await place.openStore();
    await killed.createAccount(late);
    const folder = dirname(database);
    for (const suffix of ["", "-wal"]) {
      writeFileSync(`${folder}/killed${suffix}`, await Bun.file(database + suffix).bytes());
    }
    await killed.close();
    for (const suffix of ["", "-wal"]) renameSync(`${folder}/killed${suffix}`, database + suffix);

    prepare(backup, database);
    const aside = await finishRestore(database, { isNew: true });
    expect(await knows(place, late)).toBe(false);
    expect(filesBeside(database).filter((name) => name.startsWith("tessera.db-"))).toEqual([]);
    renameSync(aside ?? "", database);
    expect(await knows(place, resident)).toBe(true);
    expect(await knows(place, late)).toBe(true);
  });

  test("takes the place of one that nobody can read any more", async () => {
    const { backup, origin } = await backUp();
    const { place, database } = await inPlace();
    writeFileSync(database, "ruined ".repeat(4000));
    writeFileSync(`${database}-wal`, "ruined too");
    prepare(backup, database);
    const aside = await finishRestore(database, { isNew: true });
    expect(await answersOf(place)).toEqual(await answersOf(origin));
    expect(existsSync(aside ?? "")).toBe(true);
    expect(existsSync(`${aside}-wal`)).toBe(true);
  });

  test("of an earlier version is brought up to date before it takes its place", async () => {
    const { backup, origin } = await backUp();
    const { database } = await inPlace();
    prepareRestore({ backup, database, endAccess: null, restoredAt: null, schema: THIRD }, () => {});
    await finishRestore(database, { isNew: true });
    checkRestored(database);
    withConnection(database, (connection) => {
      expect(findForeign(connection, THIRD)).toBeNull();
      expect(connection.query("PRAGMA user_version").get()).toEqual({ user_version: 3 });
    });
    const store = await openSqliteStore({ file: database, schema: THIRD });
    const answers = await askEverything(store, fixture.secrets, fixture.now);
    await store.close();
    expect(answers).toEqual(await answersOf(origin));
  });

  test(
    proves(
      "has no code that may have been used since, and knows when it was restored",
      "threat 8",
      "threat 37",
    ),
    async () => {
      const { backup } = await backUp(async (store) => {
        const clock = { seconds: () => fixture.now, millis: () => fixture.now * 1000 };
        const asking = { context: { store, clock, random: systemRandom } } as never;
        await askForApproval(asking, newAccount());
      });
      const { place, database } = await inPlace();
      const at = fixture.now + 5;
      prepareRestore({ backup, database, endAccess: null, restoredAt: at }, () => {});
      await finishRestore(database, { isNew: true });
      const countsOf = (file: string) =>
        withConnection(file, (connection) =>
          [
            "codes WHERE used_at IS NULL",
            "device_codes",
            "backchannel_requests",
            "pushed_requests",
            "sign_in_approvals",
            // A used code is still recognized, so that its replay ends what it gave.
            "codes WHERE used_at IS NOT NULL",
          ].map(
            (from) => connection.query<{ n: number }, []>(`SELECT count(*) AS n FROM ${from}`).get()?.n ?? 0,
          ),
        );
      expect(countsOf(backup).map((count) => count > 0)).toEqual([true, true, true, true, true, true]);
      expect(countsOf(database).map((count) => count > 0)).toEqual([false, false, false, false, false, true]);
      await withStore(place, async (store) => {
        const [mark] = await store.list(revisions, { where: { name: RESTORED }, limit: 1 });
        expect(mark?.revision).toBe(at);
      });
    },
  );

  test("gives no access to anybody, if all access was ended with it", async () => {
    const { backup } = await backUp();
    const { place, database } = await inPlace();
    const before = (await withStore(place, (store) => store.listAccounts())).length;
    const { ended } = prepare(backup, database, fixture.now);
    await finishRestore(database, { isNew: true });
    expect(before).toBe(1);
    expect(ended?.grants).toBeGreaterThan(0);
    expect(ended?.sessions).toBeGreaterThan(0);
    const { credentials, grants, consents, accounts } = await answersOf(place);
    expect(grants).toEqual([]);
    expect((consents as unknown[][]).flat()).toEqual([]);
    expect((accounts as unknown[]).length).toBeGreaterThan(1);
    const alive = Object.entries(credentials).filter(([, found]) => found !== null);
    // Codes and refresh tokens stay, so that the server recognises them; each has a revoked grant.
    const unrevoked = alive.filter(([, found]) => !JSON.stringify(found).includes('"revokedAt":1'));
    expect(unrevoked).toEqual([]);
    expect(alive.map(([name]) => name).filter((name) => /access token|session|device/.test(name))).toEqual(
      [],
    );
  });
});

describe("a restore that is not finished", () => {
  /** The steps of finishRestore, so that a test can stop after any of them. */
  const stepsOf = (database: string, aside: string) => [
    () => {},
    ...["", "-wal", "-shm"].map((suffix) => () => {
      if (existsSync(database + suffix)) renameSync(database + suffix, aside + suffix);
    }),
  ];

  test.each([0, 1, 2, 3])(
    "and stopped after %d steps is opened by nobody, and finished later",
    async (count) => {
      const { backup, origin } = await backUp();
      const { place, database, resident } = await inPlace();
      const left = new Connection(database);
      left.execute("PRAGMA journal_mode = WAL; CREATE TABLE logged (x)");
      // The logs, as a killed server leaves them.
      const logs = ["-wal", "-shm"].map((suffix) => [suffix, Bun.file(database + suffix)] as const);
      const contents = await Promise.all(
        logs.map(async ([suffix, log]) => [suffix, await log.bytes()] as const),
      );
      left.close();
      for (const [suffix, bytes] of contents) writeFileSync(database + suffix, bytes);

      prepare(backup, database);
      const time = statSync(`${database}.restored`).mtime.toISOString().replaceAll(":", "");
      const aside = `${database}.replaced-${time}`;
      for (const step of stepsOf(database, aside).slice(0, count + 1)) step();

      await expect(place.openStore()).rejects.toBeInstanceOf(DatabaseRefused);
      await expect(place.openStore()).rejects.toThrow("Finish it: tessera restore");
      await expect(place.openSource()).rejects.toThrow("Finish it: tessera restore");
      expect(isRestorePrepared(database)).toBe(true);

      expect(await finishRestore(database, { isNew: false })).toBe(aside);
      expect(isRestorePrepared(database)).toBe(false);
      expect(await answersOf(place)).toEqual(await answersOf(origin));
      renameSync(aside, database);
      expect(await knows(place, resident)).toBe(true);
    },
  );

  test("because the backup is damaged has changed nothing", async () => {
    const { backup } = await backUp();
    const { place, database, resident } = await inPlace();
    tamper(backup, "DELETE FROM codes");
    expect(() => prepare(backup, database)).toThrow("is damaged");
    expect(filesBeside(database)).toEqual(["tessera.db"]);
    expect(await knows(place, resident)).toBe(true);
  });

  test.each([
    ["a table is missing", "DROP TABLE access_tokens", "access_tokens"],
    [
      "a trigger undoes what is written",
      "CREATE TRIGGER quiet BEFORE UPDATE ON grants BEGIN SELECT RAISE(IGNORE); END",
      "quiet",
    ],
    ["there is a virtual table", "CREATE VIRTUAL TABLE search USING fts5(words)", "search"],
    ["a name needs quotes", 'CREATE TABLE "a; b ""c" ("x, y" PRIMARY KEY)', 'a; b "c'],
    ["a name would be obeyed by a terminal", 'CREATE TABLE "\u001b[2J" (x)', "?[2J"],
  ])("because %s in a backup that agrees with itself has changed nothing", async (_, sql, words) => {
    const { backup } = await backUp();
    const { place, database, resident } = await inPlace();
    forge(backup, sql);
    expect(() => prepare(backup, database, fixture.now)).toThrow(DatabaseRefused);
    expect(() => prepare(backup, database, fixture.now)).toThrow("its schema is another");
    expect(() => prepare(backup, database, fixture.now)).toThrow(words);
    expect(filesBeside(database)).toEqual(["tessera.db"]);
    expect(await knows(place, resident)).toBe(true);
  });

  test("because the tables of a later step are there too early has changed nothing", async () => {
    const { backup } = await backUp();
    const { place, database, resident } = await inPlace();
    forge(backup, "ALTER TABLE accounts ADD COLUMN nickname TEXT");
    const request = { backup, database, endAccess: null, restoredAt: null, schema: SECOND };
    expect(() => prepareRestore(request, () => {})).toThrow(DatabaseRefused);
    expect(() => prepareRestore(request, () => {})).toThrow("its schema is another (duplicate column");
    expect(filesBeside(database)).toEqual(["tessera.db"]);
    expect(await knows(place, resident)).toBe(true);
  });

  test("because it was killed early leaves no log that would become the next one's", async () => {
    const { backup, origin } = await backUp();
    const { place, database } = await inPlace();
    // A log that SQLite would replay: from a copy of the same backup, as a killed restore leaves it.
    const draft = `${database}.restoring`;
    writeFileSync(draft, await Bun.file(backup).bytes());
    const left = new Connection(draft);
    left.execute("PRAGMA journal_mode = WAL; DELETE FROM codes");
    const log = await Bun.file(`${draft}-wal`).bytes();
    left.close();
    forge(backup, "PRAGMA journal_mode = WAL");
    writeFileSync(`${draft}-wal`, log);
    prepare(backup, database);
    await finishRestore(database, { isNew: true });
    expect(await answersOf(place)).toEqual(await answersOf(origin));
    expect(filesBeside(database).filter((name) => name.includes("restoring"))).toEqual([]);
  });

  test("because it was killed early leaves the old database, and the next one begins again", async () => {
    const { backup, origin } = await backUp();
    const { place, database, resident } = await inPlace();
    writeFileSync(`${database}.restoring`, "half of a backup");
    expect(await knows(place, resident)).toBe(true);
    prepare(backup, database);
    await finishRestore(database, { isNew: true });
    expect(await answersOf(place)).toEqual(await answersOf(origin));
  });

  test("because another program has the database open is forgotten, and nothing has changed", async () => {
    const { backup } = await backUp();
    const { place, database, resident } = await inPlace();
    const other = await place.openStore();
    prepare(backup, database);
    await expect(finishRestore(database, { isNew: true })).rejects.toThrow("Another program has");
    expect(await other.findAccount(resident.subject)).toEqual(resident);
    await other.close();
    expect(filesBeside(database)).toEqual(["tessera.db"]);
    expect(await knows(place, resident)).toBe(true);
  }, 30_000);

  test("waits for a command that is just using the database", async () => {
    const { backup, origin } = await backUp();
    const { place, database } = await inPlace();
    const other = await place.openStore();
    prepare(backup, database);
    const finishing = finishRestore(database, { isNew: true });
    await Bun.sleep(300);
    await other.close();
    await finishing;
    expect(await answersOf(place)).toEqual(await answersOf(origin));
  }, 30_000);
});
