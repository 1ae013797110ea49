/** The store's clean-up. */
import type { EpochSeconds } from "../../platform/clock.ts";
import type { Store } from "../contract.ts";
import { DEVICE_CODE_REMEMBERED_SECONDS } from "../rules.ts";
import type { Engine, Tables } from "./engine.ts";

export function housekeepingMethods({
  read,
  write,
}: Engine): Pick<Store, "findCrowdedOut" | "removeExpired"> {
  return {
    findCrowdedOut: (newer) => read(({ clients }) => clients.findCrowdedOut(newer)),
    removeExpired: (now, unusedSince, limit) =>
      write((tables) => {
        const simple = [
          tables.sessions,
          tables.setupLinks,
          tables.spentForms,
          tables.accessTokens,
          tables.refreshTokens,
        ];
        let removed = removeGrants(tables, now, limit);
        for (const table of simple) removed += table.removeExpired(now, limit);
        // RFC 8628 §3.5: a device that asks a little late is to hear expired_token or access_denied, not that its code is unknown.
        removed += tables.deviceCodes.removeExpired(now - DEVICE_CODE_REMEMBERED_SECONDS, limit);
        // Nobody ever allowed it anything, so it has no grants, codes or consents; and its own tokens have expired.
        removed += tables.clients.removeUnused(unusedSince, limit);
        return removed;
      }, "urgent"),
  };
}

/**
 * A grant expires after everything that was issued from it, so nothing is left without one. A revoked grant waits for
 * its expiry too: until then its tokens must be recognised as revoked, and replays as replays.
 */
function removeGrants({ codes, grants }: Tables, now: EpochSeconds, limit: number): number {
  const expired = grants.listExpired(now, limit);
  let removed = 0;
  for (const { id, codeId } of expired) {
    if (codeId !== null) removed += codes.remove(codeId);
    removed += grants.remove(id);
  }
  return removed;
}
