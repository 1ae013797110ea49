/** Operations on people's accounts. */

import type { EpochSeconds } from "../platform/clock.ts";
import type { PictureId, RecordId, SubjectId } from "../protocol/identifiers.ts";
import { foldUsername } from "../protocol/identifiers.ts";
import type { AccountChanges } from "../rules/account-changes.ts";
import { concluded } from "../rules/decision.ts";
import type { Act } from "../rules/events.ts";
import * as passkeyRules from "../rules/passkey.ts";
import * as rules from "../rules/person.ts";
import { row, type Store } from "../store/contract.ts";
import type { DisabledBy } from "../store/tables/columns.ts";
import { once } from "../store/tables/once.ts";
import {
  type AccountRecord,
  accounts,
  type GroupRecord,
  groups,
  type PersonDeclared,
  type PictureRecord,
  pictures,
  type SignInNameRecord,
  signInNames,
} from "../store/tables/people.ts";
import { revisions } from "../store/tables/server.ts";
import { type PasskeyRecord, passkeys, type SetupLinkRecord, setupLinks } from "../store/tables/sign-in.ts";
import { type DecideContext, outcomeOf } from "./decide.ts";
import { type EndingContext, newEnding } from "./ending.ts";
import { allPages, type Page } from "./paging.ts";
import { readablePasskeys } from "./readable-passkeys.ts";

interface Reading {
  readonly store: Store;
}

export const ACCOUNT = { account: row(accounts, { subject: "$subject" }) };
const NAME = row(signInNames, { name: "$name" });
const BY_NAME = { name: NAME, account: row(accounts, { subject: "name.subject" }) };
const PICTURE = { picture: row(pictures, { id: "$id" }) };
const EMAIL = row(signInNames, { name: "$email" });
const SETUP_ROW = row(revisions, { name: "$setup" });
const ACCOUNT_AND_SETUP = { ...ACCOUNT, setup: SETUP_ROW };
const CHANGED_ACCOUNT = { ...ACCOUNT_AND_SETUP, sameEmail: EMAIL };
const NAMES_AND_SETUP = { sameName: NAME, sameEmail: EMAIL, setup: SETUP_ROW };
export const GROUP = { group: row(groups, { name: "$name" }) };
const LINK = { link: row(setupLinks, { name: "$link" }) };
const LINK_AND_NAMES = { ...LINK, ...NAMES_AND_SETUP };
const LINK_NAMES_PASSKEY = {
  ...LINK_AND_NAMES,
  passkey: row(passkeys, { credentialId: "$credentialId" }),
  answered: row(once, { id: "$challenge", kind: "$kind" }),
};
const SETUP = { setup: SETUP_ROW };

export const findAccount = async ({ store }: Reading, subject: string): Promise<AccountRecord | null> =>
  (await store.look(ACCOUNT, { subject })).account;

/**
 * The person who signs in with this user name or e-mail address. Ignores case. Finds disabled people too; the caller decides
 * about them.
 */
export const findAccountBySignInName = async (
  { store }: Reading,
  name: string,
): Promise<AccountRecord | null> => (await store.look(BY_NAME, { name: foldUsername(name) })).account;

/** The names with which people sign in that follow a text, in order. */
export const listNamesAfter = (
  { store }: Reading,
  name: string,
  limit: number,
): Promise<SignInNameRecord[]> => store.list(signInNames, { after: { name }, limit });

/** The same for the user name alone. */
export async function findAccountByUsername(
  context: Reading,
  username: string,
): Promise<AccountRecord | null> {
  const account = await findAccountBySignInName(context, username);
  return account !== null && foldUsername(account.username) === foldUsername(username) ? account : null;
}

/** A person's picture by its id. */
export const findPicture = async ({ store }: Reading, id: PictureId): Promise<PictureRecord | null> =>
  (await store.look(PICTURE, { id })).picture;

/** A page of all people, oldest first. */
export const listAccounts = (
  { store }: Reading,
  { limit, after = null }: Page<AccountRecord>,
): Promise<AccountRecord[]> => store.list(accounts, { order: ["createdAt", "subject"], after, limit });

export const everyAccount = (context: Reading): AsyncGenerator<AccountRecord> =>
  allPages((page: Page<AccountRecord>) => listAccounts(context, page));

/** The people whom the configuration declares or once declared, read in pages. */
export const everyDeclaredAccount = ({ store }: Reading): AsyncGenerator<AccountRecord> =>
  allPages(({ limit, after = null }: Page<AccountRecord>) =>
    store.list(accounts, { where: { isDeclared: true }, after, limit }),
  );

/** Whether an administrator exists who can sign in. `beside`: another than this person. */
export async function hasAdministrator({ store }: Reading, beside?: SubjectId): Promise<boolean> {
  const administrators = allPages(({ limit, after = null }: Page<AccountRecord>) =>
    store.list(accounts, { where: { administrator: true }, after, limit }),
  );
  for await (const account of administrators)
    if (account.subject !== beside && rules.canAdminister(account, await hasPasskey({ store }, account)))
      return true;
  return false;
}

