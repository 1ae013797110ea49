/**
 * Names that strangers choose, of clients and of people. A name must not draw over the page around it, hide characters,
 * or differ from another name only in what the eye cannot see (Unicode UTS 39 §5.4).
 *
 * Some invisible characters belong to a spelling. Persian and the scripts of India need joiners between their letters,
 * an emoji of a family is several emoji and joiners, and Japanese names have variants of their characters.
 */

/**
 * First the sequences whose invisible characters belong to them: an emoji with its modifiers and joiners, a keycap, a flag
 * made of tags, a joiner after a letter of a script that RFC 5892 appendix A.1 or A.2 is about, and the variant of an
 * ideograph or of a Mongolian letter. Then all other characters without a shape, those that reverse the text, and those
 * that enclose the character before them.
 */
const SPELLED_OR_UNSEEN =
  /(\p{Extended_Pictographic}[\uFE0F\p{Emoji_Modifier}]?(?:\u200D\p{Extended_Pictographic}[\uFE0F\p{Emoji_Modifier}]?)*|[0-9#*]\uFE0F\u20E3|(?<=\u{1F3F4})[\u{E0030}-\u{E007A}]{2,7}\u{E007F}|(?<=[\p{scx=Arab}\p{scx=Beng}\p{scx=Deva}\p{scx=Gujr}\p{scx=Guru}\p{scx=Knda}\p{scx=Khmr}\p{scx=Mlym}\p{scx=Mand}\p{scx=Mong}\p{scx=Mymr}\p{scx=Nkoo}\p{scx=Orya}\p{scx=Phag}\p{scx=Sinh}\p{scx=Syrc}\p{scx=Taml}\p{scx=Telu}\p{scx=Tibt}])[\u200C\u200D]|(?<=\p{Ideographic})[\u{E0100}-\u{E01EF}]|(?<=\p{scx=Mong})[\u180B-\u180D\u180F])|[\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cf}\p{Co}\p{Zl}\p{Zp}\p{Me}\u2800]/gu;

/** UTS 39 §5.4: no writing needs more than four marks on one letter. More would reach into the lines around it. */
const STACK = /((?:[\p{Mn}\u200C\u200D]){4})[\p{Mn}\u200C\u200D]+/gu;

/** A line that a person typed, in the one spelling in which it is kept. */
export const typedLine = (text: string | null | undefined): string => (text ?? "").normalize("NFC").trim();

/** Whether the name has characters that cannot be seen, or that reverse the text, where no spelling needs them. */
export const hasUnseen = (name: string): boolean => withoutUnseen(name) !== name;

/** Whether marks pile up on a letter of the name, or the name begins with one, which would sit on the text before it. */
export const hasStackedMarks = (name: string): boolean => withoutStackedMarks(name) !== name;

/** Whether there is nothing to read in the text: no character, or only spaces and unseen ones. */
export const isBlank = (text: string): boolean => withoutUnseen(text).trim() === "";

/** The text without the characters that `hasUnseen` finds. */
export const withoutUnseen = (text: string): string =>
  text.replace(SPELLED_OR_UNSEEN, (_, spelled: string | undefined) => spelled ?? "");

/** The text with at most four marks on one letter, and none before the first letter. */
export const withoutStackedMarks = (text: string): string =>
  text.replace(STACK, "$1").replace(/^[\p{M}\u200C\u200D]+/u, "");

/** The form in which names are compared: two names with one form look the same, or differ in case only. */
export const foldName = (name: string): string =>
  name
    .normalize("NFKC")
    .replace(/[\p{Default_Ignorable_Code_Point}\p{Cf}]/gu, "")
    .replace(/\s+/gu, " ")
    .trim()
    .toLowerCase();

/** Whether a page shows the text exactly as it is: one line of characters that can be seen. */
export const isShownWhole = (text: string): boolean =>
  text !== "" &&
  text.isWellFormed() &&
  !hasUnseen(text) &&
  !hasStackedMarks(text) &&
  text === text.replace(/\s+/gu, " ").trim();
