/**
 * Looks: each row of a plan is one search by a key or a unique index. With this driver a join of two or three tables costs
 * more than separate searches.
 */
import type { Entry, Plan } from "../contract.ts";
import { sqlName, type Table } from "../declare.ts";
import type { Connection, Query, SqlValue } from "./driver.ts";
import { type RawRow, rowDecoder, selected } from "./rows.ts";

type FoundRows = Record<string, RawRow | null>;
type GivenParameters = Readonly<Record<string, unknown>>;

interface Step {
  readonly name: string;
  /** In the order of the question marks. */
  readonly sources: readonly Source[];
  readonly query: Query<RawRow, SqlValue[]>;
  readonly decode: (row: RawRow) => RawRow;
  /** The rows found in this group of reads, by their number or name. */
  readonly known: Map<SqlValue, RawRow | null>;
}

/** A parameter (`entry` is null), or a column of an earlier row. */
interface Source {
  readonly entry: string | null;
  readonly name: string;
}

export class Looks {
  readonly #connection: Connection;
  readonly #plans = new Map<Plan, readonly Step[]>();
  readonly #queries = new Map<string, Query<RawRow, SqlValue[]>>();
  /** The steps that know rows. */
  readonly #knowing: Step[] = [];

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  find(plan: Plan, parameters: GivenParameters): FoundRows {
    const found: FoundRows = {};
    for (const step of this.#stepsOf(plan)) found[step.name] = this.#row(step, parameters, found);
    return found;
  }

  /** Forgets the rows of a group of reads. Call it at its end: the next group sees a later state. */
  forget(): void {
    for (const { known } of this.#knowing) known.clear();
    this.#knowing.length = 0;
  }

  #row(step: Step, parameters: GivenParameters, found: FoundRows): RawRow | null {
    const values = valuesOf(step, parameters, found);
    if (values === null) return null;
    const [key] = values;
    // Requests of one group often come from the same clients, which have numbers and names. Identifiers of other rows are bytes
    // and differ.
    if (values.length > 1 || key === undefined || typeof key === "object") return read(step, values);
    let row = step.known.get(key);
    if (row === undefined) {
      if (step.known.size === 0) this.#knowing.push(step);
      row = read(step, values);
      step.known.set(key, row);
    }
    return row;
  }

  #stepsOf(plan: Plan): readonly Step[] {
    let steps = this.#plans.get(plan);
    if (steps === undefined) {
      steps = Object.entries(plan).map(([name, entry]) => this.#stepOf(name, entry, plan));
      this.#plans.set(plan, steps);
    }
    return steps;
  }

  #stepOf(name: string, { table, by, columns: wanted }: Entry, plan: Plan): Step {
    const names = Object.keys(by);
    const columns = wanted === undefined ? wanted : [...new Set([...wanted, ...namedBy(plan, name)])];
    return {
      name,
      sources: Object.values(by).map((source) => sourceOf(String(source))),
      query: this.#query(table, names, columns),
      decode: rowDecoder(table, columns),
      known: new Map(),
    };
  }

  #query(
    table: Table,
    names: readonly string[],
    columns: readonly string[] | undefined,
  ): Query<RawRow, SqlValue[]> {
    const conditions = names.map((name) => `${sqlName(name)} = ?`).join(" AND ");
    const sql = `SELECT ${selected(table, columns)} FROM ${table.name} WHERE ${conditions}`;
    let query = this.#queries.get(sql);
    if (query === undefined) {
      query = this.#connection.query<RawRow, SqlValue[]>(sql);
      this.#queries.set(sql, query);
    }
    return query;
  }
}

/** The columns of an entry by which other rows of the plan are found. */
const namedBy = (plan: Plan, name: string): string[] =>
  Object.values(plan).flatMap(({ by }) =>
    Object.values(by)
      .map((source) => sourceOf(String(source)))
      .flatMap((source) => (source.entry === name ? [source.name] : [])),
  );

function sourceOf(text: string): Source {
  if (text.startsWith("$")) return { entry: null, name: text.slice(1) };
  const [entry = "", name = ""] = text.split(".");
  return { entry, name };
}

/** The values for the question marks; null if one is missing. */
function valuesOf({ sources }: Step, parameters: GivenParameters, found: FoundRows): SqlValue[] | null {
  const values: SqlValue[] = [];
  for (const { entry, name } of sources) {
    const value = entry === null ? parameters[name] : found[entry]?.[name];
    if (value === undefined || value === null) return null;
    values.push(value as SqlValue);
  }
  return values;
}

function read({ query, decode }: Step, values: SqlValue[]): RawRow | null {
  const row = query.get(...values);
  return row === null ? null : decode(row);
}
