/** Managing people: what an administrator does with accounts, in the console and by the management API. */

import { passwordHashFault } from "../../accounts/password-hashes.ts";
import { emailFault, newAccountRecord, personNameFault, usernameFault } from "../../accounts/people.ts";
import { attributesFault, type FactFault, groupsFault, profileFault } from "../../accounts/profile.ts";
import { recordIdText } from "../../credentials/credential.ts";
import { OAuthError } from "../../protocol/errors.ts";
import { FACTS_BYTES } from "../../protocol/fact-size.ts";
import { foldUsername, type SubjectId } from "../../protocol/identifiers.ts";
import type { AccountChanges } from "../../rules/account-changes.ts";
import type { Decision } from "../../rules/decision.ts";
import { sortedGroups } from "../../rules/group.ts";
import * as rules from "../../rules/person.ts";
import { type Authority, permissionToChange, seesGroup } from "../../rules/role.ts";
import { wordsOfPerson } from "../../rules/search-words.ts";
import {
  type AccountRecord,
  type PersonAttributes,
  type PersonProfile,
  personWords,
} from "../../store/tables/people.ts";
import type { SessionRecord } from "../../store/tables/sign-in.ts";
import type { Context } from "../context.ts";
import { outcomeOf } from "../decide.ts";
import { newEnding } from "../ending.ts";
import { listMembers } from "../groups.ts";
import { approve, type LinkForPerson, listWaiting, makeResetLink, makeSignInLink } from "../links.ts";
import type { Page } from "../paging.ts";
import { collect } from "../paging.ts";
import { removeEveryPasskeyIf } from "../passkeys.ts";
import {
  changeAccountIf,
  createAccount,
  enableAccount,
  findAccount,
  findAccountBySignInName,
  hasAdministrator,
  listAccounts,
  listNamesAfter,
  lookAtAccount,
  setPassword,
  unlockAccount,
} from "../people.ts";
import { removeTotpByOperator } from "../second-factor-changes.ts";
import { endSession, endSessions, everySession } from "../sessions.ts";
import {
  acting,
  known,
  type ManagingContext,
  requirePermission,
  requireRevision,
  requireThat,
} from "./authority.ts";
import { type FoundRows, findByWords, firstRows, mergeFound } from "./word-search.ts";

export interface KnownPeople {
  /** Only those in this group. */
  readonly group?: string | undefined;
  /** Only those who made their own account and wait until they are let in. */
  readonly isWaiting?: boolean;
}

/** A page of people, oldest first; those of a group, and those who wait, by their identifiers. Throws `parameter_invalid` for both at once. */
export function listPeople(
  context: Context,
  authority: Authority,
  { group, isWaiting = false, ...page }: Page<AccountRecord> & KnownPeople,
): Promise<AccountRecord[]> {
  if (group === undefined) {
    requirePermission(authority, "people.read");
    return isWaiting ? listWaiting(context, page) : listAccounts(context, page);
  }
  if (isWaiting)
    throw new OAuthError("parameter_invalid", {
      description: "group: a list has the people of a group, or those who wait, and not both.",
    });
  requireThat(seesGroup(authority, group), "people.read");
  return listMembers(context, group, page);
}

/** A person with all facts. A group manager sees what the list of members says, and no more. */
export async function showPerson(
  context: Context,
  authority: Authority,
  subject: string,
): Promise<AccountRecord> {
  requirePermission(authority, "people.read");
  const account = await findAccount(context, subject);
  return known(account);
}

/**
 * The people with this identifier, those whose user name or e-mail address begins with the text, and those of whose name and user name
 * words begin with the words of the text, without regard to case and accents.
 */
export async function searchPeople(
  context: Context,
  authority: Authority,
  text: string,
  limit: number,
): Promise<FoundRows<AccountRecord>> {
  requirePermission(authority, "people.read");
  const { store } = context;
  const folded = foldUsername(text);
  const load = (subject: string) => findAccount(context, subject);
  const [bySubject, exact, following, named] = await Promise.all([
    load(text),
    findAccountBySignInName(context, text),
    listNamesAfter(context, folded, limit + 1),
    findByWords(
      {
        after: async ({ word, id }, most) =>
          (await store.list(personWords, { after: { word, subject: id as SubjectId }, limit: most })).map(
            (entry) => ({ word: entry.word, id: entry.subject }),
          ),
        load,
        words: wordsOfPerson,
      },
      text,
      limit,
    ),
  ]);
  const subjects = following.filter(({ name }) => name.startsWith(folded)).map(({ subject }) => subject);
  const begun = await Promise.all([...new Set(subjects)].map(load));
  const found = [bySubject, exact, ...begun].filter((account) => account !== null);
  return mergeFound([firstRows(found, limit), named], ({ subject }) => subject, limit);
}

