/** Processor time and memory of processes and their children, as the system counts them. */
import { readdirSync, readFileSync } from "node:fs";

export interface Usage {
  /** Processor time since its start, in seconds, with its children that have ended. */
  readonly cpuSeconds: number;
  readonly residentBytes: number;
}

export interface ProcessRow extends Usage {
  readonly pid: number;
  readonly parent: number;
}

/** The sum over these processes and all their descendants. */
export function sumUsage(rows: readonly ProcessRow[], roots: readonly number[]): Usage {
  const counted = new Set(roots);
  // A child may precede its parent in the list.
  for (let size = 0; size !== counted.size; ) {
    size = counted.size;
    for (const { pid, parent } of rows) if (counted.has(parent)) counted.add(pid);
  }
  const sum = { cpuSeconds: 0, residentBytes: 0 };
  for (const { pid, cpuSeconds, residentBytes } of rows) {
    if (!counted.has(pid)) continue;
    sum.cpuSeconds += cpuSeconds;
    sum.residentBytes += residentBytes;
  }
  return sum;
}

export const usageOf = (roots: readonly number[]): Usage => sumUsage(listProcesses(), roots);

/** The bytes that a process has read from the disk since its start; null if the system does not report it (proc(5)). */
export function diskReadBytes(pid: number): number | null {
  const [, bytes] = /^read_bytes: (\d+)$/m.exec(readOrEmpty(`/proc/${pid}/io`)) ?? [];
  return bytes === undefined ? null : Number(bytes);
}

/** proc(5): times are in ticks of 10 ms on every Linux, memory is in pages. */
const TICKS_PER_SECOND = 100;

export function listProcesses(): ProcessRow[] {
  if (process.platform !== "linux") {
    const ps = Bun.spawnSync(["ps", "-A", "-o", "pid=,ppid=,rss=,time="], {
      env: { LC_ALL: "C", PATH: process.env.PATH },
    });
    return parsePs(ps.stdout.toString());
  }
  const pageBytes = Number(Bun.spawnSync(["getconf", "PAGESIZE"]).stdout.toString()) || 4096;
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((entry) => parseStat(readOrEmpty(`/proc/${entry}/stat`), pageBytes) ?? []);
}

/** The fields after the program's name, which may contain spaces and brackets. Null if the process has ended. */
export function parseStat(text: string, pageBytes: number): ProcessRow | null {
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const field = (number: number): number => Number(fields[number - 3]);
  const pid = Number.parseInt(text, 10);
  if (Number.isNaN(pid) || fields.length < 22) return null;
  return {
    pid,
    parent: field(4),
    cpuSeconds: (field(14) + field(15) + field(16) + field(17)) / TICKS_PER_SECOND,
    residentBytes: field(24) * pageBytes,
  };
}

/** A process may end between the listing and the look at it. */
function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

/** `time` is [days-][hours:]minutes:seconds, `rss` is in KiB. */
export const parsePs = (output: string): ProcessRow[] =>
  output.split("\n").flatMap((line) => {
    const [pid, parent, resident, time] = line.trim().split(/\s+/);
    if (time === undefined) return [];
    const cpuSeconds = time.split(/[-:]/).reduce((sum, part, index, { length }) => {
      const unit = [1, 60, 3600, 86_400][length - 1 - index] ?? 0;
      return sum + Number(part) * unit;
    }, 0);
    return [{ pid: Number(pid), parent: Number(parent), cpuSeconds, residentBytes: Number(resident) * 1024 }];
  });
