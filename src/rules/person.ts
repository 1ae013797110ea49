/** People: their accounts, their sessions, and the link that makes the first administrator. */
import type { EpochSeconds } from "../platform/clock.ts";
import { type ClientId, foldUsername, type RecordId } from "../protocol/identifiers.ts";
import type { Product } from "../protocol/user-agent.ts";
import { type Change, hold, insert, put, remove, sweep, update } from "../store/contract.ts";
import type { Row } from "../store/declare.ts";
import type { DisabledBy } from "../store/tables/columns.ts";
import { once } from "../store/tables/once.ts";
import {
  type AccountRecord,
  accounts,
  type GroupRecord,
  groupMembers,
  type PersonDeclared,
  personWords,
  pictures,
  type SignInNameRecord,
  signInNames,
} from "../store/tables/people.ts";
import { type ActorKind, activities } from "../store/tables/records.ts";
import { askedPeople, backchannelRequests } from "../store/tables/requests.ts";
import { revisions } from "../store/tables/server.ts";
import {
  passkeys,
  recoveryCodes,
  type SessionRecord,
  type SetupLinkRecord,
  sessions,
  setupLinks,
  signInApprovals,
  type TotpRecord,
  totps,
} from "../store/tables/sign-in.ts";
import { mails } from "../store/tables/waiting.ts";
import { type AccountChanges, changedFacts } from "./account-changes.ts";
import { concluded, type Decision } from "./decision.ts";
import type { Event } from "./events.ts";
import { accessRemoved, accessSweeps, offlineSweeps, touchAccount } from "./grant.ts";
import { membershipChange, membershipEvents, mirrorGroups } from "./group.ts";
import { NEW_BROWSER } from "./mail.ts";
import type { Single } from "./once.ts";
import { pictureChanges } from "./picture.ts";
import { ROLES } from "./role.ts";
import { personWordChanges } from "./search-words.ts";
import {
  type EndedSession,
  type Ending,
  endEverySession,
  endLinks,
  endOneSession,
  giveWay,
  tellOfEverySession,
} from "./session.ts";
import { missingStep, type SignInStep } from "./sign-in.ts";

/** The row of `revisions` that guards every change about the first administrator. */
export type SetupRevision = Row<typeof revisions> | null;

export const SETUP = "setup";

/**
 * Whether the person administers the server and can sign in by themselves. A link for one sign-in does not count: it comes from the
 * operator or from a mail.
 */
export const canAdminister = (
  {
    administrator,
    disabledAt,
    passwordHash,
  }: Pick<AccountRecord, "administrator" | "disabledAt" | "passwordHash">,
  hasPasskey: boolean,
): boolean => administrator && disabledAt === null && (passwordHash !== null || hasPasskey);

const nextSetup = (setup: SetupRevision): Change =>
  setup === null
    ? insert(revisions, { name: SETUP, revision: 1 })
    : update(revisions, { name: SETUP }, { revision: setup.revision }, { revision: setup.revision + 1 });

/** The key of the only setup link. */
export const SETUP_LINK = "administrator";

/** The setup link is for a server without an administrator, so a change that makes one removes the link. */
export const closeSetup = (account: AccountRecord, setup: SetupRevision, hasPasskey: boolean): Change[] =>
  canAdminister(account, hasPasskey) ? [nextSetup(setup), remove(setupLinks, { name: SETUP_LINK })] : [];

/** The texts with which a person may sign in, as they are compared. */
export const signInNamesOf = ({ username, email }: Pick<AccountRecord, "username" | "email">): string[] => [
  ...new Set([username, ...(email === null ? [] : [email])].map(foldUsername)),
];

/** The changes that let a person sign in with the names of `next` and no others. `account`: null for a new person. */
function changeNames(account: AccountRecord | null, next: AccountRecord): Change[] {
  const { subject } = next;
  const before = account === null ? [] : signInNamesOf(account);
  const after = signInNamesOf(next);
  return [
    ...before.filter((name) => !after.includes(name)).map((name) => remove(signInNames, { name })),
    ...after.filter((name) => !before.includes(name)).map((name) => insert(signInNames, { name, subject })),
  ];
}