// ── Values ─────────────────────────────────────────────────────────────────────────────────────────────────

/** What is said of a person: new values by their names; null takes one away. */
export interface PersonWish {
  readonly username?: string;
  readonly name?: string | null;
  readonly email?: string | null;
  readonly emailVerified?: boolean;
  readonly profile?: AccountChanges["profile"];
  readonly attributes?: AccountChanges["attributes"];
  readonly groups?: readonly string[];
  readonly administrator?: boolean;
  readonly auditor?: boolean;
  /** Null takes the picture away. */
  readonly picture?: AccountChanges["picture"];
}

const refuse = (description: string): OAuthError => new OAuthError("member_refused", { description });

function refuseFault(member: string, fault: string | null): void {
  if (fault !== null) throw refuse(`${member} ${fault}.`);
}

const refuseFact = (fault: FactFault | null): void => {
  if (fault !== null) throw refuse(`${fault.fact} ${fault.fault}.`);
};

const present = <Facts extends object>(facts: Facts | undefined): Facts =>
  Object.fromEntries(
    Object.entries(facts ?? {}).filter(([, value]) => value !== null && value !== undefined),
  ) as Facts;

/** Without the facts that are taken away, those of the address too. */
function presentProfile({ address, ...texts }: NonNullable<PersonWish["profile"]> = {}): PersonProfile {
  const lines = present(address);
  return present({
    ...texts,
    ...(Object.keys(lines ?? {}).length > 0 && { address: lines }),
  }) as PersonProfile;
}

/** Throws `member_refused` for a value that no person may have. */
export function checkWish(wish: PersonWish): void {
  if (wish.username !== undefined) refuseFault("username", usernameFault(wish.username));
  if (wish.name) refuseFault("name", personNameFault(wish.name));
  if (wish.email) refuseFault("email", emailFault(wish.email));
  refuseFact(profileFault(presentProfile(wish.profile)));
  refuseFact(attributesFault(present(wish.attributes) as PersonAttributes));
  if (wish.groups !== undefined) refuseFact(groupsFault(wish.groups));
}

const wantsRole = ({ administrator, auditor }: PersonWish): boolean =>
  administrator !== undefined || auditor !== undefined;

function refuseTaken(outcome: rules.NameTaken): never {
  throw new OAuthError("object_exists", {
    description:
      outcome === "email_taken"
        ? "Another person signs in with the e-mail address."
        : "Another person signs in with the user name.",
  });
}

const groupGone = (): OAuthError => refuse("groups: there is no group of one of these names. Make it first.");

const tooLong = (): OAuthError =>
  refuse(`The facts are more than the ${FACTS_BYTES} bytes that tokens can carry of a person.`);

// ── Acts ───────────────────────────────────────────────────────────────────────────────────────────────────

/** What a person is to sign in with: a password, or the hash of one that another server kept. */
export type GivenPassword = { readonly password: string } | { readonly passwordHash: string };

/**
 * Makes an account. `given`: null for a person who gets a link for a password. Throws `member_refused`, or `object_exists` for a name
 * that is taken.
 */
export async function createPerson(
  context: Context,
  authority: Authority,
  wish: PersonWish & { readonly username: string },
  given: GivenPassword | null,
): Promise<AccountRecord> {
  requireMayMake(authority, wish);
  const about = { username: wish.username, email: wish.email ?? null };
  const passwordHash = given === null ? null : await hashOf(context, about, given);
  return createPersonOfHash(context, authority, wish, passwordHash);
}

/** Throws as `createPerson` does for a person whom the actor may not make, or no one. */
function requireMayMake(authority: Authority, wish: PersonWish): void {
  requirePermission(authority, wantsRole(wish) ? "server.write" : "people.write");
  checkWish(wish);
}

