import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { recordIdText } from "../../src/credentials/credential.ts";
import { collect } from "../../src/operations/paging.ts";
import { changeAccount } from "../../src/operations/people.ts";
import { everySession } from "../../src/operations/sessions.ts";
import { SERVER_ACT } from "../../src/rules/events.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";

import { authorizePath, formsOf, type PageForm } from "../support/code-flow.ts";
import { below, giveMail } from "../support/links.ts";
import {
  addPersonWithPassword,
  type Browser,
  openBrowser,
  PASSWORD,
  startDevice,
  textOf,
} from "../support/pages.ts";
import { grantAccess } from "../support/people.ts";
import { proves } from "../support/proves.ts";
import { enrol } from "../support/second-factor.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

const FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

let server: TestServer;
let alice: AccountRecord;
let browser: Browser;
beforeEach(async () => {
  server = await startTestServer();
  alice = await addPersonWithPassword(server, "alice", { name: "Alice Liddell" });
  browser = openBrowser(server);
  await browser.signIn("alice");
});
afterEach(() => server.close());

const accountText = async (): Promise<string> => textOf(await browser.get("/account"));
const grantsOf = (account: AccountRecord) =>
  server.context.store.listGrants({ subject: account.subject }, server.clock.seconds());

describe("the account page", () => {
  test("needs somebody who is signed in", async () => {
    const response = await openBrowser(server).get("/account");
    expect(response.status).toBe(303);
    expect(response.headers.get("location")).toBe("/login?return_to=%2Faccount");
  });

  test("says so when nothing has access", async () => {
    expect(await accountText()).toContain("No application or device has access to your account.");
  });

  test("shows each client once, with all it may do, in words", async () => {
    await grantAccess(server, alice, "web", ["mail.read"], ["https://mail.example/"]);
    await grantAccess(server, alice, "web", ["files"]);
    await grantAccess(server, alice, "television", ["mail.send"], [], "device_code");
    const text = await accountText();
    expect(text.match(/Example Web/g)).toHaveLength(1);
    for (const words of [
      "Read your e-mail",
      "See and change your files",
      "Send e-mail as you",
      "For Mail: Read your e-mail",
    ]) {
      expect(text).toContain(words);
    }
    expect(text).toMatch(/Example Television Device · since/);
    expect(text).toMatch(/Example Web client\.example · Application · 2 installations · since/);
  });

  test(
    proves("takes access back, from one client and for one person only", "OpenID Core 16.18-3"),
    async () => {
      const bob = await server.addPerson("bob");
      await grantAccess(server, alice, "web", ["mail.read"]);
      await grantAccess(server, alice, "web", ["files"]);
      await grantAccess(server, alice, "television", ["mail.read"], [], "device_code");
      await grantAccess(server, bob, "web", ["mail.read"]);
      const forms = await formsOf(await browser.get("/account"));
      const form = forms.find(({ fields }) => fields.client_id === "web");
      const response = await browser.post("/account", form?.fields ?? {});
      const location = response.headers.get("location") ?? "";
      expect(location).toStartWith("/account?notice=");
      expect((await grantsOf(alice)).map(({ clientId }) => String(clientId))).toEqual(["television"]);
      expect(await grantsOf(bob)).toHaveLength(1);
      expect(await textOf(await browser.get(location))).toContain("Example Web no longer has access.");
    },
  );

  test("does not say of an application that has access that it has none, whatever a link says", async () => {
    await grantAccess(server, alice, "web", ["mail.read"]);
    const text = await textOf(await browser.get("/account?notice=removed&client_id=web"));
    expect(text).not.toContain("no longer has access");
  });

  test("shows and removes nobody else's access", async () => {
    const bob = await server.addPerson("bob");
    await grantAccess(server, bob, "television", ["mail.read"], [], "device_code");
    expect(await accountText()).not.toContain("Example Television");
    const form = await browser.form("/account/details");
    await browser.post("/account", { ...form.fields, action: "remove", client_id: "television" });
    expect(await grantsOf(bob)).toHaveLength(1);
  });

  /** A consent as the consent page stores it, with the grant of an authorization code. */
  async function consent(clientId: string, redirectUri: string, scope: string, pkce = {}) {
    const query = new URLSearchParams({
      response_type: "code",
      client_id: clientId,
      redirect_uri: redirectUri,
      scope,
      code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
      code_challenge_method: "S256",
      ...pkce,
    });
    const path = `/auth/authorize?${query}`;
    const form = await browser.form(path);
    await browser.post(form.action, { ...form.fields, decision: "allow" });
    return path;
  }
  const CALLBACK = "https://client.example/callback";
  const isSilent = async (path: string) =>
    (await browser.get(path)).headers.get("location")?.includes("code=") ?? false;

  test("shows what may be used without asking again, also when nothing has access now", async () => {
    await consent("web", CALLBACK, "mail.read");
    expect(await accountText()).toContain("You will not be asked again when it needs this access.");
    server.clock.advance(61);
    expect(await grantsOf(alice)).toEqual([]);
    const text = await accountText();
    expect(text).toMatch(/Example Web client\.example · Application · since/);
    expect(text).toContain("Read your e-mail");
    expect(text).toContain("It has no access at the moment, but can get it again without asking you.");
  });

  test("shows one entry for what a client may do now and what it may do again", async () => {
    await consent("web", CALLBACK, "mail.read");
    await grantAccess(server, alice, "web", ["files"]);
    const text = await accountText();
    expect(text.match(/Example Web/g)).toHaveLength(1);
    expect(text).toContain("Read your e-mail");
    expect(text).toContain("See and change your files");
  });

  test("does not say that of an application which is asked about each time", async () => {
    await consent("native", "com.example.app:/callback", "mail.read");
    const text = await accountText();
    expect(text).toContain("Example Native");
    expect(text).not.toMatch(/without asking|not be asked/);
  });

  test("takes back what is remembered, so that the next request asks", async () => {
    const path = await consent("web", CALLBACK, "mail.read");
    expect(await isSilent(path)).toBe(true);
    server.clock.advance(61);
    const forms = await formsOf(await browser.get("/account"));
    const form = forms.find(({ fields }) => fields.client_id === "web");
    await browser.post("/account", form?.fields ?? {});
    expect(await isSilent(path)).toBe(false);
    expect(await accountText()).toContain("No application or device has access to your account.");
  });

  test("shows and ends a device that was approved and has not fetched its tokens yet", async () => {
    const started = await startDevice(server);
    const elsewhere = openBrowser(server, "198.51.100.9");
    await elsewhere.signIn("alice");
    const form = await elsewhere.form(`/device?user_code=${started.user_code}`);
    await elsewhere.post(form.action, { ...form.fields, decision: "allow" });
    // The device, not the browser in which it was allowed.
    expect(await accountText()).toContain("Not used yet · from 203.0.113.7");
    const forms = await formsOf(await browser.get("/account"));
    const remove = forms.find(({ fields }) => fields.client_id === "television");
    await browser.post("/account", remove?.fields ?? {});
    const answer = await server.post("/auth/token", {
      grant_type: "urn:ietf:params:oauth:grant-type:device_code",
      client_id: "television",
      device_code: started.device_code,
    });
    expect(answer.status).toBe(400);
  });

  test("answers a removal of what does not exist as if it had been there", async () => {
    const form = await browser.form("/account/details");
    const response = await browser.post("/account", {
      ...form.fields,
      action: "remove",
      client_id: "nobody",
    });
    const location = response.headers.get("location") ?? "";
    expect(await textOf(await browser.get(location))).toContain("no longer registered no longer has access.");
  });

  test(proves("shows no notice that a link made up", "threat 71"), async () => {
    const links = [
      "created",
      "password",
      "removed&client_id=television",
      "constructor",
      "%3Cb%3Eyou+won",
      "a.b.c.d",
    ];
    const plain = await accountText();
    for (const link of links) expect(await textOf(await browser.get(`/account?notice=${link}`))).toBe(plain);
  });

  test(proves("shows a notice to the browser that acted, for a minute", "threat 71"), async () => {
    await grantAccess(server, alice, "web", ["mail.read"]);
    const remove = { action: "remove", client_id: "web" };
    const answer = await browser.submit("/account", remove, "/account");
    const location = answer.headers.get("location") ?? "";
    const another = openBrowser(server);
    await another.signIn("alice");
    expect(await textOf(await another.get(location))).not.toContain("no longer has access");
    expect(await textOf(await browser.get(location))).toContain("Example Web no longer has access.");
    server.clock.advance(61);
    expect(await textOf(await browser.get(location))).not.toContain("no longer has access");
  });

  test(proves("marks an application for which the operator does not vouch", "threat 69"), async () => {
    await grantAccess(server, alice, "web", ["mail.read"]);
    expect(await accountText()).not.toContain("Not verified");
    const client = await server.context.store.findClient("web");
    if (client === null) throw new Error("There is no client.");
    await server.context.store.putClient({ ...client, source: "registration" });
    expect(await accountText()).toContain("Not verified It registered itself and chose its own name.");
    const answer = await browser.submit("/account", { action: "remove", client_id: "web" }, "/account");
    expect(await textOf(await browser.get(answer.headers.get("location") ?? ""))).toContain(
      "Example Web (not verified) no longer has access.",
    );
  });

  test("ends one installation of an application, and no other", async () => {
    const first = await grantAccess(server, alice, "web", ["mail.read"]);
    const second = await grantAccess(server, alice, "web", ["files"]);
    const forms = await formsOf(await browser.get("/account"));
    const ends = forms.filter(({ fields }) => fields.action === "end");
    expect(ends.map(({ fields }) => fields.grant)).toEqual([recordIdText(second.id), recordIdText(first.id)]);
    const response = await browser.post("/account", ends[0]?.fields ?? {});
    expect((await grantsOf(alice)).map(({ id }) => recordIdText(id))).toEqual([recordIdText(first.id)]);
    const text = await textOf(await browser.get(response.headers.get("location") ?? ""));
    expect(text).toContain("That installation no longer has access.");
  });

  test(proves("ends no installation of another person", "threat 32"), async () => {
    const bob = await server.addPerson("bob");
    const grant = await grantAccess(server, bob, "web", ["mail.read"]);
    const form = await browser.form("/account/details");
    for (const id of [recordIdText(grant.id), "nonsense"]) {
      const answer = await browser.post("/account", { ...form.fields, action: "end", grant: id });
      expect(answer.status).toBe(303);
    }
    expect(await grantsOf(bob)).toHaveLength(1);
  });

  test("says in which browser an installation was allowed, or what the device is", async () => {
    const agent = { "User-Agent": FIREFOX };
    const asked = await browser.get(authorizePath());
    const consent = (await formsOf(asked)).find(({ action }) => action.endsWith("/consent"));
    await browser.post("/consent", { ...consent?.fields, decision: "allow" }, agent);
    expect(await accountText()).toContain("Firefox on Linux · Not used yet");
    const { user_code } = await startDevice(server, {
      "User-Agent": "Mozilla/5.0 (Web0S; Linux/SmartTV) AppleWebKit/537.36",
    });
    const form = await browser.form(`/device?user_code=${user_code}`, "/device");
    await browser.post("/device", { ...form.fields, acknowledged: "yes", decision: "allow" }, agent);
    expect(await accountText()).toContain("LG TV · Not used yet");
    await grantAccess(server, alice, "web", ["files"]);
    expect(await accountText()).toContain("Unknown browser · Used within");
  });

  test("says when an installation was used, as far as it is known", async () => {
    server.clock.freeze();
    await grantAccess(server, alice, "television", ["mail.read"], [], "device_code");
    server.clock.advance(3000);
    expect(await accountText()).toContain("Used within the last 24 hours · from 203.0.113.7");
  });

  test("opens without a script", async () => {
    await grantAccess(server, alice, "web", ["mail.read"]);
    const html = await (await browser.get("/account")).text();
    expect(html).toContain('<details class="app"><summary>');
    expect(html).not.toContain("<script");
  });

  test("answers no action that it does not know", async () => {
    const form = await browser.form("/account/details");
    expect((await browser.post("/account", { ...form.fields, action: "promote" })).status).toBe(400);
  });
});

