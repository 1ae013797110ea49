/** A real store whose calls are counted, and of which one can be made to fail. */
import { type Store, StoreUnavailable } from "../../src/store/contract.ts";

/** `before`: the call does nothing. `after`: it does all that it should, and its answer is lost. */
export type FaultTime = "before" | "after";

export interface FaultyStore {
  readonly store: Store;
  /** Which methods were called since the last `expectCalls`, in order. */
  readonly calls: readonly string[];
  /** Forgets the calls; of the next ones, the one with this index fails, if one is named. */
  expectCalls(fault?: { readonly index: number; readonly time: FaultTime }): void;
}

/** Answered from memory, at once: no call to the database that could fail. */
const FROM_MEMORY: readonly (string | symbol)[] = ["recallClient", "requireRoom"];

export function makeFaulty(store: Store): FaultyStore {
  const calls: string[] = [];
  let armed: { readonly index: number; readonly time: FaultTime } | undefined;
  const failing = async (call: () => unknown): Promise<unknown> => {
    const isDue = calls.length - 1 === armed?.index;
    const fail = () => {
      throw new StoreUnavailable("made to fail by a test");
    };
    if (isDue && armed?.time === "before") fail();
    const result = await call();
    if (isDue) fail();
    return result;
  };
  return {
    calls,
    expectCalls(fault) {
      calls.length = 0;
      armed = fault;
    },
    store: new Proxy(store, {
      get(target, name) {
        const method: unknown = Reflect.get(target, name);
        if (typeof method !== "function" || FROM_MEMORY.includes(name)) return method;
        return (...values: unknown[]) => {
          // After another call it has nothing left to ask.
          if (name === "confirmClient" && calls.length > 0) return Reflect.apply(method, target, values);
          calls.push(String(name));
          return failing(() => Reflect.apply(method, target, values));
        };
      },
    }),
  };
}
