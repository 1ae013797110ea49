/** RFC 7517: a public key that a stranger sends. This file reads its form; platform/public-point.ts says whether it is a point of its curve. */

/** RFC 7518 §6, RFC 8037 §2: the private parts of keys, and the value of a symmetric one. */
export const PRIVATE_MEMBERS = ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"];

/** RFC 7518 §3.3: at least 2048 bits. A signature of a longer key than this takes the server too long to verify. */
export const RSA_BITS = { least: 2048, most: 8192 };

/** The public members, which RFC 7638 §3.2 needs for the thumbprint, and no others. */
export type PublicJwk =
  | { readonly kty: "EC"; readonly crv: string; readonly x: string; readonly y: string }
  | { readonly kty: "OKP"; readonly crv: string; readonly x: string }
  | { readonly kty: "RSA"; readonly n: string; readonly e: string };

/** RFC 7518 §6.2.1.2, RFC 8037 §2: the bytes of a coordinate. */
const COORDINATE_BYTES: Readonly<Record<string, number>> = {
  "P-256": 32,
  "P-384": 48,
  "P-521": 66,
  Ed25519: 32,
};

/** The key of this type and curve. `fault` gets words that say why the value is none, and begin with a verb. */
export function readPublicJwk(
  value: unknown,
  { keyType, curve }: { readonly keyType: PublicJwk["kty"]; readonly curve: string | null },
  fault: (words: string) => never,
): PublicJwk {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return fault("is no JSON object");
  const members: Readonly<Record<string, unknown>> = { ...value };
  if (PRIVATE_MEMBERS.some((name) => Object.hasOwn(members, name)))
    return fault("has private members: the key is known to others now, and must not be used again");
  const { kty, crv, x, y, n, e, use } = members;
  if (kty !== keyType) return fault(`is not of the type ${keyType}, which the algorithm needs`);
  if (use !== undefined && use !== "sig") return fault("is not for signatures (use)");
  if (keyType === "RSA") {
    const bits = lengthOf(n) * 8;
    if (bits < RSA_BITS.least || bits > RSA_BITS.most)
      return fault(`must have ${RSA_BITS.least} to ${RSA_BITS.most} bits`);
    if (!isRsaExponent(e)) return fault("has an odd exponent");
    return { kty: "RSA", n: String(n), e: String(e) };
  }
  if (crv !== curve || curve === null) return fault("is not on the curve that the algorithm needs");
  if (lengthOf(x) !== COORDINATE_BYTES[curve]) return fault("has coordinates of another length");
  if (keyType === "OKP") return { kty: "OKP", crv: curve, x: String(x) };
  if (lengthOf(y) !== COORDINATE_BYTES[curve]) return fault("has coordinates of another length");
  return { kty: "EC", crv: curve, x: String(x), y: String(y) };
}

/** RFC 7638 §3: the members in the order of their names, as JSON without spaces. Its SHA-256 is the thumbprint. */
export function thumbprintInput(jwk: PublicJwk): string {
  if (jwk.kty === "RSA") return JSON.stringify({ e: jwk.e, kty: jwk.kty, n: jwk.n });
  const { crv, kty, x } = jwk;
  return JSON.stringify(jwk.kty === "OKP" ? { crv, kty, x } : { crv, kty, x, y: jwk.y });
}

/** How many bytes a base64url text has; 0 if it is none, or not written as its bytes would be. */
function lengthOf(value: unknown): number {
  if (typeof value !== "string" || !/^[A-Za-z0-9_-]+$/.test(value)) return 0;
  const bytes = Buffer.from(value, "base64url");
  return bytes.toString("base64url") === value ? bytes.length : 0;
}

/**
 * Whether this is the exponent of an RSA key, which is no even number and at least 3. An exponent of 1 makes every text its own
 * signature, and a long one takes the server too long.
 */
export function isRsaExponent(value: unknown): boolean {
  const length = lengthOf(value);
  if (length < 1 || length > 4) return false;
  const bytes = Buffer.from(String(value), "base64url");
  const last = bytes.at(-1) ?? 0;
  return last % 2 === 1 && (last > 1 || bytes.subarray(0, -1).some((byte) => byte !== 0));
}
