/** The process of the load generator: keeps connections busy with operations, and reports over IPC. */
import { Histogram, type Percentiles } from "../load/histogram.ts";
import { Schedule } from "../load/schedule.ts";
import { chooser, OPERATIONS, type Operation, signEverybodyIn } from "./operations.ts";
import { Sender } from "./sender.ts";
import { newWallet, type Wallet } from "./wallet.ts";

export interface LoadOptions {
  readonly origin: string;
  readonly connections: number;
  /** Operations per second; null for as many as the server can do. */
  readonly rate: number | null;
}

/** The figures since the last request for them. Latencies are in microseconds. */
export interface Interval extends Percentiles {
  readonly seconds: number;
  readonly requests: number;
  readonly failures: number;
  /** The first failures, in words. */
  readonly reasons: readonly string[];
  /** The number of operations done, by name. */
  readonly operations: Readonly<Record<string, number>>;
}

export interface Load {
  interval(): Interval;
  /** Resolves when every operation that was under way is done. */
  stop(): Promise<void>;
}

/** Operations may wait for a connection for this many seconds before the server counts as too slow for the rate. */
const PATIENCE_SECONDS = 10;
const REASONS = 5;
const OPERATIONS_PER_CONNECTION = 500;

/** Begins at once. The operations pass tokens to each other through the wallet. */
export function startLoad(
  { origin, connections, rate }: LoadOptions,
  operations: readonly Operation[],
  wallet: Wallet = newWallet(),
): Load {
  const latencies = new Histogram();
  const choose = chooser(operations);
  const schedule = new Schedule({ rate, mostWaiting: (rate ?? 0) * PATIENCE_SECONDS });
  let begunAt = performance.now();
  let failures = 0;
  let reasons: string[] = [];
  let done: Record<string, number> = {};

  const worker = async (): Promise<void> => {
    const sender = new Sender(origin, latencies);
    let turns = 0;
    await schedule.work(async (dueAt) => {
      const operation = choose();
      sender.countFrom(dueAt);
      try {
        await operation.run(sender, wallet);
      } catch (error) {
        failures += 1;
        if (reasons.length < REASONS)
          reasons.push(`${operation.name}: ${error instanceof Error ? error.message : error}`);
      }
      turns += 1;
      // Connections come and go, as clients do.
      if (turns % OPERATIONS_PER_CONNECTION === 0) sender.close();
      done[operation.name] = (done[operation.name] ?? 0) + 1;
    });
    sender.close();
  };
  const workers = Array.from({ length: connections }, worker);

  return {
    interval() {
      const now = performance.now();
      const { dropped } = schedule.take();
      if (dropped > 0) reasons.unshift(`The server is too slow for the rate: ${dropped} were dropped.`);
      const interval: Interval = {
        seconds: (now - begunAt) / 1000,
        requests: latencies.count,
        ...latencies.percentiles(),
        failures: failures + dropped,
        reasons,
        operations: done,
      };
      begunAt = now;
      latencies.clear();
      [failures, reasons, done] = [0, [], {}];
      return interval;
    },
    async stop() {
      schedule.end();
      await Promise.all(workers);
    },
  };
}

if (import.meta.main) {
  const options: LoadOptions = JSON.parse(process.argv[2] ?? "");
  const wallet = newWallet();
  const first = new Sender(options.origin, new Histogram());
  await signEverybodyIn(first, wallet);
  first.close();
  const load = startLoad(options, OPERATIONS, wallet);
  process.on("message", async (question) => {
    if (question === "stop") await load.stop();
    process.send?.(load.interval());
  });
  process.on("disconnect", () => process.exit());
  process.on("SIGTERM", () => process.exit());
  console.log("The load is on.");
}
