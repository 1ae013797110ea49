import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import axe from "axe-core";
import type { Browser, Page } from "playwright-core";
import { launchChromium, openPage } from "../support/chromium.ts";
import { type ListeningServer, startListeningServer } from "../support/listening.ts";
import { GALLERY_CONFIGURATION, SIGNED_IN, SIGNED_OUT, signInAlice } from "./gallery.ts";
import { BY_LINK, FOR_ADMINISTRATORS } from "./gallery-links.ts";

let browser: Browser;
let server: ListeningServer;
beforeAll(async () => {
  browser = await launchChromium();
  server = await startListeningServer(GALLERY_CONFIGURATION);
});
afterAll(async () => {
  await browser.close();
  await server.close();
});

/** The faults that axe finds on the page, best practices included. */
async function faultsOf(page: Page): Promise<string[]> {
  // The debugger evaluates it, so the pages' policy need not allow it.
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => (window as unknown as { axe: typeof axe }).axe.run());
  return violations.map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes[0]?.html}`);
}

/** Targets smaller than a fingertip (44 × 44), except for links within a sentence. */
const smallTargets = (page: Page): Promise<string[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll("button, input:not([type=hidden]):not([hidden]), summary, a:not(.skip)")]
      .filter(
        (element) => element.parentElement?.tagName !== "P" || element.parentElement.className === "links",
      )
      // A finger may also hit the words of a box.
      .map((element) => element.closest("label") ?? element)
      .filter((element) => element.getClientRects().length > 0 && element.getBoundingClientRect().height < 44)
      .map((element) => `${element.outerHTML.slice(0, 80)} ${element.getBoundingClientRect().height}`),
  );

for (const colorScheme of ["light", "dark"] as const) {
  describe(`in ${colorScheme}, on a phone, axe and fingers find no fault on`, () => {
    let page: Page;
    beforeAll(async () => {
      page = await openPage(browser, { viewport: { width: 390, height: 844 }, colorScheme });
    });
    for (const { name, open } of [
      ...SIGNED_OUT,
      ...BY_LINK,
      { name: "(signing in)", open: signInAlice },
      ...SIGNED_IN,
      ...FOR_ADMINISTRATORS,
    ]) {
      test(name, async () => {
        await open(page, server);
        expect(await faultsOf(page)).toEqual([]);
        expect(await smallTargets(page)).toEqual([]);
      });
    }
  });
}
