/**
 * Links that are handed to people: invitations, new passwords, one sign-in, the proof of an address. A link is a secret that is good
 * for so many uses. Opening its page uses nothing up, so a scanner that fetches it does no harm. The form of the page does, in the
 * commit of the act itself (THREATS 84).
 */
import type { EpochSeconds } from "../platform/clock.ts";
import { foldUsername, type SubjectId } from "../protocol/identifiers.ts";
import { type Change, check, hold, insert, remove, update } from "../store/contract.ts";
import type { Row } from "../store/declare.ts";
import { type ClientRecord, clients } from "../store/tables/clients.ts";
import {
  type AccountRecord,
  accounts,
  type GroupMemberRecord,
  groupMembers,
  type SignInNameRecord,
} from "../store/tables/people.ts";
import { revisions } from "../store/tables/server.ts";
import { type LinkKind, type LinkRecord, links } from "../store/tables/sign-in.ts";
import { concluded, type Decision } from "./decision.ts";
import type { EventName } from "./events.ts";
import {
  type AccountFacts,
  type ChangeOutcome,
  changeAccount,
  createAccount,
  enableAccount,
  type NameTaken,
  type NewAccountFacts,
  type RoleFacts,
  setPassword,
} from "./person.ts";
import { allowsByScope } from "./role.ts";
import type { Ending } from "./session.ts";

interface KindRules {
  /** The page that the link opens. */
  readonly page: `/${string}`;
  /** The setting of its lifetime. */
  readonly lifetime:
    | "invitation_seconds"
    | "sign_up_link_seconds"
    | "reset_link_seconds"
    | "sign_in_link_seconds"
    | "verify_email_seconds";
  /** The event of its making. */
  readonly created: EventName;
}

/** Every kind of link, once. */
export const LINK_KINDS = {
  invitation: { page: "/invitation", lifetime: "invitation_seconds", created: "invitation.created" },
  registration: { page: "/invitation", lifetime: "sign_up_link_seconds", created: "sign_up.asked" },
  reset: { page: "/reset-password", lifetime: "reset_link_seconds", created: "reset.asked" },
  sign_in: { page: "/sign-in-link", lifetime: "sign_in_link_seconds", created: "sign_in_link.created" },
  sign_in_code: { page: "/sign-in-code", lifetime: "sign_in_link_seconds", created: "sign_in_link.created" },
  verify_email: { page: "/verify-email", lifetime: "verify_email_seconds", created: "email.asked" },
} as const satisfies Readonly<Record<LinkKind, KindRules>>;

/** Why a link does not work. Only the holder of the right secret learns more than `unknown`. */
export type LinkFault = "unknown" | "used" | "expired";

/** Null for a link that works. */
export const linkFault = (
  link: Pick<LinkRecord, "usesLeft" | "expiresAt"> | null,
  now: EpochSeconds,
): LinkFault | null =>
  link === null ? "unknown" : link.usesLeft < 1 ? "used" : link.expiresAt <= now ? "expired" : null;

/** Who made an invitation, if their right to do so can end. */
export interface InviterName {
  readonly kind: "person" | "client";
  readonly id: string;
}

/** The person or the program that made an invitation; null if the operator did. */
export function inviterOf({ kind, createdBy }: LinkRecord): InviterName | null {
  const [, by, id] = /^(person|client):(.+)$/s.exec(createdBy) ?? [];
  if (kind !== "invitation" || id === undefined) return null;
  return { kind: by === "person" ? "person" : "client", id };
}

/** The person or the program that made an invitation, as they are now. */
export type Inviter =
  | {
      readonly account: AccountRecord;
      /** The memberships by which they manage groups of the invitation. */
      readonly manages: readonly GroupMemberRecord[];
    }
  | { readonly client: ClientRecord };

export interface LinkFacts {
  readonly link: LinkRecord | null;
  /** The inviter (`inviterOf`), if there is one. */
  readonly inviter: Inviter | null;
}

