/** Seconds since 1970-01-01T00:00:00Z, as the specifications count time (RFC 7519 §2 "NumericDate"). */
export type EpochSeconds = number;

export const DAY_SECONDS = 86_400;

/** RFC 3339 in UTC, for programs. */
export const isoTime = (seconds: EpochSeconds): string =>
  new Date(seconds * 1000).toISOString().replace(".000Z", "Z");

/** The source of time. It is passed in, so that tests can move it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  millis(): number;
  /** Whole seconds since the epoch. */
  seconds(): EpochSeconds;
}

export const systemClock: Clock = {
  millis: () => Date.now(),
  seconds: () => Math.floor(Date.now() / 1000),
};

/**
 * Time for durations within this process. It begins anywhere and goes on at its own pace, also when an operator or NTP sets
 * the clock: no wait gets longer by that.
 */
export interface SteadyClock {
  /** Milliseconds since any moment. */
  millis(): number;
}

export const systemSteadyClock: SteadyClock = { millis: () => performance.now() };

/** A clock and the steady time beside it. */
export interface Clocks {
  readonly clock: Clock;
  readonly steadyClock: SteadyClock;
}

export interface ClockWatch {
  /**
   * Whether the clock can be believed. It cannot after it jumped ahead by more than an hour, until it has gone on steadily
   * for an hour or is back.
   */
  isTrusted(): boolean;
}

/** A smaller jump is no harm: nothing is removed that lived longer than this. */
const LARGEST_JUMP_MILLIS = 3_600_000;
/** NTP corrects a wrong clock sooner. */
const PROOF_MILLIS = 3_600_000;

/** Compares the clock with the steady time, at each call since the last. The clock is believed as it is now. */
export function watchClock({ clock, steadyClock }: Clocks): ClockWatch {
  const ahead = () => clock.millis() - steadyClock.millis();
  let trusted = ahead();
  let suspect: { readonly ahead: number; readonly since: number } | null = null;
  return {
    isTrusted() {
      const found = ahead();
      const jumped = found - trusted > LARGEST_JUMP_MILLIS;
      if (jumped) {
        const now = steadyClock.millis();
        if (suspect === null || Math.abs(found - suspect.ahead) > LARGEST_JUMP_MILLIS) {
          suspect = { ahead: found, since: now };
        }
        if (now - suspect.since < PROOF_MILLIS) return false;
      }
      // A clock that went back is believed at once: it makes a clean-up remove less.
      trusted = found;
      suspect = null;
      return true;
    },
  };
}
