/**
 * Four real server processes on one database. On PostgreSQL: four nodes, each with its own port and data folder. On
 * SQLite: one server with four workers, which share the port and the file. The test has the same store open, and stores
 * there what the requests race for.
 */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "smol-toml";
import type { ConfigurationInput } from "../../../src/configuration/schema.ts";
import { openPostgresStore as openPostgres } from "../../../src/store/postgres/index.ts";
import { type ActingStore, acting, openPostgresStore, openSqliteStore } from "../../store/acts.ts";
import { citusAt } from "../../store/postgres/citus.ts";
import { patient } from "../../store/postgres/patient.ts";
import { startPostgres } from "../../store/postgres/server.ts";
import { ASKING_CLIENTS } from "../../support/backchannel.ts";
import { STRICT_SIGNING } from "../../support/kept-tokens.ts";
import { TEST_CONFIGURATION } from "../../support/server.ts";

export const PROCESSES = 4;

export interface Cluster {
  /** The engine's name. */
  readonly name: string;
  /** The port of each process; ports may be the same. */
  readonly ports: readonly number[];
  readonly store: ActingStore;
  /** Runs `tessera` on the same database in a separate process. Resolves to its exit code. */
  command(...args: readonly string[]): Promise<number>;
}

export interface RunningCluster extends Cluster {
  /** Ends the processes and removes their files. */
  stop(): Promise<void>;
}

/** Starts clusters, each on a database of its own. */
export interface Engine {
  startCluster(lifetimes?: ConfigurationInput["lifetimes"]): Promise<RunningCluster>;
  stop(): Promise<void>;
}

export type StartEngine = () => Promise<Engine>;

export const startSqliteEngine: StartEngine = async () => ({
  startCluster: (lifetimes) =>
    assemble("SQLite", lifetimes, async (folder, own) => {
      const data = join(folder, "data");
      const port = await own(startServer(folder, ["--data", data, "--workers", String(PROCESSES)], {}));
      const store = await openSqliteStore({ file: join(data, "tessera.db") });
      return { ports: Array(PROCESSES).fill(port), store, flags: ["--data", data], env: {} };
    }),
  stop: async () => {},
});

export const startPostgresEngine: StartEngine = async () => {
  const postgres = await startPostgres();
  return {
    startCluster: (lifetimes) =>
      assemble("PostgreSQL", lifetimes, async (folder, own) => {
        const env = { DATABASE_URL: await postgres.createDatabase() };
        // All at once, on an empty database.
        const nodes = Array.from({ length: PROCESSES }, (_, index) =>
          own(startServer(folder, ["--data", join(folder, `node-${index}`)], env)),
        );
        const ports = await Promise.all(nodes);
        const store = await openPostgresStore({ url: env.DATABASE_URL });
        return { ports, store, flags: [], env };
      }),
    stop: () => postgres.stop(),
  };
};

/** Four nodes on a cluster of Citus, with a schema for each start. */
export const startCitusEngine =
  (url: string): StartEngine =>
  async () => {
    const citus = citusAt(url);
    return {
      startCluster(lifetimes) {
        const { schema, remove } = citus.newSchema();
        return assemble(
          "Citus",
          lifetimes,
          async (folder, own) => {
            // All at once: one makes the tables.
            const nodes = Array.from({ length: PROCESSES }, (_, index) =>
              own(startServer(folder, ["--data", join(folder, `node-${index}`)], { DATABASE_URL: url })),
            );
            const ports = await Promise.all(nodes);
            const store = acting(patient(await openPostgres({ url, schema, statementMillis: 20_000 })));
            return { ports, store, flags: [], env: { DATABASE_URL: url }, remove };
          },
          { schema },
        );
      },
      stop: async () => {},
    };
  };

interface Started {
  readonly ports: readonly number[];
  readonly store: ActingStore;
  readonly flags: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Removes the data that no folder holds. */
  remove?(): Promise<void>;
}

type Own = (server: ServerProcess) => Promise<number>;

