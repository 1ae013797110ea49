/** What a person lives through with an account, from the mail that invites them, on a phone in a real Chromium. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import type { ConfigurationInput } from "../../src/configuration/schema.ts";
import { findAccountBySignInName } from "../../src/operations/people.ts";
import { launchChromium, openPage, signInOn } from "../support/chromium.ts";
import { authorizePath } from "../support/code-flow.ts";
import { expectTokens, type Json, postAs, redeemCode, textOf } from "../support/flows.ts";
import { type ListeningServer, startListeningServer } from "../support/listening.ts";
import { type MailServer, type ReceivedMail, startMailServer } from "../support/mail-server.ts";
import { addPersonWithPassword, PASSWORD } from "../support/pages.ts";
import { appCode, recoveryCodesOn, secretOn } from "../support/second-factor.ts";
import { SECRET } from "../support/server.ts";
import { isComplaint } from "./complaints.ts";

const PHONE = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 2,
  hasTouch: true,
  isMobile: true,
} as const;

/** What the phone itself keeps passkeys in: it asks for a finger, and lists what it has. */
const PASSWORD_MANAGER = {
  protocol: "ctap2",
  transport: "internal",
  hasResidentKey: true,
  hasUserVerification: true,
  isUserVerified: true,
  automaticPresenceSimulation: true,
} as const;

let browser: Browser;
let post: MailServer;
let server: ListeningServer;
let application: ReturnType<typeof openApplication>;
/** The browsers' complaints, such as violations of a policy by our own pages. */
let complaints: string[];
const open: Page[] = [];

beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());
beforeEach(async () => {
  complaints = [];
  application = openApplication();
  post = await startMailServer();
});
afterEach(async () => {
  for (const page of open.splice(0)) await page.context().close();
  await server.close();
  await post.stop();
  await application.stop();
  expect(complaints).toEqual([]);
});

async function startServer(overrides: ConfigurationInput): Promise<void> {
  server = await startListeningServer({
    appearance: { name: "Lighthouse" },
    mail: { host: "127.0.0.1", port: post.port, security: "none", from: "Lighthouse <auth@example.org>" },
    ...overrides,
  });
  server.context.mailSender?.start();
}

/** The site of an application. To the browser, 127.0.0.1 is not localhost. */
function openApplication() {
  const arrived: URL[] = [];
  const listener = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: (request) => {
      const url = new URL(request.url);
      if (url.pathname === "/callback") arrived.push(url);
      return new Response("<!doctype html><title>The application</title>", {
        headers: { "Content-Type": "text/html" },
      });
    },
  });
  const callback = `http://127.0.0.1:${listener.port}/callback`;
  return { callback, arrived, stop: () => listener.stop(true) };
}

async function takePhone(): Promise<Page> {
  const page = await openPage(browser, PHONE);
  open.push(page);
  page.on("console", (message) => {
    if (isComplaint(message.text())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  return page;
}

/** Gives the phone a password manager; returns how it is lost. */
async function withPasswordManager(page: Page): Promise<() => Promise<void>> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("WebAuthn.enable", { enableUI: false });
  const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", {
    options: PASSWORD_MANAGER,
  });
  return async () => {
    await cdp.send("WebAuthn.removeVirtualAuthenticator", { authenticatorId });
  };
}

const url = (path: string) => server.issuer + path;
const press = (page: Page, name: string | RegExp) => page.getByRole("button", { name, exact: true }).click();
const follow = (page: Page, name: string | RegExp) => page.getByRole("link", { name, exact: true }).click();
const heading = (page: Page, name: string) => page.getByRole("heading", { level: 1, name }).waitFor();
const note = (page: Page, words: string) => page.locator(".note").filter({ hasText: words }).waitFor();

const account = (name: string) => findAccountBySignInName(server.context, name);

/** The mail with these words in its subject, as soon as it is there. */
async function mailAbout(subject: string): Promise<ReceivedMail> {
  for (;;) {
    const found = post.mails.find(({ parsed }) => parsed.subject?.includes(subject));
    if (found !== undefined) return found;
    await Bun.sleep(20);
  }
}

/** Where the one link of a mail to this page leads, as a person follows it. */
function linkIn({ parsed }: ReceivedMail, path: string): string {
  const found = parsed.text?.match(/https?:\S+/g)?.find((link) => link.startsWith(url(path)));
  if (found === undefined) throw new Error(`No link to ${path} in: ${parsed.text}`);
  return found;
}

/** The person allows what the application asks for, which then redeems its code. */
async function allow(page: Page): Promise<Json> {
  await page.getByRole("heading", { name: "Example Web" }).waitFor();
  await press(page, "Allow");
  return redeem(page);
}

async function redeem(page: Page): Promise<Json> {
  await page.waitForURL(`${application.callback}**`);
  const code = application.arrived.at(-1)?.searchParams.get("code") ?? "";
  return expectTokens(await redeemCode(server, code, { redirect_uri: application.callback }));
}

async function introspect(token: string): Promise<Json> {
  const response = await postAs(server, "web", "/auth/introspect", { token });
  return (await response.json()) as Json;
}

const web = () => ({
  client_id: "web",
  client_name: "Example Web",
  redirect_uris: ["http://127.0.0.1/callback"],
  secrets: [SECRET],
});

