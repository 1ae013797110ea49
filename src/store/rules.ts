/** What every engine decides alike, beyond what the contract says. */
import type { RevocationReason } from "./records.ts";

/** A registration counts as used for so much longer than its last token lives that this is noted once a day at most. */
export const USE_NOTED_FOR_SECONDS = 86_400;

/** How long an expired device code can still be asked about. */
export const DEVICE_CODE_REMEMBERED_SECONDS = 3600;

/** Whether somebody decided that the client shall not have this any more, as opposed to the client or a replay. */
export const isTakenBack = (reason: RevocationReason): boolean =>
  reason === "revoked_by_person" || reason === "revoked_by_operator";
