/** A PostgreSQL database as one side of a copy. */
import { DatabaseRefused } from "../contract.ts";
import { BEGINNING, type End, type Target, type UnfinishedCopy } from "../transfer/copy.ts";
import { allColumns, keyColumns, portableRow, type Value } from "../transfer/rows.ts";
import {
  type ColumnKind,
  PORTABLE_TABLES,
  type PortableColumn,
  type PortableTable,
} from "../transfer/tables.ts";
import { Database, type PoolOptions, Session } from "./driver.ts";
import { type PostgresStoreOptions, preparePostgres } from "./index.ts";
import { UNFINISHED_COPY } from "./migrations.ts";
import { type ParameterTypes, statement } from "./statements.ts";

/** A batch takes its time, and so does counting millions of rows. */
const STATEMENT_MILLIS = 3_600_000;

/** Throws DatabaseRefused as the store does, also for an unfinished copy. */
export async function openPostgresSource(options: PostgresStoreOptions): Promise<End> {
  return end(new Database(forCopy(await preparePostgres({ ...options, create: false }))));
}

/** Makes the schema if it is not there. Only one copy at a time may write to it. */
export async function openPostgresTarget(options: PostgresStoreOptions): Promise<Target> {
  const complete = forCopy(await preparePostgres({ ...options, create: true, mayBeUnfinished: true }));
  const database = new Database(complete);
  const session = new Session(complete);
  const own = end(database);

  return {
    ...own,

    begin: (source) =>
      session.transaction(async ({ execute }) => {
        const [found] = await execute(`SELECT to_regclass('${UNFINISHED_COPY}')::text AS name`);
        if (found?.name !== null) return readUnfinished(await execute(`SELECT * FROM ${UNFINISHED_COPY}`));
        for (const { name } of PORTABLE_TABLES) {
          if ((await execute(`SELECT 1 FROM ${name} LIMIT 1`)).length > 0) throw inUse(complete.schema, name);
        }
        await execute(
          `CREATE TABLE ${UNFINISHED_COPY} AS SELECT ${quoted(source)} AS source, ${quoted(BEGINNING)} AS position`,
        );
        return { source, position: BEGINNING };
      }),

    async write(table, rows, position, next) {
      const { sql, types } = insertInto(table);
      const parameters: Record<string, Value> = { position, next };
      for (const [index, column] of allColumns(table).entries()) {
        parameters[`c${index}`] = arrayOf(
          column,
          rows.map((row) => row[index] ?? null),
        );
      }
      const written = await database.first(statement<{ rows: number }>(sql).with(types), parameters);
      return written?.rows === rows.length;
    },

    async restart(position) {
      await session.transaction(async ({ execute }) => {
        await execute(`TRUNCATE ${PORTABLE_TABLES.map(({ name }) => name).join(", ")}`);
        await execute(`UPDATE ${UNFINISHED_COPY} SET position = ${quoted(position)}`);
      });
    },

    async finish(lastClientNumber) {
      await session.transaction(async ({ execute }) => {
        if (lastClientNumber > 0) {
          await execute(`SELECT setval(pg_get_serial_sequence('clients', 'number'), ${lastClientNumber})`);
        }
        await execute(`DROP TABLE ${UNFINISHED_COPY}`);
      });
      // The planner would believe the tables to be empty, until the server looks by itself.
      await session.execute(`ANALYZE ${PORTABLE_TABLES.map(({ name }) => name).join(", ")}`);
    },

    async close() {
      await session.close();
      await own.close();
    },
  };
}

const forCopy = (options: PoolOptions): PoolOptions => ({
  ...options,
  connections: 1,
  statementMillis: STATEMENT_MILLIS,
});

