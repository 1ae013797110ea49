/** Commits, inside of the transaction of a group (writer.ts). */
import type { Change, Commit, CommitOutcome, Sweep, Values } from "../contract.ts";
import { type Column, columnOf, sqlName, type Table } from "../declare.ts";
import { sqlNames } from "./ddl.ts";
import type { Command, Connection, Query, SqlValue } from "./driver.ts";
import { encodeValue, type RawRow, rowDecoder, selected } from "./rows.ts";
import { isUniqueViolation } from "./trouble.ts";

/** A guard failed after something was written, so the caller must undo the commit. */
export class StaleWithin extends Error {
  override readonly name = "StaleWithin";
}

export const STALE: CommitOutcome = { outcome: "stale" };
const COMMITTED: CommitOutcome = { outcome: "committed", swept: [] };

type Guard = Extract<Change, { readonly act: "check" | "hold" }>;
type Update = Extract<Change, { readonly act: "update" }>;

export class Commits {
  readonly #connection: Connection;
  readonly #tables = new Map<Table, TableCommits>();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /**
   * Applies the changes, guards first. Throws StaleWithin if a guard fails after something was written; the caller then
   * undoes the commit.
   */
  apply({ changes, sweeps }: Commit): CommitOutcome {
    for (const change of changes) {
      if (isGuard(change) && !this.#of(change.table).holds(change)) return STALE;
    }
    let written = false;
    for (const change of changes) {
      if (isGuard(change)) continue;
      if (!this.#write(change)) {
        if (written) throw new StaleWithin();
        return STALE;
      }
      written = true;
    }
    if (sweeps === undefined || sweeps.length === 0) return COMMITTED;
    return { outcome: "committed", swept: sweeps.map((sweep) => this.#of(sweep.table).sweep(sweep)) };
  }

  /** False if a guard of the change does not hold. */
  #write(change: Exclude<Change, Guard>): boolean {
    const commits = this.#of(change.table);
    switch (change.act) {
      case "insert":
        return commits.insert(change.row);
      case "put":
        return commits.put(change.row);
      case "update":
        return commits.update(change);
      case "remove":
        return commits.remove(change.key);
    }
  }

  #of(table: Table): TableCommits {
    let commits = this.#tables.get(table);
    if (commits === undefined) {
      commits = new TableCommits(this.#connection, table);
      this.#tables.set(table, commits);
    }
    return commits;
  }
}

const isGuard = (change: Change): change is Guard => change.act === "check" || change.act === "hold";

/** The statements of one table. Each is prepared once for the columns that it names. */
class TableCommits {
  readonly #table: Table;
  readonly #row: Statement<Command<SqlValue[]>>;
  readonly #put: Command<SqlValue[]>;
  readonly #holds: Statements<Query<RawRow, SqlValue[]>>;
  readonly #updates: Statements<Command<SqlValue[]>>;
  readonly #removals: Statements<Command<SqlValue[]>>;
  readonly #sweeps: Statements<Query<RawRow, SqlValue[]>>;
  readonly #sweptAway: Statements<Query<RawRow, SqlValue[]>>;

  constructor(connection: Connection, table: Table) {
    this.#table = table;
    const { name } = table;
    const names = Object.keys(table.columns);
    const values = names.map(() => "?").join(", ");
    const insertInto = `INSERT INTO ${name} (${sqlNames(names)}) VALUES (${values})`;
    this.#row = newStatement(table, [names], connection.command(`${insertInto} ON CONFLICT DO NOTHING`));
    const rest = names.filter((column) => !table.key.includes(column));
    // A row of nothing but a key takes the place of its like.
    const replaced = (rest.length === 0 ? table.key : rest)
      .map((column) => `${sqlName(column)} = excluded.${sqlName(column)}`)
      .join(", ");
    this.#put = connection.command(
      `${insertInto} ON CONFLICT (${sqlNames(table.key)}) DO UPDATE SET ${replaced}`,
    );
    this.#holds = new Statements(table, ([key = [], was = []]) =>
      connection.query(`SELECT 1 FROM ${name} WHERE ${equal([...key, ...was])}`),
    );
    this.#updates = new Statements(table, ([set = [], key = [], was = []]) =>
      connection.command(`UPDATE ${name} SET ${assigned(set)} WHERE ${equal([...key, ...was])}`),
    );
    this.#removals = new Statements(table, ([key = []]) =>
      connection.command(`DELETE FROM ${name} WHERE ${equal(key)}`),
    );
    const returning = `RETURNING ${selected(table)}`;
    this.#sweeps = new Statements(table, ([set = [], where = []]) =>
      connection.query(`UPDATE ${name} SET ${assigned(set)} WHERE ${equal(where)} ${returning}`),
    );
    this.#sweptAway = new Statements(table, ([where = []]) =>
      connection.query(`DELETE FROM ${name} WHERE ${equal(where)} ${returning}`),
    );
  }

  holds({ key, was }: Guard): boolean {
    const parts = [key, was];
    const statement = this.#holds.for(parts);
    return statement.run.get(...parametersOf(statement, parts)) !== null;
  }

  insert(row: Values): boolean {
    return this.#row.run(...parametersOf(this.#row, [row])) === 1;
  }

  put(row: Values): boolean {
    return unlessConstrained(() => this.#put(...parametersOf(this.#row, [row])) === 1);
  }

  update({ key, was, set }: Update): boolean {
    const parts = [set, key, was];
    const statement = this.#updates.for(parts);
    return unlessConstrained(() => statement.run(...parametersOf(statement, parts)) === 1);
  }

  remove(key: Values): true {
    const parts = [key];
    const statement = this.#removals.for(parts);
    statement.run(...parametersOf(statement, parts));
    return true;
  }

  sweep({ where, set }: Sweep): Values[] {
    const parts = set === null ? [where] : [set, where];
    const statement = (set === null ? this.#sweptAway : this.#sweeps).for(parts);
    return statement.run.all(...parametersOf(statement, parts)).map(rowDecoder(this.#table));
  }
}

interface Statement<Prepared> {
  /** The columns that each part of a change names, in their order. */
  readonly parts: readonly (readonly string[])[];
  /** The same columns, of all parts. */
  readonly columns: readonly Column[];
  readonly run: Prepared;
}

const newStatement = <Prepared>(
  table: Table,
  parts: readonly (readonly string[])[],
  run: Prepared,
): Statement<Prepared> => ({ parts, columns: parts.flat().map((name) => columnOf(table, name)), run });

/**
 * The statements of one act. They are found by the columns that a change names, which is cheaper than building a text
 * from them.
 */
class Statements<Prepared> {
  readonly #table: Table;
  readonly #prepare: (parts: readonly (readonly string[])[]) => Prepared;
  readonly #known: Statement<Prepared>[] = [];

  constructor(table: Table, prepare: (parts: readonly (readonly string[])[]) => Prepared) {
    this.#table = table;
    this.#prepare = prepare;
  }

  for(parts: readonly Values[]): Statement<Prepared> {
    for (const statement of this.#known) if (names(statement, parts)) return statement;
    const named = parts.map((part) => Object.keys(part));
    const statement = newStatement(this.#table, named, this.#prepare(named));
    this.#known.push(statement);
    return statement;
  }
}

/** Whether the values name the columns of the statement, in the same order. */
function names({ parts }: Statement<unknown>, values: readonly Values[]): boolean {
  for (let index = 0; index < parts.length; index += 1) {
    const part = parts[index] as readonly string[];
    let count = 0;
    for (const name in values[index]) {
      if (part[count] !== name) return false;
      count += 1;
    }
    if (count !== part.length) return false;
  }
  return true;
}

/** The parameters of a statement, from values that name its columns. */
function parametersOf({ parts, columns }: Statement<unknown>, values: readonly Values[]): SqlValue[] {
  const parameters: SqlValue[] = [];
  for (let index = 0; index < parts.length; index += 1) {
    const part = values[index] as Values;
    for (const name of parts[index] as readonly string[]) {
      parameters.push(encodeValue(columns[parameters.length] as Column, part[name] ?? null));
    }
  }
  return parameters;
}

/** IS compares with null too, and uses an index as = does. */
const equal = (names: readonly string[]): string =>
  names.length === 0 ? "true" : names.map((name) => `${sqlName(name)} IS ?`).join(" AND ");

const assigned = (names: readonly string[]): string => names.map((name) => `${sqlName(name)} = ?`).join(", ");

/** False if another row has a unique value of this one. */
function unlessConstrained(write: () => boolean): boolean {
  try {
    return write();
  } catch (error) {
    if (isUniqueViolation(error)) return false;
    throw error;
  }
}
