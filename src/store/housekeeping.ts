/** Expired rows go away by themselves, in small batches, so that no request waits for them. */
import type { Clock } from "../platform/clock.ts";
import type { Configuration } from "../platform/configuration.ts";
import type { Log } from "../platform/log.ts";
import { type Store, StoreUnavailable } from "./contract.ts";

const BATCH = 500;

interface HousekeepingContext {
  readonly store: Store;
  readonly clock: Clock;
  readonly configuration: Configuration;
  readonly log: Log;
}

/** Removes what has expired. Returns how many rows went. */
export async function removeAllExpired({
  store,
  clock,
  configuration,
}: HousekeepingContext): Promise<number> {
  let removed = 0;
  for (;;) {
    const now = clock.seconds();
    const batch = await store.removeExpired(now, now - configuration.registration.unused_seconds, BATCH);
    if (batch === 0) return removed;
    removed += batch;
    // Let requests go first.
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export function startHousekeeping(context: HousekeepingContext): { stop(): Promise<void> } {
  let running: Promise<void> = Promise.resolve();
  let stopped = false;
  const run = async () => {
    try {
      const removed = await removeAllExpired(context);
      if (removed > 0) context.log.debug("removed expired rows", { rows: removed });
    } catch (error) {
      // Whatever it was, the next time may go better; without clean-up the database would only grow.
      context.log.warn("expired rows could not be removed; trying again at the next time", {
        cause: error instanceof StoreUnavailable ? error.message : String(error),
      });
    }
  };
  const timer = setInterval(() => {
    if (!stopped) running = running.then(run);
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
