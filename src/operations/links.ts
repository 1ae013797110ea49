/**
 * Makes links for people, finds them again, and carries out what they are for. A link is made from the issuer, never from a
 * request (THREATS 43). rules/link.ts decides.
 */
import type { Configuration } from "../configuration/schema.ts";
import { mintCredential, parseCredential, secretMatches } from "../credentials/credential.ts";
import type { Clock, EpochSeconds } from "../platform/clock.ts";
import type { RandomBytes } from "../platform/random.ts";
import { foldUsername, type RecordId, type SubjectId } from "../protocol/identifiers.ts";
import type { Issuer } from "../protocol/issuer.ts";
import { type Act, actorText } from "../rules/events.ts";
import { sortedGroups } from "../rules/group.ts";
import * as rules from "../rules/link.ts";
import { SETUP } from "../rules/person.ts";
import { type Change, row, type Store } from "../store/contract.ts";
import { shardOf } from "../store/declare.ts";
import { type AccountRecord, accounts, type GroupRecord, signInNames } from "../store/tables/people.ts";
import { revisions } from "../store/tables/server.ts";
import { type LinkKind, type LinkRecord, links } from "../store/tables/sign-in.ts";
import { findClient } from "./clients.ts";
import { type DecideContext, outcomeOf } from "./decide.ts";
import { type EndingContext, newEnding } from "./ending.ts";
import { findGroup, findMember } from "./groups.ts";
import { allPages, type Page } from "./paging.ts";
import { findAccountBySignInName, lookAtAccount } from "./people.ts";

/** A mail with a link, or about one. */
export interface LinkMail {
  /**
   * `account_exists`: to the address of a person who asked for an account and has one. `approved`: to a person who waited and is let
   * in. `sign_in_code`: has a code in place of a link. The others have the link of that kind.
   */
  readonly kind: LinkKind | "account_exists" | "approved";
  /** The person; null for an address of which no account is known. */
  readonly subject: SubjectId | null;
  /** Where it goes. */
  readonly address: string;
  /** The whole address that the mail leads to. */
  readonly link: string | null;
  readonly code?: string;
  /** When the link or the code ends. */
  readonly expiresAt: EpochSeconds | null;
  /** The person who invites; null for the operator. */
  readonly inviter?: string | null;
}

/** How links get into mails. */
export interface LinkMails {
  /** The changes that send the mail: they are a part of the commit that makes the link. */
  changesFor(mail: LinkMail): readonly Change[];
  /** Called after the commit. */
  wake(): void;
}

export interface LinkContext extends DecideContext {
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly issuer: Pick<Issuer, "url">;
  readonly configuration: Pick<Configuration, "lifetimes" | "sign_up">;
  /** Null: this server sends no mail. */
  readonly linkMails: LinkMails | null;
}

interface Reading {
  readonly store: Store;
}

/** What a link is to say beside its kind. */
export interface LinkWish
  extends Partial<
    Pick<
      LinkRecord,
      | "subject"
      | "email"
      | "provesEmail"
      | "username"
      | "name"
      | "groups"
      | "administrator"
      | "uses"
      | "returnTo"
      | "expiresAt"
    >
  > {
  readonly kind: LinkKind;
}

export interface NewLink {
  readonly link: LinkRecord;
  /** The whole address with the secret, which nothing but this has. */
  readonly address: string;
}

/** A link in memory: nothing of it is stored yet. */
export function newLink(context: LinkContext, act: Act, { kind, ...wish }: LinkWish): NewLink {
  const { clock, random, issuer, configuration } = context;
  // On a cluster it lies where its mail lies.
  const near = wish.subject ?? wish.email ?? null;
  const shard = near === null ? undefined : shardOf(near);
  const { text, id, digest } = mintCredential("link", clock, random, shard);
  const { page, lifetime } = rules.LINK_KINDS[kind];
  const createdAt = clock.seconds();
  const uses = wish.uses ?? 1;
  const link: LinkRecord = {
    id,
    digest,
    kind,
    subject: wish.subject ?? null,
    email: wish.email ?? null,
    provesEmail: wish.provesEmail ?? false,
    username: wish.username ?? null,
    name: wish.name ?? null,
    groups: sortedGroups(wish.groups ?? []),
    administrator: wish.administrator ?? false,
    uses,
    usesLeft: uses,
    returnTo: wish.returnTo ?? null,
    createdBy: actorText(act.actor),
    createdAt,
    expiresAt: wish.expiresAt ?? createdAt + configuration.lifetimes[lifetime],
  };
  return { link, address: `${issuer.url(page)}?token=${text}` };
}

