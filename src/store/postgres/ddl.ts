/** The DDL of the declared tables for PostgreSQL. */
import { type Columns, columnOf, type Index, type Kind, sqlName, type Table } from "../declare.ts";

export const TYPES: Readonly<Record<Kind, string>> = {
  bytes: "bytea",
  text: "text",
  integer: "bigint",
  boolean: "boolean",
  list: "text",
  json: "text",
};

/**
 * Growing tables store the shard of each row (`shardOf`) in two bytes, and every statement names it. On a cluster, this
 * lets one worker handle the statement instead of all.
 */
export const SHARD = "shard";

export const sqlNames = (names: readonly string[]): string => names.map(sqlName).join(", ");

/** Leaves room in each page for new versions of rows, so that an update changes no index. */
const FILL_FACTOR = 80;

/** Texts are compared by their bytes, as SQLite does. An index in the collation of the database would serve no such order. */
const COLLATION = ' COLLATE "C"';

/** `isCluster`: a shard can enforce uniqueness only within itself. */
export function createTable(table: Table<Columns>, isCluster: boolean): string {
  const columns = Object.entries(table.columns).map(
    ([name, { kind, nullable }]) =>
      `  ${sqlName(name)} ${TYPES[kind]}${TYPES[kind] === "text" ? COLLATION : ""}${nullable ? "" : " NOT NULL"}`,
  );
  if (table.shard !== null) columns.push(`  ${SHARD} smallint NOT NULL`);
  const key = `  PRIMARY KEY (${sqlNames(table.key)}${table.shard === null ? "" : `, ${SHARD}`})`;
  const options = table.updated ? ` WITH (fillfactor = ${FILL_FACTOR})` : "";
  return [
    `CREATE TABLE ${table.name} (\n${[...columns, key].join(",\n")}\n)${options};`,
    ...table.indexes.map((index) => createIndex(table, index, isCluster)),
  ].join("\n");
}

function createIndex(table: Table, { columns, unique, only }: Index, isCluster: boolean): string {
  for (const name of columns) columnOf(table, name);
  const name = `${table.name}_by_${columns.map(sqlName).join("_")}${only === null ? "" : `_if_${sqlName(only)}`}`;
  const condition = only === null ? "" : ` WHERE ${sqlName(only)}`;
  const shard = unique && isCluster && table.shard !== null ? `, ${SHARD}` : "";
  return `CREATE ${unique ? "UNIQUE " : ""}INDEX ${name} ON ${table.name} (${sqlNames(columns)}${shard})${condition};`;
}
