/** The content of a backup, and files that are refused as backups. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import {
  appendFileSync,
  copyFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseRefused } from "../../../src/store/contract.ts";
import { sqlName } from "../../../src/store/declare.ts";
import { type Backup, openBackup, writeBackup } from "../../../src/store/sqlite/backup.ts";
import { writeBackupAside } from "../../../src/store/sqlite/backup-thread.ts";
import { withConnection } from "../../../src/store/sqlite/driver.ts";
import { findForeign } from "../../../src/store/sqlite/migrations.ts";
import { TABLES } from "../../../src/store/tables.ts";
import { figure } from "../../support/figures.ts";
import { scaled } from "../../support/scale.ts";
import { SECOND } from "../fixtures/next.ts";
import { newClientToken } from "../records.ts";
import { createParties } from "../suite/setting.ts";
import { emptySqlite, filledSqlite, type Place, withStore } from "../transfer/places.ts";
import { forge, SEAL_BYTES, sealFor, sealOf, tamper } from "./sealed.ts";

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
/** A backup is written into an existing file. */
function empty(name: string): string {
  writeFileSync(file(name), "", { mode: 0o600 });
  return file(name);
}
function copy(name: string, from: string): string {
  copyFileSync(from, file(name));
  return file(name);
}
/** Opens a copy, as a restore does, because opening removes the seal. */
const read = (path: string) => openBackup(copy("opened", path), "it", () => {});

/** A changed backup, with the old seal or a new one. */
function changed(change: (path: string, sql: string) => void, sql: string): string {
  change(copy("changed", good), sql);
  return file("changed");
}

describe("a backup", () => {
  test("says what it is, and is found to hold what was written", () => {
    expect(read(good)).toEqual(written);
    expect(written).toMatchObject({ ...FACTS, serverKey: "held" });
    expect(written.tables.map(({ table }) => table)).toEqual(TABLES.map(({ name }) => name));
    // The fixture has rows of every kind.
    expect(written.tables.filter(({ rows }) => rows === 0)).toEqual([]);
  });

  test("ends with a seal over all that comes before it", () => {
    const bytes = readFileSync(good);
    const content = bytes.subarray(0, -SEAL_BYTES);
    expect(sealOf(good).equals(sealFor(content))).toBe(true);
    expect(written.sha256).toBe(new Bun.CryptoHasher("sha256").update(content).digest("hex"));
  });

  test("is a plain database, with all that is in the origin, once its seal is off", () => {
    const path = copy("plain", good);
    openBackup(path, "it", () => {});
    expect(readFileSync(path).equals(readFileSync(good).subarray(0, -SEAL_BYTES))).toBe(true);
    const rowsIn = (database: string) =>
      withConnection(database, (connection) =>
        TABLES.map(({ name, key }) =>
          connection.query(`SELECT * FROM ${name} ORDER BY ${key.map(sqlName).join(", ")}`).all(),
        ),
      );
    expect(rowsIn(path)).toEqual(rowsIn(origin.where));
    withConnection(path, (connection) => {
      expect(connection.query("PRAGMA integrity_check").get()).toEqual({ integrity_check: "ok" });
      connection.execute("DROP TABLE backup");
      expect(findForeign(connection)).toBeNull();
      const size = connection
        .query<{ bytes: number }, []>(
          "SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size",
        )
        .get();
      expect(readFileSync(path).length).toBe(size?.bytes ?? 0);
    });
  });

  test("says how far its check has come", () => {
    const seen: [number, number][] = [];
    openBackup(copy("opened", good), "it", (...progress) => seen.push(progress));
    const size = readFileSync(good).length - SEAL_BYTES;
    expect(seen.at(-1)).toEqual([size, size]);
  });

  test("is not made of a database that could not be restored from it", () => {
    copyFileSync(origin.where, file("odd"));
    withConnection(file("odd"), (connection) => connection.execute("CREATE INDEX own ON accounts (name)"));
    const backUp = () => writeBackup(file("odd"), empty("odd.backup"), FACTS, SILENT);
    expect(backUp).toThrow(DatabaseRefused);
    expect(backUp).toThrow("another own than Tessera makes");
    withConnection(file("odd"), (connection) => connection.execute("DROP INDEX own; ANALYZE"));
    expect(backUp).not.toThrow();
    expect(() => writeBackup(empty("nothing.db"), empty("of nothing"), FACTS, SILENT)).toThrow(
      DatabaseRefused,
    );
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
    const old = copy("old.db", origin.where);
    const backup = writeBackup(old, empty("of an old one"), FACTS, SILENT, SECOND);
    expect(backup.tables).toEqual(written.tables);
    expect(openBackup(copy("opened", file("of an old one")), "it", () => {}, SECOND)).toEqual(backup);
    const sql = "SELECT user_version AS version FROM pragma_user_version";
    for (const path of [old, file("opened")]) {
      expect(withConnection(path, (connection) => connection.query(sql).get())).toEqual({ version: 1 });
    }
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
        const backup = await writeBackupAside(order, { copied() {}, checked() {} });
        expect(openBackup(file(name), "it", () => {})).toEqual(backup);
        const held = withConnection(file(name), (connection) =>
          connection.query<{ id: string }, []>("SELECT lower(hex(id)) AS id FROM access_tokens").all(),
        );
        const ids = new Set(held.map(({ id }) => id));
        expect(before.filter((id) => !ids.has(id))).toEqual([]);
        expect(backup.tables.find(({ table }) => table === "access_tokens")?.rows).toBe(ids.size);
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
    expect(() => read(origin.where)).toThrow(
      "it has no seal at its end, so it is no backup, or a part of one",
    );
  });

  test("a database of another program, sealed or not", () => {
    rmSync(file("other"), { force: true });
    withConnection(empty("other"), (connection) => connection.execute("CREATE TABLE backup (x)"));
    expect(() => read(file("other"))).toThrow("it is no backup of Tessera");
    appendFileSync(file("other"), sealFor(readFileSync(file("other"))));
    expect(() => read(file("other"))).toThrow("it is no backup of Tessera");
  });

  test("the database itself, with a seal: it does not say what it is", () => {
    const path = copy("sealed itself", origin.where);
    appendFileSync(path, sealFor(readFileSync(path)));
    expect(() => read(path)).toThrow("is damaged: no such table: backup");
    expect(() => read(changed(forge, "DELETE FROM backup"))).toThrow("it does not say what it is");
  });

  test("a backup that was not written to its end", () => {
    withConnection(origin.where, (connection) =>
      connection.command<[string]>("VACUUM INTO ?")(empty("interrupted")),
    );
    expect(() => read(file("interrupted"))).toThrow("no backup");
  });

  test("one of a newer version, or of a preview", () => {
    const newer = changed(forge, "PRAGMA user_version = 999");
    expect(() => read(newer)).toThrow("newer version of Tessera (schema 999");
    const preview = changed(forge, `PRAGMA application_id = ${0x54657373}`);
    expect(() => read(preview)).toThrow("it is no backup of Tessera");
  });
});

