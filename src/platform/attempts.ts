/**
 * Counts attempts per key within a sliding window, in memory and in bounded space.
 * Counting and deciding are one synchronous step, so a hundred parallel guesses count a hundred.
 */
import type { Clock, EpochSeconds } from "./clock.ts";

export interface AttemptLimit {
  /** Counts one attempt. Returns 0 if it may go on, otherwise the seconds to wait. */
  attempt(key: string): number;
  /** Takes one attempt back: it turned out to be a good one. */
  forgive(key: string): void;
  /** Forgets what was counted for a key. */
  reset(key: string): void;
}

export interface AttemptLimitOptions {
  readonly clock: Clock;
  readonly limit: number;
  readonly windowSeconds: number;
  /** The oldest keys are forgotten beyond this many. */
  readonly maximumKeys?: number;
}

interface Window {
  start: EpochSeconds;
  count: number;
  /** What the window before counted; it fades out as this one goes on. */
  before: number;
}

export function createAttemptLimit({
  clock,
  limit,
  windowSeconds,
  maximumKeys = 100_000,
}: AttemptLimitOptions): AttemptLimit {
  const windows = new Map<string, Window>();

  const current = (key: string): Window => {
    const now = clock.seconds();
    const known = windows.get(key);
    if (known === undefined) {
      if (windows.size >= maximumKeys) {
        const oldest = windows.keys().next();
        if (!oldest.done) windows.delete(oldest.value);
      }
      const fresh = { start: now, count: 0, before: 0 };
      windows.set(key, fresh);
      return fresh;
    }
    const elapsed = now - known.start;
    if (elapsed >= windowSeconds) {
      known.before = elapsed < 2 * windowSeconds ? known.count : 0;
      known.count = 0;
      known.start = now - (elapsed % windowSeconds);
      // Move it to the young end, so that the keys in use are not the ones forgotten.
      windows.delete(key);
      windows.set(key, known);
    }
    return known;
  };

  return {
    attempt(key) {
      const window = current(key);
      const elapsed = clock.seconds() - window.start;
      const weighed = window.count + (window.before * (windowSeconds - elapsed)) / windowSeconds;
      if (weighed >= limit) return Math.max(1, windowSeconds - elapsed);
      window.count += 1;
      return 0;
    },
    forgive(key) {
      const window = windows.get(key);
      if (window && window.count > 0) window.count -= 1;
    },
    reset(key) {
      windows.delete(key);
    },
  };
}