/** Whether the person can sign in with a passkey. */
export async function hasPasskey(
  { store }: Reading,
  { subject }: Pick<AccountRecord, "subject">,
): Promise<boolean> {
  const own = await store.list(passkeys, { where: { subject }, limit: passkeyRules.PASSKEYS_PER_PERSON });
  return (await readablePasskeys(own)).length > 0;
}

/** The parameters that find the holders of a person's names. */
const namesOf = ({ username, email }: Pick<AccountRecord, "username" | "email">) => ({
  name: foldUsername(username),
  email: folded(email),
});

const folded = (email: string | null | undefined): string | null => (email ? foldUsername(email) : null);

/** The groups of these names that exist. */
async function findGroups({ store }: Reading, names: readonly string[]): Promise<GroupRecord[]> {
  const found = await Promise.all(names.map(async (name) => (await store.look(GROUP, { name })).group));
  return found.filter((group) => group !== null);
}

/** Changes nothing if the user name or the e-mail address is taken, or a group does not exist. */
export const createAccount = (
  context: DecideContext,
  act: Act,
  account: AccountRecord,
): Promise<"created" | rules.NameTaken | "group_unknown"> =>
  outcomeOf(context, act, async () => {
    const parameters = { ...namesOf(account), setup: rules.SETUP };
    const groups = await findGroups(context, account.groups);
    return rules.createAccount(
      { ...(await context.store.look(NAMES_AND_SETUP, parameters)), groups },
      account,
    );
  });

/** The passkeys come after the account: they are not older than its revision. */
export async function lookAtAccount(context: Reading, subject: SubjectId): Promise<rules.RoleFacts> {
  const facts = await context.store.look(ACCOUNT_AND_SETUP, { subject, setup: rules.SETUP });
  return { ...facts, hasPasskey: await hasPasskey(context, { subject }) };
}

async function lookAtChange(
  context: Reading,
  subject: SubjectId,
  { email, groups = [], joins = [] }: AccountChanges,
): Promise<rules.ChangeFacts> {
  const parameters = { subject, email: folded(email), setup: rules.SETUP };
  const found = await findGroups(context, [...groups, ...joins]);
  const facts = await context.store.look(CHANGED_ACCOUNT, parameters);
  return { ...facts, hasPasskey: await hasPasskey(context, { subject }), groups: found };
}

/** Sets a password for the operator, without checking the current one. False if there is no such person. */
export const setPassword = (
  context: EndingContext,
  act: Act,
  subject: SubjectId,
  passwordHash: string,
): Promise<boolean> =>
  outcomeOf(context, act, async () =>
    rules.setPassword(await lookAtAccount(context, subject), passwordHash, newEnding(context, subject)),
  );

/** A person sets their own password. False if `verifiedHash` is not their password any more, or they are disabled. */
export const replacePassword = (
  context: EndingContext,
  act: Act,
  subject: SubjectId,
  verifiedHash: string,
  passwordHash: string,
  ended: rules.EndedAccess = [],
): Promise<boolean> =>
  outcomeOf(context, act, async () =>
    rules.changePassword(
      await findAccount(context, subject),
      verifiedHash,
      passwordHash,
      newEnding(context, subject),
      ended,
    ),
  );

/** Applies a declaration that is new or has changed. */
export const declareAccount = (
  context: EndingContext,
  act: Act,
  subject: SubjectId,
  changes: rules.DeclaredChanges,
  declaration: PersonDeclared,
  now: EpochSeconds,
): Promise<rules.ChangeOutcome> =>
  outcomeOf(context, act, async () =>
    rules.declareAccount(await lookAtChange(context, subject, changes), changes, declaration, {
      ...newEnding(context, subject),
      now,
    }),
  );

/** Changes what applications are told of a person, their groups, or whether the person may administer the server. */
export const changeAccount = (
  context: DecideContext,
  act: Act,
  subject: SubjectId,
  changes: AccountChanges,
  now: EpochSeconds,
): Promise<rules.ChangeOutcome> =>
  outcomeOf(context, act, async () =>
    rules.changeAccount(await lookAtChange(context, subject, changes), changes, act.actor.kind, now),
  );

/**
 * The same for an actor who may not take the last administrator away. `check`: throws if the account as it is found is not to be
 * changed.
 */
