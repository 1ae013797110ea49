/**
 * Threat classes 26, 28, 29 and 32: no person answers for another. Only the form that this person was shown, in this
 * browser and session, once and in time, gives access.
 */

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import type { ClientId } from "../../src/protocol/identifiers.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import { askForApproval } from "../support/approvals.ts";
import { ASKING_CLIENTS } from "../support/backchannel.ts";
import { authorizePath, type PageForm, redirectOf } from "../support/code-flow.ts";
import { type Browser, openBrowser, PASSWORD, startDevice } from "../support/pages.ts";
import { proves } from "../support/proves.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

let server: TestServer;
let victim: AccountRecord;
let attacker: AccountRecord;
/** The victim's browser, and the attacker's own. */
let browser: Browser;
let other: Browser;
let passwordHash: string;
beforeAll(async () => {
  server = await startTestServer({
    clients: ASKING_CLIENTS,
    limits: { device_requests_per_address: 100_000 },
  });
  passwordHash = await server.context.passwords.hash(PASSWORD);
});
afterAll(() => server.close());
let people = 0;
beforeEach(async () => {
  people += 1;
  victim = await server.addPerson(`alice-${people}`, { passwordHash });
  attacker = await server.addPerson(`mallory-${people}`, { passwordHash });
  browser = await browserOf(victim);
  other = await browserOf(attacker);
});

async function browserOf(account: AccountRecord): Promise<Browser> {
  const opened = openBrowser(server);
  opened.cookie = await server.signIn(account);
  return opened;
}

interface Door {
  readonly path: string;
  /** Opens the page, each time for another request. */
  open(reader: Browser): Promise<PageForm>;
}
const DOORS: Readonly<Record<string, Door>> = {
  "the consent form": {
    path: "/consent",
    open: (reader) => reader.form(authorizePath({ prompt: "consent" }), "/consent"),
  },
  "the form for a device": {
    path: "/device",
    open: async (reader) =>
      reader.form(`/device?user_code=${(await startDevice(server)).user_code}`, "/device"),
  },
  "the form for an application that asks": {
    path: "/account/approval",
    // Each reader is asked: the attacker's own form is about the same client and the same access.
    open: async (reader) => {
      const { subject } = reader === other ? attacker : victim;
      const more = { clientId: "agent" as ClientId };
      return reader.form((await askForApproval(server, { subject }, more)).path, "/account/approval");
    },
  },
};
const allow = (fields: Record<string, string>) => ({ ...fields, decision: "allow" });

/**
 * The attacks: the form that each sends, and from which browser. `own` and `theirs` are the same form as the victim and
 * the attacker see it.
 */
