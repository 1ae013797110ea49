/**
 * Statements as values: a text with named parameters, and what type each has. A name may occur many times, as it does
 * in a statement that decides and writes at once.
 */
import type { Urgency } from "../backlog.ts";

interface Values {
  readonly bytea: Uint8Array;
  readonly bigint: number;
  readonly integer: number;
  readonly text: string;
  readonly boolean: boolean;
  /** Given as text. */
  readonly jsonb: string;
}

type TypeName = keyof Values;

/** A question mark allows null. */
export type ParameterTypes = Readonly<Record<string, TypeName | `${TypeName}?`>>;

type ValueOf<Type> = Type extends TypeName
  ? Values[Type]
  : Type extends `${infer Name extends TypeName}?`
    ? Values[Name] | null
    : never;

export type ParametersOf<Types extends ParameterTypes> = {
  readonly [Name in keyof Types]: ValueOf<Types[Name]>;
};

type Value = Values[TypeName] | null;

/** `Row` is what the columns hold; the schema and the statement make it so. */
export interface Statement<Row, Types extends ParameterTypes> {
  /** With `$1`, `$2` … in place of the names. */
  readonly sql: string;
  /** Whether it only reads, and so waits neither for a lock of somebody else nor for a commit. */
  readonly reads: boolean;
  readonly urgency: Urgency;
  values(parameters: ParametersOf<Types>): Value[];
  /** No value; it ties the row to the statement. */
  readonly row?: Row;
}

/** Parameters are written `:name`. Each is cast to its type, so that the server never guesses one. */
export const statement = <Row>(text: string) => prepare<Row>(text, false);

/** A statement that neither writes nor locks, nor calls a function that does. It goes on when those that do are stuck. */
export function query<Row>(text: string) {
  if (/\b(INSERT|UPDATE|DELETE|SHARE)\b/.test(text)) throw new Error(`This does not only read: ${text}`);
  return prepare<Row>(text, true);
}

/** The same statement, but not kept out by an overload: see Urgency. */
export const urgent = <Row, Types extends ParameterTypes>(
  each: Statement<Row, Types>,
): Statement<Row, Types> => ({ ...each, urgency: "urgent" });

function prepare<Row>(text: string, reads: boolean) {
  return {
    with<const Types extends ParameterTypes>(types: Types): Statement<Row, Types> {
      const names: string[] = [];
      const sql = text.replace(/(?<!:):(?!:)(\w+)/g, (_, name: string) => {
        if (!names.includes(name)) names.push(name);
        return `$${names.indexOf(name) + 1}::${castOf(name, types)}`;
      });
      return {
        sql,
        reads,
        urgency: "ordinary",
        values: (parameters) => names.map((name): Value => parameters[name] ?? null),
      };
    },
  };
}

function castOf(name: string, types: ParameterTypes): string {
  const type = types[name];
  if (type === undefined) throw new Error(`The parameter :${name} has no type.`);
  const cast = type.replace("?", "");
  // The client would encode a string for jsonb as a JSON string.
  return cast === "jsonb" ? "text::jsonb" : cast;
}

/** Object identifiers of PostgreSQL's own types, which never change. */
const BYTEA = 17;
const BIGINT = 20;

type Decode = (value: unknown) => unknown;

const DECODERS: Readonly<Record<number, Decode>> = {
  [BYTEA]: (value) =>
    value instanceof Uint8Array ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength) : value,
  // Times, counts and numbers of rows: all far below 2^53.
  [BIGINT]: (value) => (typeof value === "string" ? Number(value) : value),
};

interface Result extends Array<Record<string, unknown>> {
  readonly columns: readonly { readonly name: string; readonly type: number }[] | null;
}

/** The client's rows with plain bytes in place of Buffers, and numbers in place of numbers as texts. */
export function decodeRows<Row>(result: Result): Row[] {
  for (const { name, type } of result.columns ?? []) {
    const decode = DECODERS[type];
    if (decode === undefined) continue;
    for (const row of result) row[name] = decode(row[name]);
  }
  return [...result] as Row[];
}
