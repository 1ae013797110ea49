/**
 * Backups of the embedded database. A backup is one file: a database with facts about itself, and a seal over the whole file
 * at its end. `VACUUM INTO` reads one moment of the database while others go on writing. It holds no one up, and contains
 * everything that was committed before it began.
 */
import { createHash } from "node:crypto";
import { appendFileSync, closeSync, fstatSync, ftruncateSync, openSync, readSync, statSync } from "node:fs";
import type { EpochSeconds } from "../../platform/clock.ts";
import { printable } from "../../platform/printable.ts";
import { DatabaseRefused } from "../contract.ts";
import { SCHEMA, type Schema, versionOf } from "../schema.ts";
import { type Connection, withConnection } from "./driver.ts";
import { requireNoRestoreMeanwhile } from "./files.ts";
import { isOurDatabase } from "./header.ts";
import { checkedVersion, findForeign, hasTable, UNFINISHED_COPY } from "./migrations.ts";
import { asStoreError, isDamaged } from "./trouble.ts";

/** The facts of a backup about itself. */
export interface BackupFacts {
  readonly createdAt: EpochSeconds;
  /** The version of the program that made it. */
  readonly program: string;
  /** The server whose data the backup has. */
  readonly issuer: string;
}

export interface Backup extends BackupFacts {
  /** How many rows each table has. */
  readonly tables: readonly { readonly table: string; readonly rows: number }[];
  /** The SHA-256 in the seal, in hexadecimal. */
  readonly sha256: string;
  /** Whether the server's own key is in the backup, is in the operator's configuration, or does not exist yet. */
  readonly serverKey: "held" | "configured" | "none";
}

export interface BackupReport {
  /** The backup will have about this many bytes. */
  copying(bytes: number): void;
  /** `bytes` of `all` have been read again and digested. */
  checked(bytes: number, all: number): void;
}

const MANIFEST = `
CREATE TABLE backup (
  created_at INTEGER NOT NULL,
  program    TEXT NOT NULL,
  issuer     TEXT NOT NULL
) STRICT;
`;

/** Comes before the digest at the end of the file. SQLite ignores it: the header has the size of the database. */
const SEAL = Buffer.from("\nTessera backup SHA-256\n");
const SEAL_BYTES = SEAL.length + 32;

/**
 * Writes a backup into an existing, empty file. Until this returns, the file is no backup: the seal is written last.
 * Everything here is synchronous and may take minutes.
 */
export function writeBackup(
  database: string,
  file: string,
  facts: BackupFacts,
  report: BackupReport,
  schema: Schema = SCHEMA,
): Backup {
  vacuumInto(database, file, report, schema);
  const contents = withConnection(file, (backup) => {
    // A journal on disk would be a second file, and an interrupted backup is useless anyway.
    backup.execute("PRAGMA journal_mode = MEMORY");
    requireIntegrity(backup);
    backup.execute(MANIFEST);
    backup.command<[number, string, string]>("INSERT INTO backup VALUES (?, ?, ?)")(
      facts.createdAt,
      facts.program,
      facts.issuer,
    );
    return contentsOf(backup, schema);
  });
  const sha256 = digestFile(file, statSync(file).size, report.checked);
  appendFileSync(file, Buffer.concat([SEAL, sha256]));
  return { ...facts, ...contents, sha256: sha256.toString("hex") };
}

