/** The identifiers of answers, proofs and forms that count once (the table `once`). */
import type { EpochSeconds } from "../platform/clock.ts";
import type { RecordId } from "../protocol/identifiers.ts";
import { type Change, insert } from "../store/contract.ts";
import { type OnceKind, once } from "../store/tables/once.ts";
import type { Decision } from "./decision.ts";
import { SKEW_SECONDS } from "./jwt-times.ts";

/** What counts once. `expiresAt`: from then on it is refused anyway. */
export interface Single {
  readonly id: RecordId;
  readonly expiresAt: EpochSeconds;
}

/** A text that its signer made for one use. */
export interface SignedOnce {
  /** When it was made, or the latest moment at which it may have been. */
  readonly madeAt: EpochSeconds;
  /** From then on it is refused anyway. */
  readonly until: EpochSeconds;
}

/**
 * Whether the text may have been used before the database was restored. A restore brings back a table `once` that knows nothing of the
 * uses since the backup, so nothing counts that was made before the restore (THREATS 37, 85). `restoredAt`: null if there was none.
 */
export const isOfBeforeRestore = (
  { madeAt }: Pick<SignedOnce, "madeAt">,
  restoredAt: EpochSeconds | null,
): boolean => restoredAt !== null && madeAt <= restoredAt + SKEW_SECONDS;

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
