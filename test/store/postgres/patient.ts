import { type Store, StoreBusy } from "../../../src/store/contract.ts";

/** Repeats a call that the overloaded store refused, as clients do. */
async function insist<Result>(ask: () => Promise<Result>): Promise<Result> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof StoreBusy)) throw error;
      await Bun.sleep(20);
    }
  }
}

/** A store whose caller repeats refused calls. */
export const patient = (store: Store): Store => ({
  ...store,
  look: (plan, parameters) => insist(() => store.look(plan, parameters)),
  commit: (commit) => insist(() => store.commit(commit)),
  list: (table, request) => insist(() => store.list(table, request)),
  expire: (expiries, limit) => insist(() => store.expire(expiries, limit)),
});
