/**
 * The sender of what waits (`rules/outbox.ts`): it looks at intervals and when it is woken, makes the attempts that are due in their order,
 * rests when a receiver takes nothing, and stops in order. A kind of what waits has lanes, and says how an attempt goes.
 * A process that dies between the receiver's yes and the commit after it sends twice; nothing is lost.
 */
import { type Clock, type SteadyClock, watchClock } from "../platform/clock.ts";
import type { Log } from "../platform/log.ts";
import { isTime, waitAfter } from "../rules/outbox.ts";
import { StoreUnavailable } from "../store/contract.ts";
import type { WaitingRecord } from "../store/tables/waiting.ts";

export interface SenderContext {
  readonly clock: Clock;
  readonly steadyClock: SteadyClock;
  readonly log: Log;
}

/** `down`: the receiver takes nothing now, so the lane rests. `passed`: no attempt came of it. */
export type Attempted = "done" | "down" | "passed";

/** One queue. What happens in a lane holds up no other lane. */
export interface Lane<Waiting extends WaitingRecord> {
  /** The first rows that wait, by the time of their next attempt. */
  readonly first: (limit: number) => Promise<Waiting[]>;
  /** These rows have waited for too long. */
  readonly giveUp: (rows: readonly Waiting[], now: number) => Promise<unknown>;
  /** Attempts to make one after the other, each of which claims its rows. */
  readonly attempts: (rows: readonly Waiting[], signal: AbortSignal) => readonly (() => Promise<Attempted>)[];
  /** Nothing more is due now. */
  readonly rest?: () => void;
}

export interface Sender {
  /** Sends all that is due. Calls at the same time are one. Never throws. */
  sendDue(): Promise<void>;
  /** Sends from now on by itself: at intervals, and when it is woken. */
  start(): void;
  /** There may be something to send. Does not wait for it. */
  wake(): void;
  /** Whether a receiver took nothing at the last attempt. */
  isDelayed(): boolean;
  /** Resolves when nothing is under way. */
  settled(): Promise<void>;
  /** Takes nothing more, and ends what is under way after a moment. */
  stop(): Promise<void>;
}

/** How many rows of a lane a sender looks at before it looks again. */
const BATCH = 50;

/** How often a process looks for what is due. */
const LOOK_EVERY_MILLIS = 5000;

/** How long a stop waits before it ends an attempt that can be ended. */
const STOP_MILLIS = 5000;

/** `what`: of the sentence that it could not be sent. */
export const logFault = ({ log }: Pick<SenderContext, "log">, what: string, error: unknown): void =>
  log[error instanceof StoreUnavailable ? "debug" : "error"](`${what} could not be sent`, {
    cause: String(error),
  });

/** A sender for this process. `what`: as `logFault` says it. */
export function createSender<Waiting extends WaitingRecord>(
  { clock, steadyClock, log }: SenderContext,
  what: string,
  lanes: readonly Lane<Waiting>[],
): Sender {
  const ending = new AbortController();
  // What is given up never comes back. While the clock cannot be believed, it waits.
  const watch = watchClock({ clock, steadyClock });
  let stopped = false;
  let timer: ReturnType<typeof setInterval> | null = null;
  const turns = lanes.map((lane) => {
    let running: Promise<void> | null = null;
    let isWoken = false;
    /** There may be a row that comes before those that were found. */
    let isNews = false;
    /** The receiver fails: how often in a row, and when it is asked again, in milliseconds of the steady clock. */
    let failures = 0;
    let pausedUntil = Number.NEGATIVE_INFINITY;

    async function sendAll(): Promise<void> {
      for (;;) {
        if (stopped || steadyClock.millis() < pausedUntil) return;
        isNews = false;
        const now = clock.seconds();
        const isTrusted = watch.isTrusted();
        const due = (await lane.first(BATCH)).filter(({ nextAt }) => isTime(nextAt, now));
        const live = due.filter(({ giveUpAt }) => giveUpAt > now);
        const overdue = isTrusted ? due.filter(({ giveUpAt }) => giveUpAt <= now) : [];
        if (live.length === 0 && overdue.length === 0) return;
        if (overdue.length > 0) await lane.giveUp(overdue, now);
        for (const [index, attempt] of lane.attempts(live, ending.signal).entries()) {
          if (stopped) return;
          // Each look makes an attempt: on a busy server news comes during every one.
          if (isNews && index > 0) break;
          const attempted = await attempt();
          if (attempted === "done") failures = 0;
          if (attempted !== "down") continue;
          failures += 1;
          pausedUntil = steadyClock.millis() + waitAfter(failures) * 1000;
          return;
        }
      }
    }
    const send = (): Promise<void> => {
      running ??= sendAll()
        // It is in the database, and the next look finds it.
        .catch((error: unknown) => logFault({ log }, what, error))
        .finally(() => {
          lane.rest?.();
          running = null;
        });
      return running;
    };
    return {
      send,
      isDelayed: () => failures > 0,
      wake() {
        isNews = true;
        if (isWoken) return;
        isWoken = true;
        // What is under way may have looked before the commit.
        void (running ?? Promise.resolve()).then(() => {
          isWoken = false;
          return send();
        });
      },
      async settled() {
        while (running !== null || isWoken) await (running ?? Promise.resolve());
      },
    };
  });
  const sendDue = async () => {
    await Promise.all(turns.map((turn) => turn.send()));
  };
  const settled = async () => {
    await Promise.all(turns.map((turn) => turn.settled()));
  };
  return {
    sendDue,
    settled,
    isDelayed: () => turns.some((turn) => turn.isDelayed()),
    start() {
      timer = setInterval(() => void sendDue(), LOOK_EVERY_MILLIS);
      timer.unref();
    },
    wake() {
      // A process that does not send leaves it to the next look of one that does.
      if (timer !== null && !stopped) for (const turn of turns) turn.wake();
    },
    async stop() {
      stopped = true;
      if (timer !== null) clearInterval(timer);
      const impatience = setTimeout(() => ending.abort(), STOP_MILLIS);
      await settled();
      clearTimeout(impatience);
    },
  };
}

// ── How it fares ───────────────────────────────────────────────────────────────────────────────────────────

export interface OutboxHealth {
  /** How many wait, up to `MOST_WAITING_COUNTED`. */
  readonly waiting: number;
  /** The oldest that failed and waits, and why; null if none has failed. */
  readonly failing: { readonly since: number; readonly reason: string } | null;
}

/** A full outbox costs no more than so many rows. */
export const MOST_WAITING_COUNTED = 1000;

export function healthOf(waiting: readonly WaitingRecord[]): OutboxHealth {
  const failed = waiting
    .filter(({ lastFault }) => lastFault !== null)
    .sort((one, other) => one.createdAt - other.createdAt)[0];
  return {
    waiting: waiting.length,
    failing: failed === undefined ? null : { since: failed.createdAt, reason: failed.lastFault ?? "" },
  };
}
