/**
 * Back-Channel Logout 1.0: telling the clients of a session that it has ended. A notice waits in the database until the client has
 * heard, so neither a crash nor a client that is down loses it.
 */
import type { EpochSeconds } from "../platform/clock.ts";
import type { ClientId, RecordId } from "../protocol/identifiers.ts";
import { insert, sweep, update } from "../store/contract.ts";
import { type GrantRecord, type LogoutNoticeRecord, logoutNotices } from "../store/tables.ts";
import { concluded, type Decision } from "./decision.ts";
import { signsIn } from "./session.ts";

/** A notice for one client. */
export type ClientNotice = LogoutNoticeRecord & { readonly clientId: ClientId; readonly session: RecordId };

export const isForClient = (notice: LogoutNoticeRecord): notice is ClientNotice =>
  notice.clientId !== null && notice.session !== null;

/** The first wait after a failure. Each is twice as long as the one before. */
const FIRST_WAIT_SECONDS = 10;
const LONGEST_WAIT_SECONDS = 3600;

/** How long after this attempt, the first being 1, the next one may come. */
export const waitAfter = (attempt: number): number =>
  Math.min(FIRST_WAIT_SECONDS * 2 ** (attempt - 1), LONGEST_WAIT_SECONDS);

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
  readonly clientId: ClientId;
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
  const notices = told.map((client) => ({ ...notice, ...client, attempts: 1, nextAt: now + waitAfter(1) }));
  return {
    outcome: notices,
    changes: [
      update(
        logoutNotices,
        { id: notice.id },
        { attempts: notice.attempts },
        { attempts: notice.attempts + 1 },
      ),
      ...notices.map((each) => insert(logoutNotices, each)),
    ],
    sweeps: [sweep(logoutNotices, { id: notice.id }, null)],
  };
}

/** Takes the next attempt. Of several senders one gets it; null for the others. */
export function claim(notice: LogoutNoticeRecord | null, now: EpochSeconds): Decision<ClientNotice | null> {
  if (notice === null || !isForClient(notice) || notice.nextAt > now || notice.expiresAt <= now)
    return concluded(null);
  const attempts = notice.attempts + 1;
  const set = { attempts, nextAt: now + waitAfter(attempts) };
  return {
    outcome: { ...notice, ...set },
    changes: [update(logoutNotices, { id: notice.id }, { attempts: notice.attempts }, set)],
  };
}

/** The answer of a client. `failed`: another attempt may succeed. `refused`: none will. */
export type Answer =
  | { readonly outcome: "heard" }
  | { readonly outcome: "failed" | "refused"; readonly reason: string };

/** §2.5: another attempt comes only after a failure that may pass. */
export function conclude(notice: ClientNotice, answer: Answer): Decision<boolean> {
  const about = { subject: notice.subject, client: notice.clientId, count: notice.attempts };
  const isOver = answer.outcome !== "failed" || notice.nextAt >= notice.expiresAt;
  return {
    outcome: isOver,
    ...(isOver && { sweeps: [sweep(logoutNotices, { id: notice.id }, null)] }),
    events: [
      answer.outcome === "heard"
        ? { event: "logout.sent", ...about }
        : { event: isOver ? "logout.given_up" : "logout.failed", ...about, reason: answer.reason },
    ],
  };
}

/** The client needs no notice any more: it is gone, or wants none. */
export const drop = ({ id }: Pick<LogoutNoticeRecord, "id">): Decision<void> => ({
  outcome: undefined,
  sweeps: [sweep(logoutNotices, { id }, null)],
});
