/**
 * The schema as a list of steps, forwards only. A step that was released is never edited: a change is a new step.
 * `user_version` counts the steps that a database has taken.
 */
import { DatabaseRefused } from "../contract.ts";
import type { Connection } from "./driver.ts";
import { SCHEMA_1, SCHEMA_2 } from "./schema.ts";

/** A test loads databases of earlier versions; CONTRIBUTING.md says what to do before a step is added. */
export const MIGRATIONS: readonly string[] = [SCHEMA_1, SCHEMA_2];

/** Marks the file as Tessera's ("Tess"), for `file` and for us. */
export const APPLICATION_ID = 0x54657373;

/** Takes the steps that the database has not taken, all in one transaction. */
export function migrate(connection: Connection, file: string): void {
  // Mostly there is nothing to do. Then a lock or a full disk does not matter to those who only read.
  if (checkedVersion(connection, file) === MIGRATIONS.length) return;
  // IMMEDIATE, so that of two programs that start together the second sees what the first has done.
  connection.execute("BEGIN IMMEDIATE");
  try {
    const version = checkedVersion(connection, file);
    for (const step of MIGRATIONS.slice(version)) connection.execute(step);
    connection.execute(`PRAGMA application_id = ${APPLICATION_ID}`);
    connection.execute(`PRAGMA user_version = ${MIGRATIONS.length}`);
    connection.execute("COMMIT");
  } catch (error) {
    if (connection.inTransaction) connection.execute("ROLLBACK");
    throw error;
  }
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

function checkedVersion(connection: Connection, file: string): number {
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
