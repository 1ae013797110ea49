/** What is measured here: a real server process, the store behind it, and a load generator that belongs to it. */
import { join } from "node:path";
import { loadConfiguration } from "../../src/configuration/sources.ts";
import type { Store } from "../../src/store/contract.ts";
import { openStore } from "../../src/store/open.ts";
import type { Running } from "../contenders/contender.ts";
import { startProcess } from "../contenders/process.ts";
import { placesIn, startOnPostgres, startTessera } from "../contenders/tessera.ts";
import { CREDENTIAL, WORKLOADS, type Workload, wireText } from "../workloads.ts";
import type { LoadJob, LoadReport } from "./load.ts";

export type Engine = "sqlite" | "postgres";

interface EngineFacts {
  readonly name: Engine;
  readonly title: string;
  /** Of the rows that are asked for: to put a row into PostgreSQL, one by one, takes several times as long. */
  readonly share: number;
}

export const ENGINES: readonly EngineFacts[] = [
  { name: "sqlite", title: "the embedded database", share: 1 },
  { name: "postgres", title: "PostgreSQL on the same machine, with a fifth of the rows", share: 0.2 },
];

/** Besides `ada`. Whether the password is right is for the sign-ins to choose. */
export const PEOPLE = ["bob", "cyd", "dan"].map((username) => ({
  username,
  password: "correct horse battery staple",
}));

/** Limits that a single address would reach at once, and clean-up as often as it can be. All else has its default. */
const SETTINGS = `
[limits]
sign_in_failures_per_account = 1000000000
sign_in_failures_per_address = 1000000000
clean_up_interval_seconds = 1
${PEOPLE.map(({ username, password }) => `\n[[people]]\nusername = "${username}"\npassword = "${password}"\n`).join("")}`;

export interface Subject {
  readonly engine: Engine;
  readonly folder: string;
  readonly running: Running;
  /** The server's store, opened once more by this process. */
  readonly store: Store;
  /** Of the server, without a path. */
  readonly origin: string;
  load(job: LoadJob): Promise<LoadReport>;
  stop(): Promise<void>;
}

export async function startSubject(engine: Engine, folder: string): Promise<Subject> {
  const env: Record<string, string> = {};
  let running: Running;
  if (engine === "postgres") {
    const started = await startOnPostgres(folder, { settings: SETTINGS });
    env.DATABASE_URL = started.databaseUrl;
    running = started;
  } else running = await startTessera(folder, { settings: SETTINGS });
  const { file, data } = placesIn(folder);
  const store = await openStore(loadConfiguration({ file, env, flags: { data } }), { create: false });
  const generator = await startProcess({
    command: [process.execPath, join(import.meta.dir, "generator.ts")],
    folder,
    ready: /(ready) for load/,
    ipc: true,
  });
  return {
    engine,
    folder,
    running,
    store,
    origin: originOf(running),
    async load(job) {
      const { report, error } = (await generator.ask(job)) as { report?: LoadReport; error?: string };
      if (report === undefined) throw new Error(`The load generator failed: ${error}`);
      return report;
    },
    async stop() {
      await store.close();
      await generator.stop();
      await running.stop();
    },
  };
}

function originOf(running: Running): string {
  const [workload] = WORKLOADS;
  if (workload === undefined) throw new Error("There are no workloads.");
  return new URL(running.urlOf(workload.requests[0].request, workload)).origin;
}

type Target = Pick<LoadJob, "hostname" | "port" | "before" | "after" | "credentials" | "use">;

/** The workload as the generator sends it. */
export function targetOf({ running }: Subject, workload: Workload, credentials: readonly string[]): Target {
  const { request } = workload.requests[0];
  const url = running.urlOf(request, workload);
  const { hostname, port } = new URL(url);
  const [before = "", after = ""] = wireText(request, url, credentials[0]?.length ?? 0).split(CREDENTIAL);
  return {
    hostname,
    port: Number(port),
    before,
    after,
    credentials,
    use: request.credential?.use === "once" ? "renewed" : "again",
  };
}
