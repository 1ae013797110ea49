import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { parseReturnPath } from "../../src/pages/urls.ts";
import { authorizePath, formsOf } from "../support/code-flow.ts";
import { addPersonWithPassword, type Browser, openBrowser, PASSWORD, textOf } from "../support/pages.ts";
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

/** A page without its random parts. */
const withoutTokens = async (response: Response): Promise<string> =>
  (await response.text())
    .replace(/value="[0-9a-z]+\.[\w-]{43}"/g, "")
    .replace(/data-challenge="[\w-]{72}"/g, "");

describe("signing in", () => {
  test("leads to the account page, or back to where the person came from", async () => {
    expect((await browser.signIn("alice")).headers.get("location")).toBe("/account");
    const back = await openBrowser(server).submit("/login?return_to=%2Fdevice%3Fuser_code%3DX", {
      username: "alice",
      password: PASSWORD,
    });
    expect(back.status).toBe(303);
    expect(back.headers.get("location")).toBe("/device?user_code=X");
  });

  test(proves("32: changes the session, and ends the one before", "threat 32"), async () => {
    await browser.get("/login");
    const anonymous = browser.cookie;
    await browser.signIn("alice");
    const first = browser.cookie;
    expect(first).not.toBe(anonymous);
    await browser.submit("/login?return_to=%2Faccount", { username: "alice", password: PASSWORD });
    const second = browser.cookie;
    expect(second).not.toBe(first);
    expect((await browser.get("/account")).status).toBe(200);
    for (const stale of [anonymous, first]) {
      browser.cookie = stale;
      expect((await browser.get("/account")).status).toBe(303);
    }
  });

  test(proves("32: a planted cookie signs nobody in", "threat 32"), async () => {
    const attacker = openBrowser(server);
    await attacker.get("/login");
    browser.cookie = attacker.cookie;
    await browser.signIn("alice");
    expect((await attacker.get("/account")).status).toBe(303);
  });

  test("sets a cookie that only this host, only over TLS, and no script gets", async () => {
    const response = await browser.signIn("alice");
    const [cookie = ""] = response.headers.getSetCookie();
    expect(cookie).toMatch(
      /^__Host-tessera=tss_[\w-]{64}; Max-Age=\d+; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
  });

  test("a session of years is kept by its cookie for as long as browsers keep any", async () => {
    const years = await startTestServer({ lifetimes: { session_absolute_seconds: 5 * 365 * 86_400 } });
    await addPersonWithPassword(years, "alice");
    const [cookie] = (await openBrowser(years).signIn("alice")).headers.getSetCookie();
    expect(cookie).toContain("; Max-Age=34560000;");
    await years.close();
  });

  test(
    proves("34: a wrong password, an unknown name and a disabled person get equal pages", "threat 34"),
    async () => {
      const disabled = await addPersonWithPassword(server, "disabl");
      await server.context.store.disableAccount(disabled.subject, server.clock.seconds());
      const pages: string[] = [];
      for (const username of ["alice", "nobod", "disabl"]) {
        const password = username === "disabl" ? PASSWORD : "wrong";
        const response = await openBrowser(server).signIn(username, password);
        expect(response.status).toBe(422);
        expect(response.headers.get("www-authenticate")).toBeNull();
        pages.push((await withoutTokens(response)).replaceAll(username, "NAME"));
      }
      expect(new Set(pages).size).toBe(1);
      expect(pages[0]).toContain(
        "Wrong user name or password. After many attempts, the right password is refused too: wait 15 minutes, then try again.",
      );
    },
  );

  test(
    proves(
      "33: after too many attempts there is a friendly 429, the same for unknown names",
      "threat 33",
      "threat 34",
    ),
    async () => {
      // The page says how long to wait, so no time may pass between the two.
      server.clock.freeze();
      const pages: string[] = [];
      for (const username of ["alice", "nobod"]) {
        for (let count = 0; count < 10; count += 1) await browser.signIn(username, "wrong");
        const response = await browser.signIn(username, PASSWORD);
        expect(response.status).toBe(429);
        expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
        pages.push((await withoutTokens(response)).replaceAll(username, "NAME"));
      }
      expect(pages[0]).toMatch(
        /Too many attempts. Your account is fine: to protect it, no password is accepted until \d\d:\d\d UTC. Try again in 1[56] minutes\./,
      );
      expect(pages[1]).toBe(pages[0] ?? "");
    },
  );

  test("whose right password is refused after too many attempts with another name learns that it may be right", async () => {
    await addPersonWithPassword(server, "carol", { email: "carol@mail.example" });
    for (let count = 0; count < 10; count += 1) await openBrowser(server).signIn("carol", "wrong");
    const page = await textOf(await openBrowser(server).signIn("carol@mail.example"));
    expect(page).toContain("the right password is refused too: wait 15 minutes, then try again.");
    const german = await browser.get("/login", { "Accept-Language": "de" });
    expect(await textOf(german)).toContain("Benutzername oder E-Mail-Adresse");
  });

  test(
    proves("41: when all who check passwords are busy, others are told to come back", "threat 41"),
    async () => {
      const { limits } = server.context.configuration;
      const waiting = limits.password_checks_at_once + limits.password_checks_waiting;
      const flood = Array.from({ length: waiting }, () => server.context.passwords.verify("x", null));
      const response = await browser.signIn("alice");
      expect(response.status).toBe(503);
      expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
      expect(await textOf(response)).toContain("Just a moment");
      await Promise.all(flood);
    },
  );

  describe("is cancelled", () => {
    const cancel = async (from: Browser, returnTo: string) => {
      const page = await from.get(`/login?return_to=${encodeURIComponent(returnTo)}`);
      const form = (await formsOf(page)).find(({ fields }) => fields.cancel !== undefined);
      return form === undefined ? null : from.post("/login", form.fields);
    };

    test("and the application learns that access was denied", async () => {
      const response = await cancel(browser, authorizePath({ state: "s" }));
      const location = new URL(response?.headers.get("location") ?? "");
      expect(location.origin + location.pathname).toBe("https://client.example/callback");
      expect(location.searchParams.get("error")).toBe("access_denied");
      expect(location.searchParams.get("state")).toBe("s");
      expect(location.searchParams.get("iss")).toBe(server.issuer);
    });

    test("also if the request has a question mark in its query", async () => {
      // RFC 3986 §3.4 allows it there, and applications write it as it is.
      const request = `${authorizePath({ state: undefined })}&state=a?b`;
      const page = await browser.get(`/login?return_to=${encodeURIComponent(request)}`);
      expect(await textOf(page)).toContain("to continue to Example Web");
      const response = await cancel(browser, request);
      const location = new URL(response?.headers.get("location") ?? "");
      expect(location.searchParams.get("error")).toBe("access_denied");
      expect(location.searchParams.get("state")).toBe("a?b");
      const late = `/auth/authorize?resource=https://a.example/?x&${authorizePath().split("?")[1]}`;
      expect(await textOf(await browser.get(`/login?return_to=${encodeURIComponent(late)}`))).toContain(
        "to continue to Example Web",
      );
    });

    test(proves("for a client that no one vouches for, on a page that asks first", "threat 68"), async () => {
      const client = await server.context.store.findClient("web");
      if (client === null) throw new Error("There is no client.");
      await server.context.store.putClient({ ...client, source: "registration" });
      const response = await cancel(browser, authorizePath());
      expect(response?.status).toBe(200);
      expect(await textOf(response ?? new Response())).toContain("Continue to client.example?");
    });

    test(proves("and leads to no address that the client has not registered", "threat 5"), async () => {
      const response = await cancel(browser, authorizePath({ redirect_uri: "https://evil.example/" }));
      expect(response?.status).toBe(400);
      expect(response?.headers.get("location")).toBeNull();
    });

    test("only where an application waits for an answer", async () => {
      expect(await cancel(browser, "/device")).toBeNull();
      expect(await cancel(browser, authorizePath({ client_id: "no-such-client" }))).toBeNull();
      const form = await browser.form("/login");
      const made = { ...form.fields, cancel: "1", return_to: "//evil.example" };
      expect((await browser.post("/login", made)).status).toBe(400);
    });
  });

  test("31: login_hint stands in the field, and cannot leave it", async () => {
    const hint = `"><script>alert(1)</script>`;
    const response = await browser.get(`/login?login_hint=${encodeURIComponent(hint)}`);
    const html = await response.text();
    expect(html).not.toContain("<script>");
    expect(html).toContain('value="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"');
  });

  test("who is signed in need not, unless they are sent here to come back", async () => {
    await browser.signIn("alice");
    expect((await browser.get("/login")).headers.get("location")).toBe("/account");
    expect((await browser.get("/login?return_to=https://evil.example")).headers.get("location")).toBe(
      "/account",
    );
    const again = await browser.get("/login?return_to=%2Fauth%2Fauthorize%3Fa%3Db");
    expect(again.status).toBe(200);
    expect(await textOf(again)).toContain("You are signed in as alice.");
  });
});

describe("what sign-in is for", () => {
  const lead = async (returnTo: string, headers = {}) =>
    textOf(await browser.get(`/login?return_to=${encodeURIComponent(returnTo)}`, headers));
  const PLAIN = "Sign in Use your Tessera account. User name or e-mail address Password";

  test("is the application that asks, or a device", async () => {
    expect(await lead(authorizePath())).toContain("Use your Tessera account to continue to Example Web.");
    expect(await lead("/device?user_code=X")).toContain("Use your Tessera account to connect a device.");
    expect(await lead("/account?client_id=web")).toContain(PLAIN);
  });

  test("still stands there after a slip", async () => {
    const path = `/login?return_to=${encodeURIComponent(authorizePath())}`;
    const response = await browser.submit(path, { username: "alice", password: "wrong" });
    expect(await textOf(response)).toContain("to continue to Example Web.");
  });

  test("30: is only ever an application that exists and may be used, and nothing else of the address", async () => {
    const { store, clock } = server.context;
    const spa = await store.findClient("spa");
    if (spa === null) throw new Error("The client is missing.");
    await store.putClient({ ...spa, disabledAt: clock.seconds() });
    for (const clientId of ["nobody", "", "spa", "Your bank", "\u0000", "a".repeat(5000)]) {
      expect(await lead(authorizePath({ client_id: clientId, client_name: "Your bank" }))).toContain(PLAIN);
    }
    await store.putClient({ ...spa, clientName: `Good\u202E<b>"evil` });
    expect(await lead(authorizePath({ client_id: "spa" }))).toContain(`to continue to Good<b>"evil.`);
  });

  test("is said to be unchecked if the application registered itself", async () => {
    const { store } = server.context;
    const spa = await store.findClient("spa");
    if (spa === null) throw new Error("The client is missing.");
    await store.putClient({ ...spa, source: "registration" });
    expect(await lead(authorizePath({ client_id: "spa" }))).toContain(
      "to continue to Example Page. This application is not verified.",
    );
  });

  test("is said in the language that the application asks for", async () => {
    const words = await lead(authorizePath({ ui_locales: "de" }), { "Accept-Language": "en" });
    expect(words).toContain("um mit Example Web fortzufahren");
    expect(await lead("/device?ui_locales=de", { "Accept-Language": "en" })).toContain("to connect a device");
  });

  test("for who wants to be somebody else is not to go on as who they are", async () => {
    await browser.signIn("alice");
    const consent = await (await browser.get(authorizePath())).text();
    const href = /href="(\/login[^"]*)"/.exec(consent)?.[1]?.replaceAll("&amp;", "&") ?? "";
    const words = "Sign in with the account you want to use. You are signed in as alice until then.";
    expect(await textOf(await browser.get(href))).toContain(words);
    expect(await textOf(await browser.submit(href, { username: "bob", password: "wrong" }))).toContain(words);
    expect(await lead(authorizePath({ prompt: "login" }))).toContain("Sign in again to continue.");
  });
});

