/** The subject of the measurement: a real server process, its store, and a load generator for it. */

import { join } from "node:path";
import { loadConfiguration } from "../../src/configuration/sources.ts";
import type { Store } from "../../src/store/contract.ts";
import { openStore } from "../../src/store/open.ts";
import type { Running } from "../contenders/contender.ts";
import { startProcess } from "../contenders/process.ts";
import { placesIn, startOnPostgres, startTessera } from "../contenders/tessera.ts";
import { onCore, startOn } from "../cores.ts";
import type { Setting } from "../run.ts";
import { CREDENTIAL, type Workload, wireText, workloadNamed } from "../workloads.ts";
import type { LoadJob, LoadReport } from "./generate.ts";

export type Engine = "sqlite" | "postgres";

interface EngineFacts {
  readonly name: Engine;
  readonly title: string;
  /** The share of the requested rows that is stored: inserts into PostgreSQL take several times as long. */
  readonly share: number;
}

export const ENGINES: readonly EngineFacts[] = [
  { name: "sqlite", title: "the embedded database", share: 1 },
  { name: "postgres", title: "PostgreSQL on the same machine, with a fifth of the rows", share: 0.2 },
];

/** People besides `ada`. The sign-ins choose a right or a wrong password. */
export const PEOPLE = ["bob", "cyd", "dan"].map((username) => ({
  username,
  password: "correct horse battery staple",
}));

/**
 * Limits that a single address would otherwise reach at once, and the most frequent clean-up. Other settings have their
 * defaults.
 */
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
  /** The server's store, opened a second time by this process. */
  readonly store: Store;
  /** The server's origin, without a path. */
  readonly origin: string;
  load(job: LoadJob): Promise<LoadReport>;
  stop(): Promise<void>;
}

/** The server with its database on one core, the load generator on another. */
export async function startSubject(engine: Engine, { folder: all, cores }: Setting): Promise<Subject> {
  const folder = join(all, engine);
  const env: Record<string, string> = {};
  const running = await startOn(cores.forContender(1), async (): Promise<Running> => {
    if (engine === "sqlite") return startTessera(folder, { settings: SETTINGS });
    const started = await startOnPostgres(folder, { settings: SETTINGS });
    env.DATABASE_URL = started.databaseUrl;
    return started;
  });
  const { file, data } = placesIn(folder);
  const store = await openStore(loadConfiguration({ file, env, flags: { data } }), { create: false });
  const generator = await startProcess({
    command: [...onCore(cores.generator), process.execPath, join(import.meta.dir, "generate.ts")],
    folder,
    ready: /(ready) for load/,
    ipc: true,
  });
  const introspection = workloadNamed("introspection");
  return {
    engine,
    folder,
    running,
    store,
    origin: new URL(running.urlOf(introspection.requests[0].request, introspection)).origin,
    async load(job) {
      const { report, error } = await generator.ask<{ report?: LoadReport; error?: string }>(job);
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

type Target = Pick<LoadJob, "origin" | "before" | "after" | "credentials" | "use">;

/** The workload in the generator's form. */
export function targetOf(
  { running, origin }: Subject,
  workload: Workload,
  credentials: readonly string[],
): Target {
  const { request } = workload.requests[0];
  const url = running.urlOf(request, workload);
  const [before = "", after = ""] = wireText(request, url, credentials[0]?.length ?? 0).split(CREDENTIAL);
  return {
    origin,
    before,
    after,
    credentials,
    use: request.credential?.use === "once" ? "renewed" : "again",
  };
}
