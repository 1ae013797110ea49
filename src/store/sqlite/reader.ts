/**
 * Group reads. Outside of a transaction each read of a WAL database takes and drops file locks, which are system
 * calls. So the first read of an event-loop turn opens a read transaction, the others of the turn share it, and it
 * ends with the turn.
 *
 * A shared transaction sees one moment of the database. That is sound because it never outlives its turn, and
 * because the writer ends it before it commits: no read that starts after a write was acknowledged can miss it.
 * (An acknowledgement by another process arrives over a socket, which is in a later turn. Two stores on one file
 * within one process have no such protection, and the program never opens two.)
 */
import { StoreUnavailable } from "../contract.ts";
import { asStoreError, type Command, type Connection } from "./driver.ts";

export class GroupReads {
  readonly #connection: Connection;
  readonly #begin: Command<[]>;
  readonly #commit: Command<[]>;
  readonly #rollback: Command<[]>;

  #open = false;
  #endScheduled = false;
  #closed = false;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#begin = connection.command("BEGIN");
    this.#commit = connection.command("COMMIT");
    this.#rollback = connection.command("ROLLBACK");
  }

  read<Result>(query: () => Result): Promise<Result> {
    try {
      if (this.#closed) throw new StoreUnavailable("the store is closed");
      if (!this.#open) this.#start();
      return Promise.resolve(query());
    } catch (error) {
      return Promise.reject(asStoreError(error));
    }
  }

  /** Ends the open transaction, if there is one. The next read begins another, which sees what is committed by then. */
  end(): void {
    if (!this.#open) return;
    this.#open = false;
    try {
      this.#commit();
    } catch {
      // There was nothing to commit. What matters is that no snapshot stays.
      if (this.#connection.inTransaction) this.#rollback();
    }
  }

  close(): void {
    this.#closed = true;
    this.end();
  }

  #start(): void {
    this.#begin();
    this.#open = true;
    if (this.#endScheduled) return;
    this.#endScheduled = true;
    setImmediate(this.#endOfTurn);
  }

  readonly #endOfTurn = (): void => {
    this.#endScheduled = false;
    if (!this.#closed) this.end();
  };
}
