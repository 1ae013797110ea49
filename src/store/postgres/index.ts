/**
 * The store on PostgreSQL 14 or later, for one server process or many.
 *
 * Owns a schema of the database, a pool of connections and all SQL. It knows how to keep the promises of the contract and
 * knows no rule. A look is one statement, and so is a commit without sweeps: one transaction and one round trip.
 *
 * It must never apply a change without its guards, or hold a transaction open while it waits for anything but the database.
 */
import { type Commit, DatabaseRefused, type Facts, type Plan, type Store } from "../contract.ts";
import type { Columns, RowOf, Table } from "../declare.ts";
import { SCHEMA, type Schema } from "../schema.ts";
import { findTopology, type Topology } from "./cluster.ts";
import { Commits } from "./commit.ts";
import { Database, type PoolOptions, type Query, Session } from "./driver.ts";
import { readDurability } from "./durability.ts";
import { expireRows, listRows } from "./list.ts";
import { Looks } from "./look.ts";
import { migrate } from "./migrations.ts";
import { explainOpening } from "./opening.ts";

export type PostgresStoreOptions = Pick<PoolOptions, "url"> &
  Partial<PoolOptions> & {
    /** Make the schema if there is none. Default: true. */
    readonly create?: boolean;
    /** The schema to make; for tests of upgrades. */
    readonly declared?: Schema;
    /** Receives faults of the server that do not keep the store from working. */
    readonly warn?: (message: string) => void;
  };

const DEFAULTS: Omit<PoolOptions, "url"> = {
  schema: "tessera",
  connections: 10,
  connectMillis: 5000,
  statementMillis: 5000,
};

/** Names that need no quotes in SQL. */
const SCHEMA_NAME = /^[a-z_][a-z0-9_]{0,62}$/;

// A node that is busy is healthy: a load balancer must not take it out of service.
const PING: Query = { sql: "SELECT version FROM schema_version", values: [], reads: true, urgent: true };

/** On a cluster the rows are on its workers, and the node that answers cannot tell how much they take. */
const describing = ({ isCluster }: Topology): Query => ({
  sql: `SELECT current_setting('server_version'), floor(extract(epoch FROM clock_timestamp()) * 1000)::float8, ${
    isCluster
      ? "NULL"
      : "(SELECT sum(pg_total_relation_size(oid))::float8 FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace)"
  }`,
  values: [],
  reads: true,
  urgent: true,
});

/**
 * Connects, and brings the schema up to date. Throws DatabaseRefused if the schema belongs to a newer version or to
 * another program, if it is an unfinished copy, or if the options are invalid; StoreUnavailable if the database cannot
 * be used now.
 */
export async function openPostgresStore(options: PostgresStoreOptions): Promise<Store> {
  const { topology, ...pool } = await preparePostgres(options);
  const database = new Database(pool);
  const { tables } = options.declared ?? SCHEMA;
  const looks = new Looks(database);
  const commits = new Commits(database, tables, topology.parting);
  return {
    look: async <const Of extends Plan>(plan: Of, parameters: Readonly<Record<string, unknown>>) =>
      (await looks.find(plan, parameters)) as Facts<Of>,
    commit: (commit: Commit) => commits.apply(commit),
    list: async <Declared extends Columns>(table: Table<Declared>, request: object) =>
      (await listRows(
        database,
        table as unknown as Table,
        request as Parameters<typeof listRows>[2],
      )) as RowOf<Declared>[],
    expire: (expiries, limit) => expireRows(database, topology, tables, expiries, limit),
    requireRoom: () => database.requireRoom(),
    async ping() {
      await database.run(PING);
    },
    // The disk is another machine's.
    keepReserve: async () => true,
    async describe() {
      const [found = []] = await database.run(describing(topology));
      const [version, millis, bytes] = found;
      return {
        engine: "postgresql" as const,
        version: String(version),
        bytes: bytes === null || bytes === undefined ? null : Number(bytes),
        millis: Number(millis),
      };
    },
    figures: async () => ({ lanes: database.lanes(), disk: null }),
    close: () => database.close(),
  };
}

/**
 * The steps before the pool opens: checks the options, brings the schema up to date, and reports faults of the server.
 * `mayBeUnfinished`: set by a copy that resumes.
 */
export async function preparePostgres({
  create = true,
  mayBeUnfinished = false,
  warn = () => {},
  declared = SCHEMA,
  ...options
}: PostgresStoreOptions & { readonly mayBeUnfinished?: boolean }): Promise<
  PoolOptions & { readonly topology: Topology }
> {
  const complete = { ...DEFAULTS, ...options };
  if (!isPostgresUrl(complete.url)) {
    // The message does not quote it: it may hold a password.
    throw new DatabaseRefused(
      "The database's URL is not of the form postgres://user:password@host:5432/database.",
    );
  }
  if (!SCHEMA_NAME.test(complete.schema)) {
    throw new DatabaseRefused(`"${complete.schema}" is no name for a schema: small letters, digits and _.`);
  }
  const session = new Session(complete);
  try {
    const topology = await findTopology(session);
    await migrate(session, { name: complete.schema, create, mayBeUnfinished, schema: declared, topology });
    const { synchronousCommit, warnings } = await readDurability(session);
    for (const warning of warnings) warn(warning);
    return { ...complete, synchronousCommit, topology };
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
