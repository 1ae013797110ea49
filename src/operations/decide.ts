/** The course of every act: load the facts, decide, commit; if the facts have changed meanwhile, start over. */

import type { Decision } from "../rules/decision.ts";
import type { Act } from "../rules/events.ts";
import { type Store, StoreUnavailable, type Values } from "../store/contract.ts";
import type { Events } from "./events.ts";

export interface DecideContext {
  readonly store: Store;
  readonly events: Events;
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
    const decision = await attempt();
    const swept = await carryOut(context, act, decision);
    if (swept !== "stale") return { outcome: decision.outcome, swept };
  }
  context.events.tell(act, [{ event: "store.stale" }]);
  throw new StoreUnavailable("the facts changed each time before a decision was committed", {
    advice: "Try again. If this lasts, look for a program that changes the database all the time.",
  });
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

/** Commits one decision and reports its events. `stale`: a fact has changed, and nothing happened. */
export async function carryOut(
  { store, events: subscribers }: DecideContext,
  act: Act,
  { changes, sweeps = [], urgent = false, events = [] }: Decision<unknown>,
): Promise<"stale" | Decided<unknown>["swept"]> {
  let swept = NOTHING;
  if (changes !== undefined || sweeps.length > 0) {
    const told = events.length === 0 ? [] : subscribers.changesFor(act, events);
    const all = told.length === 0 ? (changes ?? []) : [...(changes ?? []), ...told];
    const committed = await store.commit({ changes: all, sweeps, urgent });
    if (committed.outcome === "stale") return "stale";
    swept = committed.swept;
  }
  if (events.length > 0) subscribers.tell(act, events);
  return swept;
}
