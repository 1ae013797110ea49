/**
 * Group commit. Writes that arrive in one turn of the event loop, or while the disk was busy, share one
 * transaction and so one fsync. One that fails takes no neighbour with it: then each runs in a savepoint of its own.
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
  /** Milliseconds from some moment on. */
  readonly now?: () => number;
}

export class GroupCommit {
  readonly #connection: Connection;
  readonly #lockAttempts: number;
  /** What fits into the next commit waits for one sync, however slow the disk is, so it is never refused. */
  readonly #backlog: Backlog;
  readonly #begin: Command<[]>;
  readonly #commit: Command<[]>;
  readonly #rollback: Command<[]>;
  readonly #savepoint: Command<[]>;
  readonly #release: Command<[]>;
  readonly #rollbackToSavepoint: Command<[]>;

  #waiting: Job[] = [];
  #scheduled = false;
  #attempts = 0;
  #closed = false;
  #drained: (() => void) | null = null;

  constructor(connection: Connection, options: GroupCommitOptions = {}) {
    this.#connection = connection;
    this.#lockAttempts = options.lockAttempts ?? LOCK_ATTEMPTS;
    this.#backlog = new Backlog({ least: MOST_PER_COMMIT, now: options.now });
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
      if (this.#closed) {
        reject(new StoreUnavailable("the store is closed"));
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

  /** Refuses new writes and resolves when those under way are done. */
  close(): Promise<void> {
    this.#closed = true;
    if (!this.#scheduled) return Promise.resolve();
    return new Promise((resolve) => {
      this.#drained = resolve;
    });
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    // Not a microtask: the other requests of this turn have yet to bring their writes.
    setImmediate(this.#flush);
  }

  readonly #flush = (): void => {
    this.#scheduled = false;
    if (this.#beginTransaction()) {
      const batch = this.#waiting.splice(0, MOST_PER_COMMIT);
      this.#runBatch(batch);
      this.#backlog.leave(batch.length);
    }
    if (this.#waiting.length > 0) this.#schedule();
    else this.#drained?.();
  };

  #beginTransaction(): boolean {
    try {
      this.#begin();
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
      this.#backlog.leave(this.#waiting.length);
      for (const job of this.#waiting.splice(0)) job.abandon(unavailable);
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
      for (const job of batch) job.abandon(unavailable);
      return;
    }
    for (const job of batch) job.settle();
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
