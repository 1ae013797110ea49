/** What a run writes down. Times are in microseconds. */
import type { HostFacts } from "../host.ts";
import { median, type Spread, spreadOf } from "../statistics.ts";
import type { LoadReport } from "./load.ts";
import type { Engine } from "./subject.ts";

/** One look at introspection. */
export interface Side {
  readonly requestsPerSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
}

/** `steady`: requests are due at a rate. `saturated`: each connection sends the next when the one before is answered. */
export type Mode = "steady" | "saturated";

export interface IsolationRound {
  readonly without: Side;
  readonly with: Side;
  /** How fast the other thing went meanwhile, in its own unit. */
  readonly perSecond: number;
}

export interface IsolationMeasurement {
  readonly engine: Engine;
  readonly disturbance: string;
  readonly mode: Mode;
  /** Requests per second that were due; null when saturated. */
  readonly rate: number | null;
  readonly rounds: readonly IsolationRound[];
}

export interface OverloadLevel {
  /** Times the capacity. */
  readonly factor: number;
  readonly rate: number;
  readonly report: LoadReport;
}

export interface OverloadRound {
  /** Requests per second when each connection waits for its answer, just before. */
  readonly capacity: number;
  readonly levels: readonly OverloadLevel[];
}

export interface OverloadMeasurement {
  readonly engine: Engine;
  readonly workload: string;
  readonly rounds: readonly OverloadRound[];
}

export interface Settings {
  readonly seconds: number;
  readonly rounds: number;
  /** Of the overload; what is steady or saturated has fewer. */
  readonly connections: number;
  /** Tokens in the database, and as many that expire for the clean-up. */
  readonly rows: number;
}

export interface IsolationResults {
  readonly format: 1;
  /** ISO 8601, UTC. */
  readonly date: string;
  readonly host: HostFacts;
  readonly settings: Settings;
  readonly isolation: readonly IsolationMeasurement[];
  readonly overload: readonly OverloadMeasurement[];
}

/** Good answers per second of the time in which requests were due. */
export const goodput = ({ good, seconds }: LoadReport): number => good / seconds;

const levelsAt = ({ rounds }: OverloadMeasurement, factor: number): OverloadLevel[] =>
  rounds.flatMap(({ levels }) => levels.filter((level) => level.factor === factor));

/** What was found in the rounds at this many times the capacity. */
export const reportsAt = (measurement: OverloadMeasurement, factor: number): LoadReport[] =>
  levelsAt(measurement, factor).map(({ report }) => report);

export const factorsOf = ({ rounds: [first] }: OverloadMeasurement): number[] =>
  first?.levels.map(({ factor }) => factor) ?? [];

/** The best of all levels, each by the median of its rounds: the best single round may have been luck. */
export function peakOf(measurement: OverloadMeasurement): number {
  const capacity = median(measurement.rounds.map((round) => round.capacity));
  const levels = factorsOf(measurement).map((factor) => median(reportsAt(measurement, factor).map(goodput)));
  return Math.max(capacity, ...levels);
}

/** Good answers at this many times the capacity, as a share of the peak. */
export const keptAt = (measurement: OverloadMeasurement, factor: number): Spread => {
  const peak = peakOf(measurement);
  return spreadOf(reportsAt(measurement, factor).map((report) => goodput(report) / peak));
};
