/** Loaded into the server's process before it starts: it says over IPC what only the process itself knows. */
import { heapStats } from "bun:jsc";

/** After a collection: what is still in use. */
export interface LiveFacts {
  readonly heapBytes: number;
  readonly objects: number;
}

function live(): LiveFacts {
  Bun.gc(true);
  const { heapSize, objectCount } = heapStats();
  return { heapBytes: heapSize, objects: objectCount };
}

process.on("message", (question) => {
  process.send?.(question === "collect" ? live() : process.memoryUsage().heapUsed);
});
// The process ends though questions could still come.
process.channel?.unref();
