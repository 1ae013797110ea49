/**
 * Whether this process can answer requests: whether the store reads and writes. Only a write shows that the disk has room,
 * or that a PostgreSQL server is no replica that only reads. Each process writes to a row of its own, so that processes do not
 * wait for each other; on a cluster that is one row on one worker.
 */
import type { Clock, SteadyClock } from "../platform/clock.ts";
import { type RandomBytes, timeOrderedId } from "../platform/random.ts";
import type { RecordId } from "../protocol/identifiers.ts";
import { put, type Store, StoreBusy } from "../store/contract.ts";
import { probes } from "../store/tables/server.ts";

/** How long an answer counts, so that a stranger's flood of questions costs nothing. */
const COUNTS_FOR_MILLIS = 1000;

/** The row of a process that has ended is removed this long after its last day. */
const KEPT_SECONDS = 86_400;

export interface Readiness {
  /** Throws StoreUnavailable if the store cannot read or write. */
  check(): Promise<void>;
}

interface ReadinessParts {
  readonly store: Pick<Store, "ping" | "commit">;
  readonly clock: Clock;
  readonly steadyClock: SteadyClock;
  readonly random: RandomBytes;
}

export function createReadiness({ store, clock, steadyClock, random }: ReadinessParts): Readiness {
  const id = timeOrderedId(clock, random) as RecordId;
  let last: { readonly askedAt: number; readonly answer: Promise<void> } | null = null;
  let isAnswered = true;

  const ask = async (): Promise<void> => {
    await store.ping();
    const now = clock.seconds();
    // It stays the same for a day, so that PostgreSQL need not change the index of expiries each time.
    const expiresAt = (Math.floor(now / KEPT_SECONDS) + 2) * KEPT_SECONDS;
    try {
      await store.commit({ changes: [put(probes, { id, writtenAt: now, expiresAt })] });
    } catch (error) {
      // A node that is busy is healthy: a load balancer must not take it out of service.
      if (!(error instanceof StoreBusy)) throw error;
    }
  };

  return {
    check() {
      const now = steadyClock.millis();
      // Questions that arrive during one share its answer, however long that takes.
      if (last === null || (isAnswered && now - last.askedAt >= COUNTS_FOR_MILLIS)) {
        isAnswered = false;
        const answer = ask().finally(() => {
          isAnswered = true;
        });
        last = { askedAt: now, answer };
      }
      return last.answer;
    },
  };
}
