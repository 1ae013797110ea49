/**
 * The store on PostgreSQL 14 or later, for one server process or many.
 *
 * Owns a schema of the database, a pool of connections and all SQL. Each method is one statement and so one transaction
 * and one round trip; the database decides, as the rows may change between two looks. Of what it remembers (callers.ts)
 * nothing is believed that the database does not confirm in the statement that acts on it.
 *
 * It must never read in one statement and write in another on behalf of one decision, or hold a transaction open while
 * it waits for anything but the database.
 */
import { DatabaseRefused, type Store } from "../contract.ts";
import { accountMethods } from "./accounts.ts";
import { Callers } from "./callers.ts";
import { clientMethods } from "./clients.ts";
import { codeMethods } from "./codes.ts";
import { deviceCodeMethods } from "./device-codes.ts";
import { Database, type PoolOptions, Session } from "./driver.ts";
import { readDurability } from "./durability.ts";
import { grantMethods } from "./grants.ts";
import { housekeepingMethods } from "./housekeeping.ts";
import { migrate } from "./migrations.ts";
import { explainOpening } from "./opening.ts";
import { serverKeyMethods } from "./server-key.ts";
import { sessionMethods } from "./sessions.ts";
import { query, urgent } from "./statements.ts";
import { tokenMethods } from "./tokens.ts";

export type PostgresStoreOptions = Pick<PoolOptions, "url"> &
  Partial<PoolOptions> & {
    /** Whether to make the schema if there is none. Default: yes. */
    readonly create?: boolean;
    /** Is told what is wrong with the server but does not keep the store from working. */
    readonly warn?: (message: string) => void;
  };

const DEFAULTS: Omit<PoolOptions, "url"> = {
  schema: "tessera",
  connections: 10,
  connectMillis: 5000,
  statementMillis: 5000,
};

/** What is left to quote in a schema's name: nothing. */
const SCHEMA_NAME = /^[a-z_][a-z0-9_]{0,62}$/;

// A node that is busy is well: whoever balances the load must not take it away.
const PING = urgent(query("SELECT version FROM tessera_schema").with({}));

/**
 * Connects, and brings the schema up to date. Throws DatabaseRefused if it belongs to a newer version or to another
 * program, is an unfinished copy, or the options make no sense; StoreUnavailable if it cannot be used now.
 */
export async function openPostgresStore(options: PostgresStoreOptions): Promise<Store> {
  const database = new Database(await preparePostgres(options));
  const callers = new Callers();
  return {
    ...serverKeyMethods(database),
    ...clientMethods(database, callers),
    ...accountMethods(database),
    ...sessionMethods(database),
    ...codeMethods(database, callers),
    ...deviceCodeMethods(database, callers),
    ...tokenMethods(database, callers),
    ...grantMethods(database),
    ...housekeepingMethods(database),
    requireRoom: () => database.requireRoom(),
    async ping() {
      await database.first(PING, {});
    },
    close: () => database.close(),
  };
}

/**
 * What is done once, before the pool is opened: checks the options, brings the schema up to date, says what is wrong.
 * `mayBeUnfinished`: for the copy that goes on.
 */
export async function preparePostgres({
  create = true,
  mayBeUnfinished = false,
  warn = () => {},
  ...options
}: PostgresStoreOptions & { readonly mayBeUnfinished?: boolean }): Promise<PoolOptions> {
  const complete = { ...DEFAULTS, ...options };
  if (!isPostgresUrl(complete.url)) {
    // Not quoted: it may hold a password.
    throw new DatabaseRefused(
      "The database's URL is not of the form postgres://user:password@host:5432/database.",
    );
  }
  if (!SCHEMA_NAME.test(complete.schema)) {
    throw new DatabaseRefused(`"${complete.schema}" is no name for a schema: small letters, digits and _.`);
  }
  const session = new Session(complete);
  try {
    await migrate(session, { schema: complete.schema, create, mayBeUnfinished });
    const { synchronousCommit, warnings } = await readDurability(session);
    for (const warning of warnings) warn(warning);
    return { ...complete, synchronousCommit };
  } catch (error) {
    throw explainOpening(error, complete.url);
  } finally {
    await session.close();
  }
}

function isPostgresUrl(url: string): boolean {
  try {
    const { protocol, pathname } = new URL(url);
    decodeURIComponent(pathname);
    return protocol === "postgres:" || protocol === "postgresql:";
  } catch {
    return false;
  }
}
