/** What an endurance run writes down. Memory and sizes are in bytes, latencies in microseconds. */
import type { Conditions } from "../results.ts";
import type { Interval } from "./load.ts";
import type { LiveFacts } from "./probe.ts";
import type { DatabaseFacts } from "./server.ts";

/** What was seen at one moment, and happened since the one before. */
export interface Sample extends Omit<Interval, "seconds" | "operations" | "reasons">, DatabaseFacts {
  /** Since the load began. */
  readonly seconds: number;
  readonly requestsPerSecond: number;
  /** The least of the interval: a check of a password takes 20 MB for a moment. */
  readonly residentBytes: number;
  readonly peakBytes: number;
  readonly heapBytes: number;
  readonly descriptors: number | null;
  /** Of one core, how much the server and the load generator took: 1 is all of it. */
  readonly serverCores: number;
  readonly generatorCores: number;
}

export interface Endurance {
  readonly contender: string;
  readonly title: string;
  /** Before the load began. */
  readonly idleBytes: number;
  readonly samples: readonly Sample[];
  /** How often each operation was done. */
  readonly operations: Readonly<Record<string, number>>;
  /** What was in use when the warm-up was over, and at the end. */
  readonly liveAfterWarmUp: LiveFacts;
  readonly liveAtEnd: LiveFacts;
  /** The first failures, in words. */
  readonly reasons: readonly string[];
}

export interface EnduranceSettings {
  readonly minutes: number;
  readonly warmUpSeconds: number;
  readonly sampleSeconds: number;
  readonly connections: number;
  /** Operations per second; null: as many as the server could do. */
  readonly rate: number | null;
}

export interface EnduranceResults extends Conditions {
  readonly settings: EnduranceSettings;
  readonly runs: readonly Endurance[];
}
