/** Signing in with a code by mail. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import type { LinkMail } from "../../src/operations/links.ts";
import { changeAccount } from "../../src/operations/people.ts";
import { insert } from "../../src/store/contract.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import { links, sessions, totps } from "../../src/store/tables/sign-in.ts";
import { giveMail, OPERATOR } from "../support/links.ts";
import { addPersonWithPassword, type Browser, openBrowser, textOf } from "../support/pages.ts";
import { proves } from "../support/proves.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

let server: TestServer;
let browser: Browser;
let ada: AccountRecord;
let sent: LinkMail[];
beforeEach(async () => {
  server = await startTestServer({ sign_in: { email_code: true } });
  browser = openBrowser(server);
  ada = await addPersonWithPassword(server, "ada", { email: "ada@example.org" });
  sent = giveMail(server);
});
afterEach(() => server.close());

const PAGE = "/sign-in-code";

/** The form for the code, in this browser. */
async function ask(username: string, from = browser, returnTo = ""): Promise<Record<string, string>> {
  const response = await from.submit(`${PAGE}${returnTo}`, { username });
  const page = (await response.text()).split("</main>")[0] ?? "";
  expect(response.status).toBe(200);
  return Object.fromEntries(
    [...page.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)].map(
      ([, name = "", value = ""]) => [name, value.replaceAll("&amp;", "&")],
    ),
  );
}
const code = () => sent.at(-1)?.code ?? "";
/** Six other digits. */
const wrong = (by = 1) => String((Number(code()) + by) % 1_000_000).padStart(6, "0");

test("is off unless the operator wants it and the server sends mail", async () => {
  expect(await (await browser.get("/login")).text()).toContain('href="/sign-in-code"');
  Object.assign(server.context, { linkMails: null });
  expect((await browser.get(PAGE)).status).toBe(404);
  await server.close();
  server = await startTestServer();
  giveMail(server);
  browser = openBrowser(server);
  expect((await browser.get(PAGE)).status).toBe(404);
  expect(await (await browser.get("/login")).text()).not.toContain("/sign-in-code");
});

test("signs in with six digits from the mail, once, and leads on", async () => {
  const fields = await ask("ADA@example.org", browser, "?return_to=%2Fdevice");
  expect(sent).toMatchObject([{ kind: "sign_in_code", address: "ada@example.org", link: null }]);
  expect(code()).toMatch(/^\d{6}$/);
  const { cookie } = browser;
  const typed = `${code().slice(0, 3)} ${code().slice(3)}`;
  const response = await browser.post(PAGE, { ...fields, code: typed });
  expect(response.headers.get("location")).toBe("/device");
  expect((await browser.get("/account")).status).toBe(200);
  const [session] = await server.context.store.list(sessions, { where: { subject: ada.subject }, limit: 1 });
  expect(session).toMatchObject({ authenticationMethods: ["otp"], authenticationLevel: "1" });
  browser.cookie = cookie;
  expect((await browser.post(PAGE, { ...fields, code: code() })).status).toBe(422);
});

test(proves("a code by mail is good in the browser that asked for it only", "threat 84"), async () => {
  const fields = await ask("ada");
  const other = openBrowser(server);
  const theirs = await ask("ada", other);
  const mine = sent[0]?.code ?? "";
  // With the form of the first browser, and with the code of the first in its own form.
  expect((await other.post(PAGE, { ...fields, code: mine })).status).toBe(422);
  expect((await other.post(PAGE, { ...theirs, asked: fields.asked ?? "", code: mine })).status).toBe(422);
  if (mine !== sent[1]?.code) expect((await other.post(PAGE, { ...theirs, code: mine })).status).toBe(422);
  expect((await other.get("/account")).status).toBe(303);
  expect((await browser.post(PAGE, { ...fields, code: mine })).status).toBe(303);
});

test(
  proves("a code by mail survives five attempts, and parallel ones all count", "threat 33", "threat 84"),
  async () => {
    const fields = await ask("ada");
    const guesses = Array.from({ length: 50 }, (_, index) =>
      browser.post(PAGE, { ...fields, code: wrong(index + 1) }),
    );
    for (const response of await Promise.all(guesses)) expect([422, 429]).toContain(response.status);
    const [row] = await server.context.store.list(links, { where: { kind: "sign_in_code" }, limit: 1 });
    expect(row?.usesLeft).toBe(0);
    server.clock.advance(0);
    await server.context.limits.signInPerAccount.reset("name ada");
    expect((await browser.post(PAGE, { ...fields, code: code() })).status).not.toBe(303);
  },
);

