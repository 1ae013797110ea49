/**
 * The shards that a call of the store touches on a cluster. They follow from the declarations of the tables alone, so a test needs
 * no cluster to count them.
 */
import type { Change, Commit, Plan, Values } from "../../src/store/contract.ts";
import { shardOf, type Table } from "../../src/store/declare.ts";

/** A shard, or `all` if the call does not name one. */
export type Shard = number | "all";

const shardIn = ({ shard, sameShard }: Table, values: Values): Shard => {
  const value = values[shard ?? ""] ?? values[sameShard ?? ""];
  return typeof value === "string" || value instanceof Uint8Array ? shardOf(value) : "all";
};

/** A table without shards is on every node. */
const shardsIn = (table: Table, values: Values): readonly Shard[] =>
  table.shard === null ? [] : [shardIn(table, values)];

const distinct = (shards: readonly Shard[]): readonly Shard[] => [...new Set(shards)];

export function shardsOfLook(plan: Plan, parameters: Values): readonly Shard[] {
  const shards = Object.values(plan).flatMap(({ table, by }) => {
    if (table.shard === null) return [];
    const naming = Object.entries(by).find(
      ([column]) => column === table.shard || column === table.sameShard,
    );
    const source = String(naming?.[1] ?? "");
    if (source.startsWith("$")) {
      // A look without this value finds no such row, in no shard.
      const value = parameters[source.slice(1)] ?? null;
      return value === null ? [] : shardsIn(table, { [table.shard]: value });
    }
    const [entry = ""] = source.split(".");
    const other = plan[entry]?.table;
    // The row lies where the row lies through which it is found.
    return other !== undefined && other.shard !== null ? [] : ["all" as const];
  });
  return distinct(shards);
}

export const shardsOfList = (table: Table, where: Values = {}): readonly Shard[] => shardsIn(table, where);

export const shardsOfCommit = ({ changes, sweeps = [] }: Commit): readonly Shard[] =>
  distinct([
    ...changes.flatMap((change: Change) => shardsIn(change.table, "row" in change ? change.row : change.key)),
    ...sweeps.flatMap(({ table, where }) => shardsIn(table, where)),
  ]);

/**
 * PostgreSQL looks for a row beside the row through which it is found, in the same shard (`store/postgres/look.ts`). Throws for a look
 * that goes to another shard, because it would find nothing there. The embedded database has no shards, and finds it.
 */
export function requireSameShards(plan: Plan, facts: Readonly<Record<string, Values | null>>): void {
  for (const [name, { table, by }] of Object.entries(plan)) {
    for (const [column, source] of Object.entries(by)) {
      if (column !== table.shard && column !== table.sameShard) continue;
      const [entry = "", other = ""] = String(source).split(".");
      const from = plan[entry]?.table;
      const found = facts[entry] ?? {};
      const value = found[other] ?? null;
      if (source === undefined || from === undefined || from.shard === null || value === null) continue;
      const own = shardIn(from, found);
      if (own !== "all" && shardIn(table, { [column]: value }) !== own)
        throw new Error(`A look goes from one shard to another: to ${name} by ${source}.`);
    }
  }
}
