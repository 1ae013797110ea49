/**
 * The sync of the write-ahead log, beside the thread that answers: a disk may take milliseconds for it, and whoever only
 * asks something need not wait for that.
 *
 * With `synchronous = NORMAL` a commit is written to the log and not yet synced; SQLite itself syncs the log before it
 * moves it into the database. So once the log has been synced, every commit before that is on disk.
 */
import { closeSync, fdatasync, openSync } from "node:fs";
import type { Connection } from "./driver.ts";

/**
 * Whether this system syncs what it says. macOS leaves data in the drive's cache unless it is asked in another way, which
 * SQLite knows; there, and wherever nobody has looked, SQLite syncs within each commit.
 */
const SYNCS_BESIDE = process.platform === "linux";

/** Takes the sync out of the commits of a connection. Null where it stays in them. */
export function takeSyncOut(connection: Connection, file: string): LogSync | null {
  if (!SYNCS_BESIDE) return null;
  connection.execute("PRAGMA synchronous = NORMAL");
  return new LogSync(file);
}

export class LogSync {
  readonly #file: string;
  #descriptor: number | null = null;

  /** `database`: a database in WAL mode that is open for as long as this is used, so its log stays where it is. */
  constructor(database: string) {
    this.#file = `${database}-wal`;
  }

  /** Resolves when all that was committed before the call is on disk. */
  sync(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#descriptor ??= openSync(this.#file, "r+");
      fdatasync(this.#descriptor, (error) => (error === null ? resolve() : reject(error)));
    });
  }

  close(): void {
    if (this.#descriptor !== null) closeSync(this.#descriptor);
    this.#descriptor = null;
  }
}
