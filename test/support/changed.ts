/**
 * The text with another last character: the first of `characters`, or the second where it ends with the first.
 *
 * A test that writes one fixed character over a random text changes nothing once in so many runs.
 */
export function withOtherEnding(text: string, characters = "AB"): string {
  const [first = "", second = ""] = characters;
  return text.slice(0, -1) + (text.endsWith(first) ? second : first);
}
