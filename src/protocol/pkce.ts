/** RFC 7636: proof key for code exchange. Only the method S256; `plain` protects nothing (RFC 9700 §2.1.1). */
import { createHash } from "node:crypto";
import { sameBytes } from "../platform/same-text.ts";
import type { CodeChallenge } from "./identifiers.ts";

export const CODE_CHALLENGE_METHODS = ["S256"] as const;

/** RFC 7636 §4.1: 43 to 128 unreserved characters. */
const CODE_VERIFIER = /^[A-Za-z0-9\-._~]{43,128}$/;
/** RFC 7636 §4.2: the base64url of 32 bytes; its last character carries four bits. */
const S256_CHALLENGE = /^[A-Za-z0-9\-_]{42}[AEIMQUYcgkosw048]$/;

export const isCodeVerifier = (text: string): boolean => CODE_VERIFIER.test(text);

export const isCodeChallenge = (text: string): text is CodeChallenge => S256_CHALLENGE.test(text);

/** RFC 7636 §4.6: BASE64URL-ENCODE(SHA256(ASCII(code_verifier))) == code_challenge. */
export function verifierMatchesChallenge(verifier: string, challenge: CodeChallenge): boolean {
  const computed = createHash("sha256").update(verifier, "ascii").digest();
  return sameBytes(computed, Buffer.from(challenge, "base64url"));
}
