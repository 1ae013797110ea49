/**
 * Whether the coordinates of a public key are a point of its curve. The check must come before such a key reaches WebCrypto: a point
 * that is none leaves its fault behind there (Bun 1.4: "POINT_IS_NOT_ON_CURVE"), and the next code of `ServerKeys.mac`, for any other
 * request, fails with it. `createPublicKey` leaves nothing behind (test/platform/public-point.test.ts).
 */
import { createPublicKey } from "node:crypto";

/** `x`, `y`: base64url (RFC 7518 §6.2.1). */
export function isPublicPoint(crv: string, x: string, y: string): boolean {
  try {
    createPublicKey({ key: { kty: "EC", crv, x, y }, format: "jwk" });
    return true;
  } catch {
    return false;
  }
}
