/** A person changes their own password. The old one is checked, and counted, as at sign-in (THREATS 33). */
import type { Clock } from "../platform/clock.ts";
import type { Configuration } from "../platform/configuration.ts";
import type { AccountRecord } from "../store/records.ts";
import { type NewPasswordFault, newPasswordFault } from "./new-password.ts";
import { checkPassword, type PasswordCheckContext } from "./sign-in.ts";

export type PasswordChange =
  /** All sessions of the person have ended, the one at hand too. */
  | { readonly outcome: "changed"; readonly account: AccountRecord }
  | { readonly outcome: NewPasswordFault | "same" | "current_wrong" }
  | { readonly outcome: "limited"; readonly retryAfterSeconds: number };

export interface PasswordChangeRequest {
  readonly account: AccountRecord;
  readonly current: string;
  readonly replacement: string;
  readonly address: string;
}

type Needs = PasswordCheckContext & { readonly configuration: Configuration; readonly clock: Clock };

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
  const hash = await context.passwords.hash(replacement);
  const changed = await context.store.setPassword(account.subject, hash, context.clock.seconds());
  return changed ? { outcome: "changed", account } : { outcome: "current_wrong" };
}
