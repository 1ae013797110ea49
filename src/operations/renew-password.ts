/**
 * Renews the hash of a password when its person signs in: one that came from another server, or one with parameters that this
 * server no longer uses. Only then does the server have the password.
 */
import { isRenewable, PasswordPoolBusy, type Passwords } from "../accounts/passwords.ts";
import { actOfPerson, type Origin } from "../rules/events.ts";
import * as rules from "../rules/person.ts";
import type { AccountRecord } from "../store/tables/people.ts";
import { type DecideContext, outcomeOf } from "./decide.ts";
import { findAccount } from "./people.ts";

interface Needs extends DecideContext {
  readonly passwords: Passwords;
}

/**
 * The account, whose hash the password has matched, with a hash of this server. The session that begins rests on it, so the
 * renewal comes first. Null if the person has got another password meanwhile, or was disabled.
 */
export async function withRenewedPassword(
  context: Needs,
  account: AccountRecord,
  { password, origin }: { readonly password: string; readonly origin: Origin },
): Promise<AccountRecord | null> {
  const { subject, passwordHash: verifiedHash } = account;
  if (verifiedHash === null || !isRenewable(verifiedHash, password)) return account;
  let passwordHash: string;
  try {
    passwordHash = await context.passwords.hash(password);
  } catch (error) {
    if (!(error instanceof PasswordPoolBusy)) throw error;
    // The sign-in goes on. The next one will renew the hash.
    return account;
  }
  const act = actOfPerson(origin, subject);
  const isRenewed = await outcomeOf(context, act, async () =>
    rules.renewPassword(await findAccount(context, subject), verifiedHash, passwordHash),
  );
  // The session that begins holds the account as it is now.
  if (isRenewed) return findWith(context, subject, passwordHash);
  // Another sign-in has renewed it, or there is another password.
  const present = await findAccount(context, subject);
  if (present === null || present.disabledAt !== null) return null;
  return (await context.passwords.verify(password, present.passwordHash)) ? present : null;
}

/** The person, if the hash is still theirs and they may sign in. */
async function findWith(
  context: Needs,
  subject: string,
  passwordHash: string,
): Promise<AccountRecord | null> {
  const account = await findAccount(context, subject);
  return account?.passwordHash === passwordHash && account.disabledAt === null ? account : null;
}