/** Starts the parts. If one fails, stops all processes and removes all files. */
async function assemble(
  name: string,
  lifetimes: ConfigurationInput["lifetimes"],
  start: (folder: string, own: Own) => Promise<Started>,
  database: ConfigurationInput["database"] = {},
): Promise<RunningCluster> {
  const folder = mkdtempSync(join(tmpdir(), "tessera-race-"));
  writeFileSync(join(folder, "tessera.toml"), stringify({ ...configurationWith(lifetimes), database }));
  const servers: ServerProcess[] = [];
  const removeFolder = () => rmSync(folder, { recursive: true, force: true });
  const forgetEnd = atEnd(() => {
    for (const server of servers) server.kill();
    removeFolder();
  });
  const clear = async () => {
    await Promise.all(servers.map((server) => server.stop()));
    removeFolder();
    forgetEnd();
  };
  try {
    const { ports, store, flags, env, remove } = await start(folder, (server) => {
      servers.push(server);
      return server.port;
    });
    return {
      name,
      ports,
      store,
      command: (...args) => spawnTessera(folder, [...args, ...flags], env, "ignore").exited,
      async stop() {
        await store.close();
        await clear();
        await remove?.();
      },
    };
  } catch (error) {
    await clear();
    throw error;
  }
}

/** Calls `clear` if the tests end early, also by a signal: otherwise the servers would run on. */
function atEnd(clear: () => void): () => void {
  const end = () => process.exit(1);
  process.on("exit", clear);
  for (const signal of SIGNALS) process.on(signal, end);
  return () => {
    process.off("exit", clear);
    for (const signal of SIGNALS) process.off(signal, end);
  };
}
const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/** The configuration of all tests: one issuer as behind a proxy, and limits that no test reaches. */
const configurationWith = (lifetimes: ConfigurationInput["lifetimes"] = {}) => ({
  ...TEST_CONFIGURATION,
  clients: ASKING_CLIENTS,
  signing: STRICT_SIGNING,
  log: { level: "warn" },
  lifetimes: { refresh_retry_window_seconds: 600, ...lifetimes },
  registration: { client_credentials_scope: ["mail.read", "mail.send", "files"] },
  limits: {
    connection_idle_seconds: 255,
    device_requests_per_address: 1_000_000,
    backchannel_requests_per_client: 1_000_000,
    unknown_people_per_client: 1_000_000,
    client_secret_failures_per_address: 1_000_000,
    registrations_per_address: 1_000_000,
    password_checks_waiting: 1000,
  },
});

interface ServerProcess {
  /** Its port, once it listens. Rejects with its output if it ends before. */
  readonly port: Promise<number>;
  stop(): Promise<void>;
  /** Ends it without waiting. */
  kill(): void;
}

/** The test's environment is not passed on, because it may contain settings. */
const spawnTessera = (
  folder: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  output: "pipe" | "ignore",
) =>
  Bun.spawn(
    [process.execPath, join(import.meta.dir, "../../../src/main.ts"), ...args, "--config", "tessera.toml"],
    {
      cwd: folder,
      env: { PATH: process.env.PATH ?? "", HOME: folder, ...env },
      stdin: "ignore",
      stdout: output,
      stderr: output,
    },
  );

const STOP_MILLIS = 10_000;

function startServer(
  folder: string,
  flags: readonly string[],
  env: Readonly<Record<string, string>>,
): ServerProcess {
  const child = spawnTessera(folder, ["serve", "--host", "127.0.0.1", "--port", "0", ...flags], env, "pipe");
  const port = Promise.withResolvers<number>();
  let said = "";
  const collect = async (stream: ReadableStream<Uint8Array> | undefined) => {
    for await (const bytes of stream ?? []) {
      said += Buffer.from(bytes).toString();
      const found = /listening on http:\/\/127\.0\.0\.1:(\d+)/.exec(said)?.[1];
      if (found !== undefined) port.resolve(Number(found));
    }
  };
  const ended = Promise.all([collect(child.stdout), collect(child.stderr), child.exited]).then(() =>
    port.reject(new Error(`A server ended: ${said}`)),
  );
  port.promise.catch(() => {});
  return {
    port: port.promise,
    async stop() {
      child.kill("SIGTERM");
      const deadline = setTimeout(() => child.kill("SIGKILL"), STOP_MILLIS);
      await ended;
      clearTimeout(deadline);
    },
    kill: () => child.kill("SIGKILL"),
  };
}
