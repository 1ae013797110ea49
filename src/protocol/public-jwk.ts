/** RFC 7517: the public keys of others. This file reads their form; platform/public-point.ts says whether one is a point of its curve. */

import { isJsonObject } from "./json.ts";
import { isKnownKind, type KeyKind } from "./signing-algorithms.ts";

/** RFC 7518 §6, RFC 8037 §2: the private parts of keys, and the value of a symmetric one. */
const PRIVATE_MEMBERS = ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"];

/** Whether a key tells others what only its owner may know. */
export const hasPrivateMembers = (jwk: Readonly<Record<string, unknown>>): boolean =>
  PRIVATE_MEMBERS.some((name) => Object.hasOwn(jwk, name));

/** RFC 7518 §3.3: at least 2048 bits. A signature of a longer key than this takes the server too long to verify. */
export const RSA_BITS = { least: 2048, most: 8192 };

/** The public members, which RFC 7638 §3.2 needs for the thumbprint, and no others. */
export type PublicJwk =
  | { readonly kty: "EC"; readonly crv: string; readonly x: string; readonly y: string }
  | { readonly kty: "OKP"; readonly crv: string; readonly x: string }
  | { readonly kty: "RSA"; readonly n: string; readonly e: string };

/**
 * The public members of a key. Null if it is of no type that this server knows. A member that is missing, or is no text as it must be,
 * is empty: `publicJwkFault` finds it.
 */
export function publicMembersOf(jwk: Readonly<Record<string, unknown>>): PublicJwk | null {
  const { kty, crv, x, y, n, e } = jwk;
  if (kty === "RSA") return { kty, n: encoded(n), e: encoded(e) };
  const curve = typeof crv === "string" ? crv : "";
  if (kty === "OKP") return { kty, crv: curve, x: encoded(x) };
  return kty === "EC" ? { kty, crv: curve, x: encoded(x), y: encoded(y) } : null;
}

const encoded = (value: unknown): string =>
  typeof value === "string" && /^[A-Za-z0-9_-]+$/.test(value) ? value : "";

const OF_OTHER_SIZE = `must have ${RSA_BITS.least} to ${RSA_BITS.most} bits`;
const OF_OTHER_LENGTH = "has coordinates of another length";

/** Why an RSA key is too weak to trust or too long to use, in words that begin with a verb; null if it is neither. */
export function sizeFault(jwk: PublicJwk): string | null {
  if (jwk.kty !== "RSA") return null;
  const bits = Math.floor((jwk.n.length * 3) / 4) * 8;
  return bits < RSA_BITS.least || bits > RSA_BITS.most ? OF_OTHER_SIZE : null;
}

/** Why the key verifies nothing here, in words that begin with a verb; null if it does. */
export function publicJwkFault(jwk: PublicJwk): string | null {
  if (jwk.kty === "RSA") return sizeFault(jwk) ?? (isRsaExponent(jwk.e) ? null : "has an odd exponent");
  if (!isKnownKind(jwk.kty, jwk.crv)) return "is on a curve that is not known here";
  const isWhole = jwk.x !== "" && (jwk.kty === "OKP" || jwk.y !== "");
  return isWhole ? null : OF_OTHER_LENGTH;
}

/** RFC 7518 §6.2.1.2, RFC 8037 §2: the bytes of a coordinate. */
const COORDINATE_BYTES: Readonly<Record<string, number>> = {
  "P-256": 32,
  "P-384": 48,
  "P-521": 66,
  Ed25519: 32,
};

/**
 * The key of this kind that a stranger sends with what it signed. Its members count as they are written, because its thumbprint is made
 * of them. `fault` gets words that say why the value is none, and begin with a verb.
 */
export function readPublicJwk(
  value: unknown,
  { keyType, curve }: KeyKind,
  fault: (words: string) => never,
): PublicJwk {
  if (!isJsonObject(value)) return fault("is no JSON object");
  if (hasPrivateMembers(value))
    return fault("has private members: the key is known to others now, and must not be used again");
  const jwk = publicMembersOf(value);
  if (jwk?.kty !== keyType) return fault(`is not of the type ${keyType}, which the algorithm needs`);
  if (value.use !== undefined && value.use !== "sig") return fault("is not for signatures (use)");
  if (jwk.kty !== "RSA" && jwk.crv !== curve) return fault("is not on the curve that the algorithm needs");
  const words = publicJwkFault(jwk) ?? writingFault(jwk);
  return words === null ? jwk : fault(words);
}

/** RFC 7515 §2, RFC 7518 §6.2.1.2: a number could be written in several ways, and counts in one. */
function writingFault(jwk: PublicJwk): string | null {
  if (jwk.kty === "RSA") return lengthOf(jwk.n) > 0 ? null : OF_OTHER_SIZE;
  const bytes = COORDINATE_BYTES[jwk.crv];
  const isFull = lengthOf(jwk.x) === bytes && (jwk.kty === "OKP" || lengthOf(jwk.y) === bytes);
  return isFull ? null : OF_OTHER_LENGTH;
}

/** RFC 7638 §3: the members in the order of their names, as JSON without spaces. Its SHA-256 is the thumbprint. */
export function thumbprintInput(jwk: PublicJwk): string {
  if (jwk.kty === "RSA") return JSON.stringify({ e: jwk.e, kty: jwk.kty, n: jwk.n });
  const { crv, kty, x } = jwk;
  return JSON.stringify(jwk.kty === "OKP" ? { crv, kty, x } : { crv, kty, x, y: jwk.y });
}

/** How many bytes a base64url text has; 0 if it is not written as its bytes would be. */
function lengthOf(value: string): number {
  const bytes = Buffer.from(value, "base64url");
  return bytes.toString("base64url") === value ? bytes.length : 0;
}

/**
 * Whether this is the exponent of an RSA key, which is no even number and at least 3. An exponent of 1 makes every text its own
 * signature, and a long one takes the server too long.
 */
function isRsaExponent(value: string): boolean {
  const length = lengthOf(value);
  if (length < 1 || length > 4) return false;
  const bytes = Buffer.from(value, "base64url");
  const last = bytes.at(-1) ?? 0;
  return last % 2 === 1 && (last > 1 || bytes.subarray(0, -1).some((byte) => byte !== 0));
}
