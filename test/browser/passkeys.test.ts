/** Passkeys in a real Chromium, with the authenticators that it can play. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import type { Browser, CDPSession, Page } from "playwright-core";
import { newTotpSecret, sealTotp } from "../../src/accounts/totp.ts";
import { collect } from "../../src/operations/paging.ts";
import { listPasskeys, removePasskey } from "../../src/operations/passkeys.ts";
import { everySession } from "../../src/operations/sessions.ts";
import { SERVER_ACT } from "../../src/rules/events.ts";
import { insert } from "../../src/store/contract.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import { totps } from "../../src/store/tables/sign-in.ts";
import { launchChromium, openPage, signInOn } from "../support/chromium.ts";
import { authorizePath } from "../support/code-flow.ts";
import { type ListeningServer, startListeningServer } from "../support/listening.ts";
import { addPersonWithPassword, PASSWORD } from "../support/pages.ts";
import { proves } from "../support/proves.ts";
import { SECRET } from "../support/server.ts";
import { isComplaint } from "./complaints.ts";

let browser: Browser;
let server: ListeningServer;
let alice: AccountRecord;
let page: Page;
let cdp: CDPSession;
/** The browser's complaints, such as violations of a policy by our own pages. */
let complaints: string[];

beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());
beforeEach(async () => {
  server = await startListeningServer({
    clients: [
      {
        client_id: "web",
        client_name: "Example Web",
        redirect_uris: ["http://127.0.0.1/callback"],
        secrets: [SECRET],
      },
      {
        client_id: "bank",
        client_name: "Example Bank",
        redirect_uris: ["http://127.0.0.1/bank"],
        secrets: [SECRET],
        minimum_acr: "2",
      },
    ],
  });
  alice = await addPersonWithPassword(server, "alice");
  await openBrowserPage();
});
afterEach(async () => {
  expect(complaints).toEqual([]);
  await page.context().close();
  await server.close();
});

