/**
 * The only file that speaks to bun:sqlite: opens connections, prepares statements, tells which errors mean
 * that the store cannot answer.
 */
import { Database, SQLiteError } from "bun:sqlite";
import { chmodSync, closeSync, mkdirSync, openSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { StoreUnavailable } from "../contract.ts";

/** What a column holds and a parameter may be. The tables are STRICT, so nothing else comes back. */
export type SqlValue = string | number | Uint8Array | null;

/** A prepared statement that answers rows. The row type says what the columns hold; the schema makes it so. */
export interface Query<Row, Parameters extends SqlValue[]> {
  /** The first row, or null. */
  get(...parameters: Parameters): Row | null;
  all(...parameters: Parameters): Row[];
  /** One row at a time, for tables that are too large to hold. */
  iterate(...parameters: Parameters): Iterable<Row>;
}

/** A prepared statement that changes rows, and returns how many it changed. */
export type Command<Parameters extends SqlValue[]> = (...parameters: Parameters) => number;

/** How long SQLite itself waits for another process's lock. It sleeps in the call, so it must be short. */
const LOCK_WAIT_MILLIS = 50;

const SHARED_SETTINGS = [
  `PRAGMA busy_timeout = ${LOCK_WAIT_MILLIS}`,
  "PRAGMA trusted_schema = OFF",
  // Rows refer to each other by id and are judged when they are read, so foreign keys would only add a look-up
  // to each insert and an index to each child.
  "PRAGMA foreign_keys = OFF",
];

const WRITER_SETTINGS = [
  ...SHARED_SETTINGS,
  "PRAGMA journal_mode = WAL",
  // In WAL mode only FULL syncs at every commit; NORMAL may lose acknowledged commits when the power fails.
  "PRAGMA synchronous = FULL",
  // On macOS fsync leaves the data in the drive's cache; elsewhere this setting does nothing.
  "PRAGMA fullfsync = ON",
  // After a burst the log is cut back to this many bytes.
  "PRAGMA journal_size_limit = 67108864",
  "PRAGMA cache_size = -16384",
];

const READER_SETTINGS = [...SHARED_SETTINGS, "PRAGMA query_only = ON", "PRAGMA cache_size = -16384"];

/** One connection. Everything on it is synchronous. */
export class Connection {
  readonly #database: Database;

  constructor(file: string) {
    this.#database = new Database(file, { readwrite: true, create: false, strict: true });
  }

  query<Row, Parameters extends SqlValue[]>(sql: string): Query<Row, Parameters> {
    return this.#database.prepare<Row, SqlValue[]>(sql);
  }

  command<Parameters extends SqlValue[]>(sql: string): Command<Parameters> {
    const statement = this.#database.prepare<unknown, SqlValue[]>(sql);
    return (...parameters) => statement.run(...parameters).changes;
  }

  /** Runs a text of one or more statements, without parameters. */
  execute(sql: string): void {
    this.#database.run(sql);
  }

  /** Everything that `work` does happens, or nothing. The write lock is taken first. */
  transaction<Result>(work: () => Result): Result {
    this.execute("BEGIN IMMEDIATE");
    try {
      const result = work();
      this.execute("COMMIT");
      return result;
    } catch (error) {
      if (this.inTransaction) this.execute("ROLLBACK");
      throw error;
    }
  }

  /** SQLite gives a whole transaction up by itself after some errors (a full disk, for one). */
  get inTransaction(): boolean {
    return this.#database.inTransaction;
  }

  close(): void {
    // `true` finalizes the statements too; else the log would outlive the connection.
    this.#database.close(true);
  }
}

/**
 * Creates an empty file that only its owner may read, unless there is one. One that others may read, from a backup or
 * a copy, is tightened, and its log files with it; those that SQLite makes later get the mode of the database.
 */
export function ensureDatabaseFile(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  closeSync(openSync(file, "a", 0o600));
  for (const suffix of ["", "-wal", "-shm"]) tighten(file + suffix);
}

function tighten(file: string): void {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found !== undefined && (found.mode & 0o077) !== 0) chmodSync(file, 0o600);
}

export function openWriter(file: string): Connection {
  return openConnection(file, WRITER_SETTINGS);
}

export function openReader(file: string): Connection {
  return openConnection(file, READER_SETTINGS);
}

/** How long a command waits for a lock. Nothing else runs in its process, so it may sleep. */
const COMMAND_LOCK_WAIT_MILLIS = 5000;

/** A connection for what a command does to a file as a whole: no logs are made beside it. */
export function withConnection<Result>(file: string, use: (connection: Connection) => Result): Result {
  const connection = openConnection(file, [
    ...SHARED_SETTINGS,
    `PRAGMA busy_timeout = ${COMMAND_LOCK_WAIT_MILLIS}`,
  ]);
  try {
    return use(connection);
  } finally {
    connection.close();
  }
}

function openConnection(file: string, settings: readonly string[]): Connection {
  const connection = new Connection(file);
  try {
    for (const setting of settings) connection.execute(setting);
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** SQLite's primary result codes for trouble that the program did not make. */
const ENVIRONMENT_CODES: ReadonlySet<number> = new Set([
  3, // PERM
  5, // BUSY
  6, // LOCKED
  7, // NOMEM
  8, // READONLY
  10, // IOERR
  11, // CORRUPT
  13, // FULL
  14, // CANTOPEN
  15, // PROTOCOL
  26, // NOTADB
]);

/** ERROR is among them: a schema that was damaged is often one that can be read and makes no sense. */
const DAMAGE_CODES: ReadonlySet<number> = new Set([
  1, // ERROR
  11, // CORRUPT
  24, // FORMAT
  26, // NOTADB
]);

const BUSY_CODES: ReadonlySet<number> = new Set([5, 6]);

// The low byte of an extended code is the primary code.
const primaryCode = (error: SQLiteError) => error.errno & 0xff;

/** Another process holds the lock: worth trying again. */
export function isBusy(error: unknown): boolean {
  return error instanceof SQLiteError && BUSY_CODES.has(primaryCode(error));
}

/** The file is not what was written into it, as far as SQLite can tell. */
export const isDamaged = (error: unknown): boolean =>
  error instanceof SQLiteError && DAMAGE_CODES.has(primaryCode(error));

/** Turns trouble with disk, locks or file into StoreUnavailable; a mistake of the program stays what it is. */
export function asStoreError(error: unknown): unknown {
  if (error instanceof SQLiteError && ENVIRONMENT_CODES.has(primaryCode(error))) {
    return new StoreUnavailable(`the database cannot answer: ${error.message}`, { cause: error });
  }
  return error;
}
