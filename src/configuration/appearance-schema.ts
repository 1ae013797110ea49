/** What the configuration says about the looks of the pages: names, pictures, colours, links and a greeting. */
import * as v from "valibot";
import { wordsIn } from "../protocol/people-words.ts";
import { language, optional, peopleWords, table, text, words } from "./values.ts";

const color = v.pipe(v.string(), v.regex(/^#[0-9a-fA-F]{6}$/, "a colour such as #1f5eff"));

const A_COLOR = "a colour such as #1f5eff";

/** https, or a path of the same host. Browsers read "\" as "/", and drop tabs and line breaks. */
const isPageLink = (link: string): boolean => {
  if (!/^[\x21-\x5B\x5D-\x7E]+$/.test(link)) return false;
  if (link.startsWith("/")) return !link.startsWith("//");
  if (!/^https:\/\//i.test(link) || !URL.canParse(link)) return false;
  const { username, password } = new URL(link);
  return username === "" && password === "";
};

const A_LINK = "an https:// address, or a path of the same host such as /imprint";

const pageLink = v.pipe(v.string(), v.maxLength(500), v.check(isPageLink, A_LINK));

const linkByLanguage = (description: string) =>
  optional(
    v.union([
      pageLink,
      v.pipe(
        v.record(language, pageLink),
        v.check((links) => Object.keys(links).length > 0, A_LINK),
      ),
    ]),
    {
      allowed: `${A_LINK}, or a table by language: { en = "https://example.org/en", de = "https://example.org/de" }`,
      fallback: "none",
      description,
    },
  );

const pictureFile = (fallback: string, description: string) =>
  optional(v.pipe(v.string(), v.minLength(1)), { fallback, description });

const backgroundColor = (fallback: string, description: string) =>
  optional(color, { allowed: A_COLOR, fallback, description });

/** The settings that name a file with a picture. */
export const PICTURES = ["logo", "logo_dark", "background_image", "background_image_dark"] as const;

/** The name of the server for readers of a language (`de`). */
export const nameIn = (
  { name, names }: { readonly name: string; readonly names: Readonly<Record<string, string>> },
  language: string,
): string =>
  // `und` is the tag of no language, and the first entry is for all other languages.
  wordsIn({ und: name, ...names }, language);

export const appearance = table({
  name: v.pipe(v.optional(text(60), "Tessera"), v.description("The name on every page.")),
  names: v.pipe(
    v.optional(v.record(language, text(60)), {}),
    words({
      allowed: 'a table by language: { de = "Anmeldung", fr = "Connexion" }',
      fallback: "the name is the same in all languages",
      description: "The name in other languages.",
    }),
  ),
  logo: pictureFile("none", "A file (svg, png, jpeg or webp) shown above every page."),
  logo_dark: pictureFile("the logo", "The logo for browsers that want dark pages."),
  accent_color: v.pipe(
    v.optional(color, "#2f5bd0"),
    words({
      allowed: A_COLOR,
      description: "The colour of buttons and links.",
    }),
  ),
  background_color: backgroundColor("a light grey", "The colour around the card, on light pages."),
  background_color_dark: backgroundColor("nearly black", "The colour around the card, on dark pages."),
  background_image: pictureFile(
    "none",
    "A file (svg, png, jpeg or webp) that fills the screen behind the card. Phones do not load it.",
  ),
  background_image_dark: pictureFile("the same", "The picture for browsers that want dark pages."),
  greeting: optional(peopleWords(500), {
    allowed: 'a text of 1 to 500 characters, or a table by language: { en = "Welcome!", de = "Willkommen!" }',
    fallback: "none",
    description: "A line above the sign-in form, as plain text.",
  }),
  imprint_url: linkByLanguage("Who runs this server, by law: a link in the foot of every page."),
  privacy_url: linkByLanguage("What happens with personal data: a link in the foot of every page."),
  help_url: linkByLanguage("Where people get help: a link in the foot of every page."),
});
