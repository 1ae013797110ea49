/** A store whose outages are told once: when one begins, and when it ends. */
import { type Store, StoreBusy, StoreUnavailable } from "./contract.ts";

export interface OutageListener {
  began(error: StoreUnavailable): void;
  ended(): void;
}

/**
 * The store, with its outages told. Reads may work while writes do not, on a full disk for example. So each kind of call
 * fails and recovers by itself, and the outage ends when no kind fails any more. A commit that ends access, or a clean-up,
 * may succeed where others fail, so their success shows nothing.
 */
export function watchStore(store: Store, listener: OutageListener): Store {
  const failing = new Set<string>();
  const watch = async <Result>(kind: string, call: Promise<Result>, shows = true): Promise<Result> => {
    try {
      const result = await call;
      if (shows && failing.delete(kind) && failing.size === 0) listener.ended();
      return result;
    } catch (error) {
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
    look: (plan, parameters) => watch("read", store.look(plan, parameters)),
    list: (table, request) => watch("read", store.list(table, request)),
    commit: (commit) => watch("write", store.commit(commit), commit.urgent !== true),
    expire: (expiries, limit) => watch("write", store.expire(expiries, limit), false),
    ping: () => watch("read", store.ping()),
  };
}
