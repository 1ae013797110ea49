/**
 * One server per data folder. The lock is an open write transaction on a small database of its own: the operating system
 * releases it when the process dies for any reason. A row in that database names the holder.
 */
import { existsSync } from "node:fs";
import { Connection } from "./driver.ts";
import { ensurePrivateFile } from "./files.ts";
import { asOpeningError, isBusy } from "./trouble.ts";

/** The process that holds the lock. */
export interface LockHolder {
  readonly pid: number;
  readonly issuer: string;
  /** Its version. */
  readonly program: string;
  /** In seconds since the epoch. */
  readonly startedAt: number;
  /** Where a server listens. Empty for a command that uses the folder alone. */
  readonly urls: readonly string[];
}

interface HolderRow {
  readonly pid: number;
  readonly issuer: string;
  readonly program: string;
  readonly started_at: number;
  readonly urls: string;
}

export interface HeldLock {
  readonly taken: true;
  release(): void;
}

/** Another process has the lock. `holder` is null if its name cannot be read at this moment. */
export interface RefusedLock {
  readonly taken: false;
  readonly holder: LockHolder | null;
}

/**
 * Takes the lock on a file, and makes the file, for its owner only, if it does not exist. Changes nothing if another process
 * has the lock. Throws StoreUnavailable if the file cannot be used.
 */
export function takeLock(file: string, me: LockHolder): HeldLock | RefusedLock {
  let connection: Connection | null = null;
  try {
    // This opens only a new file: closing one that this process has locked would release the lock (fcntl(2)).
    ensurePrivateFile(file);
    // Unlike the database, the lock is not in WAL mode, which would keep two more files beside it.
    const opened = new Connection(file);
    connection = opened;
    opened.execute("PRAGMA busy_timeout = 50");
    const holder = lock(opened, me);
    if (holder === "me") return { taken: true, release: () => opened.close() };
    opened.close();
    return { taken: false, holder };
  } catch (error) {
    connection?.close();
    throw asOpeningError(error, file);
  }
}

/** Whether a process holds the lock, and which: null if its name cannot be read at this moment. Takes no lock. */
export type LockState =
  | { readonly held: false }
  | { readonly held: true; readonly holder: LockHolder | null };

/** Throws StoreUnavailable if the file cannot be used. */
export function lockState(file: string): LockState {
  if (!existsSync(file)) return { held: false };
  let connection: Connection | null = null;
  try {
    const opened = new Connection(file);
    connection = opened;
    // A server that starts just now waits longer than this takes.
    opened.execute("BEGIN IMMEDIATE");
    opened.execute("ROLLBACK");
    return { held: false };
  } catch (error) {
    if (!isBusy(error) || connection === null) throw asOpeningError(error, file);
    return { held: true, holder: readHolderIfPossible(connection) };
  } finally {
    connection?.close();
  }
}

function lock(connection: Connection, me: LockHolder): "me" | LockHolder | null {
  try {
    // A power failure releases the lock, and the name in it no longer matters. Only a new file waits for the disk, so that
    // a failure does not leave an unreadable one.
    if (isMade(connection)) connection.execute("PRAGMA synchronous = OFF");
    for (;;) {
      connection.execute("BEGIN IMMEDIATE");
      // Another version may have made it with other columns.
      connection.execute("DROP TABLE IF EXISTS holder");
      connection.execute(
        "CREATE TABLE holder (pid INTEGER NOT NULL, issuer TEXT NOT NULL, program TEXT NOT NULL, started_at INTEGER NOT NULL, urls TEXT NOT NULL) STRICT",
      );
      connection.command<[number, string, string, number, string]>(
        "INSERT INTO holder (pid, issuer, program, started_at, urls) VALUES (?, ?, ?, ?, ?)",
      )(me.pid, me.issuer, me.program, me.startedAt, me.urls.join(" "));
      connection.execute("COMMIT");
      connection.execute("BEGIN IMMEDIATE");
      // Between the two transactions another process may have written its name and released the lock.
      const written = readHolder(connection);
      if (written?.pid === me.pid && written.issuer === me.issuer) return "me";
      connection.execute("ROLLBACK");
    }
  } catch (error) {
    if (!isBusy(error)) throw error;
    if (connection.inTransaction) connection.execute("ROLLBACK");
    return readHolderIfPossible(connection);
  }
}

const isMade = (connection: Connection): boolean =>
  connection.query<{ name: string }, []>("SELECT name FROM sqlite_schema WHERE name = 'holder'").get() !==
  null;

function readHolder(connection: Connection): LockHolder | null {
  const row = connection
    .query<HolderRow, []>("SELECT pid, issuer, program, started_at, urls FROM holder")
    .get();
  if (row === null) return null;
  const { pid, issuer, program, started_at: startedAt, urls } = row;
  return { pid, issuer, program, startedAt, urls: urls === "" ? [] : urls.split(" ") };
}

function readHolderIfPossible(connection: Connection): LockHolder | null {
  try {
    return readHolder(connection);
  } catch {
    // The other process is still writing its name.
    return null;
  }
}
