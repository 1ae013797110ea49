/** The server under endurance, on either engine, and what can be seen of it from outside. */
import { Database } from "bun:sqlite";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { SQL } from "bun";
import { databaseFile } from "../../src/store/open.ts";
import { startPostgres } from "../../test/store/postgres/server.ts";
import { type Serving, serveTessera } from "../contenders/tessera.ts";
import { CONFIGURATION } from "./configuration.ts";
import type { HeapFacts, LiveFacts } from "./probe.ts";

export interface DatabaseFacts {
  readonly databaseBytes: number;
  /** Null where the engine keeps its log for all databases together. */
  readonly walBytes: number | null;
  /** How many rows each table has. */
  readonly rows: Readonly<Record<string, number>>;
}

export interface Endured {
  readonly origin: string;
  readonly pid: number;
  heap(): Promise<HeapFacts>;
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

const PROBE = join(import.meta.dir, "probe.ts");

export const CONTENDERS: readonly Contender[] = [
  {
    name: "sqlite",
    title: "Tessera",
    async start(folder) {
      const serving = await serveTessera(folder, { configuration: CONFIGURATION, preload: PROBE });
      const file = databaseFile(serving);
      const database = new Database(file, { readonly: true });
      const tables = tableNames(database.query("SELECT name FROM sqlite_master WHERE type = 'table'").all());
      return endured(serving, {
        async facts() {
          const rows = tables.map((name): [string, number] => [
            name,
            numberIn(database.query(`SELECT count(*) AS count FROM ${name}`).get(), "count"),
          ]);
          return {
            databaseBytes: statSync(file).size,
            walBytes: existsSync(`${file}-wal`) ? statSync(`${file}-wal`).size : 0,
            rows: Object.fromEntries(rows),
          };
        },
        close: async () => database.close(),
      });
    },
  },
  {
    name: "postgres",
    title: "Tessera on PostgreSQL",
    async start(folder) {
      const postgres = await startPostgres({ fsync: true });
      const url = await postgres.createDatabase();
      const sql = new SQL({ url, max: 1 });
      const close = async () => {
        await sql.close();
        await postgres.stop();
      };
      try {
        const env = { DATABASE_URL: url };
        const serving = await serveTessera(folder, { configuration: CONFIGURATION, preload: PROBE, env });
        const tables = tableNames(
          await sql`SELECT tablename AS name FROM pg_tables WHERE schemaname = 'tessera'`,
        );
        const counts = tables.map((name) => `(SELECT count(*) FROM tessera.${name})::integer AS ${name}`);
        const text = `SELECT pg_database_size(current_database())::integer AS size, ${counts.join(", ")}`;
        return endured(serving, {
          async facts() {
            const [row] = await sql.unsafe(text);
            const { size, ...rows }: Record<string, unknown> = row;
            return {
              databaseBytes: Number(size),
              walBytes: null,
              rows: Object.fromEntries(Object.entries(rows).map(([name, count]) => [name, Number(count)])),
            };
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

interface DatabaseWindow {
  facts(): Promise<DatabaseFacts>;
  close(): Promise<void>;
}

function endured({ started }: Serving, database: DatabaseWindow): Endured {
  return {
    origin: started.ready,
    pid: started.pid,
    heap: () => started.ask("heap") as Promise<HeapFacts>,
    live: () => started.ask("collect") as Promise<LiveFacts>,
    database: database.facts,
    descriptors: () => (process.platform === "linux" ? readdirSync(`/proc/${started.pid}/fd`).length : null),
    async stop() {
      await started.stop();
      await database.close();
    },
  };
}

const tableNames = (rows: readonly unknown[]): string[] =>
  rows.map((row) => String(Object(row).name)).filter((name) => !name.startsWith("sqlite_"));

const numberIn = (row: unknown, name: string): number => Number(Object(row)[name]);
