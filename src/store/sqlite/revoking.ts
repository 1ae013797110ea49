/** Taking access back: one rule for every way in which it happens. It runs inside the caller's transaction. */
import type { EpochSeconds } from "../../platform/clock.ts";
import type { AccessFilter, RevokedAccess } from "../contract.ts";
import type { RevocationReason } from "../records.ts";
import type { Tables } from "./engine.ts";

/**
 * Revokes the grants, also those from which nothing was issued yet: an open code and an approved device code hang on
 * them. A remembered consent would lead in again by itself, so it goes with them.
 */
export function revokeAccess(
  { consents, grants }: Pick<Tables, "consents" | "grants">,
  filter: AccessFilter,
  reason: RevocationReason,
  now: EpochSeconds,
): RevokedAccess {
  return { grants: grants.revokeAll(filter, reason, now), consents: consents.removeAll(filter) };
}
