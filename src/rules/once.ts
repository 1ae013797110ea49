/** The identifiers of answers, proofs and forms that count once (the table `once`). */
import type { EpochSeconds } from "../platform/clock.ts";
import type { RecordId } from "../protocol/identifiers.ts";

/** What counts once. Its id is kept until it expires. */
export interface Single {
  readonly id: RecordId;
  readonly expiresAt: EpochSeconds;
}