describe("the sections of the account", () => {
  const PAGES = {
    "/account": "Overview",
    "/account/apps": "Overview",
    "/account/security": "Security",
    "/account/password": "Security",
    "/account/details": "Your details",
    "/account/activity": "Activity",
    "/account/data": "Your data",
  };
  test.each(Object.entries(PAGES))("%s says that it belongs to %s", async (path, name) => {
    const html = await (await browser.get(path)).text();
    expect(/aria-current="(?:page|true)">([^<]*)</.exec(html)?.[1]).toBe(name);
    expect(html).toContain("alice");
    expect(html).not.toContain("<script");
    const signedOut = await openBrowser(server).get(path);
    expect(signedOut.headers.get("location")).toBe(`/login?${new URLSearchParams({ return_to: path })}`);
  });

  test("remove everything at once", async () => {
    await grantAccess(server, alice, "web", ["mail.read"]);
    await grantAccess(server, alice, "television", ["mail.read"], [], "device_code");
    const answer = await browser.submit("/account", { action: "remove_all" }, "/account");
    expect(await grantsOf(alice)).toEqual([]);
    const text = await textOf(await browser.get(answer.headers.get("location") ?? ""));
    expect(text).toContain("No application and no device has access any more.");
  });

  test("list the ways to sign in, each with its page", async () => {
    const html = await (await browser.get("/account/security")).text();
    expect(html).toMatch(/<a href="\/account\/password"><span><strong>Password<\/strong><span>Set<\/span>/);
  });
});

