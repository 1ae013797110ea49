/** Keeps connections busy with operations: at a steady rate, or one after the other as fast as answers come. */
import { Histogram } from "./histogram.ts";
import { chooser, type Operation } from "./operations.ts";
import { Sender } from "./sender.ts";
import { newWallet, type Wallet } from "./wallet.ts";

export interface LoadOptions {
  readonly origin: string;
  readonly connections: number;
  /** Operations per second; null: as many as the server can do. */
  readonly rate: number | null;
}

/** What happened since the last interval was asked for. Latencies are in microseconds. */
export interface Interval {
  readonly seconds: number;
  readonly requests: number;
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly failures: number;
  /** The first of them, in words. */
  readonly reasons: readonly string[];
  /** Operations done, by name. */
  readonly operations: Readonly<Record<string, number>>;
  /** How many milliseconds the generator itself was late, at most, to send what was due. */
  readonly lateMillis: number;
}

export interface Load {
  interval(): Interval;
  /** Resolves when all that was under way is done. */
  stop(): Promise<void>;
}

const TICK_MILLIS = 1;
/** How many seconds of operations may wait for a connection before the server counts as too slow for the rate. */
const PATIENCE_SECONDS = 10;
const REASONS = 5;
const OPERATIONS_PER_CONNECTION = 500;

/** Begins at once. The operations hand things to each other through the wallet. */
export function startLoad(
  { origin, connections, rate }: LoadOptions,
  operations: readonly Operation[],
  wallet: Wallet = newWallet(),
): Load {
  const latencies = new Histogram();
  const choose = chooser(operations);
  const due = rate === null ? endless() : steady(rate);
  let begunAt = performance.now();
  let failures = 0;
  let reasons: string[] = [];
  let done = new Map<string, number>();

  const work = async (): Promise<void> => {
    const sender = new Sender(origin, latencies);
    let turns = 0;
    for (let at = await due.next(); at !== null; at = await due.next()) {
      const operation = choose();
      sender.countFrom(at);
      try {
        await operation.run(sender, wallet);
      } catch (error) {
        failures += 1;
        if (reasons.length < REASONS)
          reasons.push(`${operation.name}: ${error instanceof Error ? error.message : error}`);
      }
      turns += 1;
      // Connections come and go, as those who open them do.
      if (turns % OPERATIONS_PER_CONNECTION === 0) sender.close();
      done.set(operation.name, (done.get(operation.name) ?? 0) + 1);
    }
    sender.close();
  };
  const workers = Array.from({ length: connections }, work);

  return {
    interval() {
      const now = performance.now();
      const lost = due.takeLost();
      const interval: Interval = {
        seconds: (now - begunAt) / 1000,
        requests: latencies.count,
        p50: latencies.percentile(0.5),
        p99: latencies.percentile(0.99),
        p999: latencies.percentile(0.999),
        failures: failures + lost,
        reasons:
          lost === 0 ? reasons : [`The server is too slow for the rate: ${lost} were dropped.`, ...reasons],
        operations: Object.fromEntries(done),
        lateMillis: due.takeLateness(),
      };
      begunAt = now;
      latencies.clear();
      [failures, reasons, done] = [0, [], new Map()];
      return interval;
    },
    async stop() {
      due.stop();
      await Promise.all(workers);
    },
  };
}

/** When operations are due. */
interface Schedule {
  /** Resolves when there is something to do, to since when; to null when all is over. */
  next(): Promise<number | null>;
  stop(): void;
  takeLateness(): number;
  /** How many operations were dropped because too many waited. */
  takeLost(): number;
}

function endless(): Schedule {
  let over = false;
  return {
    next: async () => (over ? null : performance.now()),
    stop() {
      over = true;
    },
    takeLateness: () => 0,
    takeLost: () => 0,
  };
}

/** What is due does not wait for answers, as the people who send it do not either: if the server stalls, it piles up. */
function steady(rate: number): Schedule {
  const backlog: number[] = [];
  const idle: ((at: number | null) => void)[] = [];
  const begunAt = performance.now();
  let handedOut = 0;
  let tickedAt = begunAt;
  let late = 0;
  let lost = 0;
  let over = false;
  const timer = setInterval(() => {
    const now = performance.now();
    late = Math.max(late, now - tickedAt - TICK_MILLIS);
    tickedAt = now;
    for (const wanted = Math.floor(((now - begunAt) / 1000) * rate); handedOut < wanted; handedOut += 1) {
      // The one that has waited longest, so that no connection is idle for so long that it is closed.
      const worker = idle.shift();
      if (worker !== undefined) worker(now);
      else if (backlog.length < rate * PATIENCE_SECONDS) backlog.push(now);
      else lost += 1;
    }
  }, TICK_MILLIS);
  return {
    async next() {
      if (over) return null;
      const at = backlog.shift();
      return at ?? new Promise((resolve) => idle.push(resolve));
    },
    stop() {
      over = true;
      clearInterval(timer);
      for (const worker of idle.splice(0)) worker(null);
    },
    takeLateness() {
      const taken = late;
      late = 0;
      return taken;
    },
    takeLost() {
      const taken = lost;
      lost = 0;
      return taken;
    },
  };
}
