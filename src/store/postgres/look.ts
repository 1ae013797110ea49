/** Looks: a plan is one statement, which connects its rows by outer joins. */
import type { Entry, Plan } from "../contract.ts";
import { columnOf, shardOf, sqlName, type Table } from "../declare.ts";
import { SHARD, TYPES } from "./ddl.ts";
import type { Database } from "./driver.ts";
import { isStorable, readColumns, rowDecoder, type SqlValue, selected, signed } from "./rows.ts";

type FoundRows = Record<string, Record<string, unknown> | null>;
type GivenParameters = Readonly<Record<string, unknown>>;

interface Prepared {
  readonly sql: string;
  readonly parameters: readonly ((given: GivenParameters) => SqlValue)[];
  decode(values: readonly unknown[]): FoundRows;
}

export class Looks {
  readonly #database: Database;
  readonly #prepared = new Map<Plan, Prepared>();

  constructor(database: Database) {
    this.#database = database;
  }

  async find(plan: Plan, given: GivenParameters): Promise<FoundRows> {
    let prepared = this.#prepared.get(plan);
    if (prepared === undefined) {
      prepared = prepare(plan);
      this.#prepared.set(plan, prepared);
    }
    const { sql, parameters, decode } = prepared;
    const values = parameters.map((read) => read(given));
    const [row] = await this.#database.run({ sql, values, reads: true });
    if (row === undefined) throw new Error("A look gave no row.");
    return decode(row);
  }
}

function prepare(plan: Plan): Prepared {
  const parameters: ((given: GivenParameters) => SqlValue)[] = [];
  const joins: string[] = [];
  const columns: string[] = [];
  const decoders: [string, (values: readonly unknown[]) => Record<string, unknown> | null][] = [];
  let width = 0;
  const parameter = (type: string, read: (given: GivenParameters) => SqlValue): string => {
    parameters.push(read);
    return `$${parameters.length}::${type}`;
  };
  for (const [name, entry] of Object.entries(plan)) {
    const { table, columns: wanted } = entry;
    const conditions = conditionsOf(name, entry, plan, parameter);
    joins.push(`LEFT JOIN ${table.name} AS "${name}" ON ${conditions.join(" AND ")}`);
    columns.push(selected(table, `"${name}"`, wanted));
    decoders.push([name, rowDecoder(table, width, wanted)]);
    width += readColumns(table, wanted).length;
  }
  return {
    sql: `SELECT ${columns.join(", ")} FROM (SELECT 1) AS always ${joins.join(" ")}`,
    parameters,
    decode: (values) => Object.fromEntries(decoders.map(([name, decode]) => [name, decode(values)])),
  };
}

type AddParameter = (type: string, read: (given: GivenParameters) => SqlValue) => string;

function conditionsOf(name: string, { table, by }: Entry, plan: Plan, parameter: AddParameter): string[] {
  return Object.entries(by).flatMap(([column, source]) => {
    const text = String(source);
    const own = `"${name}".${sqlName(column)}`;
    const tellsShard = column === table.shard || column === table.sameShard;
    if (text.startsWith("$")) {
      const given = text.slice(1);
      const type = TYPES[columnOf(table, column).kind];
      const equal = `${own} = ${parameter(type, (values) => storable(values[given]))}`;
      if (!tellsShard) return [equal];
      return [
        equal,
        `"${name}".${SHARD} = ${parameter("smallint", (values) => shardParameter(values[given]))}`,
      ];
    }
    const [entry = "", other = ""] = text.split(".");
    const equal = `${own} = "${entry}".${sqlName(other)}`;
    // A row that depends on a row of a table with shards has the same shard.
    return tellsShard && isSharded(plan[entry]?.table)
      ? [equal, `"${name}".${SHARD} = "${entry}".${SHARD}`]
      : [equal];
  });
}

const isSharded = (table: Table | undefined): boolean => table !== undefined && table.shard !== null;

const storable = (value: unknown): SqlValue => (isStorable(value) ? ((value ?? null) as SqlValue) : null);

const shardParameter = (value: unknown): number | null =>
  typeof value === "string" || value instanceof Uint8Array ? signed(shardOf(value)) : null;
