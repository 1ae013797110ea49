/** What every engine decides alike, beyond what the contract says. */
import type { EpochSeconds } from "../platform/clock.ts";
import type { RevocationReason } from "./records.ts";

/** A registration counts as used for so much longer than its last token lives that this is noted once a day at most. */
export const USE_NOTED_FOR_SECONDS = 86_400;

/**
 * A grant that has to be extended is kept for longer than the last of its tokens, by this part of the life that the
 * token has left. So a refresh seldom has to write to its grant, and a grant without tokens is still soon gone.
 */
export const GRANT_SPARE_PART = 16;

/** Until when a grant is kept whose last token expires then. */
export const grantExpiry = (now: EpochSeconds, lastExpiry: EpochSeconds): EpochSeconds =>
  lastExpiry + Math.floor((lastExpiry - now) / GRANT_SPARE_PART);

/** How long an expired device code can still be asked about. */
export const DEVICE_CODE_REMEMBERED_SECONDS = 3600;

/** Whether somebody decided that the client shall not have this any more, as opposed to the client or a replay. */
export const isTakenBack = (reason: RevocationReason): boolean =>
  reason === "revoked_by_person" || reason === "revoked_by_operator";
