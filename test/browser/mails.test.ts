/** Mails in a real browser: each fits a telephone, and can be read in the light and in the dark. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { composeMail } from "../../src/mails/compose.ts";
import { sampleMail } from "../../src/mails/samples.ts";
import { MAIL_LANGUAGES } from "../../src/mails/texts.ts";
import { parseIssuer } from "../../src/protocol/issuer.ts";
import { MAIL_KIND_NAMES } from "../../src/rules/mail.ts";
import { launchChromium, openPage } from "../support/chromium.ts";
import { PATIENCE_MILLIS } from "../support/scale.ts";

/** The folder for the pictures: a temporary one, or the one that SCREENSHOTS names. */
const folder = process.env.SCREENSHOTS ?? mkdtempSync(join(tmpdir(), "tessera-mails-"));

const LOOKS = [
  { name: "desktop-light", width: 900, colorScheme: "light" },
  { name: "desktop-dark", width: 900, colorScheme: "dark" },
  { name: "phone-light", width: 360, colorScheme: "light" },
  { name: "phone-dark", width: 360, colorScheme: "dark" },
] as const;

setDefaultTimeout(PATIENCE_MILLIS);

let browser: Browser;
beforeAll(async () => {
  mkdirSync(folder, { recursive: true });
  browser = await launchChromium();
});
afterAll(async () => {
  await browser.close();
});

for (const { name: look, width, colorScheme } of LOOKS) {
  test(`every mail fits and shows on ${look}, and asks for nothing`, async () => {
    const page = await openPage(browser, { viewport: { width, height: 700 }, colorScheme });
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    for (const language of MAIL_LANGUAGES) {
      for (const kind of MAIL_KIND_NAMES) {
        const issuer = "https://auth.a-rather-long-name.example";
        const frame = {
          name: "Lighthouse",
          accent: "#2f5bd0",
          issuer: parseIssuer(issuer),
          registration: { vouched: false },
        };
        const { html } = composeMail(frame, sampleMail(kind, issuer, language, 1_796_000_000));
        await page.setContent(html);
        const overflow = await page.locator("html").evaluate((root) => root.scrollWidth - root.clientWidth);
        expect({ kind, language, overflow }).toEqual({ kind, language, overflow: 0 });
        const ground = await page.locator("body").evaluate((body) => getComputedStyle(body).backgroundColor);
        expect(ground).toBe(colorScheme === "light" ? "rgb(244, 245, 247)" : "rgb(15, 17, 21)");
        await page.screenshot({ path: join(folder, `mail-${kind}.${language}.${look}.png`), fullPage: true });
      }
    }
    expect(asked).toEqual([]);
    await page.context().close();
  });
}
