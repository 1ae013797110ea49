/** Secrets of the configuration: given as themselves or as their digest. */
import { SECRET_DIGEST } from "../configuration/values.ts";
import { digestSecret } from "../credentials/credential.ts";
import type { SecretDigest } from "../protocol/identifiers.ts";

/** The secret's text, or null if only its digest is known. */
export const secretText = (secret: string): string | null => (SECRET_DIGEST.test(secret) ? null : secret);

/** The SHA-256 of the secret. */
export function secretDigest(secret: string): SecretDigest {
  const hex = SECRET_DIGEST.exec(secret)?.[1];
  if (hex === undefined) return digestSecret(secret);
  return new Uint8Array(Buffer.from(hex, "hex")) as Uint8Array as SecretDigest;
}
