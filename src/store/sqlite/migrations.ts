/**
 * The schema as a list of steps, forwards only. A step that was released is never edited: a change is a new step.
 * `user_version` counts the steps that a database has taken.
 */
import { DatabaseRefused } from "../contract.ts";
import { Connection } from "./driver.ts";
import { SCHEMA_1, SCHEMA_2, SCHEMA_3, SCHEMA_4 } from "./schema.ts";

/** A test loads databases of earlier versions; CONTRIBUTING.md says what to do before a step is added. */
export const MIGRATIONS: readonly string[] = [SCHEMA_1, SCHEMA_2, SCHEMA_3, SCHEMA_4];

/** Marks the file as Tessera's ("Tess"), for `file` and for us. */
export const APPLICATION_ID = 0x54657373;

/** A table that is there for as long as a copy into this database is unfinished. */
export const UNFINISHED_COPY = "unfinished_copy";

export const hasTable = (connection: Connection, name: string): boolean =>
  connection.query<unknown, [string]>("SELECT 1 FROM sqlite_schema WHERE name = ?").get(name) !== null;

export interface MigrationOptions {
  /** Whether an unfinished copy is let through, as only the copy itself should. */
  readonly mayBeUnfinished?: boolean;
}

/**
 * Takes the steps that the database has not taken, all in one transaction. Throws DatabaseRefused for a database of
 * another program or a newer version, and for an unfinished copy.
 */
export function migrate(
  connection: Connection,
  file: string,
  { mayBeUnfinished = false }: MigrationOptions = {},
): void {
  const requireFinished = () => {
    if (mayBeUnfinished || !hasTable(connection, UNFINISHED_COPY)) return;
    throw new DatabaseRefused(
      `${file} is an unfinished copy of another database. Finish it: tessera copy --to sqlite`,
    );
  };
  // Mostly there is nothing to do. Then a lock or a full disk does not matter to those who only read.
  if (checkedVersion(connection, file) === MIGRATIONS.length) {
    requireFinished();
    return;
  }
  // The write lock comes first, so that of two programs that start together the second sees what the first has done.
  connection.transaction(() => {
    const version = checkedVersion(connection, file);
    requireFinished();
    for (const step of MIGRATIONS.slice(version)) connection.execute(step);
    connection.execute(`PRAGMA application_id = ${APPLICATION_ID}`);
    connection.execute(`PRAGMA user_version = ${MIGRATIONS.length}`);
  });
}

/** Throws DatabaseRefused if the file is none of ours, or too new. Changes nothing. */
export function requireOurs(connection: Connection, file: string): void {
  checkedVersion(connection, file);
}

interface Marks {
  readonly version: number;
  readonly application: number;
  readonly objects: number;
}

// One statement, as another program may be making the tables meanwhile.
const MARKS = `SELECT
  (SELECT user_version FROM pragma_user_version) AS version,
  (SELECT application_id FROM pragma_application_id) AS application,
  (SELECT count(*) FROM sqlite_schema) AS objects`;

/** The version of the schema. Throws DatabaseRefused for a database that is not ours, or newer than this program. */
export function checkedVersion(connection: Connection, file: string): number {
  const marks = connection.query<Marks, []>(MARKS).get();
  if (marks === null) throw new Error("A SELECT without FROM gave no row.");
  const { version, application, objects } = marks;
  if (application !== APPLICATION_ID && objects !== 0) {
    throw new DatabaseRefused(`${file} is a database of another program. Choose another file.`);
  }
  if (version > MIGRATIONS.length) {
    throw new DatabaseRefused(
      `${file} was written by a newer version of Tessera (schema ${version}; this version knows ` +
        `schema ${MIGRATIONS.length}). Start the newer version, or restore a backup from before the upgrade.`,
    );
  }
  return version;
}

interface SchemaObject {
  readonly type: string;
  readonly name: string;
  readonly tbl_name: string;
  readonly sql: string | null;
}

/**
 * The name of what makes the schema another than that of its version, or null. A trigger of somebody else could undo
 * what is written, and a table that is missing would be noticed by the server only.
 */
export function findForeign(connection: Connection, file: string): string | null {
  const expected = schemaOf(checkedVersion(connection, file));
  const found = objectsOf(connection);
  const isIn = (objects: readonly SchemaObject[], one: SchemaObject) =>
    objects.some((object) => Bun.deepEquals(object, one));
  const different =
    found.find((object) => !isIn(expected, object)) ?? expected.find((object) => !isIn(found, object));
  return different?.name ?? null;
}

function schemaOf(version: number): SchemaObject[] {
  const fresh = new Connection(":memory:");
  try {
    for (const step of MIGRATIONS.slice(0, version)) fresh.execute(step);
    return objectsOf(fresh);
  } finally {
    fresh.close();
  }
}

// What ANALYZE leaves tells SQLite how to search, and nothing else.
const objectsOf = (connection: Connection): SchemaObject[] =>
  connection
    .query<SchemaObject, []>(
      `SELECT type, name, tbl_name, sql FROM sqlite_schema
       WHERE NOT (type = 'table' AND name IN ('sqlite_stat1', 'sqlite_stat4'))`,
    )
    .all();
