/**
 * Syncs the write-ahead log in a thread of its own: a disk may take milliseconds for it, and requests that only read need
 * not wait for that.
 *
 * With `synchronous = NORMAL` a commit is written to the log and not yet synced; SQLite itself syncs the log before it
 * moves it into the database. So once the log has been synced, every commit before that is on disk.
 */
import { closeSync, fdatasyncSync, openSync, realpathSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { threadUrl } from "../../platform/runtime.ts";
import type { Connection } from "./driver.ts";

/**
 * Whether fdatasync of this system reaches the disk. macOS leaves data in the drive's cache; SQLite knows the call that
 * does not. On macOS and on untested systems, SQLite syncs within each commit.
 */
const SYNCS_BESIDE = process.platform === "linux";

/**
 * A thread takes memory and a moment to start, so a command or a server with few writes does without. It is not in the
 * runtime's pool, where a sync would wait for password checks.
 */
const SYNCS_WITHOUT_THREAD = 64;

/** Takes the sync out of the commits of a connection. Null if it stays in them. */
export function takeSyncOut(connection: Connection, file: string): LogSync | null {
  if (!SYNCS_BESIDE) return null;
  connection.execute("PRAGMA synchronous = NORMAL");
  // The first read makes the log, if there is none.
  connection.execute("SELECT 1 FROM sqlite_schema");
  return new LogSync(file);
}

/** Messages of the thread: that it is ready, and after each sync the error, if there is one. */
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

  /** `database`: a database in WAL mode that stays open while this is used, so that its log stays in place. */
  constructor(database: string) {
    // Opened now, because later there may be no free descriptor. SQLite keeps the log beside the target of a link.
    this.#descriptor = openSync(`${realpathSync(database)}-wal`, "r+");
  }

  /** Resolves when all earlier commits are on disk. One call at a time. */
  async sync(): Promise<void> {
    this.#count += 1;
    if (this.#count === SYNCS_WITHOUT_THREAD) this.#startThread();
    if (this.#thread === null || !this.#isReady) {
      fdatasyncSync(this.#descriptor);
      return;
    }
    this.#pending = Promise.withResolvers();
    // A program that is otherwise done still waits for the sync.
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
      // There is no second try. The main thread then syncs by itself.
    }
  }

  #newThread(): Worker {
    const thread = new Worker(threadUrl("store/sqlite/sync-worker.ts"));
    thread.unref();
    thread.on("message", (message: FromSyncWorker) => {
      if (message.type === "ready") this.#isReady = true;
      else this.#end(message.fault);
    });
    // Without the thread, the main thread syncs by itself again.
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
