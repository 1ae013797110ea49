/**
 * CIBA §10.2: telling a client in ping mode that the person has answered. The ping waits in the row of the request from the answer on
 * (`rules/outbox.ts`). What it says is sealed, and goes with the last attempt.
 */
import type { EpochSeconds } from "../platform/clock.ts";
import { type BackchannelRequestRecord, backchannelRequests } from "../store/tables/requests.ts";
import { concluded, type Decision } from "./decision.ts";
import { type Answer, after, isDue, settle, take, waitAfter } from "./outbox.ts";

export type PingingRequest = BackchannelRequestRecord & { readonly sealedPing: Uint8Array };

/** Takes the next attempt. Of several senders one gets it; null for the others. */
export function claim(
  request: BackchannelRequestRecord | null,
  now: EpochSeconds,
): Decision<PingingRequest | null> {
  if (!isDue(request, now) || request.sealedPing === null) return concluded(null);
  const { taken, changes } = take(backchannelRequests, request, now, waitAfter(request.attempts + 1));
  return { outcome: { ...taken, sealedPing: request.sealedPing }, changes };
}

/** Another attempt comes only after a failure that may pass: a client that refuses the ping learns the answer when it asks. */
export function conclude(
  request: BackchannelRequestRecord,
  present: BackchannelRequestRecord | null,
  answer: Answer,
  now: EpochSeconds,
): Decision<boolean> {
  const { isOver, set } = after(request, answer, now);
  const changes = settle(backchannelRequests, request, present, {
    ...set,
    ...(isOver && { sealedPing: null }),
  } as Partial<BackchannelRequestRecord>);
  // Another sender has said so.
  if (changes.length === 0 && answer.outcome !== "sent") return concluded(isOver);
  const about = { subject: request.subject, client: request.clientId, count: request.attempts };
  return {
    outcome: isOver,
    changes,
    events: [
      answer.outcome === "sent"
        ? { event: "ping.sent", ...about }
        : { event: isOver ? "ping.given_up" : "ping.failed", ...about, reason: answer.reason },
    ],
  };
}
