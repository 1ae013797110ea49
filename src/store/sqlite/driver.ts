/** The only file that works with bun:sqlite: opens connections, prepares statements. trouble.ts translates its errors. */
import { Database } from "bun:sqlite";
import { chmodSync, closeSync, mkdirSync, openSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { ensurePrivateFile } from "./files.ts";

/** The values of columns and parameters. The tables are STRICT, so no other values come back. */
export type SqlValue = string | number | Uint8Array | null;

/** A prepared statement that returns rows. The schema guarantees that the columns fit the row type. */
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
  // Rules check references when they read rows, so foreign keys would only add a look-up to each insert and an index to
  // each child.
  "PRAGMA foreign_keys = OFF",
];

const WRITER_SETTINGS = [
  "PRAGMA journal_mode = WAL",
  // In WAL mode only FULL syncs at every commit; NORMAL may lose acknowledged commits when the power fails.
  "PRAGMA synchronous = FULL",
  // On macOS fsync leaves the data in the drive's cache; elsewhere this setting does nothing.
  "PRAGMA fullfsync = ON",
  // After a burst SQLite cuts the log back to this many bytes.
  "PRAGMA journal_size_limit = 67108864",
  // The cache of pages, in KiB: enough for a few hundred thousand tokens.
  "PRAGMA cache_size = -32768",
];

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

  /** Runs `work` in a transaction, which takes the write lock first. */
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

  /** After some errors, such as a full disk, SQLite itself rolls back the whole transaction. */
  get inTransaction(): boolean {
    return this.#database.inTransaction;
  }

  close(): void {
    // `true` finalizes the statements too; otherwise the log would outlive the connection.
    this.#database.close(true);
  }
}

/**
 * Creates an empty file that only its owner may read, if there is none. If others may read an existing one, from a backup
 * or a copy, this tightens it and its log files; SQLite gives later log files the mode of the database.
 */
export function ensureDatabaseFile(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  ensurePrivateFile(file);
  closeSync(openSync(file, "a", 0o600));
  for (const suffix of ["", "-wal", "-shm"]) tighten(file + suffix);
}

function tighten(file: string): void {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found !== undefined && (found.mode & 0o077) !== 0) chmodSync(file, 0o600);
}

/** `check` throws if the file is not ours. It runs before the settings that change the file. */
export function openWriter(file: string, check: (connection: Connection) => void = () => {}): Connection {
  return openConnection(file, WRITER_SETTINGS, check);
}

/** How long a command waits for a lock. Its process has no other work, so it may sleep. */
const COMMAND_LOCK_WAIT_MILLIS = 5000;

/**
 * A connection for commands that handle a file as a whole. It does not change the journal mode: a database in WAL mode has
 * logs beside it while this is open.
 */
export function withConnection<Result>(file: string, use: (connection: Connection) => Result): Result {
  const connection = openConnection(file, [`PRAGMA busy_timeout = ${COMMAND_LOCK_WAIT_MILLIS}`]);
  try {
    return use(connection);
  } finally {
    connection.close();
  }
}

function openConnection(
  file: string,
  settings: readonly string[],
  check: (connection: Connection) => void = () => {},
): Connection {
  const connection = new Connection(file);
  try {
    for (const setting of SHARED_SETTINGS) connection.execute(setting);
    check(connection);
    for (const setting of settings) connection.execute(setting);
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}
