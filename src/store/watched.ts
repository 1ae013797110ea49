/** A store whose outages are told once: when one begins, and when it ends. Its calls can be timed too. */
import { type SteadyClock, systemSteadyClock } from "../platform/clock.ts";
import { type CommitOutcome, type Store, StoreBusy, StoreUnavailable } from "./contract.ts";

export interface OutageListener {
  began(error: StoreUnavailable): void;
  /** Now and then during an outage. `failed`: how many calls failed since the last word of it. */
  goesOn(error: StoreUnavailable, failed: number): void;
  ended(failed: number): void;
}

/** How often an outage that goes on is told, with the number of calls that failed. */
const AGAIN_MILLIS = 60_000;

/**
 * An outage that came back within this time comes and goes: a worker of a cluster is away, say, and the calls for its rows fail among
 * others that do not. It ends when no call has failed for so long.
 */
const QUIET_MILLIS = 60_000;

/** Which of the words about an outage are due. */
class Outage {
  readonly #listener: OutageListener;
  readonly #clock: SteadyClock;
  readonly #failing = new Set<"read" | "write">();
  #isTold = false;
  #comesAndGoes = false;
  #failed = 0;
  #failedAt = Number.NEGATIVE_INFINITY;
  #toldAt = Number.NEGATIVE_INFINITY;
  #endedAt = Number.NEGATIVE_INFINITY;

  constructor(listener: OutageListener, clock: SteadyClock) {
    this.#listener = listener;
    this.#clock = clock;
  }

  failed(kind: "read" | "write", error: StoreUnavailable): void {
    const now = this.#clock.millis();
    this.#failing.add(kind);
    this.#failedAt = now;
    if (!this.#isTold) {
      this.#isTold = true;
      this.#comesAndGoes = now - this.#endedAt < QUIET_MILLIS;
      this.#toldAt = now;
      this.#listener.began(error);
      return;
    }
    this.#failed += 1;
    if (now - this.#toldAt < AGAIN_MILLIS) return;
    this.#toldAt = now;
    this.#listener.goesOn(error, this.#taken());
  }

  succeeded(kind: "read" | "write"): void {
    if (!this.#isTold) return;
    this.#failing.delete(kind);
    const now = this.#clock.millis();
    if (this.#failing.size > 0 || (this.#comesAndGoes && now - this.#failedAt < QUIET_MILLIS)) return;
    this.#isTold = false;
    this.#endedAt = now;
    this.#listener.ended(this.#taken());
  }

  #taken(): number {
    const failed = this.#failed;
    this.#failed = 0;
    return failed;
  }
}

export const STORE_CALLS = ["look", "commit", "list", "expire", "ping"] as const;
export type StoreCall = (typeof STORE_CALLS)[number];

export const STORE_OUTCOMES = ["done", "stale", "busy", "unavailable", "error"] as const;
export type StoreCallOutcome = (typeof STORE_OUTCOMES)[number];

/** Times the calls. It may not throw. */
export interface StoreMeter {
  /** The time, which `ended` gets again. */
  now(): number;
  ended(call: StoreCall, outcome: StoreCallOutcome, beganAt: number): void;
}

/**
 * The store, with its outages told. Reads may work while writes do not, on a full disk for example. So each kind of call
 * fails and recovers by itself, and the outage ends when no kind fails any more. A commit that ends access, or a clean-up,
 * may succeed where others fail, so their success shows nothing.
 *
 * The log of a server has a few lines for an outage, however many requests it costs, and whether it costs all of them or some.
 */
export function watchStore(
  store: Store,
  listener: OutageListener,
  meter: StoreMeter | null = null,
  clock: SteadyClock = systemSteadyClock,
): Store {
  const outage = new Outage(listener, clock);
  const watch = async <Result>(name: StoreCall, call: Promise<Result>, shows = true): Promise<Result> => {
    const kind = name === "commit" || name === "expire" ? "write" : "read";
    const beganAt = meter === null ? 0 : meter.now();
    try {
      const result = await call;
      if (meter !== null) meter.ended(name, name === "commit" && isStale(result) ? "stale" : "done", beganAt);
      if (shows) outage.succeeded(kind);
      return result;
    } catch (error) {
      if (meter !== null) meter.ended(name, outcomeOf(error), beganAt);
      // A busy store works.
      if (error instanceof StoreUnavailable && !(error instanceof StoreBusy)) outage.failed(kind, error);
      throw error;
    }
  };
  return {
    ...store,
    look: (plan, parameters) => watch("look", store.look(plan, parameters)),
    list: (table, request) => watch("list", store.list(table, request)),
    commit: (commit) => watch("commit", store.commit(commit), commit.urgent !== true),
    expire: (expiries, limit) => watch("expire", store.expire(expiries, limit), false),
    ping: () => watch("ping", store.ping()),
  };
}

const isStale = (result: unknown): boolean =>
  typeof result === "object" && result !== null && "outcome" in result && result.outcome === STALE;

const STALE: CommitOutcome["outcome"] = "stale";

function outcomeOf(error: unknown): StoreCallOutcome {
  if (error instanceof StoreBusy) return "busy";
  return error instanceof StoreUnavailable ? "unavailable" : "error";
}