describe("the browsers of the account page", () => {
  const sessionForms = async () =>
    (await formsOf(await browser.get("/account/security"))).filter(
      ({ fields }) => fields.action === "end_session",
    );

  const submitted = (fields: Record<string, string>) =>
    browser.submit("/account/security", fields, "/account/security");

  test("are signed out one by one, but for this one", async () => {
    const other = openBrowser(server);
    await other.signIn("alice");
    const third = openBrowser(server);
    await third.signIn("alice");
    const forms = await sessionForms();
    expect(forms).toHaveLength(2);
    const response = await browser.post("/account/security", forms[0]?.fields ?? {});
    const text = await textOf(await browser.get(response.headers.get("location") ?? ""));
    expect(text).toContain("That browser is signed out.");
    const signedIn = [await other.get("/account"), await third.get("/account")].map(({ status }) => status);
    expect(signedIn.sort()).toEqual([200, 303]);
  });

  test(proves("say what they are, and nothing that a stranger writes", "threat 30"), async () => {
    const agents = [
      FIREFOX,
      "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Mobile/15E148 Safari/604.1",
      `<b>Your bank</b> ${"x".repeat(5000)}`,
      "",
    ];
    for (const agent of agents) {
      const other = openBrowser(server);
      const { action, fields } = await other.form("/login", "/login");
      await other.post(action, { ...fields, username: "alice", password: PASSWORD }, { "User-Agent": agent });
    }
    const page = await (await browser.get("/account/security")).text();
    const names = [...page.matchAll(/<h3>([^<]*)<\/h3>/g)].map(([, name]) => name).sort();
    expect(names).toEqual([
      "Firefox on Linux",
      "Safari on iPhone",
      "This browser",
      "Unknown browser",
      "Unknown browser",
    ]);
    expect(page).not.toContain("Your bank");
    const stored = await collect(everySession(server.context, alice, server.clock.seconds(), 0));
    expect(JSON.stringify(stored)).not.toContain("bank");
    expect(server.logged.join("")).not.toMatch(/bank|Gecko/);
  });

  test("say where the person signed in", async () => {
    const other = openBrowser(server, "2001:db8::7");
    await other.signIn("alice");
    expect(await textOf(await browser.get("/account/security"))).toContain("from 2001:db8::7");
  });

  test("are signed out all at once, but for this one", async () => {
    const others = [openBrowser(server), openBrowser(server)];
    for (const other of others) await other.signIn("alice");
    await browser.submit("/account/security", { action: "end_other_sessions" }, "/account/security");
    for (const other of others) expect((await other.get("/account")).status).toBe(303);
    expect((await browser.get("/account")).status).toBe(200);
    expect(await sessionForms()).toEqual([]);
  });

  test("are signed out all at once, this one too", async () => {
    const other = openBrowser(server);
    await other.signIn("alice");
    const answer = await browser.submit(
      "/account/security",
      { action: "end_all_sessions" },
      "/account/security",
    );
    expect(answer.headers.get("location")).toContain("/login");
    for (const each of [browser, other]) expect((await each.get("/account")).status).toBe(303);
  });

  test.each([
    ["one browser is signed out", (session: string) => submitted({ action: "end_session", session })],
    ["the other browsers are signed out", () => submitted({ action: "end_other_sessions" })],
    ["an app is set up", () => enrol(server, browser)],
  ] as const)(
    proves("leave no link for a new address behind that was asked for there, once %s", "threat 84"),
    async (_, end) => {
      const sent = giveMail(server);
      const thief = openBrowser(server, "198.51.100.9");
      await thief.signIn("alice");
      await thief.submit("/account/details", { email: "thief@evil.example" }, "/account/details");
      const link = below(server, sent.at(-1)?.link ?? "");
      const form = await thief.form(link);
      await end((await sessionForms())[0]?.fields.session ?? "");
      expect((await thief.get("/account")).status).toBe(303);
      expect((await thief.get(link)).status).toBe(404);
      expect((await thief.post(form.action, form.fields)).status).toBe(404);
      expect((await server.context.store.findAccountByUsername("alice"))?.email).toBeNull();
    },
  );

  test(proves("of another person are out of reach", "threat 32"), async () => {
    await addPersonWithPassword(server, "bob");
    const bob = openBrowser(server);
    await bob.signIn("bob");
    const bobs = openBrowser(server);
    await bobs.signIn("bob");
    const form = (await formsOf(await bob.get("/account/security"))).find(
      ({ fields }) => fields.action === "end_session",
    );
    const session = form?.fields.session ?? "";
    expect(session).not.toBe("");
    await browser.post("/account/security", {
      ...(await browser.form("/account/details")).fields,
      action: "end_session",
      session,
    });
    expect((await bobs.get("/account")).status).toBe(200);
  });
});

