/** The results of an endurance run. Memory and sizes are in bytes, latencies in microseconds. */
import type { Conditions } from "../results.ts";
import type { Interval } from "./load.ts";
import type { LiveFacts } from "./probe.ts";
import type { DatabaseFacts } from "./server.ts";

/** The state at one moment, and the figures since the sample before. */
export interface Sample extends Omit<Interval, "seconds" | "operations" | "reasons">, DatabaseFacts {
  /** Since the start of the load. */
  readonly seconds: number;
  readonly requestsPerSecond: number;
  /** The least value of the interval, because a password check takes 20 MB for a moment. */
  readonly residentBytes: number;
  readonly peakBytes: number;
  readonly heapBytes: number;
  readonly descriptors: number | null;
  /** The processor time of the server and the load generator, in cores: 1 is all of one. */
  readonly serverCores: number;
  readonly generatorCores: number;
}

export interface Endurance {
  readonly contender: string;
  readonly title: string;
  /** Before the start of the load. */
  readonly idleBytes: number;
  readonly samples: readonly Sample[];
  /** How often each operation was done. */
  readonly operations: Readonly<Record<string, number>>;
  /** The memory in use after the warm-up, and at the end. */
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
  /** Operations per second; null for as many as the server could do. */
  readonly rate: number | null;
}

export interface EnduranceResults extends Conditions {
  readonly settings: EnduranceSettings;
  readonly runs: readonly Endurance[];
}
