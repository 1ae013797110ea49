/**
 * The sync of the write-ahead log, beside the thread that answers: a disk may take milliseconds for it, and whoever only
 * asks something need not wait for that.
 *
 * With `synchronous = NORMAL` a commit is written to the log and not yet synced; SQLite itself syncs the log before it
 * moves it into the database. So once the log has been synced, every commit before that is on disk.
 */
import { closeSync, fdatasyncSync, openSync, realpathSync } from "node:fs";
import { Worker } from "node:worker_threads";
import type { Connection } from "./driver.ts";

/**
 * Whether this system syncs what it says. macOS leaves data in the drive's cache unless it is asked in another way, which
 * SQLite knows; there, and wherever nobody has looked, SQLite syncs within each commit.
 */
const SYNCS_BESIDE = process.platform === "linux";

/**
 * A thread takes memory, and a moment to start, so a command or a server that writes little does without. It is one of
 * its own: in the runtime's pool a sync would wait for passwords that are being checked.
 */
const SYNCS_WITHOUT_THREAD = 64;

/** Takes the sync out of the commits of a connection. Null where it stays in them. */
export function takeSyncOut(connection: Connection, file: string): LogSync | null {
  if (!SYNCS_BESIDE) return null;
  connection.execute("PRAGMA synchronous = NORMAL");
  // A first read makes the log, if there is none.
  connection.execute("SELECT 1 FROM sqlite_schema");
  return new LogSync(file);
}

/** What the thread says: that it is there, and after each sync what went wrong, if anything. */
export type FromSyncWorker =
  | { readonly type: "ready" }
  | { readonly type: "synced"; readonly fault?: string };

export class LogSync {
  readonly #descriptor: number;
  #thread: Worker | null = null;
  #isReady = false;
  #isClosing = false;
  #count = 0;
  #pending: PromiseWithResolvers<void> | null = null;

  /** `database`: a database in WAL mode that is open for as long as this is used, so its log stays where it is. */
  constructor(database: string) {
    // Now, as there may be no descriptor left when there is something to sync. SQLite keeps the log beside the file that a
    // link leads to.
    this.#descriptor = openSync(`${realpathSync(database)}-wal`, "r+");
  }

  /** Resolves when all that was committed before the call is on disk. One at a time. */
  async sync(): Promise<void> {
    this.#count += 1;
    if (this.#count === SYNCS_WITHOUT_THREAD) this.#startThread();
    if (this.#thread === null || !this.#isReady) {
      fdatasyncSync(this.#descriptor);
      return;
    }
    this.#pending = Promise.withResolvers();
    // A program that is done with all else still waits for this.
    this.#thread.ref();
    this.#thread.postMessage(this.#descriptor);
    await this.#pending.promise;
  }

  /** Only when no sync is under way. */
  async close(): Promise<void> {
    if (this.#isClosing) return;
    this.#isClosing = true;
    await this.#thread?.terminate();
    closeSync(this.#descriptor);
  }

  #startThread(): void {
    try {
      this.#thread = this.#newThread();
    } catch {
      // It is tried once. The thread that answers goes on waiting by itself.
    }
  }

  #newThread(): Worker {
    const thread = new Worker(new URL("./sync-worker.ts", import.meta.url));
    thread.unref();
    thread.on("message", (message: FromSyncWorker) => {
      if (message.type === "ready") this.#isReady = true;
      else this.#end(message.fault);
    });
    // Without it, the thread that answers waits by itself again.
    const lose = (reason: string) => {
      if (this.#isClosing) return;
      this.#thread = null;
      this.#end(reason);
    };
    thread.on("error", (error: unknown) => lose(String(error)));
    thread.on("exit", () => lose("the thread that syncs has ended"));
    return thread;
  }

  #end(fault: string | undefined): void {
    const pending = this.#pending;
    this.#pending = null;
    this.#thread?.unref();
    if (fault === undefined) pending?.resolve();
    else pending?.reject(new Error(fault));
  }
}
