/** Mails as the pages see them: which a person wants, and what a page says while the mail server takes none. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { findAccount } from "../../src/operations/people.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import { formsOf } from "../support/code-flow.ts";
import { type MailServer, startMailServer } from "../support/mail-server.ts";
import { addPersonWithPassword, type Browser, openBrowser, textOf } from "../support/pages.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

let post: MailServer;
let server: TestServer;
let browser: Browser;
let ada: AccountRecord;

beforeAll(async () => {
  post = await startMailServer();
  server = await startTestServer({
    mail: { host: "127.0.0.1", port: post.port, security: "none", from: "auth@example.org" },
  });
  ada = await addPersonWithPassword(server, "ada", { email: "ada@example.org", emailVerified: true });
  await addPersonWithPassword(server, "bob", { email: "bob@example.org", emailVerified: false });
  browser = openBrowser(server);
  await browser.signIn("ada");
});
afterAll(async () => {
  await server.close();
  await post.stop();
});

async function choose(fields: Record<string, string>): Promise<Response> {
  const forms = await formsOf(await browser.get("/account/security"));
  const form = forms.find((each) => each.fields.action === "mails");
  const { new_device: _, backchannel_asked: __, ...others } = form?.fields ?? {};
  return browser.post("/account/security", { ...others, ...fields });
}
const mailsOff = async () => (await findAccount(server.context, ada.subject))?.mailsOff;

test("a person turns mails about new browsers and about requests off and on, and sees which they cannot", async () => {
  const page = await textOf(await browser.get("/account/security"));
  expect(page).toContain("Mails about the security of your account go to ada@example.org.");
  expect((await choose({})).status).toBe(303);
  expect(await mailsOff()).toEqual(["backchannel_asked", "new_device"]);
  expect(await (await browser.get("/account/security")).text()).not.toMatch(/name="new_device"[^>]* checked/);
  await choose({ new_device: "yes" });
  expect(await mailsOff()).toEqual(["backchannel_asked"]);
  const saved = await choose({ new_device: "yes", backchannel_asked: "yes" });
  expect(await textOf(await browser.get(saved.headers.get("location") ?? ""))).toContain("choice of mails");
  expect(await mailsOff()).toEqual([]);
  expect(await (await browser.get("/account/security")).text()).toMatch(/name="new_device"[^>]* checked/);
});

test("a person whom no mail reaches is not asked about mails", async () => {
  const bobs = openBrowser(server);
  await bobs.signIn("bob");
  expect(await (await bobs.get("/account/security")).text()).not.toContain('value="mails"');
});

test("a page that sends a mail says when mails are late, and says the same for a name that does not exist", async () => {
  const words = "Mails take longer than usual";
  const asked = async (username: string) => textOf(await browser.submit("/forgot", { username }, "/forgot"));
  expect(await asked("ada")).not.toContain(words);
  await server.context.mailSender?.settled();
  await post.stop();
  await asked("ada");
  await server.context.mailSender?.sendDue();
  await server.context.mailSender?.settled();
  expect(server.context.mailSender?.isDelayed()).toBe(true);
  for (const name of ["ada", "nobody-here"]) expect(await asked(name)).toContain(words);
});
