/** Threat 69: names that draw over the page, or hide what tells them apart. */
import { describe, expect, test } from "bun:test";
import { usernameFault } from "../../src/accounts/people.ts";
import { displayText } from "../../src/pages/display.ts";
import { foldName, hasStackedMarks, hasUnseen } from "../../src/protocol/names.ts";
import { proves } from "../support/proves.ts";

/** Spellings that need invisible characters or marks. */
const SPELLED = [
  ["Persian", "\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645"],
  ["Sinhala", "\u0DC1\u0DCA\u200D\u0DBB\u0DD3"],
  ["Devanagari", "\u0915\u094D\u200D\u0937"],
  ["Burmese", "\u1019\u103C\u103D\u103E\u1031\u1037"],
  ["Thai", "\u0E17\u0E35\u0E48\u0E19\u0E35\u0E48"],
  ["Hebrew with points", "\u05E9\u05C1\u05B8\u05DC\u05D5\u05B9\u05DD"],
  ["Vietnamese, decomposed", "Vi\u1EC7t".normalize("NFD")],
  ["a variant of an ideograph", "\u8FBB\u{E0100}"],
  ["a family", "\u{1F468}\u200D\u{1F469}\u200D\u{1F467}\u200D\u{1F466}"],
  ["a person with a skin and a trade", "\u{1F469}\u{1F3FD}\u200D\u{1F4BB}"],
  ["a red heart", "\u2764\uFE0F"],
  ["a keycap", "1\uFE0F\u20E3"],
  ["the flag of Scotland", "\u{1F3F4}\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}\u{E007F}"],
] as const;

/** Names with something that the reader cannot see, or that reverses the text. */
const UNSEEN = [
  ["a joiner between Latin letters", "Goo\u200Dgle"],
  ["a non-joiner between Latin letters", "Goo\u200Cgle"],
  ["two joiners between Persian letters", "\u0645\u06CC\u200C\u200C\u062E"],
  ["a soft hyphen", "Goo\u00ADgle"],
  ["a combining grapheme joiner", "Goo\u034Fgle"],
  ["a variation selector on a letter", "G\uFE0Foogle"],
  ["tags on a letter", "G\u{E0041}oogle"],
  ["a filler of Hangul", "Goo\u115Fgle"],
  ["a blank of Braille", "a\u2800"],
  ["an override of the direction", "Evil\u202Elive"],
  ["a mark that encloses a letter", "a\u20DD"],
] as const;

const STACKED = `Z${"\u0301\u0302\u0303\u0304\u0305\u0306".repeat(4)}`;

describe("a name", () => {
  test.each(SPELLED)(proves("keeps what its spelling needs: %s", "threat 69"), (_, name) => {
    expect(hasUnseen(name)).toBe(false);
    expect(hasStackedMarks(name)).toBe(false);
    expect(usernameFault(name)).toBe(null);
    expect(displayText(name)).toBe(name);
  });

  test.each(UNSEEN)(proves("is refused with %s, and shown without it", "threat 69"), (_, name) => {
    expect(usernameFault(name)).toBe("has invisible or control characters");
    expect(hasUnseen(displayText(name))).toBe(false);
  });

  test.each([
    "acc_VCVPpQVOoLxU59mNfD9tWg",
    "ACC_vcvppqvoolxu59mnfd9twg",
    "\uFF41cc_VCVPpQVOoLxU59mNfD9tWg",
    `pw_${"a".repeat(43)}`,
  ])(proves("is refused if it could be the identifier of a person: %s", "threat 25"), (name) => {
    expect(usernameFault(name)).toBe("looks like the identifier of a person");
    expect(usernameFault(`${name}_`)).toBe(null);
  });

  test(proves("is refused with a stack of marks on a letter, and shown with four", "threat 69"), () => {
    expect(usernameFault(STACKED)).toBe("has more marks on a letter than any writing needs");
    expect([...displayText(STACKED)]).toHaveLength(5);
  });

  test(proves("may not begin with a mark, which would sit on the text before it", "threat 69"), () => {
    expect(usernameFault("\u0338alice")).toBe("has more marks on a letter than any writing needs");
    expect(displayText("\u0338alice")).toBe("alice");
    expect(displayText("\u0000\u0338 \u0338alice")).toBe("alice");
  });

  test(proves("equals another that differs in nothing that can be seen", "threat 69"), () => {
    expect(foldName("\u0645\u06CC\u200C\u062E")).toBe(foldName("\u0645\u06CC\u062E"));
    expect(foldName("  example  WEB ")).toBe(foldName("Example Web"));
    expect(foldName("Ｅｘａｍｐｌｅ")).toBe("example");
    expect(foldName("Example Web")).not.toBe(foldName("Example Webs"));
  });
});
