/** When the requests of a load are due. */

export interface Pace {
  /** So many per second are due, at whole milliseconds; null: the next whenever one is answered. */
  readonly rate: number | null;
  /** What is due does not wait for answers, as the people who send it do not either: if the server stalls, so many pile up. */
  readonly mostWaiting: number;
  /** No more are due in all. */
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

  /** Does one thing after the other as they become due. Resolves when all is over. */
  async work(act: (dueAt: number) => Promise<void>): Promise<void> {
    for (let at = await this.#next(); at !== null; at = await this.#next()) await act(at);
  }

  /** Nothing becomes due any more. What waits is still handed out. */
  end(): void {
    this.#tick();
    this.#isOver = true;
    clearInterval(this.#timer);
    for (const worker of this.#idle.splice(0)) worker(null);
  }

  /** Since this was last asked: how many became due, and how many were dropped because too many waited; how many wait now. */
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
      // The worker that has waited longest, so that no connection is idle for so long that it is closed.
      const worker = this.#idle.shift();
      if (worker !== undefined) worker(dueAt);
      else if (this.#waiting.length < mostWaiting) this.#waiting.push(dueAt);
      else this.#counts.dropped += 1;
    }
  }
}
