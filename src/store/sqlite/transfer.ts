/** The embedded database as one side of a copy. Nobody else changes it meanwhile: the caller has the folder's lock. */
import { DatabaseRefused } from "../contract.ts";
import { BEGINNING, type End, type Target, type UnfinishedCopy } from "../transfer/copy.ts";
import { allColumns, portableRow, type Row, type Value } from "../transfer/rows.ts";
import { PORTABLE_TABLES, type PortableTable } from "../transfer/tables.ts";
import type { Connection } from "./driver.ts";
import { openMigrated } from "./index.ts";
import { hasTable, UNFINISHED_COPY } from "./migrations.ts";
import { expiryBatchTable } from "./tables/expiry-batches.ts";
import { asStoreError } from "./trouble.ts";

/** Throws as the store does. */
export async function openSqliteSource(file: string): Promise<End> {
  return end(await openMigrated(file));
}

/** Makes the file if it is not there. */
export async function openSqliteTarget(file: string): Promise<Target> {
  const connection = await openMigrated(file, { mayBeUnfinished: true });
  const change = <Result>(work: () => Result): Result => {
    try {
      return connection.transaction(work);
    } catch (error) {
      throw asStoreError(error);
    }
  };
  const batches = expiryBatchTable(connection);

  return {
    ...end(connection),

    async begin(source) {
      return change(() => {
        const found = findUnfinished(connection);
        if (found !== null) return found;
        requireEmpty(connection, file);
        connection.execute(
          `CREATE TABLE ${UNFINISHED_COPY} (source TEXT NOT NULL, position TEXT NOT NULL) STRICT`,
        );
        connection.command<[string, string]>(
          `INSERT INTO ${UNFINISHED_COPY} (source, position) VALUES (?, ?)`,
        )(source, BEGINNING);
        return { source, position: BEGINNING };
      });
    },

    async write(table, rows, position, next) {
      const insert = connection.command<Value[]>(insertInto(table));
      return change(() => {
        if (!move(connection, position, next)) return false;
        for (const row of rows) {
          insert(...row.slice(0, table.columns.length));
          if (table.name === "access_tokens") noteExpiry(batches, table, row);
        }
        return true;
      });
    },

    async restart(position) {
      change(() => {
        for (const { name } of PORTABLE_TABLES) connection.execute(`DELETE FROM ${name}`);
        connection.execute("DELETE FROM expiry_batches");
        connection.execute("DELETE FROM sqlite_sequence");
        connection.command<[string]>(`UPDATE ${UNFINISHED_COPY} SET position = ?`)(position);
      });
    },

    async finish(lastClientNumber) {
      change(() => {
        connection.execute("DELETE FROM sqlite_sequence");
        connection.command<[number]>("INSERT INTO sqlite_sequence (name, seq) VALUES ('clients', ?)")(
          lastClientNumber,
        );
        connection.execute(`DROP TABLE ${UNFINISHED_COPY}`);
      });
    },
  };
}

function end(connection: Connection): End {
  const numberOf = (sql: string) => connection.query<{ value: number }, []>(sql).get()?.value ?? 0;
  return {
    count: async (table) =>
      numberOf(`SELECT count(*) AS value FROM ${table.name} t WHERE ${table.condition ?? "true"}`),
    async read(table, after, limit) {
      const query = connection.query<Record<string, Value>, Value[]>(select(table, after !== null));
      return query.all(...(after ?? []), limit).map((row) => portableRow(allColumns(table), row));
    },
    lastClientNumber: async () => numberOf("SELECT seq AS value FROM sqlite_sequence WHERE name = 'clients'"),
    close: async () => connection.close(),
  };
}

function select(table: PortableTable, isContinued: boolean): string {
  const key = table.key.map((name) => `t.${name}`).join(", ");
  const columns = [
    ...table.columns.map(({ name }) => `${ELSEWHERE[`${table.name}.${name}`] ?? `t.${name}`} AS ${name}`),
    ...table.derived.map(({ name, from }) => `${from} AS ${name}`),
  ];
  const conditions = [
    table.condition ?? "true",
    isContinued ? `(${key}) > (${table.key.map(() => "?").join(", ")})` : "true",
  ];
  return `SELECT ${columns.join(", ")} FROM ${table.name} t WHERE ${conditions.join(" AND ")} ORDER BY ${key} LIMIT ?`;
}

/** A token's, or that of its grant (schema.ts). Of a grant that is gone it is empty, as nobody asks any more. */
const allowed = (column: string): string =>
  `CASE WHEN t.subject <> '' THEN t.${column}
    ELSE coalesce((SELECT g.${column} FROM grants g WHERE g.id = t.grant_id), '') END`;

/** What PostgreSQL has in a column of its own is here within another, or in another table. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  "clients.metadata": "json_remove(t.metadata, '$.secrets')",
  "clients.secrets": "t.metadata -> '$.secrets'",
  "access_tokens.subject": allowed("subject"),
  "access_tokens.scope": allowed("scope"),
  "access_tokens.resources": allowed("resources"),
};

function insertInto({ name, columns }: PortableTable): string {
  const values = new Map(columns.map((column, index) => [column.name, `?${index + 1}`]));
  if (name === "clients") {
    values.set(
      "metadata",
      `json_set(${values.get("metadata")}, '$.secrets', json(${values.get("secrets")}))`,
    );
    values.delete("secrets");
  }
  return `INSERT INTO ${name} (${[...values.keys()].join(", ")}) VALUES (${[...values.values()].join(", ")})`;
}

function findUnfinished(connection: Connection): UnfinishedCopy | null {
  if (!hasTable(connection, UNFINISHED_COPY)) return null;
  return connection.query<UnfinishedCopy, []>(`SELECT source, position FROM ${UNFINISHED_COPY}`).get();
}

function move(connection: Connection, from: string, to: string): boolean {
  const sql = `UPDATE ${UNFINISHED_COPY} SET position = ? WHERE position = ?`;
  return connection.command<[string, string]>(sql)(to, from) === 1;
}

function requireEmpty(connection: Connection, file: string): void {
  const filled = PORTABLE_TABLES.filter(
    ({ name }) => connection.query(`SELECT 1 FROM ${name} LIMIT 1`).get() !== null,
  );
  if (filled.length === 0) return;
  throw new DatabaseRefused(
    `${file} is in use: there are rows in ${filled.map(({ name }) => name).join(", ")}. A copy needs an empty place: choose another folder with --data.`,
  );
}

/** The clean-up looks for tokens only where something was noted. */
function noteExpiry(
  batches: ReturnType<typeof expiryBatchTable>,
  { columns }: PortableTable,
  row: Row,
): void {
  const [id, expiresAt] = ["id", "expires_at"].map(
    (name) => row[columns.findIndex((column) => column.name === name)],
  );
  if (!(id instanceof Uint8Array) || typeof expiresAt !== "number") throw new Error("A token has no expiry.");
  batches.note(id, expiresAt);
}
