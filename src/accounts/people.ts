/** People as accounts: their names and their identifiers. */
import type { Clock } from "../platform/clock.ts";
import type { RandomBytes } from "../platform/random.ts";
import { hasSubjectForm, type SubjectId } from "../protocol/identifiers.ts";
import { hasStackedMarks, hasUnseen, isBlank } from "../protocol/names.ts";
import type {
  AccountRecord,
  AccountSource,
  PersonAttributes,
  PersonDeclared,
  PersonProfile,
} from "../store/tables/people.ts";

/** A new stable identifier. Its prefix keeps it apart from every client identifier (RFC 9700 §4.15). */
const newSubject = (random: RandomBytes): SubjectId =>
  `acc_${Buffer.from(random(16)).toString("base64url")}` as SubjectId;

/** Why a user name is not allowed, in words that follow "it"; null if it is allowed. */
export function usernameFault(username: string): string | null {
  if (isBlank(username)) return "is empty";
  if (username !== username.trim()) return "begins or ends with a space";
  if ([...username].length > 200) return "is longer than 200 characters";
  // An application that names a person by `sub` would mean the person who took it for a name (CIBA §7.1, `login_hint`).
  if (hasSubjectForm(username)) return "looks like the identifier of a person";
  return unseenFault(username);
}

/** Invisible characters, and marks on marks, could make one name look like another. In words that follow "it"; or null. */
export function unseenFault(name: string): string | null {
  if (hasUnseen(name)) return "has invisible or control characters";
  return hasStackedMarks(name) ? "has more marks on a letter than any writing needs" : null;
}

/** Why a person's name is not allowed, in words that follow "it"; null if it is allowed. */
export function personNameFault(name: string): string | null {
  if (isBlank(name)) return "has nothing that can be read";
  if ([...name].length > 200) return "is longer than 200 characters";
  return unseenFault(name);
}

/** Why an e-mail address is not allowed, in words that follow "it"; null if it is allowed. */
export function emailFault(email: string): string | null {
  if (!/^[^\s@]+@[^\s@]+$/.test(email) || [...email].length > 320) return "is not an e-mail address";
  return unseenFault(email);
}

export interface NewAccount {
  readonly source: AccountSource;
  readonly username: string;
  readonly passwordHash: string | null;
  readonly name?: string | null | undefined;
  readonly email?: string | null | undefined;
  /** Default: true, because an operator wrote the address. */
  readonly emailVerified?: boolean | null | undefined;
  readonly profile?: PersonProfile | undefined;
  readonly attributes?: PersonAttributes | undefined;
  readonly groups?: readonly string[] | undefined;
  readonly administrator?: boolean | undefined;
  readonly auditor?: boolean | undefined;
  readonly declaration?: PersonDeclared | undefined;
}

export const newAccountRecord = (account: NewAccount, clock: Clock, random: RandomBytes): AccountRecord => ({
  subject: newSubject(random),
  revision: 0,
  source: account.source,
  username: account.username,
  name: account.name ?? null,
  email: account.email ?? null,
  emailVerified: account.emailVerified ?? true,
  profile: account.profile ?? {},
  attributes: account.attributes ?? {},
  groups: account.groups ?? [],
  updatedAt: clock.seconds(),
  administrator: account.administrator ?? false,
  auditor: account.auditor ?? false,
  roleGivenAt: null,
  passwordHash: account.passwordHash,
  createdAt: clock.seconds(),
  disabledAt: null,
  disabledBy: null,
  unlockedAt: null,
  browsersForgottenAt: null,
  pictureId: null,
  mailsOff: [],
  isDeclared: account.declaration !== undefined,
  declaration: account.declaration ?? null,
});
