/**
 * The only file that works with Bun's PostgreSQL client: keeps the pool, runs one statement per call, and tells which
 * errors mean that the store is unavailable.
 */
import { SQL } from "bun";
import { Backlog } from "../backlog.ts";
import { type StoreFigures, StoreUnavailable } from "../contract.ts";
import type { SqlValue } from "./rows.ts";

export interface PoolOptions {
  readonly url: string;
  /** The schema that holds the tables, so that the database may have other uses. */
  readonly schema: string;
  /** The maximum number of connections. */
  readonly connections: number;
  /** The time limit for opening a connection, in milliseconds. */
  readonly connectMillis: number;
  /** The time limit for a statement, including waits for locks, in milliseconds. The server enforces it. */
  readonly statementMillis: number;
  /** `synchronous_commit`: when the server acknowledges a commit. Null or undefined: the server's default. */
  readonly synchronousCommit?: string | null;
}

/** A statement, with the values of its parameters. */
export interface Query {
  readonly sql: string;
  readonly values: readonly SqlValue[];
  /** The statement only reads, so it waits neither for other statements' locks nor for a commit. */
  readonly reads?: boolean;
  /** An overload does not keep the statement out. */
  readonly urgent?: boolean;
}

/** The rows of an answer, each as the values of its columns. */
export type Rows = readonly (readonly unknown[])[];

/** Runs a statement within a transaction. */
export type Run = (query: Query) => Promise<Rows>;

/** After `statementMillis` and this time without an answer, the program gives the connection up, in milliseconds. */
const GRACE_MILLIS = 2000;

/** The shortest time between two replacements of a pool, in milliseconds. */
const REPLACE_MILLIS = 1000;

/** This many statements may always wait per connection: 500 ms if one takes 50 ms, as over a slow network. */
const PER_CONNECTION = 10;

/** One connection in this many is for reads alone. */
const READING_SHARE = 3;

/** The application name, as the server shows it. */
const APPLICATION = "tessera";

/** How often to run a statement that the server rolls back because of a conflict. */
const ATTEMPTS = 5;

/**
 * Two pools of connections: one for statements that only read, one for all others. Every statement is a transaction of
 * its own; none stays open while the program does other work.
 *
 * The client pipelines: it sends a statement before the previous one on the connection is answered. That doubles the
 * throughput of reads. But a statement behind one that waits for a lock or a replica has to wait too. So reads have
 * their own connections, and the other connections take one statement at a time.
 */
export class Database {
  readonly #options: PoolOptions;
  readonly #writes: Lane;
  readonly #reads: Lane;
  #closed = false;
  #look: Promise<boolean> | null = null;
  #underWay = new Set<Promise<unknown>>();

  constructor(options: PoolOptions) {
    this.#options = options;
    const { connections } = options;
    const reading = Math.floor(connections / READING_SHARE) || Math.min(1, connections - 1);
    this.#writes = new Lane({ ...options, connections: connections - reading });
    // A single connection serves both.
    this.#reads = reading === 0 ? this.#writes : new Lane({ ...options, connections: reading });
  }

