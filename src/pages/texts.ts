/** The languages of the pages, and which of them a person reads. Each language is a file in texts/. */
import { parseAccept } from "hono/utils/accept";
import { english, type Texts } from "./texts/english.ts";
import { german } from "./texts/german.ts";
import { completed, type Language, type Translation } from "./texts/language.ts";

export type { Language, Texts };

/**
 * A language is a file in texts/ and an entry here. A file is loaded when a person first reads its language: most servers need
 * two or three (decision 45). English and German are complete by their type.
 */
export const TRANSLATIONS: readonly Translation[] = [
  {
    tag: "ar",
    name: "العربية",
    direction: "rtl",
    // The texts have the digits 0 to 9, as addresses and codes have.
    formats: "ar-u-nu-latn",
    load: () => require("./texts/arabic.ts").arabic,
  },
  { tag: "es", name: "Español", direction: "ltr", load: () => require("./texts/spanish.ts").spanish },
  { tag: "fr", name: "Français", direction: "ltr", load: () => require("./texts/french.ts").french },
  { tag: "it", name: "Italiano", direction: "ltr", load: () => require("./texts/italian.ts").italian },
  { tag: "nl", name: "Nederlands", direction: "ltr", load: () => require("./texts/dutch.ts").dutch },
  { tag: "pl", name: "Polski", direction: "ltr", load: () => require("./texts/polish.ts").polish },
];

const ENGLISH: Language = {
  tag: "en",
  name: "English",
  direction: "ltr",
  formats: "en-GB",
  isTranslated: false,
  texts: english,
};

const GERMAN: Language = { tag: "de", name: "Deutsch", direction: "ltr", isTranslated: false, texts: german };

/** All languages, in the order of the switch. */
export const LANGUAGES: readonly Language[] = [ENGLISH, GERMAN, ...TRANSLATIONS.map(completed)];

/** The languages for a choice, each in its own words. */
export const LANGUAGE_NAMES: readonly { readonly value: string; readonly label: string }[] = LANGUAGES.map(
  ({ tag, name }) => ({ value: tag, label: name }),
);

/** What a person chose with the switch. */
export interface ChosenLanguage {
  readonly tag: string;
  /** The tag of the language that an application had asked for when they chose; null if none had. */
  readonly over: string | null;
}

/** Everything that may say which language a person reads. */
export interface LanguageWishes {
  /** `ui_locales` of the application's request (OpenID Connect Core §3.1.2.1): tags, the preferred first. */
  readonly uiLocales?: string | undefined;
  /** The choice that the browser's cookie remembers. */
  readonly chosen?: ChosenLanguage | null | undefined;
  /** The claim `locale` of the person who is signed in. */
  readonly locale?: string | null | undefined;
  /** The header `Accept-Language` (RFC 9110 §12.5.4). */
  readonly acceptLanguage?: string | null | undefined;
  /** The tags of the languages that the page has. Default: all. */
  readonly only?: readonly string[] | undefined;
}

/**
 * The one rule for which language wins: the application's `ui_locales`, then the switch, then the person's own `locale`, then
 * the browser, then English. An application knows the language in which the person was reading just now; but a person who
 * presses the switch on such a page wants another than the application said, so their choice wins over that language.
 */
export function chooseLanguage({ only, ...wishes }: LanguageWishes): Language {
  const language = preferredLanguage(wishes);
  return only === undefined || only.includes(language.tag) ? language : ENGLISH;
}

function preferredLanguage({
  uiLocales,
  chosen,
  locale,
  acceptLanguage,
}: Omit<LanguageWishes, "only">): Language {
  const asked = askedLanguage(uiLocales);
  const isOverruled = asked !== null && chosen?.over === asked.tag;
  return (
    (isOverruled ? null : asked) ??
    firstKnown([chosen?.tag ?? ""]) ??
    firstKnown([locale ?? ""]) ??
    firstKnown(byPreference(acceptLanguage ?? "")) ??
    ENGLISH
  );
}

/** The texts for a person of whom only the browser's and the application's wishes are known. */
export const chooseTexts = (acceptLanguage: string | null, uiLocales?: string): Texts =>
  chooseLanguage({ acceptLanguage, uiLocales }).texts;

/** The language that an application asks for; null if the pages have none of its languages. */
export const askedLanguage = (uiLocales: string | undefined): Language | null =>
  firstKnown((uiLocales ?? "").slice(0, 200).split(" "));

/** The language with exactly this tag. */
export const languageOf = (tag: string): Language | null =>
  LANGUAGES.find((language) => language.tag === tag) ?? null;

function firstKnown(tags: readonly string[]): Language | null {
  for (const tag of tags) {
    const found =
      LANGUAGES.find((language) => language.tag.toLowerCase() === tag.toLowerCase()) ??
      LANGUAGES.find((language) => primaryOf(language.tag) === primaryOf(tag));
    if (found) return found;
  }
  return null;
}

/** `de` of `de-AT`. */
const primaryOf = (tag: string): string => tag.split("-", 1)[0]?.toLowerCase() ?? "";

/** The languages of an `Accept-Language` header, the preferred first, without those of weight 0. */
const byPreference = (header: string): string[] =>
  parseAccept(header.slice(0, 500))
    .filter(({ q }) => q > 0)
    .map(({ type }) => type);

/** The languages of the console: administrators read English or German. */
export const CONSOLE_LANGUAGES = ["en", "de"] as const;
