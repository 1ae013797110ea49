/**
 * The contract of the store: the methods that the rest of the program may call, and their promises.
 *
 * The store keeps rows and knows no rule. An operation looks at the facts, a pure rule decides on them, and `commit`
 * applies the decision, or answers `stale` if a fact on which the decision rests has changed since. Promises that hold
 * for every method:
 *
 * - **Atomic.** A commit happens as a whole or not at all.
 * - **Durable.** When a commit resolves, its changes and all earlier commits are on disk. A look may see a change whose
 *   sync is under way. An answer that rests on such a change waits for a commit; an empty one will do.
 * - **At most once.** A commit applies all of its changes while its guards hold. If several commits, in any number of
 *   processes, guard the same state of a row, one succeeds.
 * - **Visible.** Every later look on every node sees the commit. An engine remembers no rows.
 *
 * A store that fails throws `StoreUnavailable`; it never answers as if it had worked. An overloaded store throws
 * `StoreBusy` at once, and has done nothing.
 */
import type { EpochSeconds } from "../platform/clock.ts";
import type { Columns, Row, RowOf, Table } from "./declare.ts";

/** The store cannot answer now. The public answer is 503 with Retry-After. */
export class StoreUnavailable extends Error {
  override readonly name: string = "StoreUnavailable";
  /** Advice for the operator. Empty if the message is enough. */
  readonly advice: string;

  constructor(message: string, { cause, advice = "" }: { cause?: unknown; advice?: string } = {}) {
    super(message, { cause });
    this.advice = advice;
  }
}

/** The commit would have had to wait for too long, so the store did not begin it. The public answer is `busy`. */
export class StoreBusy extends StoreUnavailable {
  /** `refused`: once in a while, the number of refusals since the last such report; otherwise 0, and no report is due. */
  constructor(readonly refused = 0) {
    super("more waits than can be done in time");
  }
}

/** This program cannot use the database, and waiting will not help. The message is for the operator. */
export class DatabaseRefused extends Error {
  override readonly name = "DatabaseRefused";
}

// ── Looks ──────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * One row of a plan. Each of its columns equals a parameter (`$id`) or a column of an earlier row of the plan
 * (`token.grantId`). The columns must name one row at most: the key, or columns with a unique index.
 */
export interface Entry<Declared extends Columns = Columns> {
  readonly table: Table<Declared>;
  readonly by: { readonly [Name in keyof Declared]?: string };
  /** The columns to load. Default: all. */
  readonly columns?: readonly (keyof Declared & string)[] | undefined;
}

/** The facts for a decision, found in one statement or one read transaction. */
export type Plan = Readonly<Record<string, Entry>>;

interface EntryOf<Declared extends Columns, By, Wanted extends keyof Declared & string> {
  readonly table: Table<Declared>;
  readonly by: By;
  readonly columns?: readonly Wanted[] | undefined;
}

/** An entry of a plan. `columns`: those to load. Default: all. */
export const row = <
  Declared extends Columns,
  const By extends Entry<Declared>["by"],
  const Wanted extends keyof Declared & string = keyof Declared & string,
>(
  table: Table<Declared>,
  by: By,
  columns?: readonly Wanted[],
): EntryOf<Declared, By, Wanted> => ({ table, by, columns });

type Found<Of> =
  Of extends EntryOf<infer Declared, unknown, infer Wanted> ? Pick<RowOf<Declared>, Wanted> : never;

/** The rows of a plan; null for one that does not exist, or that depends on one that does not. */
export type Facts<Of extends Plan> = { readonly [Name in keyof Of]: Found<Of[Name]> | null };

/** A parameter may be any value of the column's kind, even one without the brand of a checked value. */
type Unchecked<Value> = Value extends string ? string : Value extends Uint8Array ? Uint8Array : Value;

