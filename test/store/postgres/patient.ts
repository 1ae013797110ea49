import { type Store, StoreBusy } from "../../../src/store/contract.ts";

/** As clients do: what is refused because too much waits, and so is not done, is asked for again. */
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

/** A store whose caller asks again. */
export const patient = (store: Store): Store => ({
  ...store,
  look: (plan, parameters) => insist(() => store.look(plan, parameters)),
  commit: (commit) => insist(() => store.commit(commit)),
  list: (table, request) => insist(() => store.list(table, request)),
  expire: (expiries, limit) => insist(() => store.expire(expiries, limit)),
});
