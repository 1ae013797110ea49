/** Counts latencies in buckets that are 2 % wide, so that memory does not grow with the number of requests. */

const WIDTH = Math.log(1.02);
/** The last bucket begins at 400 seconds. */
const BUCKETS = 1000;

/** In microseconds. */
export interface Percentiles {
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
}

export class Histogram {
  readonly #buckets = new Uint32Array(BUCKETS);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(micros: number): void {
    const bucket = Math.floor(Math.log(Math.max(1, micros)) / WIDTH);
    const at = Math.min(bucket, BUCKETS - 1);
    this.#buckets[at] = (this.#buckets[at] ?? 0) + 1;
    this.#count += 1;
  }

  /**
   * In microseconds, to 1 %: the middle of the bucket in which the share (0 to 1) of all is reached. 0 without any
   * latency.
   */
  percentile(share: number): number {
    const wanted = Math.max(1, Math.ceil(this.#count * share));
    let reached = 0;
    for (const [bucket, count] of this.#buckets.entries()) {
      reached += count;
      if (reached >= wanted) return Math.exp((bucket + 0.5) * WIDTH);
    }
    return 0;
  }

  percentiles(): Percentiles {
    return { p50: this.percentile(0.5), p99: this.percentile(0.99), p999: this.percentile(0.999) };
  }

  clear(): void {
    this.#buckets.fill(0);
    this.#count = 0;
  }
}
