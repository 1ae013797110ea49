/** People as accounts: making them, and keeping those that the configuration declares as it declares them. */
import { ConfigurationError } from "../configuration/error.ts";
import type { Configuration, PersonDeclaration, SecretReference } from "../configuration/schema.ts";
import type { Clock } from "../platform/clock.ts";
import type { Log } from "../platform/log.ts";
import type { RandomBytes } from "../platform/random.ts";
import type { SubjectId } from "../protocol/identifiers.ts";
import type { Store } from "../store/contract.ts";
import type { AccountRecord, AccountSource } from "../store/records.ts";
import type { Passwords } from "./passwords.ts";

/** A new stable identifier. Its prefix keeps it apart from every client identifier (RFC 9700 §4.15). */
const newSubject = (random: RandomBytes): SubjectId =>
  `acc_${Buffer.from(random(16)).toString("base64url")}` as SubjectId;

/** Why a user name cannot be had, in words that follow "it"; null if it can. */
export function usernameFault(username: string): string | null {
  if (username.trim() === "") return "is empty";
  if (username !== username.trim()) return "begins or ends with a space";
  if ([...username].length > 200) return "is longer than 200 characters";
  // Characters that are not seen could make one name look like another.
  if (/[\p{Cc}\p{Cf}\p{Co}\p{Zl}\p{Zp}]/u.test(username)) return "has invisible or control characters";
  return null;
}

export interface NewAccount {
  readonly source: AccountSource;
  readonly username: string;
  readonly passwordHash: string | null;
  readonly name?: string | null | undefined;
  readonly email?: string | null | undefined;
  readonly administrator?: boolean | undefined;
}

export const newAccountRecord = (account: NewAccount, clock: Clock, random: RandomBytes): AccountRecord => ({
  subject: newSubject(random),
  source: account.source,
  username: account.username,
  name: account.name ?? null,
  email: account.email ?? null,
  administrator: account.administrator ?? false,
  passwordHash: account.passwordHash,
  createdAt: clock.seconds(),
  disabledAt: null,
});

interface PeopleContext {
  readonly configuration: Configuration;
  readonly store: Store;
  readonly passwords: Passwords;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
}

/** What is wrong with the declared people, whatever the store holds. An empty list means that they are fine. */
export const declaredPeopleFaults = ({ people, limits }: Configuration): string[] =>
  people.flatMap(({ username, password }) => {
    const fault = usernameFault(username);
    if (fault !== null) return [`The user name '${username}' in the configuration ${fault}.`];
    if (Buffer.byteLength(passwordOf(username, password)) <= limits.password_bytes) return [];
    return [
      `The password of '${username}' in the configuration is longer than ${limits.password_bytes} bytes (limits.password_bytes).`,
    ];
  });

/**
 * Creates the declared people that are missing, and sets a declared password that changed. Applying the same
 * declarations again changes nothing: a password that fits is not hashed anew, which would end the person's sessions.
 * Nobody is removed, and nobody whom the operator disabled is let in again.
 */
export async function applyDeclaredPeople(context: PeopleContext): Promise<void> {
  const [fault] = declaredPeopleFaults(context.configuration);
  if (fault !== undefined) throw new ConfigurationError(fault);
  for (const person of context.configuration.people) await applyPerson(person, context);
}

async function applyPerson(person: PersonDeclaration, context: PeopleContext): Promise<void> {
  const { store, passwords, clock, random, log } = context;
  const password = passwordOf(person.username, person.password);
  const known = await store.findAccountByUsername(person.username);
  if (known === null) {
    const passwordHash = await passwords.hash(password);
    const created = await store.createAccount(
      newAccountRecord({ ...person, passwordHash, source: "configuration" }, clock, random),
    );
    if (created) log.info("created a declared person", { username: person.username });
    return;
  }
  if (await passwords.verify(password, known.passwordHash)) return;
  await store.setPassword(known.subject, await passwords.hash(password));
  log.info("set the declared password of a person", { username: person.username });
}

function passwordOf(username: string, reference: SecretReference): string {
  if (typeof reference === "string") return reference;
  const value = process.env[reference.env];
  if (value) return value;
  throw new ConfigurationError(
    `The environment variable ${reference.env} is not set; the password of '${username}' refers to it.`,
  );
}