const LINK = row(links, { id: "$id" });
const SETUP_ROW = row(revisions, { name: "$setup" });
const SIGN_UP_ROW = row(revisions, { name: "$signUp" });
const BY_ID = { link: LINK };
const LINK_ACCOUNT = { link: LINK, account: row(accounts, { subject: "link.subject" }) };
const LINK_ACCOUNT_SETUP = { ...LINK_ACCOUNT, setup: SETUP_ROW };
const LINK_EMAIL = { ...LINK_ACCOUNT_SETUP, sameEmail: row(signInNames, { name: "$email" }) };
const ACCOUNT = { account: row(accounts, { subject: "$subject" }) };
const NAMES = {
  sameName: row(signInNames, { name: "$name" }),
  sameEmail: row(signInNames, { name: "$email" }),
  setup: SETUP_ROW,
  signUp: SIGN_UP_ROW,
};
const LINK_NAMES = { ...NAMES, link: LINK };

/** Stores the link, with the mail that has it. `isOwn`: the person asks for it, and how often they may is counted elsewhere. */
export const storeLink = (
  context: LinkContext,
  act: Act,
  made: NewLink,
  mail: LinkMail | null,
  isOwn = act.actor.kind === "operator",
): Promise<"created" | "unknown" | "too_many"> =>
  outcomeOf(context, act, async () => {
    const { subject, kind } = made.link;
    const { account } = await context.store.look(ACCOUNT, { subject });
    // What strangers ask for in a person's name must not keep the person from asking, nor the operator from helping.
    const outstanding =
      subject === null || isOwn
        ? 0
        : (await context.store.list(links, { where: { subject, kind }, limit: rules.LINKS_PER_PERSON }))
            .length;
    const changes = mail === null ? [] : (context.linkMails?.changesFor(mail) ?? []);
    return rules.createLink({ account, outstanding }, made.link, changes);
  });

// ── Invitations ────────────────────────────────────────────────────────────────────────────────────────────

export interface Invitation {
  readonly username?: string | null;
  readonly name?: string | null;
  readonly email?: string | null;
  readonly groups?: readonly string[];
  /** Only for operators. */
  readonly administrator?: boolean;
  readonly uses?: number;
  readonly seconds?: number;
  /** Whether the link goes to the address by mail, and nowhere else. */
  readonly isMailed?: boolean;
  /** How the mail names the person who invites. */
  readonly inviter?: string | null;
}

/** The invitation. Its address is null if only the mail has it. */
export interface Invited {
  readonly link: LinkRecord;
  readonly address: string | null;
}

/** The caller has checked the names, and that the groups exist; a group that is removed later is left out. */
export async function invite(context: LinkContext, act: Act, invitation: Invitation): Promise<Invited> {
  const { username, name, email = null, groups, administrator, uses, seconds, inviter = null } = invitation;
  const { linkMails, clock } = context;
  const isMailed = invitation.isMailed === true && email !== null && linkMails !== null;
  const made = newLink(context, act, {
    kind: "invitation",
    ...(username && { username }),
    ...(name && { name }),
    email,
    provesEmail: isMailed,
    ...(groups && { groups }),
    ...(administrator && { administrator }),
    ...(uses !== undefined && { uses }),
    ...(seconds !== undefined && { expiresAt: clock.seconds() + seconds }),
  });
  const { link, address } = made;
  const mail: LinkMail | null =
    isMailed && email !== null
      ? {
          kind: "invitation",
          subject: null,
          address: email,
          link: address,
          expiresAt: link.expiresAt,
          inviter,
        }
      : null;
  await storeLink(context, act, made, mail);
  if (mail !== null) linkMails?.wake();
  return { link, address: isMailed ? null : address };
}

/** The invitations that have not expired, oldest first, used ones too. */
export async function* everyInvitation(context: Reading, now: EpochSeconds): AsyncGenerator<LinkRecord> {
  const list = ({ limit, after = null }: Page<LinkRecord>) =>
    context.store.list(links, {
      where: { kind: "invitation" },
      order: ["createdAt", "id"],
      after,
      limit,
    });
  for await (const link of allPages(list)) if (link.expiresAt > now) yield link;
}

