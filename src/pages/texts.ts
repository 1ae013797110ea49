/** The catalogue of the pages' texts: one object per language, all of one type, so that none can lack a text. */
import { parseAccept } from "hono/utils/accept";
import { english, type Texts } from "./texts/english.ts";
import { german } from "./texts/german.ts";

export type { Texts };

const LANGUAGES: ReadonlyMap<string, Texts> = new Map(
  [english, german].map((texts) => [texts.language, texts]),
);

/**
 * The texts for a person: what the application asked for (`ui_locales`, OIDC Core §3.1.2.1) before what their browser
 * prefers (`Accept-Language`, RFC 9110 §12.5.4), and English if we know none of these.
 */
export function chooseTexts(acceptLanguage: string | null, uiLocales = ""): Texts {
  for (const tag of [...uiLocales.slice(0, 200).split(" "), ...byPreference(acceptLanguage ?? "")]) {
    const texts = LANGUAGES.get(tag.split("-", 1)[0]?.toLowerCase() ?? "");
    if (texts) return texts;
  }
  return english;
}

/** The languages of an `Accept-Language` header, the most wanted first; without those that are not wanted. */
const byPreference = (header: string): string[] =>
  parseAccept(header.slice(0, 500))
    .filter(({ q }) => q > 0)
    .map(({ type }) => type);
