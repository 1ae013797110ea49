/** The settings of the looks: what is taken, and the words for what is not. */
import { afterAll, expect, test } from "bun:test";
import { join } from "node:path";
import { openLoading } from "./loading.ts";

const { folder, write, load, mistakes, close } = openLoading();
afterAll(close);

const A_LINK = "an https:// address, or a path of the same host such as /imprint";
const A_COLOR = "a colour such as #1f5eff";

test.each([
  ['logo_dark = "/none/logo.svg"', 'appearance.logo_dark = "/none/logo.svg": there is no such file'],
  ['background_image = "/none/a.jpg"', 'appearance.background_image = "/none/a.jpg": there is no such file'],
  ['background_image_dark = "/none/a.jpg"', "appearance.background_image_dark"],
  ['accent_color = "blue"', A_COLOR],
  ['background_color = "#fff"', A_COLOR],
  ['background_color_dark = "rgb(0 0 0)"', A_COLOR],
  ['imprint_url = "http://example.org/imprint"', A_LINK],
  ['imprint_url = "imprint"', A_LINK],
  ['privacy_url = "//example.org"', A_LINK],
  ['privacy_url = "/\\\\example.org"', A_LINK],
  ['help_url = "javascript:alert(1)"', A_LINK],
  ['help_url = "https://user:pass@example.org/"', A_LINK],
  ['help_url = "https://exa mple.org/"', A_LINK],
  ['help_url = { de = "mailto:help@example.org" }', A_LINK],
  ["help_url = {}", A_LINK],
  ['names = { "de_AT!" = "A" }', "a language tag such as de or pt-BR"],
  ['names = { de = "" }', "appearance.names.de"],
  ["greeting = {}", "a text, or a table with at least one language"],
  [`greeting = "${"x".repeat(501)}"`, "500 characters"],
  ['background = "#ffffff"', "appearance.background"],
])("%s stops the start with words", (line, words) => {
  expect(mistakes({ file: `[appearance]\n${line}\n` })).toContain(words);
});

test("all settings together are taken, with a picture in the home folder", () => {
  write("", "picture.svg");
  const file = `[appearance]
name = "Lighthouse"
names = { de = "Leuchtturm", "pt-BR" = "Farol" }
logo = "~/picture.svg"
logo_dark = "~/picture.svg"
accent_color = "#1f5eff"
background_color = "#ffe4e1"
background_color_dark = "#101010"
background_image = "~/picture.svg"
background_image_dark = "~/picture.svg"
greeting = { en = "Welcome!", de = "Willkommen!" }
imprint_url = "/imprint"
privacy_url = { en = "https://example.org/en/privacy", de = "https://example.org/de/datenschutz" }
help_url = "https://example.org/help"
`;
  const picture = join(folder, "picture.svg");
  expect(load({ file, env: { HOME: folder } }).appearance).toMatchObject({
    names: { de: "Leuchtturm", "pt-BR": "Farol" },
    logo: picture,
    logo_dark: picture,
    background_image: picture,
    background_image_dark: picture,
    imprint_url: "/imprint",
    help_url: "https://example.org/help",
  });
});

test("without any, the pages are as they were", () => {
  expect(load({}).appearance).toEqual({ name: "Tessera", names: {}, accent_color: "#2f5bd0" });
});
