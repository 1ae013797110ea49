/**
 * The content of the consent page (RFC 6749 §10.2, RFC 9700 §4.11.2, §4.14): who asks, for what, as whom, and what the
 * page must not do.
 */

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isOnlyHere } from "../../src/pages/access.ts";
import { clientLogo } from "../../src/pages/assets.ts";
import { parseResourceIndicator } from "../../src/protocol/resource-indicator.ts";
import { parseScope } from "../../src/protocol/scope.ts";
import type { ClientRecord } from "../../src/store/tables/clients.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";

import { authorizePath } from "../support/code-flow.ts";
import { addPersonWithPassword, type Browser, openBrowser, textOf } from "../support/pages.ts";
import { proves } from "../support/proves.ts";
import { startTestServer, TEST_CONFIGURATION, type TestServer } from "../support/server.ts";

const LOGO = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';

let folder: string;
let server: TestServer;
let alice: AccountRecord;
let cookie: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "tessera-consent-"));
  writeFileSync(join(folder, "wiki.logo"), LOGO);
  server = await startTestServer({
    scopes: [
      ...(TEST_CONFIGURATION.scopes ?? []),
      { name: "admin", description: "Manage everything", sensitive: true },
    ],
    clients: [
      ...(TEST_CONFIGURATION.clients ?? []),
      {
        client_id: "wiki",
        client_name: "The Wiki",
        client_uri: "https://wiki.example/about",
        tos_uri: "https://wiki.example/terms",
        policy_uri: "https://wiki.example/privacy",
        logo_uri: "https://wiki.example/logo.png",
        redirect_uris: ["https://wiki.example/callback"],
        logo: join(folder, "wiki.logo"),
      },
    ],
  });
  alice = await server.addPerson("alice");
  cookie = await server.signIn(alice);
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

const ask = (changes: Record<string, string | undefined>, headers: Record<string, string> = {}) =>
  server.fetch(authorizePath(changes), { headers: { Cookie: cookie, ...headers } });
const WIKI = { client_id: "wiki", redirect_uri: "https://wiki.example/callback" };
const NATIVE = { client_id: "native", redirect_uri: "http://127.0.0.1:5000/callback" };

