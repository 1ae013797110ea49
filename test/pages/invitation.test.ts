/** Invitations: the page on which a person makes their own account. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { createGroup } from "../../src/operations/groups.ts";
import { everyInvitation, invite, revokeInvitation } from "../../src/operations/links.ts";
import { collect } from "../../src/operations/paging.ts";
import {
  changeAccount,
  disableAccount,
  enableAccount,
  findAccountBySignInName,
  removeAccount,
} from "../../src/operations/people.ts";
import { actOfPerson } from "../../src/rules/events.ts";
import { below, giveMail, invitationPath, OPERATOR } from "../support/links.ts";
import { addPersonWithPassword, type Browser, openBrowser, PASSWORD, textOf } from "../support/pages.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

let server: TestServer;
let browser: Browser;
beforeEach(async () => {
  server = await startTestServer();
  browser = openBrowser(server);
});
afterEach(() => server.close());

const grace = { username: "grace", password: PASSWORD };
const find = (name: string) => findAccountBySignInName(server.context, name);

describe("an invitation", () => {
  test("makes an account and signs it in", async () => {
    const response = await browser.submit(await invitationPath(server), { ...grace, name: "Grace Hopper" });
    expect(response.status).toBe(303);
    const location = response.headers.get("location") ?? "";
    expect(location).toStartWith("/account?notice=");
    expect(await textOf(await browser.get(location))).toContain(
      "Your account was created. You are signed in.",
    );
    expect(await find("grace")).toMatchObject({
      source: "invitation",
      name: "Grace Hopper",
      administrator: false,
      email: null,
      disabledAt: null,
    });
    expect((await openBrowser(server).signIn("grace")).status).toBe(303);
  });

  test("proposes the names that it has, and puts the person into its groups", async () => {
    await createGroup(server.context, OPERATOR, "family", null, server.clock.seconds());
    const path = await invitationPath(server, {
      username: "grace",
      name: "Grace Hopper",
      email: "grace@example.org",
      groups: ["family"],
    });
    const page = await (await browser.get(path)).text();
    expect(page).toContain('value="grace"');
    expect(page).toContain('value="Grace Hopper"');
    expect(page).toContain("grace@example.org");
    await browser.submit(path, { username: "hopper", password: PASSWORD });
    // By hand the link proves no address.
    expect(await find("hopper")).toMatchObject({
      email: "grace@example.org",
      emailVerified: false,
      groups: ["family"],
    });
  });

  test("lets the person take an e-mail address as user name only if it proposes that", async () => {
    server = await startTestServer();
    const accept = async (proposed: string | null) => {
      const path = await invitationPath(server, { username: proposed });
      const typed = { username: "ceo@corp.example", password: PASSWORD };
      return (await openBrowser(server).submit(path, typed)).status;
    };
    expect(await accept("ceo")).toBe(422);
    expect(await accept("ceo@corp.example")).toBe(303);
  });

  test("of which a group was removed meanwhile makes the account without it", async () => {
    await createGroup(server.context, OPERATOR, "family", null, server.clock.seconds());
    const path = await invitationPath(server, { groups: ["family", "gone"] });
    expect((await browser.submit(path, grace)).status).toBe(303);
    expect((await find("grace"))?.groups).toEqual(["family"]);
  });

  test("proves the address to which it went by mail, and that address only", async () => {
    const sent = giveMail(server);
    const mailed = await invite(server.context, OPERATOR, { email: "grace@example.org", isMailed: true });
    expect(mailed.address).toBeNull();
    const [mail] = sent;
    expect(mail).toMatchObject({ kind: "invitation", address: "grace@example.org" });
    const path = below(server, mail?.link ?? "");
    const form = await browser.form(path);
    // The form has no field for the address, so a person who adds one changes nothing.
    await browser.post(form.action, { ...form.fields, ...grace, email: "other@example.org" });
    expect(await find("grace")).toMatchObject({ email: "grace@example.org", emailVerified: true });
  });

  test("without an address lets the person enter one, which counts once it is confirmed", async () => {
    const sent = giveMail(server);
    await browser.submit(await invitationPath(server), { ...grace, email: "grace@example.org" });
    expect((await find("grace"))?.email).toBeNull();
    expect(sent).toMatchObject([{ kind: "verify_email", address: "grace@example.org" }]);
    const path = below(server, sent[0]?.link ?? "");
    // In another browser: the page names the account, and its button confirms once the person is signed in.
    const other = openBrowser(server);
    await other.signIn("grace");
    expect(await textOf(await other.get(path))).toContain("The account grace");
    expect((await find("grace"))?.email).toBeNull();
    expect((await other.submit(path, {})).status).toBe(200);
    expect(await find("grace@example.org")).toMatchObject({ username: "grace", emailVerified: true });
  });

  test("asks for no address where no mail can prove it", async () => {
    expect(await (await browser.get(await invitationPath(server))).text()).not.toContain('name="email"');
  });

  test("stays the same page when the language is switched", async () => {
    const path = await invitationPath(server);
    for (const open of [
      () => browser.get(path),
      () => browser.submit(path, { ...grace, password: "short" }, "/invitation"),
    ]) {
      const page = await (await open()).text();
      const returnTo = /action="\/language".*?name="return_to" value="([^"]+)"/s.exec(page)?.[1] ?? "";
      const response = await browser.post("/language", {
        language: "de",
        return_to: returnTo.replaceAll("&amp;", "&"),
      });
      expect(response.headers.get("location")).toBe(path);
      expect(await textOf(await browser.get(path))).toContain("Sie sind zu");
    }
  });

  test("may be accepted with a passkey in place of a password: the person is signed in, and led to the page for it", async () => {
    const path = await invitationPath(server);
    const response = await browser.submit(path, { username: "grace", with_passkey: "1" });
    expect(response.headers.get("location")).toBe("/account/passkeys");
    expect((await browser.get("/account/passkeys")).status).toBe(200);
    expect((await find("grace"))?.passwordHash).toBeNull();
    // Until there is one, the operator has a link for the way in.
    expect((await openBrowser(server).signIn("grace", "")).status).toBe(422);
  });

  test("says what is wrong, and keeps what was typed", async () => {
    await addPersonWithPassword(server, "ada");
    const path = await invitationPath(server);
    const taken = await browser.submit(path, { ...grace, username: "Ada", name: "Grace" });
    expect(taken.status).toBe(422);
    const page = await taken.text();
    expect(page).toContain("This user name is taken.");
    expect(page).toContain('value="Grace"');
    const short = await browser.submit(path, { ...grace, password: "short" });
    expect(await textOf(short)).toContain("This password is too short.");
    expect((await browser.submit(path, grace)).status).toBe(303);
  });

  test("whose address a person has meanwhile leads to the sign-in", async () => {
    const path = await invitationPath(server, { email: "ada@example.org" });
    await addPersonWithPassword(server, "ada", { email: "ada@example.org" });
    const response = await browser.submit(path, grace);
    expect(response.status).toBe(422);
    expect(await textOf(response)).toContain("There is an account with this e-mail address already.");
  });

  test("for several people works as often as it says", async () => {
    const path = await invitationPath(server, { uses: 2 });
    expect((await openBrowser(server).submit(path, { ...grace, username: "one" })).status).toBe(303);
    expect((await openBrowser(server).submit(path, { ...grace, username: "two" })).status).toBe(303);
    const late = await openBrowser(server).get(path);
    expect(late.status).toBe(410);
    expect(await textOf(late)).toContain("This link has been used");
  });

  test("may make an administrator, if an operator says so, which closes the set-up link", async () => {
    await browser.submit(await invitationPath(server, { administrator: true }), grace);
    expect((await find("grace"))?.administrator).toBe(true);
    expect(await server.context.store.hasAdministrator()).toBe(true);
  });

  test("warns a person who is signed in, and replaces their session", async () => {
    await addPersonWithPassword(server, "ada");
    await browser.signIn("ada");
    const path = await invitationPath(server);
    expect(await textOf(await browser.get(path))).toContain("You are signed in as ada.");
    const response = await browser.submit(path, grace);
    expect(response.status).toBe(303);
    expect(await textOf(await browser.get("/account"))).toContain("grace");
  });

  test("that is sent twice, by a double click, gives the same answer twice and one account", async () => {
    for (const uses of [1, 3]) {
      const twice = openBrowser(server);
      const path = await invitationPath(server, { uses });
      const form = await twice.form(path);
      const { cookie } = twice;
      const click = () => {
        twice.cookie = cookie;
        return twice.post(form.action, { ...form.fields, username: `twin${uses}`, password: PASSWORD });
      };
      const answers = await Promise.all([click(), click()]);
      for (const response of [...answers, await click()]) {
        expect(response.status).toBe(303);
        expect(response.headers.get("location")).toStartWith("/account");
      }
      const all = await collect(everyInvitation(server.context, server.clock.seconds()));
      expect(all.find((link) => link.uses === uses)?.usesLeft).toBe(uses - 1);
    }
  });

  test("whose form is stale comes back", async () => {
    const path = await invitationPath(server);
    const form = await browser.form(path);
    server.clock.advance(3601);
    const response = await browser.post(form.action, { ...form.fields, ...grace });
    expect(response.status).toBe(422);
    expect(await textOf(response)).toContain("This page was open for too long.");
    expect(await find("grace")).toBeNull();
  });

  test("that was withdrawn does not work", async () => {
    const path = await invitationPath(server);
    const form = await browser.form(path);
    const [link] = await collect(everyInvitation(server.context, server.clock.seconds()));
    if (link === undefined) throw new Error("There is no invitation.");
    expect(await revokeInvitation(server.context, OPERATOR, link.id)).toBe(true);
    expect(await revokeInvitation(server.context, OPERATOR, link.id)).toBe(false);
    expect((await browser.get(path)).status).toBe(404);
    expect((await browser.post(form.action, { ...form.fields, ...grace })).status).toBe(404);
    expect(await find("grace")).toBeNull();
  });

  test("of an administrator ends with the administrator", async () => {
    const boss = await addPersonWithPassword(server, "boss", { administrator: true });
    const act = actOfPerson({ address: "::1", requestId: "r" }, boss.subject);
    const { address } = await invite(server.context, act, { uses: 3 });
    const path = below(server, address ?? "");
    const now = server.clock.seconds();
    const accept = async (username: string) =>
      (await openBrowser(server).submit(path, { ...grace, username })).status;
    expect(await accept("first")).toBe(303);
    await disableAccount(server.context, OPERATOR, boss.subject, now);
    expect((await browser.get(path)).status).toBe(404);
    await enableAccount(server.context, OPERATOR, boss.subject);
    const form = await browser.form(path);
    await changeAccount(server.context, OPERATOR, boss.subject, { administrator: false }, now);
    expect((await browser.post(form.action, { ...form.fields, ...grace })).status).toBe(404);
    await removeAccount(server.context, OPERATOR, boss.subject, now);
    expect((await browser.get(path)).status).toBe(404);
    expect(await find("grace")).toBeNull();
  });

  test("of an administrator who is disabled at the same moment makes no account", async () => {
    const boss = await addPersonWithPassword(server, "boss", { administrator: true });
    const act = actOfPerson({ address: "::1", requestId: "r" }, boss.subject);
    const { address } = await invite(server.context, act, {});
    const path = below(server, address ?? "");
    const form = await browser.form(path);
    const { store } = server.context;
    const { commit } = store;
    // The administrator is disabled between the look at the facts and the commit.
    store.commit = async (...args) => {
      store.commit = commit;
      await disableAccount(server.context, OPERATOR, boss.subject, server.clock.seconds());
      return commit(...args);
    };
    expect((await browser.post(form.action, { ...form.fields, ...grace })).status).toBe(404);
    expect(await find("grace")).toBeNull();
  });

  test("leads on to where the person wanted to go, if that is a page of ours", async () => {
    const path = await invitationPath(server);
    const response = await browser.submit(`${path}&return_to=%2Fdevice`, grace);
    expect(response.headers.get("location")).toBe("/device");
    const other = openBrowser(server);
    const elsewhere = await invitationPath(server);
    const answer = await other.submit(`${elsewhere}&return_to=https%3A%2F%2Fevil.example`, {
      ...grace,
      username: "other",
    });
    expect(answer.headers.get("location")).toStartWith("/account");
  });

  test("tells of taken names only so often", async () => {
    await server.close();
    server = await startTestServer({ limits: { link_requests_per_address: 3 } });
    browser = openBrowser(server);
    await addPersonWithPassword(server, "ada");
    const path = await invitationPath(server, { uses: 100 });
    const statuses: number[] = [];
    for (let count = 0; count < 5; count += 1)
      statuses.push((await browser.submit(path, { ...grace, username: "ada" })).status);
    expect(statuses).toEqual([422, 422, 422, 429, 429]);
    // A name that is free is no guess, so a whole class can come from one address.
    server.clock.advance(7200);
    for (let count = 0; count < 5; count += 1)
      expect((await openBrowser(server).submit(path, { ...grace, username: `p${count}` })).status).toBe(303);
  });
});
