/**
 * Commits. A commit without sweeps is one statement, and so one round trip: guards lock or look, the writes happen if
 * all guards hold, and the answer says whether they did.
 *
 * The guard of a row that is written or held locks the row. After it has waited for a lock, it sees the row's latest
 * version, while the rest of the statement still sees its own snapshot. So a guard without a lock (`check`) is as old
 * as the statement. A commit that makes a row that a sweep must find locks the row that the sweep's commit changes.
 *
 * Locks are taken in the order of the tables and of the keys, so commits do not deadlock.
 *
 * On a cluster a commit has several parts (cluster.ts). Each part is a statement, and all are one transaction.
 */
import type { Change, Commit, CommitOutcome, Sweep, Values } from "../contract.ts";
import { columnOf, sqlName, type Table } from "../declare.ts";
import { SHARD, sqlNames, TYPES } from "./ddl.ts";
import { type Database, isUniqueViolation, type Query, type Rows } from "./driver.ts";
import {
  columnNames,
  encodeValue,
  isStorable,
  rowDecoder,
  SqlText,
  type SqlValue,
  selected,
  shardValue,
} from "./rows.ts";

export const STALE: CommitOutcome = { outcome: "stale" };
const COMMITTED: CommitOutcome = { outcome: "committed", swept: [] };

/**
 * A part of a commit that always holds. `anchor` takes its statement to the shard of the key. `take` locks the name of
 * a row exclusively, `share` locks it together with other commits.
 */
export interface Aid {
  readonly act: "anchor" | "take" | "share";
  readonly table: Table;
  readonly key: Values;
}

/** The changes and aids of one statement. */
export type Part = readonly (Change | Aid)[];

/** Splits changes, in the order of their locks, into statements. */
export type Parting = (changes: readonly Change[]) => readonly Part[];

export const inOnePart: Parting = (changes) => (changes.length === 0 ? [] : [changes]);

/** Rolls the transaction back. */
class Stale extends Error {}

export class Commits {
  readonly #database: Database;
  /** The tables of the schema, in the order in which their rows are locked. */
  readonly #tables: readonly Table[];
  readonly #parted: Parting;
  /** Commits of one rule have the same shape, and so the same statement with other values. */
  readonly #templates = new Map<string, Template>();

  constructor(database: Database, tables: readonly Table[], parting: Parting) {
    this.#database = database;
    this.#tables = tables;
    this.#parted = parting;
  }

  async apply({ changes, sweeps = [], urgent = false }: Commit): Promise<CommitOutcome> {
    try {
      const queries = this.#parted(this.#inOrderOfLocks(changes)).map((part) => this.#query(part));
      if (sweeps.length > 0 || queries.length > 1) return await this.#transact(queries, sweeps, urgent);
      const [query] = queries;
      // PostgreSQL shows a commit only after it is on disk.
      if (query === undefined) return COMMITTED;
      return holds(await this.#database.run({ ...query, urgent })) ? COMMITTED : STALE;
    } catch (error) {
      // Another row has the key, or a value that must be unique. The server has undone the statement.
      if (error instanceof Stale || isUniqueViolation(error)) return STALE;
      throw error;
    }
  }

  /**
   * Each sweep is a statement of its own: it sees what was committed when it begins, after the guards have taken their
   * locks.
   */
  #transact(parts: readonly Query[], sweeps: readonly Sweep[], urgent: boolean): Promise<CommitOutcome> {
    return this.#database.transaction(async (run) => {
      // All parts are sent at once. If one does not hold, the rollback undoes the later ones too.
      if (!(await Promise.all(parts.map(run))).every(holds)) throw new Stale();
      const swept: Values[][] = [];
      for (const each of sweeps) {
        const decode = rowDecoder(each.table);
        swept.push((await run(sweepQuery(each))).map((row) => decode(row) ?? {}));
      }
      return { outcome: "committed", swept };
    }, urgent);
  }

  #query(changes: Part): Query {
    const shape = changes.map(shapeOf).join(";");
    let template = this.#templates.get(shape);
    if (template === undefined) {
      template = templateOf(changes);
      this.#templates.set(shape, template);
    }
    return { sql: template.sql, values: template.reads.map((read) => read(changes)) };
  }

  #inOrderOfLocks(changes: readonly Change[]): readonly Change[] {
    if (changes.length < 2) return changes;
    const rank = (change: Change) => this.#tables.indexOf(change.table);
    return changes.toSorted((one, other) => rank(one) - rank(other) || compareKeys(one, other));
  }
}

