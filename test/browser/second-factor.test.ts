/** A second factor in a real browser: set up, used, lost. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { launchChromium, openPage, signInOn } from "../support/chromium.ts";
import { type ListeningServer, startListeningServer } from "../support/listening.ts";
import { addPersonWithPassword, PASSWORD } from "../support/pages.ts";
import { appCode, FACTOR_PAGE, recoveryCodesOn, secretOn } from "../support/second-factor.ts";
import { isComplaint } from "./complaints.ts";

let browser: Browser;
let server: ListeningServer;
let page: Page;
const complaints: string[] = [];

beforeAll(async () => {
  browser = await launchChromium();
  server = await startListeningServer();
  await addPersonWithPassword(server, "alice");
  page = await openPage(browser);
  page.on("console", (message) => {
    if (isComplaint(message.text())) complaints.push(message.text());
  });
});
afterAll(async () => {
  await page.context().close();
  await server.close();
  await browser.close();
});

const heading = () => page.getByRole("heading", { level: 1 }).textContent();
const type = async (code: string, button: string) => {
  await page.getByLabel("Code", { exact: true }).fill(code);
  await page.getByRole("button", { name: button }).click();
};
const signInAnew = async () => {
  await page.context().clearCookies();
  await signInOn(
    page,
    `${server.issuer}/login?return_to=${encodeURIComponent(FACTOR_PAGE)}`,
    "alice",
    PASSWORD,
  );
};

test("a person sets up an app, signs in with it, loses the phone, and moves to another one", async () => {
  await signInAnew();
  const secret = secretOn(await page.content());
  // The picture is a whole QR code: a square with a finder in three corners.
  const box = await page.locator("svg.qr").boundingBox();
  expect(Math.round(box?.width ?? 0)).toBe(Math.round(box?.height ?? 1));
  await page.getByLabel("The code that the app shows now").fill(appCode(server, secret));
  await page.getByRole("button", { name: "Turn on" }).click();
  expect(await heading()).toBe("Your recovery codes");
  const codes = recoveryCodesOn(await page.content());
  expect(codes).toHaveLength(10);
  // On paper there are the codes, and no buttons.
  await page.emulateMedia({ media: "print" });
  expect(await page.getByText(codes[0] ?? "").isVisible()).toBe(true);
  expect(await page.getByRole("button").count()).toBe(0);
  await page.emulateMedia({ media: "screen" });
  await page.getByRole("button", { name: "I have stored them" }).click();
  expect(await page.getByText("You have 10 recovery codes left.").isVisible()).toBe(true);

  await signInAnew();
  expect(await heading()).toBe("One more step");
  server.clock.advance(30);
  await type(appCode(server, secret), "Continue");
  expect(await heading()).toBe("Second factor");

  await signInAnew();
  await type(codes[0] ?? "", "Continue");
  expect(await page.getByText("You have 9 recovery codes left.").isVisible()).toBe(true);
  await type(codes[1] ?? "", "Use another app");
  const next = secretOn(await page.content());
  await page.getByLabel("The code that the app shows now").fill(appCode(server, next));
  await page.getByRole("button", { name: "Turn on" }).click();
  expect(await heading()).toBe("Your recovery codes");
  expect(complaints).toEqual([]);
});
