/** The server on a database of each size, as something that takes turns with others under load. */
import type { Running } from "../contenders/contender.ts";
import { TESSERA_PATHS } from "../contenders/tessera.ts";
import type { Started } from "../measure.ts";
import { sendOnce, WORKLOADS, type Workload } from "../workloads.ts";
import { type GrownDatabase, serve } from "./database.ts";
import { contenderName, INTROSPECTION } from "./results.ts";

const whole = new Intl.NumberFormat("en");

export const sizeTitle = (tokens: number): string => `${whole.format(tokens)} tokens`;

export async function startOn(database: GrownDatabase): Promise<Started> {
  const { started } = await serve(database.folder);
  const running: Running = {
    urlOf: ({ endpoint }) => started.ready + TESSERA_PATHS[endpoint],
    processes: [started.pid],
    server: started.pid,
    // Of a small database each is asked for several times; the clients of it would, too.
    make: async (_kind, count) => Array.from({ length: count }, (_, index) => pick(database, index)),
    // Else the disk would be measured: whatever took the system's cache meanwhile, it holds the file now.
    prepareRound: () => readThrough(database.file),
    stop: started.stop,
  };
  const contender = {
    name: contenderName(database.tokens),
    title: sizeTitle(database.tokens),
    durability: "synced to disk before the answer",
    start: async () => running,
  };
  return { contender, running };
}

async function readThrough(file: string): Promise<void> {
  for await (const _ of Bun.file(file).stream());
}

/** A token of the sample, from the first on and from the beginning again. */
export function pick({ sample }: GrownDatabase, index: number): string {
  const text = sample[index % sample.length];
  if (text === undefined) throw new Error("There are no tokens.");
  return text;
}

export function workloadNamed(name: string): Workload {
  const found = WORKLOADS.find((workload) => workload.name === name);
  if (found === undefined) throw new Error(`There is no workload ${name}.`);
  return found;
}

const [INTROSPECTION_REQUEST] = workloadNamed(INTROSPECTION).requests;

/** Asks a server for one stored token. Throws if it is not active. */
export async function introspect(origin: string, token: string): Promise<void> {
  const { request } = INTROSPECTION_REQUEST;
  const response = await sendOnce(request, origin + TESSERA_PATHS[request.endpoint], token);
  const body = await response.text();
  if (response.status === request.expects.status && body.includes(request.expects.contains)) return;
  throw new Error(`A stored token is answered with ${response.status}: ${body}`);
}