/** The holders of the names that a person is to have; null for a name that no person has. */
export interface NameFacts {
  readonly sameName: SignInNameRecord | null;
  readonly sameEmail: SignInNameRecord | null;
}

export interface NewAccountFacts extends NameFacts {
  readonly setup: SetupRevision;
  /** The groups that exist, of those that the person is to be in. */
  readonly groups?: readonly GroupRecord[];
}

/** A taken name is a user name or the e-mail address of another person: either signs that person in. */
export type NameTaken = "username_taken" | "email_taken";

const nameTaken = ({ sameName, sameEmail }: NameFacts): NameTaken | null =>
  sameName !== null ? "username_taken" : sameEmail !== null ? "email_taken" : null;

/** Changes nothing if the user name or the e-mail address is taken, or a group does not exist. */
export function createAccount(
  { setup, groups = [], ...names }: NewAccountFacts,
  account: AccountRecord,
): Decision<"created" | NameTaken | "group_unknown"> {
  const taken = nameTaken(names);
  if (taken !== null) return concluded(taken);
  const membership = membershipChange([], account.groups);
  const mirrored = mirrorGroups(account, membership, groups, account.createdAt);
  if (mirrored === null) return concluded("group_unknown");
  return {
    outcome: "created",
    changes: [
      ...closeSetup(account, setup, false),
      insert(accounts, account),
      ...changeNames(null, account),
      ...personWordChanges(null, account),
      ...mirrored,
    ],
    events: [
      { event: "person.created", subject: account.subject, via: account.source },
      ...membershipEvents(account.subject, membership),
    ],
  };
}

export interface AccountFacts {
  readonly account: AccountRecord | null;
  readonly setup: SetupRevision;
}

/** The facts for a change that may let a person administer the server. */
export interface RoleFacts extends AccountFacts {
  /** Whether the person has a passkey. It was looked up after the account, so that the account's revision guards it. */
  readonly hasPasskey: boolean;
}

/** The facts for a change that may bring a new e-mail address or new groups. */
export interface ChangeFacts extends RoleFacts {
  readonly sameEmail: SignInNameRecord | null;
  /** The groups that exist, of those that the change names. */
  readonly groups?: readonly GroupRecord[];
}

/**
 * `unknown`: there is no such person. `email_taken`: another person signs in with the address. `group_unknown`: there is no
 * such group. `too_long`: the facts would be longer than tokens can carry. Only `changed` changes something.
 */
export type ChangeOutcome = "changed" | "unknown" | "email_taken" | "group_unknown" | "too_long";

const isOfAnother = (account: AccountRecord, name: SignInNameRecord | null): boolean =>
  name !== null && name.subject !== account.subject;

/** Sets a password for the operator, without checking the current one, and ends the person's sessions. */
export function setPassword(
  { account, setup }: AccountFacts,
  passwordHash: string,
  ending: Ending,
): Decision<boolean> {
  if (account === null) return concluded(false);
  const { changes, sweeps } = endEverySession(account.subject, ending);
  return {
    outcome: true,
    changes: [
      ...closeSetup({ ...account, passwordHash }, setup, false),
      touchAccount(account, { passwordHash }),
      ...changes,
    ],
    sweeps,
    events: [{ event: "password.changed", subject: account.subject }],
  };
}

/** The access that a person ends together with their old password: that of all clients, or of some. */
export type EndedAccess = "all" | readonly ClientId[];

/**
 * A person sets their own password, and their sessions end. `verifiedHash` is the hash that verified the current password.
 * False, and nothing changed, if it is no longer the person's hash, or the person is disabled.
 */
