/** The switch between languages, as a person uses it: without a script, and without a mouse. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { launchChromium, openPage, signInOn } from "../support/chromium.ts";
import { authorizePath } from "../support/code-flow.ts";
import { type ListeningServer, startListeningServer } from "../support/listening.ts";
import { addPersonWithPassword, PASSWORD } from "../support/pages.ts";
import { GALLERY_CONFIGURATION } from "./gallery.ts";

let browser: Browser;
let server: ListeningServer;
let page: Page;
beforeAll(async () => {
  browser = await launchChromium();
  server = await startListeningServer(GALLERY_CONFIGURATION);
  await addPersonWithPassword(server, "alice");
  page = await openPage(browser, { javaScriptEnabled: false });
});
afterAll(async () => {
  await browser.close();
  await server.close();
});

const lang = () => page.locator("html").getAttribute("lang");
const direction = () => page.locator("html").getAttribute("dir");

test("works with keys alone, keeps the page, and holds through sign-in and consent", async () => {
  await page.goto(server.issuer + authorizePath());
  const address = page.url();
  expect(address).toContain("/login?return_to=");
  await page.locator(".languages summary").focus();
  await page.keyboard.press("Enter");
  const choice = page.locator(".languages button[value=ar]");
  expect(await choice.isVisible()).toBe(true);
  for (let presses = 0; presses < 40; presses += 1) {
    await page.keyboard.press("Tab");
    if ((await page.locator(":focus").getAttribute("value")) === "ar") break;
  }
  await page.keyboard.press("Enter");
  await page.locator("html[dir=rtl]").waitFor();
  expect(page.url()).toBe(address);
  expect(await lang()).toBe("ar");
  // What was not chosen is closed again.
  expect(await choice.isVisible()).toBe(false);

  await signInOn(page, address, "alice", PASSWORD);
  expect(page.url()).toContain("/auth/authorize?");
  expect([await lang(), await direction()]).toEqual(["ar", "rtl"]);
});

test("switches back on the page of a question, which is asked again", async () => {
  await page.locator(".languages summary").click();
  await page.locator(".languages button[value=de]").click();
  await page.locator("html[lang=de]").waitFor();
  expect(await direction()).toBeNull();
  expect(await page.locator("button[value=allow]").textContent()).toBe("Erlauben");
});

test("turns what points, and nothing that must not be turned", async () => {
  const arabic = await openPage(browser, { locale: "ar" });
  await arabic.goto(`${server.issuer}/`);
  const turned = (selector: string) =>
    arabic
      .locator(selector)
      .first()
      .evaluate((element) => getComputedStyle(element).transform);
  expect(await turned(".go svg")).toBe("matrix(-1, 0, 0, 1, 0, 0)");
  await arabic.goto(`${server.issuer}/help/errors`);
  const reads = (selector: string) =>
    arabic
      .locator(selector)
      .first()
      .evaluate((element) => getComputedStyle(element).direction);
  expect(await reads("main code")).toBe("ltr");
  expect(await reads("h1")).toBe("rtl");
  // The English entries are English from left to right.
  expect(await reads(".reasons p")).toBe("ltr");
  await arabic.context().close();
});
