/** Words that the operator writes for people, in one language or in several. */

/** Words for people: one text for all languages, or one for each, by language tag. */
export type PeopleWords = string | Readonly<Record<string, string>>;

/**
 * The words in a language (`de`). A tag with a region (`de-AT`) serves its whole language. If the language is missing, the
 * first one that was declared is the default.
 */
export function wordsIn(words: PeopleWords, language: string): string {
  if (typeof words === "string") return words;
  const texts = Object.entries(words);
  const wanted = language.toLowerCase();
  const [primary] = wanted.split("-", 1);
  const found =
    texts.find(([tag]) => tag.toLowerCase() === wanted) ??
    texts.find(([tag]) => tag.split("-", 1)[0]?.toLowerCase() === primary) ??
    texts[0];
  return found?.[1] ?? "";
}