/** The same with the hash of a password, or with none. */
export async function createPersonOfHash(
  context: ManagingContext,
  authority: Authority,
  { username, profile, attributes, groups = [], ...wish }: PersonWish & { readonly username: string },
  passwordHash: string | null = null,
): Promise<AccountRecord> {
  requireMayMake(authority, {
    username,
    groups,
    ...wish,
    ...(profile && { profile }),
    ...(attributes && { attributes }),
  });
  const account = newAccountRecord(
    {
      ...wish,
      source: "operator",
      username,
      passwordHash,
      profile: presentProfile(profile),
      attributes: present(attributes) as PersonAttributes,
      groups: sortedGroups(groups),
    },
    context.clock,
    context.random,
  );
  const may = wantsRole(wish) ? "server.write" : "people.write";
  const outcome = await createAccount(acting(context, authority, may), authority.act, account);
  if (outcome === "group_unknown") throw groupGone();
  if (outcome !== "created") refuseTaken(outcome);
  return account;
}

/** Throws `member_refused` for a password that no person may choose, and for a hash that this server cannot check. */
async function hashOf(
  context: Context,
  owner: { readonly username: string; readonly email: string | null },
  given: GivenPassword,
): Promise<string> {
  if ("passwordHash" in given) {
    const hash = given.passwordHash.trim();
    const fault = passwordHashFault(hash);
    // The hash itself is not repeated: it may be a password.
    if (fault !== null) throw refuse(`password_hash: the hash ${fault}.`);
    return hash;
  }
  const { password } = given;
  const fault = await context.newPasswords.fault(password, owner);
  if (fault !== null) throw refuse(`password: the password is refused: ${fault}.`);
  return context.passwords.hash(password);
}

/** The account that the actor wants to change, and the context of the act (`acting`). Throws for one that the actor may not. */
export async function changing<Of extends ManagingContext>(
  context: Of,
  authority: Authority,
  subject: string,
): Promise<{ readonly account: AccountRecord; readonly acting: Of }> {
  requirePermission(authority, "people.write");
  const account = known(await findAccount(context, subject));
  requirePermission(authority, permissionToChange(account));
  return { account, acting: acting(context, authority, "people.write", { person: account.subject }) };
}

/** Throws for a person whom the actor may not change. */
export async function requireChangeable(
  context: ManagingContext,
  authority: Authority,
  subject: string,
): Promise<void> {
  await changing(context, authority, subject);
}

/** Changes what is known of a person, their groups and their roles. `revision`: that of the row as the caller read it. */
export async function changePerson(
  context: ManagingContext,
  authority: Authority,
  subject: string,
  { username: _, ...wish }: PersonWish,
  revision?: number,
): Promise<AccountRecord> {
  const { subject: id } = (await changing(context, authority, subject)).account;
  const needs = wantsRole(wish) ? "server.write" : "people.write";
  requirePermission(authority, needs);
  checkWish(wish);
  const outcome = await changeAccountIf(
    acting(context, authority, needs, { person: id }),
    authority.act,
    id,
    wish,
    context.clock.seconds(),
    (account) => requireRevision(account, revision),
  );
  switch (outcome) {
    case "changed":
      return known(await findAccount(context, id));
    case "last_administrator":
      throw new OAuthError("last_administrator");
    case "group_unknown":
      throw groupGone();
    case "too_long":
      throw tooLong();
    case "email_taken":
      return refuseTaken(outcome);
    case "unknown":
      throw new OAuthError("object_unknown");
  }
}

/** An act that ends an account or keeps its person out: not for the last administrator. */
async function endAccount(
  context: ManagingContext,
  authority: Authority,
  subject: string,
  revision: number | undefined,
  decide: (account: AccountRecord) => Decision<boolean>,
): Promise<void> {
  const { account: found, acting: own } = await changing(context, authority, subject);
  const id = found.subject;
  const outcome = await outcomeOf(own, authority.act, async () => {
    // This look comes first: a commit by which another administrator goes changes the revision.
    const facts = await lookAtAccount(context, id);
    const account = known(facts.account);
    requireRevision(account, revision);
    const hasOther = account.administrator && (await hasAdministrator(context, id));
    return rules.keepingOne(facts, hasOther, decide(account));
  });
  if (outcome === "last_administrator") throw new OAuthError("last_administrator");
}

/** Ends the person's sessions and access, and removes the account. */
export async function removePerson(
  context: ManagingContext,
  authority: Authority,
  subject: string,
  revision?: number,
): Promise<void> {
  const { account } = await changing(context, authority, subject);
  if (account.isDeclared && account.disabledBy !== "left_out") throw new OAuthError("object_declared");
  const ending = { ...newEnding(context, account.subject), now: context.clock.seconds() };
  await endAccount(context, authority, subject, revision, (found) => rules.removeAccount(found, ending));
}

