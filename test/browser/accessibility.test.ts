import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import type axe from "axe-core";
import type { Browser, CDPSession, Page } from "playwright-core";
import { launchChromium, openPage } from "../support/chromium.ts";
import { type ListeningServer, startListeningServer } from "../support/listening.ts";
import { FITS, fitOf } from "./fit.ts";
import {
  BRANDED_CONFIGURATION,
  GALLERY_CONFIGURATION,
  SIGNED_IN,
  SIGNED_OUT,
  signInAlice,
} from "./gallery.ts";
import { BY_LINK, FOR_ADMINISTRATORS } from "./gallery-links.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

/** What a page evaluates to have axe: the smaller of its two forms, because each page reads it anew. */
const AXE = readFileSync(Bun.resolveSync("axe-core/axe.min.js", import.meta.dir), "utf8");

/** All that is asked of axe is what it objects to. It would read each style sheet again for rules that are still experiments. */
const ASKED: axe.RunOptions = {
  resultTypes: ["violations"],
  selectors: false,
  preload: { assets: ["media"] },
};
const COLOURS: axe.RunOptions = {
  ...ASKED,
  runOnly: { type: "rule", values: ["color-contrast", "link-in-text-block"] },
};
const runAxe = (page: Page, options: axe.RunOptions): Promise<axe.AxeResults> =>
  page.evaluate((asked) => (window as unknown as { axe: typeof axe }).axe.run(asked), options);

/** The faults that axe finds on the page, best practices included; in the dark those of colours, because the rest is the same page. */
async function faultsOf(page: Page, debug: CDPSession): Promise<string[]> {
  // The debugger evaluates it, so the pages' policy need not allow it. Directly, because Playwright wraps it in a text of its own.
  await debug.send("Runtime.evaluate", { expression: AXE });
  const found = await runAxe(page, ASKED);
  await page.emulateMedia({ colorScheme: "dark" });
  const inDark = await runAxe(page, COLOURS);
  await page.emulateMedia({ colorScheme: "light" });
  return [
    ...found.violations.map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes[0]?.html}`),
    ...inDark.violations.map(({ id, impact, nodes }) => `in dark: ${impact} ${id}: ${nodes[0]?.html}`),
  ];
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

/** WCAG 2.2 §1.4.10: 400 % of a screen of 1280 × 1024. How far one must scroll sideways, in pixels. */
async function sidewaysAt400(page: Page): Promise<number> {
  const before = page.viewportSize();
  await page.setViewportSize({ width: 320, height: 256 });
  const overflow = await page.locator("html").evaluate((html) => html.scrollWidth - html.clientWidth);
  if (before !== null) await page.setViewportSize(before);
  return overflow;
}

/**
 * What is wrong with a walk through the page by the Tab key: a target that it leaves out, or meets out of the order of the
 * page, or that does not show that it has the focus (WCAG 2.2 §2.1.1, §2.4.3, §2.4.7).
 */
async function keyboardFaults(page: Page): Promise<string[]> {
  const count = await page.evaluate(() => {
    const targets = [
      ...document.querySelectorAll<HTMLElement>(
        "a[href], button, input:not([type=hidden]), summary, select, textarea",
      ),
    ].filter((element) => element.checkVisibility() && !element.matches(":disabled"));
    for (const [index, target] of targets.entries()) target.dataset.walk = String(index);
    targets[0]?.focus();
    return targets.length;
  });
  const faults: string[] = [];
  for (let index = 0; index < count; index += 1) {
    if (index > 0) await page.keyboard.press("Tab");
    const { walk, html, outline } = await page.evaluate(() => {
      const element = document.activeElement as HTMLElement;
      const { outlineStyle, outlineWidth } = getComputedStyle(element);
      return {
        walk: element.dataset.walk,
        html: element.outerHTML.slice(0, 100),
        outline: outlineStyle === "none" ? 0 : Number.parseFloat(outlineWidth),
      };
    });
    if (walk !== String(index)) return [...faults, `instead of target ${index}: ${html}`];
    // A browser shows no ring for a focus that a script gave after a click.
    if (index > 0 && outline < 2) faults.push(`no ring: ${html}`);
  }
  return faults;
}

const READERS = [
  {
    name: "from left to right",
    locale: "en-GB",
    configuration: GALLERY_CONFIGURATION,
    forAdministrators: FOR_ADMINISTRATORS,
  },
  // The console has no language that is written so.
  { name: "from right to left", locale: "ar", configuration: BRANDED_CONFIGURATION, forAdministrators: [] },
] as const;

for (const { name: reader, locale, configuration, forAdministrators } of READERS) {
  describe(`${reader}, on a phone, axe, fingers and keys find no fault on`, () => {
    let page: Page;
    let debug: CDPSession;
    let server: ListeningServer;
    beforeAll(async () => {
      server = await startListeningServer(configuration);
      page = await openPage(browser, { viewport: { width: 390, height: 844 }, colorScheme: "light", locale });
      debug = await page.context().newCDPSession(page);
    });
    afterAll(async () => {
      await page.context().close();
      await server.close();
    });
    for (const { name, open } of [
      ...SIGNED_OUT,
      ...BY_LINK,
      { name: "(signing in)", open: signInAlice },
      ...SIGNED_IN,
      ...forAdministrators,
    ]) {
      test(name, async () => {
        await open(page, server);
        expect(await fitOf(page)).toEqual(FITS);
        expect(await faultsOf(page, debug)).toEqual([]);
        expect(await smallTargets(page)).toEqual([]);
        expect(await sidewaysAt400(page)).toBe(0);
        expect(await keyboardFaults(page)).toEqual([]);
      });
    }
  });
}
