/** Whether memory and latency stayed constant. */
import { type Trend, trendOf } from "../statistics.ts";
import type { Endurance, EnduranceSettings, Sample } from "./results.ts";

export type Outcome = "flat" | "grows" | "too short to say" | "too noisy to say";

export interface Judged extends Trend {
  /** A rise up to this is insignificant: the noise of the values, or a small part of them. */
  readonly allowed: number;
  readonly outcome: Outcome;
}

export interface Verdict {
  readonly memory: Judged;
  readonly p99: Judged;
  readonly failures: number;
  /** Every answer was right, and memory did not grow. Latency fails no run, because other programs use the machine. */
  readonly passed: boolean;
}

/** A rise is significant above this many times the noise … */
const NOISES = 3;
/** … and above this share of the first third's median: an allocator takes memory in steps. */
const MEMORY_SHARE = 0.05;
const P99_SHARE = 0.25;
/** In a shorter run, the process is still growing to its size. */
const LEAST_SECONDS = 30;

export function judge({ samples }: Endurance, { warmUpSeconds }: EnduranceSettings): Verdict {
  const judged = samples.filter(({ seconds }) => seconds > warmUpSeconds);
  const memory = judgeValues(judged, ({ residentBytes }) => residentBytes, MEMORY_SHARE);
  const failures = samples.reduce((sum, sample) => sum + sample.failures, 0);
  return {
    memory,
    p99: judgeValues(judged, ({ p99 }) => p99, P99_SHARE),
    failures,
    passed: failures === 0 && memory.outcome !== "grows",
  };
}

function judgeValues(samples: readonly Sample[], of: (sample: Sample) => number, share: number): Judged {
  const trend = trendOf(samples.map((sample) => [sample.seconds, of(sample)]));
  const allowed = Math.max(NOISES * trend.noise, share * trend.first);
  return { ...trend, allowed, outcome: outcomeOf(trend, allowed) };
}

function outcomeOf({ seconds, rise, first }: Trend, allowed: number): Outcome {
  if (seconds < LEAST_SECONDS) return "too short to say";
  if (rise > allowed) return "grows";
  // With this noise, a doubling would go unnoticed.
  return allowed > first ? "too noisy to say" : "flat";
}
