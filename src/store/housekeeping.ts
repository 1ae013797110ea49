/** Expired rows go away by themselves, in small batches, so that no request waits for them. */
import type { Configuration } from "../configuration/schema.ts";
import type { Clock, EpochSeconds } from "../platform/clock.ts";
import type { Log } from "../platform/log.ts";
import { type Store, StoreUnavailable } from "./contract.ts";

const BATCH = 500;

interface HousekeepingContext {
  readonly store: Store;
  readonly clock: Clock;
  readonly configuration: Configuration;
  readonly log: Log;
}

/** Even among too many, a registration has this long to be used. */
const CROWDED_SECONDS = 3600;

/** Since when a registration must be unused to go away: by its age, or because too many others came after it. */
async function unusedSince({ store, clock, configuration }: HousekeepingContext): Promise<EpochSeconds> {
  const { unused_seconds, unused_kept } = configuration.registration;
  const now = clock.seconds();
  const crowdedOut = await store.findCrowdedOut(unused_kept);
  const byAge = now - unused_seconds;
  return crowdedOut === null ? byAge : Math.max(byAge, Math.min(crowdedOut + 1, now - CROWDED_SECONDS));
}

/**
 * Removes what has expired, and registrations that are too many, for as long as it may go on. Returns how many rows
 * went.
 */
export async function removeAllExpired(
  context: HousekeepingContext,
  mayGoOn: () => boolean = () => true,
): Promise<number> {
  const { store, clock } = context;
  const unused = await unusedSince(context);
  let removed = 0;
  while (mayGoOn()) {
    const batch = await store.removeExpired(clock.seconds(), unused, BATCH);
    if (batch === 0) break;
    removed += batch;
    // Let requests go first.
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return removed;
}

export function startHousekeeping(context: HousekeepingContext): { stop(): Promise<void> } {
  let running: Promise<void> | null = null;
  let stopped = false;
  const run = async () => {
    try {
      const removed = await removeAllExpired(context, () => !stopped);
      if (removed > 0) context.log.debug("removed expired rows", { rows: removed });
    } catch (error) {
      // Whatever it was, the next time may go better; without clean-up the database would only grow.
      context.log.warn("expired rows could not be removed; trying again at the next time", {
        cause: error instanceof StoreUnavailable ? error.message : String(error),
      });
    }
  };
  const timer = setInterval(() => {
    // One that takes longer than the interval is not joined by others.
    running ??= run().finally(() => {
      running = null;
    });
  }, context.configuration.limits.clean_up_interval_seconds * 1000);
  timer.unref();
  return {
    async stop() {
      stopped = true;
      clearInterval(timer);
      await running;
    },
  };
}
