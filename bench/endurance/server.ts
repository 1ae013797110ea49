/** The server under endurance, on either engine, and its figures as seen from outside. */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { SQL } from "bun";
import { databaseFile } from "../../src/store/open.ts";
import { startDatabase } from "../contenders/postgres.ts";
import { serveTessera } from "../contenders/tessera.ts";
import { CONFIGURATION } from "./configuration.ts";
import type { LiveFacts } from "./probe.ts";

export interface DatabaseFacts {
  readonly databaseBytes: number;
  /** Null if the engine keeps one log for all databases. */
  readonly walBytes: number | null;
  /** Of all tables together. */
  readonly rows: number;
}

export interface Endured {
  readonly origin: string;
  readonly pid: number;
  /** The bytes of the JavaScript heap, garbage included. */
  heapBytes(): Promise<number>;
  /** Collects the garbage, and reports the memory in use. */
  live(): Promise<LiveFacts>;
  database(): Promise<DatabaseFacts>;
  /** The number of open files and connections; null if the system does not report it. */
  descriptors(): number | null;
  stop(): Promise<void>;
}

export interface Contender {
  readonly name: "sqlite" | "postgres";
  readonly title: string;
}

export const CONTENDERS: readonly Contender[] = [
  { name: "sqlite", title: "Tessera" },
  { name: "postgres", title: "Tessera on PostgreSQL" },
];

/** `folder`: its own folder, which need not exist yet. */
export async function startEndured({ name }: Contender, folder: string): Promise<Endured> {
  const postgres = name === "postgres" ? await startDatabase() : null;
  try {
    const { started, data } = await serveTessera(folder, {
      configuration: CONFIGURATION,
      preload: join(import.meta.dir, "probe.ts"),
      env: postgres === null ? {} : { DATABASE_URL: postgres.databaseUrl },
    });
    const database = await (postgres === null ? watchFile(data) : watchPostgres(postgres.databaseUrl));
    return {
      origin: started.ready,
      pid: started.pid,
      heapBytes: () => started.ask("heap"),
      live: () => started.ask("collect"),
      database: database.facts,
      descriptors: () =>
        process.platform === "linux" ? readdirSync(`/proc/${started.pid}/fd`).length : null,
      async stop() {
        await started.stop();
        await database.close();
        await postgres?.stop();
      },
    };
  } catch (error) {
    await postgres?.stop();
    throw error;
  }
}

interface DatabaseWindow {
  facts(): Promise<DatabaseFacts>;
  close(): Promise<void>;
}

const rowsOf = (tables: readonly { readonly name: string }[]): string =>
  tables.map(({ name }) => `(SELECT count(*) FROM ${name})`).join(" + ");

async function watchFile(data: string): Promise<DatabaseWindow> {
  const file = databaseFile({ data });
  const sql = new SQL({ adapter: "sqlite", filename: file, readonly: true });
  const tables = await sql`SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`;
  const facts = async () => {
    const [{ rows }] = await sql.unsafe(`SELECT ${rowsOf(tables)} AS rows`);
    const walBytes = statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0;
    return { databaseBytes: statSync(file).size, walBytes, rows: Number(rows) };
  };
  return { facts, close: () => sql.close() };
}

async function watchPostgres(url: string): Promise<DatabaseWindow> {
  const sql = new SQL({ url, max: 1, connection: { search_path: "tessera" } });
  const tables = await sql`SELECT tablename AS name FROM pg_tables WHERE schemaname = 'tessera'`;
  const facts = async () => {
    const size = "pg_database_size(current_database())::integer";
    const [{ bytes, rows }] = await sql.unsafe(
      `SELECT ${size} AS bytes, (${rowsOf(tables)})::integer AS rows`,
    );
    return { databaseBytes: bytes, walBytes: null, rows };
  };
  return { facts, close: () => sql.close() };
}
