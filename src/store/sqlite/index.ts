/**
 * The store on an embedded SQLite database.
 *
 * Owns the database file: its schema, its connection and all SQL. It decides nothing that
 * the contract does not name, takes the time only from its callers, and believes nothing that it remembers before the file
 * has confirmed it (client-memory.ts).
 *
 * It must never resolve a write before its commit is synced to disk, answer from a snapshot that is older than the call,
 * or let an error of one write undo another.
 */
import type { Store } from "../contract.ts";
import { accountMethods } from "./accounts.ts";
import { ClientMemory } from "./client-memory.ts";
import { clientMethods } from "./clients.ts";
import { codeMethods } from "./codes.ts";
import { deviceCodeMethods } from "./device-codes.ts";
import { type Connection, ensureDatabaseFile, openWriter } from "./driver.ts";
import { type Engine, prepareTables } from "./engine.ts";
import { requireNoRestore, requireNoRestoreMeanwhile } from "./files.ts";
import { grantMethods } from "./grants.ts";
import { housekeepingMethods } from "./housekeeping.ts";
import { type MigrationOptions, migrate, requireOurs } from "./migrations.ts";
import { GroupReads } from "./reader.ts";
import { serverKeyMethods } from "./server-key.ts";
import { sessionMethods } from "./sessions.ts";
import { takeSyncOut } from "./sync.ts";
import { tokenMethods } from "./tokens.ts";
import { asOpeningError, isBusy } from "./trouble.ts";
import { GroupCommit } from "./writer.ts";

export interface SqliteStoreOptions {
  /** Created, readable by its owner only, if it does not exist. */
  readonly file: string;
}

/**
 * Opens the database and brings its schema up to date.
 * Throws DatabaseRefused if it belongs to a newer version or to another program, or if a copy into it or a restore is
 * unfinished; StoreUnavailable if it cannot be used now.
 */
export async function openSqliteStore({ file }: SqliteStoreOptions): Promise<Store> {
  const connection = await openMigrated(file);
  try {
    return storeOn(connection, file);
  } catch (error) {
    connection.close();
    throw asOpeningError(error, file);
  }
}

/**
 * One connection reads and writes. A second one for reads would forget all pages that it has read whenever the first
 * commits; and a group of reads is over before a group of writes begins, so neither meets the other.
 */
function storeOn(connection: Connection, file: string): Store {
  // What a savepoint may have to restore would else be written to a temporary file, page by page. It is little, and the
  // steps of a migration, which may sort whole tables, are over.
  connection.execute("PRAGMA temp_store = MEMORY");
  const memory = new ClientMemory(connection);
  const reads = new GroupReads(connection, () => memory.begin());
  const log = takeSyncOut(connection, file);
  const writes = new GroupCommit(connection, {
    onBegin: () => memory.begin(),
    ...(log !== null && { sync: () => log.sync() }),
  });
  const readTables = prepareTables(connection, memory, "queries");
  const writeTables = prepareTables(connection, memory, "commands");
  // Reads the file itself, not only the connection's memory.
  const probe = connection.query<{ version: number }, []>(
    "SELECT user_version AS version FROM pragma_user_version",
  );

  const engine: Engine = {
    read: (query) => reads.read(() => query(readTables)),
    write: (command, urgency) => writes.write(() => command(writeTables), urgency),
    memory,
  };

  return {
    ...serverKeyMethods(engine),
    ...clientMethods(engine),
    ...accountMethods(engine),
    ...sessionMethods(engine),
    ...codeMethods(engine),
    ...deviceCodeMethods(engine),
    ...tokenMethods(engine),
    ...grantMethods(engine),
    ...housekeepingMethods(engine),
    requireRoom: () => writes.requireRoom(),
    async ping() {
      writes.requireWritable();
      await reads.read(() => probe.get());
    },
    async close() {
      await writes.close();
      reads.close();
      await log?.close();
      connection.close();
    },
  };
}

/** How often to try to open a database that another program is just opening or changing, and the pause between. */
const OPEN_ATTEMPTS = 50;
const OPEN_PAUSE_MILLIS = 20;

/** A connection that writes, to a database that is made or brought up to date if need be. */
export async function openMigrated(file: string, migration: MigrationOptions = {}): Promise<Connection> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      requireNoRestore(file);
      ensureDatabaseFile(file);
      const requireStillNone = requireNoRestoreMeanwhile(file);
      return openAndMigrate(file, migration, requireStillNone);
    } catch (error) {
      // The switch to WAL does not wait for locks by itself.
      if (!isBusy(error) || attempt >= OPEN_ATTEMPTS) throw asOpeningError(error, file);
    }
    await new Promise((resolve) => setTimeout(resolve, OPEN_PAUSE_MILLIS));
  }
}

function openAndMigrate(file: string, migration: MigrationOptions, check: () => void): Connection {
  const connection = openWriter(file, (opened) => requireOurs(opened, file));
  try {
    migrate(connection, file, migration);
    check();
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}
