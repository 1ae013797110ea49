/** How good, and how recent, the sign-in of people who manage must be. */
import { afterEach, expect, test } from "bun:test";
import { readTyped } from "../../src/console/typed.ts";
import { findAccount, findAccountByUsername } from "../../src/operations/people.ts";
import { ask, startManagedServer, tokenOf } from "../api/support.ts";
import { addPersonWithPassword, openBrowser, PASSWORD } from "../support/pages.ts";
import { proves } from "../support/proves.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

let server: TestServer;
afterEach(() => server.close());

test(
  proves("an old sign-in gives no other person a new address, to which their links go", "threat 90"),
  async () => {
    server = await startTestServer();
    await addPersonWithPassword(server, "root", { administrator: true });
    const boss = await addPersonWithPassword(server, "boss", {
      administrator: true,
      email: "boss@example.org",
    });
    const browser = openBrowser(server);
    await browser.signIn("root");
    server.clock.advance(901);
    const path = `/admin/people/${boss.subject}`;
    const { fields } = await browser.form(path);
    const response = await browser.post(path, {
      form_token: fields.form_token ?? "",
      act: "edit",
      revision: String(boss.revision),
      email: "mine@example.com",
      email_verified: "1",
    });
    expect(response.headers.get("location")).toStartWith("/login?return_to=");
    expect((await findAccount(server.context, boss.subject))?.email).toBe("boss@example.org");
  },
);

test(
  proves(
    "what was typed is there again after the sign-in, for that person on that page, without secrets",
    "threat 50",
  ),
  async () => {
    server = await startTestServer();
    const root = await addPersonWithPassword(server, "root", { administrator: true });
    await addPersonWithPassword(server, "boss", { administrator: true });
    const browser = openBrowser(server);
    await browser.signIn("root");
    server.clock.advance(901);
    const { fields } = await browser.form("/admin/people/new");
    const typed = { username: "grace", name: "Grace Hopper", password: "a canary password" };
    const asked = await browser.post("/admin/people/new", { ...fields, ...typed });
    const login = new URL(asked.headers.get("location") ?? "", server.issuer);
    expect(login.pathname).toBe("/login");
    const back = login.searchParams.get("return_to") ?? "";
    expect(back).toStartWith("/admin/people/new?typed=");
    expect(back).not.toContain("grace");
    expect(await findAccountByUsername(server.context, "grace")).toBeNull();
    const signedIn = await browser.submit(`${login.pathname}${login.search}`, {
      username: "root",
      password: PASSWORD,
    });
    expect(signedIn.headers.get("location")).toBe(back);
    const page = await (await browser.get(back)).text();
    expect(page).toContain('value="grace"');
    expect(page).toContain('value="Grace Hopper"');
    expect(page).toContain("What you typed is here once more");
    expect(page).not.toContain("canary");
    // The page sends it again, and it is done.
    const form = await browser.form(back);
    const made = await browser.post(form.action, { ...form.fields, ...typed });
    expect(made.status).toBe(303);
    expect((await findAccountByUsername(server.context, "grace"))?.name).toBe("Grace Hopper");
    const sealed = back.split("?")[1] ?? "";
    const kept = readTyped(server.context, root.subject, "/admin/people/new", sealed.slice("typed=".length));
    expect([kept?.get("username"), kept?.get("password"), kept?.get("form_token")]).toEqual([
      "grace",
      undefined,
      undefined,
    ]);
    const other = openBrowser(server);
    await other.signIn("boss");
    for (const [who, path] of [
      [other, `/admin/people/new?${sealed}`],
      [browser, `/admin/groups?${sealed}`],
      [browser, `/admin/people/${root.subject}?${sealed}`],
      [browser, `/admin/people/new?typed=AAAA`],
    ] as const)
      expect(await (await who.get(path)).text()).not.toContain("What you typed is here once more");
    server.clock.advance(server.context.configuration.lifetimes.form_seconds + 1);
    expect(await (await browser.get(back)).text()).not.toContain("grace");
  },
);

test(
  proves(
    "where a second factor is demanded for everything, a password alone opens no page",
    "threat 90",
    "threat 83",
  ),
  async () => {
    server = await startManagedServer({ sign_in: { second_factor_for: "everyone" } });
    const root = await addPersonWithPassword(server, "root", { administrator: true });
    // The management API refuses such a sign-in too.
    const token = await tokenOf(server, root, "tessera.admin").catch(() => null);
    if (token !== null) expect((await ask(server, token, "/people")).status).toBe(401);
    const browser = openBrowser(server);
    await browser.signIn("root");
    for (const path of ["/admin", "/admin/people", `/admin/people/${root.subject}`, "/invite-people"]) {
      const to = `/login?return_to=${encodeURIComponent(path)}&step_up=1`;
      expect((await browser.get(path)).headers.get("location")).toBe(to);
    }
    // The step leads to where a second factor is set up.
    const step = await browser.get("/login?return_to=%2Fadmin&step_up=1");
    expect(step.headers.get("location")).toBe("/account/second-factor?return_to=%2Fadmin");
  },
);
