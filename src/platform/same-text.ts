/** Comparing what a request presents with a secret, in constant time, apart from their lengths. */
import { timingSafeEqual } from "node:crypto";

export const sameBytes = (one: Uint8Array, other: Uint8Array): boolean =>
  one.length === other.length && timingSafeEqual(one, other);

export const sameText = (one: string, other: string): boolean =>
  sameBytes(Buffer.from(one), Buffer.from(other));
