/** Rows on their way to PostgreSQL and back. */
import { StoreUnavailable, type Values } from "../contract.ts";
import { type Column, columnOf, decodeList, encodeList, shardOf, sqlName, type Table } from "../declare.ts";
import { SHARD, TYPES } from "./ddl.ts";

/** What the client takes as a parameter. */
export type SqlValue = string | number | boolean | Uint8Array | null;

/** A statement's text while it is written, with the values of its parameters. */
export class SqlText {
  readonly values: SqlValue[] = [];

  /** A parameter with its type, so that the server never guesses one. */
  parameter(type: string, value: SqlValue): string {
    this.values.push(value);
    return `$${this.values.length}::${type}`;
  }

  /** The value of a column. */
  value(table: Table, name: string, value: unknown): string {
    const column = columnOf(table, name);
    return this.parameter(TYPES[column.kind], encodeValue(column, value ?? null));
  }

  /** What the columns equal, and the shard if the values tell it. */
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

/** PostgreSQL's texts cannot hold U+0000, so no column equals a text that has one. */
export const isStorable = (value: unknown): boolean => typeof value !== "string" || !value.includes("\0");

/** All columns of a table, with the shard where it has one. */
export const columnNames = (table: Table): string =>
  [...Object.keys(table.columns).map(sqlName), ...(table.shard === null ? [] : [SHARD])].join(", ");

/** The shard as it is stored: PostgreSQL's two-byte integers have a sign. Null if the values do not tell it. */
export function shardValue({ shard }: Table, values: Values): number | null {
  const value = shard === null ? undefined : values[shard];
  return typeof value === "string" || value instanceof Uint8Array ? signed(shardOf(value)) : null;
}

export const signed = (shard: number): number => shard - 0x8000;

export function encodeValue({ kind, codec }: Column, value: unknown): SqlValue {
  if (value === null) return null;
  if (kind === "list") return encodeList(value as readonly string[]);
  if (kind === "json") return JSON.stringify(codec === null ? value : codec.encode(value));
  return value as SqlValue;
}

/** What stands between SELECT and FROM, with the table as `alias`. */
export const selected = (table: Table, alias: string, names?: readonly string[]): string =>
  readColumns(table, names)
    .map((name) => `${alias}.${sqlName(name)}`)
    .join(", ");

/** The columns that are read where some are wanted: the key is always among them, as it tells whether there is a row. */
export const readColumns = ({ columns, key }: Table, names?: readonly string[]): readonly string[] =>
  names === undefined ? Object.keys(columns) : [...new Set([...key.slice(0, 1), ...names])];

type Decode = (value: unknown) => unknown;

/** The client gives Buffers for bytes, and texts for integers of eight bytes. */
function decoderOf(table: Table, name: string): Decode {
  const { kind, codec } = columnOf(table, name);
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
      return (value) => decodeJson(table, name, String(value), codec);
    default:
      return (value) => value;
  }
}

function decodeJson(table: Table, name: string, value: string, codec: Column["codec"]): unknown {
  try {
    const stored: unknown = JSON.parse(value);
    return codec === null ? stored : codec.decode(stored);
  } catch (error) {
    throw new StoreUnavailable(
      `a row of ${table.name} cannot be read: its ${name} is not what Tessera wrote`,
      {
        cause: error,
        advice: "Another program has changed the database. Restore a backup.",
      },
    );
  }
}

/**
 * Reads the columns of a table out of a row of values, from `start` on. Null if the row has none of it: a key is never
 * null.
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
