/**
 * Group commit. Writes that arrive in one turn of the event loop, or while the disk is busy, share one transaction and one
 * sync. If one of them fails, each runs again in a savepoint of its own, so that it does not take its neighbours with it.
 * No promise resolves before the commit is on disk.
 */
import { Backlog, type Urgency } from "../backlog.ts";
import { StoreUnavailable } from "../contract.ts";
import type { Command, Connection } from "./driver.ts";
import type { Reserve } from "./reserve.ts";
import { adviceFor, asStoreError, isBusy, isOutOfRoom, onlyEndsAccess } from "./trouble.ts";

/** A bound on how long one batch may hold the event loop; the rest follows in the next turn. */
const MOST_PER_COMMIT = 512;
/** Each attempt waits for the lock as long as the connection's busy_timeout; together about five seconds. */
const LOCK_ATTEMPTS = 100;

interface Job {
  /** The command may use the reserve. */
  readonly endsAccess: boolean;
  /** Runs the command and keeps its result. */
  run(): void;
  /** Keeps the error of the command, which alone was rolled back. */
  fail(error: unknown): void;
  /** Runs after the commit, and settles the caller's promise. */
  settle(): void;
  /** The commit failed, so the work of the command is undone. */
  abandon(error: unknown): void;
}

export interface GroupCommitOptions {
  /** How often to try when another process holds the lock. */
  readonly lockAttempts?: number;
  /** Syncs the committed writes (sync.ts). Without it, each commit must sync itself. */
  readonly sync?: () => Promise<void>;
  /** The space for commands that end access. */
  readonly reserve?: Pick<Reserve, "isShort" | "release">;
}

export class GroupCommit {
  readonly #connection: Connection;
  readonly #lockAttempts: number;
  /** Writes of the current and the next commit are never refused, even on a slow disk. */
  readonly #backlog = new Backlog({ least: 2 * MOST_PER_COMMIT });
  readonly #sync: (() => Promise<void>) | null;
  readonly #reserve: Pick<Reserve, "isShort" | "release"> | null;
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
    this.#reserve = options.reserve ?? null;
    // IMMEDIATE takes the write lock first, so the facts that a command reads cannot change before it writes.
    this.#begin = connection.command("BEGIN IMMEDIATE");
    this.#commit = connection.command("COMMIT");
    this.#rollback = connection.command("ROLLBACK");
    this.#savepoint = connection.command("SAVEPOINT command");
    this.#release = connection.command("RELEASE command");
    this.#rollbackToSavepoint = connection.command("ROLLBACK TO command");
  }

  /**
   * Runs the command in the next transaction. The command must only read and write through the connection, because it runs
   * again if a neighbour fails. Rejects with StoreBusy if too much waits.
   */
  write<Result>(command: () => Result, urgency?: Urgency): Promise<Result> {
    return new Promise((resolve, reject) => {
      const refusal = this.#closed ? new StoreUnavailable("the store is closed") : this.#failure;
      if (refusal !== null) {
        reject(refusal);
        return;
      }
      this.#backlog.enter(urgency);
      this.#waiting.push(newJob(command, urgency === "ends_access", resolve, reject));
      this.#schedule();
    });
  }

  /** How many writes have entered and are not done. */
  get waiting(): number {
    return this.#backlog.waiting;
  }

  /** Throws StoreBusy if a write would be refused now. */
  requireRoom(): void {
    this.#backlog.requireRoom();
  }

  /**
   * Throws StoreUnavailable once a sync has failed. The system may have dropped the data, and the next sync would not report
   * it. So the store refuses writes until the program is restarted and reads the database again.
   */
  requireWritable(): void {
    if (this.#failure !== null) throw this.#failure;
  }

  /** Refuses new writes and resolves when the waiting ones are done. */
  close(): Promise<void> {
    this.#closed = true;
    if (!this.#scheduled && !this.#syncing) return Promise.resolve();
    this.#drained ??= Promise.withResolvers();
    return this.#drained.promise;
  }

  #schedule(): void {
    // Writes that arrive during a sync wait for its end, and share the next one.
    if (this.#scheduled || this.#syncing) return;
    this.#scheduled = true;
    // Not a microtask: the other requests of this turn have yet to bring their writes.
    setImmediate(this.#flush);
  }

  readonly #flush = (): void => {
    this.#scheduled = false;
    if (this.#reserve?.isShort()) this.#refuseOrdinary();
    if (this.#waiting.length > 0 && this.#beginTransaction())
      this.#runBatch(this.#waiting.splice(0, MOST_PER_COMMIT));
    this.#goOn();
  };

  #goOn(): void {
    if (this.#waiting.length > 0) this.#schedule();
    else if (!this.#syncing) this.#drained?.resolve();
  }

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
      this.#giveUp(this.#waiting.splice(0), "no transaction could begin", error);
      return false;
    }
  }

  #runBatch(batch: readonly Job[]): void {
    try {
      // Almost always all commands succeed. If one fails, this undoes all within the transaction, and each runs by itself.
      this.#savepoint();
      if (!this.#runTogether(batch)) for (const job of batch) this.#runAlone(job);
      this.#commit();
    } catch (error) {
      this.#rollbackQuietly();
      this.#giveUp(batch, "the transaction could not be committed", error);
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

  /** The transaction failed. On a full disk, commands that end access get another try with space from the reserve. */
  #giveUp(jobs: readonly Job[], words: string, error: unknown): void {
    const goesOn =
      isOutOfRoom(error) && jobs.some((job) => job.endsAccess) && (this.#reserve?.release() ?? false);
    if (goesOn) this.#waiting.unshift(...jobs.filter((job) => job.endsAccess));
    const failed = goesOn ? jobs.filter((job) => !job.endsAccess) : jobs;
    this.#abandon(failed, new StoreUnavailable(words, { cause: error, advice: adviceFor(error) }));
  }

  /** Otherwise they would take the space that was freed for commands that end access. */
  #refuseOrdinary(): void {
    const ordinary = this.#waiting.filter((job) => !job.endsAccess);
    this.#waiting = this.#waiting.filter((job) => job.endsAccess);
    this.#abandon(ordinary, onlyEndsAccess());
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
      if (job.endsAccess && isOutOfRoom(error)) throw error;
      job.fail(asStoreError(error));
    }
    this.#release();
  }

  /** Goes back to the savepoint. Throws the error if the whole transaction is gone, since the rest would run outside of one. */
  #undo(error: unknown): void {
    if (!this.#connection.inTransaction) throw error;
    this.#rollbackToSavepoint();
  }

  #rollbackQuietly(): void {
    try {
      if (this.#connection.inTransaction) this.#rollback();
    } catch {
      // The caller reports the first error. SQLite drops the transaction at its next use.
    }
  }
}

function newJob<Result>(
  command: () => Result,
  endsAccess: boolean,
  resolve: (result: Result) => void,
  reject: (error: unknown) => void,
): Job {
  let settle = () => {};
  return {
    endsAccess,
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
