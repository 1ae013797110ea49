/**
 * Names that strangers choose, of clients and of people. A name must not draw over the page around it, hide characters,
 * or differ from another name only in what the eye cannot see (Unicode UTS 39 §5.4).
 *
 * Some invisible characters belong to a spelling. Persian and the scripts of India need joiners between their letters,
 * an emoji of a family is several emoji and joiners, and Japanese names have variants of their characters.
 */

/** Scripts whose letters a joiner may follow: those that RFC 5892 appendix A.1 and A.2 are about. */
const JOINING = [
  "Arabic Bengali Devanagari Gujarati Gurmukhi Kannada Khmer Malayalam Mandaic Mongolian Myanmar",
  "Nko Oriya Phags_Pa Sinhala Syriac Tamil Telugu Tibetan",
]
  .join(" ")
  .split(" ")
  .map((script) => `\\p{Script_Extensions=${script}}`)
  .join("");

/** Sequences whose invisible characters belong to them. An emoji with its modifiers and joiners is one sequence. */
const SPELLED = [
  "\\p{RGI_Emoji}",
  "\\p{Extended_Pictographic}[\\uFE0F\\p{Emoji_Modifier}]?(?:\\u200D\\p{Extended_Pictographic}[\\uFE0F\\p{Emoji_Modifier}]?)*",
  `(?<=[${JOINING}])[\\u200C\\u200D]`,
  "(?<=\\p{Ideographic})[\\u{E0100}-\\u{E01EF}]",
  "(?<=\\p{Script=Mongolian})[\\u180B-\\u180D\\u180F]",
].join("|");

/** Characters without a shape, those that reverse the text, and those that enclose the characters before them. */
const UNSEEN = "[\\p{Default_Ignorable_Code_Point}\\p{Cc}\\p{Cf}\\p{Co}\\p{Zl}\\p{Zp}\\p{Me}\\u2800]";

const SPELLED_OR_UNSEEN = new RegExp(`(${SPELLED})|${UNSEEN}`, "gv");

/** UTS 39 §5.4: no writing needs more than four marks on one letter. More would reach into the lines around it. */
const STACK = /((?:[\p{Mn}\u200C\u200D]){4})[\p{Mn}\u200C\u200D]+/gu;

/** Whether the name has characters that cannot be seen, or that reverse the text, where no spelling needs them. */
export const hasUnseen = (name: string): boolean => withoutUnseen(name) !== name;

/** Whether marks pile up on a letter of the name, or the name begins with one, which would sit on the text before it. */
export const hasStackedMarks = (name: string): boolean => {
  const composed = name.normalize("NFC");
  return withoutStackedMarks(composed) !== composed;
};

/** The text without the characters that `hasUnseen` finds. */
export const withoutUnseen = (text: string): string =>
  text.replace(SPELLED_OR_UNSEEN, (_, spelled: string | undefined) => spelled ?? "");

/** The text with at most four marks on one letter, and none before the first letter. */
export const withoutStackedMarks = (text: string): string =>
  text
    .normalize("NFC")
    .replace(STACK, "$1")
    .replace(/^\p{M}+/u, "");

/** The form in which names are compared: two names with one form look the same, or differ in case only. */
export const foldName = (name: string): string =>
  name
    .normalize("NFKC")
    .replace(/[\p{Default_Ignorable_Code_Point}\p{Cf}]/gu, "")
    .replace(/\s+/gu, " ")
    .trim()
    .toLowerCase();
