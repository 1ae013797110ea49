/** Converts rows for PostgreSQL and back. */
import type { Values } from "../contract.ts";
import { type Column, columnOf, decodeList, encodeList, shardOf, sqlName, type Table } from "../declare.ts";
import { decodeJson, encodeJson } from "../json.ts";
import { SHARD, TYPES } from "./ddl.ts";

/** The types that the client accepts as parameters. */
export type SqlValue = string | number | boolean | Uint8Array | null;

/** Builds the text of a statement, with the values of its parameters. */
export class SqlText {
  readonly values: SqlValue[] = [];

  /** A parameter with its type, so that the server does not guess one. */
  parameter(type: string, value: SqlValue): string {
    this.values.push(value);
    return `$${this.values.length}::${type}`;
  }

  /** A parameter with the value of a column. */
  value(table: Table, name: string, value: unknown): string {
    const column = columnOf(table, name);
    return this.parameter(TYPES[column.kind], encodeValue(column, value ?? null));
  }

  /** The condition that the columns equal these values, and the shard if the values determine it. */
  condition(table: Table, wanted: Values, alias: string = table.name): string {
    const conditions = Object.entries(wanted).map(([name, value]) => {
      const column = `${alias}.${sqlName(name)}`;
      if (value === null || value === undefined) return `${column} IS NULL`;
      return isStorable(value) ? `${column} = ${this.value(table, name, value)}` : "false";
    });
    const shard = shardValue(table, wanted);
    if (shard !== null) conditions.push(`${alias}.${SHARD} = ${this.parameter("smallint", shard)}`);
    return conditions.length === 0 ? "true" : conditions.join(" AND ");
  }

  assignments(table: Table, set: Values): string {
    return Object.entries(set)
      .map(([name, value]) => `${sqlName(name)} = ${this.value(table, name, value)}`)
      .join(", ");
  }
}

/** PostgreSQL's texts cannot hold U+0000, so no column equals a text with it. */
export const isStorable = (value: unknown): boolean => typeof value !== "string" || !value.includes("\0");

/** All columns of a table, with the shard if it has one. */
export const columnNames = (table: Table): string =>
  [...Object.keys(table.columns).map(sqlName), ...(table.shard === null ? [] : [SHARD])].join(", ");

/** The shard in its stored form: PostgreSQL's two-byte integers are signed. Null if the values do not determine it. */
export function shardValue({ shard }: Table, values: Values): number | null {
  const value = shard === null ? undefined : values[shard];
  return typeof value === "string" || value instanceof Uint8Array ? signed(shardOf(value)) : null;
}

export const signed = (shard: number): number => shard - 0x8000;

export function encodeValue(column: Column, value: unknown): SqlValue {
  if (value === null) return null;
  if (column.kind === "list") return encodeList(value as readonly string[]);
  if (column.kind === "json") return encodeJson(column, value);
  return value as SqlValue;
}

/** The columns between SELECT and FROM, with the table as `alias`. */
export const selected = (table: Table, alias: string, names?: readonly string[]): string =>
  readColumns(table, names)
    .map((name) => `${alias}.${sqlName(name)}`)
    .join(", ");

/** The columns to read: those wanted, and the key, which tells whether the row exists. */
export const readColumns = ({ columns, key }: Table, names?: readonly string[]): readonly string[] =>
  names === undefined ? Object.keys(columns) : [...new Set([...key.slice(0, 1), ...names])];

type Decode = (value: unknown) => unknown;

/** The client returns Buffers for bytes, and strings for eight-byte integers. */
function decoderOf(table: Table, name: string): Decode {
  const { kind } = columnOf(table, name);
  switch (kind) {
    case "bytes":
      return (value) =>
        value instanceof Uint8Array
          ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
          : value;
    case "integer":
      return Number;
    case "list":
      return (value) => decodeList(String(value));
    case "json":
      return (value) => decodeJson(table, name, String(value));
    default:
      return (value) => value;
  }
}

/**
 * Decodes the columns of a table from a row of values, from `start` on. Null if the key is null, which means that there
 * is no such row.
 */
export function rowDecoder(
  table: Table,
  start = 0,
  wanted?: readonly string[],
): (values: readonly unknown[]) => Record<string, unknown> | null {
  const read = readColumns(table, wanted);
  const columns = (wanted ?? read).map((name) => ({
    name,
    at: start + read.indexOf(name),
    decode: decoderOf(table, name),
  }));
  const key = start + read.indexOf(table.key[0] ?? "");
  return (values) => {
    if (values[key] === null || values[key] === undefined) return null;
    const row: Record<string, unknown> = {};
    for (const { name, at, decode } of columns) {
      const value = values[at];
      row[name] = value === null ? null : decode(value);
    }
    return row;
  };
}