const ATTACKS: Readonly<Record<string, (door: Door) => Promise<Response>>> = {
  "a form that was never opened": ({ path }) =>
    browser.post(path, allow({ client_id: "web", scope: "files" })),
  "a form without its token": async (door) => {
    const { form_token: _, ...fields } = (await door.open(browser)).fields;
    return browser.post(door.path, allow(fields));
  },
  "a form with nothing but its token": async (door) => {
    const { form_token = "" } = (await door.open(browser)).fields;
    return browser.post(door.path, allow({ form_token }));
  },
  "the attacker's form, in the victim's browser": async (door) =>
    browser.post(door.path, allow((await door.open(other)).fields)),
  "the attacker's form with the victim's token": async (door) => {
    const { form_token = "" } = (await door.open(browser)).fields;
    return browser.post(door.path, allow({ ...(await door.open(other)).fields, form_token }));
  },
  "the victim's form with the attacker's token": async (door) => {
    const { form_token = "" } = (await door.open(other)).fields;
    return browser.post(door.path, allow({ ...(await door.open(browser)).fields, form_token }));
  },
  "the victim's form, in the attacker's browser": async (door) =>
    other.post(door.path, allow((await door.open(browser)).fields)),
  "the victim's form, in another browser of theirs": async (door) => {
    const second = await browserOf(victim);
    return second.post(door.path, allow((await door.open(browser)).fields));
  },
  "the victim's form, without any cookie": async (door) => {
    const stranger = openBrowser(server);
    return stranger.post(door.path, allow((await door.open(browser)).fields));
  },
  "the token of another page": async (door) => {
    const { form_token = "" } = (await browser.form("/account/details")).fields;
    return browser.post(door.path, allow({ ...(await door.open(browser)).fields, form_token }));
  },
  "a form of the other door": async (door) => {
    const another = Object.values(DOORS).find(({ path }) => path !== door.path) ?? door;
    return browser.post(door.path, allow((await another.open(browser)).fields));
  },
  "a form from another site": async (door) =>
    browser.post(door.path, allow((await door.open(browser)).fields), { "Sec-Fetch-Site": "cross-site" }),
  "a form from a neighbour's site": async (door) =>
    browser.post(door.path, allow((await door.open(browser)).fields), { "Sec-Fetch-Site": "same-site" }),
  "a form from another origin, by an old browser": async (door) => {
    const { fields } = await door.open(browser);
    const headers = { Cookie: browser.cookie, Origin: "https://evil.example" };
    return server.post(door.path, allow(fields), headers);
  },
  "a form as JSON": async (door) => {
    const body = JSON.stringify(allow((await door.open(browser)).fields));
    const headers = { Cookie: browser.cookie, "Content-Type": "application/json" };
    return server.fetch(door.path, { method: "POST", body, headers });
  },
  "a form in the address, by GET": async (door) => {
    const query = new URLSearchParams(allow((await door.open(browser)).fields));
    return browser.get(`${door.path}?${query}`);
  },
  "a form that was open for too long": async (door) => {
    const { fields } = await door.open(browser);
    server.clock.advance(3600);
    return browser.post(door.path, allow(fields));
  },
  "a form after signing out": async (door) => {
    const { fields } = await door.open(browser);
    const { cookie } = browser;
    await browser.submit("/logout", {});
    browser.cookie = cookie;
    return browser.post(door.path, allow(fields));
  },
  "a form after another person signed in, in the same browser": async (door) => {
    const { fields } = await door.open(browser);
    await browser.submit("/login?return_to=%2Faccount", { username: attacker.username, password: PASSWORD });
    return browser.post(door.path, allow(fields));
  },
  "a form after the same person signed in again": async (door) => {
    const { fields } = await door.open(browser);
    await browser.submit("/login?return_to=%2Faccount", { username: victim.username, password: PASSWORD });
    return browser.post(door.path, allow(fields));
  },
  "a form whose sealed part was cut": async (door) => {
    const { fields } = await door.open(browser);
    const cut = Object.fromEntries(
      Object.entries(fields).map(([name, text]) => [name, name === "form_token" ? text : text.slice(0, -1)]),
    );
    return browser.post(door.path, allow(cut));
  },
};

const grantsOf = async ({ subject }: AccountRecord) =>
  server.context.store.listGrants({ subject }, server.clock.seconds());

describe.each(Object.entries(DOORS))("%s", (_, door) => {
  test.each(Object.entries(ATTACKS))(
    proves("gives nothing for %s", "threat 26", "threat 28", "threat 29", "threat 32"),
    async (_, attack) => {
      const response = await attack(door);
      expect(response.headers.get("location") ?? "").not.toContain("code=");
      expect([200, 303, 400, 403, 404, 405, 410, 415, 422]).toContain(response.status);
      expect(await grantsOf(victim)).toEqual([]);
      expect(await grantsOf(attacker)).toEqual([]);
    },
  );

  test("gives what was shown for the form as it was shown, and for nothing else in it", async () => {
    const { fields } = await door.open(browser);
    const smuggled = { client_id: "native", scope: "files", resource: "https://files.example/api" };
    const answer = await browser.post(
      door.path,
      allow({ ...fields, ...smuggled, subject: attacker.subject }),
    );
    expect([200, 303]).toContain(answer.status);
    const [grant, ...more] = await grantsOf(victim);
    expect(more).toEqual([]);
    expect(grant?.scope).not.toContain("files");
    expect(["web", "television", "agent"]).toContain(String(grant?.clientId));
    expect(await grantsOf(attacker)).toEqual([]);
  });

  test(proves("counts once, however often it is sent", "threat 28"), async () => {
    const { fields } = await door.open(browser);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => browser.post(door.path, allow(fields))),
    );
    // Each gets the answer of the first: the same code, or the same page.
    const told = await Promise.all(
      answers.map(async (answer) => answer.headers.get("location") ?? (await answer.text())),
    );
    expect(new Set(told).size).toBe(1);
    expect(new Set(answers.map(({ status }) => status))).toEqual(
      new Set([door.path === "/consent" ? 303 : 200]),
    );
    expect(await grantsOf(victim)).toHaveLength(1);
  });
});

