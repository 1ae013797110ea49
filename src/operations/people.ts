/** Operations on people's accounts. */

import type { EpochSeconds } from "../platform/clock.ts";
import type { RecordId, SubjectId } from "../protocol/identifiers.ts";
import { foldUsername } from "../protocol/identifiers.ts";
import type { Act } from "../rules/events.ts";
import * as rules from "../rules/person.ts";
import { row, type Store } from "../store/contract.ts";
import {
  type AccountRecord,
  accounts,
  type DisabledBy,
  type PersonDeclared,
  revisions,
  type SetupLinkRecord,
  setupLinks,
} from "../store/tables.ts";
import { type DecideContext, outcomeOf } from "./decide.ts";
import { allPages, type Page } from "./paging.ts";

interface Reading {
  readonly store: Store;
}

export const ACCOUNT = { account: row(accounts, { subject: "$subject" }) };
const BY_USERNAME = { account: row(accounts, { usernameFolded: "$folded" }) };
const SETUP_ROW = row(revisions, { name: "$setup" });
const ACCOUNT_AND_SETUP = { ...ACCOUNT, setup: SETUP_ROW };
const NAME_AND_SETUP = { sameName: row(accounts, { usernameFolded: "$folded" }), setup: SETUP_ROW };
const LINK = { link: row(setupLinks, { name: "$link" }) };
const LINK_AND_NAME = { ...LINK, ...NAME_AND_SETUP };
const SETUP = { setup: SETUP_ROW };

export const findAccount = async ({ store }: Reading, subject: string): Promise<AccountRecord | null> =>
  (await store.look(ACCOUNT, { subject })).account;

/** Ignores case. Finds disabled people too; the caller decides about them. */
export const findAccountByUsername = async (
  { store }: Reading,
  username: string,
): Promise<AccountRecord | null> =>
  (await store.look(BY_USERNAME, { folded: foldUsername(username) })).account;

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

/** Whether an administrator exists who can sign in. */
export async function hasAdministrator({ store }: Reading): Promise<boolean> {
  const administrators = allPages(({ limit, after = null }: Page<AccountRecord>) =>
    store.list(accounts, { where: { administrator: true }, after, limit }),
  );
  for await (const account of administrators) if (rules.canAdminister(account)) return true;
  return false;
}

/** False, and nothing changed, if the user name is taken. */
export const createAccount = (context: DecideContext, act: Act, account: AccountRecord): Promise<boolean> =>
  outcomeOf(context, act, async () => {
    const facts = await context.store.look(NAME_AND_SETUP, {
      folded: account.usernameFolded,
      setup: rules.SETUP,
    });
    return rules.createAccount(facts, account);
  });

const lookAtAccount = ({ store }: Reading, subject: SubjectId) =>
  store.look(ACCOUNT_AND_SETUP, { subject, setup: rules.SETUP });

/** Sets a password for the operator, without checking the current one. False if there is no such person. */
export const setPassword = (
  context: DecideContext,
  act: Act,
  subject: SubjectId,
  passwordHash: string,
): Promise<boolean> =>
  outcomeOf(context, act, async () => rules.setPassword(await lookAtAccount(context, subject), passwordHash));

/** A person sets their own password. False if `verifiedHash` is not their password any more, or they are disabled. */
export const replacePassword = (
  context: DecideContext,
  act: Act,
  subject: SubjectId,
  verifiedHash: string,
  passwordHash: string,
): Promise<boolean> =>
  outcomeOf(context, act, async () =>
    rules.changePassword(await findAccount(context, subject), verifiedHash, passwordHash),
  );

/** Applies a declaration that is new or has changed. False if there is no such person. */
export const declareAccount = (
  context: DecideContext,
  act: Act,
  subject: SubjectId,
  changes: rules.DeclaredChanges,
  declaration: PersonDeclared,
): Promise<boolean> =>
  outcomeOf(context, act, async () =>
    rules.declareAccount(await lookAtAccount(context, subject), changes, declaration),
  );

/** Changes what applications are told of a person, or whether the person may administer the server. False if there is none. */
export const changeAccount = (
  context: DecideContext,
  act: Act,
  subject: SubjectId,
  changes: rules.AccountChanges,
): Promise<boolean> =>
  outcomeOf(context, act, async () => rules.changeAccount(await lookAtAccount(context, subject), changes));

/** Ends the person's sessions and all access that they gave. False if there is no such person. */
export const disableAccount = (
  context: DecideContext,
  act: Act,
  subject: SubjectId,
  now: EpochSeconds,
  by?: DisabledBy,
): Promise<boolean> =>
  outcomeOf(context, act, async () => rules.disableAccount(await findAccount(context, subject), now, by));

/** Lets a disabled person sign in again. False if there is no such person. */
export const enableAccount = (context: DecideContext, act: Act, subject: SubjectId): Promise<boolean> =>
  outcomeOf(context, act, async () => rules.enableAccount(await lookAtAccount(context, subject)));

/** Ends the person's access and sessions, and removes the account. False if there is no such person. */
export const removeAccount = (
  context: DecideContext,
  act: Act,
  subject: SubjectId,
  now: EpochSeconds,
): Promise<boolean> =>
  outcomeOf(context, act, async () => rules.removeAccount(await findAccount(context, subject), now));

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

/** Uses up the link and creates the account. `spent`: the link was used, replaced, is gone or has expired. */
export const redeemSetupLink = (
  context: DecideContext,
  act: Act,
  id: RecordId,
  account: AccountRecord,
  now: EpochSeconds,
): Promise<"created" | "spent" | "username_taken"> =>
  outcomeOf(context, act, async () => {
    const facts = await context.store.look(LINK_AND_NAME, {
      link: rules.SETUP_LINK,
      folded: account.usernameFolded,
      setup: rules.SETUP,
    });
    return rules.redeemSetupLink(facts, id, account, now);
  });