  /** Throws StoreBusy, and sends nothing, if too many statements wait. */
  async run({ sql, values, reads = false, urgent = false }: Query): Promise<Rows> {
    return this.#admitted(reads ? this.#reads : this.#writes, urgent, (pool) =>
      pool.client.unsafe(sql, [...values]).values(),
    );
  }

  /** Runs `work` in one transaction. It may run `work` again, so `work` must do nothing but run statements. */
  async transaction<Result>(work: (run: Run) => Promise<Result>, urgent = false): Promise<Result> {
    return this.#admitted(this.#writes, urgent, (pool) =>
      pool.client.begin((client) => work(({ sql, values }) => client.unsafe(sql, [...values]).values())),
    );
  }

  async #admitted<Result>(
    lane: Lane,
    urgent: boolean,
    send: (pool: Pool) => PromiseLike<Result>,
  ): Promise<Result> {
    lane.backlog.enter(urgent ? "urgent" : "ordinary");
    try {
      return await this.#send(lane, send);
    } finally {
      lane.backlog.leave();
    }
  }

  async #send<Result>(lane: Lane, send: (pool: Pool) => PromiseLike<Result>): Promise<Result> {
    for (let attempt = 1; ; attempt += 1) {
      const reading = this.#reads.pool;
      const writing = this.#writes.pool;
      try {
        const sent = (pool: Pool) => this.#within(lane, pool, send(pool));
        return await this.#track(() => (lane === this.#writes ? lane.inTurn(sent) : sent(lane.pool).promise));
      } catch (error) {
        // After a failover, the connected server may be a replica, and the host name may lead to another one.
        if (isReadOnly(error)) this.#replace(reading, writing);
        // The server rolled the whole transaction back, so it may run again.
        if (!isRolledBackByConflict(error) || attempt >= ATTEMPTS) throw asStoreError(error);
      }
    }
  }

  /** Throws StoreBusy if a statement that writes would be refused now. */
  requireRoom(): void {
    this.#writes.backlog.requireRoom();
  }

  /** The load of the connections. A connection for reads takes several statements at a time. */
  lanes(): StoreFigures["lanes"] {
    const reads = this.#reads === this.#writes ? [] : [{ lane: "read", of: this.#reads } as const];
    return [{ lane: "write", of: this.#writes } as const, ...reads].map(({ lane, of }) => ({
      lane,
      waiting: of.backlog.waiting,
      connections: { most: of.connections, inUse: Math.min(of.backlog.waiting, of.connections) },
    }));
  }

  /** Waits for running statements, then closes. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled(this.#underWay);
    await Promise.all([this.#writes, this.#reads].map(({ pool }) => pool.client.close({ timeout: 0 })));
  }

  async #track<Result>(run: () => Promise<Result>): Promise<Result> {
    if (this.#closed) throw new StoreUnavailable("the store is closed");
    const answer = run();
    this.#underWay.add(answer);
    try {
      return await answer;
    } finally {
      this.#underWay.delete(answer);
    }
  }

  /**
   * A network that drops all packets reports no error, and the server's own timeout does not arrive either. So after
   * the time limit the caller gets StoreUnavailable, and the pools are checked at intervals until an answer comes.
   */
  #within<Result>(lane: Lane, pool: Pool, answer: PromiseLike<Result>): Answer<Result> {
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    const timer = setInterval(() => {
      reject(new StoreUnavailable("the database does not answer"));
      void this.#doubt(lane, pool);
    }, this.#options.statementMillis + GRACE_MILLIS);
    const settle = () => clearInterval(timer);
    const settled = answer.then(settle, settle);
    answer.then(resolve, reject);
    return { promise, settled };
  }

  /**
   * A dead connection would get more statements, and no sign shows which connection is dead. So this replaces all
   * connections, unless the server is still working on a statement. Neither its timeout nor the end of its connection
   * stops a commit that waits for a replica. Each replaced pool would leave such connections open on the server.
   */
  async #doubt(lane: Lane, pool: Pool): Promise<void> {
    if (lane.pool !== pool) return;
    const writing = this.#writes.pool;
    const reading = this.#reads.pool;
    // Statements that only read wait for no other statement, so a late one means a dead connection.
    if (lane !== this.#writes) lane.replace(pool);
    this.#look ??= this.#isServerStuck().finally(() => {
      this.#look = null;
    });
    if (!(await this.#look)) this.#replace(reading, writing);
  }

  #replace(reading: Pool, writing: Pool): void {
    if (this.#closed) return;
    this.#reads.replace(reading);
    this.#writes.replace(writing);
  }

  /** Whether the server reports a statement that has run for longer than the statement timeout. */
  async #isServerStuck(): Promise<boolean> {
    const session = new Session({ ...this.#options, statementMillis: GRACE_MILLIS / 2 });
    const look = session.execute(
      `SELECT 1 FROM pg_stat_activity
       WHERE application_name = '${APPLICATION}' AND usename = current_user AND state = 'active'
         AND wait_event_type IS DISTINCT FROM 'Client'
         AND clock_timestamp() - query_start > interval '${this.#options.statementMillis + GRACE_MILLIS / 2} milliseconds'`,
    );
    try {
      return (await within(look, GRACE_MILLIS)).length > 0;
    } catch {
      return false;
    } finally {
      void session.close().catch(() => {});
    }
  }
}

interface Pool {
  readonly client: SQL;
  /** The number of connections that are free for the next write. */
  free: number;
}

interface Answer<Result> {
  /** The answer for the caller, who waits only until the time limit. */
  readonly promise: Promise<Result>;
  /** Resolves when the connection is free again. */
  readonly settled: PromiseLike<void>;
}

/** A pool that can be replaced. */
class Lane {
  readonly #options: PoolOptions;
  readonly #waiting = new Set<(pool: Pool) => void>();
  /** Counts the statements that are sent or waiting. */
  readonly backlog: Backlog;
  #replacedAt = Number.NEGATIVE_INFINITY;
  pool: Pool;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.backlog = new Backlog({ least: PER_CONNECTION * options.connections });
    this.pool = this.#open();
  }

  /** Sends when a connection is free. Throws StoreUnavailable if none is within the time limit of a statement. */
  async inTurn<Result>(send: (pool: Pool) => Answer<Result>): Promise<Result> {
    const pool = this.#take() ?? (await this.#wait());
    const { promise, settled } = send(pool);
    settled.then(() => {
      pool.free += 1;
      this.#admit();
    });
    return promise;
  }

  /** How many connections it has at most. */
  get connections(): number {
    return this.#options.connections;
  }

  /** New statements use new connections. Those on the old ones may finish within the time limit of a statement. */
  replace(pool: Pool): void {
    const now = performance.now();
    if (pool !== this.pool || now - this.#replacedAt < REPLACE_MILLIS) return;
    this.#replacedAt = now;
    this.pool = this.#open();
    void pool.client.close({ timeout: this.#options.statementMillis / 1000 }).catch(() => {});
    this.#admit();
  }

  #open(): Pool {
    return { client: openPool(this.#options), free: this.#options.connections };
  }

  #take(): Pool | null {
    if (this.pool.free === 0) return null;
    this.pool.free -= 1;
    return this.pool;
  }

  #wait(): Promise<Pool> {
    const { promise, resolve, reject } = Promise.withResolvers<Pool>();
    const timer = setTimeout(() => {
      this.#waiting.delete(admit);
      reject(new StoreUnavailable("all connections to the database are busy"));
    }, this.#options.statementMillis);
    const admit = (pool: Pool) => {
      clearTimeout(timer);
      resolve(pool);
    };
    this.#waiting.add(admit);
    return promise;
  }

  #admit(): void {
    for (const admit of this.#waiting) {
      const pool = this.#take();
      if (pool === null) return;
      this.#waiting.delete(admit);
      admit(pool);
    }
  }
}

/** One connection, for work beside the pools: migrations, copies, and the look at a stuck server. */
export class Session {
  readonly #options: PoolOptions;
  readonly #pool: SQL;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#pool = openPool({ ...options, connections: 1 }, `${APPLICATION} session`);
  }

  /** Runs a text of one or more statements, without parameters, and returns the rows of the last that has any. */
  async execute(sql: string): Promise<Record<string, unknown>[]> {
    try {
      const { connectMillis, statementMillis } = this.#options;
      const answer = this.#pool.unsafe(sql).simple();
      const results: unknown = await within(answer, connectMillis + statementMillis + GRACE_MILLIS);
      const last: unknown =
        Array.isArray(results) && Array.isArray(results.at(-1)) ? results.at(-1) : results;
      return Array.isArray(last) ? last : [];
    } catch (error) {
      throw asStoreError(error);
    }
  }

  /** Runs `use` in one transaction. Each of its statements has this time limit, in milliseconds. */
  async transaction<Result>(
    use: (session: Pick<Session, "execute">) => Promise<Result>,
    statementMillis = this.#options.statementMillis,
  ): Promise<Result> {
    const { connectMillis, statementMillis: usual } = this.#options;
    const begun = Promise.withResolvers<void>();
    try {
      const done = this.#pool.begin(async (client) => {
        const execute = async (sql: string) => [
          ...(await within(client.unsafe(sql).simple(), statementMillis + GRACE_MILLIS)),
        ];
        await client.unsafe(`SET LOCAL statement_timeout = ${statementMillis}`).simple();
        begun.resolve();
        return use({ execute });
      });
      await within(Promise.race([begun.promise, done]), connectMillis + usual + GRACE_MILLIS);
      return await done;
    } catch (error) {
      throw asStoreError(error);
    }
  }

  async close(): Promise<void> {
    await this.#pool.close({ timeout: 0 });
  }
}

