/**
 * The only file that speaks to Bun's PostgreSQL client: keeps the pool, runs one statement per call, tells which errors
 * mean that the store cannot answer.
 */
import { SQL } from "bun";
import { Backlog } from "../backlog.ts";
import { StoreUnavailable } from "../contract.ts";
import type { SqlValue } from "./rows.ts";

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

/** A statement, with the values of its parameters. */
export interface Query {
  readonly sql: string;
  readonly values: readonly SqlValue[];
  /** Whether it only reads, and so waits neither for a lock of another nor for a commit. */
  readonly reads?: boolean;
  /** Whether an overload by others does not keep it out. */
  readonly urgent?: boolean;
}

/** The rows of an answer, each as the values of its columns. */
export type Rows = readonly (readonly unknown[])[];

/** Runs a statement within a transaction. */
export type Run = (query: Query) => Promise<Rows>;

/** What an answer may take beyond the statement's own time before the connection is given up, in milliseconds. */
const GRACE_MILLIS = 2000;

/** How often the pool may be replaced, in milliseconds. */
const REPLACE_MILLIS = 1000;

/** So many statements may always wait for each connection: half a second if one takes 50 ms, as over a slow network. */
const PER_CONNECTION = 10;

/** One connection of so many is for reads alone. */
const READING_SHARE = 3;

/** The name under which the server shows the connections. */
const APPLICATION = "tessera";

/** How often a statement runs that the server rolled back for no fault of its own. */
const ATTEMPTS = 5;

/**
 * Two pools of connections: one for statements that only read, one for the others. Every statement is a transaction of
 * its own; none stays open while the program does something else.
 *
 * The client sends a statement over a connection before the one ahead is answered. That doubles what can be read, but
 * who is sent behind a statement that waits for a lock or a replica waits along. So reads have connections of their own,
 * and of the others each takes one statement at a time.
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

  /** Throws StoreBusy, and sends nothing, if too much waits. */
  async run({ sql, values, reads = false, urgent = false }: Query): Promise<Rows> {
    return this.#admitted(reads ? this.#reads : this.#writes, urgent, (pool) =>
      pool.client.unsafe(sql, [...values]).values(),
    );
  }

  /** Everything that `work` does happens, or nothing; it may be called again. It must do nothing but run statements. */
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
        // After a failover the connections may lead to what is a replica now, and the name to another server.
        if (isReadOnly(error)) this.#replace(reading, writing);
        // Rolled back as a whole, so it may run again.
        if (!isRolledBackByConflict(error) || attempt >= ATTEMPTS) throw asStoreError(error);
      }
    }
  }

  /** Throws StoreBusy if a statement that writes would be refused now. */
  requireRoom(): void {
    this.#writes.backlog.requireRoom();
  }

  /** Waits for what is under way, then closes. */
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
   * A network that swallows everything answers nothing, not even an error, and the server's own timeout does not arrive.
   * Then the caller is told, and the pools are in doubt, again and again until there is an answer after all.
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
   * A dead connection would be given more statements, and which one it is nobody tells, whatever the others answer; so
   * all are given up. Unless the server is still at work: a commit that waits for a replica is ended neither by its
   * timeout nor by the end of its connection, so each pool that is given up would leave its connections at the server.
   */
  async #doubt(lane: Lane, pool: Pool): Promise<void> {
    if (lane.pool !== pool) return;
    const writing = this.#writes.pool;
    const reading = this.#reads.pool;
    // What only reads waits for nothing.
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

  /** Whether the server says that it works for longer than its own timeout allows. */
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
  /** How many more statements it takes that are sent in turn. */
  free: number;
}

interface Answer<Result> {
  /** For the caller, who waits only so long. */
  readonly promise: Promise<Result>;
  /** When the connection is free again. */
  readonly settled: PromiseLike<void>;
}

/** A pool that is replaced when its connections are in doubt. */
class Lane {
  readonly #options: PoolOptions;
  readonly #waiting = new Set<(pool: Pool) => void>();
  /** What was sent and what waits for that. */
  readonly backlog: Backlog;
  #replacedAt = Number.NEGATIVE_INFINITY;
  pool: Pool;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.backlog = new Backlog({ least: PER_CONNECTION * options.connections });
    this.pool = this.#open();
  }

  /** Sends when a connection is free. Who waits for that as long as a statement may run is refused. */
  async inTurn<Result>(send: (pool: Pool) => Answer<Result>): Promise<Result> {
    const pool = this.#take() ?? (await this.#wait());
    const { promise, settled } = send(pool);
    settled.then(() => {
      pool.free += 1;
      this.#admit();
    });
    return promise;
  }

  /** New statements go over new connections. What waits on the old ones may finish, for as long as statements may run. */
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

/** One connection for a transaction that needs several statements. Only migrations do. */
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

  /** Everything that `use` does happens, or nothing. Each statement of it may take so long, in milliseconds. */
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

/** Who waits longer is told that nobody answers. */
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
    // Said here, or PGDATABASE in the environment would win over the URL.
    database: decodeURIComponent(new URL(url).pathname.slice(1)) || undefined,
    max: connections,
    connectionTimeout: connectMillis / 1000,
    connection: {
      application_name: application,
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

/** Another row has the key, or a value that must be unique. */
export const isUniqueViolation = (error: unknown): boolean => sqlState(error) === "23505";

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
  /CONNECTION|TIMEOUT|AUTHENTICATION|TLS|CERT|UNABLE_TO|SASL|SERVER_KEY|SERVER_SIGNATURE|CHANNEL_BINDING|MESSAGE|CANCELLED|^E[A-Z]+$/;

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
