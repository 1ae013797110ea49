/** Measures how many cores other programs take while the benchmark runs. */
import { readFileSync } from "node:fs";
import { listProcesses, sumUsage } from "./usage.ts";

/** Running totals, in seconds of processor time. */
export interface Moment {
  readonly atMillis: number;
  /** Of all processes, with the time that the hypervisor took ("steal"). */
  readonly taken: number;
  /** Of this run: its processes, and the kernel's threads, which write to the disk for it. */
  readonly own: number;
}

/** If others take more cores than this, the figures mean little. */
export const MOST_TAKEN_CORES = 0.1;

export const isDisturbed = (takenCores: number | null): boolean => (takenCores ?? 0) > MOST_TAKEN_CORES;

const KERNEL_THREADS = 2;
const LOOK_MILLIS = 500;
/** The longest wait for one quiet moment, so that patience is left for the others. */
const MOST_AT_ONCE_MILLIS = 15_000;

/** Null if the system does not report it. */
export function look(): Moment | null {
  if (process.platform !== "linux") return null;
  const taken = parseTaken(readFileSync("/proc/stat", "utf8"));
  const own = sumUsage(listProcesses(), [process.pid, KERNEL_THREADS]).cpuSeconds;
  return { atMillis: performance.now(), taken, own };
}

/**
 * Seconds on all processors: user, nice, system and steal. Interrupts are left out, because the load of this run causes
 * them.
 */
export function parseTaken(stat: string): number {
  const [user = 0, nice = 0, system = 0, , , , , steal = 0] = (/^cpu +(.*)$/m.exec(stat)?.[1] ?? "")
    .split(" ")
    .map(Number);
  return (user + nice + system + steal) / 100;
}

/** The cores that others took between two moments: 1 is all of one. */
export function takenBetween(from: Moment | null, to: Moment | null): number | null {
  if (from === null || to === null) return null;
  const seconds = (to.atMillis - from.atMillis) / 1000;
  return Math.max(0, (to.taken - from.taken - (to.own - from.own)) / seconds);
}

/** The time that a run may spend on waiting for a quiet moment, and on repeating disturbed rounds. */
export class Patience {
  #leftMillis: number;

  constructor(minutes: number) {
    this.#leftMillis = minutes * 60_000;
  }

  /** Resolves to true in a quiet moment; to false if none comes soon, or no time is left. */
  async awaitQuiet(): Promise<boolean> {
    const giveUpAt = this.#leftMillis - MOST_AT_ONCE_MILLIS;
    while (this.#leftMillis > Math.max(0, giveUpAt)) {
      const begun = look();
      await this.spend(() => Bun.sleep(LOOK_MILLIS));
      if (!isDisturbed(takenBetween(begun, look()))) return true;
    }
    return false;
  }

  /** Takes the duration of `run` from the remaining time. */
  async spend<Result>(run: () => Promise<Result>): Promise<Result> {
    const begunAt = performance.now();
    const result = await run();
    this.#leftMillis -= performance.now() - begunAt;
    return result;
  }
}