describe("a damaged backup is refused:", () => {
  afterEach(() => rmSync(file("changed"), { force: true }));

  test.each([
    ["a row is missing", "DELETE FROM grants WHERE id = (SELECT min(id) FROM grants)"],
    ["a row is other", "UPDATE accounts SET administrator = 1"],
    ["the server's key is other", "UPDATE server_keys SET secret = zeroblob(32)"],
    ["it says another time", "UPDATE backup SET created_at = 1"],
    ["it does not say what it is", "DELETE FROM backup"],
    ["a table is missing", "DROP TABLE once"],
    ["a table is too many", "CREATE TABLE added (x)"],
    ["an index is missing", "DROP INDEX grants_by_client_id"],
    ["it is of another version", "PRAGMA user_version = 2"],
  ])("%s", (_, sql) => {
    const path = changed(tamper, sql);
    expect(() => read(path)).toThrow(DatabaseRefused);
    expect(() => read(path)).toThrow("it is damaged: it is not what was written. Take another backup.");
  });

  test("SQLite finds it inconsistent, though its seal fits", () => {
    const path = copy("changed", good);
    const bytes = readFileSync(path).subarray(0, -SEAL_BYTES);
    // Nonsense in every page but the first.
    bytes.fill(0x55, 4096);
    writeFileSync(path, Buffer.concat([bytes, sealFor(bytes)]));
    expect(() => read(path)).toThrow(DatabaseRefused);
    expect(() => read(path)).toThrow("it is damaged: ");
  });

  test("wherever it is cut off", () => {
    const { length } = readFileSync(good);
    const places = Array.from({ length: scaled(40) }, (_, round) =>
      Math.floor((length * round) / scaled(40)),
    );
    // And at every place in the seal.
    for (let missing = 1; missing <= SEAL_BYTES + 1; missing += 1) places.push(length - missing);
    for (const place of places) {
      truncateSync(copy("cut", good), place);
      expect(() => read(file("cut"))).toThrow(DatabaseRefused);
    }
    figure(`${places.length} backups cut off, all refused`);
  });

  test("there is more behind its end", () => {
    for (const extra of ["\0", "x", "\n".repeat(4096), readFileSync(good)]) {
      appendFileSync(copy("longer", good), extra);
      // A file of two backups ends with the second one's seal.
      expect(() => read(file("longer"))).toThrow("it is damaged: ");
    }
  });

  test("there is more, or less, before its seal", () => {
    const bytes = readFileSync(good);
    const [content, seal] = [bytes.subarray(0, -SEAL_BYTES), bytes.subarray(-SEAL_BYTES)];
    for (const other of [
      Buffer.concat([content, Buffer.alloc(4096)]),
      content.subarray(0, -4096),
      Buffer.concat([content, seal]),
    ]) {
      writeFileSync(file("inserted"), Buffer.concat([other, seal]));
      expect(() => read(file("inserted"))).toThrow("it is not what was written");
    }
  });

  test("its seal is that of another", () => {
    const other = writeBackup(origin.where, empty("another"), { ...FACTS, createdAt: 5 }, SILENT);
    expect(other.sha256).not.toBe(written.sha256);
    const content = readFileSync(good).subarray(0, -SEAL_BYTES);
    writeFileSync(file("exchanged"), Buffer.concat([content, sealOf(file("another"))]));
    expect(() => read(file("exchanged"))).toThrow("it is not what was written");
  });

  test("wherever a bit is flipped, be it where nothing is", () => {
    const bytes = readFileSync(good);
    const flips = Array.from({ length: scaled(300) }, () => Math.floor(Math.random() * bytes.length));
    for (let fromEnd = 1; fromEnd <= SEAL_BYTES; fromEnd += 1) flips.push(bytes.length - fromEnd);
    const accepted = flips.filter((place) => {
      const flipped = Buffer.from(bytes);
      flipped[place] = (flipped[place] ?? 0) ^ (1 << Math.floor(Math.random() * 8));
      writeFileSync(file("flipped"), flipped);
      try {
        read(file("flipped"));
        return true;
      } catch (error) {
        if (!(error instanceof DatabaseRefused)) throw error;
        return false;
      }
    });
    expect(accepted).toEqual([]);
    figure(`${flips.length} bits flipped in backups, all refused`);
  });
});
