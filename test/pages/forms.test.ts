import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { sealFormData, unsealFormData } from "../../src/pages/forms.ts";
import { PageError } from "../../src/pages/page-error.ts";
import { authorizePath, formsOf } from "../support/code-flow.ts";
import { addPersonWithPassword, type Browser, openBrowser, PASSWORD } from "../support/pages.ts";
import { grantAccess, makeSetupLink } from "../support/people.ts";
import { proves } from "../support/proves.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

let server: TestServer;
let browser: Browser;
beforeEach(async () => {
  server = await startTestServer();
  await addPersonWithPassword(server, "alice");
  browser = openBrowser(server);
});
afterEach(() => server.close());

const credentials = { username: "alice", password: PASSWORD };

/** A stale sign-in form signs no person in: the page comes back, filled in, with one line that says why. */
async function expectStale(response: Response, why = "This page was open for too long."): Promise<void> {
  expect(response.status).toBe(422);
  expect(response.headers.getSetCookie().join()).not.toContain("Max-Age");
  const page = await response.text();
  expect(page).toContain(why);
  expect(page).toContain('value="alice"');
  expect((await browser.get("/account")).status).toBe(303);
}

describe("a form", () => {
  test("is taken from the page that opened it", async () => {
    const response = await browser.submit("/login", credentials);
    expect(response.status).toBe(303);
  });

  test(
    proves("without its token is refused, and nothing happens", "threat 28", "RFC 9700 4.16-5"),
    async () => {
      await browser.get("/login");
      const response = await browser.post("/login", credentials);
      await expectStale(response);
    },
  );

  test("without a cookie is refused, and the page says where the server is and that it needs cookies", async () => {
    const form = await browser.form("/login");
    browser.cookie = "";
    const response = await browser.post("/login", { ...form.fields, ...credentials, return_to: "/device" });
    const page = await response.clone().text();
    expect(page).toContain('href="https://auth.example/login?return_to=%2Fdevice&amp;login_hint=alice"');
    await expectStale(response, "Your browser sent back no cookie");
  });

  test(proves("of another browser is refused", "threat 29"), async () => {
    const form = await openBrowser(server).form("/login");
    await browser.get("/login");
    await expectStale(await browser.post("/login", { ...form.fields, ...credentials }));
  });

  test("that was open too long is refused", async () => {
    const form = await browser.form("/login");
    server.clock.advance(3599);
    const inTime = await browser.post("/login", { ...form.fields, ...credentials, password: "wrong" });
    expect(inTime.status).toBe(422);
    server.clock.advance(1);
    const back = "/device?user_code=WDJB-MJHT";
    const late = await browser.post("/login", { ...form.fields, ...credentials, return_to: back });
    expect(await late.clone().text()).toContain("/device?user_code=WDJB-MJHT");
    await expectStale(late);
  });

  test(proves("with the token of another purpose is refused", "threat 13"), async () => {
    await browser.signIn("alice");
    const logout = await browser.form("/logout");
    const response = await browser.post("/account/password", {
      ...logout.fields,
      action: "password",
      current_password: PASSWORD,
      new_password: "another password",
    });
    expect(response.status).toBe(422);
    const account = await server.context.store.findAccountByUsername("alice");
    expect(await server.context.passwords.verify(PASSWORD, account?.passwordHash ?? null)).toBe(true);
  });

  test("with any character of its token changed is refused", async () => {
    const form = await browser.form("/login");
    const token = form.fields.form_token ?? "";
    expect(token).toMatch(/^[0-9a-z]+\.[\w-]{43}$/);
    for (let at = 0; at < token.length; at += 1) {
      const other = token[at] === "A" ? "B" : "A";
      const changed = token.slice(0, at) + other + token.slice(at + 1);
      const response = await browser.post("/login", { ...credentials, form_token: changed });
      expect({ at, status: response.status }).toEqual({ at, status: 422 });
    }
  });

  test("opened before sign-in does nothing after it, and leads on: the person signed in in another tab", async () => {
    const form = await browser.form("/login");
    await browser.signIn("alice");
    const { cookie } = browser;
    const wrong = { ...credentials, password: "wrong", return_to: "/device" };
    const response = await browser.post("/login", { ...form.fields, ...wrong });
    expect([response.status, response.headers.get("location")]).toEqual([303, "/device"]);
    expect(response.headers.getSetCookie()).toEqual([]);
    expect(browser.cookie).toBe(cookie);
  });

  test("of a question that is too old asks it again", async () => {
    await browser.signIn("alice");
    const form = await browser.form(authorizePath(), "/consent");
    server.clock.advance(3601);
    const response = await browser.post("/consent", { ...form.fields, decision: "allow" });
    expect(response.status).toBe(303);
    const again = response.headers.get("location") ?? "";
    expect(again).toStartWith("/auth/authorize?");
    expect((await browser.form(again, "/consent")).fields.form_token).not.toBe(form.fields.form_token);
  });

  test("to remove access that is too old removes nothing; the account page comes back with one line", async () => {
    const alice = await server.context.store.findAccountByUsername("alice");
    if (alice === null) throw new Error("Alice is missing.");
    await grantAccess(server, alice, "web", ["mail.read"]);
    await browser.signIn("alice");
    const { fields } = await browser.form("/account");
    server.clock.advance(3601);
    const late = await browser.post("/account", fields);
    expect(late.status).toBe(422);
    const page = await late.clone().text();
    expect(page).toContain("This page was open for too long. Nothing was changed. Try again.");
    const again = (await formsOf(late))[0];
    const removed = await browser.post("/account", again?.fields ?? {});
    expect(removed.headers.get("location")).toStartWith("/account?notice=");
  });

  test("to change the password that is too old changes nothing; the page comes back with one line", async () => {
    await browser.signIn("alice");
    const { fields } = await browser.form("/account/password", "/account/password");
    server.clock.advance(3601);
    const passwords = { action: "password", current_password: PASSWORD, new_password: "another password" };
    const late = await browser.post("/account/password", { ...fields, ...passwords });
    expect(late.status).toBe(422);
    expect(await late.text()).toContain("Nothing was changed. Enter the password again.");
    expect((await openBrowser(server).signIn("alice")).status).toBe(303);
  });

  test("to sign out that is too old asks again, and leads on when the person is signed out already", async () => {
    await browser.signIn("alice");
    const form = await browser.form("/logout");
    server.clock.advance(3601);
    const late = await browser.post("/logout", form.fields);
    expect(late.status).toBe(422);
    expect(await late.clone().text()).toContain("This page was open for too long.");
    const again = (await formsOf(late))[0]?.fields ?? {};
    const { cookie } = browser;
    for (let count = 0; count < 2; count += 1) {
      browser.cookie = cookie;
      const out = await browser.post("/logout", again);
      expect([out.status, out.headers.get("location")]).toEqual([303, "/logout"]);
    }
    const after = await browser.post("/logout", form.fields);
    expect([after.status, after.headers.get("location")]).toEqual([303, "/logout"]);
  });

  test("to make the first account that is too old makes none; it comes back with the name filled in", async () => {
    const link = `/setup?token=${await makeSetupLink(server)}`;
    const form = await browser.form(link);
    const { cookie } = browser;
    for (const [sent, words] of [
      ["", "Your browser sent back no cookie"],
      [
        (await openBrowser(server).get("/login")).headers.getSetCookie()[0]?.split(";")[0] ?? "",
        "Enter the password again.",
      ],
    ] as const) {
      browser.cookie = sent;
      const late = await browser.post("/setup", { ...form.fields, username: "root", password: PASSWORD });
      expect(late.status).toBe(422);
      const page = await late.text();
      expect(page).toContain(words);
      expect(page).toContain('value="root"');
      expect(page).not.toContain(PASSWORD);
    }
    expect(await server.context.store.hasAdministrator()).toBe(false);
    browser.cookie = cookie;
    expect(
      (await browser.post("/setup", { ...form.fields, username: "root", password: PASSWORD })).status,
    ).toBe(303);
  });

  const senders: [Record<string, string>, number][] = [
    [{ "Sec-Fetch-Site": "same-origin" }, 303],
    [{ "Sec-Fetch-Site": "none" }, 303],
    [{ "Sec-Fetch-Site": "cross-site" }, 403],
    [{ "Sec-Fetch-Site": "same-site" }, 403],
    [{ "Sec-Fetch-Site": "cross-site", Origin: "https://auth.example" }, 403],
    [{ "Sec-Fetch-Site": "something new" }, 403],
    [{ "Sec-Fetch-Site": "same-origin", Origin: "null" }, 303],
  ];
  for (const [headers, status] of senders) {
    test(`sent with ${JSON.stringify(headers)} gets ${status}`, async () => {
      const form = await browser.form("/login");
      const response = await browser.post("/login", { ...form.fields, ...credentials }, headers);
      expect(response.status).toBe(status);
    });
  }

  const origins: [string | null, number][] = [
    [null, 303],
    // Our own forms have this value too, because our pages send no referrer.
    ["null", 303],
    ["https://auth.example", 303],
    ["https://evil.example", 403],
    ["http://auth.example", 403],
    ["https://auth.example.evil.example", 403],
    ["https://auth.example:8443", 403],
  ];
  for (const [origin, status] of origins) {
    test(`of a browser that does not tell the site, from origin ${origin}, gets ${status}`, async () => {
      const form = await browser.form("/login");
      const response = await server.post(
        form.action,
        { ...form.fields, ...credentials },
        { Cookie: browser.cookie, ...(origin !== null && { Origin: origin }) },
      );
      expect(response.status).toBe(status);
    });
  }

  test("that names a field twice, is too large, of another type or badly encoded gets a page that says so", async () => {
    const { fields } = await browser.form("/login");
    const send = (body: string, type = "application/x-www-form-urlencoded") =>
      server.fetch("/login", {
        method: "POST",
        body,
        headers: { "Content-Type": type, Cookie: browser.cookie, "Sec-Fetch-Site": "same-origin" },
      });
    const token = `form_token=${fields.form_token}`;
    const answers = [
      [await send(`${token}&username=alice&username=bob`), 400],
      [await send(`${token}&username=%zz`), 400],
      [await send(`${token}&username=${"a".repeat(70_000)}`), 413],
      [await send(JSON.stringify(credentials), "application/json"), 415],
    ] as const;
    for (const [response, status] of answers) {
      expect(response.status).toBe(status);
      expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
    }
  });
});

