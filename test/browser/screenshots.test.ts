import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { launchChromium, openPage } from "../support/chromium.ts";
import { type ListeningServer, startListeningServer } from "../support/listening.ts";
import { GALLERY_CONFIGURATION, SIGNED_IN, SIGNED_OUT, signInAlice } from "./gallery.ts";
import { BY_LINK, FOR_ADMINISTRATORS } from "./gallery-links.ts";

/** The folder for the pictures: a temporary one, or the one that SCREENSHOTS names. */
const folder = process.env.SCREENSHOTS ?? mkdtempSync(join(tmpdir(), "tessera-screenshots-"));

const LOOKS = [
  { name: "desktop-light", width: 1280, height: 900, colorScheme: "light" },
  { name: "desktop-dark", width: 1280, height: 900, colorScheme: "dark" },
  { name: "phone-light", width: 390, height: 844, colorScheme: "light" },
  { name: "phone-dark", width: 390, height: 844, colorScheme: "dark" },
] as const;

let browser: Browser;
let server: ListeningServer;

beforeAll(async () => {
  mkdirSync(folder, { recursive: true });
  browser = await launchChromium();
});
afterAll(async () => {
  await browser.close();
});

/** No page is wider than the screen, so no person has to scroll sideways to a button. */
async function show(page: Page, look: string, name: string): Promise<void> {
  const overflow = await page.locator("html").evaluate((html) => html.scrollWidth - html.clientWidth);
  expect({ name, overflow }).toEqual({ name, overflow: 0 });
  await page.screenshot({ path: join(folder, `${name}.${look}.png`), fullPage: true });
}

for (const { name: look, width, height, colorScheme } of LOOKS) {
  test(`every page fits and shows on ${look}`, async () => {
    server = await startListeningServer(GALLERY_CONFIGURATION);
    const page = await openPage(browser, { viewport: { width, height }, colorScheme });
    for (const exhibit of [...SIGNED_OUT, ...BY_LINK]) {
      await exhibit.open(page, server);
      await show(page, look, exhibit.name);
    }
    await signInAlice(page, server);
    for (const exhibit of [...SIGNED_IN, ...FOR_ADMINISTRATORS]) {
      await exhibit.open(page, server);
      await show(page, look, exhibit.name);
    }
    await page.context().close();
    await server.close();
  });
}
