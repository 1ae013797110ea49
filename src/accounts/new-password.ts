/** The rule for a new password, wherever a person chooses one. */
import type { Configuration } from "../configuration/schema.ts";

export type NewPasswordFault = "too_short" | "too_long";

/** Only the length counts (NIST SP 800-63B §3.1.1.2): rules about kinds of characters make passwords worse. */
export function newPasswordFault(
  { limits }: Pick<Configuration, "limits">,
  password: string,
): NewPasswordFault | null {
  if (Buffer.byteLength(password) > limits.password_bytes) return "too_long";
  // Characters as a person counts them, in the form that is hashed.
  return [...password.normalize("NFKC")].length < limits.minimum_password_characters ? "too_short" : null;
}
