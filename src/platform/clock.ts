/** Seconds since 1970-01-01T00:00:00Z, as the specifications count time (RFC 7519 §2 "NumericDate"). */
export type EpochSeconds = number;

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
