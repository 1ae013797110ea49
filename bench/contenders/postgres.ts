/**
 * The limit of PostgreSQL: clients that only read and write rows like Tessera's, with prepared statements. No store on
 * PostgreSQL uses less processor time than the database does for that.
 */
import { join } from "node:path";
import { startPostgres } from "../../test/store/postgres/server.ts";
import { onCore } from "../cores.ts";
import type { LoadResult } from "../wrk.ts";
import type { Contender, Driven } from "./contender.ts";
import { type Started, startProcess } from "./process.ts";

/** The default of a server (`database.connections`). */
const CONNECTIONS = 10;

/** The job of the client's process (postgres-client.ts). */
export interface ClientJob {
  readonly url: string;
  readonly workload: string;
  readonly connections: number;
  readonly requests: number;
  readonly seconds: number;
}

export const postgres: Contender<Driven> = {
  name: "postgres",
  title: "PostgreSQL alone",
  durability: "synced by PostgreSQL before the answer",
  workloads: ["introspection", "client-credentials", "refresh"],
  async start(folder) {
    const { databaseUrl, pid, stop } = await startDatabase();
    // It runs until the next one starts, so that stopping it is not part of the measurement.
    let client: Started | null = null;
    const end = async () => client?.stop();
    return {
      processes: [pid],
      server: pid,
      async prepareLoad({ workload, seconds, requests, generator }) {
        const job: ClientJob = { url: databaseUrl, workload, connections: CONNECTIONS, requests, seconds };
        await end();
        const started = await startProcess({
          command: [
            ...onCore(generator),
            ...[process.execPath, join(import.meta.dir, "postgres-client.ts"), JSON.stringify(job)],
          ],
          folder,
          ready: /(ready)/,
          ipc: true,
        });
        client = started;
        return () => started.ask<LoadResult>("go");
      },
      async stop() {
        await end();
        await stop();
      },
    };
  },
};

/** A PostgreSQL with an empty database and default settings, so that it syncs before it acknowledges. */
export async function startDatabase(): Promise<{
  readonly databaseUrl: string;
  readonly pid: number;
  stop(): Promise<void>;
}> {
  const server = await startPostgres({ fsync: true });
  try {
    const databaseUrl = await server.createDatabase();
    const [row] = await server.execute("SELECT pg_read_file('postmaster.pid') AS text");
    return { databaseUrl, pid: Number.parseInt(String(row?.text), 10), stop: server.stop };
  } catch (error) {
    await server.stop();
    throw error;
  }
}
