/** What the load generator of this folder is asked for, and what it tells. */

export interface LoadJob {
  readonly hostname: string;
  readonly port: number;
  /** The request as it goes over the wire: what stands before and after the credential. */
  readonly before: string;
  readonly after: string;
  /** All of one length; none: the request is `before` and `after`. */
  readonly credentials: readonly string[];
  /**
   * `again`: any of them, again and again. `renewed`: each is used up by the answer, which brings its successor
   * (`refresh_token`); so no two requests have the same at once.
   */
  readonly use: "again" | "renewed";
  readonly connections: number;
  /** Requests per second that are due, whatever the server does; null: the next whenever one was answered. */
  readonly rate: number | null;
  /** What is due while no connection is free waits for one, or is lost as a client that nobody lets in. */
  readonly whenFull: "wait" | "lose";
  readonly seconds: number;
  /** A good answer comes within so many milliseconds of the moment when its request was due. */
  readonly patienceMillis: number;
}

/** Microseconds from the moment when a request was due to its answer; null where there was none of the kind. */
export interface Latencies {
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

export interface LoadReport {
  readonly seconds: number;
  /** Requests that were due. Each is one of the six below. */
  readonly due: number;
  /** 200 in time. */
  readonly good: number;
  /** 200, but later than anybody waits. */
  readonly late: number;
  /** 503 with Retry-After. */
  readonly refused: number;
  /** Any other answer: then the figures mean nothing. */
  readonly unexpected: number;
  /** No answer: the connection broke, or nothing came until long after the end. */
  readonly failed: number;
  /** No connection was free. */
  readonly unsent: number;
  readonly goodLatency: Latencies | null;
  readonly refusedLatency: Latencies | null;
  /** One that was unexpected, to look at. */
  readonly example: string | null;
}

/** Of milliseconds, in any order. */
export function latenciesOf(millis: readonly number[]): Latencies | null {
  if (millis.length === 0) return null;
  const sorted = Float64Array.from(millis).sort();
  const at = (share: number): number => {
    const place = Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1);
    return Math.round((sorted[Math.max(0, place)] ?? 0) * 1000);
  };
  return { p50: at(0.5), p99: at(0.99), p999: at(0.999), max: at(1) };
}
