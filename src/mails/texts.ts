/** The languages of the mails. A further one is a file in `texts/` and its name here. */
import { arabic } from "./texts/arabic.ts";
import { dutch } from "./texts/dutch.ts";
import { english } from "./texts/english.ts";
import { french } from "./texts/french.ts";
import { german } from "./texts/german.ts";
import { italian } from "./texts/italian.ts";
import { polish } from "./texts/polish.ts";
import { spanish } from "./texts/spanish.ts";
import type { MailTexts } from "./words.ts";

const LANGUAGES: ReadonlyMap<string, MailTexts> = new Map(
  [english, german, arabic, spanish, french, italian, dutch, polish].map((texts) => [texts.language, texts]),
);

export const MAIL_LANGUAGES: readonly string[] = [...LANGUAGES.keys()];

/** The words in the first of these languages that there are words in, else in English. */
export function chooseMailTexts(tags: readonly string[]): MailTexts {
  for (const tag of tags) {
    const texts = LANGUAGES.get(tag.split("-", 1)[0]?.toLowerCase() ?? "");
    if (texts !== undefined) return texts;
  }
  return english;
}
