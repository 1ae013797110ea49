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
  /** One attempt turned out to be a bad one, and stays counted. Only `decision` needs to know. */
  settle(key: string): void;
  /** Forgets the attempts of a key. Those under way stay counted until they turn out good. */
  reset(key: string): void;
  /**
   * For a refused attempt: resolves when one of the attempts under way turns out good or bad, after which there may be room.
   * Null if waiting cannot help, because the bad ones alone reach the limit, or if too many wait.
   */
  decision(key: string): Promise<void> | null;
}

export interface OneLimit extends AttemptLimit {
  /** Whether the next attempt would be refused. */
  isFull(key: string): boolean;
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
  /** How many of the counted attempts are neither good nor bad yet. */
  open: number;
  /** Those who wait for a decision. */
  waiting: (() => void)[];
}

/** How many may wait for a decision about one key. */
const MOST_WAITING = 100;

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
}: AttemptLimitOptions): OneLimit {
  /** Ordered by the beginning of the windows. */
  const windows = new OldestFirst<Window>();
  const kept = (name: string): string => {
    const key = keyOf(name);
    return key.length <= KEPT_CHARACTERS ? key : createHash("sha256").update(key).digest("base64url");
  };

  const wake = (window: Window): void => {
    for (const resolve of window.waiting.splice(0)) resolve();
  };
  const drop = (key: string): void => {
    const window = windows.get(key);
    windows.delete(key);
    if (window !== undefined) wake(window);
  };

  const isEmpty = ({ count, before, open }: Window): boolean => count + before + open === 0;

  const makeRoom = (now: number): void => {
    let looked = 0;
    let fewest: string | undefined;
    let attempts = Number.POSITIVE_INFINITY;
    for (const [key, { start, count, before }] of windows) {
      if (now - start >= 2 * windowSeconds) drop(key);
      else if (count + before < attempts) [fewest, attempts] = [key, count + before];
      looked += 1;
      if (looked === LOOKED_AT) break;
    }
    if (windows.size >= maximumKeys && fewest !== undefined) drop(fewest);
  };

  const current = (key: string, now: number): Window => {
    const known = windows.get(key);
    if (known === undefined) {
      makeRoom(now);
      const fresh = { start: now, count: 0, before: 0, open: 0, waiting: [] };
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

  const now = (): number => Math.floor(clock.millis() / 1000);
  const weigh = ({ count, before, start }: Window, at: number): number =>
    count + (before * (windowSeconds - (at - start))) / windowSeconds;

  return {
    attempt(name) {
      const at = now();
      const window = current(kept(name), at);
      if (weigh(window, at) >= limit) return secondsToWait(window, at - window.start);
      window.count += 1;
      window.open += 1;
      return 0;
    },
    forgive(name) {
      const key = kept(name);
      const window = windows.get(key);
      if (window === undefined) return;
      if (window.count > 0) window.count -= 1;
      if (window.open > 0) window.open -= 1;
      if (isEmpty(window)) drop(key);
      else wake(window);
    },
    settle(name) {
      const window = windows.get(kept(name));
      if (window === undefined) return;
      if (window.open > 0) window.open -= 1;
      wake(window);
    },
    reset(name) {
      const key = kept(name);
      const window = windows.get(key);
      if (window === undefined) return;
      // Of those under way, the ones before this window are not in its count. Each of the others is still to be taken back or
      // settled, and must find what it counted for.
      window.count = Math.min(window.count, window.open);
      window.before = 0;
      if (isEmpty(window)) drop(key);
      else wake(window);
    },
    decision(name) {
      const at = now();
      const window = current(kept(name), at);
      const mayMakeRoom = window.open > 0 && weigh(window, at) - window.open < limit;
      if (!mayMakeRoom || window.waiting.length >= MOST_WAITING) return null;
      return new Promise((resolve) => window.waiting.push(resolve));
    },
    isFull(name) {
      const at = now();
      return weigh(current(kept(name), at), at) >= limit;
    },
  };
}