const SUBJECT = "acc_alice";

describe("sealed form data", () => {
  const cookie = () => server.context.sessionCookie.anonymous();

  test("comes back as it was, with an id of its own", () => {
    const value = cookie();
    const text = "scope=a%20b&state=ü\u0000.";
    const one = unsealFormData(
      server.context,
      value,
      "consent",
      sealFormData(server.context, value, "consent", text, SUBJECT),
    );
    const other = unsealFormData(
      server.context,
      value,
      "consent",
      sealFormData(server.context, value, "consent", text, SUBJECT),
    );
    expect(one.text).toBe(text);
    expect(one.expiresAt).toBe(server.clock.seconds() + 3600);
    expect(one.id).not.toEqual(other.id);
  });

  test(
    proves("is worth nothing when changed, elsewhere, for another purpose, or too late", "threat 29"),
    () => {
      const value = cookie();
      const sealed = sealFormData(server.context, value, "consent", "scope=a", SUBJECT);
      const unseal = (...[who, purpose, what]: [string | null, "consent" | "device", string | undefined]) =>
        unsealFormData(server.context, who, purpose, what);
      expect(() => unseal(cookie(), "consent", sealed)).toThrow(PageError);
      expect(() => unseal(null, "consent", sealed)).toThrow(PageError);
      expect(() => unseal(value, "device", sealed)).toThrow(PageError);
      expect(() => unseal(value, "consent", undefined)).toThrow(PageError);
      expect(() => unseal(value, "consent", `${sealed}.`)).toThrow(PageError);
      for (let at = 0; at < sealed.length; at += 1) {
        const other = sealed[at] === "A" ? "B" : "A";
        expect(() => unseal(value, "consent", sealed.slice(0, at) + other + sealed.slice(at + 1))).toThrow(
          PageError,
        );
      }
      server.clock.advance(3600);
      expect(() => unseal(value, "consent", sealed)).toThrow(PageError);
    },
  );

  test(proves("is no form token, and a form token is no sealed data", "threat 13"), async () => {
    const form = await browser.form("/login");
    const value = browser.cookie.split("=")[1] ?? "";
    expect(() => unsealFormData(server.context, value, "login", form.fields.form_token)).toThrow(PageError);
    const sealed = sealFormData(server.context, value, "login", "", SUBJECT);
    await expectStale(await browser.post("/login", { ...credentials, form_token: sealed }));
  });
});
