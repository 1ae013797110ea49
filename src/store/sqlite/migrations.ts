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

function checkedVersion(connection: Connection, file: string): number {
  const [version, application, objects] = [
    "SELECT user_version AS value FROM pragma_user_version",
    "SELECT application_id AS value FROM pragma_application_id",
    "SELECT count(*) AS value FROM sqlite_schema",
  ].map((sql) => connection.query<{ value: number }, []>(sql).get()?.value ?? 0);
  if (application !== APPLICATION_ID && objects !== 0) {
    throw new DatabaseRefused(`${file} is a database of another program. Choose another file.`);
  }
  if (version === undefined || version > MIGRATIONS.length) {
    throw new DatabaseRefused(
      `${file} was written by a newer version of Tessera (schema ${version}; this version knows ` +
        `schema ${MIGRATIONS.length}). Start the newer version, or restore a backup from before the upgrade.`,
    );
  }
  return version;
}
