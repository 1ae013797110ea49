/** The declared tables in SQLite's words. */
import { columnOf, type Index, type Kind, sqlName, type Table } from "../declare.ts";

const TYPES: Readonly<Record<Kind, string>> = {
  bytes: "BLOB",
  text: "TEXT",
  integer: "INTEGER",
  boolean: "INTEGER",
  list: "TEXT",
  json: "TEXT",
};

export const sqlNames = (names: readonly string[]): string => names.map(sqlName).join(", ");

/** Rows are stored by their key. The key of a growing table begins with the time, so new rows go to its end. */
export function createTable(table: Table): string {
  const columns = Object.entries(table.columns).map(
    ([name, { kind, nullable }]) => `  ${sqlName(name)} ${TYPES[kind]}${nullable ? "" : " NOT NULL"}`,
  );
  const key = `  PRIMARY KEY (${sqlNames(table.key)})`;
  return [
    `CREATE TABLE ${table.name} (\n${[...columns, key].join(",\n")}\n) STRICT, WITHOUT ROWID;`,
    ...table.indexes.map((index) => createIndex(table, index)),
  ].join("\n");
}

function createIndex(table: Table, { columns, unique, only }: Index): string {
  for (const name of columns) columnOf(table, name);
  const name = `${table.name}_by_${columns.map(sqlName).join("_")}${only === null ? "" : `_if_${sqlName(only)}`}`;
  const condition = only === null ? "" : ` WHERE ${sqlName(only)} = 1`;
  return `CREATE ${unique ? "UNIQUE " : ""}INDEX ${name} ON ${table.name} (${sqlNames(columns)})${condition};`;
}
