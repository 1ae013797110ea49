/** Opens the engine that the configuration names, for the server and for every command. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Configuration } from "../configuration/schema.ts";
import { DatabaseRefused, type Store } from "./contract.ts";
import type { PostgresStoreOptions } from "./postgres/index.ts";
import { requireNoRestore } from "./sqlite/files.ts";
import { openSqliteStore } from "./sqlite/index.ts";

type StoreConfiguration = Pick<Configuration, "data" | "database">;

/** Whether the database is embedded in the data folder, and not shared with other nodes. */
export const isEmbedded = ({ database }: Pick<Configuration, "database">): boolean =>
  database.url === undefined;

/** The file of the embedded database. */
export const databaseFile = ({ data }: Pick<Configuration, "data">): string => join(data, "tessera.db");

/** The place of the data, without a password, for people to read. */
export function databaseName({ data, database }: StoreConfiguration): string {
  if (database.url === undefined) return databaseFile({ data });
  const { host, pathname } = new URL(database.url);
  return `PostgreSQL at ${host}${decodeURIComponent(pathname)}, schema ${database.schema}`;
}

/** How to reach the PostgreSQL database; null if none is configured. */
export function postgresOptions({ database }: Pick<Configuration, "database">): PostgresStoreOptions | null {
  const { url, schema, connections, connect_timeout_seconds, statement_timeout_seconds } = database;
  if (url === undefined) return null;
  return {
    url,
    schema,
    connections,
    connectMillis: connect_timeout_seconds * 1000,
    statementMillis: statement_timeout_seconds * 1000,
  };
}

interface OpenOptions {
  readonly create?: boolean;
  /** Receives faults of the database that do not keep the store from working. */
  readonly warn?: (message: string) => void;
}

/** Throws DatabaseRefused if there is no embedded database, or a restore of it is unfinished. */
export function requireDatabase({ data }: Pick<Configuration, "data">): void {
  const file = databaseFile({ data });
  requireNoRestore(file);
  if (existsSync(file)) return;
  throw new DatabaseRefused(
    `There is no Tessera database in ${data}. Name the right folder with --data, or start the server once: tessera serve.`,
  );
}

/**
 * Opens the store and brings its schema up to date. Throws DatabaseRefused if this program cannot use the database, or if
 * it does not exist and `create` is false; StoreUnavailable if it cannot be used now.
 */
export async function openStore(
  configuration: StoreConfiguration,
  { create = true, warn = () => {} }: OpenOptions = {},
): Promise<Store> {
  const postgres = postgresOptions(configuration);
  if (postgres !== null) {
    // Loaded only if needed: with the runtime's PostgreSQL client it takes as long to load as the embedded store.
    const { openPostgresStore } = await import("./postgres/index.ts");
    return openPostgresStore({ ...postgres, create, warn });
  }
  if (!create) requireDatabase(configuration);
  return openSqliteStore({ file: databaseFile(configuration) });
}
