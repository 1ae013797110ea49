/** Rows on their way between engines, and what tells two tables apart. */
import { createHash } from "node:crypto";
import type { ColumnKind, PortableColumn, PortableTable } from "./tables.ts";

export type Value = string | number | Uint8Array | null;

/** Values in the order of the table's columns, then of its derived columns. */
export type Row = readonly Value[];

/** How many rows a table has, and the SHA-256 of them in the order of their keys, in hexadecimal. */
export interface TableDigest {
  readonly table: string;
  readonly rows: number;
  readonly digest: string;
}

/** Text to be hashed is gathered up to so many characters: one call for each row would cost more than the hash. */
const HASHED_AT_ONCE = 65_536;

/** Digests rows as they come, so that no table need be in memory. */
export class RowDigest {
  readonly #table: string;
  readonly #hash = createHash("sha256");
  #text = "";
  #rows = 0;

  constructor(table: string) {
    this.#table = table;
  }

  add(row: Row): void {
    this.#rows += 1;
    for (const value of row) this.#text += encode(value);
    this.#text += "\n";
    if (this.#text.length >= HASHED_AT_ONCE) this.#flush();
  }

  /** Ends it. */
  result(): TableDigest {
    this.#flush();
    return { table: this.#table, rows: this.#rows, digest: this.#hash.digest("hex") };
  }

  #flush(): void {
    this.#hash.update(this.#text);
    this.#text = "";
  }
}

/** The kind comes first and a length before what has no end of its own, so that no two rows are written alike. */
function encode(value: Value): string {
  if (value === null) return "-";
  if (typeof value === "number") return `i${value};`;
  if (typeof value === "string") return `t${value.length}:${value}`;
  return `b${value.length}:${value.toHex()}`;
}

/** JSON with the members of its objects sorted: PostgreSQL's jsonb has an order of its own. */
export const canonicalJson = (text: string): string => JSON.stringify(sorted(JSON.parse(text)));

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, member]) => [name, sorted(member)]),
  );
}

/** What an engine's driver returned, in the form of the kind. Throws if it is nothing of the kind. */
export function portableValue(kind: ColumnKind, value: unknown): Value {
  if (value === null) return null;
  if (kind === "boolean" && typeof value === "boolean") return value ? 1 : 0;
  if (kind === "json" && typeof value === "string") return canonicalJson(value);
  const fits =
    kind === "bytes" ? value instanceof Uint8Array : typeof value === (kind === "text" ? "string" : "number");
  if (fits && (typeof value === "string" || typeof value === "number" || value instanceof Uint8Array)) {
    return value;
  }
  throw new Error(`A column of the kind ${kind} holds a ${typeof value}.`);
}

/** The row of a driver, whose columns have names. */
export const portableRow = (
  columns: readonly PortableColumn[],
  row: Readonly<Record<string, unknown>>,
): Row => columns.map(({ name, kind }) => portableValue(kind, row[name]));

/** The columns in the order of a row. */
export const allColumns = ({ columns, derived }: PortableTable): readonly PortableColumn[] => [
  ...columns,
  ...derived,
];

export const keyColumns = ({ key, columns }: PortableTable): readonly PortableColumn[] =>
  key.map((name) => {
    const column = columns.find((candidate) => candidate.name === name);
    if (column === undefined) throw new Error(`The key ${name} is no column.`);
    return column;
  });

export const keyOf = (table: PortableTable, row: Row): Row =>
  table.key.map((name) => row[table.columns.findIndex((column) => column.name === name)] ?? null);
