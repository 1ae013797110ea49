/**
 * Checks a person's password, for the sign-in page and for every other page that asks for it.
 * Attempts count before the check, so that parallel guesses all count. They count by name even if the name does not
 * exist, so that limits, like words and time, do not reveal which names exist (THREATS 33, 34).
 */
import type { Passwords } from "../accounts/passwords.ts";
import type { AttemptLimit } from "../platform/attempts.ts";
import { widestNetwork } from "../platform/network.ts";
import { foldUsername } from "../protocol/identifiers.ts";
import { actOfStranger, type Origin } from "../rules/events.ts";
import { PASSWORD, type SignInStep } from "../rules/sign-in.ts";
import type { AccountRecord } from "../store/tables.ts";
import type { DecideContext } from "./decide.ts";
import { findAccountByUsername } from "./people.ts";

export type PasswordCheck =
  | { readonly outcome: "verified"; readonly account: AccountRecord; readonly steps: readonly SignInStep[] }
  /** An unknown name, a wrong password or a disabled person. The answer does not say which. */
  | { readonly outcome: "refused" }
  | { readonly outcome: "limited"; readonly retryAfterSeconds: number };

export interface PasswordAttempt {
  readonly username: string;
  readonly password: string;
  /** Where the attempt comes from. */
  readonly origin: Origin;
}

export interface PasswordCheckContext extends DecideContext {
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
  if (check.outcome === "refused") events.tell(act, [{ event: "sign_in.refused" }]);
  return check;
}

async function measurePassword(
  context: PasswordCheckContext,
  { username, password, origin: { address } }: PasswordAttempt,
): Promise<PasswordCheck> {
  const { passwords, limits } = context;
  const name = username.normalize("NFKC").trim();
  const nameKey = `name ${foldUsername(name)}`;
  // Nothing is awaited before both are counted, so a hundred parallel attempts count a hundred.
  const addressWait = limits.signInPerAddress.attempt(address);
  if (addressWait > 0) return { outcome: "limited", retryAfterSeconds: addressWait };
  const nameWait = limits.signInPerAccount.attempt(nameKey);
  if (nameWait > 0) return { outcome: "limited", retryAfterSeconds: nameWait };

  let account: AccountRecord | null;
  let matches: boolean;
  try {
    account = await findAccountByUsername(context, name);
    matches = await passwords.verify(password, account?.passwordHash ?? null, widestNetwork(address));
  } catch (error) {
    // The person is not to blame. The attempt still counts for the address, because a flood may keep the server busy.
    limits.signInPerAccount.forgive(nameKey);
    throw error;
  }
  if (!matches || account === null || account.disabledAt !== null) return { outcome: "refused" };
  limits.signInPerAddress.forgive(address);
  limits.signInPerAccount.reset(nameKey);
  return { outcome: "verified", account, steps: [PASSWORD] };
}
