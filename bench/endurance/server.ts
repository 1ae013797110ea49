/** The server under endurance, on either engine, and what can be seen of it from outside. */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { SQL } from "bun";
import { databaseFile } from "../../src/store/open.ts";
import { startDatabase } from "../contenders/postgres.ts";
import { type Serving, serveTessera } from "../contenders/tessera.ts";
import { CONFIGURATION } from "./configuration.ts";
import type { LiveFacts } from "./probe.ts";

export interface DatabaseFacts {
  readonly databaseBytes: number;
  /** Null where the engine keeps its log for all databases together. */
  readonly walBytes: number | null;
  /** Of all tables. */
  readonly rows: number;
}

export interface Endured {
  readonly origin: string;
  readonly pid: number;
  /** The bytes of the heap of JavaScript as it is, with what the next collection will free. */
  heapBytes(): Promise<number>;
  /** Collects what is not in use any more, and says what is. */
  live(): Promise<LiveFacts>;
  database(): Promise<DatabaseFacts>;
  /** How many files and connections the process has open; null where the system does not tell. */
  descriptors(): number | null;
  stop(): Promise<void>;
}

export interface Contender {
  readonly name: string;
  readonly title: string;
  start(folder: string): Promise<Endured>;
}

export const CONTENDERS: readonly Contender[] = [
  {
    name: "sqlite",
    title: "Tessera",
    async start(folder) {
      const serving = await serve(folder);
      const file = databaseFile(serving);
      const sql = new SQL({ adapter: "sqlite", filename: file, readonly: true });
      const tables =
        await sql`SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`;
      const text = `SELECT ${rowsOf(tables, "")} AS rows`;
      return endured(serving, {
        async facts() {
          const [{ rows }] = await sql.unsafe(text);
          const walBytes = statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0;
          return { databaseBytes: statSync(file).size, walBytes, rows: Number(rows) };
        },
        close: () => sql.close(),
      });
    },
  },
  {
    name: "postgres",
    title: "Tessera on PostgreSQL",
    async start(folder) {
      const { databaseUrl, stop } = await startDatabase();
      const sql = new SQL({ url: databaseUrl, max: 1 });
      const close = async () => {
        await sql.close();
        await stop();
      };
      try {
        const serving = await serve(folder, { DATABASE_URL: databaseUrl });
        const tables = await sql`SELECT tablename AS name FROM pg_tables WHERE schemaname = 'tessera'`;
        const size = "pg_database_size(current_database())";
        const text = `SELECT ${size}::integer AS bytes, (${rowsOf(tables, "tessera.")})::integer AS rows`;
        return endured(serving, {
          async facts() {
            const [{ bytes, rows }] = await sql.unsafe(text);
            return { databaseBytes: bytes, walBytes: null, rows };
          },
          close,
        });
      } catch (error) {
        await close();
        throw error;
      }
    },
  },
];

const serve = (folder: string, env: Readonly<Record<string, string>> = {}): Promise<Serving> =>
  serveTessera(folder, { configuration: CONFIGURATION, preload: join(import.meta.dir, "probe.ts"), env });

const rowsOf = (tables: readonly { readonly name: string }[], schema: string): string =>
  tables.map(({ name }) => `(SELECT count(*) FROM ${schema}${name})`).join(" + ");

interface DatabaseWindow {
  facts(): Promise<DatabaseFacts>;
  close(): Promise<void>;
}

const endured = ({ started }: Serving, database: DatabaseWindow): Endured => ({
  origin: started.ready,
  pid: started.pid,
  heapBytes: () => started.ask("heap"),
  live: () => started.ask("collect"),
  database: database.facts,
  descriptors: () => (process.platform === "linux" ? readdirSync(`/proc/${started.pid}/fd`).length : null),
  async stop() {
    await started.stop();
    await database.close();
  },
});