/** The links of a person that still work: those that open something of their account, and the invitations that they made. */
export async function* everyOwnLink(
  context: Reading,
  subject: SubjectId,
  now: EpochSeconds,
): AsyncGenerator<LinkRecord> {
  const list = ({ limit, after = null }: Page<LinkRecord>) =>
    context.store.list(links, { where: { subject }, after, limit });
  for await (const link of allPages(list)) if (rules.linkFault(link, now) === null) yield link;
  for await (const link of everyInvitation(context, now))
    if (rules.inviterOf(link)?.id === subject && rules.linkFault(link, now) === null) yield link;
}

/** False if there is no such invitation. */
export const revokeInvitation = (context: DecideContext, act: Act, id: RecordId): Promise<boolean> =>
  outcomeOf(context, act, async () => rules.revokeInvitation((await context.store.look(BY_ID, { id })).link));

// ── Using links ────────────────────────────────────────────────────────────────────────────────────────────

/** A link of one of these kinds that the text is the secret of, or why it does not work. */
export async function findLink(
  { store, clock }: Reading & Pick<LinkContext, "clock">,
  kinds: readonly LinkKind[],
  token: string,
): Promise<{ readonly link: LinkRecord; readonly fault: Exclude<rules.LinkFault, "unknown"> | null } | null> {
  const presented = parseCredential("link", token);
  if (presented === null) return null;
  const { link } = await store.look(BY_ID, { id: presented.id });
  if (link === null || !kinds.includes(link.kind) || !secretMatches(presented.secret, link.digest))
    return null;
  const inviter = await findInviter({ store }, link);
  const fault = rules.invitationFault({ link, inviter }, clock.seconds());
  return fault === "unknown" ? null : { link, fault };
}

/** Who made an invitation, as they are now; null if the operator did, or if they are gone. */
async function findInviter(context: Reading, link: LinkRecord | null): Promise<rules.Inviter | null> {
  const name = link === null ? null : rules.inviterOf(link);
  if (link === null || name === null) return null;
  if (name.kind === "client") {
    const client = await findClient(context, name.id);
    return client && { client };
  }
  const { account } = await context.store.look(ACCOUNT, { subject: name.id });
  if (account === null) return null;
  const memberships = account.administrator
    ? []
    : await Promise.all(link.groups.map((group) => findMember(context, group, account.subject)));
  const manages = memberships.filter((member) => member !== null).filter((member) => member.manages);
  return { account, manages };
}

/** The groups of these names that exist: one that was removed meanwhile is left out. */
export async function existingGroups(context: Reading, names: readonly string[]): Promise<GroupRecord[]> {
  const found = await Promise.all(names.map((name) => findGroup(context, name)));
  return found.filter((group) => group !== null);
}

/** The facts about accounts of strangers, for a commit that makes one. */
export async function signUpFacts(
  { store, clock, configuration }: Pick<LinkContext, "store" | "clock" | "configuration">,
  signUp: rules.SignUpRevision,
): Promise<rules.SignUpFacts> {
  const { per_hour: mostWishes, waiting: mostWaiting } = configuration.sign_up;
  const wishes = await store.list(links, {
    where: { kind: "registration" },
    above: { createdAt: clock.seconds() - WISH_SECONDS },
    order: ["createdAt", "id"],
    limit: mostWishes,
  });
  const waiting = await store.list(accounts, {
    where: { disabledBy: "approval" },
    order: ["disabledBy", "subject"],
    limit: mostWaiting,
  });
  return { signUp, wishes: wishes.length, mostWishes, waiting: waiting.length, mostWaiting };
}

/** The window in which accounts of strangers are counted. */
export const WISH_SECONDS = 3600;

/** The parameters that find the holders of a person's names, and what guards the commit. */
export const namesOf = ({ username, email }: Pick<AccountRecord, "username" | "email">) => ({
  name: foldUsername(username),
  email: email === null ? null : foldUsername(email),
  setup: SETUP,
  signUp: rules.SIGN_UP,
});

export const SIGN_UP_NAMES = NAMES;