test("a person is invited, sets a passkey, signs in without a name, loses it, recovers, and removes an app", async () => {
  await startServer({ clients: [web()] });
  await addPersonWithPassword(server, "root", { administrator: true, name: "Ada Lovelace" });

  // An administrator invites her, and never sees the link.
  const desk = await openPage(browser);
  open.push(desk);
  await signInOn(desk, url("/login?return_to=%2Finvite-people"), "root", PASSWORD);
  await desk.getByLabel("Name").fill("Grace Hopper");
  await desk.getByLabel("E-mail address", { exact: true }).fill("grace@example.org");
  await desk.getByLabel("Send the link to this address").check();
  await press(desk, "Create the invitation");
  await heading(desk, "The invitation is ready");
  expect(await desk.content()).not.toContain("tlk_");

  // She follows the mail, on her phone.
  const invitation = await mailAbout("Your invitation to");
  expect(invitation.to).toEqual(["grace@example.org"]);
  const phone = await takePhone();
  const lose = await withPasswordManager(phone);
  await phone.goto(linkIn(invitation, "/invitation"));
  expect(await phone.getByLabel("Name", { exact: true }).inputValue()).toBe("Grace Hopper");
  await phone.getByLabel("User name").fill("grace");
  await phone.getByLabel("Password").fill(PASSWORD);
  await press(phone, "Create account");
  await note(phone, "Your account was created.");
  const grace = await account("grace");
  expect(grace).toMatchObject({ email: "grace@example.org", emailVerified: true });

  // She adds a passkey, and signs out.
  await follow(phone, "Security");
  const widths = await phone
    .locator("main .ways a")
    .evaluateAll((ways) => ways.map((way) => way.clientWidth));
  expect(new Set(widths).size).toBe(1);
  await phone.getByRole("link", { name: "Passkeys" }).click();
  await press(phone, "Add a passkey");
  await note(phone, "Your passkey is added.");
  expect((await mailAbout("A new passkey at")).to).toEqual(["grace@example.org"]);
  await follow(phone, "Overview");
  await follow(phone, "Sign out");
  await press(phone, "Sign out");
  await heading(phone, "You are signed out");

  // An application sends her to the sign-in page, where the phone offers the passkey: she types nothing.
  await phone.goto(
    url(authorizePath({ redirect_uri: application.callback, scope: "mail.read offline_access" })),
  );
  const tokens = await allow(phone);
  const accessToken = textOf(tokens, "access_token");
  expect(await introspect(accessToken)).toMatchObject({ active: true, acr: "2", sub: grace?.subject });

  // The phone is lost. On another one she has no passkey, and asks for a link.
  await lose();
  const other = await takePhone();
  await other.goto(url("/login"));
  await follow(other, "Forgot your password?");
  await other.getByLabel("User name or e-mail address").fill("grace@example.org");
  await press(other, "Send the link");
  await heading(other, "Check your mail");
  await other.goto(linkIn(await mailAbout("A new password for"), "/reset-password"));
  await other.getByLabel("New password").fill("a new password of mine");
  await press(other, "Set password and sign in");
  await note(other, "Your new password is set.");
  // Whoever found the phone is signed out. What she let the application do goes on without a browser.
  await phone.goto(url("/account"));
  expect(new URL(phone.url()).pathname).toBe("/login");
  expect(await introspect(accessToken)).toMatchObject({ active: true });

  // She removes the lost passkey.
  await follow(other, "Security");
  await other.getByRole("link", { name: "Passkeys" }).click();
  await press(other, /^Remove the passkey/);
  await note(other, "The passkey is removed.");

  // And she takes the application's access back.
  await follow(other, "Overview");
  await other.locator("summary").filter({ hasText: "Example Web" }).click();
  await press(other, "Remove the access of Example Web");
  await note(other, "Example Web no longer has access.");
  expect(await introspect(accessToken)).toEqual({ active: false });
});

test("a person makes their own account on the way to an application, sets up what it demands, and arrives there", async () => {
  await startServer({
    sign_up: { mode: "open", domains: ["example.org"] },
    clients: [{ ...web(), minimum_acr: "2" }],
  });
  const phone = await takePhone();
  await phone.goto(url(authorizePath({ redirect_uri: application.callback })));
  await follow(phone, "Create one");
  await phone.getByLabel("E-mail address").fill("grace@elsewhere.example");
  await press(phone, "Continue");
  await phone.getByText("Only people with an address at example.org can create an account here.").waitFor();
  await phone.getByLabel("E-mail address").fill("grace@example.org");
  await press(phone, "Continue");
  await heading(phone, "Check your mail");
  expect(await account("grace@example.org")).toBeNull();

  await phone.goto(linkIn(await mailAbout("Your account at"), "/invitation"));
  await phone.getByLabel("User name").fill("grace");
  await phone.getByLabel("Password").fill(PASSWORD);
  await press(phone, "Create account");

  // The application demands two things, so she sets up the second one before it hears of her.
  await heading(phone, "Set up a second factor");
  expect(await phone.locator("main").textContent()).toContain("To continue, you need a second factor");
  const secret = secretOn(await phone.content());
  await phone.getByLabel("The code that the app shows now").fill(appCode(server, secret));
  await press(phone, "Turn on");
  await heading(phone, "Your recovery codes");
  const codes = recoveryCodesOn(await phone.content());
  await press(phone, "I have stored them");
  const first = await allow(phone);
  expect(await introspect(textOf(first, "access_token"))).toMatchObject({
    acr: "2",
    sub: (await account("grace"))?.subject,
  });
  expect(application.arrived[0]?.searchParams.get("state")).toBe("a state");

  // The next time she is asked for both, and a recovery code does in place of the app.
  await phone.context().clearCookies();
  await signInOn(phone, url(authorizePath({ redirect_uri: application.callback })), "grace", PASSWORD);
  await heading(phone, "One more step");
  await phone.getByLabel("Code", { exact: true }).fill(codes[0] ?? "");
  await press(phone, "Continue");
  const second = await redeem(phone);
  expect(await introspect(textOf(second, "access_token"))).toMatchObject({ acr: "2" });
  expect((await mailAbout("A recovery code was used")).to).toEqual(["grace@example.org"]);
});
