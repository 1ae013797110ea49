/**
 * The store on an embedded SQLite database.
 *
 * It owns the database file, its connection and all SQL. It keeps the promises of the contract and knows no rule: it
 * derives tables from their declarations, and does not interpret commits.
 *
 * It must never resolve a commit before it is synced to disk, answer from a snapshot that is older than the call, or
 * let an error of one commit undo another.
 */
import type { Commit, Facts, Plan, Store } from "../contract.ts";
import type { Columns, RowOf, Table } from "../declare.ts";
import { SCHEMA, type Schema } from "../schema.ts";
import { Commits, STALE, StaleWithin } from "./commit.ts";
import { type Connection, ensureDatabaseFile, openWriter } from "./driver.ts";
import { diskFigures, requireNoRestore, requireNoRestoreMeanwhile } from "./files.ts";
import { expireRows, listRows } from "./list.ts";
import { Looks } from "./look.ts";
import { type MigrationOptions, migrate, requireOurs } from "./migrations.ts";
import { GroupReads } from "./reader.ts";
import { Reserve } from "./reserve.ts";
import { takeSyncOut } from "./sync.ts";
import { asOpeningError, isBusy, isOutOfRoom } from "./trouble.ts";
import { GroupCommit } from "./writer.ts";

export interface SqliteStoreOptions {
  /** Created, readable by its owner only, if it does not exist. */
  readonly file: string;
  readonly schema?: Schema;
}

/**
 * Opens the database and brings its schema up to date.
 * Throws DatabaseRefused if it belongs to a newer version or to another program, or if a copy or a restore is unfinished;
 * StoreUnavailable if it cannot be used now.
 */
export async function openSqliteStore({ file, schema = SCHEMA }: SqliteStoreOptions): Promise<Store> {
  const connection = await openMigrated(file, { schema });
  try {
    return storeOn(connection, file, schema);
  } catch (error) {
    connection.close();
    throw asOpeningError(error, file);
  }
}

/**
 * One connection reads and writes. A second one for reads would drop its cached pages at each commit of the first. A group
 * of reads ends before a group of writes begins, so they do not meet.
 */
function storeOn(connection: Connection, file: string, { tables }: Schema): Store {
  // Otherwise SQLite would write the undo data of savepoints to a temporary file. The data is small, and the steps of a
  // migration, which may sort whole tables, are over.
  connection.execute("PRAGMA temp_store = MEMORY");
  const looks = new Looks(connection);
  const reads = new GroupReads(connection, () => looks.forget());
  const log = takeSyncOut(connection, file);
  const reserve = new Reserve(file);
  const writes = new GroupCommit(connection, { reserve, ...(log !== null && { sync: () => log.sync() }) });
  const commits = new Commits(connection);
  // This reads the file itself, not only the connection's memory.
  const probe = connection.query<{ version: number }, []>(
    "SELECT user_version AS version FROM pragma_user_version",
  );
  const description = connection.query<{ version: string; bytes: number }, []>(
    "SELECT sqlite_version() AS version, page_count * page_size AS bytes FROM pragma_page_count(), pragma_page_size()",
  );

  return {
    look: <const Of extends Plan>(plan: Of, parameters: Readonly<Record<string, unknown>>) =>
      reads.read(() => looks.find(plan, parameters) as Facts<Of>),
    async commit(commit: Commit) {
      try {
        return await writes.write(() => commits.apply(commit), commit.urgent ? "ends_access" : "ordinary");
      } catch (error) {
        if (error instanceof StaleWithin) return STALE;
        throw error;
      }
    },
    list: <Declared extends Columns>(table: Table<Declared>, request: object) =>
      reads.read(
        () =>
          listRows(
            connection,
            table as unknown as Table,
            request as Parameters<typeof listRows>[2],
          ) as RowOf<Declared>[],
      ),
    expire: (expiries, limit) =>
      writes.write(() => expireRows(connection, tables, expiries, limit), "urgent"),
    requireRoom: () => writes.requireRoom(),
    async ping() {
      writes.requireWritable();
      await reads.read(() => probe.get());
    },
    keepReserve: async () => reserve.keep(),
    describe: () =>
      reads.read(() => {
        const { version = "", bytes = null } = description.get() ?? {};
        return { engine: "sqlite" as const, version, bytes, millis: null };
      }),
    figures: async () => ({
      lanes: [{ lane: "write", waiting: writes.waiting, connections: null }],
      disk: await diskFigures(file),
    }),
    async close() {
      await writes.close();
      reads.close();
      await log?.close();
      connection.close();
    },
  };
}

/** How often to try to open a database that another program is opening or changing, and the pause between. */
const OPEN_ATTEMPTS = 50;
const OPEN_PAUSE_MILLIS = 20;

/** Opens a connection that writes; makes the database or brings it up to date if needed. */
export async function openMigrated(file: string, migration: MigrationOptions = {}): Promise<Connection> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      requireNoRestore(file);
      ensureDatabaseFile(file);
      const requireStillNone = requireNoRestoreMeanwhile(file);
      return openAndMigrate(file, migration, requireStillNone);
    } catch (error) {
      // The first program to open the database makes its log, and may have come to end access.
      if (isOutOfRoom(error) && new Reserve(file).release()) continue;
      // SQLite does not wait for locks when it switches to WAL.
      if (!isBusy(error) || attempt >= OPEN_ATTEMPTS) throw asOpeningError(error, file);
    }
    await new Promise((resolve) => setTimeout(resolve, OPEN_PAUSE_MILLIS));
  }
}

function openAndMigrate(file: string, migration: MigrationOptions, check: () => void): Connection {
  const connection = openWriter(file, (opened) => requireOurs(opened, file, migration.schema));
  try {
    migrate(connection, file, migration);
    check();
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}
