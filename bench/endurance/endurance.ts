/** `npm run bench:endurance`: mixed load on a real server process, and whether memory and latency grow. */
import { join } from "node:path";
import { type Started, startProcess } from "../contenders/process.ts";
import { amount, COMMON, count, flag, names, type OptionsOf } from "../options.ts";
import type { Bench, Setting } from "../run.ts";
import { listProcesses, sumUsage, usageOf } from "../usage.ts";
import type { Interval } from "./load.ts";
import type { LiveFacts } from "./probe.ts";
import { figures, memoryPlot, p99Plot, sampleLine } from "./report.ts";
import type { Endurance, EnduranceResults, EnduranceSettings, Sample } from "./results.ts";
import { CONTENDERS, type Contender, type Endured, startEndured } from "./server.ts";
import { judge } from "./verdict.ts";

/** The first part of a run does not count for the verdict: code is compiled, caches fill, first things expire. */
const WARM_UP_SHARE = 0.3;
/** The most samples of a long run. */
const MOST_SAMPLES = 360;
const LEAST_SAMPLES = 10;
const SAMPLE_SECONDS = 2;
/** The server is idle for this long before its idle memory is read. */
const IDLE_MILLIS = 1000;
/** The time between two readings of the memory within a sample. */
const READING_MILLIS = 500;
const MOST_REASONS = 20;
/** Sums of fractions of seconds are inexact. */
const TOLERANCE = 1e-6;

const OPTIONS = {
  contenders: names("who is measured, one after the other", CONTENDERS, CONTENDERS.slice(0, 1)),
  minutes: amount("how long the load lasts, in minutes", 2, 0.05),
  hour: flag("the same as --minutes 60"),
  rate: amount("operations per second, whether or not answers come", 500, 1),
  saturated: flag("as many as the server can do, instead of --rate"),
  connections: count("how many connections are kept open", 32),
  ...COMMON,
};

type Options = OptionsOf<typeof OPTIONS>;

function settingsOf(options: Options): EnduranceSettings {
  const minutes = options.hour ? 60 : options.minutes;
  const seconds = minutes * 60;
  return {
    minutes,
    warmUpSeconds: seconds * WARM_UP_SHARE,
    sampleSeconds: Math.max(Math.min(SAMPLE_SECONDS, seconds / LEAST_SAMPLES), seconds / MOST_SAMPLES),
    connections: options.connections,
    rate: options.saturated ? null : options.rate,
  };
}

async function measure(options: Options, setting: Setting): Promise<EnduranceResults> {
  const { date, host, takenCores, folder, say } = setting;
  const settings = settingsOf(options);
  const runs: Endurance[] = [];
  for (const contender of options.contenders) {
    say(`${contender.title}, for ${settings.minutes} min:\n`);
    runs.push(await endure(contender, settings, join(folder, contender.name), say));
  }
  // Nothing is pinned, so that the server really shares the machine.
  return { date, host: { ...host, isPinned: false }, takenCores: takenCores(), settings, runs };
}

/** Puts a server under load, and takes a sample every few seconds. */
async function endure(
  contender: Contender,
  settings: EnduranceSettings,
  folder: string,
  say: (text: string) => void,
): Promise<Endurance> {
  const server = await startEndured(contender, folder);
  let generator: Started | null = null;
  try {
    await Bun.sleep(IDLE_MILLIS);
    const idleBytes = usageOf([server.pid]).residentBytes;
    const { connections, rate } = settings;
    const options = JSON.stringify({ origin: server.origin, connections, rate });
    generator = await startProcess({
      command: [process.execPath, join(import.meta.dir, "load.ts"), options],
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
      say(`${sampleLine(sample)}\n`);
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
      liveAfterWarmUp: liveAfterWarmUp ?? liveAtEnd,
      liveAtEnd,
      reasons: watch.reasons,
    };
  } finally {
    await generator?.stop();
    await server.stop();
  }
}

/** Watches both processes, and keeps the figures of the whole run. */
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
    const { seconds, operations, reasons, ...interval } = await this.#generator.ask<Interval>("interval");
    const before = this.#cpu;
    this.#cpu = this.#readProcesses();
    const now = performance.now();
    const past = (now - this.#lookedAt) / 1000;
    this.#lookedAt = now;
    const readings = this.#readings;
    this.#readings = [];
    for (const [name, count] of Object.entries(operations))
      this.operations[name] = (this.operations[name] ?? 0) + count;
    this.reasons.push(...reasons.slice(0, MOST_REASONS - this.reasons.length));
    return {
      ...interval,
      seconds: (now - this.#begunAt) / 1000,
      requestsPerSecond: interval.requests / seconds,
      residentBytes: Math.min(...readings),
      peakBytes: Math.max(...readings),
      heapBytes: await this.#server.heapBytes(),
      ...(await this.#server.database()),
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

export const endurance: Bench<typeof OPTIONS, EnduranceResults> = {
  section: "endurance",
  command: "bench:endurance",
  description: "Keeps Tessera under mixed load. Fails if an answer is not as it must be, or if memory grows.",
  options: OPTIONS,
  measure,
  figures,
  pictures: (results) => ({ endurance: memoryPlot(results), "endurance-p99": p99Plot(results) }),
  passes: ({ runs, settings }) => runs.every((each) => judge(each, settings).passed),
};
