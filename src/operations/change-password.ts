/** A person changes their own password. The old one is checked, and counted, as at sign-in (THREATS 33). */

import type { PresentedBrowser } from "../accounts/known-browser.ts";
import type { NewPasswordFault, NewPasswords } from "../accounts/new-password.ts";
import { widestNetwork } from "../platform/network.ts";
import { actOfPerson, type Origin } from "../rules/events.ts";
import type { EndedAccess } from "../rules/person.ts";
import type { SignInStep } from "../rules/sign-in.ts";
import type { AccountRecord } from "../store/tables/people.ts";
import type { EndingContext } from "./ending.ts";
import { findAccount, replacePassword } from "./people.ts";
import { checkPassword, type PasswordCheckContext } from "./sign-in.ts";

export type PasswordChange =
  /** All sessions of the person have ended, the present one too. `account` has the new password. */
  | { readonly outcome: "changed"; readonly account: AccountRecord; readonly steps: readonly SignInStep[] }
  | { readonly outcome: NewPasswordFault | "same" | "current_wrong" }
  | { readonly outcome: "limited"; readonly retryAfterSeconds: number };

export interface PasswordChangeRequest {
  readonly account: AccountRecord;
  readonly current: string;
  readonly replacement: string;
  /** The access that ends with the old password. Default: that which ends with the sessions. */
  readonly ended?: EndedAccess;
  readonly origin: Origin;
  /** What the browser presents (`KnownBrowsers`). */
  readonly browser?: PresentedBrowser | null | undefined;
}

type Needs = PasswordCheckContext & EndingContext & { readonly newPasswords: NewPasswords };

export async function changePassword(
  context: Needs,
  { account: asked, current, replacement, ended = [], origin, browser }: PasswordChangeRequest,
): Promise<PasswordChange> {
  const fault = await context.newPasswords.fault(replacement, asked);
  if (fault !== null) return { outcome: fault };
  const { username } = asked;
  const check = await checkPassword(context, { username, password: current, origin, browser });
  if (check.outcome === "limited") return check;
  if (check.outcome === "refused") return { outcome: "current_wrong" };
  // Only a person who knows the current password gets this answer.
  if (replacement.normalize("NFKC") === current.normalize("NFKC")) return { outcome: "same" };
  const { subject, passwordHash: verifiedHash } = check.account;
  if (subject !== asked.subject || verifiedHash === null) return { outcome: "current_wrong" };
  const passwordHash = await context.passwords.hash(replacement);
  // Checking and hashing take time. If an operator sets another password meanwhile, that one stays.
  const changed = await replacePassword(
    context,
    actOfPerson(origin, subject),
    subject,
    verifiedHash,
    passwordHash,
    ended,
  );
  // The commit changed the revision. If another change came between, the person signs in again by themselves.
  const revision = check.account.revision + 1;
  if (changed)
    return { outcome: "changed", account: { ...check.account, passwordHash, revision }, steps: check.steps };
  const account = await findAccount(context, subject);
  // A double click: another request has just set this very password, and both get the same answer.
  const isSet = await context.passwords.verify(replacement, account?.passwordHash ?? null, {
    source: widestNetwork(origin.address),
    isKnown: false,
  });
  return isSet && account !== null && account.disabledAt === null
    ? { outcome: "changed", account, steps: check.steps }
    : { outcome: "current_wrong" };
}