async function openBrowserPage(): Promise<void> {
  page = await openPage(browser);
  complaints = [];
  page.on("console", (message) => {
    if (isComplaint(message.text())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  cdp = await page.context().newCDPSession(page);
  await cdp.send("WebAuthn.enable", { enableUI: false });
}

const url = (path: string) => server.issuer + path;
const signIn = (to = "/login") => signInOn(page, url(to), "alice", PASSWORD);
const use = () => page.getByRole("button", { name: "Use a passkey" }).click();
const add = () => page.getByRole("button", { name: "Add a passkey" }).click();
const note = (words: string | RegExp) => page.locator(".note, .said").filter({ hasText: words }).waitFor();
const stored = () => listPasskeys(server.context, alice.subject);
const newestSession = async () =>
  (await collect(everySession(server.context, alice, server.clock.seconds(), 0))).at(-1);

/** The password manager of a phone or computer: it lists its passkeys, and asks for a finger. */
const PLATFORM = {
  protocol: "ctap2",
  transport: "internal",
  hasResidentKey: true,
  hasUserVerification: true,
  isUserVerified: true,
  automaticPresenceSimulation: true,
} as const;
/** A security key of the first kind: it lists nothing, and asks for nothing but a touch. */
const SECURITY_KEY = {
  protocol: "u2f",
  transport: "usb",
  hasResidentKey: false,
  hasUserVerification: false,
  automaticPresenceSimulation: true,
} as const;

type Options = Parameters<typeof sendOptions>[0];
const sendOptions = (options: {
  protocol: "ctap2" | "u2f";
  transport: "internal" | "usb";
  hasResidentKey: boolean;
  hasUserVerification: boolean;
  isUserVerified?: boolean;
  automaticPresenceSimulation: boolean;
}) => options;

async function plugIn(options: Options): Promise<string> {
  const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", { options });
  return authenticatorId;
}
const unplug = (authenticatorId: string) =>
  cdp.send("WebAuthn.removeVirtualAuthenticator", { authenticatorId });

/** The bank needs a second factor, so a person with a passkey uses it to change what signs them in. */
async function withTheKey(): Promise<void> {
  await page.goto(url("/login?return_to=%2Faccount%2Fpasskeys&step_up=1"));
  await use();
  await page.waitForURL(url("/account/passkeys"));
}

/** Signs in, adds a passkey and signs out; returns the authenticator. */
async function withPasskey(options: Options): Promise<string> {
  const authenticatorId = await plugIn(options);
  await signIn("/account/passkeys");
  await add();
  await note("Your passkey is added.");
  await page.context().clearCookies();
  return authenticatorId;
}

describe("a passkey", () => {
  test("is added, listed, renamed and removed", async () => {
    const authenticatorId = await plugIn(PLATFORM);
    await signIn("/account/passkeys");
    expect(await page.getByText("You have no passkey yet.").isVisible()).toBe(true);
    await add();
    await note("Your passkey is added.");
    await note("You have one passkey only");
    expect(await stored()).toMatchObject([{ discoverable: true, counter: 1, usedAt: null }]);
    await page.getByText("Rename", { exact: true }).click();
    await page.getByLabel("Name of the passkey").fill("My phone");
    await page.getByRole("button", { name: "Save" }).click();
    expect(await page.getByRole("heading", { name: "My phone" }).isVisible()).toBe(true);
    await withTheKey();
    await page.getByRole("button", { name: "Remove the passkey My phone" }).click();
    await note("The passkey is removed.");
    expect(await stored()).toEqual([]);
    // The page told the password manager, which forgot it.
    await expectForgotten(authenticatorId);
  });

  async function expectForgotten(authenticatorId: string): Promise<void> {
    for (;;) {
      const { credentials } = await cdp.send("WebAuthn.getCredentials", { authenticatorId });
      if (credentials.length === 0) return;
      await Bun.sleep(50);
    }
  }

  test("is offered where the person types a name, and signs in with one touch", async () => {
    await withPasskey(PLATFORM);
    // Without a person at the screen, the browser takes the passkey at once.
    await page.goto(url("/login?return_to=%2Faccount%2Fpasskeys"));
    await page.waitForURL(url("/account/passkeys"));
    expect(await newestSession()).toMatchObject({ authenticationLevel: "2" });
    const [passkey] = await stored();
    expect(passkey?.usedAt).not.toBeNull();
    expect(passkey?.counter).toBe(2);
  });

  test("that a device does not list works after the user name", async () => {
    await withPasskey(SECURITY_KEY);
    expect(await stored()).toMatchObject([{ discoverable: false, transports: ["usb"] }]);
    await page.goto(url("/login"));
    await page.getByLabel("User name or e-mail address").fill("alice");
    await use();
    await page.waitForURL(url("/account"));
    expect(await newestSession()).toMatchObject({
      authenticationLevel: "1",
      authenticationMethods: ["pop", "user"],
    });
  });

  test("is refused by a device that has one already; another device adds a second", async () => {
    const first = await withPasskey(PLATFORM);
    await withoutOffers();
    await signIn("/account/passkeys");
    await withTheKey();
    await add();
    await note("There is a passkey for your account on this device already.");
    await unplug(first);
    await plugIn({ ...PLATFORM, transport: "usb" });
    await add();
    await note("Your passkey is added.");
    expect(await stored()).toHaveLength(2);
    expect(await page.getByText("You have one passkey only").count()).toBe(0);
  });
});

/** The button alone: the browser offers nothing by itself, as browsers that cannot. */
const withoutOffers = () =>
  page.addInitScript(() => {
    Object.defineProperty(PublicKeyCredential, "isConditionalMediationAvailable", {
      value: async () => false,
    });
  });

describe("the button", () => {
  test("asks for any passkey of this server", async () => {
    await withPasskey(PLATFORM);
    await withoutOffers();
    await page.goto(url("/login"));
    await use();
    await page.waitForURL(url("/account"));
  });

  test("with a name asks for the passkeys of the name, and for no others", async () => {
    await withPasskey(PLATFORM);
    await addPersonWithPassword(server, "bob");
    await withoutOffers();
    for (const name of ["bob", "nobody"]) {
      await page.goto(url("/login"));
      await page.getByLabel("User name or e-mail address").fill(name);
      await use();
      await note(
        "No passkey was used: you cancelled, it took too long, or this device has none for this account.",
      );
    }
    await page.getByLabel("User name or e-mail address").fill("alice");
    await use();
    await page.waitForURL(url("/account"));
  });

  test("is hidden without a script, and the password works", async () => {
    const context = await browser.newContext({ javaScriptEnabled: false, locale: "en-GB" });
    const plain = await context.newPage();
    await plain.goto(url("/login"));
    expect(await plain.getByRole("button", { name: "Use a passkey" }).count()).toBe(0);
    await signInOn(plain, url("/login?return_to=%2Faccount%2Fpasskeys"), "alice", PASSWORD);
    // This Chromium does not show it, because it only runs no scripts.
    expect(await plain.content()).toContain(
      '<noscript><p class="small muted">Passkeys need JavaScript, which is off in this browser.</p></noscript>',
    );
    expect(await plain.getByRole("button", { name: "Add a passkey" }).count()).toBe(0);
    await context.close();
  });

  test("is hidden in a browser without passkeys, which is told so where it matters", async () => {
    await page.addInitScript(() => Reflect.deleteProperty(window, "PublicKeyCredential"));
    await page.goto(url("/login"));
    expect(await page.getByRole("button", { name: "Use a passkey" }).count()).toBe(0);
    await signIn("/account/passkeys");
    await page.getByText("This browser cannot use passkeys here.").waitFor();
  });
});

describe("each failure has its own sentence:", () => {
  test.each([
    ["NotAllowedError", "No passkey was used: you cancelled, it took too long"],
    ["SecurityError", "Passkeys of this server do not work at this address."],
    ["NotSupportedError", "This device cannot use a passkey that this server understands."],
    ["ConstraintError", "This device cannot ask for a PIN, a fingerprint or your face"],
    ["InvalidStateError", "This passkey cannot be used right now."],
    ["UnknownError", "The device or the password manager could not do it."],
  ])("%s at the sign-in", async (name, words) => {
    await withoutOffers();
    await page.addInitScript((name) => {
      navigator.credentials.get = async () => {
        throw new DOMException("", name);
      };
    }, name);
    await page.goto(url("/login"));
    await use();
    await note(words);
  });

  test.each([
    ["NotAllowedError", "No passkey was added: you cancelled, or it took too long."],
    ["SecurityError", "Passkeys of this server cannot be made at this address."],
    ["NotSupportedError", "This device cannot make a passkey that this server understands."],
    ["ConstraintError", "This device cannot make such a passkey"],
    ["UnknownError", "The device or the password manager could not make a passkey."],
  ])("%s with a new passkey", async (name, words) => {
    await page.addInitScript((name) => {
      navigator.credentials.create = async () => {
        throw new DOMException("", name);
      };
    }, name);
    await signIn("/account/passkeys");
    await add();
    await note(words);
  });

  test("a person whose finger is not known", async () => {
    const authenticatorId = await withPasskey(PLATFORM);
    await cdp.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: false });
    await withoutOffers();
    await page.goto(url("/login"));
    await use();
    await note("No passkey was used: you cancelled, it took too long");
  });

  test("a device that the person leaves alone, and then uses", async () => {
    const authenticatorId = await withPasskey(PLATFORM);
    await withoutOffers();
    await page.addInitScript(() => {
      const { get } = navigator.credentials;
      let first = true;
      navigator.credentials.get = (options) => {
        const publicKey = options?.publicKey;
        if (first && publicKey) publicKey.timeout = 10;
        first = false;
        return get.call(navigator.credentials, options);
      };
    });
    await cdp.send("WebAuthn.setAutomaticPresenceSimulation", { authenticatorId, enabled: false });
    await page.goto(url("/login"));
    await use();
    await note("No passkey was used: you cancelled, it took too long");
    await cdp.send("WebAuthn.setAutomaticPresenceSimulation", { authenticatorId, enabled: true });
    await use();
    await page.waitForURL(url("/account"));
  });

  test("an address that is not the issuer’s", async () => {
    await plugIn(PLATFORM);
    await withoutOffers();
    await page.goto(url("/login"));
    // As if the page had come from a server of another domain.
    await page.locator("form[data-passkey]").evaluate((form) => {
      const options = JSON.parse(form.getAttribute("data-options") ?? "");
      form.setAttribute("data-options", JSON.stringify({ ...options, rpId: "elsewhere.example" }));
    });
    await use();
    await note(
      `Passkeys of this server do not work at this address. Open ${server.issuer} and sign in there.`,
    );
  });

  test("a passkey that the operator removed; its password manager hears of it", async () => {
    await withPasskey(PLATFORM);
    await page.addInitScript(() => {
      Object.assign(PublicKeyCredential, {
        signalUnknownCredential: async (told: unknown) => {
          document.documentElement.dataset.told = JSON.stringify(told);
        },
      });
    });
    const [passkey] = await stored();
    if (passkey === undefined) throw new Error("There is no passkey.");
    await removePasskey(server.context, SERVER_ACT, alice.subject, passkey.credentialId, "operator");
    await withoutOffers();
    await page.goto(url("/login"));
    await use();
    await note("This passkey is not known here: it was removed, or belongs to another server.");
    const told = await page.locator("html").getAttribute("data-told");
    expect(JSON.parse(told ?? "")).toEqual({
      rpId: "localhost",
      credentialId: Buffer.from(passkey.credentialId).toString("base64url"),
    });
  });

  test("a page that was open for too long", async () => {
    await withPasskey(PLATFORM);
    await withoutOffers();
    await page.goto(url("/login"));
    server.clock.advance(server.context.configuration.lifetimes.form_seconds + 1);
    await use();
    await note("This page was open for too long, or was answered before. Use your passkey again.");
    await use();
    await page.waitForURL(url("/account"));
  });

  test(proves("a passkey that may have been copied", "threat 82"), async () => {
    const authenticatorId = await withPasskey(PLATFORM);
    const { credentials } = await cdp.send("WebAuthn.getCredentials", { authenticatorId });
    const [copied] = credentials;
    if (copied === undefined) throw new Error("There is no passkey.");
    await withoutOffers();
    await page.goto(url("/login"));
    await use();
    await page.waitForURL(url("/account"));
    await page.context().clearCookies();
    // A device with the copy counts from where the copy was made.
    await unplug(authenticatorId);
    const thief = await plugIn(PLATFORM);
    await cdp.send("WebAuthn.addCredential", { authenticatorId: thief, credential: copied });
    await page.goto(url("/login"));
    await use();
    await note("it may have been copied: its counter went back");
  });
});

describe("as a further step", () => {
  /** An app for one-time passwords, so that one proof signs in nowhere. */
  async function setUpApp(): Promise<void> {
    const { store, keys, random, clock } = server.context;
    const { subject } = alice;
    const sealedSecret = sealTotp(keys, subject, newTotpSecret(random));
    const app = { subject, sealedSecret, lastStep: 0, drift: 0, createdAt: clock.seconds() };
    await store.commit({ changes: [insert(totps, app)] });
  }

  test("it takes the place of a code", async () => {
    await withPasskey(SECURITY_KEY);
    await setUpApp();
    await withoutOffers();
    await signIn();
    await page.getByRole("heading", { name: "One more step" }).waitFor();
    expect(await page.getByLabel("Code").isVisible()).toBe(true);
    await use();
    await page.waitForURL(url("/account"));
    expect(await newestSession()).toMatchObject({
      authenticationLevel: "2",
      authenticationMethods: ["pwd", "pop", "user", "mfa"],
    });
  });

  test("it does not count twice if it does not ask for its person", async () => {
    await withPasskey(SECURITY_KEY);
    await setUpApp();
    await withoutOffers();
    await page.goto(url("/login"));
    await page.getByLabel("User name or e-mail address").fill("alice");
    await use();
    await page.getByRole("heading", { name: "One more step" }).waitFor();
    await use();
    await note(/No passkey was used|cannot ask for a PIN/);
    await page.goto(url("/account"));
    expect(new URL(page.url()).pathname).toBe("/login");
  });

  test("it takes a person who signed in with a password to the level that a client demands", async () => {
    await withPasskey(PLATFORM);
    await withoutOffers();
    await signIn();
    await page.waitForURL(url("/account"));
    await page.goto(url(authorizePath({ client_id: "bank", redirect_uri: "http://127.0.0.1/bank" })));
    await page.getByRole("heading", { name: "One more step" }).waitFor();
    // There is no app, so the page asks for no code.
    expect(await page.getByLabel("Code").count()).toBe(0);
    await use();
    await page.getByRole("heading", { name: "Example Bank" }).waitFor();
    expect(await newestSession()).toMatchObject({ authenticationLevel: "2" });
  });
});

test("a person adds one on the way to a client that demands two proofs, and gets there", async () => {
  await plugIn(PLATFORM);
  await withoutOffers();
  await signIn(authorizePath({ client_id: "bank", redirect_uri: "http://127.0.0.1/bank" }));
  await page.getByRole("link", { name: "Add a passkey instead" }).click();
  await add();
  await page.getByRole("heading", { name: "One more step" }).waitFor();
  await use();
  await page.getByRole("heading", { name: "Example Bank" }).waitFor();
  expect(await newestSession()).toMatchObject({ authenticationLevel: "2" });
});

test(proves("the last way in stays, without a password too", "threat 82"), async () => {
  await withPasskey(PLATFORM);
  await withoutOffers();
  await signIn("/account/passkeys");
  await withTheKey();
  await page.getByRole("button", { name: "Remove my password" }).click();
  await note("Your password is removed.");
  await note("If you lose it, you cannot sign in any more.");
  await page.getByRole("button", { name: "Remove the passkey" }).click();
  await note("It was not removed: it is your only way to sign in.");
  expect(await stored()).toHaveLength(1);
  await page.context().clearCookies();
  await withoutOffers();
  await page.goto(url("/login"));
  await use();
  await page.waitForURL(url("/account"));
});
