/** What a language of the pages is. ../texts.ts lists all of them. */
import { english, type Texts } from "./english.ts";

export interface Language {
  /** BCP 47: `de`, `pt-BR`. */
  readonly tag: string;
  /** Its name in the language itself, for the switch: "Deutsch". */
  readonly name: string;
  readonly direction: "ltr" | "rtl";
  /** The locale for dates and numbers, where the tag alone would write them in another way than the texts. */
  readonly formats?: string;
  /** Whether the texts are translations of the English ones. Pages say so in their foot. */
  readonly isTranslated: boolean;
  readonly texts: Texts;
}

/** A group of texts without some of them. A text with parameters is a function. */
export type PartOf<Group> = {
  readonly [Key in keyof Group]?: Group[Key] extends
    | string
    | readonly string[]
    | ((...values: never) => string)
    ? Group[Key]
    : PartOf<Group[Key]>;
};

/**
 * The texts of a translated language: what its file in this folder exports. It may lack texts, so that a new English text does not
 * wait for all translations; pages then show the English text. test/pages/languages.test.ts names every text that is missing, and
 * fails.
 */
export type TranslatedTexts = PartOf<Omit<Texts, "language">>;

export interface Translation extends Omit<Language, "isTranslated" | "texts"> {
  /** Loads the file of the language, when a person first reads it. */
  readonly load: () => TranslatedTexts;
}

/** The language with English texts in place of those that are missing. */
export function completed({ load, ...language }: Translation): Language {
  let texts: Texts | null = null;
  return {
    ...language,
    isTranslated: true,
    get texts() {
      texts ??= { ...laidOver(english, load()), language: language.tag };
      return texts;
    },
  };
}

function laidOver<Group extends object>(below: Group, above: object): Group {
  const groups = new Map<string, unknown>(Object.entries(below));
  const texts = Object.entries(above).map(([name, text]) => {
    const group = groups.get(name);
    return [name, isGroup(text) && isGroup(group) ? laidOver(group, text) : text];
  });
  return Object.assign({ ...below }, Object.fromEntries(texts));
}

/** Whether it is a group of texts, and not a text, a list or a function that makes a text. */
export const isGroup = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * A value within a sentence of the other direction: a name or an address keeps its own order there, and its brackets and full
 * stops do not move the words around it (FIRST STRONG ISOLATE and POP DIRECTIONAL ISOLATE of UAX 9).
 */
export const isolated = (value: string): string => `\u2068${value}\u2069`;
