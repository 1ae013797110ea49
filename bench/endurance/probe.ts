/** Loaded into the server's process before it starts: it says over IPC what only the process itself knows. */
import { heapStats } from "bun:jsc";

export interface HeapFacts {
  /** The heap of JavaScript as it is, with what the next collection will free. */
  readonly heapBytes: number;
  /** Memory that belongs to its objects and lies outside of it. */
  readonly externalBytes: number;
}

export interface LiveFacts {
  /** After a collection: what is still in use. */
  readonly heapBytes: number;
  readonly objects: number;
  /** How many there are of each kind, the most frequent ones. */
  readonly kinds: Readonly<Record<string, number>>;
}

const KINDS = 40;

function live(): LiveFacts {
  Bun.gc(true);
  const { heapSize, objectCount, objectTypeCounts } = heapStats();
  const kinds = Object.entries(objectTypeCounts).sort(([, one], [, other]) => other - one);
  return { heapBytes: heapSize, objects: objectCount, kinds: Object.fromEntries(kinds.slice(0, KINDS)) };
}

function current(): HeapFacts {
  const { heapUsed, external } = process.memoryUsage();
  return { heapBytes: heapUsed, externalBytes: external };
}

process.on("message", (question) => {
  process.send?.(question === "collect" ? live() : current());
});
// Nobody stays for the sake of questions.
process.channel?.unref();
