/** The end of sessions, as operations pass it to the rules. */
import { newRecordId } from "../credentials/credential.ts";
import type { Clock } from "../platform/clock.ts";
import type { RandomBytes } from "../platform/random.ts";
import type { RecordId } from "../protocol/identifiers.ts";
import type { Ending } from "../rules/session.ts";
import { shardOf } from "../store/declare.ts";
import type { DecideContext } from "./decide.ts";
import type { Sender } from "./outbox.ts";

export interface EndingContext extends DecideContext {
  readonly clock: Clock;
  readonly random: RandomBytes;
}

/** An ending now, with an identifier for the notice of it. */
export const newEnding = (
  { clock, random }: Pick<EndingContext, "clock" | "random">,
  subject: string,
): Ending => ({
  now: clock.seconds(),
  noticeId: newRecordId(clock, random, shardOf(subject)),
});

/** Tells the clients that sessions have ended (logout-notices.ts). */
export interface LogoutSender extends Sender {
  /**
   * Sends the notice of one end to all of its clients, side by side. Resolves when all have answered, or after the patience: the
   * rest goes on by itself. Never throws.
   */
  deliver(id: RecordId, patienceMillis: number): Promise<void>;
}
