/** Makes the schema, or brings it up to date. `user_version` is its version. */
import { DatabaseRefused } from "../contract.ts";
import { SCHEMA, type Schema, versionOf } from "../schema.ts";
import { createTable } from "./ddl.ts";
import { Connection } from "./driver.ts";

/** Marks the file as Tessera's ("Tes1"), for `file` and for us. */
export const APPLICATION_ID = 0x54657331;

/** Marks files from before the first release ("Tess"). */
const PREVIEW_APPLICATION_ID = 0x54657373;

/** A table that exists while a copy into this database is unfinished. */
export const UNFINISHED_COPY = "unfinished_copy";

export const hasTable = (connection: Connection, name: string): boolean =>
  connection.query<unknown, [string]>("SELECT 1 FROM sqlite_schema WHERE name = ?").get(name) !== null;

export interface MigrationOptions {
  /** Whether to accept an unfinished copy. Only the copy itself sets this. */
  readonly mayBeUnfinished?: boolean;
  readonly schema?: Schema;
}

/**
 * Makes the tables of a new database, or takes the missing steps, all in one transaction. Throws DatabaseRefused for a
 * database of another program or a newer version, and for an unfinished copy.
 */
export function migrate(
  connection: Connection,
  file: string,
  { mayBeUnfinished = false, schema = SCHEMA }: MigrationOptions = {},
): void {
  const newest = versionOf(schema);
  const requireFinished = () => {
    if (mayBeUnfinished || !hasTable(connection, UNFINISHED_COPY)) return;
    throw new DatabaseRefused(
      `${file} is an unfinished copy of another database. Finish it: tessera copy --to sqlite`,
    );
  };
  // Usually there is nothing to do. Then a lock or a full disk does not stop a command that only reads.
  if (checkedVersion(connection, file, schema) === newest) {
    requireFinished();
    return;
  }
  // The write lock comes first, so that the second of two programs that start together sees the work of the first.
  connection.transaction(() => {
    const version = checkedVersion(connection, file, schema);
    requireFinished();
    if (version === 0) for (const table of schema.tables) connection.execute(createTable(table));
    else for (const step of schema.steps.slice(version - 1)) connection.execute(step.sqlite);
    connection.execute(`PRAGMA application_id = ${APPLICATION_ID}`);
    connection.execute(`PRAGMA user_version = ${newest}`);
  });
}

/** Throws DatabaseRefused if the file is not ours, or too new. Changes nothing. */
export function requireOurs(connection: Connection, file: string, schema: Schema = SCHEMA): void {
  checkedVersion(connection, file, schema);
}

interface Marks {
  readonly version: number;
  readonly application: number;
  readonly objects: number;
}

// One statement, because another program may be making the tables meanwhile.
const MARKS = `SELECT
  (SELECT user_version FROM pragma_user_version) AS version,
  (SELECT application_id FROM pragma_application_id) AS application,
  (SELECT count(*) FROM sqlite_schema) AS objects`;

/** The version of the schema; 0 for an empty file. Throws DatabaseRefused for one that this program cannot use. */
export function checkedVersion(connection: Connection, file: string, schema: Schema = SCHEMA): number {
  const marks = connection.query<Marks, []>(MARKS).get();
  if (marks === null) throw new Error("A SELECT without FROM gave no row.");
  const { version, application, objects } = marks;
  if (application === PREVIEW_APPLICATION_ID) {
    throw new DatabaseRefused(
      `${file} was made by a preview of Tessera, whose data this version does not read. Start with another folder (--data), or move the file away.`,
    );
  }
  if (application !== APPLICATION_ID && objects !== 0) {
    throw new DatabaseRefused(`${file} is a database of another program. Choose another file.`);
  }
  const newest = versionOf(schema);
  if (version > newest) {
    throw new DatabaseRefused(
      `${file} was written by a newer version of Tessera (schema ${version}; this version knows ` +
        `schema ${newest}). Start the newer version, or restore a backup from before the upgrade.`,
    );
  }
  return version;
}

interface SchemaObject {
  readonly type: string;
  readonly name: string;
  readonly tbl_name: string;
}

/**
 * The name of an object in which the schema differs from the declared one, or null. A foreign trigger could undo writes,
 * and without this check only the server would notice a missing table.
 */
export function findForeign(connection: Connection, schema: Schema = SCHEMA): string | null {
  const expected = describe(freshDatabase(schema));
  const found = describe(connection);
  for (const [name, object] of found) if (expected.get(name) !== object) return name;
  for (const name of expected.keys()) if (!found.has(name)) return name;
  return null;
}

function freshDatabase({ tables }: Schema): Connection {
  const fresh = new Connection(":memory:");
  for (const table of tables) fresh.execute(createTable(table));
  return fresh;
}

/**
 * Each object by its name, in a form that compares. Its SQL does not: the SQL of a table to which a step has added a column
 * differs from that of a new table.
 */
function describe(connection: Connection): Map<string, string> {
  // The statistics of ANALYZE only tell SQLite how to search.
  const objects = connection
    .query<SchemaObject, []>(
      `SELECT type, name, tbl_name FROM sqlite_schema
       WHERE NOT (type = 'table' AND name IN ('sqlite_stat1', 'sqlite_stat4'))`,
    )
    .all();
  return new Map(
    objects.map(({ type, name, tbl_name }) => [
      name,
      JSON.stringify([
        type,
        tbl_name,
        connection.query("SELECT * FROM pragma_table_xinfo(?) ORDER BY cid").all(name),
        connection.query("SELECT * FROM pragma_index_xinfo(?) ORDER BY seqno").all(name),
        connection
          .query('SELECT "unique", partial FROM pragma_index_list(?) WHERE name = ?')
          .all(tbl_name, name),
      ]),
    ]),
  );
}
