/**
 * `serve --workers N`: further processes that share the ports and the database with this one. The kernel gives each
 * connection to one of them. All get the configuration of the start from this process. It restarts a worker that dies, and
 * the workers end when it ends for any reason.
 */
import type { Subprocess } from "bun";
import type { LoadedConfiguration } from "../configuration/sources.ts";
import type { Log } from "../platform/log.ts";
import type { Reading } from "../platform/metrics.ts";
import type { PeerMessage, Peers } from "../platform/peers.ts";
import { ownCommand } from "../platform/runtime.ts";
import { CommandError } from "./command-error.ts";
import type { MeasuredPeers } from "./process-metrics.ts";

/** Messages to a worker. */
export type ToWorker =
  | ({ readonly type: "start" } & LoadedConfiguration)
  | { readonly type: "peer"; readonly message: PeerMessage }
  | { readonly type: "reload" }
  /** Asks for the numbers of the worker. */
  | { readonly type: "measure"; readonly id: number }
  /** The numbers of all processes, for the worker that asked with this id. */
  | { readonly type: "gathered"; readonly id: number; readonly readings: readonly Reading[] }
  | { readonly type: "stop" };

/** Messages from a worker. */
export type FromWorker =
  | { readonly type: "ready" }
  | { readonly type: "peer"; readonly message: PeerMessage }
  | { readonly type: "measured"; readonly id: number; readonly readings: readonly Reading[] }
  /** Asks for the numbers of all processes. */
  | { readonly type: "gather"; readonly id: number }
  | { readonly type: "stopped"; readonly cutOff: number };

const RESTART_MILLIS = 500;
/** The time to stop that a worker has beyond the time for its requests. */
export const STOP_GRACE_MILLIS = 2000;

export interface WorkersOptions {
  readonly count: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Log;
}

/** What a measurement waits for. */
interface Measurement {
  readonly answers: Map<Subprocess, readonly Reading[]>;
  readonly awaited: Set<Subprocess>;
  readonly done: () => void;
}

export class Workers implements Peers, MeasuredPeers {
  readonly #options: WorkersOptions;
  readonly #running = new Set<Subprocess>();
  /** Each worker has a number from 1 to their count. The one that takes the place of another takes its number. */
  readonly #numbers = new Map<Subprocess, number>();
  readonly #measurements = new Map<number, Measurement>();
  #measured = 0;
  #gather: () => Promise<readonly Reading[]> = async () => [];
  #loaded: LoadedConfiguration | null = null;
  #listener: (message: PeerMessage) => void = () => {};
  #stopping = false;
  #cutOff = 0;

  constructor(options: WorkersOptions) {
    this.#options = options;
  }

  tell(message: PeerMessage): void {
    this.#broadcast({ type: "peer", message }, null);
  }

  listen(listener: (message: PeerMessage) => void): void {
    this.#listener = listener;
  }

  /** Resolves when all workers take requests. Throws CommandError if one of them cannot. */
  async start(loaded: LoadedConfiguration): Promise<void> {
    this.#loaded = loaded;
    const ready = Array.from({ length: this.#options.count }, () => this.#startOne(loaded, "first"));
    if ((await Promise.all(ready)).every(Boolean)) return;
    await this.stop();
    throw new CommandError("A worker process could not start. Its own message is above.");
  }

  /** Sets how a worker gets the numbers of all processes. */
  gatherWith(gather: () => Promise<readonly Reading[]>): void {
    this.#gather = gather;
  }

  async measure(patienceMillis: number): Promise<ReadonlyMap<number, readonly Reading[] | null>> {
    const id = ++this.#measured;
    const { promise, resolve } = Promise.withResolvers<void>();
    const measurement: Measurement = { answers: new Map(), awaited: new Set(this.#running), done: resolve };
    const numbers = new Map(this.#numbers);
    if (measurement.awaited.size > 0) {
      this.#measurements.set(id, measurement);
      const timer = setTimeout(resolve, patienceMillis);
      this.#broadcast({ type: "measure", id }, null);
      await promise;
      clearTimeout(timer);
      this.#measurements.delete(id);
    }
    const found = new Map<number, readonly Reading[] | null>();
    for (let number = 1; number <= this.#options.count; number += 1) found.set(number, null);
    for (const [worker, readings] of measurement.answers) {
      const number = numbers.get(worker);
      if (number !== undefined) found.set(number, readings);
    }
    return found;
  }

  #measuredBy(worker: Subprocess, id: number, readings: readonly Reading[]): void {
    const measurement = this.#measurements.get(id);
    if (measurement === undefined) return;
    measurement.answers.set(worker, readings);
    measurement.awaited.delete(worker);
    if (measurement.awaited.size === 0) measurement.done();
  }

  /** The lowest number that no running worker has. */
  #freeNumber(): number {
    const taken = new Set(this.#numbers.values());
    let number = 1;
    while (taken.has(number)) number += 1;
    return number;
  }

  /** All read their certificates again. */
  reload(): void {
    this.#broadcast({ type: "reload" }, null);
  }

  /** Lets their requests finish. Resolves to how many requests were cut off. */
  async stop(): Promise<number> {
    this.#stopping = true;
    this.#broadcast({ type: "stop" }, null);
    const patience = (this.#loaded?.configuration.limits.stop_seconds ?? 0) * 1000 + STOP_GRACE_MILLIS;
    await Promise.all(
      [...this.#running].map(async (worker) => {
        const timer = setTimeout(() => worker.kill("SIGKILL"), patience);
        await worker.exited;
        clearTimeout(timer);
      }),
    );
    return this.#cutOff;
  }

  /** Resolves to whether it takes requests now; false if it ended before. */
  #startOne(loaded: LoadedConfiguration, start: "first" | "again"): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    let wasReady = false;
    const worker = Bun.spawn(ownCommand("worker"), {
      env: this.#options.env,
      stdio: ["ignore", "inherit", "inherit"],
      serialization: "json",
      ipc: (message: FromWorker, sender) => {
        if (message.type === "ready") wasReady = true;
        if (message.type === "ready") resolve(true);
        if (message.type === "stopped") this.#cutOff += message.cutOff;
        if (message.type === "measured") this.#measuredBy(sender, message.id, message.readings);
        if (message.type === "gather") {
          const { id } = message;
          void this.#gather().then((readings) => send(sender, { type: "gathered", id, readings }));
        }
        if (message.type === "peer") {
          this.#listener(message.message);
          this.#broadcast(message, sender);
        }
      },
      onExit: (ended, code, signal) => {
        this.#running.delete(ended);
        this.#numbers.delete(ended);
        resolve(false);
        // A worker that cannot start at first means a mistake of the operator. A worker that could start before will
        // start again, for example when the database is back.
        if (this.#stopping || (start === "first" && !wasReady)) return;
        this.#options.log.error("a worker process ended and is started again", {
          pid: ended.pid,
          status: signal ?? code,
        });
        setTimeout(() => this.#restart(loaded), RESTART_MILLIS);
      },
    });
    this.#running.add(worker);
    this.#numbers.set(worker, this.#freeNumber());
    send(worker, { type: "start", ...loaded });
    return promise;
  }

  #restart(loaded: LoadedConfiguration): void {
    if (!this.#stopping) void this.#startOne(loaded, "again");
  }

  #broadcast(message: ToWorker, except: Subprocess | null): void {
    for (const worker of this.#running) if (worker !== except) send(worker, message);
  }
}

function send(worker: Subprocess, message: ToWorker): void {
  try {
    worker.send(message);
  } catch {
    // This worker is ending, and `onExit` comes next. The others must get the message all the same.
  }
}
