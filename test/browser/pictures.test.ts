/**
 * The pictures of pages in the guides. Each run takes them, and `PICTURES=docs/images` keeps them there. They are not compared, because
 * their pixels change with the fonts of the machine and with the day.
 */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Glob } from "bun";
import type { Browser, Page } from "playwright-core";
import { launchChromium, openPage } from "../support/chromium.ts";
import { type ListeningServer, startListeningServer } from "../support/listening.ts";
import { GALLERY_CONFIGURATION, SIGNED_IN, SIGNED_OUT, signInAlice } from "./gallery.ts";
import { BY_LINK } from "./gallery-links.ts";

/** The pages of the gallery in the order in which they are opened, each with its picture; null: it only leads to the next. */
const OPENED: readonly (readonly [exhibit: string, picture: string | null])[] = [
  ["sign-in-ways", "sign-in"],
  ["other-device", "other-device"],
  ["invitation", "invitation"],
  ["sign in", null],
  ["approve", "phone-approval"],
  ["passkeys-one", "passkeys"],
  ["approval", "approval"],
  ["approvals", "approvals"],
  ["account-with-approvals", null],
  ["approval-over", null],
  ["account", "account"],
  ["second-factor-set-up", "second-factor"],
  ["recovery-codes", "recovery-codes"],
  ["second-factor", null],
  ["account-security", "account-security"],
  ["second-step", "second-step"],
];

/** A guide with a dozen pictures still loads at once. */
const MOST_BYTES = 60_000;

const GUIDES = join(import.meta.dir, "../../docs");

let browser: Browser;
let server: ListeningServer;
beforeAll(async () => {
  browser = await launchChromium();
  server = await startListeningServer({ ...GALLERY_CONFIGURATION, appearance: { name: "Lighthouse" } });
});
afterAll(async () => {
  await browser.close();
  await server.close();
});

async function take(page: Page): Promise<Buffer> {
  const { width, height } = await page
    .locator("html")
    .evaluate((html) => ({ width: html.clientWidth, height: html.scrollHeight }));
  const cdp = await page.context().newCDPSession(page);
  const { data } = await cdp.send("Page.captureScreenshot", {
    format: "webp",
    quality: 55,
    captureBeyondViewport: true,
    clip: { x: 0, y: 0, width, height, scale: 1.5 },
  });
  return Buffer.from(data, "base64");
}

const exhibits = new Map(
  [...SIGNED_OUT, ...BY_LINK, ...SIGNED_IN, { name: "sign in", open: signInAlice }].map(({ name, open }) => [
    name,
    open,
  ]),
);

test("the pictures in the guides are pages of this server", async () => {
  const wanted = process.env.PICTURES;
  const folder = wanted ?? mkdtempSync(join(tmpdir(), "tessera-pictures-"));
  const page = await openPage(browser, {
    viewport: { width: 390, height: 600 },
    deviceScaleFactor: 1.5,
    isMobile: true,
  });
  for (const [exhibit, picture] of OPENED) {
    const open = exhibits.get(exhibit);
    if (open === undefined) throw new Error(`The gallery has no ${exhibit}.`);
    await open(page, server);
    if (picture === null) continue;
    writeFileSync(join(folder, `${picture}.webp`), await take(page));
  }
  await page.context().close();
  if (wanted === undefined) rmSync(folder, { recursive: true });
});

test("every picture of a page is shown in a guide, and the guides show no others; each is small", () => {
  const taken = OPENED.flatMap(([, picture]) => (picture === null ? [] : [`${picture}.webp`]));
  const shown = [...new Glob("*.md").scanSync(GUIDES)].flatMap((guide) =>
    [...readFileSync(join(GUIDES, guide), "utf8").matchAll(/\(images\/([^)]+\.webp)\)/g)].map(
      ([, file = ""]) => file,
    ),
  );
  expect([...new Set(shown)].sort()).toEqual(taken.sort());
  const stored = [...new Glob("*.webp").scanSync(join(GUIDES, "images"))];
  expect(stored.sort()).toEqual(taken.sort());
  expect(stored.filter((file) => statSync(join(GUIDES, "images", file)).size > MOST_BYTES)).toEqual([]);
});
