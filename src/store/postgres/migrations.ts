/**
 * The schema as a list of steps, forwards only. A step that was released is never edited: a change is a new step, and
 * one with which the version before still works, because it may be running.
 */
import { DatabaseRefused } from "../contract.ts";
import { isForbidden, isMadeMeanwhile, type Session } from "./driver.ts";
import { FUNCTIONS_1 } from "./functions.ts";
import { SCHEMA_1, SCHEMA_2 } from "./schema.ts";

/** A test loads databases of earlier versions; CONTRIBUTING.md says what to do before a step is added. */
export const MIGRATIONS: readonly string[] = [SCHEMA_1 + FUNCTIONS_1, SCHEMA_2];

/** The table that counts the steps a database has taken. */
export const VERSION_TABLE = `
CREATE TABLE tessera_schema (singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton), version integer NOT NULL);
INSERT INTO tessera_schema (version) VALUES (0);
`;

/** A table that is there for as long as a copy into this schema is unfinished. */
export const UNFINISHED_COPY = "unfinished_copy";

interface MigrationOptions {
  readonly schema: string;
  /** Whether to make the schema if it is not there. */
  readonly create: boolean;
  /** Whether an unfinished copy is let through, as only the copy itself should. */
  readonly mayBeUnfinished: boolean;
}

/** Building an index on a large table takes long, and must not be cut off by the limit for requests. */
const MIGRATION_MILLIS = 3_600_000;

/** How often to try again when another program is making the same schema. */
const ATTEMPTS = 10;

/**
 * Takes the steps that the database has not taken, all in one transaction. Of programs that start together one does,
 * while the others wait for the row that counts the steps; an advisory lock would do too, but not every engine has it.
 */
export async function migrate(session: Session, options: MigrationOptions): Promise<void> {
  await prepareSchema(session, options);
  // Mostly there is nothing to do, and nobody need wait to learn that.
  if (checkedVersion(await session.execute("SELECT version FROM tessera_schema")) === MIGRATIONS.length)
    return;
  await session.transaction(async ({ execute }) => {
    const version = checkedVersion(await execute("SELECT version FROM tessera_schema FOR UPDATE"));
    for (const step of MIGRATIONS.slice(version)) await execute(step);
    await execute(`UPDATE tessera_schema SET version = ${MIGRATIONS.length}`);
  }, MIGRATION_MILLIS);
}

/** Makes the schema and the table that counts the steps, unless they are there. */
async function prepareSchema(
  session: Session,
  { schema, create, mayBeUnfinished }: MigrationOptions,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const tables = await session.execute(
        `SELECT table_name FROM information_schema.tables WHERE table_schema = '${schema}'`,
      );
      const names = tables.map(({ table_name }) => table_name);
      if (names.includes(UNFINISHED_COPY) && !mayBeUnfinished) throw unfinished(schema);
      if (names.includes("tessera_schema")) return;
      if (names.length > 0) throw anotherProgram(schema);
      if (!create) throw notThere(schema);
      const schemas = await session.execute(
        `SELECT 1 FROM information_schema.schemata WHERE schema_name = '${schema}'`,
      );
      if (schemas.length === 0) await session.execute(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
      // One text is one transaction: there is no table without its row.
      await session.execute(VERSION_TABLE);
      return;
    } catch (error) {
      if (isForbidden(error)) throw missingRight(schema, error);
      if (!isMadeMeanwhile(error) || attempt >= ATTEMPTS) throw error;
    }
  }
}

function checkedVersion([row]: readonly Record<string, unknown>[]): number {
  const version = Number(row?.version);
  if (version <= MIGRATIONS.length) return version;
  throw new DatabaseRefused(
    `The database was written by a newer version of Tessera (schema ${version}; this version knows ` +
      `schema ${MIGRATIONS.length}). Start the newer version, or restore a backup from before the upgrade.`,
  );
}

const anotherProgram = (schema: string) =>
  new DatabaseRefused(
    `The schema "${schema}" of the database belongs to another program. Choose another schema or another database.`,
  );

const unfinished = (schema: string) =>
  new DatabaseRefused(
    `The schema "${schema}" of the database is an unfinished copy of another database. Finish it: tessera copy --to postgresql`,
  );

const notThere = (schema: string) =>
  new DatabaseRefused(
    `The database has no schema "${schema}" of Tessera. Check the URL and database.schema, or start the server once: tessera serve.`,
  );

const missingRight = (schema: string, cause: unknown) =>
  new DatabaseRefused(
    `The database's user may not make tables. Give it the right: CREATE SCHEMA ${schema} AUTHORIZATION <user>;`,
    { cause },
  );