/** Throws StoreUnavailable if the answer takes longer. */
async function within<Result>(answer: PromiseLike<Result>, millis: number): Promise<Result> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new StoreUnavailable("it does not answer")), millis);
  try {
    return await Promise.race([answer, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function openPool(options: PoolOptions, application = APPLICATION): SQL {
  const { url, schema, connections, connectMillis, statementMillis, synchronousCommit } = options;
  return new SQL({
    url,
    adapter: "postgres",
    // Without this, PGDATABASE in the environment would take precedence over the URL.
    database: decodeURIComponent(new URL(url).pathname.slice(1)) || undefined,
    max: connections,
    connectionTimeout: connectMillis / 1000,
    connection: {
      application_name: application,
      search_path: schema,
      statement_timeout: statementMillis,
      // The statements rely on it: after waiting for a row's lock, they see and judge its latest version.
      default_transaction_isolation: "read committed",
      // A replica may lag behind what was acknowledged, so it must not be read. It refuses this setting.
      transaction_read_only: "off",
      ...(synchronousCommit == null ? {} : { synchronous_commit: synchronousCommit }),
    },
  });
}

/** PostgreSQL's five-character code (appendix A); null for trouble on the way to the server. */
export const sqlState = (error: unknown): string | null =>
  error instanceof SQL.PostgresError ? (error.errno ?? null) : null;

/** A deadlock that the server resolved, or a serialization failure. */
const isRolledBackByConflict = (error: unknown): boolean =>
  ["40001", "40P01"].includes(sqlState(error) ?? "");

/** Another row has the key, or a value that must be unique. */
export const isUniqueViolation = (error: unknown): boolean => sqlState(error) === "23505";

const isReadOnly = (error: unknown): boolean => sqlState(error) === "25006";

/** Classes of SQLSTATE for trouble that is no bug of the program (PostgreSQL, appendix A). */
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

/** Codes of errors that Bun raises itself and that concern the connection, not the statement. */
const CONNECTION_CODE =
  /CONNECTION|TIMEOUT|AUTHENTICATION|TLS|CERT|UNABLE_TO|SASL|SERVER_KEY|SERVER_SIGNATURE|CHANNEL_BINDING|MESSAGE|CANCELLED|^E[A-Z]+$/;

/** Turns trouble with the server or the connection into StoreUnavailable; the error of a bug stays as it is. */
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

/**
 * Whether another program made the same object at the same moment. The program that lost the race finds the object when
 * it looks again.
 */
export const isMadeMeanwhile = (error: unknown): boolean =>
  ["23505", "42P06", "42P07", "42710", "42723"].includes(sqlState(error) ?? "");

/** Whether the database user lacks a privilege. */
export const isForbidden = (error: unknown): boolean => sqlState(error) === "42501";
