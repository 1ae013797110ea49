/** Removes expired rows in small batches, so that no request waits for the clean-up. */

import type { Configuration } from "../configuration/schema.ts";
import { type Clock, type Clocks, type EpochSeconds, watchClock } from "../platform/clock.ts";
import type { ServerKeys } from "../platform/keys.ts";
import type { Log } from "../platform/log.ts";
import { SERVER_ACT } from "../rules/events.ts";
import { POLLED_REMEMBERED_SECONDS } from "../rules/polling.ts";
import { PUSHED_REQUEST_REMEMBERED_SECONDS } from "../rules/pushed-request.ts";
import { type Expiries, type Store, StoreUnavailable } from "../store/contract.ts";
import { clients } from "../store/tables/clients.ts";
import { backchannelRequests, deviceCodes, pushedRequests } from "../store/tables/requests.ts";
import { TABLES } from "../store/tables.ts";
import { sealAudit } from "./audit.ts";
import { CROWDED_SECONDS, findCrowdedOut } from "./clients.ts";
import type { Events } from "./events.ts";
import type { SigningKeyRing } from "./signing-keys.ts";

const BATCH = 500;

/** What a run of the clean-up needs. */
interface HousekeepingContext {
  readonly store: Store;
  readonly clock: Clock;
  readonly configuration: Pick<Configuration, "registration" | "limits">;
  readonly events: Events;
  readonly log: Log;
}

/**
 * A registration that is unused since this time is removed: because of its age, or because too many others came after
 * it. A self-registered client stays for good once a person has allowed it something. Any other counts as unused from
 * its registration or, if later, from the expiry of the last token that it got for itself. Device codes do not count as
 * use, because any stranger can ask for them. So strangers cannot fill the database, and no client is removed while its
 * token is valid.
 */
async function unusedSince(context: HousekeepingContext, now: EpochSeconds): Promise<EpochSeconds> {
  const { unused_seconds, unused_kept } = context.configuration.registration;
  const crowdedOut = await findCrowdedOut(context, unused_kept);
  const byAge = now - unused_seconds;
  return crowdedOut === null ? byAge : Math.max(byAge, Math.min(crowdedOut + 1, now - CROWDED_SECONDS));
}

/** The latest expiry of the rows to remove, for each table. */
export const expiriesAt = (now: EpochSeconds, unusedSince: EpochSeconds): Expiries => ({
  ...Object.fromEntries(TABLES.map(({ name }) => [name, now])),
  // RFC 8628 §3.5, CIBA §11: a client that asks a little late gets expired_token or access_denied, not an unknown code.
  [deviceCodes.name]: now - POLLED_REMEMBERED_SECONDS,
  [backchannelRequests.name]: now - POLLED_REMEMBERED_SECONDS,
  // So a person who comes too late learns that, and not that there is no such request.
  [pushedRequests.name]: now - PUSHED_REQUEST_REMEMBERED_SECONDS,
  [clients.name]: unusedSince - 1,
});

/** Removes expired rows and surplus registrations, for as long as it may go on. Returns how many rows it removed. */
export async function removeAllExpired(
  context: HousekeepingContext,
  mayGoOn: () => boolean = () => true,
): Promise<number> {
  const { store, clock } = context;
  // One time for the whole run, because the clock may jump during it.
  const now = clock.seconds();
  const unused = await unusedSince(context, now);
  let removed = 0;
  while (mayGoOn()) {
    const batch = await store.expire(expiriesAt(now, unused), BATCH);
    if (batch === 0) break;
    removed += batch;
    // Requests go first.
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return removed;
}

/** How soon after the start the reserve is made: a start does not wait for it. */
const RESERVE_AFTER_MILLIS = 1000;

/** Keeps the space for commits that end access. Tells once that there is none, and when there is one again. */
function reserveKeeper({ store, log }: Pick<HousekeepingContext, "store" | "log">): () => Promise<void> {
  let isKept = true;
  return async () => {
    const was = isKept;
    isKept = await store.keepReserve();
    if (was && !isKept) {
      log.warn("there is no room for the reserve: on a full disk, access may not be ended", {
        advice: "Free some space on the disk of the database.",
      });
    }
    if (!was && isKept) log.info("the reserve for ending access is complete");
  };
}

/** Cleans up at intervals. Without trust in the clock nothing is removed, because nothing brings a removed row back. */
export function startHousekeeping(
  context: HousekeepingContext &
    Clocks & {
      readonly signingKeys: Pick<SigningKeyRing, "keepUp">;
      /** Seals anew what a former server key sealed. It runs until it has succeeded once. */
      readonly reseal?: () => Promise<unknown>;
      readonly keys: Pick<ServerKeys, "mac">;
    },
): { stop(): Promise<void> } {
  const watch = watchClock(context);
  let running: Promise<void> | null = null;
  let stopped = false;
  const keepReserve = reserveKeeper(context);
  let isResealed = context.reseal === undefined;
  const run = async () => {
    await keepReserve();
    if (!watch.isTrusted()) {
      context.log.warn(
        "the clock jumped ahead by more than an hour: nothing is removed until it is back, or has been right for an hour",
        { clock: new Date(context.clock.millis()).toISOString() },
      );
      return;
    }
    try {
      if (!isResealed) await context.reseal?.();
      isResealed = true;
      await context.signingKeys.keepUp();
      await sealAudit(context, () => !stopped);
      const count = await removeAllExpired(context, () => !stopped);
      if (count > 0) context.events.tell(SERVER_ACT, [{ event: "rows.expired", count }]);
    } catch (error) {
      // The next run may succeed; without the clean-up the database would only grow. An outage has a line already.
      const level = error instanceof StoreUnavailable ? "debug" : "warn";
      context.log[level]("expired rows could not be removed; trying again at the next time", {
        cause: error instanceof StoreUnavailable ? error.message : String(error),
      });
    }
  };
  const timer = setInterval(() => {
    // A run that takes longer than the interval stays the only one.
    running ??= run().finally(() => {
      running = null;
    });
  }, context.configuration.limits.clean_up_interval_seconds * 1000);
  timer.unref();
  const first = setTimeout(() => void keepReserve(), RESERVE_AFTER_MILLIS);
  first.unref();
  return {
    async stop() {
      stopped = true;
      clearInterval(timer);
      clearTimeout(first);
      await running;
    },
  };
}