export function changePassword(
  account: AccountRecord | null,
  verifiedHash: string,
  passwordHash: string,
  ending: Ending,
  ended: EndedAccess = [],
): Decision<boolean> {
  if (account === null || account.disabledAt !== null || account.passwordHash !== verifiedHash)
    return concluded(false);
  const { subject } = account;
  const { changes, sweeps } = endEverySession(subject, ending);
  const filters = ended === "all" ? [{ subject }] : ended.map((clientId) => ({ subject, clientId }));
  return {
    outcome: true,
    changes: [touchAccount(account, { passwordHash }), ...changes],
    sweeps: [...sweeps, ...filters.flatMap((filter) => offlineSweeps(filter, ending.now))],
    events: [
      { event: "password.changed", subject },
      ...filters.map((filter) => accessRemoved(filter, "revoked_by_person")),
    ],
  };
}

/**
 * Replaces the hash of a password by another of the same password. Nothing else changes, so sessions stay. `verifiedHash` is
 * the hash that the password matched. False, and nothing changed, if it is no longer the person's, or the person is disabled.
 */
export function renewPassword(
  account: AccountRecord | null,
  verifiedHash: string,
  passwordHash: string,
): Decision<boolean> {
  if (account === null || account.disabledAt !== null || account.passwordHash !== verifiedHash)
    return concluded(false);
  return {
    outcome: true,
    changes: [touchAccount(account, { passwordHash })],
    events: [{ event: "password.renewed", subject: account.subject }],
  };
}

/** A change of facts with everything that goes with it, or why it may not be. */
function changedAccount(
  { account, setup, sameEmail, hasPasskey, groups = [] }: ChangeFacts,
  wish: AccountChanges,
  alsoSet: Partial<AccountRecord>,
  by: ActorKind,
  now: EpochSeconds,
): Decision<ChangeOutcome> {
  if (account === null) return concluded("unknown");
  if (isOfAnother(account, sameEmail)) return concluded("email_taken");
  const facts = changedFacts(account, wish, by, now);
  if (facts === null) return concluded("too_long");
  const set = { ...facts, ...alsoSet };
  const next = { ...account, ...set };
  const membership = membershipChange(account.groups, next.groups);
  const mirrored = mirrorGroups(account, membership, groups, now);
  if (mirrored === null) return concluded("group_unknown");
  return {
    outcome: "changed",
    changes: [
      ...closeSetup(next, setup, hasPasskey),
      touchAccount(account, set),
      ...changeNames(account, next),
      ...personWordChanges(account, next),
      ...(wish.picture === undefined ? [] : pictureChanges(account, wish.picture, now)),
      ...mirrored,
    ],
    // A link went to the former address, or was to prove another one. One from before the role was made by an actor who may not
    // make one for a person with a role.
    ...((next.email !== account.email || ROLES.some((role) => next[role] && !account[role])) && {
      sweeps: [endLinks(account.subject)],
    }),
    // To leave a group can end access to applications.
    ...(membership.left.length > 0 && { urgent: true }),
    events: [
      { event: "person.changed", subject: account.subject },
      ...emailEvents(account, next),
      ...roleEvents(account, next),
      ...membershipEvents(account.subject, membership),
    ],
  };
}

const roleEvents = (account: AccountRecord, next: AccountRecord): Event[] =>
  ROLES.filter((role) => account[role] !== next[role]).map((role) => ({
    event: next[role] ? "role.given" : "role.taken",
    subject: account.subject,
    via: role,
  }));

/** Only an address that was the person's own for certain is told that another has taken its place. */
function emailEvents({ subject, email, emailVerified }: AccountRecord, next: AccountRecord): Event[] {
  if (email === next.email) return [];
  const isOwn = email !== null && emailVerified;
  const isSame = email !== null && next.email !== null && foldUsername(email) === foldUsername(next.email);
  return [{ event: "email.changed", subject, ...(isOwn && !isSame && { formerEmail: email }) }];
}

