/**
 * Replaces the database by a backup. Everything that can fail happens beside the database first; then a rename decides. From
 * that moment on the restored database is complete under the name `tessera.db.restored`, and no store opens until it is in
 * place (`requireNoRestore`). So a program or a machine that dies leaves one of these states:
 *
 * - the old database, and perhaps a `tessera.db.restoring`, which the next restore overwrites;
 * - `tessera.db.restored`, and the old database in its place or already aside: `tessera restore` finishes;
 * - the new database in its place, and the old one aside.
 *
 * The callers of these functions have the lock of the data folder.
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
import { SCHEMA, type Schema } from "../schema.ts";
import { RESTORED } from "../tables/server.ts";
import { type Backup, type BackupReport, openBackup, requireIntegrity } from "./backup.ts";
import { type Connection, withConnection } from "./driver.ts";
import { createPrivateFile, restoredFile, syncFile, syncFolder } from "./files.ts";
import { isDatabase } from "./header.ts";
import { findForeign, migrate } from "./migrations.ts";
import { asStoreError, isBusy, isDamaged } from "./trouble.ts";

export interface RestoreRequest {
  readonly backup: string;
  /** The file's name in messages. Default: `backup`. */
  readonly name?: string;
  /** The file to replace. */
  readonly database: string;
  /** If not null, all access in the restored data ends as of this time. */
  readonly endAccess: EpochSeconds | null;
  /**
   * The time of the restore. What counts once may have been used since the backup, so what is under way in the backup goes, and the
   * servers accept nothing that was signed before (rules/once.ts). Null: the data stays as it was, for a look at it.
   */
  readonly restoredAt: EpochSeconds | null;
  readonly schema?: Schema;
}

/** A restored database that is ready to take its place. */
export interface PreparedRestore {
  readonly backup: Backup;
  readonly ended: EndedAccess | null;
}

/** How many grants and sessions the restore ended. */
export interface EndedAccess {
  readonly grants: number;
  readonly sessions: number;
}

/**
 * Checks the backup and makes the new database from it. It does not touch the one in place, but no store opens that one
 * after this returns.
 * Throws DatabaseRefused if the file is no backup, is damaged, has another schema than Tessera's, or is newer than the
 * program.
 */
export function prepareRestore(
  { backup, name = backup, database, endAccess, restoredAt, schema = SCHEMA }: RestoreRequest,
  checked: BackupReport["checked"],
): PreparedRestore {
  const draft = `${database}.restoring`;
  removeDraft(draft);
  try {
    copyForOwner(backup, draft);
    // This checks the copy, not the file, whose disk may return other bytes the next time.
    const found = openBackup(draft, name, checked, schema);
    const prepared = withConnection(draft, (connection) => {
      // A journal on disk would be a second file, and an interrupted draft is useless anyway.
      connection.execute("PRAGMA journal_mode = MEMORY");
      connection.execute("DROP TABLE backup");
      migrate(connection, name, { schema });
      const foreign = findForeign(connection, schema);
      if (foreign !== null) throw notOurs(name, foreign);
      if (restoredAt !== null) countNothingTwice(connection, restoredAt);
      return { backup: found, ended: endAccess === null ? null : endAllAccess(connection, endAccess) };
    });
    syncFile(draft);
    renameSync(draft, restoredFile(database));
    syncFolder(dirname(database));
    return prepared;
  } catch (error) {
    removeDraft(draft);
    // Objects in place of our tables, such as views, fail the statements for the tables.
    if (isDamaged(error)) throw notOurs(name, error instanceof Error ? error.message : String(error));
    throw asRestoreError(error);
  }
}

const notOurs = (backup: string, what: string) =>
  new DatabaseRefused(
    `${backup} was not made by Tessera, or was changed: its schema is another (${printable(what)}). Take another backup.`,
  );

/** Removes its logs too: SQLite would take an old log for that of the next draft. */
function removeDraft(draft: string): void {
  for (const suffix of ["", "-wal", "-shm", "-journal"]) rmSync(draft + suffix, { force: true });
}

/** Trouble with disk and files is no bug of the program. */
function asRestoreError(error: unknown): unknown {
  if (!(error instanceof Error && "syscall" in error)) return asStoreError(error);
  return new StoreUnavailable(`the backup cannot be brought into the data folder: ${error.message}`, {
    cause: error,
    advice: "Nothing has changed. Check the file, the free space and the owner of the data folder.",
  });
}

/** What counts once, or waits for an answer that a person may have given since the backup. It lives for minutes: its owner begins again. */
const UNDER_WAY = [
  "codes WHERE used_at IS NULL",
  "device_codes",
  "backchannel_requests",
  "pushed_requests",
  "sign_in_approvals",
] as const;

function countNothingTwice(connection: Connection, now: EpochSeconds): void {
  connection.transaction(() => {
    connection.command<[string, EpochSeconds]>(
      "INSERT OR REPLACE INTO revisions (name, revision) VALUES (?, ?)",
    )(RESTORED, now);
    for (const rows of UNDER_WAY) connection.execute(`DELETE FROM ${rows}`);
  });
}

/**
 * Ends all access that the backup would bring back to thieves, and to people and clients that were shut out later. Secrets
 * and passwords stay, because their owners must be told first.
 */
function endAllAccess(connection: Connection, now: EpochSeconds): EndedAccess {
  return connection.transaction(() => {
    const grants = connection.command<[EpochSeconds]>(
      "UPDATE grants SET revoked_at = ?, revoked_reason = 'revoked_by_operator' WHERE revoked_at IS NULL",
    )(now);
    const sessions = connection.command<[]>("DELETE FROM sessions")();
    // The consents go too, so that every client must ask again.
    for (const table of [
      "consents",
      "access_tokens",
      "device_codes",
      "backchannel_requests",
      "pushed_requests",
      "setup_links",
      "links",
    ]) {
      connection.execute(`DELETE FROM ${table}`);
    }
    return { grants, sessions };
  });
}

/** Whether a restore waits to be finished. */
export const isRestorePrepared = (database: string): boolean => existsSync(restoredFile(database));

/** How often to check whether other programs have closed the database, and the pause between. */
const ATTEMPTS = 50;
const PAUSE_MILLIS = 100;

/**
 * Puts the restored database in its place. Keeps the previous one aside with its logs; returns its name, or null if there
 * was none. May be interrupted and called again at any time.
 * Throws DatabaseRefused, before it moves anything, if another program has the database open; then it drops a restore
 * that was just prepared, so that the old database stays in use.
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
  // The time is that of the restored file, so every attempt uses the same name.
  const time = statSync(restored).mtime.toISOString().replaceAll(":", "");
  const aside = `${database}.replaced-${time}`;
  // SQLite would take an old log for that of the new database.
  for (const suffix of ["", "-wal", "-shm", "-journal"]) {
    if (existsSync(database + suffix)) renameSync(database + suffix, aside + suffix);
  }
  syncFolder(dirname(database));
  renameSync(restored, database);
  syncFolder(dirname(database));
  return existsSync(aside) ? aside : null;
}

/** Reads the database in place again. Throws if SQLite finds it inconsistent. */
export const checkRestored = (database: string): void => withConnection(database, requireIntegrity);

/**
 * A command that began before the restore may have the database open. When it closes the database, SQLite removes the
 * log by its name, and that would be the new database's log. SQLite leaves WAL mode only if no other program has the
 * database open, so this tries that.
 */
async function isUnused(database: string): Promise<boolean> {
  // A restore may replace a file that is no longer a database. Opening it would make SQLite delete its log.
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

/** Only the owner can read the copy, from its first byte on. */
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
