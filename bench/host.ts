/** What one has to know of the machine to judge the figures, and nothing that tells which machine it is. */
import { closeSync, fsyncSync, openSync, rmSync, statfsSync, writeSync } from "node:fs";
import { cpus, loadavg, totalmem } from "node:os";
import { join } from "node:path";
import { median } from "./statistics.ts";

export interface HostFacts {
  /** For a file name: `linux-x64-2-cores`. */
  readonly kind: string;
  readonly cores: number;
  readonly processor: string;
  readonly memoryGiB: number;
  readonly bun: string;
  readonly node: string;
  /** The median time of writing 4 KiB and syncing them, where the databases are. */
  readonly syncMicros: number;
  /** How many processes wanted a core in the minute before the run: the load average. Near 0 on a quiet machine. */
  readonly loadBefore: number;
}

const TMPFS = 0x0102_1994;
const SYNCS = 50;

export function describeHost(folder: string): HostFacts {
  const cores = cpus();
  const [major] = Bun.spawnSync(["node", "--version"]).stdout.toString().trim().split("\n");
  return {
    kind: `${process.platform}-${process.arch}-${cores.length}-cores`,
    cores: cores.length,
    processor: (cores[0]?.model ?? "unknown").trim(),
    memoryGiB: Math.round(totalmem() / 1024 ** 3),
    bun: Bun.version,
    node: (major ?? "").replace(/^v/, ""),
    syncMicros: Math.round(syncMicros(folder)),
    loadBefore: Number(loadavg()[0]?.toFixed(1)),
  };
}

/** Then something else takes a good part of a core. */
export const isBusy = ({ loadBefore }: HostFacts): boolean => loadBefore > 0.5;

/** In memory a sync costs nothing, so the databases would look faster than they are. */
export const isInMemory = (folder: string): boolean =>
  process.platform === "linux" && statfsSync(folder).type === TMPFS;

function syncMicros(folder: string): number {
  const file = join(folder, "sync");
  const descriptor = openSync(file, "w");
  const block = new Uint8Array(4096);
  const times = Array.from({ length: SYNCS }, () => {
    const begin = performance.now();
    writeSync(descriptor, block);
    fsyncSync(descriptor);
    return (performance.now() - begin) * 1000;
  });
  closeSync(descriptor);
  rmSync(file);
  return median(times);
}
