/** The course of every act: load the facts, decide, commit; if the facts have changed meanwhile, start over. */

import type { Decision } from "../rules/decision.ts";
import type { Act, Event } from "../rules/events.ts";
import { type Change, type Store, StoreUnavailable, type Sweep, type Values } from "../store/contract.ts";
import { shardOf, type Table } from "../store/declare.ts";
import type { Events } from "./events.ts";

export interface DecideContext {
  readonly store: Store;
  readonly events: Events;
  /**
   * Asked at the beginning of each attempt. It throws for an act that may not be, or not any more. The conditions that it returns are a
   * part of the commit, so that a permission that goes meanwhile makes the commit stale.
   */
  readonly guard?: () => Promise<readonly Guard[]>;
}

/** A condition on a row for the commit of an act (`check`). */
export interface Guard {
  readonly table: Table;
  readonly key: Values;
  readonly was: Values;
}

/** How often facts may change under a decision before it fails. Each time another decision was committed. */
const ATTEMPTS = 100;

export interface Decided<Outcome> {
  readonly outcome: Outcome;
  /** The rows of each sweep. */
  readonly swept: readonly (readonly Values[])[];
}

/**
 * Decides and commits, and starts over when the facts have changed before the commit. `attempt` loads the facts and asks
 * the rule. Throws StoreUnavailable after too many attempts.
 */
export async function decide<Outcome>(
  context: DecideContext,
  act: Act,
  attempt: () => Promise<Decision<Outcome>>,
): Promise<Decided<Outcome>> {
  for (let count = 1; count <= ATTEMPTS; count += 1) {
    const guards = (await context.guard?.()) ?? NO_GUARDS;
    const decision = await attempt();
    const swept = await carryOut(context, act, guards.length === 0 ? decision : guarded(decision, guards));
    if (swept !== "stale") return { outcome: decision.outcome, swept };
  }
  context.events.tell(act, [{ event: "store.stale" }]);
  throw new StoreUnavailable("the facts changed each time before a decision was committed", {
    advice: "Try again. If this lasts, look for a program that changes the database all the time.",
  });
}

const NO_GUARDS: readonly Guard[] = [];

/**
 * The decision under further conditions. A row is in one change only, so a condition on a row that changes becomes a part of its guard.
 * A removal has none: the row goes in a sweep, after the changes.
 */
function guarded<Outcome>(decision: Decision<Outcome>, guards: readonly Guard[]): Decision<Outcome> {
  const { changes = [], sweeps = [] } = decision;
  // Without them there is no commit, and nothing that may not be.
  if (changes.length === 0 && sweeps.length === 0) return decision;
  const parts = guards.reduce(withGuard, { changes, sweeps });
  return { ...decision, ...parts };
}

interface Parts {
  readonly changes: readonly Change[];
  readonly sweeps: readonly Sweep[];
}

function withGuard({ changes, sweeps }: Parts, { table, key, was }: Guard): Parts {
  const own = changes.find(
    (change) =>
      "key" in change &&
      change.table === table &&
      Object.entries(key).every(([column, value]) => change.key[column] === value),
  );
  const check: Change = { act: "check", table, key, was };
  if (own === undefined) return { changes: [...changes, check], sweeps };
  const instead = (change: Change): Parts["changes"] => changes.map((each) => (each === own ? change : each));
  return "was" in own
    ? { changes: instead({ ...own, was: { ...own.was, ...was } }), sweeps }
    : { changes: instead(check), sweeps: [...sweeps, { table, where: key, set: null }] };
}

/** The outcome alone. */
export async function outcomeOf<Outcome>(
  context: DecideContext,
  act: Act,
  attempt: () => Promise<Decision<Outcome>>,
): Promise<Outcome> {
  return (await decide(context, act, attempt)).outcome;
}

const NOTHING: Decided<unknown>["swept"] = [];

/** An event that no change goes with: it has a commit of its own, with what its subscribers write. */
export const commitEvent = (context: DecideContext, act: Act, event: Event): Promise<void> =>
  outcomeOf(context, act, async () => ({ outcome: undefined, changes: [], events: [event] }));

/** Commits one decision and reports its events. `stale`: a fact has changed, and nothing happened. */
export async function carryOut(
  { store, events: subscribers }: DecideContext,
  act: Act,
  { changes, sweeps = [], urgent = false, events = [] }: Decision<unknown>,
): Promise<"stale" | Decided<unknown>["swept"]> {
  let swept = NOTHING;
  if (changes !== undefined || sweeps.length > 0) {
    const told = events.length === 0 ? [] : subscribers.changesFor(act, events, shardOfChanges(changes));
    const all = told.length === 0 ? (changes ?? []) : [...(changes ?? []), ...told];
    const committed = await store.commit({ changes: all, sweeps, urgent });
    if (committed.outcome === "stale") return "stale";
    swept = committed.swept;
  }
  if (events.length > 0) subscribers.tell(act, events);
  return swept;
}

/** The shard of the first change that has one. */
function shardOfChanges(changes: readonly Change[] = []): number | undefined {
  for (const change of changes) {
    const value = ("row" in change ? change.row : change.key)[change.table.shard ?? ""];
    if (typeof value === "string" || value instanceof Uint8Array) return shardOf(value);
  }
  return undefined;
}
