/**
 * Puts a backup in the place of the database. Everything that can fail happens beside the database first; then a rename
 * decides. From that moment on the restored database is complete under the name `tessera.db.restored`, and no store is
 * opened until it has taken its place (`requireNoRestore`). So a program or a machine that dies leaves one of these:
 *
 * - the old database, and perhaps a `tessera.db.restoring`, which the next restore overwrites;
 * - `tessera.db.restored`, and the old database in its place or already aside: `tessera restore` finishes;
 * - the new database in its place, and the old one aside.
 *
 * Whoever calls anything here has the lock of the data folder.
 */
import {
  closeSync,
  existsSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import type { EpochSeconds } from "../../platform/clock.ts";
import { printable } from "../../platform/printable.ts";
import { DatabaseRefused, StoreUnavailable } from "../contract.ts";
import type { TableDigest } from "../transfer/rows.ts";
import { type Backup, type BackupReport, digestDatabase, readBackup, requireIntegrity } from "./backup.ts";
import { type Connection, withConnection } from "./driver.ts";
import { createPrivateFile, restoredFile, syncFile, syncFolder } from "./files.ts";
import { isDatabase } from "./header.ts";
import { findForeign, migrate } from "./migrations.ts";
import { asStoreError, isBusy, isDamaged } from "./trouble.ts";

export interface RestoreRequest {
  readonly backup: string;
  /** Where it goes. */
  readonly database: string;
  /** If given, all access that the restored data would give is ended as of this time. */
  readonly endAccess: EpochSeconds | null;
}

/** A restored database that only has to take its place. */
export interface PreparedRestore {
  readonly backup: Backup;
  /** What is in it, to compare with what is in place afterwards. */
  readonly tables: readonly TableDigest[];
  readonly ended: EndedAccess | null;
}

/** How many there were. */
export interface EndedAccess {
  readonly grants: number;
  readonly sessions: number;
}

/**
 * Checks the backup and makes the database that it is to become. The one in place is not touched; from the moment this
 * returns it is not opened any more.
 * Throws DatabaseRefused if the file is no backup, is damaged, has another schema than Tessera's, or is newer than the
 * program.
 */
export function prepareRestore(
  { backup, database, endAccess }: RestoreRequest,
  checked: BackupReport["checked"],
): PreparedRestore {
  const draft = `${database}.restoring`;
  removeDraft(draft);
  try {
    copyForOwner(backup, draft);
    // The copy is checked, not the file: it may lie on a disk that reads something else the next time.
    const found = readBackup(draft, backup, checked);
    const prepared = withConnection(draft, (connection) => {
      // Its own journal would be a second file, and a draft that was interrupted is thrown away.
      connection.execute("PRAGMA journal_mode = MEMORY");
      connection.execute("DROP TABLE backup; DROP TABLE backup_tables");
      migrate(connection, backup);
      const foreign = findForeign(connection, backup);
      if (foreign !== null) throw notOurs(backup, foreign);
      const ended = endAccess === null ? null : endAllAccess(connection, endAccess);
      return { backup: found, tables: digestDatabase(connection, () => {}), ended };
    });
    syncFile(draft);
    renameSync(draft, restoredFile(database));
    syncFolder(dirname(database));
    return prepared;
  } catch (error) {
    removeDraft(draft);
    // What is in place of our tables, a view for one, fails the statements that are meant for them.
    if (isDamaged(error)) throw notOurs(backup, error instanceof Error ? error.message : String(error));
    throw asRestoreError(error);
  }
}

const notOurs = (backup: string, what: string) =>
  new DatabaseRefused(
    `${backup} was not made by Tessera, or was changed: its schema is another (${printable(what)}). Take another backup.`,
  );

/** With its logs: SQLite would take one that was left behind for the next draft's. */
function removeDraft(draft: string): void {
  for (const suffix of ["", "-wal", "-shm", "-journal"]) rmSync(draft + suffix, { force: true });
}

/** Trouble with disk and files is no mistake of the program. */
function asRestoreError(error: unknown): unknown {
  if (!(error instanceof Error && "syscall" in error)) return asStoreError(error);
  return new StoreUnavailable(`the backup cannot be brought into the data folder: ${error.message}`, {
    cause: error,
    advice: "Nothing has changed. Check the file, the free space and the owner of the data folder.",
  });
}

/**
 * What a thief of a token, or whoever was shut out after the backup, would find alive again. Secrets and passwords stay
 * as they are: they belong to somebody, who must be told.
 */
function endAllAccess(connection: Connection, now: EpochSeconds): EndedAccess {
  return connection.transaction(() => {
    const grants = connection.command<[EpochSeconds]>(
      "UPDATE grants SET revoked_at = ?, revoked_reason = 'revoked_by_operator' WHERE revoked_at IS NULL",
    )(now);
    const sessions = connection.command<[]>("DELETE FROM sessions")();
    // Without the consents too, nobody gets access again without being asked.
    for (const table of ["consents", "access_tokens", "expiry_batches", "device_codes", "setup_links"]) {
      connection.execute(`DELETE FROM ${table}`);
    }
    return { grants, sessions };
  });
}

/** Whether a restore waits to be finished. */
export const isRestorePrepared = (database: string): boolean => existsSync(restoredFile(database));

/** How often to look whether other programs have closed the database, and the pause between. */
const ATTEMPTS = 50;
const PAUSE_MILLIS = 100;

/**
 * Lets the restored database take its place. The one before is kept aside with its logs; returns its name, or null if
 * there was none. May be interrupted and called again at any time.
 * Throws DatabaseRefused, before anything is moved, if another program has the database open; a restore that has just
 * been prepared is forgotten then, so that the old database goes on.
 */
export async function finishRestore(
  database: string,
  { isNew }: { readonly isNew: boolean },
): Promise<string | null> {
  const restored = restoredFile(database);
  if (!(await isUnused(database))) {
    if (isNew) rmSync(restored);
    throw new DatabaseRefused(`Another program has ${database} open. End it, and try again.`);
  }
  // By the time of the restored file, which stays the same however often this is begun.
  const time = statSync(restored).mtime.toISOString().replaceAll(":", "");
  const aside = `${database}.replaced-${time}`;
  // SQLite would take a log that is left behind for the new database's.
  for (const suffix of ["", "-wal", "-shm", "-journal"]) {
    if (existsSync(database + suffix)) renameSync(database + suffix, aside + suffix);
  }
  syncFolder(dirname(database));
  renameSync(restored, database);
  syncFolder(dirname(database));
  return existsSync(aside) ? aside : null;
}

/** Reads the database in place again. Throws if it is not what was prepared. */
export function checkRestored(database: string, tables: readonly TableDigest[] | null): void {
  withConnection(database, (connection) => {
    requireIntegrity(connection);
    if (tables === null) return;
    const found = digestDatabase(connection, () => {});
    if (!Bun.deepEquals(found, tables)) {
      throw new Error("what is in place after the restore is not what was restored");
    }
  });
}

/**
 * A command that began before the restore may have the database open. When it closes it, SQLite removes the log by its
 * name, and that would be the new database's. To leave the mode with a log, SQLite must be the only one.
 */
async function isUnused(database: string): Promise<boolean> {
  // One that is no database any more is what restores are for. SQLite would throw its log away.
  if (!existsSync(database) || !isDatabase(database)) return true;
  for (let attempt = 1; ; attempt += 1) {
    try {
      withConnection(database, (connection) => connection.execute("PRAGMA journal_mode = DELETE"));
      return true;
    } catch (error) {
      if (!isBusy(error)) return true;
      if (attempt === ATTEMPTS) return false;
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLIS));
  }
}

const CHUNK_BYTES = 1024 * 1024;

/** From its first byte on the copy can be read by its owner only. */
function copyForOwner(from: string, to: string): void {
  const source = openSync(from, "r");
  const target = createPrivateFile(to);
  try {
    const chunk = Buffer.alloc(CHUNK_BYTES);
    for (;;) {
      const length = readSync(source, chunk);
      if (length === 0) return;
      writeFileSync(target, chunk.subarray(0, length));
    }
  } finally {
    closeSync(source);
    closeSync(target);
  }
}
