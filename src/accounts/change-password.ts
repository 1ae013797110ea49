/** A person changes their own password. The old one is checked, and counted, as at sign-in (THREATS 33). */
import type { Configuration } from "../configuration/schema.ts";
import type { AccountRecord } from "../store/records.ts";
import { type NewPasswordFault, newPasswordFault } from "./new-password.ts";
import { checkPassword, type PasswordCheckContext } from "./sign-in.ts";

export type PasswordChange =
  /** All sessions of the person have ended, the one at hand too. The account is as it is now. */
  | { readonly outcome: "changed"; readonly account: AccountRecord }
  | { readonly outcome: NewPasswordFault | "same" | "current_wrong" }
  | { readonly outcome: "limited"; readonly retryAfterSeconds: number };

export interface PasswordChangeRequest {
  readonly account: AccountRecord;
  readonly current: string;
  readonly replacement: string;
  readonly address: string;
}

type Needs = PasswordCheckContext & { readonly configuration: Configuration };

export async function changePassword(
  context: Needs,
  { account, current, replacement, address }: PasswordChangeRequest,
): Promise<PasswordChange> {
  const fault = newPasswordFault(context.configuration, replacement);
  if (fault !== null) return { outcome: fault };
  const { username } = account;
  const check = await checkPassword(context, { username, password: current, address });
  if (check.outcome === "limited") return check;
  if (check.outcome === "refused") return { outcome: "current_wrong" };
  // Told only to who knows the current one.
  if (replacement.normalize("NFKC") === current.normalize("NFKC")) return { outcome: "same" };
  const { subject, passwordHash: verifiedHash } = check.account;
  if (subject !== account.subject || verifiedHash === null) return { outcome: "current_wrong" };
  const passwordHash = await context.passwords.hash(replacement);
  // Both took their time. If an operator has set another password meanwhile, that one stands.
  const changed = await context.store.changePassword(subject, verifiedHash, passwordHash);
  return changed
    ? { outcome: "changed", account: { ...check.account, passwordHash } }
    : { outcome: "current_wrong" };
}
