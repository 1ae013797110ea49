/** A store whose calls are timed, for metrics and traces. */
import { type Store, StoreBusy, StoreUnavailable } from "./contract.ts";

export type StoreCall = "look" | "commit" | "list" | "expire" | "ping";
export type StoreCallOutcome = "done" | "stale" | "busy" | "unavailable" | "error";

export const STORE_CALLS: readonly StoreCall[] = ["look", "commit", "list", "expire", "ping"];
export const STORE_OUTCOMES: readonly StoreCallOutcome[] = ["done", "stale", "busy", "unavailable", "error"];

/** Called as a call begins; what it returns is called at its end. Neither may throw. */
export type StoreMeter = (call: StoreCall) => (outcome: StoreCallOutcome) => void;

/** The store, with each call told to the meter. */
export function meterStore(store: Store, meter: StoreMeter): Store {
  const timed = <Result>(
    call: StoreCall,
    run: () => Promise<Result>,
    outcomeOf: (result: Result) => StoreCallOutcome = done,
  ): Promise<Result> => {
    const end = meter(call);
    const answer = run();
    // The caller has the promise of the store itself, and learns of a failure by it.
    answer.then(
      (result) => end(outcomeOf(result)),
      (error: unknown) => end(outcomeOfError(error)),
    );
    return answer;
  };
  return {
    ...store,
    look: (plan, parameters) => timed("look", () => store.look(plan, parameters)),
    commit: (commit) =>
      timed(
        "commit",
        () => store.commit(commit),
        ({ outcome }) => (outcome === "stale" ? "stale" : "done"),
      ),
    list: (table, request) => timed("list", () => store.list(table, request)),
    expire: (expiries, limit) => timed("expire", () => store.expire(expiries, limit)),
    ping: () => timed("ping", () => store.ping()),
  };
}

const done = (): StoreCallOutcome => "done";

function outcomeOfError(error: unknown): StoreCallOutcome {
  if (error instanceof StoreBusy) return "busy";
  return error instanceof StoreUnavailable ? "unavailable" : "error";
}
