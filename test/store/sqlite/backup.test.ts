/** What is in a backup, and what is not taken for one. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseRefused } from "../../../src/store/contract.ts";
import { type Backup, readBackup, writeBackup } from "../../../src/store/sqlite/backup.ts";
import { writeBackupAside } from "../../../src/store/sqlite/backup-thread.ts";
import { withConnection } from "../../../src/store/sqlite/driver.ts";
import { figure } from "../../support/figures.ts";
import { scaled } from "../../support/scale.ts";
import { newClientToken } from "../records.ts";
import { createParties } from "../suite/setting.ts";
import { emptySqlite, filledSqlite, type Place, withStore } from "../transfer/places.ts";

let folder: string;
let origin: Place;
let good: string;
let written: Backup;

const FACTS = { createdAt: 1_800_000_000, program: "0.1.0", issuer: "https://auth.example" };
const SILENT = { copying() {}, checked() {} };

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "tessera-backup-"));
  origin = await filledSqlite();
  good = file("good");
  written = writeBackup(origin.where, empty("good"), FACTS, SILENT);
});
afterAll(() => {
  origin.remove();
  rmSync(folder, { recursive: true });
});

const file = (name: string) => join(folder, name);
/** A backup is written into a file that is there. */
function empty(name: string): string {
  writeFileSync(file(name), "", { mode: 0o600 });
  return file(name);
}
const read = (path: string) => readBackup(path, "it", () => {});

function change(sql: string): string {
  copyFileSync(good, file("changed"));
  withConnection(file("changed"), (connection) => connection.execute(sql));
  return file("changed");
}

describe("a backup", () => {
  test("says what it is, and is found to hold what was written", () => {
    expect(read(good)).toEqual(written);
    expect(written).toMatchObject({ ...FACTS, serverKey: "held" });
    const rows = Object.fromEntries(written.tables.map(({ table, rows: count }) => [table, count]));
    for (const table of ["accounts", "clients", "grants", "codes", "access_tokens", "server_key"]) {
      expect(rows[table]).toBeGreaterThan(0);
    }
  });

  test("is not made of a database that could not be restored from it", () => {
    copyFileSync(origin.where, file("odd"));
    withConnection(file("odd"), (connection) => connection.execute("CREATE INDEX own ON accounts (name)"));
    const backUp = () => writeBackup(file("odd"), empty("odd.backup"), FACTS, SILENT);
    expect(backUp).toThrow(DatabaseRefused);
    expect(backUp).toThrow("another own than Tessera makes");
    withConnection(file("odd"), (connection) => connection.execute("DROP INDEX own; ANALYZE"));
    expect(backUp).not.toThrow();
  });

  test("is one file, whatever was in the log", () => {
    expect(Array.from(new Bun.Glob("good*").scanSync(folder))).toEqual(["good"]);
  });

  test("knows whether the server's key is elsewhere, or was not made yet", async () => {
    const place = emptySqlite();
    await withStore(place, (store) => store.ping());
    expect(writeBackup(place.where, empty("none"), FACTS, SILENT).serverKey).toBe("none");
    const configured = { fingerprint: new Uint8Array(32), secret: null };
    await withStore(place, (store) => store.createServerKey(configured));
    expect(writeBackup(place.where, empty("configured"), FACTS, SILENT).serverKey).toBe("configured");
    place.remove();
  });

  test("of a database from before an upgrade is made as it is, and can be read", () => {
    const old = file("old.db");
    copyFileSync(origin.where, old);
    withConnection(old, (connection) => {
      connection.execute(`
        DROP TABLE server_key;
        DROP TRIGGER client_added; DROP TRIGGER client_changed; DROP TRIGGER client_removed;
        DROP TABLE client_revision;
        DROP INDEX accounts_administrators;
        PRAGMA user_version = 1`);
    });
    const backup = writeBackup(old, empty("of an old one"), FACTS, SILENT);
    expect(backup.serverKey).toBe("none");
    expect(read(file("of an old one"))).toEqual(backup);
    const sql = "SELECT user_version AS version FROM pragma_user_version";
    expect(withConnection(old, (connection) => connection.query(sql).get())).toEqual({ version: 1 });
  });

  test("is made beside the work of a store: nothing that was acknowledged before is missing", async () => {
    const place = emptySqlite();
    await withStore(place, async (store) => {
      const { client } = await createParties(store);
      const acknowledged: string[] = [];
      let isOver = false;
      const issueWithoutEnd = async () => {
        while (!isOver) {
          const token = newClientToken(client);
          await store.issueAccessToken(token);
          acknowledged.push(token.id.toHex());
        }
      };
      const issuing = Promise.all(Array.from({ length: 8 }, issueWithoutEnd));
      for (let round = 0; round < scaled(5); round += 1) {
        while (acknowledged.length < (round + 1) * 500) await Bun.sleep(1);
        const before = acknowledged.slice();
        const name = `beside ${round}`;
        const order = { database: place.where, file: empty(name), facts: FACTS };
        await writeBackupAside(order, { copied() {}, checked() {} });
        const held = withConnection(file(name), (connection) =>
          connection.query<{ id: string }, []>("SELECT lower(hex(id)) AS id FROM access_tokens").all(),
        );
        const ids = new Set(held.map(({ id }) => id));
        expect(before.filter((id) => !ids.has(id))).toEqual([]);
        expect(read(file(name)).tables.find(({ table }) => table === "access_tokens")?.rows).toBe(ids.size);
      }
      isOver = true;
      await issuing;
      figure(`${acknowledged.length} tokens issued while ${scaled(5)} backups were made`);
    });
    place.remove();
  });

  test("that cannot be written is told as what it is, from its thread too", async () => {
    const order = { database: file("not there.db"), file: empty("of nothing"), facts: FACTS };
    const report = { copied() {}, checked() {} };
    await expect(writeBackupAside(order, report)).rejects.toThrow("unable to open database file");
    withConnection(copy("unfinished.db", origin.where), (connection) =>
      connection.execute("CREATE TABLE unfinished_copy (x)"),
    );
    const unfinished = writeBackupAside({ ...order, database: file("unfinished.db") }, report);
    await expect(unfinished).rejects.toBeInstanceOf(DatabaseRefused);
  });
});

