/** The words for a new password that is refused. */
import type { NewPasswordFault } from "../accounts/new-password.ts";
import type { Configuration } from "../configuration/schema.ts";
import type { Texts } from "./texts.ts";

export function newPasswordWords(
  { newPassword }: Texts,
  limits: Configuration["limits"],
  fault: NewPasswordFault,
): string {
  if (fault === "too_short") return newPassword.too_short(limits.minimum_password_characters);
  if (fault === "too_long") return newPassword.too_long(limits.password_bytes);
  return newPassword[fault];
}