describe("5: where sign-in leads", () => {
  const ours = [
    "/",
    "/account",
    "/device",
    "/device?user_code=WDJB-MJHT",
    "/auth/authorize?response_type=code&redirect_uri=https%3A%2F%2Fclient.example%2F",
    "/auth/authorize?x=//evil.example/..\u0022",
  ];
  const notOurs = [
    "",
    "account",
    "https://evil.example",
    "https://auth.example/account",
    "//evil.example",
    "//evil.example/account",
    "///evil.example",
    "/\\evil.example",
    "\\/evil.example",
    "/\t/evil.example",
    "/account\n",
    "/account\r\nSet-Cookie: a=b",
    " /account",
    "/account/",
    "/account/../evil",
    "/./account",
    "/account/..//evil.example",
    "/%2Faccount",
    "/%61ccount",
    "/Account",
    "/login",
    "/logout",
    "/consent",
    "/auth/token",
    "/account#x",
    "/account?x=\\",
    "/accountevil",
    "/account;x",
    "/account@evil.example",
    "/.evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "/account?x=\u0001",
    "/account?x=ü",
    "/t/account",
  ];
  for (const path of ours) {
    test(`${JSON.stringify(path)} is ours`, () => {
      expect(parseReturnPath(server.context.issuer, path)).toBe(path);
    });
  }
  for (const path of notOurs) {
    test(`${JSON.stringify(path)} is not`, async () => {
      expect(parseReturnPath(server.context.issuer, path)).toBeNull();
      const response = await browser.submit(`/login?return_to=${encodeURIComponent(path)}`, {
        username: "alice",
        password: PASSWORD,
        ...(path !== "" && { return_to: path }),
      });
      expect(response.headers.get("location")).toBe("/account");
    });
  }

  test("below an issuer with a path, only its own pages are", async () => {
    const nested = await startTestServer({ issuer: "https://auth.example/t" });
    const { issuer } = nested.context;
    for (const path of ["/t/account", "/t/device", "/t/", "/t/auth/authorize?a=b"]) {
      expect(parseReturnPath(issuer, path)).toBe(path);
    }
    for (const path of ["/account", "/", "/t", "/tt/account", "/t//account", "/auth/authorize"]) {
      expect(parseReturnPath(issuer, path)).toBeNull();
    }
    await addPersonWithPassword(nested, "alice");
    const there = openBrowser(nested);
    const form = await there.form("/login");
    expect(form.action).toBe("/t/login");
    expect((await there.signIn("alice")).headers.get("location")).toBe("/t/account");
    expect((await there.get("/account")).status).toBe(200);
    await nested.close();
  });
});

describe("signing out", () => {
  test("asks first, then ends the session and forgets the cookie", async () => {
    await browser.signIn("alice");
    const cookie = browser.cookie;
    expect((await browser.get("/logout")).status).toBe(200);
    browser.cookie = cookie;
    expect((await browser.get("/account")).status).toBe(200);
    const response = await browser.submit("/logout", {});
    expect(response.headers.get("location")).toBe("/logout");
    expect(response.headers.getSetCookie()[0]).toContain("Max-Age=0");
    expect(await textOf(await browser.get("/logout"))).toContain("You are signed out");
    browser.cookie = cookie;
    expect((await browser.get("/account")).status).toBe(303);
  });

  test("cannot be done by another site", async () => {
    await browser.signIn("alice");
    const form = await browser.form("/logout");
    const response = await browser.post("/logout", form.fields, { "Sec-Fetch-Site": "cross-site" });
    expect(response.status).toBe(403);
    expect((await browser.get("/account")).status).toBe(200);
  });
});
