/** The catalogue of the pages' texts: one object per language, all of one type, so that none can lack a text. */
import { parseAccept } from "hono/utils/accept";
import { english, type Texts } from "./texts/english.ts";
import { german } from "./texts/german.ts";

export type { Texts };

const LANGUAGES: ReadonlyMap<string, Texts> = new Map(
  [english, german].map((texts) => [texts.language, texts]),
);

/** The languages that the pages have, each in its own words. */
export const LANGUAGE_NAMES: readonly { readonly value: string; readonly label: string }[] = [
  ...LANGUAGES.keys(),
].map((value) => ({
  value,
  label: new Intl.DisplayNames(value, { type: "language" }).of(value) ?? value,
}));

/**
 * The texts for a person, in the language that the application asks for (`ui_locales`, OIDC Core §3.1.2.1), else that the
 * browser prefers (`Accept-Language`, RFC 9110 §12.5.4), else in English.
 */
export function chooseTexts(acceptLanguage: string | null, uiLocales = ""): Texts {
  for (const tag of [...uiLocales.slice(0, 200).split(" "), ...byPreference(acceptLanguage ?? "")]) {
    const texts = LANGUAGES.get(tag.split("-", 1)[0]?.toLowerCase() ?? "");
    if (texts) return texts;
  }
  return english;
}

/** The languages of an `Accept-Language` header, the preferred first, without those of weight 0. */
const byPreference = (header: string): string[] =>
  parseAccept(header.slice(0, 500))
    .filter(({ q }) => q > 0)
    .map(({ type }) => type);
