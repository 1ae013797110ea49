/** When the requests of a load are due. */

export interface Pace {
  /** Requests per second that are due, at whole milliseconds; null: the next is due after an answer. */
  readonly rate: number | null;
  /** Due requests do not wait for answers, as clients do not. If the server stalls, up to this many pile up. */
  readonly mostWaiting: number;
  /** The most requests to become due in all. */
  readonly total?: number;
}

/** To wait for less, a process would have to be busy all the time. */
const TICK_MILLIS = 1;

type Worker = (dueAt: number | null) => void;

export class Schedule {
  readonly #pace: Pace;
  readonly #begunAt = performance.now();
  readonly #timer: Timer | undefined;
  #waiting: number[] = [];
  #idle: Worker[] = [];
  #handedOut = 0;
  #counts = { due: 0, dropped: 0 };
  #isOver = false;

  constructor(pace: Pace) {
    this.#pace = pace;
    if (pace.rate !== null) this.#timer = setInterval(() => this.#tick(), TICK_MILLIS);
  }

  /** Calls `act` for each request as it becomes due. Resolves after the last. */
  async work(act: (dueAt: number) => Promise<void>): Promise<void> {
    for (let at = await this.#next(); at !== null; at = await this.#next()) await act(at);
  }

  /** No more requests become due. Waiting ones are still handed out. */
  end(): void {
    this.#tick();
    this.#isOver = true;
    clearInterval(this.#timer);
    for (const worker of this.#idle.splice(0)) worker(null);
  }

  /**
   * Since the last call: how many requests became due, and how many were dropped because too many waited. `waiting`:
   * how many wait now.
   */
  take(): { readonly due: number; readonly dropped: number; readonly waiting: number } {
    const taken = { ...this.#counts, waiting: this.#waiting.length };
    this.#counts = { due: 0, dropped: 0 };
    return taken;
  }

  async #next(): Promise<number | null> {
    const at = this.#waiting.shift();
    if (at !== undefined) return at;
    if (this.#isOver) return null;
    if (this.#pace.rate !== null) return new Promise((resolve) => this.#idle.push(resolve));
    this.#counts.due += 1;
    return performance.now();
  }

  #tick(): void {
    const { rate, mostWaiting, total = Number.POSITIVE_INFINITY } = this.#pace;
    if (rate === null) return;
    const seconds = Math.floor(performance.now() - this.#begunAt) / 1000;
    const due = Math.min(total, Math.floor(seconds * rate));
    for (; this.#handedOut < due; this.#handedOut += 1) {
      const dueAt = this.#begunAt + Math.ceil(((this.#handedOut + 1) / rate) * 1000);
      this.#counts.due += 1;
      // The worker that has waited longest, so that no connection is idle until the server closes it.
      const worker = this.#idle.shift();
      if (worker !== undefined) worker(dueAt);
      else if (this.#waiting.length < mostWaiting) this.#waiting.push(dueAt);
      else this.#counts.dropped += 1;
    }
  }
}
