/** Secrets in the configuration: given as themselves, as a digest, or as the name of an environment variable. */

import { ConfigurationError } from "../configuration/error.ts";
import type { SecretReference } from "../configuration/schema.ts";
import { SECRET_DIGEST } from "../configuration/values.ts";
import { digestSecret } from "../credentials/credential.ts";
import type { SecretDigest } from "../protocol/identifiers.ts";

/** The secret's text, or null if only its digest is known. Throws ConfigurationError if the variable is not set. */
export function secretText(
  reference: SecretReference,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string | null {
  if (typeof reference !== "string") {
    const value = environment[reference.env];
    if (!value)
      throw new ConfigurationError(
        `The environment variable ${reference.env} is not set; a secret refers to it.`,
      );
    return SECRET_DIGEST.test(value) ? null : value;
  }
  return SECRET_DIGEST.test(reference) ? null : reference;
}

/** The SHA-256 of the secret. */
export function secretDigest(
  reference: SecretReference,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): SecretDigest {
  const text = secretText(reference, environment);
  if (text !== null) return digestSecret(text);
  const given = typeof reference === "string" ? reference : (environment[reference.env] ?? "");
  return new Uint8Array(
    Buffer.from(SECRET_DIGEST.exec(given)?.[1] ?? "", "hex"),
  ) as Uint8Array as SecretDigest;
}
