/** The sync of the log: first by the writing thread, then by its own thread. */

import { describe, expect, test } from "bun:test";
import { symlinkSync } from "node:fs";
import { ensureDatabaseFile, openWriter } from "../../../src/store/sqlite/driver.ts";
import { LogSync, takeSyncOut } from "../../../src/store/sqlite/sync.ts";
import { openSqliteStore } from "../acts.ts";
import { newClient } from "../records.ts";
import { withDatabaseFile } from "./temporary.ts";

/** Often enough for the thread to start, with pauses for that. */
async function often(sync: () => Promise<void>): Promise<void> {
  for (let time = 1; time <= 200; time += 1) {
    await sync();
    if (time % 50 === 0) await Bun.sleep(50);
  }
}

describe.if(process.platform === "linux")("the sync of the log", () => {
  test("is taken out of the commits, and done however often it is asked for", () =>
    withDatabaseFile(async (file) => {
      ensureDatabaseFile(file);
      const connection = openWriter(file);
      const log = takeSyncOut(connection, file);
      if (log === null) throw new Error("SQLite still syncs by itself.");
      expect(connection.query("PRAGMA synchronous").get()).toEqual({ synchronous: 1 });
      connection.execute("CREATE TABLE numbers (n INTEGER)");
      await often(() => log.sync());
      await log.close();
      connection.close();
    }));

  test("finds the log of a database that a link leads to", () =>
    withDatabaseFile(async (file) => {
      const store = await openSqliteStore({ file });
      symlinkSync(file, `${file}.link`);
      const linked = await openSqliteStore({ file: `${file}.link` });
      const client = newClient();
      await linked.createClient(client);
      expect(await store.findClient(client.clientId)).not.toBeNull();
      await linked.close();
      await store.close();
    }));

  test("fails whenever the disk does, in either thread", () =>
    withDatabaseFile(async (file) => {
      ensureDatabaseFile(file);
      // fdatasync fails on this file.
      symlinkSync("/dev/null", `${file}-wal`);
      const log = new LogSync(file);
      await often(async () => {
        await expect(log.sync()).rejects.toThrow("EINVAL");
      });
      await log.close();
    }));

  test("does not stand in the way of whoever answers, once there is a thread for it", () =>
    withDatabaseFile(async (file) => {
      ensureDatabaseFile(file);
      const connection = openWriter(file);
      connection.execute("CREATE TABLE numbers (n INTEGER)");
      const log = new LogSync(file);
      await often(() => log.sync());
      let isSynced = false;
      const syncing = log.sync().then(() => {
        isSynced = true;
      });
      // In the writing thread, the sync would end with this turn's promises.
      await Promise.resolve();
      await Promise.resolve();
      expect(isSynced).toBe(false);
      await syncing;
      await log.close();
      connection.close();
    }));
});
