/** The results of `npm run bench`. */
import type { HostFacts } from "./host.ts";
import { ratios, type Spread, spreadOf } from "./statistics.ts";

/** One contender under one workload for one round. */
export interface Round {
  /** Processor time of the contender's processes, its database included: user and system. */
  readonly cpuMicrosPerRequest: number;
  readonly requestsPerSecond: number;
  readonly p50Micros: number;
  readonly p99Micros: number;
  readonly p999Micros: number;
  readonly residentMiB: number;
  /** The server's reads from the disk, as the system counts them; null if it does not report them. */
  readonly diskBytesPerRequest: number | null;
  /** The cores that other programs took meanwhile; null if the system does not report it. */
  readonly takenCores: number | null;
}

export interface Measurement {
  readonly workload: string;
  readonly contender: string;
  /** The same rounds, in the same order, for all contenders under a workload. */
  readonly rounds: readonly Round[];
}

export interface Settings {
  readonly seconds: number;
  readonly rounds: number;
  readonly connections: number;
  readonly tokens: number;
}

/** The part that the results of all runs have. */
export interface Conditions {
  /** ISO 8601, UTC. */
  readonly date: string;
  readonly host: HostFacts;
  /** The cores that other programs took during the run; null if unknown. */
  readonly takenCores: number | null;
}

export interface Results extends Conditions {
  readonly settings: Settings;
  readonly contenders: readonly {
    readonly name: string;
    readonly title: string;
    readonly durability: string;
  }[];
  readonly workloads: readonly { readonly name: string; readonly title: string; readonly writes: boolean }[];
  readonly measurements: readonly Measurement[];
}

/** A measurement, summarized over its rounds. */
export interface Summary {
  readonly cpuMicrosPerRequest: Spread;
  readonly requestsPerSecond: Spread;
  /** The ratio to `bare`, round by round; null if the run has no `bare`. */
  readonly cpuToBare: Spread | null;
  readonly rateToBare: Spread | null;
  readonly p50Micros: number;
  readonly p99Micros: number;
  readonly p999Micros: number;
  readonly residentMiB: number;
  /** Null if the system does not report it. */
  readonly diskBytesPerRequest: number | null;
}

/** The figures that every round has. */
export type Figure = Exclude<keyof Round, "diskBytesPerRequest" | "takenCores">;

/** The results from which ratios are computed. */
export type Measured = Pick<Results, "measurements">;

export const measurementOf = (results: Measured, workload: string, contender: string): Measurement | null =>
  results.measurements.find((each) => each.workload === workload && each.contender === contender) ?? null;

/** The figure of each round; empty if it was not measured. */
export const figuresOf = (
  results: Measured,
  workload: string,
  contender: string,
  figure: Figure,
): readonly number[] =>
  measurementOf(results, workload, contender)?.rounds.map((round) => round[figure]) ?? [];

/** The mean over all rounds; null if unknown. */
export function takenIn(measurements: readonly Measurement[]): number | null {
  const known = measurements.flatMap(({ rounds }) => rounds.map(({ takenCores }) => takenCores));
  const all = known.filter((taken) => taken !== null);
  return all.length === 0 ? null : all.reduce((sum, taken) => sum + taken, 0) / all.length;
}

export function summarize(results: Measured, { rounds, workload }: Measurement): Summary {
  const of = (figure: Figure) => rounds.map((round) => round[figure]);
  const middle = (figure: Figure) => spreadOf(of(figure)).median;
  const toBare = (figure: Figure) => {
    const bare = figuresOf(results, workload, "bare", figure);
    return bare.length === 0 ? null : spreadOf(ratios(of(figure), bare));
  };
  const fromDisk = rounds.map((round) => round.diskBytesPerRequest).filter((bytes) => bytes !== null);
  return {
    cpuMicrosPerRequest: spreadOf(of("cpuMicrosPerRequest")),
    requestsPerSecond: spreadOf(of("requestsPerSecond")),
    cpuToBare: toBare("cpuMicrosPerRequest"),
    rateToBare: toBare("requestsPerSecond"),
    p50Micros: middle("p50Micros"),
    p99Micros: middle("p99Micros"),
    p999Micros: middle("p999Micros"),
    residentMiB: Math.max(...of("residentMiB")),
    diskBytesPerRequest: fromDisk.length === 0 ? null : spreadOf(fromDisk).median,
  };
}
