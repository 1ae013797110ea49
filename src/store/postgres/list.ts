/** Lists in pages, and the clean-up. */
import type { Expiries, ListRequest } from "../contract.ts";
import { sqlName, type Table } from "../declare.ts";
import { dependants } from "../schema.ts";
import type { Topology } from "./cluster.ts";
import { SHARD } from "./ddl.ts";
import type { Database, Query } from "./driver.ts";
import { rowDecoder, SqlText, selected } from "./rows.ts";

export async function listRows(
  database: Database,
  table: Table,
  request: ListRequest,
): Promise<Record<string, unknown>[]> {
  const {
    where = {},
    above = {},
    order = table.key,
    descending = false,
    after = null,
    skip = 0,
    limit,
  } = request;
  const text = new SqlText();
  const conditions = [text.condition(table, where)];
  for (const [name, value] of Object.entries(above)) {
    conditions.push(`${sqlName(name)} > ${text.value(table, name, value)}`);
  }
  const columns = order.map(sqlName);
  if (after !== null) {
    const values = order.map((name) => text.value(table, name, after[name]));
    conditions.push(`(${columns.join(", ")}) ${descending ? "<" : ">"} (${values.join(", ")})`);
  }
  const direction = descending ? " DESC" : "";
  const bounds = `LIMIT ${text.parameter("bigint", limit)} OFFSET ${text.parameter("bigint", skip)}`;
  const rows = await database.run({
    sql: `SELECT ${selected(table, table.name)} FROM ${table.name} WHERE ${conditions.join(" AND ")}
      ORDER BY ${columns.map((column) => column + direction).join(", ")} ${bounds}`,
    values: text.values,
    reads: true,
  });
  const decode = rowDecoder(table);
  return rows.map((row) => decode(row) ?? {});
}

/**
 * One node cleans up at a time, because others would only read the same rows. The lock ends with the transaction, so it
 * also ends when the node dies.
 */
const TURN = "SELECT pg_try_advisory_xact_lock(hashtextextended('tessera clean-up ' || current_schema(), 0))";

/**
 * Removes expired rows, with the rows that go with them. Returns how many rows it removed; 0 if another node is
 * cleaning up.
 */
export const expireRows = (
  database: Database,
  { cleanUp }: Topology,
  tables: readonly Table[],
  expiries: Expiries,
  limit: number,
): Promise<number> =>
  database.transaction(async (run) => {
    const [turn] = await run({ sql: TURN, values: [] });
    if (turn?.[0] !== true) return 0;
    let removed = 0;
    for (const table of tables) {
      const until = expiries[table.name];
      if (table.expires === null || until === undefined) continue;
      if (cleanUp.looksFirst && (await run(dueQuery(table, until))).length === 0) continue;
      const [counts] = await run(
        expireQuery(table, dependants(tables, table.name), until, limit, cleanUp.lock),
      );
      for (const count of counts ?? []) removed += Number(count);
    }
    return removed;
  }, true);

function dueQuery(table: Table, until: number): Query {
  const expiry = sqlName(table.expires ?? "");
  return { sql: `SELECT 1 FROM ${table.name} WHERE ${expiry} <= $1::bigint LIMIT 1`, values: [until] };
}

/**
 * Without a lock, a row may change before its removal. So the removal checks the expiry again, and removes dependent
 * rows only for rows that it has removed.
 */
function expireQuery(
  table: Table,
  along: readonly Table[],
  until: number,
  limit: number,
  lock: string,
): Query {
  const text = new SqlText();
  const expiry = `${table.name}.${sqlName(table.expires ?? "")}`;
  const isDue = `${expiry} <= ${text.parameter("bigint", until)}`;
  const key = [...table.key.map(sqlName), ...(table.shard === null ? [] : [SHARD])];
  const remove = ({ name }: Table, those: string) => {
    const same = key.map((column) => `${name}.${column} = ${those}.${column}`).join(" AND ");
    const keys = key.map((column) => `${name}.${column}`).join(", ");
    return `DELETE FROM ${name} USING ${those} WHERE ${same}${those === "due" ? ` AND ${isDue}` : ""} RETURNING ${keys}`;
  };
  const gone = along.map((each) => `${each.name}_gone AS (${remove(each, "gone")})`);
  return {
    sql: `WITH due AS MATERIALIZED (
        SELECT ${key.join(", ")} FROM ${table.name} WHERE ${isDue}
        ORDER BY ${expiry} LIMIT ${text.parameter("bigint", limit)} ${lock}
      ), ${[`gone AS (${remove(table, "due")})`, ...gone].join(", ")}
      SELECT (SELECT count(*) FROM gone)${along.map(({ name }) => `, (SELECT count(*) FROM ${name}_gone)`).join("")}`,
    values: text.values,
  };
}