/** Changes what applications are told of a person, their groups, or whether the person may administer the server. */
export const changeAccount = (
  facts: ChangeFacts,
  changes: AccountChanges,
  by: ActorKind,
  now: EpochSeconds,
): Decision<ChangeOutcome> => changedAccount(facts, changes, {}, by, now);

/** Ends the wait that too many wrong passwords brought upon a person (`isUnlocked`). False if there is no such person. */
export function unlockAccount(account: AccountRecord | null, now: EpochSeconds): Decision<boolean> {
  if (account === null) return concluded(false);
  return {
    outcome: true,
    changes: [touchAccount(account, { unlockedAt: now })],
    events: [{ event: "person.unlocked", subject: account.subject }],
  };
}

/**
 * Whether the operator has unlocked the person since the attempts began that still count: a window of attempts counts for the
 * next one too. The servers count in memory; this is how all of them learn of it.
 */
export const isUnlocked = (
  account: Pick<AccountRecord, "unlockedAt"> | null,
  now: EpochSeconds,
  windowSeconds: number,
): boolean => account !== null && account.unlockedAt !== null && account.unlockedAt > now - 2 * windowSeconds;

/** Signs a person out of every browser. False if there is no such person. */
export function endSessions(account: AccountRecord | null, ending: Ending): Decision<boolean> {
  if (account === null) return concluded(false);
  const { subject } = account;
  const { changes, sweeps } = endEverySession(subject, ending);
  return {
    outcome: true,
    // A session that is being started meanwhile rests on the account as it was.
    changes: [touchAccount(account, {}), ...changes],
    sweeps,
    urgent: true,
    events: [{ event: "sessions.ended", subject }],
  };
}

/** What a declaration changes of a person. A new `passwordHash` ends the person's sessions. */
export type DeclaredChanges = AccountChanges & Partial<Pick<AccountRecord, "passwordHash">>;

/** Applies a declaration that is new or has changed. A person who was left out comes back. */
export function declareAccount(
  facts: ChangeFacts,
  { passwordHash, ...changes }: DeclaredChanges,
  declaration: PersonDeclared,
  ending: Ending,
): Decision<ChangeOutcome> {
  const comesBack = facts.account?.disabledBy === "left_out";
  const isNewPassword = passwordHash !== undefined;
  const set = {
    ...(isNewPassword && { passwordHash }),
    declaration,
    isDeclared: true,
    ...(comesBack && { disabledAt: null, disabledBy: null }),
  };
  const decision = changedAccount(facts, changes, set, "operator", ending.now);
  const subject = facts.account?.subject;
  if (decision.outcome !== "changed" || subject === undefined) return decision;
  const signedOut = isNewPassword ? endEverySession(subject, ending) : { changes: [], sweeps: [] };
  return {
    ...decision,
    changes: [...(decision.changes ?? []), ...signedOut.changes],
    sweeps: isNewPassword ? signedOut.sweeps : (decision.sweeps ?? []),
    events: [
      ...(decision.events ?? []),
      ...(isNewPassword ? [{ event: "password.changed", subject } as const] : []),
      ...(comesBack ? [{ event: "person.enabled", subject } as const] : []),
    ],
  };
}

/** Ends the person's sessions and takes back all access that they gave, in one commit. */
export function disableAccount(
  account: AccountRecord | null,
  ending: Ending,
  by: DisabledBy = "operator",
): Decision<boolean> {
  if (account === null) return concluded(false);
  const { subject } = account;
  const { now } = ending;
  return {
    outcome: true,
    changes: [
      touchAccount(account, { disabledAt: now, disabledBy: by }),
      tellOfEverySession(subject, ending),
    ],
    sweeps: [
      sweep(sessions, { subject }, null),
      ...accessSweeps({ subject }, "person_disabled", now),
      endLinks(subject),
    ],
    urgent: true,
    events: [{ event: "person.disabled", subject }],
  };
}

