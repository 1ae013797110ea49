/**
 * The cores of a run. A contender has one, its database included, and the load generator has another. So neither takes
 * time from the other, and requests per second are those of one core.
 */
import { readFileSync } from "node:fs";

export interface Cores {
  /** Null if nothing is pinned and the system moves processes freely. */
  readonly generator: number | null;
  /** The cores of a contender that wants this many; null if there are too few. */
  forContender(count: number): readonly number[] | null;
}

/** The cores that this process may use, in ascending order. Empty if processes cannot be pinned. */
export function allowedCores(): readonly number[] {
  if (process.platform !== "linux" || Bun.which("taskset") === null) return [];
  const [, list = ""] = /^Cpus_allowed_list:\s+(\S+)$/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
  return parseCores(list);
}

/** Parses `0-2,5`, as proc(5) writes it. */
export const parseCores = (list: string): readonly number[] =>
  [...list.matchAll(/(\d+)(?:-(\d+))?/g)].flatMap(([, first, last = first]) => {
    return Array.from({ length: Number(last) - Number(first) + 1 }, (_, index) => Number(first) + index);
  });

/** The generator gets the last core. With a single core nothing is pinned. */
export function planCores(allowed: readonly number[]): Cores {
  const others = allowed.slice(0, -1);
  return {
    generator: others.length === 0 ? null : (allowed.at(-1) ?? null),
    forContender: (count) => (others.length === 0 || count > others.length ? null : others.slice(0, count)),
  };
}

/** The processes that `start` starts, and their children, run on these cores. */
export async function startOn<Started>(
  cores: readonly number[] | null,
  start: () => Promise<Started>,
): Promise<Started> {
  if (cores === null) return start();
  // Children inherit the cores of their parent, so contenders need no code for this.
  const before = allowedCores();
  moveTo(cores);
  try {
    return await start();
  } finally {
    moveTo(before);
  }
}

function moveTo(cores: readonly number[]): void {
  const moved = Bun.spawnSync(["taskset", "-apc", cores.join(","), String(process.pid)]);
  if (!moved.success) throw new Error(`taskset failed: ${moved.stderr.toString()}`);
}

/** The prefix of a command that is to run on the core. */
export const onCore = (core: number | null): readonly string[] =>
  core === null ? [] : ["taskset", "-c", String(core)];
