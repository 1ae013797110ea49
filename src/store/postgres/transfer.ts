/** A PostgreSQL database as one side of a copy. */
import { DatabaseRefused } from "../contract.ts";
import { columnOf, type Kind, type Table } from "../declare.ts";
import { TABLES } from "../tables.ts";
import { BEGINNING, type End, type Target, type UnfinishedCopy } from "../transfer/copy.ts";
import type { StoredRow } from "../transfer/rows.ts";
import { Database, type PoolOptions, type Query, Session } from "./driver.ts";
import { type PostgresStoreOptions, preparePostgres } from "./index.ts";
import { listRows } from "./list.ts";
import { UNFINISHED_COPY } from "./migrations.ts";
import { columnNames, encodeValue, SqlText, type SqlValue, shardValue } from "./rows.ts";

/** Batches take long, and so does counting millions of rows. */
const STATEMENT_MILLIS = 3_600_000;

/** Throws DatabaseRefused as the store does, and for an unfinished copy. */
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
        for (const { name } of TABLES) {
          if ((await execute(`SELECT 1 FROM ${name} LIMIT 1`)).length > 0) throw inUse(complete.schema, name);
        }
        await execute(
          `CREATE TABLE ${UNFINISHED_COPY} AS SELECT ${quoted(source)} AS source, ${quoted(BEGINNING)} AS position`,
        );
        return { source, position: BEGINNING };
      }),

    write: (table, rows, position, next) =>
      database.transaction(async (run) => {
        if ((await run(moveQuery(position, next))).length === 0) return false;
        await run(insertQuery(table, rows));
        return true;
      }),

    async restart(position) {
      await session.transaction(async ({ execute }) => {
        await execute(`TRUNCATE ${TABLES.map(({ name }) => name).join(", ")}`);
        await execute(`UPDATE ${UNFINISHED_COPY} SET position = ${quoted(position)}`);
      });
    },

    async finish() {
      await session.execute(`DROP TABLE ${UNFINISHED_COPY}`);
      // Until the server's own ANALYZE, the planner would take the tables for empty.
      await session.execute(`ANALYZE ${TABLES.map(({ name }) => name).join(", ")}`);
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

const end = (database: Database): End => ({
  async count({ name }) {
    const [row] = await database.run({ sql: `SELECT count(*) FROM ${name}`, values: [], reads: true });
    return Number(row?.[0] ?? 0);
  },
  read: (table, after, limit) => listRows(database, table, { after, limit }),
  close: () => database.close(),
});

function moveQuery(from: string, to: string): Query {
  const text = new SqlText();
  const [next, position] = [text.parameter("text", to), text.parameter("text", from)];
  return {
    sql: `UPDATE ${UNFINISHED_COPY} SET position = ${next} WHERE position = ${position} RETURNING 1`,
    values: text.values,
  };
}

const ARRAY_TYPES: Readonly<Record<Kind, string>> = {
  bytes: "bytea[]",
  text: "text[]",
  integer: "bigint[]",
  boolean: "boolean[]",
  list: "text[]",
  json: "text[]",
};

/** Passes the rows as one array for each column. */
function insertQuery(table: Table, rows: readonly StoredRow[]): Query {
  const arrays = Object.keys(table.columns).map((name) => {
    const column = columnOf(table, name);
    return {
      type: ARRAY_TYPES[column.kind],
      values: rows.map((row) => encodeValue(column, row[name] ?? null)),
    };
  });
  if (table.shard !== null)
    arrays.push({ type: "smallint[]", values: rows.map((row) => shardValue(table, row)) });
  const parameters = arrays.map(({ type }, index) => `$${index + 1}::text::${type}`);
  return {
    sql: `INSERT INTO ${table.name} (${columnNames(table)}) SELECT * FROM unnest(${parameters.join(", ")})`,
    values: arrays.map(({ values }) => arrayOf(values)),
  };
}

/** An array in PostgreSQL's notation: "{a,b}". */
const arrayOf = (values: readonly SqlValue[]): string => `{${values.map(element).join(",")}}`;

function element(value: SqlValue): string {
  if (value === null) return "NULL";
  if (value instanceof Uint8Array) return `"\\\\x${value.toHex()}"`;
  if (typeof value === "string") return `"${value.replace(/["\\]/g, "\\$&")}"`;
  return String(value);
}

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'::text`;

function readUnfinished([row]: readonly Record<string, unknown>[]): UnfinishedCopy {
  return { source: String(row?.source), position: String(row?.position) };
}

const inUse = (schema: string, table: string) =>
  new DatabaseRefused(
    `The schema "${schema}" of the database is in use: there are rows in ${table}. A copy needs an empty place: choose another schema (database.schema) or another database.`,
  );