/**
 * Lets a disabled person sign in again. What was revoked stays revoked. A person whom the configuration left out belongs to
 * the operator from then on; otherwise the next start would disable them again.
 */
export function enableAccount({ account, setup, hasPasskey }: RoleFacts): Decision<boolean> {
  if (account === null) return concluded(false);
  const set: Partial<AccountRecord> = {
    disabledAt: null,
    disabledBy: null,
    ...(account.disabledBy === "left_out" && {
      source: "operator",
      isDeclared: false,
      declaration: null,
    }),
  };
  return {
    outcome: true,
    changes: [...closeSetup({ ...account, disabledAt: null }, setup, hasPasskey), touchAccount(account, set)],
    events: [{ event: "person.enabled", subject: account.subject }],
  };
}

/** Ends everything as `disableAccount` does, and removes the account. No later account gets the subject. */
export function removeAccount(account: AccountRecord | null, ending: Ending): Decision<boolean> {
  if (account === null) return concluded(false);
  const { subject } = account;
  return {
    outcome: true,
    changes: [touchAccount(account, {}), tellOfEverySession(subject, ending)],
    sweeps: [
      sweep(sessions, { subject }, null),
      ...accessSweeps({ subject }, "person_removed", ending.now),
      sweep(mails, { subject }, null),
      endLinks(subject),
      sweep(signInNames, { subject }, null),
      sweep(personWords, { subject }, null),
      sweep(groupMembers, { subject }, null),
      sweep(pictures, { subject }, null),
      sweep(activities, { subject }, null),
      sweep(passkeys, { subject }, null),
      sweep(totps, { subject }, null),
      sweep(recoveryCodes, { subject }, null),
      sweep(signInApprovals, { subject }, null),
      sweep(backchannelRequests, { subject }, null),
      sweep(askedPeople, { subject }, null),
      sweep(accounts, { subject }, null),
    ],
    urgent: true,
    events: [{ event: "person.removed", subject }],
  };
}

/**
 * A decision by which the server may lose an administrator: it may not lose the last. Only the operator at the command line, who can
 * make another, may decide so. `hasOther`: whether another administrator can sign in, as of a look after that at `setup`.
 */
export function keepingOne<Outcome>(
  { account, setup }: AccountFacts,
  hasOther: boolean,
  decision: Decision<Outcome>,
): Decision<Outcome | "last_administrator"> {
  if (!account?.administrator || decision.changes === undefined) return decision;
  if (!hasOther) return concluded("last_administrator");
  // Two administrators may go at once: each commit rests on the row that the other changes.
  return { ...decision, changes: [...decision.changes, nextSetup(setup)] };
}

/** A person removes their own account. The next start would make a declared person again. */
export function removeOwnAccount(
  facts: AccountFacts,
  hasOther: boolean,
  ending: Ending,
): Decision<"removed" | "gone" | "last_administrator" | "declared"> {
  const { account } = facts;
  if (account === null) return concluded("gone");
  if (account.isDeclared) return concluded("declared");
  return keepingOne(facts, hasOther, { ...removeAccount(account, ending), outcome: "removed" as const });
}

/** What a new session ends: the one that the browser had, and those that are too many now. */
export interface Superseded {
  readonly earlier: SessionRecord | null;
  /** Each with the ending of its own. */
  readonly surplus: readonly EndedSession[];
  /** The ending of `earlier`. */
  readonly ending: Ending;
}

/** What a sign-in rests on. */
export interface SignInFacts {
  readonly account: AccountRecord | null;
  /** The app for one-time passwords, if the person has one. */
  readonly totp: TotpRecord | null;
  /** The row that says that the form of the last step was answered. Default: null. */
  readonly answered?: Row<typeof once> | null;
}