function copy(name: string, from: string): string {
  copyFileSync(from, file(name));
  return file(name);
}

describe("what is not a backup is refused:", () => {
  test.each([
    ["a text", "This is not a database, and long enough to have had a header. ".repeat(10)],
    ["an empty file", ""],
    ["a few bytes", "SQLite format 3\0"],
  ])("%s", (_, content) => {
    writeFileSync(file("nothing"), content);
    expect(() => read(file("nothing"))).toThrow("it is no backup of Tessera");
  });

  test("the database itself", () => {
    expect(() => read(copy("itself", origin.where))).toThrow("it is a database, but no backup");
  });

  test("a database of another program", () => {
    rmSync(file("other"), { force: true });
    withConnection(empty("other"), (connection) => connection.execute("CREATE TABLE backup (x)"));
    expect(() => read(file("other"))).toThrow("it is no backup of Tessera");
  });

  test("a backup that was not written to its end", () => {
    withConnection(origin.where, (connection) =>
      connection.command<[string]>("VACUUM INTO ?")(empty("interrupted")),
    );
    expect(() => read(file("interrupted"))).toThrow("no backup");
  });

  test("one of a newer version", () => {
    expect(() => read(change("PRAGMA user_version = 999"))).toThrow("newer version of Tessera (schema 999");
  });
});

describe("a damaged backup is refused:", () => {
  afterEach(() => rmSync(file("changed"), { force: true }));

  test.each([
    ["a row is missing", "DELETE FROM grants WHERE id = (SELECT min(id) FROM grants)", "grants has"],
    ["a row is other", "UPDATE accounts SET administrator = 1", "accounts has other rows"],
    ["the server's key is other", "UPDATE server_key SET secret = zeroblob(32)", "server_key has other rows"],
    ["it says another time", "UPDATE backup SET created_at = 1", "backup has other rows"],
    ["it does not say what it is", "DELETE FROM backup", "it does not say what it is"],
    ["a table is missing", "DROP TABLE spent_forms", "schema has"],
    ["a table is too many", "CREATE TABLE added (x)", "schema has"],
    ["an index is missing", "DROP INDEX grants_by_subject", "schema has"],
    [
      "the numbers of clients begin again",
      "UPDATE sqlite_sequence SET seq = 1",
      "sqlite_sequence has other rows",
    ],
    ["it counts other steps of the schema", "PRAGMA user_version = 1", "another version of the schema"],
    [
      "it names a table that a terminal would obey",
      "INSERT INTO backup_tables VALUES (char(27) || '[2J', 0, '')",
      "the table ?[2J is missing",
    ],
    ["a digest is missing", "DELETE FROM backup_tables WHERE name = 'codes'", "more tables"],
  ])("%s", (_, sql, words) => {
    const path = change(sql);
    expect(() => read(path)).toThrow(DatabaseRefused);
    expect(() => read(path)).toThrow(`it is damaged: `);
    expect(() => read(path)).toThrow(words);
  });

  test("wherever it is cut off", () => {
    const { length } = readFileSync(good);
    const rounds = scaled(40);
    for (let round = 0; round < rounds; round += 1) {
      truncateSync(copy("cut", good), Math.floor((length * round) / rounds));
      expect(() => read(file("cut"))).toThrow(DatabaseRefused);
    }
    figure(`${rounds} backups cut off, all refused`);
  });

  test("wherever the name of somebody is other, in an index too", () => {
    const bytes = readFileSync(good);
    const [subject = ""] = withConnection(good, (connection) =>
      connection.query<{ subject: string }, []>("SELECT subject FROM accounts WHERE username = 'Ada'").all(),
    ).map((row) => row.subject);
    let found = 0;
    for (let at = bytes.indexOf(subject); at >= 0; at = bytes.indexOf(subject, at + 1)) {
      const changed = Buffer.from(bytes);
      changed[at + 5] = (changed[at + 5] ?? 0) ^ 1;
      writeFileSync(file("renamed"), changed);
      expect(() => read(file("renamed"))).toThrow("is damaged");
      found += 1;
    }
    // Of each grant, and of each entry of the index by person.
    expect(found).toBeGreaterThan(20);
  });

  test("wherever a bit is flipped, unless nothing in it is other for that", () => {
    const bytes = readFileSync(good);
    const rounds = scaled(300);
    let refused = 0;
    for (let round = 0; round < rounds; round += 1) {
      const flipped = Buffer.from(bytes);
      const place = Math.floor(Math.random() * flipped.length);
      flipped[place] = (flipped[place] ?? 0) ^ (1 << Math.floor(Math.random() * 8));
      writeFileSync(file("flipped"), flipped);
      try {
        // A page has room that nothing is in.
        expect({ place, backup: read(file("flipped")) }).toEqual({ place, backup: written });
      } catch (error) {
        if (!(error instanceof DatabaseRefused)) throw error;
        refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(0);
    figure(`${rounds} bits flipped in backups: ${refused} refused, the others in room that nothing is in`);
  });
});