describe("the details of a person", () => {
  const save = (fields: Record<string, string>) =>
    browser.submit("/account/details", { action: "details", ...fields }, "/account/details");
  const stored = async () => {
    const account = await server.context.store.findAccountByUsername("alice");
    return { name: account?.name, email: account?.email };
  };

  test("are a name that the person chooses", async () => {
    const response = await save({ name: "  Alice P. Liddell " });
    expect(await textOf(await browser.get(response.headers.get("location") ?? ""))).toContain(
      "Your details are saved.",
    );
    expect(await stored()).toEqual({ name: "Alice P. Liddell", email: null });
    await save({ name: "" });
    expect(await stored()).toEqual({ name: null, email: null });
  });

  test("are no e-mail address of the person's own choice, unless they administer the server", async () => {
    await save({ name: "Alice", email: "boss@mail.example" });
    expect(await stored()).toEqual({ name: "Alice", email: null });
    await changeAccount(server.context, SERVER_ACT, alice.subject, { administrator: true }, 1);
    await save({ name: "Alice", email: "alice@mail.example" });
    expect(await stored()).toEqual({ name: "Alice", email: "alice@mail.example" });
    const wrong = await save({ name: "Alice", email: "nowhere" });
    expect(wrong.status).toBe(422);
    expect(await textOf(wrong)).toContain("This is not an e-mail address.");
  });

  test("are not changed to a name that hides something", async () => {
    const response = await save({ name: "Alice\u202e" });
    expect(response.status).toBe(422);
    expect(await textOf(response)).toContain("A name has at most 200 characters");
    expect((await stored()).name).toBe("Alice Liddell");
  });
});