/** The steps that the person took, and what the store must have for them still to count. */
export interface TakenSteps {
  readonly steps: readonly SignInStep[];
  /** The revision of the account against which the steps were checked. */
  readonly revision: number;
  /** The changes that use up the proofs of the steps. */
  readonly uses: readonly Change[];
  /** What the browser says of itself, if it is not known to the account. Default: null. */
  readonly newBrowser?: Product | null | undefined;
  /** The session on whose steps these rest; null if they rest on none. */
  readonly continues?: RecordId | null;
  /** What the proofs of the steps make known. */
  readonly events?: readonly Event[];
  /** The form of the last step, if it counts once. Default: none. */
  readonly form?: Single | undefined;
}

/**
 * Starts a session in place of `earlier`. The session of the same person goes on: its applications stay signed in. That of
 * another person ends. A change of the account, such as a new password or a second factor, shuts out a sign-in that is under way, and
 * no caller gets a session while a step is missing (THREATS 83).
 */
export function startSession(
  { account, totp, answered = null }: SignInFacts,
  session: SessionRecord,
  { steps, revision, uses, continues = null, events = [], newBrowser = null, form }: TakenSteps,
  { earlier, surplus, ending }: Superseded,
): Decision<boolean> {
  if (account === null || account.disabledAt !== null || account.revision !== revision)
    return concluded(false);
  if (missingStep(steps, { hasTotp: totp !== null }) !== null) return concluded(false);
  if (answered !== null) return concluded(false);
  const { subject } = account;
  const continued = earlier?.subject === subject ? earlier : null;
  if (continues !== null && (continued === null || Buffer.compare(continued.id, continues) !== 0))
    return concluded(false);
  const replaced = continued === null ? earlier : null;
  const others = surplus.filter(
    ({ session: { id } }) => earlier === null || Buffer.compare(id, earlier.id) !== 0,
  );
  const ends = [
    ...(continued === null ? [] : [giveWay(continued, ending)]),
    ...(replaced === null ? [] : [endOneSession(replaced, ending)]),
    ...others.map((other) => endOneSession(other.session, other.ending)),
  ];
  return {
    outcome: true,
    changes: [
      hold(accounts, { subject }, { revision: account.revision }),
      ...uses,
      ...(form === undefined ? [] : [countForm(form, session)]),
      insert(sessions, continued === null ? session : { ...session, continuity: continued.continuity }),
      ...ends.flatMap(({ changes }) => changes),
    ],
    sweeps: ends.flatMap(({ sweeps }) => sweeps),
    events: [
      ...(replaced === null ? [] : [sessionEnded(replaced, "replaced")]),
      ...others.map((other) => sessionEnded(other.session, "surplus")),
      ...events,
      {
        event: "session.started",
        subject,
        via: session.authenticationMethods.join(" "),
        // A browser in which the person was signed in until now is not new, even if its cookie does not say so.
        ...(newBrowser !== null && continued === null && { reason: NEW_BROWSER, browser: newBrowser }),
      },
    ],
  };
}

/** The row by which the form, sent again, finds the session that it started. */
const countForm = ({ id, expiresAt }: Single, session: SessionRecord): Change =>
  insert(once, { kind: "sign_in", id, expiresAt, resultId: session.id });

/** How long a form that signed a person in gets the same answer again: a double click, or an answer that was lost. */
const SENT_AGAIN_SECONDS = 60;

/**
 * The session that a form started, for the same form sent again: as long as the person is signed in with it, and not for long, so that
 * a form that lies in a browser is no way back in. Null if there is none.
 */
export function earlierSession(
  { session, account }: { readonly session: SessionRecord | null; readonly account: AccountRecord | null },
  now: EpochSeconds,
  idleSince: EpochSeconds,
): SessionRecord | null {
  if (session === null || account === null || session.createdAt + SENT_AGAIN_SECONDS <= now) return null;
  return isSessionAlive(session, account, now, idleSince) ? session : null;
}

/**
 * Uses up the proofs of the first steps before another step is asked: what counts once must not open that question twice. False if
 * the account has changed since the steps were checked.
 */
