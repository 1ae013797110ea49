/**
 * Checking a person's password: the one rule, for the sign-in page and for whatever else asks for a password.
 * Attempts are counted before the check, so that parallel guesses all count, and by the name whether or not it exists,
 * so that limits, like words and time, tell nobody which names do (THREATS 33, 34).
 */
import type { AttemptLimit } from "../platform/attempts.ts";
import type { Store } from "../store/contract.ts";
import type { AccountRecord } from "../store/records.ts";
import { foldUsername } from "../store/usernames.ts";
import type { Passwords } from "./passwords.ts";

export type PasswordCheck =
  | { readonly outcome: "verified"; readonly account: AccountRecord }
  /** An unknown name, a wrong password, a disabled person: nobody is told which. */
  | { readonly outcome: "refused" }
  | { readonly outcome: "limited"; readonly retryAfterSeconds: number };

export interface PasswordAttempt {
  readonly username: string;
  readonly password: string;
  /** From where the attempt comes. */
  readonly address: string;
}

export interface PasswordCheckContext {
  readonly store: Store;
  readonly passwords: Passwords;
  readonly limits: { readonly signInPerAccount: AttemptLimit; readonly signInPerAddress: AttemptLimit };
}

/** Throws PasswordPoolBusy or StoreUnavailable; then the attempt counts for the address only. */
export async function checkPassword(
  { store, passwords, limits }: PasswordCheckContext,
  { username, password, address }: PasswordAttempt,
): Promise<PasswordCheck> {
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
    account = await store.findAccountByUsername(name);
    matches = await passwords.verify(password, account?.passwordHash ?? null);
  } catch (error) {
    // The person is not to blame. A flood that keeps everybody busy does count for the address it comes from.
    limits.signInPerAccount.forgive(nameKey);
    throw error;
  }
  if (!matches || account === null || account.disabledAt !== null) return { outcome: "refused" };
  limits.signInPerAddress.forgive(address);
  limits.signInPerAccount.reset(nameKey);
  return { outcome: "verified", account };
}
