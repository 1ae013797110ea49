import { timingSafeEqual } from "node:crypto";

/** Compares a presented text with a secret one in constant time, apart from their lengths. */
export function sameText(one: string, other: string): boolean {
  const first = Buffer.from(one);
  const second = Buffer.from(other);
  return first.length === second.length && timingSafeEqual(first, second);
}