const holds = ([row]: Rows): boolean => row?.[0] === true;

/** Orders guards by key. Other changes come first, unsorted, so that commits of one rule keep their shape. */
function compareKeys(one: Change, other: Change): number {
  const [first = "", second = ""] = [one, other].map((change) => ("was" in change ? keyText(change) : ""));
  return Number(first > second) - Number(first < second);
}

function keyText(change: Part[number]): string {
  const values = "row" in change ? change.row : change.key;
  return change.table.key
    .map((name) => values[name])
    .map((value) => (value instanceof Uint8Array ? value.toHex() : String(value)))
    .join(" ");
}

/** A statement, and how to read its values from changes of its shape. */
interface Template {
  readonly sql: string;
  readonly reads: readonly Read[];
}

type Read = (changes: Part) => SqlValue;

function shapeOf(change: Part[number]): string {
  const about = `${change.act} ${change.table.name}`;
  if ("row" in change) return about;
  const { key, was, set }: { key: Values; was?: Values; set?: Values } = change;
  return `${about} ${Object.keys(key)} ${Object.keys(was ?? {})} ${Object.keys(set ?? {})}`;
}

function templateOf(changes: Part): Template {
  const text = new TemplateText();
  const [first] = changes;
  if (changes.length === 1 && first !== undefined) return { sql: aloneOf(first, text), reads: text.reads };
  const parts: string[] = [];
  const guards: string[] = [];
  for (const [index, change] of changes.entries()) {
    const guard = guardOf(change, index, text);
    if (guard === null) continue;
    guards.push(`g${index}`);
    parts.push(`g${index} AS MATERIALIZED (${guard})`);
  }
  // CASE evaluates the guards in order, and so takes their locks in order.
  const fails = guards.map((guard) => `WHEN NOT EXISTS (SELECT 1 FROM ${guard}) THEN false`);
  const ok = fails.length === 0 ? "true" : `CASE ${fails.join(" ")} ELSE true END`;
  parts.push(`ok AS MATERIALIZED (SELECT ${ok} AS ok)`);
  for (const [index, change] of changes.entries()) {
    const write = writeOf(change, index, text, true);
    if (write !== null) parts.push(`w${index} AS (${write})`);
  }
  return { sql: `WITH ${parts.join(", ")} SELECT ok FROM ok`, reads: text.reads };
}

/** Builds the text of a template. */
class TemplateText {
  readonly reads: Read[] = [];

  parameter(type: string, read: Read): string {
    this.reads.push(read);
    return `$${this.reads.length}::${type}`;
  }

  /** Reads the value of a column from the change at this index. */
  value(table: Table, name: string, read: (changes: Part) => Values): string {
    const column = columnOf(table, name);
    return this.parameter(TYPES[column.kind], (changes) => encodeValue(column, read(changes)[name] ?? null));
  }

  /** The condition on the columns of the key, and on the shard if the key determines it. */
  key(table: Table, key: Values, index: number): string {
    const values = (changes: Part) => keyOf(changes[index]);
    const conditions = Object.keys(key).map(
      (name) => `${table.name}.${sqlName(name)} = ${this.value(table, name, storable(values))}`,
    );
    if (shardValue(table, key) !== null) {
      const shard = this.parameter("smallint", (changes) => shardValue(table, values(changes)));
      conditions.push(`${table.name}.${SHARD} = ${shard}`);
    }
    return conditions.join(" AND ");
  }

  /** The condition on other columns. It compares null too. */
  was(table: Table, was: Values, index: number): string[] {
    return Object.keys(was).map((name) => {
      const value = this.value(table, name, (changes) => wasOf(changes[index]));
      return `${table.name}.${sqlName(name)} IS NOT DISTINCT FROM ${value}`;
    });
  }

  row(table: Table, row: Values, index: number): string {
    const values = (changes: Part) => rowOf(changes[index]);
    const columns = Object.keys(table.columns).map((name) => this.value(table, name, values));
    if (shardValue(table, row) === null) return columns.join(", ");
    return [...columns, this.parameter("smallint", (changes) => shardValue(table, values(changes)))].join(
      ", ",
    );
  }
}

const NONE: Values = {};
const keyOf = (change: Part[number] | undefined): Values =>
  change !== undefined && "key" in change ? change.key : NONE;
const wasOf = (change: Part[number] | undefined): Values =>
  change !== undefined && "was" in change ? change.was : NONE;
const setOf = (change: Part[number] | undefined): Values =>
  change !== undefined && "set" in change ? change.set : NONE;