/** Ends the person's sessions and access, and refuses further sign-ins. */
export async function disablePerson(
  context: ManagingContext,
  authority: Authority,
  subject: string,
): Promise<void> {
  const ending = { ...newEnding(context, subject as SubjectId), now: context.clock.seconds() };
  await endAccount(context, authority, subject, undefined, (found) => rules.disableAccount(found, ending));
}

/** Lets a disabled person sign in again, or one in who waits for it. */
export async function enablePerson(
  context: ManagingContext & Pick<Context, "issuer" | "linkMails">,
  authority: Authority,
  subject: string,
): Promise<void> {
  const { account, acting: own } = await changing(context, authority, subject);
  if (account.disabledBy === "approval") await approve(own, authority.act, account.subject);
  else if (account.disabledAt !== null) await enableAccount(own, authority.act, account.subject);
}

/** Lets a person try again at once after too many wrong passwords. */
export async function unlockPerson(context: Context, authority: Authority, subject: string): Promise<void> {
  const { account, acting: own } = await changing(context, authority, subject);
  await unlockAccount(own, authority.act, account.subject, context.clock.seconds());
}

/** Sets a password and ends the person's sessions. Throws `member_refused` as `hashOf` does. */
export async function setPersonPassword(
  context: Context,
  authority: Authority,
  subject: string,
  given: GivenPassword,
): Promise<void> {
  const { account, acting: own } = await changing(context, authority, subject);
  const hash = await hashOf(context, account, given);
  await setPassword(own, authority.act, account.subject, hash);
}

/** Takes the app for one-time passwords away from a person who has lost it. */
export async function removePersonTotp(
  context: Context,
  authority: Authority,
  subject: string,
): Promise<void> {
  const { account, acting: own } = await changing(context, authority, subject);
  if (!(await removeTotpByOperator(own, authority.act, account.subject)))
    throw new OAuthError("object_unknown", { description: "The person has no second factor." });
}

/** Removes all passkeys of a person. */
export async function removePersonPasskeys(
  context: Context,
  authority: Authority,
  subject: string,
): Promise<void> {
  const { account, acting: own } = await changing(context, authority, subject);
  const outcome = await removeEveryPasskeyIf(own, authority.act, account.subject);
  if (outcome === "last_administrator") throw new OAuthError("last_administrator");
  if (outcome !== "removed")
    throw new OAuthError("object_unknown", { description: "The person has no passkeys." });
}

/** A link for the person: for a new password, or for one sign-in. `isMailed`: to their verified address, and to no one else. */
export async function makePersonLink(
  context: Context,
  authority: Authority,
  subject: string,
  kind: "reset" | "sign_in",
  isMailed: boolean,
): Promise<Extract<LinkForPerson, { outcome: "created" }>> {
  const { account, acting: own } = await changing(context, authority, subject);
  const make = kind === "reset" ? makeResetLink : makeSignInLink;
  const made = await make(own, authority.act, account, isMailed);
  if (made.outcome === "created") return made;
  throw new OAuthError("change_refused", { description: LINK_FAULTS[made.outcome] });
}

const LINK_FAULTS = {
  unknown: "The person is disabled. Enable the person first.",
  too_many: "The person has too many open links of this kind. Wait until one has expired.",
  no_mail: "A mail is not possible: the server sends none, or the address of the person is not verified.",
} as const;

// ── Sessions ───────────────────────────────────────────────────────────────────────────────────────────────

/** The sessions of a person that are valid now. */
export async function listPersonSessions(
  context: Context,
  authority: Authority,
  subject: string,
): Promise<SessionRecord[]> {
  requirePermission(authority, "people.read");
  const account = known(await findAccount(context, subject));
  const now = context.clock.seconds();
  const idleSince = now - context.configuration.lifetimes.session_idle_seconds;
  return collect(everySession(context, account, now, idleSince));
}

/** Signs a person out of every browser. Returns how many sessions ended. */
export async function endPersonSessions(
  context: Context,
  authority: Authority,
  subject: string,
): Promise<number> {
  const { account, acting: own } = await changing(context, authority, subject);
  return (await endSessions(own, authority.act, account.subject)) ?? 0;
}

/** Ends one session of a person. */
export async function endPersonSession(
  context: Context,
  authority: Authority,
  subject: string,
  id: string,
): Promise<void> {
  const { account, acting: own } = await changing(context, authority, subject);
  const sessions = await listPersonSessions(context, authority, account.subject);
  const session = known(sessions.find((each) => recordIdText(each.id) === id));
  await endSession(own, authority.act, session.id);
}
