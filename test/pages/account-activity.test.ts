import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { trimActivities } from "../../src/operations/activities.ts";
import { changeAccount, disableAccount } from "../../src/operations/people.ts";
import { endSessions } from "../../src/operations/sessions.ts";
import type { Act } from "../../src/rules/events.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import { activities } from "../../src/store/tables/records.ts";
import { answerConsent } from "../support/code-flow.ts";
import { addPersonWithPassword, type Browser, openBrowser, PASSWORD, textOf } from "../support/pages.ts";
import { grantAccess } from "../support/people.ts";
import { proves } from "../support/proves.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

const OPERATOR: Act = { actor: { kind: "operator", id: "root" }, origin: null };

let server: TestServer;
let alice: AccountRecord;
let browser: Browser;
beforeEach(async () => {
  server = await startTestServer();
  server.clock.freeze(1_800_000_000);
  alice = await addPersonWithPassword(server, "alice");
  browser = openBrowser(server);
  await browser.signIn("alice");
});
afterEach(() => server.close());

const page = async (path = "/account/activity") => textOf(await browser.get(path));
const rows = (account = alice) =>
  server.context.store.list(activities, { where: { subject: account.subject }, limit: 1000 });

describe("what happened to a person", () => {
  test("is told in words, with the time and the place, the newest first", async () => {
    server.clock.advance(60);
    await answerConsent(server, browser.cookie);
    server.clock.advance(60);
    await browser.submit("/account", { action: "remove", client_id: "web" }, "/account");
    expect(await page()).toContain(
      "You ended the access of Example Web 15 January 2027 at 08:02 UTC · from 203.0.113.7 You gave access to Example Web 15 January 2027 at 08:01 UTC · from 203.0.113.7 You signed in 15 January 2027 at 08:00 UTC · from 203.0.113.7",
    );
  });

  test("follows the time zone of the person", async () => {
    await browser.submit(
      "/account/details",
      { action: "details", zoneinfo: "Europe/Vienna" },
      "/account/details",
    );
    expect(await page()).toMatch(/You changed your details 15 January 2027 at 09:00 (CET|GMT\+1)/);
  });

  test("says what the operator did", async () => {
    const { context } = server;
    await changeAccount(context, OPERATOR, alice.subject, { name: "Alice" }, server.clock.seconds());
    await endSessions(context, OPERATOR, alice.subject);
    await browser.signIn("alice");
    const text = await page();
    expect(text).toContain("The operator changed your details");
    expect(text).toContain("The operator signed you out everywhere");
  });

  test("is written in the commit of the act, or not at all", async () => {
    await disableAccount(server.context, OPERATOR, alice.subject, server.clock.seconds());
    expect((await rows()).map(({ event }) => event)).toContain("person.disabled");
  });

  test("is not that tokens were issued", async () => {
    await grantAccess(server, alice, "web", ["mail.read"]);
    expect((await rows()).map(({ event }) => event)).toEqual(["session.started"]);
  });

  test(proves("is nobody else's", "threat 32"), async () => {
    const bob = await addPersonWithPassword(server, "bob");
    const other = openBrowser(server, "198.51.100.9");
    await other.signIn("bob");
    expect(await page()).not.toContain("198.51.100.9");
    const [row] = await rows(bob);
    expect(row?.subject).toBe(bob.subject);
  });

  test("is read in pages", async () => {
    for (let count = 0; count < 30; count += 1) {
      server.clock.advance(60);
      await changeAccount(server.context, OPERATOR, alice.subject, { name: `A ${count}` }, 1);
    }
    const html = await (await browser.get("/account/activity")).text();
    expect(html.match(/<time /g)).toHaveLength(25);
    const earlier = /href="(\/account\/activity\?after=[^"]*)"/.exec(html)?.[1] ?? "";
    const second = await (await browser.get(earlier)).text();
    expect(second.match(/<time /g)).toHaveLength(6);
    expect(second).toContain("You signed in");
    expect((await browser.get("/account/activity?after=nonsense")).status).toBe(200);
  });

  test("is kept for as long as the operator says", async () => {
    expect((await rows())[0]?.expiresAt).toBe(server.clock.seconds() + 180 * 86_400);
  });

  test(proves("does not grow without an end: the oldest rows of a person go", "threat 62"), async () => {
    const limit = server.context.configuration.account.activities_per_person;
    for (let count = 0; count < limit + 150; count += 1) {
      server.clock.advance(1);
      await changeAccount(server.context, OPERATOR, alice.subject, { name: `A ${count}` }, 1);
    }
    // Now and then an act removes what is too much; this is that.
    await trimActivities(server.context, alice.subject);
    const kept = await rows();
    expect(kept).toHaveLength(limit);
    expect(kept.map(({ event }) => event)).not.toContain("session.started");
  });

  test("goes with the person", async () => {
    await server.context.store.removeAccount(alice.subject, server.clock.seconds());
    expect(await rows()).toEqual([]);
  });
});

describe("wrong passwords", () => {
  const guess = () => openBrowser(server, "198.51.100.9").signIn("alice", "a wrong password");

  test(proves("are one row a day, however many strangers send", "threat 62"), async () => {
    for (let count = 0; count < 8; count += 1) await guess();
    expect(await page()).toContain("8 attempts to sign in as you failed: wrong passwords or codes");
    await guess();
    server.clock.advance(86_400);
    await guess();
    await server.context.activities.settled();
    const counted = (await rows()).filter(({ event }) => event === "sign_in.refused");
    expect(counted.map(({ count }) => count)).toEqual([9, 1]);
    expect(counted[0]).toMatchObject({ address: "198.51.100.9", actorKind: "stranger" });
  });

  test("with a name that nobody has leave no row", async () => {
    await openBrowser(server).signIn("mallory", "a wrong password");
    await server.context.activities.settled();
    expect(await server.context.store.list(activities, { limit: 10 })).toHaveLength(1);
  });

  test("of the person when changing it are told too", async () => {
    const wrong = { action: "password", current_password: "wrong", new_password: `${PASSWORD} 2` };
    await browser.submit("/account/password", wrong, "/account/password");
    expect(await page()).toContain("An attempt to sign in as you failed: wrong password or code");
  });
});
