/** A whole invitation, in a real browser of the size of a phone, without scripts. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Browser } from "playwright-core";
import { launchChromium, openPage, signInOn } from "../support/chromium.ts";
import { type ListeningServer, startListeningServer } from "../support/listening.ts";
import { addPersonWithPassword, PASSWORD } from "../support/pages.ts";

const PHONE = { viewport: { width: 390, height: 844 }, javaScriptEnabled: false } as const;

let browser: Browser;
let server: ListeningServer;
beforeAll(async () => {
  browser = await launchChromium();
  server = await startListeningServer();
  await addPersonWithPassword(server, "root", { administrator: true });
});
afterAll(async () => {
  await browser.close();
  await server.close();
});

test("an administrator invites a person, who makes an account on another phone and stays signed in", async () => {
  const admin = await openPage(browser, PHONE);
  await signInOn(admin, `${server.issuer}/login?return_to=%2Finvite-people`, "root", PASSWORD);
  await admin.locator("input#name").fill("Grace Hopper");
  await admin.getByRole("button", { name: "Create the invitation" }).click();
  const link = (await admin.locator("pre code").textContent()) ?? "";
  expect(link).toStartWith(`${server.issuer}/invitation?token=tlk_`);
  expect(await admin.getByRole("img", { name: "QR code of the invitation" }).isVisible()).toBe(true);

  const person = await openPage(browser, PHONE);
  // The preview of a messenger, and the person's own first look.
  await person.goto(link);
  await person.goto(link);
  expect(await person.locator("input#name").inputValue()).toBe("Grace Hopper");
  await person.locator("input#username").fill("grace");
  await person.locator("input#password").fill("short");
  await person.getByRole("button", { name: "Create account" }).click();
  expect(await person.getByRole("alert").textContent()).toContain("at least 8 characters");
  await person.locator("input#password").fill(PASSWORD);
  await person.getByRole("button", { name: "Create account" }).click();
  await person.waitForURL(`${server.issuer}/account**`);
  expect(await person.locator("main").textContent()).toContain("Your account was created.");
  expect(await person.locator("main").textContent()).toContain("Grace Hopper");
  // The secret is in no address that the browser keeps for other sites, and the link is used up.
  await person.goto(link);
  expect(await person.locator("h1").textContent()).toBe("This link has been used");
  await person.goto(`${server.issuer}/account`);
  expect(await person.locator("main").textContent()).toContain("Grace Hopper");
});
