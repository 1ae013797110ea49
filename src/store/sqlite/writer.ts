/**
 * Group commit. Writes that arrive in one turn of the event loop, or while the disk is busy, share one
 * transaction and so one sync. One that fails takes no neighbour with it: then each runs in a savepoint of its own.
 * No promise resolves before the commit is on disk.
 */
import { Backlog, type Urgency } from "../backlog.ts";
import { StoreUnavailable } from "../contract.ts";
import type { Command, Connection } from "./driver.ts";
import { adviceFor, asStoreError, isBusy } from "./trouble.ts";

/** A bound on how long one batch may hold the event loop; the rest follows in the next turn. */
const MOST_PER_COMMIT = 512;
/** Each attempt waits for the lock as long as the connection's busy_timeout; together about five seconds. */
const LOCK_ATTEMPTS = 100;

interface Job {
  /** Runs the command and keeps its result. */
  run(): void;
  /** Keeps why the command failed: this one alone, since it was rolled back by itself. */
  fail(error: unknown): void;
  /** After the commit: tells the caller. */
  settle(): void;
  /** Nothing was committed, whatever the command did. */
  abandon(error: unknown): void;
}

export interface GroupCommitOptions {
  /** How often to try when another process holds the lock. */
  readonly lockAttempts?: number;
  /** Brings what was committed to the disk (sync.ts). Without it, a commit must do so itself. */
  readonly sync?: () => Promise<void>;
  /** Is called at the beginning of each transaction. */
  readonly onBegin?: () => void;
}

export class GroupCommit {
  readonly #connection: Connection;
  readonly #lockAttempts: number;
  /** What is on its way to the disk, and what fits into the next commit, is never refused, however slow the disk is. */
  readonly #backlog = new Backlog({ least: 2 * MOST_PER_COMMIT });
  readonly #sync: (() => Promise<void>) | null;
  readonly #onBegin: () => void;
  readonly #begin: Command<[]>;
  readonly #commit: Command<[]>;
  readonly #rollback: Command<[]>;
  readonly #savepoint: Command<[]>;
  readonly #release: Command<[]>;
  readonly #rollbackToSavepoint: Command<[]>;

  #waiting: Job[] = [];
  #scheduled = false;
  #syncing = false;
  #failure: StoreUnavailable | null = null;
  #attempts = 0;
  #closed = false;
  #drained: PromiseWithResolvers<void> | null = null;

  constructor(connection: Connection, options: GroupCommitOptions = {}) {
    this.#connection = connection;
    this.#lockAttempts = options.lockAttempts ?? LOCK_ATTEMPTS;
    this.#sync = options.sync ?? null;
    this.#onBegin = options.onBegin ?? (() => {});
    // IMMEDIATE takes the write lock first, so what a command reads cannot change before it writes.
    this.#begin = connection.command("BEGIN IMMEDIATE");
    this.#commit = connection.command("COMMIT");
    this.#rollback = connection.command("ROLLBACK");
    this.#savepoint = connection.command("SAVEPOINT command");
    this.#release = connection.command("RELEASE command");
    this.#rollbackToSavepoint = connection.command("ROLLBACK TO command");
  }

  /**
   * Runs the command in the next transaction. It must do nothing but read and write through the connection: if a neighbour
   * fails, what it did is undone and it runs again. Rejects with StoreBusy if too much waits.
   */
  write<Result>(command: () => Result, urgency?: Urgency): Promise<Result> {
    return new Promise((resolve, reject) => {
      const refusal = this.#closed ? new StoreUnavailable("the store is closed") : this.#failure;
      if (refusal !== null) {
        reject(refusal);
        return;
      }
      this.#backlog.enter(urgency);
      this.#waiting.push(newJob(command, resolve, reject));
      this.#schedule();
    });
  }

  /** Throws StoreBusy if a write would be refused now. */
  requireRoom(): void {
    this.#backlog.requireRoom();
  }

