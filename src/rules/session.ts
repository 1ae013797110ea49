/**
 * The end of sessions: what ends with one, and who hears of it. A session ends by a sign-out, when another person signs in in
 * that browser, when a person has too many, and with all others of a person: by "sign out everywhere", a new password, or when the
 * person is disabled or removed. A session that merely expires ends nothing: the person did not say so.
 */
import type { EpochSeconds } from "../platform/clock.ts";
import { OFFLINE_ACCESS_SCOPE, OPENID_SCOPE } from "../protocol/catalogue.ts";
import type { RecordId, SubjectId } from "../protocol/identifiers.ts";
import { type Change, insert, type Sweep, sweep, update } from "../store/contract.ts";
import type { ClientRecord } from "../store/tables/clients.ts";
import { type GrantRecord, grants } from "../store/tables/grants.ts";
import { links, type SessionRecord, sessions } from "../store/tables/sign-in.ts";
import { type LogoutNoticeRecord, logoutNotices } from "../store/tables/waiting.ts";
import { newWaiting } from "./outbox.ts";

/**
 * OpenID Connect Core §11, Back-Channel Logout §2.7: whether a grant ends with its session. An application that signs a person in
 * keeps its access only if the person allowed `offline_access`. Access without `openid` is no sign-in, and a device has no session.
 */
export const isOnline = ({ scope, session }: Pick<GrantRecord, "scope" | "session">): boolean =>
  signsIn({ scope, session }) && !scope.includes(OFFLINE_ACCESS_SCOPE);

/** Whether a client is told of the session (`sid`), and so hears of its end. */
export const signsIn = ({ scope, session }: Pick<GrantRecord, "scope" | "session">): boolean =>
  session !== null && scope.includes(OPENID_SCOPE);

/**
 * Back-Channel Logout §2.3: until when the grant of a client that wants to hear of sign-outs is kept, so that the server knows that
 * the person signed in to it: as long as a session lasts. 0: no longer than its tokens.
 */
export const keptForSignOut = (
  { backchannelLogoutUri }: Pick<ClientRecord, "backchannelLogoutUri">,
  grant: Pick<GrantRecord, "scope" | "session">,
  sessionEnd: EpochSeconds,
): EpochSeconds => (backchannelLogoutUri !== null && signsIn(grant) ? sessionEnd : 0);

/** The moment in which sessions end, and an identifier for the notice of it. */
export interface Ending {
  readonly now: EpochSeconds;
  readonly noticeId: RecordId;
}

/** A session that ends together with others, with the ending of its own. */
export interface EndedSession {
  readonly session: SessionRecord;
  readonly ending: Ending;
}

/** The changes and sweeps that end sessions. */
export interface SessionsEnd {
  readonly changes: readonly Change[];
  readonly sweeps: readonly Sweep[];
}

/** How long the server tries to tell a client that a session has ended. */
export const NOTICE_SECONDS = 86_400;

/**
 * Ends one session with its online grants. The session's row is the guard: a sign-in that continues the session, and a code for
 * it, need the row too, so each of them comes either before the end or not at all.
 */
export const endOneSession = (
  { id, subject, continuity }: Pick<SessionRecord, "id" | "subject" | "continuity">,
  ending: Ending,
): SessionsEnd => ({
  changes: [endRow({ id, continuity }, ending), insert(logoutNotices, notice(subject, continuity, ending))],
  sweeps: [
    sweep(sessions, { id }, null),
    sweep(grants, { subject, session: continuity, ...ONLINE }, signedOut(ending)),
  ],
});

/** The row of a session makes way for the one that continues it. Nothing else ends. */
export const giveWay = (
  { id, continuity }: Pick<SessionRecord, "id" | "continuity">,
  ending: Ending,
): SessionsEnd => ({
  changes: [endRow({ id, continuity }, ending)],
  sweeps: [sweep(sessions, { id }, null)],
});

/** Takes the row out of the hands of every other commit. The sweep then removes it. */
const endRow = ({ id, continuity }: Pick<SessionRecord, "id" | "continuity">, { now }: Ending): Change =>
  update(sessions, { id }, { continuity }, { expiresAt: now });

/**
 * Ends all sessions of a person with their online grants. The commit must change the person's row, on which every session and
 * every grant rests. The first sweep has the sessions.
 */
export const endEverySession = (subject: SubjectId, ending: Ending): SessionsEnd => ({
  changes: [tellOfEverySession(subject, ending)],
  sweeps: [
    sweep(sessions, { subject }, null),
    sweep(grants, { subject, ...ONLINE }, signedOut(ending)),
    endLinks(subject),
  ],
});

/** The links that open the account end with the sessions: a mail that lies in a stolen mailbox opens nothing any more. */
export const endLinks = (subject: SubjectId): Sweep => sweep(links, { subject }, null);

/** The notice for those who end all access of a person anyway. */
export const tellOfEverySession = (subject: SubjectId, ending: Ending): Change =>
  insert(logoutNotices, notice(subject, null, ending));

const ONLINE = { online: true, revokedAt: null } as const;

const signedOut = ({ now }: Ending) => ({ revokedAt: now, revokedReason: "signed_out" }) as const;

/** The clients to tell are found after the commit: a client may get a code until then. */
const notice = (
  subject: SubjectId,
  session: RecordId | null,
  { now, noticeId }: Ending,
): LogoutNoticeRecord => ({
  id: noticeId,
  subject,
  session,
  clientId: null,
  ...newWaiting(now, now + NOTICE_SECONDS),
  expiresAt: now + NOTICE_SECONDS,
});