const rowOf = (change: Part[number] | undefined): Values =>
  change !== undefined && "row" in change ? change.row : NONE;

/** No column equals a text that PostgreSQL cannot store. */
const storable =
  (read: (changes: Part) => Values) =>
  (changes: Part): Values => {
    const values = read(changes);
    return Object.values(values).every(isStorable) ? values : NONE;
  };

function guardOf(change: Part[number], index: number, text: TemplateText): string | null {
  if (change.act === "anchor") {
    return `SELECT count(*) FROM ${change.table.name} WHERE ${text.key(change.table, change.key, index)}`;
  }
  if (change.act === "take" || change.act === "share") {
    const name = text.parameter(
      "text",
      // The lock of a text that PostgreSQL cannot store does not matter, because no row has it.
      (changes) => `${change.table.name} ${keyText(changes[index] ?? change)}`.replaceAll("\0", ""),
    );
    const lock = `pg_advisory_xact_lock${change.act === "take" ? "" : "_shared"}`;
    return `SELECT true FROM ${lock}(hashtextextended(${name} || ' ' || current_schema(), 0))`;
  }
  if (!("was" in change)) return null;
  const { act, table, key, was } = change;
  const lock = { check: "", hold: " FOR SHARE", update: " FOR NO KEY UPDATE" }[act];
  const conditions = [text.key(table, key, index), ...text.was(table, was, index)];
  return `SELECT true FROM ${table.name} WHERE ${conditions.join(" AND ")}${lock}`;
}

/** The statement of a change that is the only one: it is its own guard. */
function aloneOf(change: Part[number], text: TemplateText): string {
  const write = writeOf(change, 0, text, false);
  if (write === null) return guardOf(change, 0, text) ?? "";
  return change.act === "remove" ? `WITH gone AS (${write}) SELECT true` : `${write} RETURNING true`;
}

/** `ifOk`: the write happens only if all guards of the statement hold. */
function writeOf(change: Part[number], index: number, text: TemplateText, ifOk: boolean): string | null {
  const { table } = change;
  const insertInto = (row: Values) => {
    const values = text.row(table, row, index);
    const source = ifOk ? `SELECT ${values} FROM ok WHERE ok.ok` : `VALUES (${values})`;
    return `INSERT INTO ${table.name} (${columnNames(table)}) ${source}`;
  };
  switch (change.act) {
    case "update": {
      const assigned = Object.keys(change.set).map(
        (name) => `${sqlName(name)} = ${text.value(table, name, (changes) => setOf(changes[index]))}`,
      );
      const conditions = ifOk ? ["ok.ok"] : text.was(table, change.was, index);
      conditions.push(text.key(table, change.key, index));
      return `UPDATE ${table.name} SET ${assigned.join(", ")}${ifOk ? " FROM ok" : ""} WHERE ${conditions.join(" AND ")}`;
    }
    case "insert":
      return insertInto(change.row);
    case "put": {
      const rest = Object.keys(table.columns).filter((name) => !table.key.includes(name));
      // A row of nothing but a key takes the place of its like.
      const updates = (rest.length === 0 ? table.key : rest)
        .map((name) => `${sqlName(name)} = excluded.${sqlName(name)}`)
        .join(", ");
      const key = `${sqlNames(table.key)}${table.shard === null ? "" : `, ${SHARD}`}`;
      return `${insertInto(change.row)} ON CONFLICT (${key}) DO UPDATE SET ${updates}`;
    }
    case "remove": {
      const when = ifOk ? "USING ok WHERE ok.ok AND" : "WHERE";
      return `DELETE FROM ${table.name} ${when} ${text.key(table, change.key, index)}`;
    }
    default:
      return null;
  }
}

/**
 * It locks rows in the order in which it finds them. Two sweeps over the same rows, one of a person's and one of a client's, may
 * wait for each other; PostgreSQL then ends one, and the store repeats that commit. Locking in order first would cost another
 * pass, and Citus refuses `FOR UPDATE` over several shards.
 */
function sweepQuery({ table, where, set }: Sweep): Query {
  const text = new SqlText();
  const returning = `RETURNING ${selected(table, table.name)}`;
  if (set === null) {
    return {
      sql: `DELETE FROM ${table.name} WHERE ${text.condition(table, where)} ${returning}`,
      values: text.values,
    };
  }
  const assignments = text.assignments(table, set);
  const condition = text.condition(table, where);
  return {
    sql: `UPDATE ${table.name} SET ${assignments} WHERE ${condition} ${returning}`,
    values: text.values,
  };
}
