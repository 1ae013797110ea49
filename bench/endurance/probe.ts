/** The server's process loads this before the program. It reports over IPC what only the process itself can measure. */
import { heapStats } from "bun:jsc";

/** The memory in use after a garbage collection. */
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
// The process may end although questions could still come.
process.channel?.unref();
