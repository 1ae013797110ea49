/** The mail to a person of whom an application asks something (CIBA), from the application's request to the mail server. */
import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { chooseMails } from "../../src/operations/mail.ts";
import { SERVER_ACT } from "../../src/rules/events.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import { mails } from "../../src/store/tables/waiting.ts";
import { htmlOf, type MailServer, startMailServer } from "../support/mail-server.ts";
import { addPersonWithPassword, openBrowser, textOf } from "../support/pages.ts";
import { proves } from "../support/proves.ts";
import { basic, SECRET, startTestServer, TEST_CONFIGURATION, type TestServer } from "../support/server.ts";

let post: MailServer;
let server: TestServer;
let ada: AccountRecord;
let people = 0;
beforeAll(async () => {
  post = await startMailServer();
  server = await startTestServer({
    mail: { host: "127.0.0.1", port: post.port, security: "none", from: "auth@example.org" },
    clients: [
      ...(TEST_CONFIGURATION.clients ?? []),
      {
        client_id: "bank",
        client_name: "Example Bank",
        grant_types: ["urn:openid:params:grant-type:ciba"],
        secrets: [SECRET],
      },
    ],
  });
  server.clock.freeze();
});
afterAll(async () => {
  await server.close();
  await post.stop();
});
// Nobody has had a mail yet.
beforeEach(async () => {
  people += 1;
  ada = await addPersonWithPassword(server, `ada${people}`, {
    email: `ada${people}@example.net`,
    emailVerified: true,
  });
});

async function ask(message = "Transfer 4711"): Promise<void> {
  const form = { scope: "openid mail.read", login_hint: ada.username, binding_message: message };
  const response = await server.post("/auth/backchannel", form, basic("bank", SECRET));
  expect([response.status, await response.text()]).toEqual([200, expect.stringContaining("auth_req_id")]);
}

/** The mails that the person has got, once all that is due is sent. */
async function received() {
  await server.context.mailSender?.sendDue();
  await server.context.mailSender?.settled();
  return post.mails.filter(
    ({ to, parsed }) => to.includes(ada.email ?? "") && parsed.subject?.includes("approval"),
  );
}

const dropped = () =>
  server.logged
    .map((line) => JSON.parse(line))
    .filter(({ event, subject }) => event === "mail.dropped" && subject === ada.subject)
    .map(({ reason }) => reason);

test(
  proves(
    "26: names the application, quotes it beside a label, and leads to the question without signing in",
    "threat 26",
  ),
  async () => {
    await ask();
    const [mail] = await received();
    if (mail === undefined) throw new Error("No mail has come.");
    expect(mail.parsed.subject).toBe("Example Bank asks for your approval");
    expect(mail.parsed.text).toMatch(/\nApplication: +Example Bank\nIt says: +“Transfer 4711”\n/);
    expect(mail.parsed.text).toContain("If more requests come within 5 minutes, you get no further mail.");
    const [, link = ""] = /href="https:\/\/auth\.example(\/[^"]+)"/.exec(htmlOf(mail)) ?? [];
    expect(link).toMatch(/^\/account\/approval\?request=[\w-]{22}$/);
    const opened = await openBrowser(server).get(link);
    expect(opened.headers.get("location")).toBe(`/login?return_to=${encodeURIComponent(link)}`);
    const browser = openBrowser(server);
    await browser.signIn(ada.username);
    expect(await textOf(await browser.get(link))).toContain("Example Bank asks for your approval");
    // What the server keeps of the mail.
    const [kept] = await server.context.store.list(mails, { where: { subject: ada.subject }, limit: 2 });
    expect(JSON.stringify(kept?.parameters)).not.toContain("Transfer");
    expect(kept?.sealedLink).toBeNull();
  },
);

test(
  proves("26: leaves out words that a program for mail would make a link of", "threat 26", "threat 43"),
  async () => {
    await ask("Confirm at bank.example.evil.example/now");
    const [mail] = await received();
    expect(mail?.raw).not.toContain("evil");
    expect(mail?.parsed.text).not.toContain("It says");
  },
);

test(
  proves("26: comes once in five minutes, however many requests come, and at once or not", "threat 26"),
  async () => {
    await Promise.all([ask(), ask()]);
    expect(await received()).toHaveLength(1);
    expect(dropped()).toEqual(["another_lately"]);
    server.clock.advance(301);
    await ask();
    expect(await received()).toHaveLength(2);
  },
);

test("is not sent once the request is answered, or over", async () => {
  post.mood.refuses = { at: "recipient", code: 451, words: "later" };
  await ask();
  await received();
  post.mood.refuses = null;
  const browser = openBrowser(server);
  await browser.signIn(ada.username);
  const list = await (await browser.get("/account/approvals")).text();
  const [path = ""] = /\/account\/approval\?request=[\w-]+/.exec(list) ?? [];
  expect((await browser.submit(path, { decision: "deny" }, "/account/approval")).status).toBe(200);
  server.clock.advance(60);
  expect(await received()).toEqual([]);
  expect(dropped()).toEqual(["answered"]);
});

test("does not go to who turned it off, nor to an address that is not proved", async () => {
  await chooseMails(server.context, SERVER_ACT, ada.subject, ["backchannel_asked"]);
  await ask();
  expect(await received()).toEqual([]);
  expect(dropped()).toEqual(["turned_off"]);
  ada = await addPersonWithPassword(server, "grace", { email: "grace@example.net", emailVerified: false });
  await ask();
  expect(await received()).toEqual([]);
  expect(dropped()).toEqual(["unverified"]);
});