export function spendProofs(
  account: AccountRecord | null,
  { revision, uses, events = [] }: Omit<TakenSteps, "steps">,
): Decision<boolean> {
  if (account === null || account.disabledAt !== null || account.revision !== revision)
    return concluded(false);
  const { subject } = account;
  return { outcome: true, changes: [hold(accounts, { subject }, { revision }), ...uses], events };
}

/** Why a session ended. */
type SessionEndReason = "signed_out" | "replaced" | "surplus" | "second_factor";

export const sessionEnded = ({ subject }: Pick<SessionRecord, "subject">, reason: SessionEndReason) =>
  ({ event: "session.ended", subject, reason }) as const;

/** Whether a session is valid: not expired, seen after `idleSince`, and of a person who may sign in. */
export const isSessionAlive = (
  session: SessionRecord,
  account: AccountRecord,
  now: EpochSeconds,
  idleSince: EpochSeconds,
): boolean => session.expiresAt > now && session.lastSeenAt >= idleSince && account.disabledAt === null;

/** Ends a session, and the access that ends with it. False if it is gone. */
export const endSession = (session: SessionRecord | null, ending: Ending): Decision<boolean> =>
  session === null
    ? concluded(false)
    : {
        outcome: true,
        ...endOneSession(session, ending),
        urgent: true,
        events: [sessionEnded(session, "signed_out")],
      };

/**
 * A person ends sessions of theirs in other browsers, which a thief may have. What was begun there ends too: links for a new address
 * or a new password, sign-ins under way, and approvals of other devices, which rest on the account as it was. False if there is no such
 * person.
 */
export function endOtherSessions(
  account: AccountRecord | null,
  others: readonly EndedSession[],
): Decision<boolean> {
  if (account === null) return concluded(false);
  const ends = others.map(({ session, ending }) => endOneSession(session, ending));
  return {
    outcome: true,
    changes: [touchAccount(account, {}), ...ends.flatMap(({ changes }) => changes)],
    sweeps: [...ends.flatMap(({ sweeps }) => sweeps), endLinks(account.subject)],
    urgent: true,
    events: others.map(({ session }) => sessionEnded(session, "signed_out")),
  };
}

/** Stores a link in place of every earlier one. False, and no link, if the server has an administrator. */
export function createSetupLink(
  setup: SetupRevision,
  hasAdministrator: boolean,
  link: SetupLinkRecord,
): Decision<boolean> {
  if (hasAdministrator) return concluded(false);
  return {
    outcome: true,
    changes: [nextSetup(setup), put(setupLinks, link)],
    events: [{ event: "setup_link.created" }],
  };
}

export interface SetupFacts extends NewAccountFacts {
  readonly link: SetupLinkRecord | null;
}

/** Whether the stored link is this one and still valid. */
export const isLinkAlive = (
  link: SetupLinkRecord | null,
  id: RecordId,
  now: EpochSeconds,
): link is SetupLinkRecord => link !== null && Buffer.compare(link.id, id) === 0 && link.expiresAt > now;

/**
 * Uses up the link and creates the account. `withPasskey`: the changes that store the passkey of an account without a password, so
 * that neither is there without the other. `spent`: the link was used, replaced, is gone or has expired.
 */
export function redeemSetupLink(
  { link, setup, ...names }: SetupFacts,
  id: RecordId,
  account: AccountRecord,
  now: EpochSeconds,
  withPasskey: readonly Change[] = [],
): Decision<"created" | "spent" | NameTaken> {
  if (!isLinkAlive(link, id, now)) return concluded("spent");
  const taken = nameTaken(names);
  if (taken !== null) return concluded(taken);
  return {
    outcome: "created",
    changes: [
      nextSetup(setup),
      remove(setupLinks, { name: SETUP_LINK }),
      insert(accounts, account),
      ...changeNames(null, account),
      ...personWordChanges(null, account),
      ...withPasskey,
    ],
    events: [{ event: "person.created", subject: account.subject, via: "setup_link" }],
  };
}
