/**
 * Counts attempts per key within a sliding window, in memory and in bounded space.
 * Counting and deciding are one synchronous step, so a hundred parallel guesses count a hundred.
 */
import { createHash } from "node:crypto";
import type { SteadyClock } from "./clock.ts";
import { OldestFirst } from "./oldest-first.ts";

export interface AttemptLimit {
  /** Counts one attempt. Returns 0 if it is allowed, otherwise the seconds until the next one is. */
  attempt(key: string): number;
  /** Takes one attempt back, because it turned out to be a good one. */
  forgive(key: string): void;
  /** Forgets the attempts of a key. */
  reset(key: string): void;
}

export interface AttemptLimitOptions {
  /** Steady, so that a clock that is set lengthens no window and no wait. */
  readonly clock: SteadyClock;
  readonly limit: number;
  readonly windowSeconds: number;
  /** Maps several names to the one key for which they count. */
  readonly keyOf?: (key: string) => string;
  /** Beyond this many keys, old ones with few attempts are forgotten. */
  readonly maximumKeys?: number;
}

interface Window {
  /** In seconds of the steady clock. */
  start: number;
  count: number;
  /** The count of the previous window; its weight fades as this window goes on. */
  before: number;
}

/** How many of the oldest keys are examined to make room, so that the work does not grow with the number of keys. */
const LOOKED_AT = 16;
/** Keys may come from requests, so the stored part of a key is limited. */
const KEPT_CHARACTERS = 48;

export function createAttemptLimit({
  clock,
  limit,
  windowSeconds,
  keyOf = (key) => key,
  maximumKeys = 100_000,
}: AttemptLimitOptions): AttemptLimit {
  /** Ordered by the beginning of the windows. */
  const windows = new OldestFirst<Window>();
  const kept = (name: string): string => {
    const key = keyOf(name);
    return key.length <= KEPT_CHARACTERS ? key : createHash("sha256").update(key).digest("base64url");
  };

  const makeRoom = (now: number): void => {
    let looked = 0;
    let fewest: string | undefined;
    let attempts = Number.POSITIVE_INFINITY;
    for (const [key, { start, count, before }] of windows) {
      if (now - start >= 2 * windowSeconds) windows.delete(key);
      else if (count + before < attempts) [fewest, attempts] = [key, count + before];
      looked += 1;
      if (looked === LOOKED_AT) break;
    }
    if (windows.size >= maximumKeys && fewest !== undefined) windows.delete(fewest);
  };

  const current = (key: string, now: number): Window => {
    const known = windows.get(key);
    if (known === undefined) {
      makeRoom(now);
      const fresh = { start: now, count: 0, before: 0 };
      windows.set(key, fresh);
      return fresh;
    }
    const elapsed = now - known.start;
    if (elapsed >= windowSeconds) {
      known.before = elapsed < 2 * windowSeconds ? known.count : 0;
      known.count = 0;
      known.start = now - (elapsed % windowSeconds);
      windows.set(key, known);
    }
    return known;
  };

  /** Seconds until the weight of a full window and of the previous one has faded below the limit. */
  const secondsToWait = ({ count, before }: Window, elapsed: number): number => {
    const fadesBelow = (weight: number, room: number) => Math.floor(windowSeconds * (1 - room / weight)) + 1;
    const at =
      count < limit
        ? fadesBelow(before, limit - count)
        : windowSeconds + Math.max(0, fadesBelow(count, limit));
    return Math.max(1, at - elapsed);
  };

  return {
    attempt(name) {
      const now = Math.floor(clock.millis() / 1000);
      const window = current(kept(name), now);
      const elapsed = now - window.start;
      const weighed = window.count + (window.before * (windowSeconds - elapsed)) / windowSeconds;
      if (weighed >= limit) return secondsToWait(window, elapsed);
      window.count += 1;
      return 0;
    },
    forgive(name) {
      const key = kept(name);
      const window = windows.get(key);
      if (window === undefined) return;
      if (window.count > 0) window.count -= 1;
      if (window.count === 0 && window.before === 0) windows.delete(key);
    },
    reset(name) {
      windows.delete(kept(name));
    },
  };
}