test("the pages say where an address is, in their language, if the operator has a database of places", async () => {
  const database = join(import.meta.dir, "../platform/places.mmdb");
  const placed = await startTestServer({ places: { database } });
  const person = await addPersonWithPassword(placed, "alice");
  const there = openBrowser(placed);
  await there.signIn("alice");
  await grantAccess(placed, person, "web", ["mail.read"]);
  for (const path of ["/account", "/account/security", "/account/activity"]) {
    expect(await textOf(await there.get(path))).toContain("from Zurich, Switzerland (203.0.113.7)");
    expect(await textOf(await there.get(path, { "Accept-Language": "de" }))).toContain(
      "von Zürich, Schweiz (203.0.113.7)",
    );
  }
  await placed.close();
});

test("password managers find the page on which the password is changed", async () => {
  const response = await browser.get("/.well-known/change-password");
  expect(response.status).toBe(303);
  expect(response.headers.get("location")).toBe("/account/password");
  expect(await textOf(await browser.get("/account/password"))).toContain("Current password");
  const signedOut = await openBrowser(server).get("/account/password");
  expect(signedOut.headers.get("location")).toBe("/login?return_to=%2Faccount%2Fpassword");
  const deep = await startTestServer({ issuer: "https://auth.example/deep" });
  const atRoot = await deep.fetch("https://auth.example/.well-known/change-password");
  expect(atRoot.headers.get("location")).toBe("/deep/account/password");
  await deep.close();
});

