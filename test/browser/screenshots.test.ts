import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { launchChromium, openPage } from "../support/chromium.ts";
import { type ListeningServer, startListeningServer } from "../support/listening.ts";
import { PATIENCE_MILLIS } from "../support/scale.ts";
import { FITS, fitOf } from "./fit.ts";
import {
  BRANDED_CONFIGURATION,
  GALLERY_CONFIGURATION,
  SIGNED_IN,
  SIGNED_OUT,
  signInAlice,
} from "./gallery.ts";
import { BY_LINK, FOR_ADMINISTRATORS } from "./gallery-links.ts";

/**
 * The folder for the pictures: a temporary one, or the one that SCREENSHOTS names, which then gets every page in every look,
 * language and branding. SCREENSHOTS_OF narrows that: `phone-light.ar`.
 */
const folder = process.env.SCREENSHOTS ?? mkdtempSync(join(tmpdir(), "tessera-screenshots-"));
const wanted = process.env.SCREENSHOTS_OF ?? "";

const LOOKS = [
  { name: "desktop-light", width: 1280, height: 900, colorScheme: "light" },
  { name: "desktop-dark", width: 1280, height: 900, colorScheme: "dark" },
  { name: "phone-light", width: 390, height: 844, colorScheme: "light" },
  { name: "phone-dark", width: 390, height: 844, colorScheme: "dark" },
] as const;

const BRANDS = { plain: GALLERY_CONFIGURATION, branded: BRANDED_CONFIGURATION };

const isPictured = process.env.SCREENSHOTS !== undefined;

/**
 * Without a wish for pictures, a wide screen with each branding. The colours of a look do not change where things are.
 * accessibility.test.ts looks for the same on a phone, in each direction of writing and with each branding.
 */
const FEW: readonly string[] = ["desktop-light.en.branded", "desktop-dark.de.plain"];

const VIEWS = LOOKS.flatMap((look) =>
  (["en", "de", "ar", "es", "fr", "it", "nl", "pl"] as const).flatMap((locale) =>
    (["plain", "branded"] as const).map((brand) => ({
      ...look,
      locale,
      brand,
      name: `${look.name}.${locale}.${brand}`,
    })),
  ),
).filter(({ name }) => (isPictured ? name.includes(wanted) : FEW.includes(name)));

setDefaultTimeout(PATIENCE_MILLIS);

let browser: Browser;
let server: ListeningServer;

beforeAll(async () => {
  mkdirSync(folder, { recursive: true });
  browser = await launchChromium();
});
afterAll(async () => {
  await browser.close();
});

async function show(page: Page, look: string, name: string): Promise<void> {
  expect({ name, ...(await fitOf(page)) }).toEqual({ name, ...FITS });
  if (isPictured) await page.screenshot({ path: join(folder, `${name}.${look}.png`), fullPage: true });
}

for (const { name: look, width, height, colorScheme, locale, brand } of VIEWS) {
  test(`every page fits and shows on ${look}`, async () => {
    server = await startListeningServer(BRANDS[brand]);
    const page = await openPage(browser, { viewport: { width, height }, colorScheme, locale });
    for (const exhibit of [...SIGNED_OUT, ...BY_LINK]) {
      await exhibit.open(page, server);
      await show(page, look, exhibit.name);
    }
    await signInAlice(page, server);
    // The console has no language that is written from right to left.
    const forAdministrators = locale === "ar" ? [] : FOR_ADMINISTRATORS;
    for (const exhibit of [...SIGNED_IN, ...forAdministrators]) {
      await exhibit.open(page, server);
      await show(page, look, exhibit.name);
    }
    await page.context().close();
    await server.close();
  });
}
