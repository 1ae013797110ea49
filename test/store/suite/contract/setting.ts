/** One database with the tables of the contract for the tests of a topic. */
import { afterAll, beforeAll } from "bun:test";
import type { Store } from "../../../../src/store/contract.ts";
import type { Schema } from "../../../../src/store/schema.ts";
import { CONTRACT_SCHEMA } from "./tables.ts";

export interface ContractSetting {
  readonly store: Store;
  /** Another store on the same database, as another node has. */
  another(): Promise<Store>;
  /** Runs statements as another program. */
  execute(sql: string): Promise<unknown>;
  close(): Promise<void>;
}

/** Opens a new, empty database with this schema; `close` also removes it. */
export type OpenContract = (schema: Schema) => Promise<ContractSetting>;

/** Opens a database before the tests of the enclosing `describe`. `setting` and `other` work inside of tests only. */
export function useContract(open: OpenContract) {
  let opened: ContractSetting | undefined;
  let second: Store | undefined;
  beforeAll(async () => {
    opened = await open(CONTRACT_SCHEMA);
    second = await opened.another();
  });
  afterAll(async () => {
    await second?.close();
    await opened?.close();
  });
  const setting = (): ContractSetting => {
    if (opened === undefined) throw new Error("no store outside of tests");
    return opened;
  };
  return {
    setting,
    store: () => setting().store,
    /** The store of the other node. */
    other: (): Store => {
      if (second === undefined) throw new Error("no store outside of tests");
      return second;
    },
  };
}