function end(database: Database): End {
  const numberOf = async (sql: string) =>
    (await database.first(statement<{ value: number }>(sql).with({}), {}))?.value ?? 0;
  return {
    count: ({ name }) => numberOf(`SELECT count(*) AS value FROM ${name}`),
    async read(table, after, limit) {
      const { sql, types } = select(table, after !== null);
      const parameters: Record<string, Value> = { limit };
      for (const [index, value] of (after ?? []).entries()) parameters[`k${index}`] = value;
      const rows = await database.all(statement<Record<string, unknown>>(sql).with(types), parameters);
      return rows.map((row) => portableRow(allColumns(table), row));
    },
    lastClientNumber: () =>
      numberOf("SELECT pg_sequence_last_value(pg_get_serial_sequence('clients', 'number')) AS value"),
    close: () => database.close(),
  };
}

interface Text {
  readonly sql: string;
  readonly types: ParameterTypes;
}

function select(table: PortableTable, isContinued: boolean): Text {
  const types: Record<string, ParameterTypes[string]> = { limit: "bigint" };
  const keys = keyColumns(table);
  if (isContinued) for (const [index, { kind }] of keys.entries()) types[`k${index}`] = KEY_TYPES[kind];
  // SQLite compares text by its bytes; here that is one collation of many.
  const key = keys.map(({ name, kind }) => (kind === "text" ? `${name} COLLATE "C"` : name)).join(", ");
  const columns = allColumns(table).map(({ name }) => (isJsonb(name) ? `${name}::text` : name));
  const condition = isContinued
    ? `WHERE (${key}) > (${keys.map((_, index) => `:k${index}`).join(", ")})`
    : "";
  return {
    sql: `SELECT ${columns.join(", ")} FROM ${table.name} ${condition} ORDER BY ${key} LIMIT :limit`,
    types,
  };
}

const KEY_TYPES = {
  text: "text",
  integer: "bigint",
  bytes: "bytea",
  boolean: "boolean",
  json: "text",
} as const satisfies Record<ColumnKind, ParameterTypes[string]>;

/** The rows arrive as one array for each column, and only if the copy is where this program believes it to be. */
function insertInto(table: PortableTable): Text {
  const columns = allColumns(table);
  const types: Record<string, ParameterTypes[string]> = { position: "text", next: "text" };
  for (const index of columns.keys()) types[`c${index}`] = "text";
  const arrays = columns.map(({ name, kind }, index) => `:c${index}::${arrayType(name, kind)}`);
  return {
    sql: `WITH moved AS (
        UPDATE ${UNFINISHED_COPY} SET position = :next WHERE position = :position RETURNING 1
      ), copied AS (
        INSERT INTO ${table.name} (${columns.map(({ name }) => name).join(", ")})
        SELECT given.* FROM moved, unnest(${arrays.join(", ")}) AS given
        RETURNING 1
      )
      SELECT count(*) AS rows FROM copied`,
    types,
  };
}

const isJsonb = (column: string): boolean => column === "secrets";

const ARRAY_TYPES: Readonly<Record<ColumnKind, string>> = {
  text: "text[]",
  integer: "bigint[]",
  bytes: "bytea[]",
  boolean: "boolean[]",
  json: "text[]",
};

const arrayType = (name: string, kind: ColumnKind): string => (isJsonb(name) ? "jsonb[]" : ARRAY_TYPES[kind]);

/** As PostgreSQL writes arrays: "{a,b}". */
const arrayOf = ({ kind }: PortableColumn, values: readonly Value[]): string =>
  `{${values.map((value) => element(kind, value)).join(",")}}`;

function element(kind: ColumnKind, value: Value): string {
  if (value === null) return "NULL";
  if (value instanceof Uint8Array) return `"\\\\x${value.toHex()}"`;
  if (typeof value === "string") return `"${value.replace(/["\\]/g, "\\$&")}"`;
  return kind === "boolean" ? String(value === 1) : String(value);
}

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'::text`;

function readUnfinished([row]: readonly Record<string, unknown>[]): UnfinishedCopy {
  return { source: String(row?.source), position: String(row?.position) };
}

const inUse = (schema: string, table: string) =>
  new DatabaseRefused(
    `The schema "${schema}" of the database is in use: there are rows in ${table}. A copy needs an empty place: choose another schema (database.schema) or another database.`,
  );
