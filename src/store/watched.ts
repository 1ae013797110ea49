/** A store whose outages are told once: when one begins, and when it ends. Its calls can be timed too. */
import { type CommitOutcome, type Store, StoreBusy, StoreUnavailable } from "./contract.ts";

export interface OutageListener {
  began(error: StoreUnavailable): void;
  ended(): void;
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
 */
export function watchStore(store: Store, listener: OutageListener, meter: StoreMeter | null = null): Store {
  const failing = new Set<"read" | "write">();
  const watch = async <Result>(name: StoreCall, call: Promise<Result>, shows = true): Promise<Result> => {
    const kind = name === "commit" || name === "expire" ? "write" : "read";
    const beganAt = meter === null ? 0 : meter.now();
    try {
      const result = await call;
      if (meter !== null) meter.ended(name, name === "commit" && isStale(result) ? "stale" : "done", beganAt);
      if (shows && failing.delete(kind) && failing.size === 0) listener.ended();
      return result;
    } catch (error) {
      if (meter !== null) meter.ended(name, outcomeOf(error), beganAt);
      // A busy store works.
      if (error instanceof StoreUnavailable && !(error instanceof StoreBusy) && !failing.has(kind)) {
        failing.add(kind);
        if (failing.size === 1) listener.began(error);
      }
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