type Uses<Of extends Plan> = {
  [Name in keyof Of]: {
    [Column in keyof Of[Name]["by"]]: Of[Name]["by"][Column] extends `$${infer Parameter}`
      ? {
          readonly name: Parameter;
          readonly value: Column extends keyof Row<Of[Name]["table"]>
            ? Unchecked<Row<Of[Name]["table"]>[Column]> | null
            : never;
        }
      : never;
  }[keyof Of[Name]["by"]];
}[keyof Of];

/** A parameter that is null finds nothing. */
export type Parameters<Of extends Plan> = { readonly [Use in Uses<Of> as Use["name"]]: Use["value"] };

// ── Changes ────────────────────────────────────────────────────────────────────────────────────────────────

/** Values of some columns. */
export type Values = Readonly<Record<string, unknown>>;

/**
 * One part of a commit. A guard is a condition on a row; if a guard fails, the commit is stale.
 *
 * - `check`: there is a row with this key and these values.
 * - `hold`: the same, and the row stays so until the commit is done. A commit needs it if it makes rows that the sweep
 *   of another commit must find. The other commit changes the held row.
 * - `update`: the row with this key has the values in `was`, and gets those in `set`.
 * - `insert`: there is no row with this key, nor one with a value that is unique; now there is.
 * - `put`: the row takes the place of one with the same key, if there is one.
 * - `remove`: there is no row with this key any more. No guard.
 */
export type Change =
  | { readonly act: "check" | "hold"; readonly table: Table; readonly key: Values; readonly was: Values }
  | {
      readonly act: "update";
      readonly table: Table;
      readonly key: Values;
      readonly was: Values;
      readonly set: Values;
    }
  | { readonly act: "insert" | "put"; readonly table: Table; readonly row: Values }
  | { readonly act: "remove"; readonly table: Table; readonly key: Values };

/**
 * All rows of a table with these values. A sweep runs after the changes, in a step of its own, and finds everything
 * that any process has committed by then. `set`: the new values; null removes the rows. The answer has the rows after
 * the change, or before their removal.
 */
export interface Sweep<Declared extends Columns = Columns> {
  readonly table: Table<Declared>;
  readonly where: Partial<RowOf<Declared>>;
  readonly set: Partial<RowOf<Declared>> | null;
}

export interface Commit {
  /** No row is in two of them, nor a value that must be unique: engines apply them in an order of their own. */
  readonly changes: readonly Change[];
  readonly sweeps?: readonly Sweep[];
  /**
   * The commit ends access. An overload does not keep it out, and on a full disk it may use the space that `keepReserve`
   * keeps.
   */
  readonly urgent?: boolean;
}

export type CommitOutcome =
  /** `swept`: the rows of each sweep. */
  | { readonly outcome: "committed"; readonly swept: readonly (readonly Values[])[] }
  /** A guard did not hold, and nothing was done. */
  | { readonly outcome: "stale" };

type KeyOf<Declared extends Columns> = Partial<RowOf<Declared>>;

export const check = <Declared extends Columns>(
  table: Table<Declared>,
  key: KeyOf<Declared>,
  was: Partial<RowOf<Declared>>,
): Change => ({ act: "check", table, key, was });

export const hold = <Declared extends Columns>(
  table: Table<Declared>,
  key: KeyOf<Declared>,
  was: Partial<RowOf<Declared>>,
): Change => ({ act: "hold", table, key, was });

export const update = <Declared extends Columns>(
  table: Table<Declared>,
  key: KeyOf<Declared>,
  was: Partial<RowOf<Declared>>,
  set: Partial<RowOf<Declared>>,
): Change => ({ act: "update", table, key, was, set });

export const insert = <Declared extends Columns>(table: Table<Declared>, row: RowOf<Declared>): Change => ({
  act: "insert",
  table,
  row,
});

export const put = <Declared extends Columns>(table: Table<Declared>, row: RowOf<Declared>): Change => ({
  act: "put",
  table,
  row,
});