describe("a session", () => {
  test(proves("is another after every sign-in, and the one before it is over", "threat 32"), async () => {
    const cookies = [browser.cookie];
    for (const { username } of [victim, attacker, victim]) {
      await browser.submit("/login?return_to=%2Faccount", { username, password: PASSWORD });
      cookies.push(browser.cookie);
    }
    expect(new Set(cookies).size).toBe(cookies.length);
    for (const cookie of cookies.slice(0, -1)) {
      expect((await server.fetch("/account", { headers: { Cookie: cookie } })).status).toBe(303);
    }
  });

  test(proves("of one person is never another's, and its cookie is in no page", "threat 32"), async () => {
    const pages: string[] = [];
    for (const path of [
      "/",
      "/account",
      "/device",
      "/logout",
      authorizePath(),
      "/login?return_to=%2Faccount",
    ]) {
      pages.push(await (await browser.get(path)).text());
    }
    await browser.submit("/login?return_to=%2Faccount", { username: attacker.username, password: PASSWORD });
    const account = await (await browser.get("/account")).text();
    expect(account).toContain(attacker.username);
    expect(account).not.toContain(victim.username);
    for (const page of pages) expect(page).not.toMatch(/tss_[\w-]{64}/);
  });

  test(proves("is not taken from anywhere but the cookie", "threat 32"), async () => {
    const session = browser.cookie.split("=")[1] ?? "";
    const stranger = (path: string, headers: Record<string, string> = {}) => server.fetch(path, { headers });
    const answers = [
      await stranger(`/account?__Host-tessera=${session}`),
      await stranger(`/account?session=${session}&sid=${session}`),
      await stranger("/account", { Authorization: `Bearer ${session}` }),
      await stranger("/account", { Cookie: `tessera=${session}` }),
      await stranger("/account", { Cookie: `__Secure-tessera=${session}` }),
      await stranger("/account", { "X-Session": session }),
    ];
    for (const { status, headers } of answers) {
      expect(status).toBe(303);
      expect(headers.get("location")).toStartWith("/login");
    }
  });
});

describe("a sign-in that somebody else began", () => {
  test(
    proves("leads the person into their own account, and the other nowhere", "threat 29", "threat 32"),
    async () => {
      // The attacker plants the cookie of their own open page, and waits.
      const planted = openBrowser(server);
      const { fields } = await planted.form("/login");
      const lured = openBrowser(server);
      lured.cookie = planted.cookie;
      await lured.post("/login", { ...fields, username: victim.username, password: PASSWORD });
      expect((await lured.get("/account")).status).toBe(200);
      expect((await planted.get("/account")).status).toBe(303);
      const asked = await planted.get(authorizePath({ prompt: "none" }));
      expect(redirectOf(asked).searchParams.get("error")).toBe("login_required");
    },
  );

  test(
    proves(
      "by a request of another client gives that client nothing without a yes",
      "threat 28",
      "threat 29",
    ),
    async () => {
      // The address continues what the attacker began; the victim who signs in there still has to answer.
      const began = await openBrowser(server).get(authorizePath());
      const { pathname, search } = redirectOf(began);
      const lured = openBrowser(server);
      const signedIn = await lured.submit(pathname + search, {
        username: victim.username,
        password: PASSWORD,
      });
      const back = signedIn.headers.get("location") ?? "";
      expect(back).toStartWith("/auth/authorize?");
      const page = await lured.get(back);
      expect(page.status).toBe(200);
      expect(await page.text()).toContain('name="decision"');
      expect(await grantsOf(victim)).toEqual([]);
    },
  );
});