/** An administrator invites into every group, a manager into their own, a program as far as its scopes go. */
function mayStillInvite(inviter: Inviter, { groups, administrator }: LinkRecord): boolean {
  if ("client" in inviter) {
    const { disabledAt, scope } = inviter.client;
    return disabledAt === null && allowsByScope(scope, administrator ? "server.write" : "people.write");
  }
  const { account, manages } = inviter;
  if (account.disabledAt !== null) return false;
  if (account.administrator) return true;
  const isManaged = (group: string) => manages.some(({ groupName }) => groupName === group);
  return !administrator && groups.length > 0 && groups.every(isManaged);
}

/** What an inviter could give others ends with their right to: invitations of theirs are as if withdrawn. */
export function invitationFault({ link, inviter }: LinkFacts, now: EpochSeconds): LinkFault | null {
  const fault = linkFault(link, now);
  if (link === null || fault !== null || inviterOf(link) === null) return fault;
  return inviter !== null && mayStillInvite(inviter, link) ? null : "unknown";
}

/** Of several uses at the same time, as many succeed as are left. */
const useUp = ({ id, usesLeft }: LinkRecord): Change =>
  update(links, { id }, { usesLeft }, { usesLeft: usesLeft - 1 });

/** How many links of one kind a person has at most. Strangers can ask for a new password in their name. */
export const LINKS_PER_PERSON = 5;

export interface NewLinkFacts {
  /** The person whom the link is about; null for a link that makes an account. */
  readonly account: AccountRecord | null;
  /** How many links of the kind the person has already. */
  readonly outstanding: number;
}

/** `mail`: the changes that send it. `unknown`: there is no such person, or they are disabled. */
export function createLink(
  { account, outstanding }: NewLinkFacts,
  link: LinkRecord,
  mail: readonly Change[],
): Decision<"created" | "unknown" | "too_many"> {
  const { subject, kind, id } = link;
  if (subject !== null && (account === null || account.disabledAt !== null)) return concluded("unknown");
  if (outstanding >= LINKS_PER_PERSON) return concluded("too_many");
  return {
    outcome: "created",
    changes: [
      // What ends the person's links changes this row.
      ...(account === null
        ? []
        : [hold(accounts, { subject: account.subject }, { revision: account.revision })]),
      insert(links, link),
      ...mail,
    ],
    events: [{ event: LINK_KINDS[kind].created, link: id, ...(subject !== null && { subject }) }],
  };
}

/** A row of which no secret exists: what a stranger asks for takes as long, whether there is such a person or not. */
export const storeDecoy = (link: LinkRecord): Decision<void> => ({
  outcome: undefined,
  changes: [insert(links, link)],
});

/** False if there is no such invitation. */
export const revokeInvitation = (link: LinkRecord | null): Decision<boolean> =>
  link === null || link.kind !== "invitation"
    ? concluded(false)
    : {
        outcome: true,
        changes: [remove(links, { id: link.id })],
        urgent: true,
        events: [{ event: "invitation.revoked", link: link.id }],
      };

/** The row of `revisions` that guards how many accounts strangers get. */
export const SIGN_UP = "sign_up";

export type SignUpRevision = Row<typeof revisions> | null;

const nextSignUp = (signUp: SignUpRevision): Change =>
  signUp === null
    ? insert(revisions, { name: SIGN_UP, revision: 1 })
    : update(revisions, { name: SIGN_UP }, { revision: signUp.revision }, { revision: signUp.revision + 1 });

/** How much of what strangers may have there is, and how much there may be. */
export interface SignUpFacts {
  readonly signUp: SignUpRevision;
  /** The wishes of the last hour. */
  readonly wishes: number;
  readonly mostWishes: number;
  /** The people who wait until they are let in. */
  readonly waiting: number;
  readonly mostWaiting: number;
}

const isFull = (
  { wishes, mostWishes, waiting, mostWaiting }: SignUpFacts,
  isWish: boolean,
  waits: boolean,
): boolean => (isWish && wishes >= mostWishes) || (waits && waiting >= mostWaiting);

/** Strangers hear no more than that they should try later; the operator hears of it. */
const full = <Outcome>(outcome: Outcome): Decision<Outcome> => ({
  outcome,
  events: [{ event: "sign_up.refused", reason: "limit" }],
});

