/** Verifying what this server signed. Only its own keys count, each with its own algorithm (RFC 8725 §3.1, THREATS 35). */
import { compactVerify, decodeProtectedHeader, importJWK } from "jose";
import type { SigningJwk } from "../store/tables/keys.ts";

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
    const { payload } = await compactVerify(text, await importJWK(key, key.alg), { algorithms: [key.alg] });
    const claims: unknown = JSON.parse(new TextDecoder().decode(payload));
    return typeof claims === "object" && claims !== null && !Array.isArray(claims) ? { ...claims } : null;
  } catch {
    return null;
  }
}

/** Whether this key signed the text, a JWS in the compact form, with this algorithm. */
export async function isSignedWith(key: CryptoKey, algorithm: string, text: string): Promise<boolean> {
  try {
    await compactVerify(text, key, { algorithms: [algorithm] });
    return true;
  } catch {
    return false;
  }
}
