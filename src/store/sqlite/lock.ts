/**
 * One server per data folder. The lock is a write transaction that stays open on a small database of its own: the
 * operating system ends it with the process, however that dies, and the row beside it says who holds it.
 */
import { Connection } from "./driver.ts";
import { ensurePrivateFile } from "./files.ts";
import { asOpeningError, isBusy } from "./trouble.ts";

/** Who holds the lock. */
export interface LockHolder {
  readonly pid: number;
  readonly issuer: string;
}

export interface HeldLock {
  readonly taken: true;
  release(): void;
}

/** Somebody else has it; the holder is null if it cannot be read at this moment. */
export interface RefusedLock {
  readonly taken: false;
  readonly holder: LockHolder | null;
}

/**
 * Takes the lock on a file, which is made, for its owner only, if it is not there. Nothing is changed if it is taken.
 * Throws StoreUnavailable if the file cannot be used.
 */
export function takeLock(file: string, me: LockHolder): HeldLock | RefusedLock {
  let connection: Connection | null = null;
  try {
    // Only a new file is opened here: closing one that this process has locked would let go of the lock (fcntl(2)).
    ensurePrivateFile(file);
    // Not in WAL mode, as the database is: there a transaction keeps two more files beside the lock.
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

function lock(connection: Connection, me: LockHolder): "me" | LockHolder | null {
  try {
    // After the power fails nobody holds the lock, and whose name is in it is no matter. The disk is waited for only when
    // the file is made, so that none is left that cannot be read.
    if (isMade(connection)) connection.execute("PRAGMA synchronous = OFF");
    for (;;) {
      connection.execute("BEGIN IMMEDIATE");
      connection.execute(
        "CREATE TABLE IF NOT EXISTS holder (pid INTEGER NOT NULL, issuer TEXT NOT NULL) STRICT",
      );
      connection.execute("DELETE FROM holder");
      connection.command<[number, string]>("INSERT INTO holder (pid, issuer) VALUES (?, ?)")(
        me.pid,
        me.issuer,
      );
      connection.execute("COMMIT");
      connection.execute("BEGIN IMMEDIATE");
      // Between the two transactions another process may have written its name, and then given way to us.
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

const readHolder = (connection: Connection): LockHolder | null =>
  connection.query<{ pid: number; issuer: string }, []>("SELECT pid, issuer FROM holder").get();

function readHolderIfPossible(connection: Connection): LockHolder | null {
  try {
    return readHolder(connection);
  } catch {
    // The other process is just writing it, or has not yet.
    return null;
  }
}
