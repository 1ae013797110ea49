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
  readonly #connection: Connection;
  readonly #table: Table;
  /** In the order in which a row is written. */
  readonly #columns: readonly (readonly [name: string, column: Column])[];
  readonly #insert: Command<SqlValue[]>;
  readonly #put: Command<SqlValue[]>;
  readonly #queries = new Map<string, Query<RawRow, SqlValue[]>>();
  readonly #commands = new Map<string, Command<SqlValue[]>>();

  constructor(connection: Connection, table: Table) {
    this.#connection = connection;
    this.#table = table;
    this.#columns = Object.entries(table.columns);
    const names = Object.keys(table.columns);
    const values = names.map(() => "?").join(", ");
    const insertInto = `INSERT INTO ${table.name} (${sqlNames(names)}) VALUES (${values})`;
    this.#insert = connection.command(`${insertInto} ON CONFLICT DO NOTHING`);
    const rest = names.filter((name) => !table.key.includes(name));
    const replaced = rest.map((name) => `${sqlName(name)} = excluded.${sqlName(name)}`).join(", ");
    this.#put = connection.command(
      `${insertInto} ON CONFLICT (${sqlNames(table.key)}) DO UPDATE SET ${replaced}`,
    );
  }

  holds({ key, was }: Guard): boolean {
    const names = [...Object.keys(key), ...Object.keys(was)];
    const query = this.#query(
      `holds ${names}`,
      () => `SELECT 1 FROM ${this.#table.name} WHERE ${equal(names)}`,
    );
    return query.get(...this.#encode(key), ...this.#encode(was)) !== null;
  }

  insert(row: Values): boolean {
    return this.#insert(...this.#encodeRow(row)) === 1;
  }

  put(row: Values): boolean {
    return unlessConstrained(() => this.#put(...this.#encodeRow(row)) === 1);
  }

  update({ key, was, set }: Update): boolean {
    const names = [...Object.keys(key), ...Object.keys(was)];
    const changed = Object.keys(set);
    const command = this.#command(
      `update ${changed} where ${names}`,
      () => `UPDATE ${this.#table.name} SET ${assigned(changed)} WHERE ${equal(names)}`,
    );
    const values = [...this.#encode(set), ...this.#encode(key), ...this.#encode(was)];
    return unlessConstrained(() => command(...values) === 1);
  }

  remove(key: Values): true {
    const names = Object.keys(key);
    const command = this.#command(
      `remove ${names}`,
      () => `DELETE FROM ${this.#table.name} WHERE ${equal(names)}`,
    );
    command(...this.#encode(key));
    return true;
  }

  sweep({ where, set }: Sweep): Values[] {
    const names = Object.keys(where);
    const changed = set === null ? [] : Object.keys(set);
    const table = this.#table;
    const query = this.#query(`sweep ${set === null ? "" : changed} where ${names}`, () => {
      const act =
        set === null ? `DELETE FROM ${table.name}` : `UPDATE ${table.name} SET ${assigned(changed)}`;
      return `${act} WHERE ${equal(names)} RETURNING ${selected(table)}`;
    });
    return query.all(...this.#encode(set ?? {}), ...this.#encode(where)).map(rowDecoder(table));
  }

  #encode(values: Values): SqlValue[] {
    return Object.keys(values).map((name) => encodeValue(columnOf(this.#table, name), values[name] ?? null));
  }

  #encodeRow(row: Values): SqlValue[] {
    return this.#columns.map(([name, column]) => encodeValue(column, row[name] ?? null));
  }

  #query(shape: string, sql: () => string): Query<RawRow, SqlValue[]> {
    let query = this.#queries.get(shape);
    if (query === undefined) {
      query = this.#connection.query<RawRow, SqlValue[]>(sql());
      this.#queries.set(shape, query);
    }
    return query;
  }

  #command(shape: string, sql: () => string): Command<SqlValue[]> {
    let command = this.#commands.get(shape);
    if (command === undefined) {
      command = this.#connection.command<SqlValue[]>(sql());
      this.#commands.set(shape, command);
    }
    return command;
  }
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
