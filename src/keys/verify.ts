/** Verifying what this server signed. Only its own keys count, each with its own algorithm (RFC 8725 §3.1, THREATS 35). */
import { decodeProtectedHeader, importJWK } from "jose";
import type { SigningJwk } from "../store/tables/keys.ts";
import { isSignature } from "./signature.ts";

/** Verifies a JWT of this server; null if it is none, or of another type. Whether it has expired is the caller's question. */
export type VerifyJwt = (text: string, typ: string) => Promise<Readonly<Record<string, unknown>> | null>;

/** The longest JWT that is read. Those of this server are shorter, and a stranger's cost time. */
const LONGEST_JWT = 16_384;

/** Whether a text has the form of a signed JWT (RFC 7515 §7.1). */
export const hasJwtForm = (text: string): boolean =>
  text.length <= LONGEST_JWT && /^eyJ[A-Za-z0-9_-]*\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/.test(text);

/** The key that a JWT says it was signed with; null if it says none. */
export function keyIdOf(text: string): string | null {
  try {
    return decodeProtectedHeader(text).kid ?? null;
  } catch {
    return null;
  }
}

/** The claims of a JWT that one of these keys signed, with exactly this `typ`; null for every other text. */
export async function verifyJwt(
  keys: readonly SigningJwk[],
  text: string,
  typ: string,
): Promise<Readonly<Record<string, unknown>> | null> {
  if (!hasJwtForm(text)) return null;
  try {
    const header = decodeProtectedHeader(text);
    // Only `kid` is believed, and only to choose among the server's own keys. The key says which algorithm it takes.
    const key = keys.find(({ kid }) => kid === header.kid);
    if (key === undefined || header.typ !== typ) return null;
    const imported = await importJWK(key, key.alg);
    if (!(imported instanceof CryptoKey) || !(await isSignedWith(imported, key.alg, text))) return null;
    const claims: unknown = JSON.parse(Buffer.from(text.split(".")[1] ?? "", "base64url").toString());
    return typeof claims === "object" && claims !== null && !Array.isArray(claims) ? { ...claims } : null;
  } catch {
    return null;
  }
}

/** RFC 7515 §7.1. Base64url alone: a decoder that also takes other characters would give one signature many spellings. */
const COMPACT = /^([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]*\.([A-Za-z0-9_-]+)$/;

/**
 * Whether this key signed the text, a JWS in the compact form, with this algorithm: its header must name it, and demand nothing more
 * (RFC 7515 §4.1.11, RFC 7797).
 */
export async function isSignedWith(key: CryptoKey, algorithm: string, text: string): Promise<boolean> {
  const [, , signature] = COMPACT.exec(text) ?? [];
  if (signature === undefined) return false;
  try {
    const { alg, crit, b64 } = decodeProtectedHeader(text);
    if (alg !== algorithm || crit !== undefined || b64 !== undefined) return false;
    const signed = Buffer.from(text.slice(0, -signature.length - 1), "latin1");
    return await isSignature(key, algorithm, signed, Buffer.from(signature, "base64url"));
  } catch {
    return false;
  }
}