/** Makes the account of the link, and uses it up. `account.groups` are left out as far as they do not exist any more. */
export const acceptLink = (
  context: LinkContext,
  act: Act,
  id: RecordId,
  account: AccountRecord,
): Promise<rules.AcceptOutcome> =>
  outcomeOf(context, act, async () => {
    const groups = await existingGroups(context, account.groups);
    const facts = await context.store.look(LINK_NAMES, { id, ...namesOf(account) });
    const member = { ...account, groups: sortedGroups(groups.map(({ name }) => name)) };
    const inviter = await findInviter(context, facts.link);
    return rules.acceptInvitation(
      { ...facts, inviter, ...(await signUpFacts(context, facts.signUp)), groups },
      member,
      context.clock.seconds(),
    );
  });

// ── A new password ─────────────────────────────────────────────────────────────────────────────────────────

export type LinkForPerson =
  /** `address`: null if only the mail has it. */
  | { readonly outcome: "created"; readonly address: string | null; readonly expiresAt: EpochSeconds }
  | { readonly outcome: "unknown" | "too_many" | "no_mail" };

async function linkFor(
  context: LinkContext,
  act: Act,
  kind: "reset" | "sign_in",
  { subject, email, emailVerified }: AccountRecord,
  isMailed: boolean,
  isOwn?: boolean,
): Promise<LinkForPerson> {
  const { linkMails } = context;
  if (isMailed && (linkMails === null || email === null || !emailVerified)) return { outcome: "no_mail" };
  const made = newLink(context, act, { kind, subject });
  const { expiresAt } = made.link;
  const mail: LinkMail | null = isMailed
    ? { kind, subject, address: email ?? "", link: made.address, expiresAt }
    : null;
  const outcome = await storeLink(context, act, made, mail, isOwn);
  if (outcome !== "created") return { outcome };
  if (isMailed) linkMails?.wake();
  return { outcome, address: isMailed ? null : made.address, expiresAt };
}

/** A link for a new password, for the operator to hand over or to mail to the person's verified address. */
export const makeResetLink = (
  context: LinkContext,
  act: Act,
  account: AccountRecord,
  isMailed: boolean,
  isOwn?: boolean,
): Promise<LinkForPerson> => linkFor(context, act, "reset", account, isMailed, isOwn);

/** A link for one sign-in. */
export const makeSignInLink = (
  context: LinkContext,
  act: Act,
  account: AccountRecord,
  isMailed: boolean,
): Promise<LinkForPerson> => linkFor(context, act, "sign_in", account, isMailed);

/** How long a row stays that stands for no link, in seconds. */
const DECOY_SECONDS = 60;

/** Stores a row of which no secret exists, with the work that a link takes. It stays for a minute, or as long as it says. */
export const storeDecoy = (
  context: LinkContext,
  act: Act,
  kind: "reset" | "sign_in_code",
  wish: Pick<LinkWish, "uses" | "expiresAt"> = {
    uses: 0,
    expiresAt: context.clock.seconds() + DECOY_SECONDS,
  },
): Promise<LinkRecord> => {
  const { link } = newLink(context, act, { kind, ...wish });
  return outcomeOf(context, act, async () => {
    await context.store.look(ACCOUNT, { subject: NO_ONE });
    await context.store.list(links, { where: { subject: NO_ONE, kind }, limit: 1 });
    return { ...rules.storeDecoy(link), outcome: link };
  });
};

/** The person with this name whom a mail reaches; null if there is none. */
export async function findReached(context: Reading, name: string): Promise<AccountRecord | null> {
  const account = await findAccountBySignInName(context, name);
  const isReached =
    account !== null && account.disabledAt === null && account.email !== null && account.emailVerified;
  return isReached ? account : null;
}

/**
 * Mails a link for a new password to the person with this name, if there is one and a mail reaches them. The caller learns nothing
 * of it, not even by the time it takes: for others a row is written too, of which no secret exists (THREATS 34).
 */
export async function askReset(
  context: LinkContext,
  act: Act,
  name: string,
  isKnownBrowser: boolean,
): Promise<void> {
  const account = await findReached(context, name);
  const made = account && (await makeResetLink(context, act, account, true, isKnownBrowser));
  if (made?.outcome === "created") return;
  await storeDecoy(context, act, "reset");
}

const NO_ONE = "" as SubjectId;

