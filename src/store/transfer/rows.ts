/** Rows on their way between engines, and digests that compare tables. */
import { createHash } from "node:crypto";
import { columnOf, type Table } from "../declare.ts";

/** A row with the declared types, but with json columns as stored text. */
export type StoredRow = Readonly<Record<string, unknown>>;

/** The number of rows of a table, and the hexadecimal SHA-256 of the rows in the order of their keys. */
export interface TableDigest {
  readonly table: string;
  readonly rows: number;
  readonly digest: string;
}

/** How many characters are gathered for one call of the hash: a call for each row would cost more than the hash. */
const HASHED_AT_ONCE = 65_536;

/** Digests rows one by one, so that no table need be in memory. */
export class RowDigest {
  readonly #table: Table;
  readonly #names: readonly string[];
  readonly #hash = createHash("sha256");
  #text = "";
  #rows = 0;

  constructor(table: Table) {
    this.#table = table;
    this.#names = Object.keys(table.columns);
  }

  add(row: StoredRow): void {
    this.#rows += 1;
    for (const name of this.#names) this.#text += encode(this.#table, name, row[name]);
    this.#text += "\n";
    if (this.#text.length >= HASHED_AT_ONCE) this.#flush();
  }

  /** Ends the digest. */
  result(): TableDigest {
    this.#flush();
    return { table: this.#table.name, rows: this.#rows, digest: this.#hash.digest("hex") };
  }

  #flush(): void {
    this.#hash.update(this.#text);
    this.#text = "";
  }
}

/** The kind comes first, and a length before values of variable size, so that different rows have different texts. */
function encode(table: Table, name: string, value: unknown): string {
  if (value === null) return "-";
  if (typeof value === "number") return `i${value};`;
  if (typeof value === "boolean") return value ? "1" : "0";
  if (value instanceof Uint8Array) return `b${value.length}:${value.toHex()}`;
  const { codec } = columnOf(table, name);
  const text =
    typeof value === "string" ? value : JSON.stringify(codec === null ? value : codec.encode(value));
  return `t${text.length}:${text}`;
}
