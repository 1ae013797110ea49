/**
 * The content of the consent page (RFC 6749 §10.2, RFC 9700 §4.11.2, §4.14): who asks, for what, as whom, and what the
 * page must not do.
 */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { AccountRecord } from "../../src/store/tables.ts";

import { authorizePath } from "../support/code-flow.ts";
import { textOf } from "../support/pages.ts";
import { proves } from "../support/proves.ts";
import { startTestServer, TEST_CONFIGURATION, type TestServer } from "../support/server.ts";

let server: TestServer;
let alice: AccountRecord;
let cookie: string;
beforeAll(async () => {
  server = await startTestServer({
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
      },
    ],
  });
  alice = await server.addPerson("alice");
  cookie = await server.signIn(alice);
});
afterAll(() => server.close());

const ask = (changes: Record<string, string | undefined>, headers: Record<string, string> = {}) =>
  server.fetch(authorizePath(changes), { headers: { Cookie: cookie, ...headers } });
const WIKI = { client_id: "wiki", redirect_uri: "https://wiki.example/callback" };
const NATIVE = { client_id: "native", redirect_uri: "http://127.0.0.1:5000/callback" };

describe("the consent page", () => {
  test(
    proves(
      "names the client, the host that the answer goes to, and the person who is asked",
      "RFC 6749 10.1-2",
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

  test(
    proves("says what the access is for in the operator's words, and where", "RFC 6749 10.2-4"),
    async () => {
      const page = await textOf(await ask({ ...WIKI, scope: "mail.read profile" }));
      expect(page).toContain("Read your e-mail");
      expect(page).toContain("See your name and user name");
      expect(page).toContain("Mail");
      expect(page).not.toContain("Send e-mail as you");
    },
  );

  test("says what it may not do, and how to take it back", async () => {
    const page = await textOf(await ask(WIKI));
    for (const words of ["See your password", "Change your password", "Give others access", "Your account"]) {
      expect(page).toContain(words);
    }
  });

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

  test("says of an application on the person's device that it is no website", async () => {
    const page = await textOf(await ask(NATIVE));
    expect(page).toContain("An application on this device");
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
