/**
 * The only file that speaks to Bun's PostgreSQL client: keeps the pool, runs one statement per call, tells which errors
 * mean that the store cannot answer.
 */
import { SQL } from "bun";
import { StoreUnavailable } from "../contract.ts";
import { decodeRows, type ParametersOf, type ParameterTypes, type Statement } from "./statements.ts";

export interface PoolOptions {
  readonly url: string;
  /** The schema that holds the tables, so that the database may have other uses too. */
  readonly schema: string;
  /** How many connections at most. */
  readonly connections: number;
  /** How long a new connection may take, in milliseconds. */
  readonly connectMillis: number;
  /** How long a statement may run, waiting for locks included, in milliseconds. The server enforces it. */
  readonly statementMillis: number;
  /** How far a commit must have come before it is acknowledged, as PostgreSQL names it. Null or none: its default. */
  readonly synchronousCommit?: string | null;
}

/** What an answer may take beyond the statement's own time before the connection is given up, in milliseconds. */
const GRACE_MILLIS = 2000;

/** How often the pool may be replaced, in milliseconds. */
const REPLACE_MILLIS = 1000;

/** How often a statement runs that the server rolled back for no fault of its own. */
const ATTEMPTS = 5;

/** A pool of connections. Every statement is a transaction of its own; none stays open while the program does something else. */
export class Database {
  readonly #options: PoolOptions;
  #pool: SQL;
  #closed = false;
  #replacedAt = Number.NEGATIVE_INFINITY;
  #underWay = new Set<Promise<unknown>>();

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#pool = openPool(options);
  }

  /** All rows. */
  async all<Row, Types extends ParameterTypes>(
    statement: Statement<Row, Types>,
    parameters: ParametersOf<Types>,
  ): Promise<Row[]> {
    const values = statement.values(parameters);
    for (let attempt = 1; ; attempt += 1) {
      const pool = this.#pool;
      try {
        return decodeRows<Row>(await this.#track(pool.unsafe(statement.sql, values)));
      } catch (error) {
        // After a failover the connections may lead to what is a replica now, and the name to another server.
        if (isReadOnly(error)) this.#replacePool(pool);
        // Rolled back as a whole, so it may run again.
        if (!isRolledBackByConflict(error) || attempt >= ATTEMPTS) throw asStoreError(error);
      }
    }
  }

  /** The first row, or null. */
  async first<Row, Types extends ParameterTypes>(
    statement: Statement<Row, Types>,
    parameters: ParametersOf<Types>,
  ): Promise<Row | null> {
    const [row] = await this.all(statement, parameters);
    return row ?? null;
  }

  /** Whether there is a row. */
  async has<Types extends ParameterTypes>(
    statement: Statement<unknown, Types>,
    parameters: ParametersOf<Types>,
  ): Promise<boolean> {
    return (await this.first(statement, parameters)) !== null;
  }

  /** Waits for what is under way, then closes. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled(this.#underWay);
    await this.#pool.close({ timeout: 0 });
  }

  async #track<Result>(query: PromiseLike<Result>): Promise<Result> {
    if (this.#closed) throw new StoreUnavailable("the store is closed");
    const answer = this.#within(query);
    this.#underWay.add(answer);
    try {
      return await answer;
    } finally {
      this.#underWay.delete(answer);
    }
  }

  /**
   * A network that swallows everything answers nothing, not even an error, and the server's own timeout does not arrive.
   * Then the caller is told, and the pool is replaced: the dead connection would be given more statements, and which one
   * it is nobody tells, whatever the others answer.
   */
  #within<Result>(query: PromiseLike<Result>): Promise<Result> {
    const pool = this.#pool;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new StoreUnavailable("the database does not answer"));
        this.#replacePool(pool);
      }, this.#options.statementMillis + GRACE_MILLIS);
      const settle = () => clearTimeout(timer);
      query.then(settle, settle);
      query.then(resolve, reject);
    });
  }

  /** New statements go over new connections. What waits on the old ones may finish, for as long as statements may run. */
  #replacePool(pool: SQL): void {
    const now = performance.now();
    if (pool !== this.#pool || now - this.#replacedAt < REPLACE_MILLIS || this.#closed) return;
    this.#replacedAt = now;
    this.#pool = openPool(this.#options);
    void pool.close({ timeout: this.#options.statementMillis / 1000 }).catch(() => {});
  }
}

/** One connection for a transaction that needs several statements. Only migrations do. */
export class Session {
  readonly #pool: SQL;

  constructor(options: PoolOptions) {
    this.#pool = openPool({ ...options, connections: 1 });
  }

  /** Runs a text of one or more statements, without parameters, and returns the rows of the last that has any. */
  async execute(sql: string): Promise<Record<string, unknown>[]> {
    try {
      const results: unknown = await this.#pool.unsafe(sql).simple();
      const last: unknown =
        Array.isArray(results) && Array.isArray(results.at(-1)) ? results.at(-1) : results;
      return Array.isArray(last) ? last : [];
    } catch (error) {
      throw asStoreError(error);
    }
  }

  /** Everything that `use` does happens, or nothing. */
  async transaction<Result>(use: (session: Pick<Session, "execute">) => Promise<Result>): Promise<Result> {
    try {
      return await this.#pool.begin((client) =>
        use({ execute: async (sql) => [...(await client.unsafe(sql).simple())] }),
      );
    } catch (error) {
      throw asStoreError(error);
    }
  }

  async close(): Promise<void> {
    await this.#pool.close({ timeout: 0 });
  }
}

