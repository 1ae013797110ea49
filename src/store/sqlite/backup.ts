/**
 * Backups of the embedded database: one file, a database itself, that also says what must be in it. `VACUUM INTO` reads
 * one moment of the database, while others go on to write: it holds nothing up, and misses nothing that was committed
 * before it began.
 */
import type { EpochSeconds } from "../../platform/clock.ts";
import { printable } from "../../platform/printable.ts";
import { DatabaseRefused } from "../contract.ts";
import { RowDigest, type TableDigest } from "../transfer/rows.ts";
import { type Connection, type SqlValue, withConnection } from "./driver.ts";
import { requireNoRestoreMeanwhile } from "./files.ts";
import { isOurDatabase } from "./header.ts";
import { checkedVersion, findForeign, hasTable, UNFINISHED_COPY } from "./migrations.ts";
import { asStoreError, isDamaged } from "./trouble.ts";

/** What a backup says about itself. */
export interface BackupFacts {
  readonly createdAt: EpochSeconds;
  /** The version of the program that made it. */
  readonly program: string;
  /** Whose data they are. */
  readonly issuer: string;
}

export interface Backup extends BackupFacts {
  /** Of every table, and of the schema itself. */
  readonly tables: readonly TableDigest[];
  /** Whether the server's own key is in it, or in the operator's configuration, or was not made yet. */
  readonly serverKey: "held" | "configured" | "none";
}

export interface BackupReport {
  /** It will have about so many bytes. */
  copying(bytes: number): void;
  /** So many rows of all were read again and digested. */
  checked(rows: number, all: number): void;
}

const MANIFEST = `
CREATE TABLE backup (
  singleton  INTEGER PRIMARY KEY CHECK (singleton = 1),
  created_at INTEGER NOT NULL,
  program    TEXT NOT NULL,
  issuer     TEXT NOT NULL,
  schema     INTEGER NOT NULL
) STRICT;
CREATE TABLE backup_tables (
  name   TEXT PRIMARY KEY,
  rows   INTEGER NOT NULL,
  digest TEXT NOT NULL
) STRICT, WITHOUT ROWID;
`;

/**
 * Writes a backup into a file that is there and empty. Until this returns, the file is no backup: what makes it one is
 * written last. Everything here is synchronous and may take minutes.
 */
export function writeBackup(
  database: string,
  file: string,
  facts: BackupFacts,
  report: BackupReport,
): Backup {
  vacuumInto(database, file, report);
  return withConnection(file, (backup) => {
    // Its own journal would be a second file, and a backup that was interrupted is thrown away.
    backup.execute("PRAGMA journal_mode = MEMORY");
    requireIntegrity(backup);
    return backup.transaction(() => {
      backup.execute(MANIFEST);
      const insertFacts = backup.command<[number, string, string, number]>(
        "INSERT INTO backup VALUES (1, ?, ?, ?, ?)",
      );
      insertFacts(facts.createdAt, facts.program, facts.issuer, checkedVersion(backup, file));
      const tables = digestDatabase(backup, report.checked);
      const insert = backup.command<[string, number, string]>("INSERT INTO backup_tables VALUES (?, ?, ?)");
      for (const { table, rows, digest } of tables) insert(table, rows, digest);
      return { ...facts, tables, serverKey: serverKeyOf(backup) };
    });
  });
}

function vacuumInto(database: string, file: string, report: BackupReport): void {
  const requireStillNone = requireNoRestoreMeanwhile(database);
  withConnection(database, (source) => {
    checkedVersion(source, database);
    requireStillNone();
    if (hasTable(source, UNFINISHED_COPY)) {
      throw new DatabaseRefused(`${database} is an unfinished copy of another database: nothing to back up.`);
    }
    const foreign = findForeign(source, database);
    if (foreign !== null) {
      throw new DatabaseRefused(
        `${database} has another ${printable(foreign)} than Tessera makes, or none: what is not Tessera's cannot be restored. Put it right first.`,
      );
    }
    const size = source
      .query<{ bytes: number }, []>(
        `SELECT (page_count - freelist_count) * page_size AS bytes
         FROM pragma_page_count, pragma_freelist_count, pragma_page_size`,
      )
      .get();
    report.copying(size?.bytes ?? 0);
    source.command<[string]>("VACUUM INTO ?")(file);
  });
}

/**
 * Reads everything that is in a backup and compares it with what the backup says about itself.
 * Throws DatabaseRefused if it is none, is damaged, or belongs to a newer version of the program.
 */
