/**
 * The first hour: from the link that a new server prints to a page that a real application shows to its signed-in person, in a real
 * Chromium and without the command line. The application is oauth2-proxy in front of a static page.
 */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import * as openid from "openid-client";
import type { Browser, Page } from "playwright-core";
import { removeTemporaryFolders, serve, temporaryFolder } from "../cli/support.ts";
import { launchChromium, openPage } from "../support/chromium.ts";
import { BUILD_MILLIS, findOauth2Proxy, freePort } from "../support/oauth2-proxy.ts";
import { PASSWORD } from "../support/pages.ts";
import { isComplaint } from "./complaints.ts";

let browser: Browser;
let proxy: string | null;
beforeAll(async () => {
  [browser, proxy] = await Promise.all([launchChromium(), findOauth2Proxy()]);
}, BUILD_MILLIS);
afterAll(async () => {
  await browser.close();
  removeTemporaryFolders();
});

const closing: (() => unknown)[] = [];
let page: Page;
let server: Awaited<ReturnType<typeof serve>>;
/** The browsers' complaints, such as violations of a policy by our own pages. */
let complaints: string[];
beforeEach(async () => {
  complaints = [];
  server = await serve(temporaryFolder());
  closing.push(() => server.stop());
  page = await openPage(browser);
  closing.push(() => page.context().close());
  page.on("console", (message) => {
    if (isComplaint(message.text())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  expect(complaints).toEqual([]);
});

const press = (name: string | RegExp) => page.getByRole("button", { name }).click();
const follow = (name: string | RegExp) => page.getByRole("link", { name, exact: true }).click();
const heading = (name: string, level = 1) => page.getByRole("heading", { level, name }).waitFor();

/** The link that the server printed. */
function setupLink(): string {
  const [link] = /http:\/\/localhost:\d+\/setup\?token=\S+/.exec(server.printed.out) ?? [];
  if (link === undefined) throw new Error(`The server printed no link: ${server.printed.out}`);
  return link;
}

const STATIC = "<!doctype html><title>Wiki</title><h1>The wiki behind the proxy</h1>";

/** Starts the application with the settings that the page of the console shows. */
async function startApplication(settings: string, port: number): Promise<void> {
  const upstream = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: () => new Response(STATIC, { headers: { "Content-Type": "text/html" } }),
  });
  closing.push(() => upstream.stop(true));
  if (proxy === null) return startSmallApplication(settings, port);
  const file = join(temporaryFolder(), "oauth2-proxy.cfg");
  const key = Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("base64url");
  writeFileSync(
    file,
    `${settings.replace('cookie_secret = ""', `cookie_secret = "${key}"`)}
http_address = "127.0.0.1:${port}"
upstreams = ["http://127.0.0.1:${upstream.port}/"]
cookie_secure = false
insecure_oidc_allow_unverified_email = true
`,
  );
  const running = Bun.spawn([proxy, "--config", file], { stdout: "ignore", stderr: "pipe" });
  closing.push(async () => {
    running.kill();
    await running.exited;
  });
  for (;;) {
    if (running.exitCode !== null) throw new Error(await new Response(running.stderr).text());
    const ready = await fetch(`http://127.0.0.1:${port}/ping`).catch(() => null);
    if (ready?.ok) return;
    await Bun.sleep(20);
  }
}

/** An application of a few lines, with the same settings, where oauth2-proxy is not to be had. */
async function startSmallApplication(settings: string, port: number): Promise<void> {
  const setting = (name: string): string => new RegExp(`^${name} = "([^"]*)"`, "m").exec(settings)?.[1] ?? "";
  const config = await openid.discovery(
    new URL(setting("oidc_issuer_url")),
    setting("client_id"),
    setting("client_secret"),
    openid.ClientSecretBasic(setting("client_secret")),
    { execute: [openid.allowInsecureRequests] },
  );
  const verifier = openid.randomPKCECodeVerifier();
  const state = openid.randomState();
  const listener = Bun.serve({
    hostname: "127.0.0.1",
    port,
    async fetch(request) {
      const url = new URL(request.url);
      if (url.pathname === "/oauth2/callback") {
        const checks = { pkceCodeVerifier: verifier, expectedState: state };
        const callback = new URL(url.pathname + url.search, setting("redirect_url"));
        await openid.authorizationCodeGrant(config, callback, checks);
        return new Response(STATIC, { headers: { "Content-Type": "text/html" } });
      }
      const to = openid.buildAuthorizationUrl(config, {
        redirect_uri: setting("redirect_url"),
        scope: setting("scope"),
        code_challenge: await openid.calculatePKCECodeChallenge(verifier),
        code_challenge_method: "S256",
        state,
      });
      return new Response(
        `<!doctype html><title>Sign in</title><a href="${to.href.replaceAll("&", "&amp;")}">Sign in with Tessera</a>`,
        {
          headers: { "Content-Type": "text/html" },
        },
      );
    },
  });
  closing.push(() => listener.stop(true));
}

test("a stranger is signed in to a real application, from the printed link and without the command line", async () => {
  await page.goto(setupLink());
  await heading("Create the first account");
  await page.locator("#username").fill("ada");
  await page.locator("#password").fill(PASSWORD);
  await page.locator("#name").fill("Ada Lovelace");
  await page.locator("#email").fill("ada@example.org");
  await press("Create account");

  await heading("First steps");
  await page.getByText("Your account was created. You are signed in.").waitFor();
  await page.getByText("The address is right.").waitFor();
  await follow("Next");
  await page.getByText("This server sends no mail yet.").waitFor();
  await follow("Skip this step");
  await heading("The first application", 2);
  await follow("Open the gallery");

  const port = freePort();
  await page.locator('a[href$="/new/oauth2-proxy"]').click();
  await heading("oauth2-proxy");
  await page.locator("#url").fill(`http://localhost:${port}`);
  await page.locator("#url").press("Enter");
  await press(/add|make/i);
  const settings = await page.locator("pre", { hasText: "oidc_issuer_url" }).innerText();
  await startApplication(settings, port);

  await page.goto(`${new URL(page.url()).origin}/admin`);
  await page.getByRole("link", { name: /First steps/ }).click();
  await heading("Sign in to it", 2);
  const [tab] = await Promise.all([
    page.context().waitForEvent("page"),
    page.getByRole("link", { name: /Open oauth2-proxy/ }).click(),
  ]);
  await tab.getByText(/Sign in with/).click();
  const allow = tab.getByRole("button", { name: /Allow/ });
  const wiki = tab.getByRole("heading", { name: "The wiki behind the proxy" });
  await allow.or(wiki).first().waitFor();
  if (await allow.isVisible()) await allow.click();
  await wiki.waitFor();

  await follow("I have signed in: look again");
  await page.getByText("A person has signed in to oauth2-proxy. This server works.").waitFor();
  await page.goto(`${new URL(page.url()).origin}/admin`);
  expect(await page.getByText("Check the address, try the mail server").count()).toBe(0);
}, 120_000);

test("the administrator may have a passkey and no password", async () => {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("WebAuthn.enable", { enableUI: false });
  await cdp.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  await page.goto(setupLink());
  await page.locator("#username").fill("ada");
  await press(/passkey/);
  await heading("Your passkey");
  await press(/passkey/);
  await heading("First steps");
  expect(await server.store.hasAdministrator()).toBe(true);
  // Out, and in again with the passkey alone.
  await page.context().clearCookies();
  await page.goto(`${new URL(page.url()).origin}/login?return_to=%2Fadmin`);
  // The browser offers the passkey by itself, and its person takes it.
  await heading("Console");
});