describe("the consent page", () => {
  test(
    proves(
      "names the client, the host that the answer goes to, and the person who is asked",
      "RFC 6749 10.1-2",
      "FAPI 2.0 5.3.2.2-13",
      "RFC 6749 10.2-3",
      "RFC 6749 10.2-4",
    ),
    async () => {
      const page = await textOf(await ask(WIKI));
      expect(page).toContain("The Wiki");
      expect(page).toContain("wiki.example");
      expect(page).toContain("you return to wiki.example");
      expect(page).toContain("Signed in as alice");
      expect(page).toContain("Use another account");
    },
  );

  test("names a client in the language of the reader, with the addresses for that language", async () => {
    const response = await server.fetch("/auth/register", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({
        redirect_uris: ["https://photos.example/cb"],
        client_name: "Photographs",
        "client_name#de": "Lichtbilder",
        tos_uri: "https://photos.example/terms",
        "tos_uri#de": "https://photos.example/bedingungen",
      }),
    });
    const client_id = String(Object(await response.json()).client_id);
    const pageFor = async (language: string) => {
      const changes = { client_id, redirect_uri: "https://photos.example/cb", scope: "profile" };
      return (await ask(changes, { "Accept-Language": language })).text();
    };
    const german = await pageFor("de-AT");
    expect(german).toContain("Lichtbilder");
    expect(german).toContain("https://photos.example/bedingungen");
    const english = await pageFor("en");
    expect(english).toContain("Photographs");
    expect(english).toContain("https://photos.example/terms");
  });

  test(
    proves("says what the access is for in the operator's words, and where", "RFC 6749 10.2-4"),
    async () => {
      const page = await textOf(await ask({ ...WIKI, scope: "mail.read profile" }));
      expect(page).toContain("Read your e-mail");
      expect(page).toContain("See your name, user name and picture");
      expect(page).toContain("Mail");
      expect(page).not.toContain("Send e-mail as you");
    },
  );

  test(
    proves(
      "says what it may not do as far as that is certain, and how to take it back",
      "OpenID Core 16.18-2",
    ),
    async () => {
      const own = await textOf(await ask({ ...WIKI, scope: "profile email" }));
      for (const words of [
        "See your password",
        "Change your password",
        "Give others access",
        "Your account",
      ]) {
        expect(own).toContain(words);
      }
      // A scope of the operator may allow anything at an API, and so may an API that asks for no scope.
      for (const scope of ["mail.read", "profile files"]) {
        const page = await textOf(await ask({ ...WIKI, scope }));
        expect(page).toContain("See your password");
        expect(page).not.toContain("Change your password");
        expect(page).not.toContain("Give others access");
      }
      const api = [parseResourceIndicator("https://mail.example/")];
      expect(isOnlyHere(server.context, parseScope("profile"), api)).toBe(false);
      expect(isOnlyHere(server.context, parseScope("profile"), [])).toBe(true);
    },
  );

  test("shows sensitive scopes first, marked for eyes and ears, and all others plainly", async () => {
    const html = await (await ask({ ...WIKI, scope: "profile mail.read admin" })).text();
    const [, items = ""] = /<ul class="list may">([\s\S]*?)<\/ul>/.exec(html) ?? [];
    expect(items).toStartWith('<li class="sensitive">');
    expect(html.match(/class="sensitive"/g)).toHaveLength(1);
    const page = await textOf(new Response(html));
    expect(page).toContain("This allows much: Manage everything");
    expect(page.indexOf("Manage everything")).toBeLessThan(page.indexOf("See your name"));
    expect(page.indexOf("Manage everything")).toBeLessThan(page.indexOf("Read your e-mail"));
  });

  test("shows the logo that the operator gave the client, from this server, and no other", async () => {
    const html = await (await ask(WIKI)).text();
    const [, path = ""] =
      /<div class="tile picture"[^>]*><img src="(\/assets\/client-[0-9a-f]{20})"/.exec(html) ?? [];
    const response = await server.fetch(path);
    expect(response.headers.get("content-type")).toBe("image/svg+xml");
    expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(response.headers.get("content-security-policy")).toContain("sandbox");
    expect(await response.text()).toBe(LOGO);
    const again = await server.fetch(path, {
      headers: { "If-None-Match": response.headers.get("etag") ?? "" },
    });
    expect(again.status).toBe(304);
    expect(await (await ask(NATIVE)).text()).not.toContain('<img src="/assets/client-');
  });

  test(
    proves("shows no logo for a client that only has the identifier of a declared one", "threat 69"),
    async () => {
      const client = await server.context.store.findClient("wiki");
      if (client === null) throw new Error("There is no client.");
      expect(clientLogo(server.context, client)).not.toBeNull();
      expect(clientLogo(server.context, { ...client, source: "registration" })).toBeNull();
    },
  );

  test("offers yes and no, as one form each way, and nothing else that answers", async () => {
    const html = await (await ask(WIKI)).text();
    expect(html.match(/name="decision"/g)).toHaveLength(2);
    expect(html).toMatch(/value="allow"/);
    expect(html).toMatch(/value="deny"/);
  });

  test(
    proves(
      "links to the client's own pages, and loads nothing from them (RFC 9700 §4.2.4)",
      "RFC 7591 2-4",
      "RFC 7591 2-5",
      "RFC 7591 2-6",
      "RFC 7591 2-7",
      "OpenID Registration 2-6",
      "OpenID Registration 2-7",
      "OpenID Registration 2-8",
      "RFC 9700 4.2.4-1",
    ),
    async () => {
      const response = await ask(WIKI);
      expect(response.headers.get("content-security-policy")).toContain("img-src 'self'");
      const html = await response.text();
      for (const page of ["about", "terms", "privacy"])
        expect(html).toContain(`href="https://wiki.example/${page}"`);
      expect(html).not.toContain("logo.png");
    },
  );

  test("says of an application on the person's device that it is no website, and how it is called", async () => {
    const page = await textOf(await ask(NATIVE));
    // MCP, Security Considerations: the host of the redirect URI is displayed.
    expect(page).toContain("An application on this device (127.0.0.1)");
    expect(page).toContain("not to a website");
    expect(page).toContain("return to the application");
  });

  test(
    proves(
      "warns of a client that registered itself, whatever it calls itself",
      "RFC 7591 5-6",
      "RFC 7591 5-5",
      "RFC 6749 10.2-3",
    ),
    async () => {
      const registered = await server.fetch("/auth/register", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ client_name: "Your Bank", redirect_uris: ["https://bank.evil.example/cb"] }),
      });
      const { client_id } = (await registered.json()) as { client_id: string };
      const page = await textOf(
        await ask({ client_id, redirect_uri: "https://bank.evil.example/cb", scope: "profile" }),
      );
      expect(page).toContain("This application is not verified");
      expect(page).toContain("bank.evil.example");
      expect(await textOf(await ask(WIKI))).not.toContain("is not verified");
    },
  );

  test("speaks the language that the application asked for, before the browser's", async () => {
    const german = await textOf(await ask({ ...WIKI, ui_locales: "de-AT en" }, { "Accept-Language": "en" }));
    expect(german).toContain("Angemeldet als alice");
  });
});

