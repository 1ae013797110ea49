/** People as accounts: their names and their identifiers. */
import type { Clock } from "../platform/clock.ts";
import type { RandomBytes } from "../platform/random.ts";
import { foldUsername, type SubjectId } from "../protocol/identifiers.ts";
import { hasStackedMarks, hasUnseen } from "../protocol/names.ts";
import type { AccountRecord, AccountSource, PersonDeclared } from "../store/tables.ts";

/** A new stable identifier. Its prefix keeps it apart from every client identifier (RFC 9700 §4.15). */
const newSubject = (random: RandomBytes): SubjectId =>
  `acc_${Buffer.from(random(16)).toString("base64url")}` as SubjectId;

/** Why a user name is not allowed, in words that follow "it"; null if it is allowed. */
export function usernameFault(username: string): string | null {
  if (username.trim() === "") return "is empty";
  if (username !== username.trim()) return "begins or ends with a space";
  if ([...username].length > 200) return "is longer than 200 characters";
  // Invisible characters could make one name look like another.
  if (hasUnseen(username)) return "has invisible or control characters";
  if (hasStackedMarks(username)) return "has more marks on a letter than any writing needs";
  return null;
}

/** Whether it can be a person's name, as applications are told. Characters that hide could make it look like another. */
export const isName = (name: string): boolean =>
  [...name].length <= 200 && !hasUnseen(name) && !hasStackedMarks(name);

/** Whether it has the form of an e-mail address. No one checks that it exists, and no application is told that it does. */
export const isEmail = (email: string): boolean => /^[^\s@]+@[^\s@]+$/.test(email) && email.length <= 320;

export interface NewAccount {
  readonly source: AccountSource;
  readonly username: string;
  readonly passwordHash: string | null;
  readonly name?: string | null | undefined;
  readonly email?: string | null | undefined;
  readonly administrator?: boolean | undefined;
  readonly declaration?: PersonDeclared | undefined;
}

export const newAccountRecord = (account: NewAccount, clock: Clock, random: RandomBytes): AccountRecord => ({
  subject: newSubject(random),
  revision: 0,
  source: account.source,
  username: account.username,
  usernameFolded: foldUsername(account.username),
  name: account.name ?? null,
  email: account.email ?? null,
  administrator: account.administrator ?? false,
  passwordHash: account.passwordHash,
  createdAt: clock.seconds(),
  disabledAt: null,
  disabledBy: null,
  isDeclared: account.declaration !== undefined,
  declaration: account.declaration ?? null,
});
