/**
 * Back-Channel Logout 1.0: telling the clients of a session that it has ended. A notice waits in the database until the client has
 * heard, so neither a crash nor a client that is down loses it.
 */
import type { EpochSeconds } from "../platform/clock.ts";
import type { ClientId, RecordId } from "../protocol/identifiers.ts";
import { hold, insert, sweep } from "../store/contract.ts";
import { type ClientRecord, clients } from "../store/tables/clients.ts";
import type { GrantRecord } from "../store/tables/grants.ts";
import { type LogoutNoticeRecord, logoutNotices } from "../store/tables/waiting.ts";
import { concluded, type Decision } from "./decision.ts";
import { asItWas } from "./grant.ts";
import { type Answer, after, isDue, settle, take, waitAfter } from "./outbox.ts";
import { signsIn } from "./session.ts";

/** A notice for one client. */
export type ClientNotice = LogoutNoticeRecord & { readonly clientId: ClientId; readonly session: RecordId };

export const isForClient = (notice: LogoutNoticeRecord): notice is ClientNotice =>
  notice.clientId !== null && notice.session !== null;

/**
 * Whether the end of the sessions concerns the client of a grant: it was told of the session in an ID token, and has not heard of
 * its end before. A client that knows the person under another name since is told nothing, as it would learn which that is.
 */
export const isTold = (
  { session, createdAt }: Pick<LogoutNoticeRecord, "session" | "createdAt">,
  grant: GrantRecord,
): boolean => {
  if (!signsIn(grant) || grant.session === null || grant.revokedReason === "client_changed") return false;
  if (session !== null) return Buffer.compare(session, grant.session) === 0;
  return grant.revokedReason !== "signed_out" || (grant.revokedAt ?? 0) >= createdAt;
};

/** A client of an ended session. */
export interface Told {
  readonly client: ClientRecord;
  readonly session: RecordId;
  /** The identifier of the notice to make. */
  readonly id: RecordId;
}

/**
 * Puts a notice for each client in the place of the notice of the end. The sender that does so has the first attempt; no other one
 * comes before the next is due.
 */
export function spread(
  notice: LogoutNoticeRecord | null,
  told: readonly Told[],
  now: EpochSeconds,
): Decision<readonly ClientNotice[]> {
  if (notice === null || notice.clientId !== null) return concluded([]);
  const { changes } = take(logoutNotices, notice, now, waitAfter(1));
  const notices = told.map(({ client: { clientId }, session, id }) => ({
    ...notice,
    clientId,
    session,
    id,
    attempts: 1,
    nextAt: now + waitAfter(1),
  }));
  const clientsTold = new Map(told.map(({ client }) => [client.clientId, client]));
  return {
    outcome: notices,
    changes: [
      ...changes,
      // A client that is to know people under other names takes back the notices that it would get (`changeRegistration`).
      ...[...clientsTold.values()].map((client) =>
        hold(clients, { clientId: client.clientId }, asItWas(client)),
      ),
      ...notices.map((each) => insert(logoutNotices, each)),
    ],
    sweeps: [sweep(logoutNotices, { id: notice.id }, null)],
  };
}

/** Takes the next attempt. Of several senders one gets it; null for the others. */
export function claim(notice: LogoutNoticeRecord | null, now: EpochSeconds): Decision<ClientNotice | null> {
  if (!isDue(notice, now) || !isForClient(notice)) return concluded(null);
  const { taken, changes } = take(logoutNotices, notice, now, waitAfter(notice.attempts + 1));
  return { outcome: taken, changes };
}

/** §2.5: another attempt comes only after a failure that may pass. The row of a client that has heard goes. */
export function conclude(
  notice: ClientNotice,
  present: LogoutNoticeRecord | null,
  answer: Answer,
  now: EpochSeconds,
): Decision<boolean> {
  const about = { subject: notice.subject, client: notice.clientId, count: notice.attempts };
  // The client needs none any more, or another sender has given it up.
  if (present === null && answer.outcome !== "sent") return concluded(true);
  const { isOver, set } = after(notice, answer, now);
  return {
    outcome: isOver,
    ...(isOver
      ? { sweeps: [sweep(logoutNotices, { id: notice.id }, null)] }
      : { changes: settle(logoutNotices, notice, present, set) }),
    events: [
      answer.outcome === "sent"
        ? { event: "logout.sent", ...about }
        : { event: isOver ? "logout.given_up" : "logout.failed", ...about, reason: answer.reason },
    ],
  };
}

/** Gives an attempt back that was not made: the client took all the time that it may have for others. */
export const putBack = (
  notice: ClientNotice,
  present: LogoutNoticeRecord | null,
  now: EpochSeconds,
): Decision<void> => ({
  outcome: undefined,
  changes: settle(logoutNotices, notice, present, {
    attempts: notice.attempts - 1,
    nextAt: now + waitAfter(1),
  }),
});

/** The client needs no notice any more: it is gone, or wants none. */
export const drop = ({ id }: Pick<LogoutNoticeRecord, "id">): Decision<void> => ({
  outcome: undefined,
  sweeps: [sweep(logoutNotices, { id }, null)],
});
