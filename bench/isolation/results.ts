/** The results of `npm run bench:isolation`. Times are in microseconds. */
import type { Percentiles } from "../load/histogram.ts";
import type { Conditions } from "../results.ts";
import { median, type Spread, spreadOf } from "../statistics.ts";
import type { LoadReport } from "./generate.ts";
import type { Engine } from "./subject.ts";

export interface IsolationRound {
  readonly without: Percentiles;
  readonly with: Percentiles;
  /** The speed of the other work meanwhile, in its own unit. */
  readonly perSecond: number;
}

export interface IsolationMeasurement {
  readonly engine: Engine;
  readonly disturbance: string;
  /** Requests per second that were due; null: each connection sent the next after the answer. */
  readonly rate: number | null;
  readonly rounds: readonly IsolationRound[];
}

export interface OverloadRound {
  /** Requests per second when each connection waits for its answer, measured just before. */
  readonly capacity: number;
  /** `factor`: the multiple of the capacity. */
  readonly levels: readonly { readonly factor: number; readonly report: LoadReport }[];
}

export interface OverloadMeasurement {
  readonly engine: Engine;
  readonly workload: string;
  readonly rounds: readonly OverloadRound[];
}

export interface IsolationResults extends Conditions {
  readonly settings: {
    readonly seconds: number;
    readonly rounds: number;
    /** The connections of the overload; steady and saturated loads have fewer. */
    readonly connections: number;
    /** Tokens in the database, and as many for the clean-up to remove. */
    readonly rows: number;
  };
  readonly isolation: readonly IsolationMeasurement[];
  readonly overload: readonly OverloadMeasurement[];
}

/** Good answers per second, over the time in which requests were due. */
export const goodput = ({ good, seconds }: LoadReport): number => good / seconds;

/** The reports of all rounds at this multiple of the capacity. */
export const reportsAt = ({ rounds }: OverloadMeasurement, factor: number): LoadReport[] =>
  rounds.flatMap(({ levels }) =>
    levels.filter((level) => level.factor === factor).map(({ report }) => report),
  );

export const factorsOf = ({ rounds: [first] }: OverloadMeasurement): number[] =>
  first?.levels.map(({ factor }) => factor) ?? [];

/** The best level by the median of its rounds, because the best single round may be luck. */
export function peakOf(measurement: OverloadMeasurement): number {
  const capacity = median(measurement.rounds.map((round) => round.capacity));
  const levels = factorsOf(measurement).map((factor) => median(reportsAt(measurement, factor).map(goodput)));
  return Math.max(capacity, ...levels);
}

/** Good answers at this multiple of the capacity, as a share of the peak. */
export const keptAt = (measurement: OverloadMeasurement, factor: number): Spread => {
  const peak = peakOf(measurement);
  return spreadOf(reportsAt(measurement, factor).map((report) => goodput(report) / peak));
};