/**
 * A stranger asks for an account: the link goes by mail to the address that it proves. The account is made by its use, so an
 * address that is not proved takes up one row, and not for long.
 */
export function askSignUp(
  facts: SignUpFacts,
  link: LinkRecord,
  mail: readonly Change[],
): Decision<"asked" | "full"> {
  if (isFull(facts, true, false)) return full("full");
  return {
    outcome: "asked",
    changes: [nextSignUp(facts.signUp), insert(links, link), ...mail],
    events: [{ event: "sign_up.asked", link: link.id }],
  };
}

const waits = ({ disabledBy }: AccountRecord): boolean => disabledBy === "approval";

const waitingEvents = (account: AccountRecord) =>
  waits(account) ? [{ event: "sign_up.waiting", subject: account.subject } as const] : [];

/**
 * Whether a person may choose this name. A name that is an e-mail address would keep the owner of the address out, and would get links
 * that they ask for. So it must be the address of the account, or the name that the invitation proposes.
 */
const mayChooseName = ({ username, email }: AccountRecord, proposed: string | null): boolean =>
  !foldUsername(username).includes("@") ||
  [email, proposed].some((own) => own !== null && foldUsername(own) === foldUsername(username));

/** The same without mail: the account is made at once. `link`: a row without uses, which counts as the wish. */
export function signUp(
  facts: SignUpFacts & NewAccountFacts,
  account: AccountRecord,
  link: LinkRecord,
): Decision<"created" | NameTaken | "name_is_address" | "group_unknown" | "full"> {
  if (!mayChooseName(account, null)) return concluded("name_is_address");
  if (isFull(facts, true, waits(account))) return full("full");
  const created = createAccount(facts, account);
  if (created.outcome !== "created") return created;
  return {
    outcome: "created",
    changes: [nextSignUp(facts.signUp), insert(links, link), ...(created.changes ?? [])],
    events: [...(created.events ?? []), ...waitingEvents(account)],
  };
}

export type AcceptOutcome = "created" | NameTaken | "name_is_address" | "group_unknown" | "full" | LinkFault;

/** Makes the account of an invitation or of a wish, and uses the link up. */
export function acceptInvitation(
  facts: SignUpFacts & NewAccountFacts & LinkFacts,
  account: AccountRecord,
  now: EpochSeconds,
): Decision<AcceptOutcome> {
  const { link, inviter } = facts;
  const fault = invitationFault(facts, now);
  if (link === null || fault !== null) return concluded(fault ?? "unknown");
  if (!mayChooseName(account, link.username)) return concluded("name_is_address");
  if (isFull(facts, false, waits(account))) return full("full");
  const created = createAccount(facts, account);
  if (created.outcome !== "created") return created;
  const accepted =
    link.kind === "invitation"
      ? [{ event: "invitation.accepted", subject: account.subject, link: link.id } as const]
      : [];
  return {
    outcome: "created",
    changes: [
      useUp(link),
      ...(inviter === null ? [] : stillInvites(inviter)),
      ...(waits(account) ? [nextSignUp(facts.signUp)] : []),
      ...(created.changes ?? []),
    ],
    events: [...(created.events ?? []), ...accepted, ...waitingEvents(account)],
  };
}

/** The commit rests on the right of the inviter. */
function stillInvites(inviter: Inviter): Change[] {
  if ("client" in inviter) {
    const { clientId, revision } = inviter.client;
    return [check(clients, { clientId }, { revision })];
  }
  const { account, manages } = inviter;
  const { subject, revision } = account;
  return [
    check(accounts, { subject }, { revision }),
    ...manages.map(({ groupName }) => check(groupMembers, { groupName, subject }, { manages: true })),
  ];
}

/** Lets a person in who made their own account. False if there is no such person, or they do not wait. */
export function approveAccount(facts: RoleFacts, mail: readonly Change[]): Decision<boolean> {
  const { account } = facts;
  if (account === null || !waits(account)) return concluded(false);
  const enabled = enableAccount(facts);
  return {
    ...enabled,
    changes: [...(enabled.changes ?? []), ...mail],
    events: [{ event: "sign_up.approved", subject: account.subject }, ...(enabled.events ?? [])],
  };
}

