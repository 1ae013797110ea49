/** The identifiers of answers, proofs and forms that count once (the table `once`). */
import type { EpochSeconds } from "../platform/clock.ts";
import type { RecordId } from "../protocol/identifiers.ts";
import { type Change, insert } from "../store/contract.ts";
import { type OnceKind, once } from "../store/tables/once.ts";
import type { Decision } from "./decision.ts";

/** What counts once. `expiresAt`: from then on it is refused anyway. */
export interface Single {
  readonly id: RecordId;
  readonly expiresAt: EpochSeconds;
}

/** The clocks of two nodes, or of one before and after it was set, may be this far apart. */
export const SPARE_SECONDS = 60;

/** The change that says what came of something, until then. A second one of it makes the commit stale. */
export const noteOnce = (kind: OnceKind, { id, expiresAt }: Single, resultId: RecordId | null): Change =>
  insert(once, { kind, id, expiresAt, resultId });

/**
 * The change that makes something count once. It is remembered for longer than it counts: a node whose clock is ahead cleans up, and one
 * that is behind would take it again (THREATS 37). `resultId`: what came of it.
 */
export const countOnce = (
  kind: OnceKind,
  { id, expiresAt }: Single,
  resultId: RecordId | null = null,
): Change => noteOnce(kind, { id, expiresAt: expiresAt + SPARE_SECONDS }, resultId);

/** Uses up what its signer made for one use. The commit is stale if it was used before. `urgent`: it comes with a request that ends access. */
export const useOnce = (kind: OnceKind, single: Single, urgent = false): Decision<void> => ({
  outcome: undefined,
  changes: [countOnce(kind, single)],
  urgent,
});
