/** Converts rows for SQLite and back: its columns have neither booleans nor lists. */
import { type Column, columnOf, decodeList, encodeList, type Kind, sqlName, type Table } from "../declare.ts";
import { decodeJson, encodeJson } from "../json.ts";
import type { SqlValue } from "./driver.ts";

/** A row as the driver gives it, by the names of the declaration. */
export type RawRow = Record<string, unknown>;

/** The value in SQLite's form. Throws for a value that does not fit the column, which is a bug of the program. */
export function encodeValue(column: Column, value: unknown): SqlValue {
  if (value === null) return null;
  switch (column.kind) {
    case "boolean":
      return value === true ? 1 : 0;
    case "list":
      return encodeList(value as readonly string[]);
    case "json":
      return encodeJson(column, value);
    default:
      return value as SqlValue;
  }
}

/** The values of the columns, in their order. */
export const encodeValues = (
  table: Table,
  names: readonly string[],
  values: Readonly<Record<string, unknown>>,
): SqlValue[] => names.map((name) => encodeValue(columnOf(table, name), values[name] ?? null));

/** The columns between SELECT and FROM: all, or the named ones. */
export const selected = ({ columns }: Table, names: readonly string[] = Object.keys(columns)): string =>
  names.map((name) => (sqlName(name) === name ? name : `${sqlName(name)} AS ${name}`)).join(", ");

const CONVERTED: ReadonlySet<Kind> = new Set(["boolean", "list", "json"]);

/** Turns a row of the driver into a declared row, in place. Throws StoreUnavailable for a row that the program never writes. */
export function rowDecoder(
  table: Table,
  names: readonly string[] = Object.keys(table.columns),
): (row: RawRow) => RawRow {
  const converted = Object.entries(table.columns)
    .filter(([name, { kind }]) => names.includes(name) && CONVERTED.has(kind))
    .map(([name, { kind }]) => ({ name, kind }));
  if (converted.length === 0) return (row) => row;
  return (row) => {
    for (const { name, kind } of converted) {
      const value = row[name];
      if (value !== null) row[name] = decodeValue(table, name, kind, value);
    }
    return row;
  };
}

function decodeValue(table: Table, name: string, kind: Kind, value: unknown): unknown {
  if (kind === "boolean") return value === 1;
  return kind === "list" ? decodeList(value as string) : decodeJson(table, name, value as string);
}