/** Sets the password, ends every session of the person, and uses the link up. All other links of the person end too. */
export function resetPassword(
  { link, ...facts }: AccountFacts & { readonly link: LinkRecord | null },
  passwordHash: string,
  ending: Ending,
): Decision<"reset" | LinkFault> {
  const fault = linkFault(link, ending.now);
  if (link === null || fault !== null) return concluded(fault ?? "unknown");
  if (facts.account === null || facts.account.disabledAt !== null) return concluded("unknown");
  const { subject } = facts.account;
  const { changes = [], sweeps = [], events = [] } = setPassword(facts, passwordHash, ending);
  return {
    outcome: "reset",
    changes: [useUp(link), ...changes],
    sweeps,
    events: [{ event: "reset.done", subject, link: link.id }, ...events],
  };
}

/** Uses up a link for one sign-in. The sign-in then goes on as after any first step. */
export function useSignInLink(
  { link, account }: { readonly link: LinkRecord | null; readonly account: AccountRecord | null },
  now: EpochSeconds,
): Decision<"used_now" | LinkFault> {
  const fault = linkFault(link, now);
  if (link === null || fault !== null) return concluded(fault ?? "unknown");
  if (account === null || account.disabledAt !== null) return concluded("unknown");
  const { subject, revision } = account;
  return {
    outcome: "used_now",
    changes: [useUp(link), check(accounts, { subject }, { revision })],
    events: [{ event: "sign_in_link.used", subject, link: link.id }],
  };
}

/** How often a person may mistype one code. */
export const CODE_ATTEMPTS = 5;

/** An attempt at a code uses up one of its uses, and the right code all of them, so parallel guesses all count. */
export function tryCode(
  { link, account }: { readonly link: LinkRecord | null; readonly account: AccountRecord | null },
  matches: boolean,
  now: EpochSeconds,
): Decision<"right" | "wrong"> {
  if (link === null || linkFault(link, now) !== null) return concluded("wrong");
  if (!matches || account === null || account.disabledAt !== null)
    return { outcome: "wrong", changes: [useUp(link)] };
  const { subject, revision } = account;
  const { id, usesLeft } = link;
  return {
    outcome: "right",
    changes: [
      update(links, { id }, { usesLeft }, { usesLeft: 0 }),
      check(accounts, { subject }, { revision }),
    ],
    events: [{ event: "sign_in_link.used", subject, link: id, via: "sign_in_code" }],
  };
}

/**
 * The account gets the address, which is proved now. Until then the one before counts. `by`: the person who is signed in. The owner of
 * the address may have got the mail because of a stranger, so a click of theirs is not enough: it takes the person of the account.
 */
export function confirmEmail(
  {
    link,
    sameEmail,
    ...facts
  }: AccountFacts & { readonly link: LinkRecord | null; readonly sameEmail: SignInNameRecord | null },
  by: SubjectId | null,
  now: EpochSeconds,
): Decision<"verified" | "foreign" | Exclude<ChangeOutcome, "changed"> | LinkFault> {
  const fault = linkFault(link, now);
  if (link === null || fault !== null) return concluded(fault ?? "unknown");
  if (facts.account === null || facts.account.disabledAt !== null) return concluded("unknown");
  const { subject } = facts.account;
  if (by !== subject) return concluded("foreign");
  const { outcome, ...changed } = changeAccount(
    // A new address makes no administrator, so no passkey need be looked for.
    { ...facts, sameEmail, hasPasskey: false },
    { email: link.email, emailVerified: true },
    "person",
    now,
  );
  if (outcome !== "changed") return concluded(outcome);
  return {
    outcome: "verified",
    ...changed,
    changes: [useUp(link), ...(changed.changes ?? [])],
    events: [...(changed.events ?? []), { event: "email.verified", subject, link: link.id }],
  };
}