function vacuumInto(database: string, file: string, report: BackupReport, schema: Schema): void {
  const requireStillNone = requireNoRestoreMeanwhile(database);
  withConnection(database, (source) => {
    const version = checkedVersion(source, database, schema);
    requireStillNone();
    if (hasTable(source, UNFINISHED_COPY)) {
      throw new DatabaseRefused(`${database} is an unfinished copy of another database: nothing to back up.`);
    }
    // An earlier version has other tables. A restore brings them up to date, and compares them then.
    const isEarlier = version > 0 && version < versionOf(schema);
    const foreign = isEarlier ? null : findForeign(source, schema);
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
 * Reads a whole backup, compares it with the seal, and cuts the seal off, which leaves a database. `name`: the file's name
 * in messages. Throws DatabaseRefused if the file is no backup, is damaged, or is of a newer version of the program.
 */
export function openBackup(
  file: string,
  name: string,
  checked: BackupReport["checked"],
  schema: Schema = SCHEMA,
): Backup {
  if (!isOurDatabase(file)) {
    throw new DatabaseRefused(`${name} is no backup of Tessera. Backups are made with: tessera backup`);
  }
  try {
    const sha256 = takeSealOff(file, checked);
    return withConnection(file, (backup) => {
      checkedVersion(backup, name, schema);
      requireIntegrity(backup);
      const facts = backup
        .query<BackupFacts, []>("SELECT created_at AS createdAt, program, issuer FROM backup")
        .get();
      if (facts === null) throw new Damage("it does not say what it is");
      return { ...facts, ...contentsOf(backup, schema), sha256 };
    });
  } catch (error) {
    // After a flipped bit SQLite may find a table with other columns, or no table.
    if (!(error instanceof Damage) && !isDamaged(error)) throw asStoreError(error);
    const what = printable((error instanceof Error ? error.message : String(error)).replace(/\s+/g, " "));
    throw new DatabaseRefused(`${name} is damaged: ${what}. Take another backup.`);
  }
}

/** The file differs from the written backup. */
class Damage extends Error {}

function takeSealOff(file: string, checked: BackupReport["checked"]): string {
  const descriptor = openSync(file, "r+");
  try {
    const size = fstatSync(descriptor).size - SEAL_BYTES;
    const seal = Buffer.alloc(SEAL_BYTES);
    if (size > 0) readSync(descriptor, seal, 0, SEAL_BYTES, size);
    if (!seal.subarray(0, SEAL.length).equals(SEAL)) {
      throw new Damage("it has no seal at its end, so it is no backup, or a part of one");
    }
    const found = digestFile(file, size, checked);
    if (!found.equals(seal.subarray(SEAL.length))) throw new Damage("it is not what was written");
    ftruncateSync(descriptor, size);
    return found.toString("hex");
  } finally {
    closeSync(descriptor);
  }
}

const CHUNK_BYTES = 4 * 1024 * 1024;

/** The SHA-256 of the first `size` bytes. */
function digestFile(file: string, size: number, checked: BackupReport["checked"]): Buffer {
  const hash = createHash("sha256");
  const descriptor = openSync(file, "r");
  try {
    const chunk = Buffer.alloc(CHUNK_BYTES);
    for (let done = 0; done < size; checked(done, size)) {
      const length = readSync(descriptor, chunk, 0, Math.min(CHUNK_BYTES, size - done), done);
      if (length === 0) break;
      hash.update(chunk.subarray(0, length));
      done += length;
    }
    return hash.digest();
  } finally {
    closeSync(descriptor);
  }
}

/** Throws if SQLite finds the file inconsistent. */
export function requireIntegrity(connection: Connection): void {
  const [first] = connection.query<{ integrity_check: string }, []>("PRAGMA integrity_check(1)").all();
  if (first?.integrity_check !== "ok") throw new Damage(first?.integrity_check ?? "it cannot be read");
}

function contentsOf(connection: Connection, { tables }: Schema): Pick<Backup, "tables" | "serverKey"> {
  const rows = (table: string) =>
    connection.query<{ rows: number }, []>(`SELECT count(*) AS rows FROM ${table}`).get()?.rows ?? 0;
  const key = connection
    .query<{ held: number }, []>("SELECT secret IS NOT NULL AS held FROM server_keys WHERE name = 'server'")
    .get();
  return {
    tables: tables
      .filter(({ name }) => hasTable(connection, name))
      .map(({ name }) => ({
        table: name,
        rows: rows(name),
      })),
    serverKey: key === null ? "none" : key.held === 1 ? "held" : "configured",
  };
}
