/** Texts that parsers trip over: pieces of a grammar, any characters, and valid texts with faults. */
import fc from "fast-check";

/** Characters that separate, escape, hide or resemble others in some place. */
const ODD = [
  "",
  " ",
  "  ",
  "\t",
  "\r\n",
  "\n",
  "\0",
  "%",
  "%0",
  "%00",
  "%0a",
  "%2e%2e",
  "%2f",
  "%25",
  "%c3%28",
  "%ff",
  "%ed%a0%80",
  "%EF%BF%BD",
  "+",
  "&",
  "&&",
  "=",
  "==",
  ";",
  ":",
  ",",
  ".",
  "..",
  "/",
  "//",
  "\\",
  "?",
  "#",
  "@",
  "*",
  "~",
  "'",
  '"',
  "<",
  ">",
  "[",
  "]",
  "{",
  "}",
  "|",
  "^",
  "`",
  "-",
  "_",
  "é",
  "ß",
  "İ",
  "ﬀ",
  "Ａ",
  "\u00a0",
  "\u200b",
  "\u202e",
  "\u2028",
  "\ufeff",
  "\ufffd",
  "\ud800",
  "😀",
  "e\u0301",
  "null",
  "undefined",
  "__proto__",
  "constructor",
  "toString",
  "true",
  "0",
  "-1",
  "1e309",
  "9".repeat(30),
  "a".repeat(300),
] as const;

export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.string({ unit: "grapheme", maxLength: 40 }),
  fc.string({ maxLength: 40 }),
  fc.constantFrom(...ODD),
);

/** Pieces of a grammar in any order, with odd characters between them. */
export const textOf = (pieces: readonly string[]): fc.Arbitrary<string> =>
  fc
    .array(fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...pieces) }, fc.constantFrom(...ODD)), {
      maxLength: 12,
    })
    .map((chosen) => chosen.join(""));

interface Edit {
  readonly at: number;
  readonly drop: number;
  readonly put: string;
}

const edit: fc.Arbitrary<Edit> = fc.record({
  at: fc.nat(1000),
  drop: fc.oneof(fc.constant(0), fc.nat(3), fc.nat(100)),
  put: fc.oneof(fc.constantFrom(...ODD), fc.string({ unit: "binary", maxLength: 3 })),
});

const apply = (text: string, { at, drop, put }: Edit): string => {
  const place = at % (text.length + 1);
  return text.slice(0, place) + put + text.slice(place + drop);
};

/** Valid texts with a few changes, or none. */
export const spoilt = (sound: fc.Arbitrary<string>, maxEdits = 3): fc.Arbitrary<string> =>
  fc.tuple(sound, fc.array(edit, { maxLength: maxEdits })).map(([text, edits]) => edits.reduce(apply, text));
