/** A real PostgreSQL for tests, on a temporary folder that is removed afterwards. */

import { join } from "node:path";
import { SQL } from "bun";
import { openPostgresStore as openPostgres } from "../../../src/store/postgres/index.ts";
import { openPostgresStore } from "../acts.ts";
import type { OpenContract } from "../suite/contract/setting.ts";
import type { OpenedStore } from "../suite.ts";
import { type Cluster, newCluster } from "./cluster.ts";
import { installPrograms } from "./programs.ts";

export interface PostgresServer extends Pick<Cluster, "port" | "execute"> {
  /** An empty database of its own. */
  createDatabase(): Promise<string>;
  /** A database of its own that has the tables already, and nothing in them. It is copied, which is faster than to make the tables. */
  createPrepared(): Promise<string>;
  /** Opens a new, empty store, on a prepared database. */
  openStore(): Promise<OpenedStore>;
  /** Opens a store with the tables of the contract, on a database with a dictionary collation. */
  readonly openContract: OpenContract;
  /** Runs statements in a transaction that keeps its locks until it is released. Default: a rollback. */
  hold(url: string, sql: string): Promise<{ release(end?: "COMMIT"): Promise<void> }>;
  /** Resolves when this many connections to the database wait for locks. */
  blocked(url: string, count: number): Promise<void>;
  /** Ends it at once, as a crash does: it closes no connection in order and flushes nothing. */
  kill(): Promise<void>;
  /** Starts it again, with the same port and data. */
  start(): Promise<void>;
  /** Starts a replica. From then on this server acknowledges only what both have on disk. */
  startReplica(): Promise<PostgresReplica>;
  /** Ends it, with its replicas, and removes its files. */
  stop(): Promise<void>;
}

export interface PostgresReplica extends Pick<Cluster, "port" | "execute"> {
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Stops following the primary, and accepts writes. */
  promote(): Promise<void>;
}

/** `fsync`: tests that only restart the process need none, because the kernel still has the written data. */
export async function startPostgres({ fsync = false } = {}): Promise<PostgresServer> {
  const programs = installPrograms();
  const removeAtExit = () => programs.remove();
  process.on("exit", removeAtExit);
  const data = await programs.makeCluster();
  const settings = [
    `fsync=${fsync ? "on" : "off"}`,
    "max_connections=200",
    "deadlock_timeout=200ms",
    // In its own folder. Elsewhere a server that is killed leaves it behind.
    "dynamic_shared_memory_type=mmap",
    "log_min_messages=fatal",
  ];
  const cluster = await newCluster(programs, data, settings);
  const { port, execute, urlOf } = cluster;
  const replicas: Cluster[] = [];

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
  const version = async () => {
    const [row] = await execute("SELECT current_setting('server_version_num')::integer AS version");
    return Number(row?.version);
  };
  let databases = 0;
  let schemas = 0;
  const createFrom = async (template: string) => {
    databases += 1;
    const name = `tessera_${databases}`;
    await execute(`CREATE DATABASE ${name} TEMPLATE ${template}`);
    return urlOf(name);
  };
  const createDatabase = () => createFrom("template0");
  let prepared: Promise<string> | null = null;
  const prepare = async () => {
    const url = await createDatabase();
    const store = await openPostgresStore({ url });
    await store.close();
    // Copied as files, as earlier versions always do, and not through the log.
    const strategy = (await version()) >= 150_000 ? " STRATEGY file_copy" : "";
    return new URL(url).pathname.slice(1) + strategy;
  };
  const createPrepared = async () => {
    prepared ??= prepare();
    return createFrom(await prepared);
  };

  /** A database with a dictionary collation, if the server supports it: PostgreSQL 15 and later. */
  const createDictionary = async () => {
    if ((await version()) < 150_000) return createDatabase();
    databases += 1;
    const name = `tessera_${databases}`;
    const locale = "LOCALE_PROVIDER icu ICU_LOCALE 'en-US' LOCALE 'C'";
    await execute(`CREATE DATABASE ${name} TEMPLATE template0 ${locale}`);
    return urlOf(name);
  };
  let dictionary: Promise<string> | null = null;

  /** Copies the data while the server runs (PostgreSQL's manual, "Making a Base Backup Using the Low Level API"). */
  const copyData = async (target: string) => {
    const client = new SQL({ url: urlOf("postgres"), max: 1 });
    // The backup belongs to its connection.
    const connection = await client.reserve();
    // PostgreSQL 15 renamed the functions.
    const [begin, end] =
      (await version()) >= 150_000
        ? ["pg_backup_start('replica', true)", "pg_backup_stop(false)"]
        : ["pg_start_backup('replica', true, false)", "pg_stop_backup(false, false)"];
    await connection.unsafe(`SELECT ${begin}`);
    await programs.run("cp", "-Rp", `${data}/.`, target);
    await programs.run("rm", join(target, "postmaster.pid"), join(target, "postmaster.opts"));
    const [backup] = await connection.unsafe(`SELECT labelfile FROM ${end}`);
    programs.writeFile(join(target, "backup_label"), String(backup?.labelfile));
    programs.writeFile(join(target, "standby.signal"), "");
    connection.release();
    await client.close();
  };
  const startReplica = async () => {
    const name = `replica_${replicas.length + 1}`;
    const target = programs.makeFolder(name);
    await copyData(target);
    const source = `host=127.0.0.1 port=${port} user=tessera application_name=${name}`;
    const replica = await newCluster(programs, target, [...settings, `primary_conninfo=${source}`]);
    replicas.push(replica);
    await replica.start();
    await execute(`ALTER SYSTEM SET synchronous_standby_names = '${name}'`);
    await execute("SELECT pg_reload_conf()");
    await follows(name);
    return {
      port: replica.port,
      execute: replica.execute,
      kill: () => replica.end("SIGKILL"),
      start: replica.start,
      async promote() {
        await replica.execute("SELECT pg_promote()");
      },
    };
  };
  /** Resolves when the server waits for this replica before it acknowledges. */
  const follows = async (name: string) => {
    for (let attempt = 1; ; attempt += 1) {
      const rows = await execute(
        `SELECT 1 FROM pg_stat_replication WHERE application_name = '${name}' AND sync_state = 'sync'`,
      );
      if (rows.length > 0) return;
      if (attempt === 500) throw new Error(`${name} does not follow`);
      await Bun.sleep(10);
    }
  };

  await cluster.start();
  return {
    port,
    createDatabase,
    createPrepared,
    execute,
    hold,
    blocked,
    start: cluster.start,
    startReplica,
    async openStore() {
      const store = await openPostgresStore({ url: await createPrepared() });
      return { store, close: () => store.close() };
    },
    async openContract(declared) {
      dictionary ??= createDictionary();
      const url = await dictionary;
      schemas += 1;
      const options = { url, schema: `contract_${schemas}`, declared };
      const store = await openPostgres(options);
      return {
        store,
        another: () => openPostgres(options),
        execute: (sql) => execute(`SET search_path = ${options.schema}; ${sql}`, url),
        close: () => store.close(),
      };
    },
    kill: () => cluster.end("SIGKILL"),
    async stop() {
      process.off("exit", removeAtExit);
      // Immediately, because the data is removed anyway.
      await Promise.all([cluster, ...replicas].map((each) => each.end("SIGQUIT")));
      programs.remove();
    },
  };
}
