/** What a run of `npm run bench` writes down. */
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
  /** What the server had to read from the disk, by the system's account; null where it does not tell. */
  readonly diskBytesPerRequest: number | null;
  /** How many cores other programs took meanwhile; null where the system does not tell. */
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

/** What every kind of run writes down. */
export interface Conditions {
  /** ISO 8601, UTC. */
  readonly date: string;
  readonly host: HostFacts;
  /** How many cores other programs took during the run; null where it is not known. */
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

/** A measurement summed up over its rounds. */
export interface Summary {
  readonly cpuMicrosPerRequest: Spread;
  readonly requestsPerSecond: Spread;
  /** How many times that of `bare`, round by round; null without it in the run. */
  readonly cpuToBare: Spread | null;
  readonly rateToBare: Spread | null;
  readonly p50Micros: number;
  readonly p99Micros: number;
  readonly p999Micros: number;
  readonly residentMiB: number;
  /** Null where the system does not tell. */
  readonly diskBytesPerRequest: number | null;
}

/** What every round has. */
export type Figure = Exclude<keyof Round, "diskBytesPerRequest" | "takenCores">;

/** All that ratios are made of. */
export type Measured = Pick<Results, "measurements">;

export const measurementOf = (results: Measured, workload: string, contender: string): Measurement | null =>
  results.measurements.find((each) => each.workload === workload && each.contender === contender) ?? null;

/** A figure in each round; empty if it was not measured. */
export const figuresOf = (
  results: Measured,
  workload: string,
  contender: string,
  figure: Figure,
): readonly number[] =>
  measurementOf(results, workload, contender)?.rounds.map((round) => round[figure]) ?? [];

/** The mean over all rounds; null where it is not known. */
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
