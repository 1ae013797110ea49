/** RFC 8628 §6.1: user codes that people can type on a phone and read aloud, and that spell no words. */
import type { RandomBytes } from "../platform/random.ts";

/** 20 consonants: no vowels, no digits, no pair that looks alike. Eight of them are 34 bits. */
const ALPHABET = "BCDFGHJKLMNPQRSTVWXZ";
const LENGTH = 8;

/** A new code as it is stored: eight letters without a dash. */
export function newUserCode(random: RandomBytes): string {
  let code = "";
  while (code.length < LENGTH) {
    for (const byte of random(LENGTH * 2)) {
      // Bytes from 240 on would favour the first letters.
      if (byte < 240 && code.length < LENGTH) code += ALPHABET[byte % ALPHABET.length];
    }
  }
  return code;
}

/** As it is shown: `WDJB-MJHT`. */
export const formatUserCode = (code: string): string => `${code.slice(0, 4)}-${code.slice(4)}`;

/**
 * The stored form of a typed code. Case, full-width forms, spaces and punctuation do not matter.
 * Null if the text cannot be a code, so that a slip of the finger does not count as a guess.
 */
export function normalizeUserCode(typed: string): string | null {
  if (typed.length > 100) return null;
  const code = typed
    .normalize("NFKC")
    .toUpperCase()
    .replace(/[\s\p{P}\p{S}\p{Cf}]/gu, "");
  return code.length === LENGTH && [...code].every((letter) => ALPHABET.includes(letter)) ? code : null;
}
