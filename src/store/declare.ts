/**
 * The declaration of a table: its columns and their kinds, its key, its indexes, its shard and its expiry.
 * An engine derives everything from it: DDL, codecs, statements, clean-up, copying.
 */

/**
 * The kind of a column's values. `integer`: up to 2^53; times are seconds since the epoch. `list`: texts without spaces.
 * `json`: any value that its codec turns into JSON and back.
 */
export type Kind = "bytes" | "text" | "integer" | "boolean" | "list" | "json";

/** `Value` is the type of the values. Values were checked before they were stored, so they come back with their brands. */
export interface Column<Value = unknown> {
  readonly kind: Kind;
  readonly nullable: boolean;
  /** Of a `json` column: the form in which JSON can write the value, and back. */
  readonly codec: JsonCodec<Value> | null;
}

export interface JsonCodec<Value> {
  encode(value: Value): unknown;
  decode(json: unknown): Value;
}

const column = <Value>(kind: Kind, codec: JsonCodec<Value> | null = null): Column<Value> => ({
  kind,
  nullable: false,
  codec,
});

export const bytes = <Value extends Uint8Array = Uint8Array>() => column<Value>("bytes");
export const text = <Value extends string = string>() => column<Value>("text");
export const integer = () => column<number>("integer");
export const boolean = () => column<boolean>("boolean");
/** RFC 6749 §3.3, RFC 3986: neither scope names nor URIs contain a space, so a space separates them. */
export const list = <Value extends string = string>() => column<readonly Value[]>("list");
export const json = <Value>(codec: JsonCodec<Value>) => column<Value>("json", codec);
/** A column that may be null. */
export const orNull = <Value>({ kind, codec }: Column<Value>): Column<Value | null> => ({
  kind,
  nullable: true,
  codec: codec as JsonCodec<Value | null> | null,
});

export type Columns = Readonly<Record<string, Column>>;

type ValueOf<Declared> = Declared extends Column<infer Value> ? Value : never;

/** A row, by the names of its columns. */
export type RowOf<Declared extends Columns> = {
  readonly [Name in keyof Declared]: ValueOf<Declared[Name]>;
};

export interface Index {
  readonly columns: readonly string[];
  readonly unique: boolean;
  /** Only rows in which this boolean column is true are in the index; null for all. */
  readonly only: string | null;
}

export interface Table<Declared extends Columns = Columns> {
  /** The name in SQL. */
  readonly name: string;
  readonly columns: Declared;
  /** These columns tell rows apart. They are also the default order. */
  readonly key: readonly string[];
  readonly indexes: readonly Index[];
  /**
   * The column whose value decides on which shard of a cluster a row is (`shardOf`). Rows of one statement have the same
   * shard. Null for a table of which every node of a cluster has all rows.
   */
  readonly shard: string | null;
  /** A column with the same shard. A unique column must be one: uniqueness ends at the borders of a shard. */
  readonly sameShard: string | null;
  /** The indexed column by which the clean-up finds expired rows. Null if rows do not expire by themselves. */
  readonly expires: string | null;
  /** The table whose clean-up also removes the rows here that have the values of its key. */
  readonly goesWith: string | null;
  /** Whether rows are updated: PostgreSQL then leaves room for the new version beside the old one. */
  readonly updated: boolean;
}

interface Declaration<Declared extends Columns> {
  readonly columns: Declared;
  readonly key?: readonly (keyof Declared & string)[];
  readonly unique?: readonly (readonly (keyof Declared & string)[])[];
  readonly indexes?: readonly (readonly (keyof Declared & string)[])[];
  /** Indexes of the rows in which a boolean column is true: by the name of that column. */
  readonly indexOnly?: Readonly<Record<string, readonly (keyof Declared & string)[]>>;
  readonly shard?: keyof Declared & string;
  readonly sameShard?: keyof Declared & string;
  readonly expires?: keyof Declared & string;
  readonly goesWith?: string;
  readonly updated?: boolean;
}

export function table<Declared extends Columns>(
  name: string,
  {
    columns,
    key = ["id"] as (keyof Declared & string)[],
    unique = [],
    indexes = [],
    indexOnly = {},
    shard,
    sameShard,
    expires,
    goesWith,
    updated = false,
  }: Declaration<Declared>,
): Table<Declared> {
  const plain = [...indexes, ...(expires === undefined ? [] : [[expires]])];
  return {
    name,
    columns,
    key,
    indexes: [
      ...unique.map((names) => ({ columns: names, unique: true, only: null })),
      ...plain.map((names) => ({ columns: names, unique: false, only: null })),
      ...Object.entries(indexOnly).map(([only, names]) => ({ columns: names, unique: false, only })),
    ],
    shard: shard ?? null,
    sameShard: sameShard ?? null,
    expires: expires ?? null,
    goesWith: goesWith ?? null,
    updated,
  };
}

export type Row<Of extends Table> = Of extends Table<infer Declared> ? RowOf<Declared> : never;

/** The column with this name. Throws if the table has none, which is a bug of the program. */
export function columnOf({ name, columns }: Table, column: string): Column {
  const found = columns[column];
  if (found === undefined) throw new Error(`The table ${name} has no column ${column}.`);
  return found;
}

/** The name in SQL: `redirectUri` becomes `redirect_uri`. */
export const sqlName = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/**
 * The shard of a row, from 0 to 65,535. An identifier carries it after its six bytes of time. A text is hashed (FNV-1a,
 * folded to 16 bits), so the same text always has the same shard.
 */
export function shardOf(value: Uint8Array | string): number {
  if (typeof value !== "string") return ((value[6] ?? 0) << 8) | (value[7] ?? 0);
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(value)) hash = Math.imul(hash ^ byte, 0x01000193);
  return ((hash >>> 16) ^ hash) & 0xffff;
}

export const encodeList = (values: readonly string[]): string => values.join(" ");

export const decodeList = (joined: string): string[] => (joined === "" ? [] : joined.split(" "));
