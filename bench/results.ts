/** What a run of the benchmark writes down. */
import type { HostFacts } from "./host.ts";
import { ratios, type Spread, spreadOf } from "./statistics.ts";

/** One contender under one workload for one round. */
export interface Round {
  readonly requests: number;
  readonly seconds: number;
  readonly requestsPerSecond: number;
  readonly p50Micros: number;
  readonly p99Micros: number;
  readonly p999Micros: number;
  readonly maxMicros: number;
  readonly cpuMicrosPerRequest: number;
  readonly residentMiB: number;
  /** What the server had to read from the disk, by the system's account; null where it does not tell. */
  readonly diskBytesPerRequest: number | null;
  readonly bytesPerAnswer: number;
  readonly unexpected: number;
  readonly failed: number;
}

export interface Measurement {
  readonly workload: string;
  readonly contender: string;
  readonly rounds: readonly Round[];
}

export interface ContenderFacts {
  readonly name: string;
  readonly title: string;
  readonly durability: string;
}

export interface WorkloadFacts {
  readonly name: string;
  readonly title: string;
  readonly writes: boolean;
}

export interface Settings {
  readonly seconds: number;
  readonly rounds: number;
  readonly connections: number;
  readonly threads: number;
  readonly tokens: number;
}

export interface Results {
  readonly format: 1;
  /** ISO 8601, UTC. */
  readonly date: string;
  readonly host: HostFacts;
  readonly settings: Settings;
  readonly contenders: readonly ContenderFacts[];
  readonly workloads: readonly WorkloadFacts[];
  readonly measurements: readonly Measurement[];
}

/** A measurement summed up over its rounds. */
export interface Summary {
  readonly requestsPerSecond: Spread;
  /** Null without `bare` in the run. */
  readonly toBare: Spread | null;
  readonly p50Micros: number;
  readonly p99Micros: number;
  readonly p999Micros: number;
  readonly cpuMicrosPerRequest: number;
  /** Null without `bare` in the run. */
  readonly cpuToBare: number | null;
  readonly residentMiB: number;
  /** Null where the system does not tell. */
  readonly diskBytesPerRequest: number | null;
}

/** What every round has. */
type Figure = Exclude<keyof Round, "diskBytesPerRequest">;

/** All that ratios are made of. */
type Measured = Pick<Results, "measurements">;

export const measurementOf = (results: Measured, workload: string, contender: string): Measurement | null =>
  results.measurements.find((each) => each.workload === workload && each.contender === contender) ?? null;

export function summarize(results: Measured, measurement: Measurement): Summary {
  const { rounds, workload } = measurement;
  const of = (field: Figure) => rounds.map((round) => round[field]);
  const fromDisk = rounds.map((round) => round.diskBytesPerRequest).filter((bytes) => bytes !== null);
  const bare = measurementOf(results, workload, "bare");
  const toBare = (field: Figure) =>
    bare === null
      ? null
      : spreadOf(
          ratios(
            of(field),
            bare.rounds.map((round) => round[field]),
          ),
        );
  return {
    requestsPerSecond: spreadOf(of("requestsPerSecond")),
    toBare: toBare("requestsPerSecond"),
    p50Micros: spreadOf(of("p50Micros")).median,
    p99Micros: spreadOf(of("p99Micros")).median,
    p999Micros: spreadOf(of("p999Micros")).median,
    cpuMicrosPerRequest: spreadOf(of("cpuMicrosPerRequest")).median,
    cpuToBare: toBare("cpuMicrosPerRequest")?.median ?? null,
    residentMiB: Math.max(...of("residentMiB")),
    diskBytesPerRequest: fromDisk.length === 0 ? null : spreadOf(fromDisk).median,
  };
}