export const remove = <Declared extends Columns>(table: Table<Declared>, key: KeyOf<Declared>): Change => ({
  act: "remove",
  table,
  key,
});

export const sweep = <Declared extends Columns>(
  table: Table<Declared>,
  where: Partial<RowOf<Declared>>,
  set: Partial<RowOf<Declared>> | null,
): Sweep => ({ table, where, set }) as unknown as Sweep;

// ── Lists ──────────────────────────────────────────────────────────────────────────────────────────────────

/** Rows of one table, in order, in pages. */
export interface ListRequest<Declared extends Columns = Columns> {
  /** The values of columns; null means null. */
  readonly where?: Partial<RowOf<Declared>>;
  /** The values that columns exceed. */
  readonly above?: Partial<RowOf<Declared>>;
  /** The columns that order the rows; together they are unique. Default: the key. */
  readonly order?: readonly (keyof Declared & string)[];
  readonly descending?: boolean;
  /** The row after which the page begins, by the columns of `order`. */
  readonly after?: Partial<RowOf<Declared>> | null;
  /** How many rows to skip. */
  readonly skip?: number;
  readonly limit: number;
}

/** The latest expiry of the rows to remove, by the name of the table. */
export type Expiries = Readonly<Record<string, EpochSeconds>>;

/** The engine, as it describes itself. */
export interface StoreDescription {
  readonly engine: "sqlite" | "postgresql";
  /** The version of SQLite or of the PostgreSQL server. */
  readonly version: string;
  /** How much the data takes on the disk; null if the engine cannot tell. */
  readonly bytes: number | null;
  /** The clock of the database's machine, in milliseconds since the epoch; null if that is this machine. */
  readonly millis: number | null;
}

/** The load of a store at one moment, as this process knows it, and the space that its database takes. */
export interface StoreFigures {
  /** The ways into the store: one for an embedded database, and on PostgreSQL one for reads and one for writes. */
  readonly lanes: readonly {
    readonly lane: "write" | "read";
    /** How many commits or statements have entered and are not done. */
    readonly waiting: number;
    /** Null for an embedded database. */
    readonly connections: { readonly most: number; readonly inUse: number } | null;
  }[];
  /** In bytes. Null if the database is on another machine. */
  readonly disk: {
    readonly database: number;
    readonly log: number;
    readonly free: number;
    readonly size: number;
  } | null;
}

export interface Store {
  /** Finds the rows of a plan, all as of one moment after the call. */
  look<const Of extends Plan>(plan: Of, parameters: Parameters<Of>): Promise<Facts<Of>>;
  /** One transaction. An empty commit resolves when all earlier commits are on disk. */
  commit(commit: Commit): Promise<CommitOutcome>;
  list<Declared extends Columns>(
    table: Table<Declared>,
    request: ListRequest<Declared>,
  ): Promise<RowOf<Declared>[]>;
  /**
   * Removes up to `limit` expired rows of each table, with the rows that go with them. Returns how many rows it removed; the
   * caller repeats until that is 0. Only one of several nodes cleans up at a time; the others get 0.
   */
  expire(expiries: Expiries, limit: number): Promise<number>;
  /** Throws StoreBusy if a commit would be refused now, so that a caller can refuse a request before it reads it. */
  requireRoom(): void;
  /** Resolves when the store can answer; throws StoreUnavailable if it cannot. */
  ping(): Promise<void>;
  /**
   * Keeps space on the disk for commits that end access. Ordinary commits are refused while a part of it is used. Makes it
   * whole again if there is room; false if there is not. Only an embedded database has one; others answer true.
   */
  keepReserve(): Promise<boolean>;
  /** For operators. The size may take a while to find, so no request asks for it. */
  describe(): Promise<StoreDescription>;
  /** For the metrics. It asks no database, so it answers during an outage too. */
  figures(): Promise<StoreFigures>;
  /** Waits for open calls, then closes. */
  close(): Promise<void>;
}
