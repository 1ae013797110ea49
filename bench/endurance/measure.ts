/** One endurance run: a server under load, looked at every few seconds. */
import { join } from "node:path";
import { type Started, startProcess } from "../contenders/process.ts";
import { listProcesses, sumUsage, usageOf } from "../usage.ts";
import type { Interval } from "./load.ts";
import type { LiveFacts } from "./probe.ts";
import type { Endurance, EnduranceSettings, Sample } from "./results.ts";
import type { Contender, Endured } from "./server.ts";

const GENERATOR = join(import.meta.dir, "generator.ts");
/** How long the server is left alone before its idle memory is read. */
const IDLE_MILLIS = 1000;

export interface EndureOptions {
  readonly contender: Contender;
  readonly settings: EnduranceSettings;
  readonly folder: string;
  /** Told of each sample. */
  readonly onSample: (sample: Sample) => void;
}

export async function endure({ contender, settings, folder, onSample }: EndureOptions): Promise<Endurance> {
  const server = await contender.start(folder);
  let generator: Started | null = null;
  try {
    await Bun.sleep(IDLE_MILLIS);
    const idleBytes = usageOf([server.pid]).residentBytes;
    const { connections, rate } = settings;
    const options = JSON.stringify({ origin: server.origin, connections, rate });
    generator = await startProcess({
      command: [process.execPath, GENERATOR, options],
      folder,
      ready: /(The load is on)/,
      ipc: true,
    });
    const watch = new Watch(server, generator);
    const samples: Sample[] = [];
    let liveAfterWarmUp: LiveFacts | null = null;
    const seconds = settings.minutes * 60;
    for (let due = settings.sampleSeconds; due <= seconds + TOLERANCE; due += settings.sampleSeconds) {
      await watch.until(due);
      const sample = await watch.look();
      samples.push(sample);
      onSample(sample);
      if (liveAfterWarmUp === null && due >= settings.warmUpSeconds) liveAfterWarmUp = await server.live();
    }
    await generator.ask("stop");
    const liveAtEnd = await server.live();
    return {
      contender: contender.name,
      title: contender.title,
      idleBytes,
      samples,
      operations: watch.operations,
      rows: (await server.database()).rows,
      liveAfterWarmUp: liveAfterWarmUp ?? liveAtEnd,
      liveAtEnd,
      reasons: watch.reasons,
    };
  } finally {
    await generator?.stop();
    await server.stop();
  }
}

/** Sums of fractions of seconds are not exact. */
const TOLERANCE = 1e-6;
const MOST_REASONS = 20;

/** How often memory is read between two samples. */
const READING_MILLIS = 500;

/** Looks at both processes again and again, and keeps what has to be told of the whole run. */
class Watch {
  readonly #server: Endured;
  readonly #generator: Started;
  readonly #begunAt = performance.now();
  readonly operations: Record<string, number> = {};
  readonly reasons: string[] = [];
  #readings: number[] = [];
  #lookedAt = this.#begunAt;
  #cpu: { readonly server: number; readonly generator: number };

  constructor(server: Endured, generator: Started) {
    this.#server = server;
    this.#generator = generator;
    this.#cpu = this.#readProcesses();
  }

  /** Waits, and reads the memory meanwhile. */
  async until(seconds: number): Promise<void> {
    for (;;) {
      const left = this.#begunAt + seconds * 1000 - performance.now();
      if (left <= 0) return;
      await Bun.sleep(Math.min(left, READING_MILLIS));
      this.#readProcesses();
    }
  }

  async look(): Promise<Sample> {
    const { seconds, operations, ...interval } = (await this.#generator.ask("interval")) as Interval;
    const before = this.#cpu;
    this.#cpu = this.#readProcesses();
    const now = performance.now();
    const past = (now - this.#lookedAt) / 1000;
    this.#lookedAt = now;
    const database = await this.#server.database();
    const readings = this.#readings;
    this.#readings = [];
    for (const [name, count] of Object.entries(operations)) {
      this.operations[name] = (this.operations[name] ?? 0) + count;
    }
    this.reasons.push(...interval.reasons.slice(0, MOST_REASONS - this.reasons.length));
    return {
      ...interval,
      seconds: (now - this.#begunAt) / 1000,
      requestsPerSecond: interval.requests / seconds,
      residentBytes: Math.min(...readings),
      peakBytes: Math.max(...readings),
      ...(await this.#server.heap()),
      databaseBytes: database.databaseBytes,
      walBytes: database.walBytes,
      rows: Object.values(database.rows).reduce((sum, count) => sum + count, 0),
      descriptors: this.#server.descriptors(),
      serverCores: (this.#cpu.server - before.server) / past,
      generatorCores: (this.#cpu.generator - before.generator) / past,
    };
  }

  #readProcesses() {
    const processes = listProcesses();
    const server = sumUsage(processes, [this.#server.pid]);
    const generator = sumUsage(processes, [this.#generator.pid]);
    this.#readings.push(server.residentBytes);
    return { server: server.cpuSeconds, generator: generator.cpuSeconds };
  }
}
