/** Makes the schema, or brings it up to date. The table `schema_version` has its version. */
import { DatabaseRefused } from "../contract.ts";
import { SCHEMA, type Schema, versionOf } from "../schema.ts";
import type { Topology } from "./cluster.ts";
import { createTable } from "./ddl.ts";
import { isForbidden, isMadeMeanwhile, type Session } from "./driver.ts";

const VERSION_TABLE = `
CREATE TABLE schema_version (singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton), version integer NOT NULL);
INSERT INTO schema_version (version) VALUES (0);
`;

/** The version table from before the first release. */
const PREVIEW_VERSION_TABLE = "tessera_schema";

/** A table that exists while a copy into this schema is unfinished. */
export const UNFINISHED_COPY = "unfinished_copy";

export interface MigrationOptions {
  /** The name of the schema in the database. */
  readonly name: string;
  /** Make the schema if it does not exist. */
  readonly create: boolean;
  /** Accept an unfinished copy. Only the copy itself sets this. */
  readonly mayBeUnfinished: boolean;
  readonly schema?: Schema;
  readonly topology: Topology;
}

/** Building an index on a large table takes long, so the time limit for requests must not apply. */
const MIGRATION_MILLIS = 3_600_000;

const TURN = "SELECT pg_advisory_xact_lock(hashtextextended('tessera schema ' || current_schema(), 0))";

/** How often to try again when another program is making the same schema. */
const ATTEMPTS = 10;

/**
 * Makes the tables, or takes the missing steps, in one transaction. If several programs start together, one of them
 * does it, and the others wait for TURN. They must not wait for the version row: Citus locks the table to distribute it, and would
 * wait for them.
 */
export async function migrate(session: Session, options: MigrationOptions): Promise<void> {
  const { schema = SCHEMA, topology } = options;
  const newest = versionOf(schema);
  await prepareSchema(session, options);
  // Usually there is nothing to do, and then no program has to wait for the lock.
  const found = await session.execute("SELECT version FROM schema_version");
  if (checkedVersion(found, newest) === newest) return;
  await session.transaction(async ({ execute }) => {
    await execute(TURN);
    const version = checkedVersion(await execute("SELECT version FROM schema_version FOR UPDATE"), newest);
    if (version === 0)
      for (const table of schema.tables) await execute(createTable(table, topology.isCluster));
    else for (const step of schema.steps.slice(version - 1)) await execute(step.postgres);
    for (const statement of topology.distribute(schema.tables)) await execute(statement);
    await execute(`UPDATE schema_version SET version = ${newest}`);
  }, MIGRATION_MILLIS);
}

/** Makes the schema and the table with its version, unless they exist. */
async function prepareSchema(
  session: Session,
  { name, create, mayBeUnfinished }: MigrationOptions,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const tables = await session.execute(
        `SELECT table_name FROM information_schema.tables WHERE table_schema = '${name}'`,
      );
      const names = tables.map(({ table_name }) => table_name);
      if (names.includes(UNFINISHED_COPY) && !mayBeUnfinished) throw unfinished(name);
      if (names.includes(PREVIEW_VERSION_TABLE)) throw preview(name);
      if (names.includes("schema_version")) return;
      if (names.length > 0) throw anotherProgram(name);
      if (!create) throw notThere(name);
      const schemas = await session.execute(
        `SELECT 1 FROM information_schema.schemata WHERE schema_name = '${name}'`,
      );
      if (schemas.length === 0) await session.execute(`CREATE SCHEMA IF NOT EXISTS ${name}`);
      // One text of statements is one transaction, so the table never exists without its row.
      await session.execute(VERSION_TABLE);
      return;
    } catch (error) {
      if (isForbidden(error)) throw missingRight(name, error);
      if (!isMadeMeanwhile(error) || attempt >= ATTEMPTS) throw error;
    }
  }
}

function checkedVersion([row]: readonly Record<string, unknown>[], newest: number): number {
  const version = Number(row?.version);
  if (version <= newest) return version;
  throw new DatabaseRefused(
    `The database was written by a newer version of Tessera (schema ${version}; this version knows ` +
      `schema ${newest}). Start the newer version, or restore a backup from before the upgrade.`,
  );
}

const preview = (name: string) =>
  new DatabaseRefused(
    `The schema "${name}" of the database was made by a preview of Tessera, whose data this version does not read. Choose another schema (database.schema) or another database.`,
  );

const anotherProgram = (name: string) =>
  new DatabaseRefused(
    `The schema "${name}" of the database belongs to another program. Choose another schema or another database.`,
  );

const unfinished = (name: string) =>
  new DatabaseRefused(
    `The schema "${name}" of the database is an unfinished copy of another database. Finish it: tessera copy --to postgresql`,
  );

const notThere = (name: string) =>
  new DatabaseRefused(
    `The database has no schema "${name}" of Tessera. Check the URL and database.schema, or start the server once: tessera serve.`,
  );

const missingRight = (name: string, cause: unknown) =>
  new DatabaseRefused(
    `The database's user may not make tables. Give it the right: CREATE SCHEMA ${name} AUTHORIZATION <user>;`,
    { cause },
  );
