/**
 * Group reads. Outside of a transaction each read of a WAL database takes and drops file locks, which are system calls.
 * So the reads of one turn of the event loop wait for its end and share one transaction.
 *
 * A transaction sees the database as it is when it begins. It begins after the last of its reads was requested, so no
 * read misses an earlier commit of any process. A transaction that stays open while requests arrive could miss one.
 * Within one turn the runtime also accepts new connections and reads their requests, and a client may send one because
 * another process has just reported a commit.
 */
import { StoreUnavailable } from "../contract.ts";
import type { Command, Connection } from "./driver.ts";
import { asStoreError } from "./trouble.ts";

interface Job {
  readonly query: () => unknown;
  readonly resolve: (result: never) => void;
  readonly reject: (error: unknown) => void;
}

export class GroupReads {
  readonly #connection: Connection;
  readonly #ended: () => void;
  readonly #begin: Command<[]>;
  readonly #rollback: Command<[]>;

  #waiting: Job[] = [];
  #closed = false;

  /** `ended` is called after each group. */
  constructor(connection: Connection, ended: () => void = () => {}) {
    this.#connection = connection;
    this.#ended = ended;
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
      this.#waiting.push({ query, resolve, reject });
    });
  }

  /** Refuses new reads, and answers the waiting ones. */
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
      for (const { reject } of group) reject(asStoreError(error));
      return;
    }
    for (const { query, resolve, reject } of group) {
      try {
        resolve(query() as never);
      } catch (error) {
        reject(asStoreError(error));
      }
    }
    this.#ended();
    this.#end();
  };

  /** Rolls back, so that a read cannot change anything by mistake and no snapshot stays. */
  #end(): void {
    if (this.#connection.inTransaction) this.#rollback();
  }
}
