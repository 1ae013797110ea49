import { describe, expect, spyOn, test } from "bun:test";
import { chmod, open, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DatabaseRefused, StoreUnavailable } from "../../../src/store/contract.ts";
import {
  Connection,
  ensureDatabaseFile,
  openWriter,
  type SqlValue,
} from "../../../src/store/sqlite/driver.ts";
import { LogSync } from "../../../src/store/sqlite/sync.ts";
import { openSqliteStore } from "../acts.ts";
import { NOW, newAccessToken, newClient, newClientToken, newIssuance } from "../records.ts";
import { authorize, FAILURE_LIMIT } from "../suite/setting.ts";
import { withDatabaseFile } from "./temporary.ts";

const mode = async (file: string) => (await stat(file)).mode & 0o777;

describe("the SQLite database", () => {
  test("is readable by its owner only, and so are its log files and its new directory", () =>
    withDatabaseFile(async (outer) => {
      const file = join(dirname(outer), "new", "tessera.db");
      const store = await openSqliteStore({ file });
      await store.createClient(newClient());
      for (const suffix of ["", "-wal", "-shm"]) expect(await mode(file + suffix)).toBe(0o600);
      expect(await mode(dirname(file))).toBe(0o700);
      await store.close();
    }));

  test("that others could read, as after a restore, is its owner's only again, with its log files", () =>
    withDatabaseFile(async (file) => {
      const other = await openSqliteStore({ file });
      await other.createClient(newClient());
      for (const suffix of ["", "-wal", "-shm"]) await chmod(file + suffix, 0o644);
      const store = await openSqliteStore({ file });
      for (const suffix of ["", "-wal", "-shm"]) expect(await mode(file + suffix)).toBe(0o600);
      await store.close();
      await other.close();

      await chmod(file, 0o666);
      const again = await openSqliteStore({ file });
      await again.createClient(newClient());
      for (const suffix of ["", "-wal", "-shm"]) expect(await mode(file + suffix)).toBe(0o600);
      await again.close();
    }));

  test("leaves one file behind when it is closed", () =>
    withDatabaseFile(async (file) => {
      const store = await openSqliteStore({ file });
      await store.createClient(newClient());
      await store.close();
      await store.close();
      await expect(stat(`${file}-wal`)).rejects.toThrow("ENOENT");
    }));

  test("repeats nothing of a grant in a token that has all of it", () =>
    withDatabaseFile(async (file) => {
      const store = await openSqliteStore({ file });
      const { grant, code } = await authorize(store);
      const { scope, resources } = grant;
      const accessToken = newAccessToken(grant, { scope, resources });
      await store.redeemCode(code.id, FAILURE_LIMIT, { ...newIssuance(grant), accessToken });
      await store.close();
      const connection = openWriter(file);
      const rows = connection.query("SELECT scope, resources FROM access_tokens").all();
      connection.close();
      expect(rows).toEqual([{ scope: null, resources: null }]);
    }));

  test("holds what was stored when it is opened again", () =>
    withDatabaseFile(async (file) => {
      const client = newClient();
      const before = await openSqliteStore({ file });
      await before.createClient(client);
      await before.close();
      const after = await openSqliteStore({ file });
      expect(await after.findClient(client.clientId)).toEqual(client);
      await after.close();
    }));

  test("knows whether there is an administrator without a look at all people", () =>
    withDatabaseFile(async (file) => {
      const store = await openSqliteStore({ file });
      await store.ping();
      const queries = spyOn(Connection.prototype, "query");
      await store.hasAdministrator();
      const statements = queries.mock.calls.map(([sql]) => sql);
      queries.mockRestore();
      await store.close();
      expect(statements).toHaveLength(1);
      const connection = new Connection(file);
      const plan = connection
        .query<{ detail: string }, SqlValue[]>(`EXPLAIN QUERY PLAN ${statements[0]}`)
        .all(1, 500, 0);
      expect(plan.map(({ detail }) => detail)).toEqual([
        "SCAN accounts USING INDEX accounts_by_subject_if_administrator",
      ]);
      connection.close();
    }));

  test("of a newer version is refused, and not touched", () =>
    withDatabaseFile(async (file) => {
      await (await openSqliteStore({ file })).close();
      const connection = new Connection(file);
      connection.execute("PRAGMA user_version = 999");
      const opening = openSqliteStore({ file });
      await expect(opening).rejects.toBeInstanceOf(DatabaseRefused);
      await expect(opening).rejects.toThrow("was written by a newer version of Tessera (schema 999");
      expect(connection.query("PRAGMA user_version").get()).toEqual({ user_version: 999 });
      connection.close();
    }));

  test("of another program is refused", () =>
    withDatabaseFile(async (file) => {
      ensureDatabaseFile(file);
      const connection = new Connection(file);
      connection.execute("CREATE TABLE precious (data TEXT)");
      await expect(openSqliteStore({ file })).rejects.toThrow("is a database of another program");
      connection.close();
    }));

  test("that is no database is refused, and says which file", () =>
    withDatabaseFile(async (file) => {
      await writeFile(file, "this is a text, and it is long enough to have a header ".repeat(100));
      const opening = openSqliteStore({ file });
      await expect(opening).rejects.toBeInstanceOf(DatabaseRefused);
      await expect(opening).rejects.toThrow(file);
    }));

  test("whose directory cannot be made is unavailable", () =>
    withDatabaseFile(async (file) => {
      await writeFile(file, "a file, not a directory");
      const opening = openSqliteStore({ file: join(file, "tessera.db") });
      await expect(opening).rejects.toBeInstanceOf(StoreUnavailable);
    }));

  test("shows a write to other connections when its promise resolves", () =>
    withDatabaseFile(async (file) => {
      const store = await openSqliteStore({ file });
      const client = newClient();
      await store.createClient(client);
      const other = new Connection(file);
      const stored = other.query<{ found: number }, [Uint8Array]>(
        "SELECT count(*) AS found FROM access_tokens WHERE id = ?",
      );
      for (let round = 0; round < 20; round += 1) {
        const token = newClientToken(client);
        await store.issueAccessToken(token);
        expect(stored.get(token.id)).toEqual({ found: 1 });
      }
      other.close();
      await store.close();
    }));

  test("syncs every commit", () =>
    withDatabaseFile(async (file) => {
      ensureDatabaseFile(file);
      const connection = openWriter(file);
      expect(connection.query("PRAGMA journal_mode").get()).toEqual({ journal_mode: "wal" });
      expect(connection.query("PRAGMA synchronous").get()).toEqual({ synchronous: 2 });
      connection.close();
    }));

  test.if(process.platform === "linux")("acknowledges nothing whose log could not be synced", () =>
    withDatabaseFile(async (file) => {
      const store = await openSqliteStore({ file });
      await store.createClient(newClient());
      const sync = spyOn(LogSync.prototype, "sync").mockRejectedValue(new Error("EIO"));
      await expect(store.createClient(newClient())).rejects.toBeInstanceOf(StoreUnavailable);
      sync.mockRestore();
      await expect(store.createClient(newClient())).rejects.toBeInstanceOf(StoreUnavailable);
      await expect(store.ping()).rejects.toBeInstanceOf(StoreUnavailable);
      await store.close();
    }),
  );

  test.if(process.platform === "linux")(
    "acknowledges no empty commit before what others committed is on disk, though looks see it",
    () =>
      withDatabaseFile(async (file) => {
        const store = await openSqliteStore({ file });
        const disk = Promise.withResolvers<void>();
        const sync = spyOn(LogSync.prototype, "sync").mockImplementation(() => disk.promise);
        const client = newClient();
        const acknowledged: string[] = [];
        const created = store.createClient(client).then(() => acknowledged.push("client"));
        while ((await store.findClient(client.clientId)) === null) await nextTurn();
        const empty = store.commit({ changes: [] }).then(() => acknowledged.push("empty commit"));
        for (let turn = 0; turn < 10; turn += 1) await nextTurn();
        expect(acknowledged).toEqual([]);
        disk.resolve();
        await Promise.all([created, empty]);
        expect(acknowledged).toEqual(["client", "empty commit"]);
        sync.mockRestore();
        await store.close();
      }),
  );

  test("shows a client that another program has changed", () =>
    withDatabaseFile(async (file) => {
      const store = await openSqliteStore({ file });
      const client = newClient({ clientName: "Before" });
      await store.createClient(client);
      expect((await store.findClient(client.clientId))?.clientName).toBe("Before");
      const other = new Connection(file);
      other.execute("UPDATE clients SET client_name = 'After'");
      await nextTurn();
      expect((await store.findClient(client.clientId))?.clientName).toBe("After");
      other.execute(`UPDATE clients SET used_at = ${NOW + 1}`);
      await nextTurn();
      expect((await store.findClient(client.clientId))?.usedAt).toBe(NOW + 1);
      other.close();
      await store.close();
    }));

  test("that fails under a running store makes it unavailable", () =>
    withDatabaseFile(async (file) => {
      const store = await openSqliteStore({ file });
      const other = new Connection(file);
      other.execute("PRAGMA wal_checkpoint(TRUNCATE)");
      other.close();
      // Nonsense in every page but the first, which the store has read.
      const { size } = await stat(file);
      const handle = await open(file, "r+");
      await handle.write(new Uint8Array(size - 4096).fill(0x55), 0, size - 4096, 4096);
      await handle.close();
      await nextTurn();
      await expect(store.listGrants({}, NOW)).rejects.toBeInstanceOf(StoreUnavailable);
      await store.close();
    }));
});

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));
