/** The public keys of others, ready to verify with. */
import { importJWK } from "jose";
import { isPublicPoint } from "../platform/public-point.ts";
import type { PublicJwk } from "../protocol/public-jwk.ts";

/** The key, or why it is none, in words that begin with a verb. */
export async function importPublicKey(
  jwk: PublicJwk,
  algorithm: string,
): Promise<CryptoKey | { readonly fault: string }> {
  if (jwk.kty === "EC" && !isPublicPoint(jwk.crv, jwk.x, jwk.y)) return { fault: "is no point of its curve" };
  try {
    const key = await importJWK(jwk, algorithm);
    if (key instanceof CryptoKey) return key;
  } catch {}
  return { fault: "is no key" };
}
