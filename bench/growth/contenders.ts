/** The server on a database of each size: under load in turn with others, and in repeated starts. */
import type { Running } from "../contenders/contender.ts";
import { TESSERA_PATHS } from "../contenders/tessera.ts";
import { checkAnswer, type Started } from "../measure.ts";
import { whole } from "../report/table.ts";
import { usageOf } from "../usage.ts";
import { workloadNamed } from "../workloads.ts";
import { type GrownDatabase, serve } from "./database.ts";
import { contenderName, INTROSPECTION, type StartRound } from "./results.ts";

/** A server is idle for this long before its memory is read. */
const IDLE_MILLIS = 500;

export const sizeTitle = (tokens: number): string => `${whole.format(tokens)} tokens`;

const urlsOf = (origin: string): Pick<Running, "urlOf"> => ({
  urlOf: ({ endpoint }) => origin + TESSERA_PATHS[endpoint],
});

/** The contender that takes turns with those of other sizes. */
export async function serveUnderLoad(database: GrownDatabase): Promise<Started> {
  const { started } = await serve(database.folder);
  const running: Running = {
    ...urlsOf(started.ready),
    processes: [started.pid],
    server: started.pid,
    // With a small database, each token is used several times, as its clients would do.
    make: async (_kind, count) => Array.from({ length: count }, (_, index) => pick(database, index)),
    // Reads the file into the system's cache, because otherwise the run would measure the disk.
    prepareRound: () => readThrough(database.file),
    stop: started.stop,
  };
  return { contender: { name: contenderName(database.tokens) }, running };
}

async function readThrough(file: string): Promise<void> {
  for await (const _ of Bun.file(file).stream());
}

/** Starts the server once on a database. `round` chooses the token to ask about. */
export async function startOnce(database: GrownDatabase, round: number): Promise<StartRound> {
  const begunAt = performance.now();
  const { started } = await serve(database.folder);
  try {
    await introspect(started.ready, pick(database, round * 7919));
    const millis = performance.now() - begunAt;
    await Bun.sleep(IDLE_MILLIS);
    return { millis, residentMiB: usageOf([started.pid]).residentBytes / 1024 ** 2 };
  } finally {
    await started.stop();
  }
}

/** A token of the sample, cyclically. */
export function pick({ sample }: GrownDatabase, index: number): string {
  const text = sample[index % sample.length];
  if (text === undefined) throw new Error("There are no tokens.");
  return text;
}

/** Introspects one stored token. Throws if it is not active. */
export async function introspect(origin: string, token: string): Promise<void> {
  const workload = workloadNamed(INTROSPECTION);
  await checkAnswer("The server", urlsOf(origin), workload, workload.requests[0].request, token);
}
