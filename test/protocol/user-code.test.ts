/**
 * RFC 8628 §6.1 and threat class 56: the server finds a code however people type it, and a typing error does not count
 * as a guess.
 */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type RandomBytes, systemRandom } from "../../src/platform/random.ts";
import { formatUserCode, newUserCode, normalizeUserCode } from "../../src/protocol/user-code.ts";
import { proves } from "../support/proves.ts";

const ALPHABET = "BCDFGHJKLMNPQRSTVWXZ";

describe("user codes", () => {
  test(
    proves(
      "a code is eight letters of an alphabet without vowels, digits and the letter Y",
      "RFC 8628 5.1-1",
      "RFC 8628 6.1-1",
    ),
    () => {
      const seen = new Set<string>();
      for (let round = 0; round < 500; round += 1) {
        const code = newUserCode(systemRandom);
        expect(code).toMatch(/^[BCDFGHJKLMNPQRSTVWXZ]{8}$/);
        for (const letter of code) seen.add(letter);
      }
      expect([...seen].sort().join("")).toBe(ALPHABET);
    },
  );

  test("bytes that would favour the first letters are thrown away", () => {
    const bytes = [255, 254, 240, 241, 239, 0, 20, 21, 39, 59, 79, 99];
    let at = 0;
    const scripted: RandomBytes = (length) => {
      const drawn = new Uint8Array(length);
      for (let index = 0; index < length; index += 1) drawn[index] = bytes[at++ % bytes.length] ?? 0;
      return drawn;
    };
    expect(newUserCode(scripted)).toBe("ZBBCZZZZ");
  });

  test("a source that gives only such bytes for a while is asked again", () => {
    let calls = 0;
    const reluctant: RandomBytes = (length) => new Uint8Array(length).fill(calls++ === 0 ? 250 : 1);
    expect(newUserCode(reluctant)).toBe("CCCCCCCC");
  });

  test("it is shown in two halves", () => {
    expect(formatUserCode("WDJBMJHT")).toBe("WDJB-MJHT");
  });

  test.each([
    "WDJB-MJHT",
    "WDJBMJHT",
    "wdjbmjht",
    "wdjb mjht",
    "wdjb-mjht",
    "Wdjb Mjht",
    " W D J B - M J H T ",
    "wdjb–mjht",
    "wdjb—mjht",
    "wdjb\u2011mjht",
    "wdjb_mjht",
    "wdjb.mjht",
    "wdjb/mjht",
    "wdjb\tmjht\n",
    "wdjb\u00a0mjht",
    "wdjb\u200bmjht",
    "\u202awdjb-mjht\u202c",
    "ＷＤＪＢ－ＭＪＨＴ",
    "ｗｄｊｂｍｊｈｔ",
    "ⓦⓓⓙⓑⓜⓙⓗⓣ",
    '"WDJB-MJHT"',
    "WDJB+MJHT",
  ])(proves("%j finds the code", "threat 56"), (typed) => {
    expect(normalizeUserCode(typed)).toBe("WDJBMJHT");
  });

  test.each([
    "",
    "-",
    "WDJB-MJH",
    "WDJB-MJHTB",
    "WDJB-MJH7",
    "WDJB-MJHA",
    "WDJB-MJHY",
    "WDJB-MJHО",
    "WDJB-MЈHT",
    "0DJB-MJHT",
    "WDJB-MJHT".repeat(20),
    `${" ".repeat(100)}WDJBMJHT`,
    "WDJBMJHT WDJBMJHT",
  ])("%j cannot be a code, so it is no guess", (typed) => {
    expect(normalizeUserCode(typed)).toBeNull();
  });

  test(proves("every code is found in any case and with any marks between its letters", "threat 56"), () => {
    const letter = fc.constantFrom(...ALPHABET);
    const mark = fc.constantFrom("", " ", "-", "–", ".", "\u00a0", "\u200b", "\t");
    const typed = fc.array(fc.tuple(letter, mark, fc.boolean()), { minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(typed, (letters) => {
        const text = letters.map(([one, after, lower]) => (lower ? one.toLowerCase() : one) + after).join("");
        expect(normalizeUserCode(text)).toBe(letters.map(([one]) => one).join(""));
      }),
    );
  });

  test("whatever is typed gives a code of the alphabet or nothing", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 120 }), (typed) => {
        const code = normalizeUserCode(typed);
        expect(code === null || /^[BCDFGHJKLMNPQRSTVWXZ]{8}$/.test(code)).toBe(true);
      }),
    );
  });
});
