/** When the requests of a load are due, and the workers that send them. */

export interface Schedule {
  /** Resolves when something is due, to since when (`performance.now()`); to null when all is over. */
  next(): Promise<number | null>;
  /** Nothing becomes due any more. What waits is still handed out. */
  end(): void;
  /** What has become of it since this was last asked. */
  take(): Taken;
}

export interface Taken {
  readonly due: number;
  /** Because too many waited. */
  readonly dropped: number;
  /** How many wait now. */
  readonly waiting: number;
}

/** The next is due whenever the one before is answered. */
export function endless(): Schedule {
  let isOver = false;
  let due = 0;
  return {
    async next() {
      if (isOver) return null;
      due += 1;
      return performance.now();
    },
    end() {
      isOver = true;
    },
    take() {
      const taken = { due, dropped: 0, waiting: 0 };
      due = 0;
      return taken;
    },
  };
}

/** To wait for less, a process would have to be busy all the time. */
const TICK_MILLIS = 1;

export interface Pace {
  /** So many per second are due, at whole milliseconds. */
  readonly rate: number;
  /** What is due does not wait for answers, as the people who send it do not either: if the server stalls, so many pile up. */
  readonly mostWaiting: number;
  /** No more are due in all. */
  readonly total?: number;
}

export function steady({ rate, mostWaiting, total = Number.POSITIVE_INFINITY }: Pace): Schedule {
  const waiting: number[] = [];
  let waitingFrom = 0;
  const idle: ((at: number | null) => void)[] = [];
  let idleFrom = 0;
  const begunAt = performance.now();
  let handedOut = 0;
  let counts = { due: 0, dropped: 0 };
  let isOver = false;
  const tick = () => {
    const seconds = Math.floor(performance.now() - begunAt) / 1000;
    for (const wanted = Math.min(total, Math.floor(seconds * rate)); handedOut < wanted; handedOut += 1) {
      const dueAt = begunAt + Math.ceil(((handedOut + 1) / rate) * 1000);
      counts.due += 1;
      // The worker that has waited longest, so that no connection is idle for so long that it is closed.
      const worker = idle[idleFrom];
      if (worker !== undefined) {
        idleFrom += 1;
        worker(dueAt);
      } else if (waiting.length - waitingFrom < mostWaiting) waiting.push(dueAt);
      else counts.dropped += 1;
    }
    // A queue that lost one element at a time from its front would be copied each time.
    if (idleFrom > 0) idle.splice(0, idleFrom);
    idleFrom = 0;
  };
  const timer = setInterval(tick, TICK_MILLIS);
  return {
    async next() {
      const at = waiting[waitingFrom];
      if (at !== undefined) {
        waitingFrom += 1;
        if (waitingFrom === waiting.length) [waiting.length, waitingFrom] = [0, 0];
        return at;
      }
      return isOver ? null : new Promise((resolve) => idle.push(resolve));
    },
    end() {
      tick();
      isOver = true;
      clearInterval(timer);
      for (const worker of idle.splice(0)) worker(null);
    },
    take() {
      const taken = { ...counts, waiting: waiting.length - waitingFrom };
      counts = { due: 0, dropped: 0 };
      return taken;
    },
  };
}

/** Does one thing after the other as they become due. Resolves when all is over. */
export async function work(schedule: Schedule, act: (dueAt: number) => Promise<void>): Promise<void> {
  for (let at = await schedule.next(); at !== null; at = await schedule.next()) await act(at);
}
