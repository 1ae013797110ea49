/**
 * RFC 8628 §3.5: how often a device may ask. Kept in memory: polling writes nothing.
 * A restart forgets the paces; a device that polls too fast is then slowed down a little later.
 */
import type { SteadyClock } from "./clock.ts";
import { OldestFirst } from "./oldest-first.ts";

export interface PollPace {
  /** True if this poll comes too soon; the call has then added 5 seconds to the device's interval. */
  isTooFast(deviceCodeId: Uint8Array): boolean;
  forget(deviceCodeId: Uint8Array): void;
}

/** Networks and timers vary, so a device that keeps exactly to the interval may be early by this much. */
const SLACK_MILLIS = 500;
const SLOW_DOWN_SECONDS = 5;

export function createPollPace(
  clock: SteadyClock,
  intervalSeconds: number,
  maximumDevices = 50_000,
): PollPace {
  const polls = new OldestFirst<{ lastMillis: number; intervalSeconds: number }>();
  const keyOf = (deviceCodeId: Uint8Array) => deviceCodeId.toBase64();
  return {
    isTooFast(deviceCodeId) {
      const key = keyOf(deviceCodeId);
      const now = clock.millis();
      const known = polls.get(key);
      if (known === undefined) {
        if (polls.size >= maximumDevices && polls.oldestKey !== null) polls.delete(polls.oldestKey);
        polls.set(key, { lastMillis: now, intervalSeconds });
        return false;
      }
      const tooFast = now - known.lastMillis < known.intervalSeconds * 1000 - SLACK_MILLIS;
      known.lastMillis = now;
      if (tooFast) known.intervalSeconds += SLOW_DOWN_SECONDS;
      return tooFast;
    },
    forget: (deviceCodeId) => polls.delete(keyOf(deviceCodeId)),
  };
}
