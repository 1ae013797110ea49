/** One PostgreSQL process on a data folder: it can be started, killed, and started again on the same port and data. */
import { createServer } from "node:net";
import { SQL, type Subprocess } from "bun";
import type { Programs } from "./programs.ts";

export interface Cluster {
  readonly port: number;
  urlOf(database: string): string;
  /** Runs statements as an administrator, on `url` or on the server's own database. */
  execute(sql: string, url?: string): Promise<Record<string, unknown>[]>;
  /** Resolves when the server answers. */
  start(): Promise<void>;
  /** Resolves when the process has ended. SIGKILL ends it as a crash does: it closes and flushes nothing. */
  end(signal: NodeJS.Signals): Promise<void>;
}

/** Settings are `name=value`, as `postgres -c` takes them. */
export async function newCluster(
  programs: Programs,
  data: string,
  settings: readonly string[],
): Promise<Cluster> {
  const port = await freePort();
  const options = ["listen_addresses=127.0.0.1", "unix_socket_directories=", ...settings];
  let running: Subprocess | null = null;
  // The process must not outlive the tests, however they end.
  const killAtExit = () => running?.kill("SIGKILL");
  const urlOf = (database: string) => `postgres://tessera@127.0.0.1:${port}/${database}`;
  const execute: Cluster["execute"] = async (sql, url = urlOf("postgres")) => {
    const client = new SQL({ url, max: 1, connectionTimeout: 5 });
    try {
      return [...(await client.unsafe(sql).simple())];
    } finally {
      await client.close();
    }
  };
  return {
    port,
    urlOf,
    execute,
    async start() {
      process.on("exit", killAtExit);
      const giveUpAt = Date.now() + 20_000;
      for (;;) {
        // After a crash the first attempts may find processes of the previous start, and end.
        if (running === null || running.exitCode !== null) {
          running = programs.start(
            "postgres",
            "-D",
            data,
            "-p",
            String(port),
            ...options.flatMap((option) => ["-c", option]),
          );
        }
        try {
          await execute("SELECT 1");
          return;
        } catch (error) {
          if (Date.now() > giveUpAt) throw error;
          await Bun.sleep(20);
        }
      }
    },
    async end(signal) {
      process.off("exit", killAtExit);
      running?.kill(signal);
      await running?.exited;
      running = null;
    },
  };
}

const freePort = () =>
  new Promise<number>((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