describe("a question that is asked again", () => {
  let own: TestServer;
  let browser: Browser;
  beforeEach(async () => {
    own = await startTestServer();
    await addPersonWithPassword(own, "alice");
    browser = openBrowser(own);
    await browser.signIn("alice");
  });
  afterEach(() => own.close());

  const changeClient = async (changes: Partial<ClientRecord>) => {
    const client = await own.context.store.findClient("web");
    if (client === null) throw new Error("There is no client.");
    await own.context.store.putClient({ ...client, ...changes });
  };

  /** Opens the question, lets something happen meanwhile, and answers yes. Returns the address of the next page. */
  async function answerAfter(meanwhile: () => Promise<unknown>): Promise<string> {
    const form = await browser.form(authorizePath({ scope: undefined }), "/consent");
    await meanwhile();
    const response = await browser.post("/consent", { ...form.fields, decision: "allow" });
    expect(response.status).toBe(303);
    return response.headers.get("location") ?? "";
  }

  const tooLate = async () => own.clock.advance(own.context.configuration.lifetimes.form_seconds + 1);
  const signInAgain = async () => {
    browser.cookie = "";
    await browser.signIn("alice");
  };
  const CASES: [string, () => Promise<unknown>, string][] = [
    ["the page was open for too long", tooLate, "this page was open for too long"],
    ["the person signed in again since", signInAgain, "you have signed in again since"],
    [
      "the client would get more by now",
      () => changeClient({ defaultScope: parseScope("mail.read mail.send") }),
      "what this application would be able to do has changed",
    ],
    ["the box is not ticked", () => changeClient({ source: "registration" }), "to allow this, tick the box"],
  ];
  test.each(CASES)("says that %s", async (_, meanwhile, words) => {
    await changeClient({ defaultScope: parseScope("mail.read") });
    const page = await textOf(await browser.get(await answerAfter(meanwhile)));
    expect(page).toContain("Your answer did not count: ");
    expect(page).toContain(words);
    expect(page).toContain("wants to use your account");
  });

  test("says so in German too", async () => {
    const location = await answerAfter(tooLate);
    const page = await textOf(await browser.get(location, { "Accept-Language": "de" }));
    expect(page).toContain("Ihre Antwort zählt nicht: Diese Seite war zu lange geöffnet");
  });

  test("keeps the line out of the request, which the client gets an answer to", async () => {
    const location = await answerAfter(tooLate);
    expect(location).toContain("&tessera_notice=");
    const again = await browser.form(location, "/consent");
    const sealed = Buffer.from(again.fields.request?.split(".")[2] ?? "", "base64url").toString();
    expect(sealed).not.toContain("tessera_notice");
    const answer = await browser.post("/consent", { ...again.fields, decision: "allow" });
    expect(answer.headers.get("location")).toStartWith("https://client.example/callback?code=");
  });

  test(proves("says nothing that a link made up, or another browser was told", "threat 71"), async () => {
    const words = "did not count";
    const told = new URL(await answerAfter(tooLate), own.issuer).searchParams.get("tessera_notice") ?? "";
    const other = openBrowser(own);
    await other.signIn("alice");
    for (const notice of [told, "stale", "changed"]) {
      const page = await other.get(`${authorizePath()}&tessera_notice=${encodeURIComponent(notice)}`);
      expect(await textOf(page)).not.toContain(words);
    }
    const later = `${authorizePath()}&tessera_notice=${encodeURIComponent(told)}`;
    own.clock.advance(61);
    expect(await textOf(await browser.get(later))).not.toContain(words);
  });
});