/** Sets the password of the link's person, ends their sessions, and uses the link up. */
export const resetByLink = (
  context: EndingContext,
  act: Act,
  { id, subject }: LinkRecord,
  passwordHash: string,
): Promise<"reset" | rules.LinkFault> =>
  outcomeOf(context, act, async () =>
    rules.resetPassword(
      await context.store.look(LINK_ACCOUNT_SETUP, { id, setup: SETUP }),
      passwordHash,
      newEnding(context, subject ?? ""),
    ),
  );

/** The person of a link; null if there is none, or they are disabled. */
export async function personOfLink(context: Reading, { id }: LinkRecord): Promise<AccountRecord | null> {
  const { account } = await context.store.look(LINK_ACCOUNT, { id });
  return account === null || account.disabledAt !== null ? null : account;
}

/** Uses up the link for one sign-in. Returns the person as they were then. */
export const takeSignInLink = (
  context: DecideContext & Pick<LinkContext, "clock">,
  act: Act,
  id: RecordId,
): Promise<
  { readonly outcome: "used_now"; readonly account: AccountRecord } | { readonly outcome: rules.LinkFault }
> =>
  outcomeOf(context, act, async () => {
    const facts = await context.store.look(LINK_ACCOUNT, { id });
    const { outcome, ...decision } = rules.useSignInLink(facts, context.clock.seconds());
    const { account } = facts;
    return {
      ...decision,
      outcome:
        outcome === "used_now" && account !== null
          ? { outcome, account }
          : { outcome: outcome === "used_now" ? "unknown" : outcome },
    };
  });

// ── E-mail addresses ───────────────────────────────────────────────────────────────────────────────────────

/**
 * A person wants another address, or proves the one they have: a link goes there by mail. The answer does not say whether
 * another account has the address; its owner learns it from the link (THREATS 34). `limited`: too many links are under way.
 */
export async function askEmailChange(
  context: LinkContext,
  act: Act,
  { subject }: Pick<AccountRecord, "subject">,
  email: string,
): Promise<"asked" | "limited" | "no_mail" | "unknown"> {
  if (context.linkMails === null) return "no_mail";
  const made = newLink(context, act, { kind: "verify_email", subject, email, provesEmail: true });
  const mail: LinkMail = {
    kind: "verify_email",
    subject,
    address: email,
    link: made.address,
    expiresAt: made.link.expiresAt,
  };
  const outcome = await storeLink(context, act, made, mail);
  if (outcome !== "created") return outcome === "too_many" ? "limited" : outcome;
  context.linkMails.wake();
  return "asked";
}

/** The account of the link gets its address, if it is still free. `by`: the person who is signed in; null without one. */
export const confirmEmail = (
  context: DecideContext & Pick<LinkContext, "clock">,
  act: Act,
  { id, email }: LinkRecord,
  by: SubjectId | null,
) =>
  outcomeOf(context, act, async () =>
    rules.confirmEmail(
      await context.store.look(LINK_EMAIL, {
        id,
        setup: SETUP,
        email: email === null ? null : foldUsername(email),
      }),
      by,
      context.clock.seconds(),
    ),
  );

// ── People who wait ────────────────────────────────────────────────────────────────────────────────────────

const APPROVAL = { disabledBy: "approval" } as const;

/** A page of the people who made their own account and wait until they are let in. */
export const listWaiting = (
  { store }: Reading,
  { limit, after = null }: Page<AccountRecord>,
): Promise<AccountRecord[]> =>
  store.list(accounts, {
    where: APPROVAL,
    order: ["disabledBy", "subject"],
    after: after && { ...APPROVAL, subject: after.subject },
    limit,
  });

export const everyWaiting = (context: Reading): AsyncGenerator<AccountRecord> =>
  allPages((page: Page<AccountRecord>) => listWaiting(context, page));

/** Lets a person in who waits. False if they do not. */
export async function approve(context: LinkContext, act: Act, subject: SubjectId): Promise<boolean> {
  const approved = await outcomeOf(context, act, async () => {
    const facts = await lookAtAccount(context, subject);
    const { account } = facts;
    const email = account?.emailVerified ? account.email : null;
    const mail: LinkMail | null =
      email === null || account === null
        ? null
        : { kind: "approved", subject, address: email, link: context.issuer.url("/login"), expiresAt: null };
    return rules.approveAccount(facts, mail === null ? [] : (context.linkMails?.changesFor(mail) ?? []));
  });
  if (approved) context.linkMails?.wake();
  return approved;
}
