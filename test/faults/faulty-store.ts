/** A real store that counts its calls, and that can fail at one of them. */

import { type Change, type Commit, type Store, StoreUnavailable } from "../../src/store/contract.ts";
import type { ActingStore } from "../store/acts.ts";
import { type Shard, shardsOfCommit, shardsOfList, shardsOfLook } from "../support/shards.ts";

/** `before`: the call has no effect. `after`: the call has its effect, and its answer is lost. */
export type FaultTime = "before" | "after";

/** The methods that reach the database. */
export const ASKING = ["look", "list", "commit", "expire", "ping"] as const;
export type Asking = (typeof ASKING)[number];

export interface Call {
  readonly method: Asking;
  /** The method and its subject: "look token grant caller", "commit grants access_tokens". */
  readonly name: string;
  /** Whether the call may change rows. */
  readonly changes: boolean;
  /** The shards that it touches on a cluster. */
  readonly shards: readonly Shard[];
}

export interface FaultyStore {
  /** Acts by name on this store neither count nor fail. */
  readonly store: ActingStore;
  /** The calls since the last `expectCalls`, in order. */
  readonly calls: readonly Call[];
  /** Forgets the calls. If `fault` is given, the next call with this index fails. */
  expectCalls(fault?: { readonly index: number; readonly time: FaultTime }): void;
}

export function makeFaulty(store: ActingStore): FaultyStore {
  const calls: Call[] = [];
  let armed: { readonly index: number; readonly time: FaultTime } | undefined;
  const failing = async <Result>(call: Call, ask: () => Promise<Result>): Promise<Result> => {
    calls.push(call);
    const isDue = calls.length - 1 === armed?.index;
    const fail = () => {
      throw new StoreUnavailable("made to fail by a test");
    };
    if (isDue && armed?.time === "before") fail();
    const result = await ask();
    if (isDue) fail();
    return result;
  };
  const reading = (method: Asking, about: readonly string[], shards: readonly Shard[]): Call => ({
    method,
    name: [method, ...about].join(" "),
    changes: false,
    shards,
  });
  const asking: Pick<Store, Asking> = {
    look: (plan, parameters) =>
      failing(reading("look", Object.keys(plan), shardsOfLook(plan, parameters)), () =>
        store.look(plan, parameters),
      ),
    list: (table, request) =>
      failing(reading("list", [table.name], shardsOfList(table, request.where)), () =>
        store.list(table, request),
      ),
    ping: () => failing(reading("ping", [], []), () => store.ping()),
    commit: (commit) => {
      const tables = changedTables(commit);
      const call: Call = {
        method: "commit",
        name: ["commit", ...tables].join(" "),
        changes: tables.length > 0,
        shards: shardsOfCommit(commit),
      };
      return failing(call, () => store.commit(commit));
    },
    expire: (expiries, limit) =>
      failing({ method: "expire", name: "expire", changes: true, shards: ["all"] }, () =>
        store.expire(expiries, limit),
      ),
  };
  return {
    calls,
    expectCalls(fault) {
      calls.length = 0;
      armed = fault;
    },
    store: { ...store, ...asking },
  };
}

const isGuard = ({ act }: Change): boolean => act === "check" || act === "hold";

/** The tables that the commit writes. */
function changedTables({ changes, sweeps = [] }: Commit): string[] {
  const written = changes.filter((change) => !isGuard(change));
  return [...new Set([...written, ...sweeps].map(({ table }) => table.name))];
}
