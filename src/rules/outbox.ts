/**
 * What waits to be sent: mails, notices of sign-outs, deliveries to webhooks. Each is a row from the commit of its reason on
 * (`WAITING` in store/tables/waiting.ts), so neither a crash nor a receiver that is down loses it. When the next attempt comes, who may make it
 * and when the server gives up stand here, once for all of them.
 */
import type { EpochSeconds } from "../platform/clock.ts";
import { type Change, update } from "../store/contract.ts";
import type { WaitingRecord, WaitingTable } from "../store/tables/waiting.ts";

/** The first wait after a failure. Each is twice as long as the one before. */
const FIRST_WAIT_SECONDS = 10;
const LONGEST_WAIT_SECONDS = 3600;

/** How long after this attempt, the first being 1, the next one may come. */
export const waitAfter = (attempt: number): number =>
  Math.min(FIRST_WAIT_SECONDS * 2 ** Math.min(attempt - 1, 20), LONGEST_WAIT_SECONDS);

/**
 * Whether the time of an attempt has come. No wait is as long as two of the longest: a row that would have one was written while the clock
 * was ahead, and would wait until that time comes again.
 */
export const isTime = (nextAt: EpochSeconds, now: EpochSeconds): boolean =>
  nextAt <= now || nextAt > now + 2 * LONGEST_WAIT_SECONDS;

/** The columns of a row that waits from now on. */
export const newWaiting = (now: EpochSeconds, giveUpAt: EpochSeconds) => ({
  createdAt: now,
  waits: true,
  attempts: 0,
  nextAt: now,
  giveUpAt,
  lastFault: null,
});

/** Whether an attempt may begin. */
export const isDue = <Waiting extends WaitingRecord>(
  row: Waiting | null,
  now: EpochSeconds,
): row is Waiting => row?.waits === true && isTime(row.nextAt, now) && row.giveUpAt > now;

/**
 * Takes the next attempt: of several senders one commits it. `seconds`: after this time the attempt counts as lost, and the next one
 * may come. `more`: other columns to set.
 */
export function take<Waiting extends WaitingRecord>(
  table: WaitingTable,
  row: Waiting,
  now: EpochSeconds,
  seconds: number,
  more: Partial<WaitingRecord> = {},
): { readonly taken: Waiting; readonly changes: readonly Change[] } {
  const { id, attempts, waits } = row;
  const set = { waits: true, attempts: attempts + 1, nextAt: now + seconds, ...more };
  return { taken: { ...row, ...set }, changes: [update(table, { id }, { attempts, waits }, set)] };
}

/** `failed`: another attempt may succeed. `refused`: none will. */
export interface Failure {
  readonly outcome: "failed" | "refused";
  readonly reason: string;
}
export type Answer = { readonly outcome: "sent" } | Failure;

/** What the attempt comes to. `isOver`: no further one follows. */
export function after(
  { attempts, giveUpAt }: Pick<WaitingRecord, "attempts" | "giveUpAt">,
  answer: Answer,
  now: EpochSeconds,
): { readonly isOver: boolean; readonly set: Partial<WaitingRecord> } {
  const nextAt = now + waitAfter(attempts);
  const isOver = answer.outcome !== "failed" || nextAt >= giveUpAt;
  const lastFault = answer.outcome === "sent" ? null : answer.reason;
  return { isOver, set: { ...(isOver ? { waits: false } : { nextAt }), lastFault } };
}

/**
 * The change of a row after an attempt. None if the row is gone, or another attempt has begun meanwhile, which decides then.
 * `present`: the row as it is now.
 */
export const settle = (
  table: WaitingTable,
  { id, attempts }: Pick<WaitingRecord, "id" | "attempts">,
  present: WaitingRecord | null,
  set: Partial<WaitingRecord>,
): readonly Change[] =>
  present?.waits === true && present.attempts === attempts
    ? [update(table, { id }, { attempts, waits: true }, set)]
    : [];
