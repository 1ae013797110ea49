/** Words of names, as a search compares them: without case, accents and marks. */

/** Letters that have no accent to take away, and that a keyboard without them writes so. */
const PLAIN: Readonly<Record<string, string>> = {
  æ: "ae",
  œ: "oe",
  ø: "o",
  ł: "l",
  đ: "d",
  ð: "d",
  þ: "th",
  ħ: "h",
  // At the end of a word, toLowerCase writes another sigma.
  ς: "\u03c3",
};

/** The scripts that write no spaces between words. */
const UNSPACED = /[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}]/u;

const LONGEST_WORD = 40;

/** The words of a text, in its order. "STRASSE" and "straße" are one word; "l'Étoile" is two: "l" and "etoile". */
export const wordsOf = (text: string): string[] =>
  text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    // Upper case has no ß, and no i without a dot.
    .toUpperCase()
    .toLowerCase()
    .replace(/[æœøłđðþħς]/g, (letter) => PLAIN[letter] ?? letter)
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "")
    .map((word) => [...word].slice(0, LONGEST_WORD).join(""));

/** The words with which a search may begin: those of the text, and for scripts without spaces every rest of one. */
export const beginningsOf = (text: string): string[] =>
  wordsOf(text).flatMap((word) => {
    const letters = [...word];
    return letters.flatMap((letter, index) =>
      index === 0 || UNSPACED.test(letter) ? [letters.slice(index).join("")] : [],
    );
  });
