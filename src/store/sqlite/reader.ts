/**
 * Group reads. Outside of a transaction each read of a WAL database takes and drops file locks, which are system
 * calls. So the reads that are asked for in one turn of the event loop wait for its end and share one transaction.
 *
 * A transaction sees the database as it is when it begins. It begins after the last of its reads was asked for, so none
 * can miss what was committed before, whoever committed it. A transaction that is open while requests still come in
 * would not do: within one turn the runtime takes new connections and reads their first requests, and somebody may send
 * one because another process has just told them that it committed.
 */
import { StoreUnavailable } from "../contract.ts";
import type { Command, Connection } from "./driver.ts";
import { asStoreError } from "./trouble.ts";

interface Job {
  /** Asks, and tells the caller. */
  run(): void;
  fail(error: unknown): void;
}

export class GroupReads {
  readonly #connection: Connection;
  readonly #onBegin: () => void;
  readonly #begin: Command<[]>;
  readonly #rollback: Command<[]>;

  #waiting: Job[] = [];
  #closed = false;

  /** `onBegin` is called at the beginning of each transaction. */
  constructor(connection: Connection, onBegin: () => void = () => {}) {
    this.#connection = connection;
    this.#onBegin = onBegin;
    this.#begin = connection.command("BEGIN");
    this.#rollback = connection.command("ROLLBACK");
  }

  read<Result>(query: () => Result): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (this.#closed) {
        reject(new StoreUnavailable("the store is closed"));
        return;
      }
      if (this.#waiting.length === 0) setImmediate(this.#runGroup);
      this.#waiting.push(newJob(query, resolve, reject));
    });
  }

  /** Refuses new reads, and answers those that were asked for. */
  close(): void {
    this.#closed = true;
    this.#runGroup();
  }

  readonly #runGroup = (): void => {
    const group = this.#waiting;
    if (group.length === 0) return;
    this.#waiting = [];
    try {
      this.#begin();
    } catch (error) {
      for (const job of group) job.fail(asStoreError(error));
      return;
    }
    this.#onBegin();
    for (const job of group) job.run();
    this.#end();
  };

  /** Whatever a read may have changed by mistake is undone, and no snapshot stays. */
  #end(): void {
    if (this.#connection.inTransaction) this.#rollback();
  }
}

function newJob<Result>(
  query: () => Result,
  resolve: (result: Result) => void,
  reject: (error: unknown) => void,
): Job {
  return {
    run() {
      try {
        resolve(query());
      } catch (error) {
        reject(asStoreError(error));
      }
    },
    fail: reject,
  };
}