  /**
   * Throws StoreUnavailable once a sync has failed. The system may have dropped what it could not write, and the next sync
   * would not tell; so nothing is written any more until the program has started anew and read what is there.
   */
  requireWritable(): void {
    if (this.#failure !== null) throw this.#failure;
  }

  /** Refuses new writes and resolves when those under way are done. */
  close(): Promise<void> {
    this.#closed = true;
    if (!this.#scheduled && !this.#syncing) return Promise.resolve();
    this.#drained ??= Promise.withResolvers();
    return this.#drained.promise;
  }

  #schedule(): void {
    // What arrives during a sync waits for its end, to share the next one.
    if (this.#scheduled || this.#syncing) return;
    this.#scheduled = true;
    // Not a microtask: the other requests of this turn have yet to bring their writes.
    setImmediate(this.#flush);
  }

  readonly #flush = (): void => {
    this.#scheduled = false;
    if (this.#beginTransaction()) this.#runBatch(this.#waiting.splice(0, MOST_PER_COMMIT));
    this.#goOn();
  };

  #goOn(): void {
    if (this.#waiting.length > 0) this.#schedule();
    else if (!this.#syncing) this.#drained?.resolve();
  }

  #beginTransaction(): boolean {
    try {
      this.#begin();
      this.#onBegin();
      this.#attempts = 0;
      return true;
    } catch (error) {
      this.#attempts += 1;
      // Reads go on between two attempts.
      if (isBusy(error) && this.#attempts < this.#lockAttempts) return false;
      this.#attempts = 0;
      const unavailable = new StoreUnavailable("no transaction could begin", {
        cause: error,
        advice: adviceFor(error),
      });
      this.#abandon(this.#waiting.splice(0), unavailable);
      return false;
    }
  }

  #runBatch(batch: readonly Job[]): void {
    try {
      // Almost always all succeed. If one fails, all is undone, within the transaction, and each runs by itself.
      this.#savepoint();
      if (!this.#runTogether(batch)) for (const job of batch) this.#runAlone(job);
      this.#commit();
    } catch (error) {
      this.#rollbackQuietly();
      const unavailable = new StoreUnavailable("the transaction could not be committed", {
        cause: error,
        advice: adviceFor(error),
      });
      this.#abandon(batch, unavailable);
      return;
    }
    if (this.#sync === null) this.#settle(batch);
    else void this.#settleWhenSynced(batch, this.#sync);
  }

  async #settleWhenSynced(batch: readonly Job[], sync: () => Promise<void>): Promise<void> {
    this.#syncing = true;
    try {
      await sync();
      this.#settle(batch);
    } catch (error) {
      this.#failure = new StoreUnavailable("the disk did not keep what was written", {
        cause: error,
        advice: "Look at the disk, then restart the server. Nothing is written until then.",
      });
      this.#abandon([...batch, ...this.#waiting.splice(0)], this.#failure);
    }
    this.#syncing = false;
    this.#goOn();
  }

  #settle(jobs: readonly Job[]): void {
    this.#backlog.leave(jobs.length);
    for (const job of jobs) job.settle();
  }

  #abandon(jobs: readonly Job[], error: StoreUnavailable): void {
    this.#backlog.leave(jobs.length);
    for (const job of jobs) job.abandon(error);
  }

  #runTogether(batch: readonly Job[]): boolean {
    try {
      for (const job of batch) job.run();
      return true;
    } catch (error) {
      this.#undo(error);
      return false;
    }
  }

  #runAlone(job: Job): void {
    this.#savepoint();
    try {
      job.run();
    } catch (error) {
      this.#undo(error);
      job.fail(asStoreError(error));
    }
    this.#release();
  }

  /** Goes back to the savepoint. Throws the error if the whole transaction is gone: the rest would run outside of any. */
  #undo(error: unknown): void {
    if (!this.#connection.inTransaction) throw error;
    this.#rollbackToSavepoint();
  }

  #rollbackQuietly(): void {
    try {
      if (this.#connection.inTransaction) this.#rollback();
    } catch {
      // The error that led here is the one to report; SQLite drops the transaction when it is next used.
    }
  }
}

function newJob<Result>(
  command: () => Result,
  resolve: (result: Result) => void,
  reject: (error: unknown) => void,
): Job {
  let settle = () => {};
  return {
    run() {
      const result = command();
      settle = () => resolve(result);
    },
    fail(error) {
      settle = () => reject(error);
    },
    settle: () => settle(),
    abandon: reject,
  };
}
