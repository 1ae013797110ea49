/** The facts of the machine that affect the figures, and none that identifies the machine. */
import { closeSync, fsyncSync, openSync, rmSync, statfsSync, writeSync } from "node:fs";
import { cpus, loadavg, totalmem } from "node:os";
import { join } from "node:path";
import { median } from "./statistics.ts";

export interface HostFacts {
  readonly cores: number;
  readonly processor: string;
  readonly memoryGiB: number;
  readonly bun: string;
  readonly node: string;
  /** The median time to write 4 KiB and sync them, in the folder of the databases. */
  readonly syncMicros: number;
  /** The load average of the minute before the run: how many processes wanted a core. Near 0 on a quiet machine. */
  readonly loadBefore: number;
  /** Whether each contender had other cores than the load generator. */
  readonly isPinned: boolean;
}

const TMPFS = 0x0102_1994;
const SYNCS = 50;

/** `folder`: the folder of the databases. */
export function describeHost(folder: string, isPinned: boolean): HostFacts {
  const cores = cpus();
  return {
    cores: cores.length,
    processor: (cores[0]?.model ?? "unknown").trim(),
    memoryGiB: Math.round(totalmem() / 1024 ** 3),
    bun: Bun.version,
    node: Bun.spawnSync(["node", "--version"]).stdout.toString().trim().replace(/^v/, ""),
    syncMicros: Math.round(syncMicros(folder)),
    loadBefore: Number(loadavg()[0]?.toFixed(1)),
    isPinned,
  };
}

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
