/**
 * Checks a person's password, for the sign-in page and for every other page that asks for it. A person signs in with the user
 * name or with the e-mail address.
 * Attempts count before the check, so that parallel guesses all count. They count by the name that was typed even if it does
 * not exist, so that limits, like words and time, do not reveal which names exist (THREATS 33, 34). They also count by
 * person, so that two names for one person are not twice as many guesses.
 */
import type { Passwords } from "../accounts/passwords.ts";
import type { Configuration } from "../configuration/schema.ts";
import type { AttemptLimit } from "../platform/attempts.ts";
import type { Clock } from "../platform/clock.ts";
import { widestNetwork } from "../platform/network.ts";
import { foldUsername } from "../protocol/identifiers.ts";
import { actOfStranger, type Origin } from "../rules/events.ts";
import { isUnlocked, signInNamesOf } from "../rules/person.ts";
import { PASSWORD, type SignInStep } from "../rules/sign-in.ts";
import type { AccountRecord } from "../store/tables.ts";
import type { DecideContext } from "./decide.ts";
import { findAccountBySignInName } from "./people.ts";

export type PasswordCheck =
  | { readonly outcome: "verified"; readonly account: AccountRecord; readonly steps: readonly SignInStep[] }
  /** An unknown name, a wrong password or a disabled person. The answer does not say which. */
  | { readonly outcome: "refused" }
  | { readonly outcome: "limited"; readonly retryAfterSeconds: number };

export interface PasswordAttempt {
  /** A user name or an e-mail address. */
  readonly username: string;
  readonly password: string;
  /** Where the attempt comes from. */
  readonly origin: Origin;
}

export interface PasswordCheckContext extends DecideContext {
  readonly configuration: Pick<Configuration, "limits">;
  readonly clock: Clock;
  readonly passwords: Passwords;
  readonly limits: { readonly signInPerAccount: AttemptLimit; readonly signInPerAddress: AttemptLimit };
}

/** Throws PasswordPoolBusy or StoreUnavailable; then the attempt counts for the address only. */
export async function checkPassword(
  context: PasswordCheckContext,
  attempt: PasswordAttempt,
): Promise<PasswordCheck> {
  const check = await measurePassword(context, attempt);
  const { events } = context;
  const act = actOfStranger(attempt.origin);
  if (check.outcome === "limited") events.tell(act, [{ event: "sign_in.limited" }]);
  if (check.outcome === "refused") {
    events.tell(act, [{ event: check.isLimited ? "sign_in.limited" : "sign_in.refused" }]);
    return { outcome: "refused" };
  }
  return check;
}

type Measured =
  | Exclude<PasswordCheck, { readonly outcome: "refused" }>
  /** `isLimited`: the password was not compared, because of attempts with another name of the person. */
  | { readonly outcome: "refused"; readonly isLimited: boolean };

const nameKey = (folded: string): string => `name ${folded}`;

/** The key counts the attempts since the operator last unlocked the person. */
const accountKey = ({ subject, unlockedAt }: AccountRecord): string =>
  unlockedAt === null ? `account ${subject}` : `account ${subject} ${unlockedAt}`;

async function measurePassword(
  context: PasswordCheckContext,
  { username, password, origin: { address } }: PasswordAttempt,
): Promise<Measured> {
  const { passwords, configuration, clock } = context;
  const { signInPerAccount: perAccount, signInPerAddress: perAddress } = context.limits;
  const name = username.normalize("NFKC").trim();
  const typed = nameKey(foldUsername(name));
  // Nothing is awaited before both are counted, so a hundred parallel attempts count a hundred.
  const addressWait = perAddress.attempt(address);
  if (addressWait > 0) return limited(addressWait);
  const nameWait = perAccount.attempt(typed);

  let account: AccountRecord | null;
  let matches: boolean;
  let counted: string | null = null;
  let accountWait = 0;
  try {
    account = await findAccountBySignInName(context, name);
    const windowSeconds = configuration.limits.sign_in_window_seconds;
    if (nameWait > 0 && !isUnlocked(account, clock.seconds(), windowSeconds)) return limited(nameWait);
    if (account !== null) {
      counted = accountKey(account);
      accountWait = perAccount.attempt(counted);
      if (accountWait > 0 && nameWait > 0) return limited(accountWait);
    }
    // The answer "limited" to the first attempt with a name would tell that it is another name of a person whose password
    // was guessed before. So the answer is that to a wrong password, after as long.
    const hash = accountWait > 0 ? null : (account?.passwordHash ?? null);
    matches = await passwords.verify(password, hash, widestNetwork(address));
  } catch (error) {
    // The person is not to blame. The attempt still counts for the address, because a flood may keep the server busy.
    if (nameWait === 0) perAccount.forgive(typed);
    if (counted !== null && accountWait === 0) perAccount.forgive(counted);
    throw error;
  }
  if (!matches || account === null || account.disabledAt !== null)
    return { outcome: "refused", isLimited: accountWait > 0 };
  perAddress.forgive(address);
  for (const key of [accountKey(account), ...signInNamesOf(account).map(nameKey)]) perAccount.reset(key);
  return { outcome: "verified", account, steps: [PASSWORD] };
}

const limited = (retryAfterSeconds: number): Measured => ({ outcome: "limited", retryAfterSeconds });