export const changeAccountIf = (
  context: DecideContext,
  act: Act,
  subject: SubjectId,
  changes: AccountChanges,
  now: EpochSeconds,
  check: (account: AccountRecord) => void = () => {},
): Promise<rules.ChangeOutcome | "last_administrator"> =>
  outcomeOf(context, act, async () => {
    const facts = await lookAtChange(context, subject, changes);
    if (facts.account !== null) check(facts.account);
    // A person's own new address waits for a mail that proves it, whatever their role.
    const isOwn = act.actor.id === subject;
    const { emailVerified: _, ...withoutProof } = changes;
    const wish = isOwn ? withoutProof : changes;
    const decision = rules.changeAccount(facts, wish, isOwn ? "person" : "operator", now);
    if (changes.administrator !== false) return decision;
    return rules.keepingOne(facts, await hasAdministrator(context, subject), decision);
  });

/** Lets a person try passwords again who has tried too many (sign-in.ts). False if there is no such person. */
export const unlockAccount = (
  context: DecideContext,
  act: Act,
  subject: SubjectId,
  now: EpochSeconds,
): Promise<boolean> =>
  outcomeOf(context, act, async () => rules.unlockAccount(await findAccount(context, subject), now));

/** Ends the person's sessions and all access that they gave. False if there is no such person. */
export const disableAccount = (
  context: EndingContext,
  act: Act,
  subject: SubjectId,
  now: EpochSeconds,
  by?: DisabledBy,
): Promise<boolean> =>
  outcomeOf(context, act, async () =>
    rules.disableAccount(await findAccount(context, subject), { ...newEnding(context, subject), now }, by),
  );

/** Lets a disabled person sign in again. False if there is no such person. */
export const enableAccount = (context: DecideContext, act: Act, subject: SubjectId): Promise<boolean> =>
  outcomeOf(context, act, async () => rules.enableAccount(await lookAtAccount(context, subject)));

/** Ends the person's access and sessions, and removes the account. False if there is no such person. */
export const removeAccount = (
  context: EndingContext,
  act: Act,
  subject: SubjectId,
  now: EpochSeconds,
): Promise<boolean> =>
  outcomeOf(context, act, async () =>
    rules.removeAccount(await findAccount(context, subject), { ...newEnding(context, subject), now }),
  );

/** A person removes their own account (`removeOwnAccount` of the rules). */
export const removeOwnAccount = (
  context: EndingContext,
  act: Act,
  subject: SubjectId,
): Promise<"removed" | "gone" | "last_administrator" | "declared"> =>
  outcomeOf(context, act, async () => {
    // This look comes first: a commit by which another administrator goes changes the revision.
    const facts = await lookAtAccount(context, subject);
    const hasOther = facts.account?.administrator === true && (await hasAdministrator(context, subject));
    return rules.removeOwnAccount(facts, hasOther, newEnding(context, subject));
  });

/** Stores a link in place of every earlier one. False, and no link, if the server has an administrator. */
export const createSetupLink = (context: DecideContext, act: Act, link: SetupLinkRecord): Promise<boolean> =>
  outcomeOf(context, act, async () => {
    // This look comes first: every change that makes an administrator after it changes the revision.
    const { setup } = await context.store.look(SETUP, { setup: rules.SETUP });
    return rules.createSetupLink(setup, await hasAdministrator(context), link);
  });

/** The link with the id, if it is valid now. The first administrator removes the link, so this need not look for one. */
export async function findSetupLink(
  { store }: Reading,
  id: RecordId,
  now: EpochSeconds,
): Promise<SetupLinkRecord | null> {
  const { link } = await store.look(LINK, { link: rules.SETUP_LINK });
  return rules.isLinkAlive(link, id, now) ? link : null;
}

/** A verified passkey for a new account, and the challenge that it answers. */
export interface FirstPasskey {
  readonly passkey: PasskeyRecord;
  readonly challenge: { readonly id: RecordId; readonly expiresAt: EpochSeconds };
}

/**
 * Uses up the link and creates the account, with its passkey if it has no password. `spent`: the link was used, replaced, is gone or
 * has expired. `used` and `known`: the challenge was answered before, or the passkey is registered here.
 */
export const redeemSetupLink = (
  context: DecideContext,
  act: Act,
  id: RecordId,
  account: AccountRecord,
  now: EpochSeconds,
  first: FirstPasskey | null = null,
): Promise<"created" | "spent" | "used" | "known" | rules.NameTaken> =>
  outcomeOf<"created" | "spent" | "used" | "known" | rules.NameTaken>(context, act, async () => {
    const parameters = { link: rules.SETUP_LINK, ...namesOf(account), setup: rules.SETUP };
    if (first === null) {
      const facts = await context.store.look(LINK_AND_NAMES, parameters);
      return rules.redeemSetupLink(facts, id, account, now);
    }
    const { passkey, challenge } = first;
    const facts = await context.store.look(LINK_NAMES_PASSKEY, {
      ...parameters,
      credentialId: passkey.credentialId,
      challenge: challenge.id,
      kind: "challenge",
    });
    const stored = passkeyRules.firstPasskey(facts, passkey, challenge);
    if (typeof stored === "string") return concluded(stored);
    return rules.redeemSetupLink(facts, id, account, now, stored);
  });