describe("changing the password", () => {
  const change = (current: string, replacement: string) =>
    browser.submit(
      "/account/password",
      { action: "password", current_password: current, new_password: replacement },
      "/account/password",
    );

  const passwordForm = async (): Promise<PageForm> => {
    const forms = await formsOf(await browser.get("/account/password"));
    const found = forms.find(({ fields }) => fields.action === "password");
    if (found === undefined) throw new Error("There is no form for the password.");
    return found;
  };

  test("ends every other session and keeps this browser signed in", async () => {
    const other = openBrowser(server);
    await other.signIn("alice");
    const before = browser.cookie;
    const response = await change(PASSWORD, "a new password of mine");
    const text = await textOf(await browser.get(response.headers.get("location") ?? ""));
    expect(text).toContain("Your password is changed. Other browsers were signed out.");
    expect((await browser.get("/account")).status).toBe(200);
    expect((await other.get("/account")).status).toBe(303);
    browser.cookie = before;
    expect((await browser.get("/account")).status).toBe(303);
    expect((await openBrowser(server).signIn("alice")).status).toBe(422);
    expect((await openBrowser(server).signIn("alice", "a new password of mine")).status).toBe(303);
  });

  describe("also ends access", () => {
    const withAccess = async () => {
      await grantAccess(server, alice, "web", ["mail.read"]);
      await grantAccess(server, alice, "television", ["mail.read"], [], "device_code");
      await grantAccess(server, alice, "native", ["files"]);
    };
    const changeAnd = (boxes: Record<string, string>) =>
      browser.submit(
        "/account/password",
        { action: "password", current_password: PASSWORD, new_password: "a new password of mine", ...boxes },
        "/account/password",
      );
    const left = async () => (await grantsOf(alice)).map(({ clientId }) => String(clientId)).sort();

    test("of none, unless the person says so", async () => {
      await withAccess();
      const page = await (await browser.get("/account/password")).text();
      expect(page.match(/type="checkbox"/g)).toHaveLength(4);
      expect(page).not.toContain("checked");
      await changeAnd({});
      expect(await left()).toEqual(["native", "television", "web"]);
    });

    test("of those that the person ticks", async () => {
      await withAccess();
      await changeAnd({ end_client_0: "television", end_client_2: "web", end_client_3: "nobody" });
      expect(await left()).toEqual(["native"]);
    });

    test("of all, in the same step", async () => {
      await withAccess();
      await changeAnd({ end_all: "yes" });
      expect(await left()).toEqual([]);
    });

    test("of none if the password is wrong", async () => {
      await withAccess();
      await changeAnd({ end_all: "yes", current_password: "wrong" });
      expect(await left()).toEqual(["native", "television", "web"]);
    });
  });

  test("by a double click changes it once, and each click gets the same answer", async () => {
    const replacement = "a new password of mine";
    const { fields } = await passwordForm();
    const { cookie } = browser;
    const click = (changes: Record<string, string> = {}) => {
      browser.cookie = cookie;
      return browser.post("/account/password", {
        ...fields,
        action: "password",
        username: "alice",
        current_password: PASSWORD,
        new_password: replacement,
        ...changes,
      });
    };
    const together = await Promise.all([click(), click(), click()]);
    for (const response of [...together, await click()]) {
      expect(response.status).toBe(303);
      browser.cookie = response.headers.getSetCookie()[0]?.split(";")[0] ?? "";
      const page = await textOf(await browser.get(response.headers.get("location") ?? ""));
      expect(page).toContain("Your password is changed.");
    }
    for (const [field, value] of [
      ["new_password", "not that one"],
      ["username", "nobody"],
    ] as const) {
      const response = await click({ [field]: value });
      expect(response.headers.get("location")).toStartWith("/login?return_to=%2Faccount%2Fpassword");
      expect(response.headers.getSetCookie()).toEqual([]);
    }
  });

  describe("after the session ended meanwhile", () => {
    /** Sends the form of a page of this person, whose session has ended since. */
    async function openLate() {
      const { fields } = await passwordForm();
      const { cookie } = browser;
      await browser.submit("/logout", {});
      browser.cookie = cookie;
      const values = {
        username: "alice",
        ...fields,
        current_password: PASSWORD,
        new_password: "a new password of mine",
      };
      return (changes: Record<string, string> = {}) =>
        browser.post("/account/password", { ...values, ...changes });
    }
    const signInPageAfter = async (response: Response) =>
      textOf(await browser.get(response.headers.get("location") ?? ""));

    test("the sign-in page says that the password was not changed, and leads on to the form", async () => {
      const send = await openLate();
      const page = await signInPageAfter(await send());
      expect(page).toContain("Your password was not changed, because you were signed out meanwhile.");
      const signedIn = await browser.submit((await send()).headers.get("location") ?? "", {
        username: "alice",
        password: PASSWORD,
      });
      expect(signedIn.headers.get("location")).toBe("/account/password");
    });

    test("nothing counts as an attempt", async () => {
      const send = await openLate();
      for (let count = 0; count < 25; count += 1) await send();
      const { signInPerAccount } = server.context.limits;
      expect(await signInPageAfter(await send())).toContain("was not changed");
      expect(signInPerAccount.attempt("name alice")).toBe(0);
      expect((await openBrowser(server).signIn("alice")).status).toBe(303);
      expect((await browser.signIn("alice")).status).toBe(303);
    });

    test("a new password that is the current one is not called changed", async () => {
      const send = await openLate();
      const page = await signInPageAfter(await send({ new_password: PASSWORD }));
      expect(page).toContain("Your password was not changed: the new one is the same as the current one.");
    });

    test(
      proves("a page of one person gives no guesses at the password of another", "threat 33"),
      async () => {
        await addPersonWithPassword(server, "mallory");
        browser = openBrowser(server);
        await browser.signIn("mallory");
        const send = await openLate();
        for (let count = 0; count < 10; count += 1) await send({ username: "alice" });
        expect((await openBrowser(server, "198.51.100.9").signIn("alice")).status).toBe(429);
      },
    );
  });

  const refused: [string, string, string, string][] = [
    ["a wrong current password", "wrong", "a new password of mine", "That is not your current password."],
    ["no current password", "", "a new password of mine", "That is not your current password."],
    ["a short new one", PASSWORD, "short", "This password is too short. It needs at least 10 characters."],
    ["no new one", PASSWORD, "", "It needs at least 10 characters."],
    ["a common new one", PASSWORD, "Password123", "Many people have this password or one like it"],
    ["their own name", PASSWORD, "alicealice2", "This is your user name"],
    ["an endless new one", PASSWORD, "x".repeat(2000), "The password is too long"],
    ["the same one", PASSWORD, PASSWORD, "The new password is the same as the current one."],
  ];
  test("refuses in German too, each with a sentence of its own", async () => {
    const { fields } = await passwordForm();
    const answers: [string, string][] = [
      ["kurz", "Dieses Passwort ist zu kurz."],
      ["x".repeat(2000), "Das Passwort ist zu lang"],
      ["alicealice2", "Das ist Ihr Benutzername"],
      ["auth.example", "Das ist der Name dieses Servers"],
      ["9876543210", "Das ist immer wieder dasselbe Muster"],
      ["password123", "Dieses Passwort oder ein ähnliches haben viele"],
    ];
    for (const [replacement, words] of answers) {
      const form = { ...fields, current_password: PASSWORD, new_password: replacement };
      const response = await browser.post("/account/password", form, { "Accept-Language": "de" });
      expect(response.status).toBe(422);
      expect(await textOf(response)).toContain(words);
    }
  });

  for (const [what, current, replacement, words] of refused) {
    test(`with ${what} changes nothing and says why`, async () => {
      const response = await change(current, replacement);
      expect(response.status).toBe(422);
      const html = await response.clone().text();
      expect(html.match(/<input[^>]*autofocus[^>]*>/g)?.join()).toContain('aria-invalid="true"');
      expect(await textOf(response)).toContain(words);
      expect((await openBrowser(server).signIn("alice")).status).toBe(303);
    });
  }

  test("33: is limited together with sign-in", async () => {
    // Ten count for the browser, in which the person signed in before, and ten for the account.
    for (let count = 0; count < 20; count += 1) await change("wrong", "a new password of mine");
    const response = await change(PASSWORD, "a new password of mine");
    expect(response.status).toBe(429);
    expect(response.headers.get("retry-after")).not.toBeNull();
  });
});
