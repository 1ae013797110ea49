/** The page on which administrators invite people. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import { createGroup } from "../../src/operations/groups.ts";
import { everyInvitation, everyWaiting, type LinkMail } from "../../src/operations/links.ts";
import { collect } from "../../src/operations/paging.ts";
import { findAccountBySignInName } from "../../src/operations/people.ts";
import { giveMail, OPERATOR } from "../support/links.ts";
import { addPersonWithPassword, type Browser, openBrowser, PASSWORD, textOf } from "../support/pages.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

let server: TestServer;
let browser: Browser;
beforeEach(async () => {
  server = await startTestServer({ sign_up: { mode: "open", approval: true } });
  browser = openBrowser(server);
  await addPersonWithPassword(server, "root", { administrator: true, name: "Ada Lovelace" });
  await addPersonWithPassword(server, "bob");
});
afterEach(() => server.close());

const PAGE = "/invite-people";
const invitations = () => collect(everyInvitation(server.context, server.clock.seconds()));

test("is for administrators only, after a sign-in that is not long ago", async () => {
  expect((await browser.get(PAGE)).headers.get("location")).toBe("/login?return_to=%2Finvite-people");
  await browser.signIn("bob");
  expect((await browser.get(PAGE)).status).toBe(404);
  const root = openBrowser(server);
  await root.signIn("root");
  const { action, fields } = await root.form(PAGE);
  const as = { ...fields, action: "invite", uses: "1", days: "7" };
  // The form of another person, and one that is sent without a session.
  expect((await browser.post(action, as)).status).toBe(404);
  expect((await openBrowser(server).post(action, as)).status).toBe(303);
  server.clock.advance(901);
  expect((await root.get(PAGE)).headers.get("location")).toBe("/login?return_to=%2Finvite-people");
  expect((await root.post(action, as)).headers.get("location")).toBe("/login?return_to=%2Finvite-people");
  expect(await invitations()).toEqual([]);
});

test("is linked from the account of administrators only", async () => {
  for (const [username, isLinked] of [
    ["root", true],
    ["bob", false],
  ] as const) {
    const person = openBrowser(server);
    await person.signIn(username);
    expect((await (await person.get("/account")).text()).includes('href="/invite-people"')).toBe(isLinked);
  }
});

test("makes a link, shown once with a QR code, that makes an account in the chosen groups and no administrator", async () => {
  await createGroup(server.context, OPERATOR, "family", null, server.clock.seconds());
  await browser.signIn("root");
  const { action, fields } = await browser.form(PAGE);
  const form = { ...fields, action: "invite", uses: "2", days: "30", group_0: "family", administrator: "1" };
  const response = await browser.post(action, form);
  expect(response.status).toBe(200);
  const page = await response.text();
  const link = /https:[^<\s]+token=tlk_[\w-]{64}/.exec(page)?.[0] ?? "";
  expect(page).toContain('<svg class="qr" role="img" aria-label="QR code of the invitation"');
  expect(await textOf(new Response(page))).toContain("It works for 2 people, for 30 days.");
  const [stored] = await invitations();
  expect(stored).toMatchObject({ uses: 2, groups: ["family"], administrator: false });
  expect(stored?.createdBy).toStartWith("person:acc_");
  await openBrowser(server).submit(link.slice(server.issuer.length), {
    username: "grace",
    password: PASSWORD,
  });
  const grace = await findAccountBySignInName(server.context, "grace");
  expect(grace).toMatchObject({ groups: ["family"], administrator: false });
  const list = await textOf(await browser.get(PAGE));
  expect(list).toContain("Used 1 of 2 times");
  expect(list).not.toContain("tlk_");
});

test("mails the link, in the name of the administrator, and does not show it", async () => {
  const sent: LinkMail[] = giveMail(server);
  await browser.signIn("root");
  const { action, fields } = await browser.form(PAGE);
  const form = { ...fields, action: "invite", email: "grace@example.org", mailed: "1", uses: "1", days: "7" };
  const page = await (await browser.post(action, form)).text();
  expect(page).toContain("The link is on its way to grace@example.org.");
  expect(page).not.toContain("tlk_");
  expect(sent).toMatchObject([{ kind: "invitation", address: "grace@example.org", inviter: "Ada Lovelace" }]);
});

test("says what is wrong, and keeps what was typed", async () => {
  await browser.signIn("root");
  const { action, fields } = await browser.form(PAGE);
  const wrong: [Record<string, string>, string][] = [
    [{ uses: "0" }, "Enter a number from 1 to 1000."],
    [{ days: "366" }, "Enter a number from 1 to 365."],
    [{ email: "nowhere" }, "This is not an e-mail address."],
    [{ name: "Grace", uses: "2" }, "An invitation with a name or an address is for one person."],
  ];
  for (const [typed, words] of wrong) {
    const response = await browser.post(action, {
      ...fields,
      action: "invite",
      uses: "1",
      days: "7",
      ...typed,
    });
    expect(response.status).toBe(422);
    expect(await textOf(response)).toContain(words);
  }
  expect(await invitations()).toEqual([]);
  // A group that does not exist is left out.
  const form = { ...fields, action: "invite", uses: "1", days: "7", group_0: "gone" };
  expect((await browser.post(action, form)).status).toBe(200);
  expect((await invitations())[0]?.groups).toEqual([]);
});

test("withdraws an invitation, and lets people in who wait", async () => {
  await browser.signIn("root");
  const { action, fields } = await browser.form(PAGE);
  await browser.post(action, { ...fields, action: "invite", uses: "1", days: "7" });
  await openBrowser(server).submit("/sign-up", { username: "grace", password: PASSWORD });
  const page = await (await browser.get(PAGE)).text();
  const invitation = /name="invitation" value="([\w-]+)"/.exec(page)?.[1] ?? "";
  const subject = /name="subject" value="([\w-]+)"/.exec(page)?.[1] ?? "";
  expect(await textOf(new Response(page))).toContain("Waiting for approval grace");
  const withdrawn = await browser.post(action, { ...fields, action: "revoke", invitation });
  expect(await textOf(withdrawn)).toContain("The invitation is withdrawn.");
  expect(await invitations()).toEqual([]);
  const approved = await browser.post(action, { ...fields, action: "approve", subject });
  expect(await textOf(approved)).toContain("The person can sign in now.");
  expect(await collect(everyWaiting(server.context))).toEqual([]);
  expect((await openBrowser(server).signIn("grace")).status).toBe(303);
});
