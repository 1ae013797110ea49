/** Numbers in sentences: each language inflects its nouns by its own rules (Unicode CLDR, as `Intl` has them). */

/** The text for each form that the language has, and, if "0" needs other words, one for nothing. */
export type PluralTexts<Form extends Intl.LDMLPluralRule> = Readonly<Record<Form | "other", string>> & {
  readonly none?: string;
};

/**
 * The plural rule of a language. Name its forms, so that the type checker asks for a text for each: Arabic has
 * `"zero" | "one" | "two" | "few" | "many"`, and each language has `other`. test/pages/languages.test.ts compares the forms
 * with those that `Intl` knows.
 */
export const pluralsOf =
  <Form extends Intl.LDMLPluralRule = "one">(language: string) =>
  (count: number, texts: PluralTexts<Form>): string => {
    if (count === 0 && texts.none !== undefined) return texts.none;
    const forms: Partial<Record<Intl.LDMLPluralRule, string>> = texts;
    return forms[new Intl.PluralRules(language).select(count)] ?? texts.other;
  };
