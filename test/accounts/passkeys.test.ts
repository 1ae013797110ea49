/** The keys of passkeys as values: which can be read, and against which an answer is checked. */
import { describe, expect, test } from "bun:test";
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { isReadableKey, keysToCheck } from "../../src/accounts/passkeys.ts";
import { coseKey } from "../support/authenticator.ts";
import { proves } from "../support/proves.ts";

const member = (key: KeyObject, name: "x" | "y" | "n" | "e") =>
  Buffer.from(String(key.export({ format: "jwk" })[name]), "base64url");
const ec = generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey;
const ed = generateKeyPairSync("ed25519").publicKey;
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey;
const KEYS: Readonly<Record<string, Uint8Array>> = {
  ES256: coseKey([1, 2], [3, -7], [-1, 1], [-2, member(ec, "x")], [-3, member(ec, "y")]),
  EdDSA: coseKey([1, 1], [3, -8], [-1, 6], [-2, member(ed, "x")]),
  RS256: coseKey([1, 3], [3, -257], [-1, member(rsa, "n")], [-2, member(rsa, "e")]),
};

describe("the key of a passkey", () => {
  test.each(Object.entries(KEYS))("is read, of the algorithm %s", async (_, key) => {
    expect(await isReadableKey(key)).toBe(true);
    for (const spoiled of [key.slice(0, -1), key.slice(1), new Uint8Array(), new Uint8Array(77)])
      expect(await isReadableKey(spoiled)).toBe(false);
  });

  test("is none if its point is not on the curve", async () => {
    const off = coseKey([1, 2], [3, -7], [-1, 1], [-2, member(ec, "y")], [-3, member(ec, "x")]);
    expect(await isReadableKey(off)).toBe(false);
  });

  test(
    proves(
      "takes as long as another, and as none: an answer is checked once for each algorithm",
      "threat 34",
    ),
    async () => {
      const none = await keysToCheck(null);
      expect(none.filter(({ isOwn }) => isOwn)).toEqual([]);
      expect(none).toHaveLength(3);
      for (const { key } of none) expect(await isReadableKey(key)).toBe(true);
      const sizes = none.map(({ key }) => key.length);
      for (const key of Object.values(KEYS)) {
        const checked = await keysToCheck(key);
        expect(checked.map((each) => each.key.length)).toEqual(sizes);
        expect(checked.filter(({ isOwn }) => isOwn)).toEqual([{ key, isOwn: true }]);
      }
      expect(await keysToCheck(Uint8Array.of(1, 2, 3))).toEqual(none);
    },
  );
});
