/** Starting the server again and again, on each size in turn. */
import { usageOf } from "../usage.ts";
import { introspect, pick } from "./contenders.ts";
import { type GrownDatabase, serve } from "./database.ts";
import type { StartRound } from "./results.ts";

/** How long a server is left alone before its memory is looked at. */
const IDLE_MILLIS = 500;

/** Starts the server once on a database. Round 0 is a warm-up: its figures count for nothing. */
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
