/** The identifiers of answers, proofs and forms that count once (the table `once`). */
import type { EpochSeconds } from "../platform/clock.ts";
import type { RecordId } from "../protocol/identifiers.ts";
import { type Change, insert } from "../store/contract.ts";
import { type OnceKind, once } from "../store/tables.ts";
import type { Decision } from "./decision.ts";

/** What counts once. Its id is kept until it expires. */
export interface Single {
  readonly id: RecordId;
  readonly expiresAt: EpochSeconds;
}

/**
 * The change that makes something count once. The store forgets it when it has expired. `resultId`: what came of it.
 */
export const countOnce = (
  kind: OnceKind,
  { id, expiresAt }: Single,
  resultId: RecordId | null = null,
): Change => insert(once, { kind, id, expiresAt, resultId });

/** Uses up what its signer made for one use. The commit is stale if it was used before. `urgent`: it comes with a request that ends access. */
export const useOnce = (kind: OnceKind, single: Single, urgent = false): Decision<void> => ({
  outcome: undefined,
  changes: [countOnce(kind, single)],
  urgent,
});