export function readBackup(file: string, name: string, checked: BackupReport["checked"]): Backup {
  const damaged = (what: string) =>
    new DatabaseRefused(`${name} is damaged: ${printable(what.replace(/\s+/g, " "))}. Take another backup.`);
  if (!isOurDatabase(file)) {
    throw new DatabaseRefused(`${name} is no backup of Tessera. Backups are made with: tessera backup`);
  }
  try {
    return withConnection(file, (backup) => {
      const facts = readFacts(backup, name);
      requireIntegrity(backup);
      const tables = digestDatabase(backup, checked);
      const difference = findDifference(backup, tables);
      if (difference !== null) throw damaged(difference);
      return { ...facts, tables, serverKey: serverKeyOf(backup) };
    });
  } catch (error) {
    if (error instanceof Damage) throw damaged(error.message);
    // A flipped bit in the schema makes a table that has other columns, or none.
    if (isDamaged(error)) throw damaged(error instanceof Error ? error.message : String(error));
    throw asStoreError(error);
  }
}

/** What the contents of a database are known by: two with the same list hold the same. */
export function digestDatabase(connection: Connection, checked: BackupReport["checked"]): TableDigest[] {
  const tables = connection
    .query<{ name: string }, []>(
      `SELECT name FROM sqlite_schema
       WHERE type = 'table' AND name <> 'backup_tables' AND name NOT LIKE 'sqlite_stat%' ORDER BY name`,
    )
    .all()
    .map(({ name }) => name);
  let all = 0;
  for (const table of tables) {
    all +=
      connection.query<{ rows: number }, []>(`SELECT count(*) AS rows FROM ${quoted(table)}`).get()?.rows ??
      0;
  }
  let done = 0;
  const count = () => {
    done += 1;
    if (done % REPORTED_ROWS === 0 || done === all) checked(done, all);
  };
  return [
    digestRows(
      connection,
      "schema",
      "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name",
      () => {},
    ),
    ...tables.map((table) =>
      digestRows(
        connection,
        table,
        `SELECT * FROM ${quoted(table)} ORDER BY ${keyOf(connection, table)}`,
        count,
      ),
    ),
  ];
}

const REPORTED_ROWS = 4096;

function digestRows(connection: Connection, table: string, sql: string, count: () => void): TableDigest {
  const digest = new RowDigest(table);
  for (const row of connection.query<Record<string, SqlValue>, []>(sql).iterate()) {
    digest.add(Object.values(row));
    count();
  }
  return digest.result();
}

/** The primary key, or all columns of a table that has none. */
function keyOf(connection: Connection, table: string): string {
  const columns = connection
    .query<{ name: string; pk: number }, [string]>(
      "SELECT name, pk FROM pragma_table_info(?) ORDER BY pk, cid",
    )
    .all(table);
  const key = columns.filter(({ pk }) => pk > 0);
  return (key.length > 0 ? key : columns).map(({ name }) => quoted(name)).join(", ");
}

/** A file that somebody made may have any names. */
const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** Something in the file is not as it was written. */
class Damage extends Error {}

function readFacts(backup: Connection, name: string): BackupFacts {
  const version = checkedVersion(backup, name);
  if (!hasTable(backup, "backup_tables")) {
    throw new DatabaseRefused(`${name} is a database, but no backup. Backups are made with: tessera backup`);
  }
  const found = backup
    .query<BackupFacts & { schema: number }, []>(
      "SELECT created_at AS createdAt, program, issuer, schema FROM backup",
    )
    .get();
  if (found === null) throw new Damage("it does not say what it is");
  const { schema, ...facts } = found;
  if (schema !== version) throw new Damage("it has another version of the schema than was backed up");
  return facts;
}

/** Throws if SQLite finds the file inconsistent. */
export function requireIntegrity(connection: Connection): void {
  const [first] = connection.query<{ integrity_check: string }, []>("PRAGMA integrity_check(1)").all();
  if (first?.integrity_check !== "ok") throw new Damage(first?.integrity_check ?? "it cannot be read");
}

function findDifference(backup: Connection, tables: readonly TableDigest[]): string | null {
  const written = backup
    .query<TableDigest, []>('SELECT name AS "table", rows, digest FROM backup_tables')
    .all();
  for (const { table, rows, digest } of written) {
    const found = tables.find((candidate) => candidate.table === table);
    if (found === undefined) return `the table ${table} is missing`;
    if (found.rows !== rows) return `${table} has ${found.rows} rows instead of ${rows}`;
    if (found.digest !== digest) return `${table} has other rows than were backed up`;
  }
  return written.length === tables.length ? null : "it has more tables than were backed up";
}

function serverKeyOf(connection: Connection): Backup["serverKey"] {
  // A backup may be older than the table.
  if (!hasTable(connection, "server_key")) return "none";
  const key = connection
    .query<{ held: number }, []>("SELECT secret IS NOT NULL AS held FROM server_key")
    .get();
  if (key === null) return "none";
  return key.held === 1 ? "held" : "configured";
}
