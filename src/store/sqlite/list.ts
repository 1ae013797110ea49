/** Lists in pages, and the clean-up. */
import type { Expiries, ListRequest } from "../contract.ts";
import { columnOf, sqlName, type Table } from "../declare.ts";
import { dependants } from "../schema.ts";
import { sqlNames } from "./ddl.ts";
import type { Connection, SqlValue } from "./driver.ts";
import { encodeValue, encodeValues, type RawRow, rowDecoder, selected } from "./rows.ts";

export function listRows(connection: Connection, table: Table, request: ListRequest): RawRow[] {
  const {
    where = {},
    above = {},
    order = table.key,
    descending = false,
    after = null,
    skip = 0,
    limit,
  } = request;
  const conditions: string[] = [];
  const values: SqlValue[] = [];
  for (const [name, value] of Object.entries(where)) {
    conditions.push(value === null ? `${sqlName(name)} IS NULL` : `${sqlName(name)} = ?`);
    if (value !== null) values.push(encodeValue(columnOf(table, name), value));
  }
  for (const [name, value] of Object.entries(above)) {
    conditions.push(`${sqlName(name)} > ?`);
    values.push(encodeValue(columnOf(table, name), value));
  }
  if (after !== null) {
    conditions.push(`(${sqlNames(order)}) ${descending ? "<" : ">"} (${order.map(() => "?").join(", ")})`);
    values.push(...encodeValues(table, order, after));
  }
  const direction = descending ? " DESC" : "";
  const query = connection.query<RawRow, SqlValue[]>(
    `SELECT ${selected(table)} FROM ${table.name}
     WHERE ${conditions.length === 0 ? "true" : conditions.join(" AND ")}
     ORDER BY ${order.map((name) => sqlName(name) + direction).join(", ")} LIMIT ? OFFSET ?`,
  );
  return query.all(...values, limit, skip).map(rowDecoder(table));
}

/** Removes expired rows, with the rows that go with them. Returns how many rows it removed. */
export function expireRows(
  connection: Connection,
  tables: readonly Table[],
  expiries: Expiries,
  limit: number,
): number {
  let removed = 0;
  for (const table of tables) {
    const until = expiries[table.name];
    if (table.expires === null || until === undefined) continue;
    const [key, expiry] = [sqlNames(table.key), sqlName(table.expires)];
    const gone = connection
      .query<Record<string, SqlValue>, [number, number]>(
        `DELETE FROM ${table.name} WHERE (${key}) IN (
           SELECT ${key} FROM ${table.name} WHERE ${expiry} <= ? ORDER BY ${expiry} LIMIT ?)
         RETURNING ${key}`,
      )
      .all(until, limit);
    removed += gone.length;
    for (const dependant of dependants(tables, table.name)) {
      const condition = table.key.map((name) => `${sqlName(name)} = ?`).join(" AND ");
      const remove = connection.command<SqlValue[]>(`DELETE FROM ${dependant.name} WHERE ${condition}`);
      for (const row of gone) removed += remove(...table.key.map((name) => row[sqlName(name)] ?? null));
    }
  }
  return removed;
}