function openPool(options: PoolOptions): SQL {
  const { url, schema, connections, connectMillis, statementMillis, synchronousCommit } = options;
  return new SQL({
    url,
    adapter: "postgres",
    // Said here, or PGDATABASE in the environment would win over the URL.
    database: decodeURIComponent(new URL(url).pathname.slice(1)) || undefined,
    max: connections,
    connectionTimeout: connectMillis / 1000,
    connection: {
      application_name: "tessera",
      search_path: schema,
      statement_timeout: statementMillis,
      // The statements are written for it: who waited for a row sees what it is now, and decides on that.
      default_transaction_isolation: "read committed",
      // What a replica shows may be older than what was acknowledged, so it must not be read: it refuses this.
      transaction_read_only: "off",
      ...(synchronousCommit == null ? {} : { synchronous_commit: synchronousCommit }),
    },
  });
}

/** PostgreSQL's five-character code (appendix A); null for trouble on the way to the server. */
export const sqlState = (error: unknown): string | null =>
  error instanceof SQL.PostgresError ? (error.errno ?? null) : null;

/** A deadlock that the server resolved, or a conflict on an engine that serializes. */
const isRolledBackByConflict = (error: unknown): boolean =>
  ["40001", "40P01"].includes(sqlState(error) ?? "");

const isReadOnly = (error: unknown): boolean => sqlState(error) === "25006";

/** The server's classes of trouble that the program did not make (PostgreSQL, appendix A). */
const ENVIRONMENT_CLASSES: ReadonlySet<string> = new Set([
  "08", // connection exception
  "0A", // not supported: a replica cannot be made to write
  "25", // invalid transaction state: a server that became read-only
  "28", // invalid authorization
  "3D", // no such database
  "40", // rolled back
  "53", // insufficient resources: full disk, too many connections
  "55", // not in the prerequisite state: a lock that was not given
  "57", // operator intervention: timeouts, shutdown
  "58", // system error
  "XX", // corrupted data
]);

/** The codes of errors that Bun raises itself and that are about the way to the server, not about what was asked of it. */
const CONNECTION_CODE =
  /CONNECTION|TIMEOUT|AUTHENTICATION|TLS|CERT|SASL|SERVER_KEY|SERVER_SIGNATURE|CHANNEL_BINDING|MESSAGE|CANCELLED|^E[A-Z]+$/;

/** Turns trouble with the server or the way to it into StoreUnavailable; a mistake of the program stays what it is. */
export function asStoreError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof StoreUnavailable) return error;
  const state = sqlState(error);
  const isEnvironment =
    state === null
      ? "code" in error && typeof error.code === "string" && CONNECTION_CODE.test(error.code)
      : ENVIRONMENT_CLASSES.has(state.slice(0, 2));
  return isEnvironment
    ? new StoreUnavailable(`the database cannot answer: ${error.message}`, { cause: error })
    : error;
}

/** Whether two programs made the same thing at the same moment. The one that lost finds it when it looks again. */
export const isMadeMeanwhile = (error: unknown): boolean =>
  ["23505", "42P06", "42P07", "42710", "42723"].includes(sqlState(error) ?? "");

/** Whether the database's user lacks a right. */
export const isForbidden = (error: unknown): boolean => sqlState(error) === "42501";