test(
  proves("guesses at codes count with those at passwords, whatever name was typed", "threat 33"),
  async () => {
    await server.close();
    server = await startTestServer({
      sign_in: { email_code: true },
      limits: { sign_in_failures_per_account: 4 },
    });
    browser = openBrowser(server);
    await addPersonWithPassword(server, "ada", { email: "ada@example.org" });
    sent = giveMail(server);
    const fields = await ask("ada");
    for (let count = 1; count <= 4; count += 1)
      expect((await browser.post(PAGE, { ...fields, code: wrong(count) })).status).toBe(422);
    expect((await browser.post(PAGE, { ...fields, code: code() })).status).toBe(429);
    // The right password, by either name, waits too.
    expect((await openBrowser(server, "198.51.100.7").signIn("ada")).status).toBe(429);
    expect((await openBrowser(server, "198.51.100.8").signIn("ada@example.org")).status).toBe(422);
  },
);

test(proves("guesses at codes by mail have a limit for a day", "threat 33"), async () => {
  await server.close();
  server = await startTestServer({
    sign_in: { email_code: true },
    limits: { email_code_failures_per_account: 4 },
  });
  browser = openBrowser(server);
  await addPersonWithPassword(server, "ada", { email: "ada@example.org" });
  sent = giveMail(server);
  const fields = await ask("ada");
  for (let guess = 1; guess <= 4; guess += 1)
    expect((await browser.post(PAGE, { ...fields, code: wrong(guess) })).status).toBe(422);
  const later = async (name: string) => {
    const from = openBrowser(server, "198.51.100.7");
    return (await from.post(PAGE, { ...(await ask(name, from)), code: code() })).status;
  };
  // Hours later not even the right code is compared, for no name of the person.
  server.clock.advance(4 * 3600);
  expect(await later("ada")).toBe(429);
  expect(await later("ada@example.org")).toBe(422);
  server.clock.advance(2 * 86_400);
  expect(await later("ada")).toBe(303);
});

test(
  proves("strangers do not keep a person from a code in a browser of theirs", "threat 33", "threat 60"),
  async () => {
    const own = openBrowser(server);
    await own.signIn("ada");
    own.cookie = "";
    const stranger = openBrowser(server, "198.51.100.9");
    for (let n = 0; n < 5; n += 1) {
      const theirs = await ask("ada", stranger);
      for (let guess = 1; guess <= 5; guess += 1)
        await stranger.post(PAGE, { ...theirs, code: wrong(guess) });
    }
    expect((await stranger.submit(PAGE, { username: "ada" })).status).toBe(429);
    const before = sent.length;
    const fields = await ask("ada", own);
    expect(sent.length).toBe(before + 1);
    expect((await own.post(PAGE, { ...fields, code: wrong() })).status).toBe(422);
    expect((await own.post(PAGE, { ...fields, code: code() })).status).toBe(303);
    // Nor is it a way to any number of mails.
    own.cookie = "";
    for (let n = 0; n < 5; n += 1) await ask("ada", own);
    expect((await own.submit(PAGE, { username: "ada" })).status).toBe(429);
  },
);

test(
  proves(
    "asks for the second factor all the same, and the code is used up by then",
    "threat 83",
    "threat 84",
  ),
  async () => {
    await server.context.store.commit({
      changes: [
        insert(totps, {
          subject: ada.subject,
          sealedSecret: server.context.keys.seal("one-time passwords", ada.subject, new Uint8Array(20)),
          lastStep: 0,
          drift: 0,
          createdAt: server.clock.seconds(),
        }),
      ],
    });
    const fields = await ask("ada");
    const { cookie } = browser;
    expect(await textOf(await browser.post(PAGE, { ...fields, code: code() }))).toContain("One more step");
    expect((await browser.get("/account")).status).toBe(303);
    browser.cookie = cookie;
    expect((await browser.post(PAGE, { ...fields, code: code() })).status).toBe(422);
  },
);

test("is too old after ten minutes, and ends with a new password or a new address", async () => {
  const late = await ask("ada");
  const lateCode = code();
  server.clock.advance(600);
  expect((await browser.post(PAGE, { ...late, code: lateCode })).status).toBe(422);
  const fields = await ask("ada");
  await changeAccount(
    server.context,
    OPERATOR,
    ada.subject,
    { email: "b@example.org" },
    server.clock.seconds(),
  );
  expect((await browser.post(PAGE, { ...fields, code: code() })).status).toBe(422);
});
