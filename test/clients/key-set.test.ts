import { expect, test } from "bun:test";
import { checkKeySet } from "../../src/clients/key-set.ts";
import { proves } from "../support/proves.ts";

const MODULUS = Buffer.alloc(256, 0xc5).toString("base64url");

const usable = (e: unknown): boolean => {
  const { keys } = checkKeySet({ keys: [{ kty: "RSA", n: MODULUS, e }] }, (fault) => {
    throw new Error(fault);
  });
  return keys.length > 0;
};

test(proves("a set keeps no RSA key whose exponent signs every text, or none", "threat 86"), () => {
  for (const e of ["AQAB", "Aw"]) expect([e, usable(e)]).toEqual([e, true]);
  // 1, also written longer; 0; 2; five bytes; no base64url; nothing.
  for (const e of ["AQ", "AAE", "AA", "Ag", "AQAAAAE", "A=", "", undefined, 3])
    expect([e, usable(e)]).toEqual([e, false]);
});
