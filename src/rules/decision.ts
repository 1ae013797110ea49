/**
 * The answer of a rule: the outcome, the changes to commit, and the events. A rule is pure: it depends only on the facts,
 * the request and the time.
 */
import type { Change, Sweep } from "../store/contract.ts";
import type { Event } from "./events.ts";

export interface Decision<Outcome> {
  readonly outcome: Outcome;
  /**
   * Undefined: the outcome needs no commit. An empty list: nothing changes, but the answer rests on another commit, and must
   * wait until that one is on disk.
   */
  readonly changes?: readonly Change[];
  readonly sweeps?: readonly Sweep[];
  /** The decision ends access, so it is committed even under overload. */
  readonly urgent?: boolean;
  readonly events?: readonly Event[];
}

/** An outcome without changes. */
export const concluded = <Outcome>(outcome: Outcome): Decision<Outcome> => ({ outcome });
