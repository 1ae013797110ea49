/** A forgotten password, a link for one sign-in, and a new e-mail address. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  askEmailChange,
  type LinkForPerson,
  type LinkMail,
  makeResetLink,
  makeSignInLink,
} from "../../src/operations/links.ts";
import { changeAccount, disableAccount, findAccount } from "../../src/operations/people.ts";
import { actOfPerson } from "../../src/rules/events.ts";
import { insert } from "../../src/store/contract.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import { links, sessions, totps } from "../../src/store/tables/sign-in.ts";
import { below, giveMail, OPERATOR } from "../support/links.ts";
import { addPersonWithPassword, type Browser, openBrowser, PASSWORD, textOf } from "../support/pages.ts";
import { proves } from "../support/proves.ts";
import { addAppBehind, answerStep, appCode } from "../support/second-factor.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

let server: TestServer;
let browser: Browser;
let ada: AccountRecord;
let sent: LinkMail[];
beforeEach(async () => {
  server = await startTestServer();
  browser = openBrowser(server);
  ada = await addPersonWithPassword(server, "ada", { email: "ada@example.org" });
  sent = giveMail(server);
});
afterEach(() => server.close());

const NEW = "a new and better password";
const mailedPath = (index = -1) => below(server, sent.at(index)?.link ?? "");
const ask = (username: string, from = browser) => from.submit("/forgot", { username });
const current = () => findAccount(server.context, ada.subject);

/** The person sets up an app for one-time passwords; no test types a good code. */
const addTotp = () =>
  server.context.store.commit({
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

const byHand = async (
  make: (...args: Parameters<typeof makeResetLink>) => Promise<LinkForPerson>,
): Promise<string> => {
  const made = await make(server.context, OPERATOR, ada, false);
  if (made.outcome !== "created" || made.address === null) throw new Error(made.outcome);
  return below(server, made.address);
};

describe("a forgotten password", () => {
  test("is a link on the sign-in page, where this server sends mail", async () => {
    expect(await (await browser.get("/login")).text()).toContain('href="/forgot"');
    expect(await textOf(await ask("ada"))).toContain("a mail with a link is on its way");
    expect(sent).toMatchObject([{ kind: "reset", address: "ada@example.org", subject: ada.subject }]);
    expect(sent[0]?.link).toStartWith(`${server.issuer}/reset-password?token=tlk_`);
  });

  test("without mail, or if the operator wants it so, is for the operator", async () => {
    Object.assign(server.context, { linkMails: null });
    expect(await textOf(await browser.get("/login"))).toContain("Ask the operator of this server");
    expect((await browser.get("/forgot")).status).toBe(404);
    await server.close();
    server = await startTestServer({ sign_in: { reset_by_mail: false } });
    giveMail(server);
    browser = openBrowser(server);
    expect((await browser.get("/forgot")).status).toBe(404);
    expect(await (await browser.get("/login")).text()).not.toContain('href="/forgot"');
  });

  test("gets a new one by the link, and signs in; every other browser is signed out", async () => {
    const other = openBrowser(server);
    await other.signIn("ada");
    await ask("ADA@example.org");
    const late = openBrowser(server);
    const page = await late.get(mailedPath());
    expect(await textOf(page)).toContain("For the account ada at");
    const response = await late.submit(mailedPath(), { new_password: NEW });
    expect(response.status).toBe(303);
    const arrived = await textOf(await late.get(response.headers.get("location") ?? ""));
    expect(arrived).toContain("Your new password is set. Other browsers were signed out.");
    expect((await other.get("/account")).status).toBe(303);
    expect((await openBrowser(server).signIn("ada")).status).toBe(422);
    expect((await openBrowser(server).signIn("ada", NEW)).status).toBe(303);
  });

  test("cannot be the same or a bad one", async () => {
    await ask("ada");
    const same = await browser.submit(mailedPath(), { new_password: PASSWORD });
    expect(same.status).toBe(422);
    expect(await textOf(same)).toContain("The new password is the same as the current one.");
    expect((await browser.submit(mailedPath(), { new_password: "short" })).status).toBe(422);
    expect((await browser.submit(mailedPath(), { new_password: NEW })).status).toBe(303);
  });

  test("is set once: sent twice, by a double click, the form gets the same answer twice", async () => {
    const form = await browser.form(await byHand(makeResetLink));
    const { cookie } = browser;
    const click = () => {
      browser.cookie = cookie;
      return browser.post(form.action, { ...form.fields, username: "ada", new_password: NEW });
    };
    for (const response of [...(await Promise.all([click(), click()])), await click()]) {
      expect(response.status).toBe(303);
      expect(response.headers.get("location")).toStartWith("/account?notice=");
    }
    // Another password gets nothing.
    browser.cookie = cookie;
    const wrong = await browser.post(form.action, {
      ...form.fields,
      username: "ada",
      new_password: "another password",
    });
    expect(wrong.status).toBe(404);
  });

  test("is told of after the second factor too", async () => {
    const secret = await addAppBehind(server, ada.subject);
    const shown = await browser.submit(await byHand(makeResetLink), { new_password: NEW });
    const response = await answerStep(browser, shown, appCode(server, secret));
    expect(await textOf(await browser.get(response.headers.get("location") ?? ""))).toContain(
      "Your new password is set.",
    );
  });

  test(
    proves("a new password by a link is no way around the second factor", "threat 83", "threat 84"),
    async () => {
      await addTotp();
      const response = await browser.submit(await byHand(makeResetLink), { new_password: NEW });
      expect(response.status).toBe(200);
      expect(await textOf(response)).toContain("One more step");
      expect((await browser.get("/account")).status).toBe(303);
      expect(
        await server.context.store.list(sessions, { where: { subject: ada.subject }, limit: 1 }),
      ).toEqual([]);
    },
  );

  test(
    proves(
      "a new password, a new address, or a person who is disabled ends the links that are under way",
      "threat 84",
    ),
    async () => {
      const paths = [await byHand(makeResetLink), await byHand(makeResetLink), await byHand(makeSignInLink)];
      await browser.submit(paths[0] ?? "", { new_password: NEW });
      for (const path of paths) expect((await browser.get(path)).status).toBe(404);

      const changed = await byHand(makeResetLink);
      const now = server.clock.seconds();
      await changeAccount(server.context, OPERATOR, ada.subject, { email: "other@example.org" }, now);
      expect((await browser.get(changed)).status).toBe(404);

      const disabled = await byHand(makeResetLink);
      await disableAccount(server.context, OPERATOR, ada.subject, now);
      expect((await browser.get(disabled)).status).toBe(404);
      expect((await makeResetLink(server.context, OPERATOR, ada, false)).outcome).toBe("unknown");
      expect(await server.context.store.list(links, { limit: 10 })).toEqual([]);
    },
  );

  test("is asked for by strangers only so often: by name, by person, and by address", async () => {
    const statuses: number[] = [];
    for (let count = 0; count < 7; count += 1) statuses.push((await ask("ada")).status);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429, 429]);
    // Under another name there is no sixth link that works, and the answer does not say so.
    expect((await ask("ada@example.org")).status).toBe(200);
    expect(sent.length).toBe(5);
    // What strangers ask for does not keep the operator from helping.
    expect((await makeResetLink(server.context, OPERATOR, ada, false)).outcome).toBe("created");
    for (let count = 0; count < 22; count += 1) await ask(`n${count}`);
    expect((await ask("another")).status).toBe(429);
    expect((await ask("another", openBrowser(server, "198.51.100.9"))).status).toBe(200);
  });

  test("goes to no address that is not confirmed", async () => {
    const now = server.clock.seconds();
    await changeAccount(server.context, OPERATOR, ada.subject, { emailVerified: false }, now);
    expect((await ask("ada")).status).toBe(200);
    expect(sent).toEqual([]);
  });
});

describe("a link for one sign-in", () => {
  test("signs in after a click, once", async () => {
    const path = await byHand(makeSignInLink);
    expect(await textOf(await browser.get(path))).toContain("as ada");
    expect((await browser.get("/account")).status).toBe(303);
    const form = await browser.form(path);
    const response = await browser.post(form.action, form.fields);
    expect(response.headers.get("location")).toBe("/account");
    expect((await browser.get("/account")).status).toBe(200);
    const [session] = await server.context.store.list(sessions, {
      where: { subject: ada.subject },
      limit: 2,
    });
    expect(session).toMatchObject({ authenticationMethods: ["otp"], authenticationLevel: "1" });
    const again = await openBrowser(server).get(path);
    expect(again.status).toBe(410);
  });

  test(
    proves("asks for the second factor all the same, and is used up by then", "threat 83", "threat 84"),
    async () => {
      await addTotp();
      const path = await byHand(makeSignInLink);
      const response = await browser.submit(path, {});
      expect(await textOf(response)).toContain("One more step");
      expect((await browser.get("/account")).status).toBe(303);
      expect((await openBrowser(server).get(path)).status).toBe(410);
    },
  );

  test("is too old after ten minutes", async () => {
    const path = await byHand(makeSignInLink);
    server.clock.advance(600);
    const response = await browser.get(path);
    expect(response.status).toBe(410);
    expect(await textOf(response)).toContain("This link is too old");
  });
});

describe("a new e-mail address", () => {
  const askFor = (email: string) =>
    askEmailChange(server.context, actOfPerson({ address: "::1", requestId: "r" }, ada.subject), ada, email);

  test("counts once the person confirms its mail, in any browser; until then the old one does", async () => {
    expect(await askFor("new@example.org")).toBe("asked");
    expect(sent).toMatchObject([{ kind: "verify_email", address: "new@example.org", subject: ada.subject }]);
    expect((await current())?.email).toBe("ada@example.org");
    const page = await textOf(await browser.get(mailedPath()));
    expect(page).toContain("The account ada");
    expect(page).toContain("new@example.org");
    expect((await current())?.email).toBe("ada@example.org");
    // The person signs in, and comes back.
    expect(page).toContain("Sign in as ada first.");
    const led = (await browser.submit(mailedPath(), {})).headers.get("location") ?? "";
    expect(led).toStartWith("/login?return_to=");
    const back = await browser.submit(led, { username: "ada", password: PASSWORD });
    expect(back.headers.get("location")).toBe(mailedPath());
    expect((await current())?.email).toBe("ada@example.org");
    expect((await browser.submit(mailedPath(), {})).status).toBe(200);
    expect(await current()).toMatchObject({ email: "new@example.org", emailVerified: true });
  });

  test(proves("is not confirmed by a click of its owner, signed in or not", "threat 84"), async () => {
    await addPersonWithPassword(server, "ceo");
    await askFor("ceo@example.org");
    const led = async () => (await browser.submit(mailedPath(), {})).headers.get("location") ?? "";
    expect(await led()).toStartWith("/login?return_to=");
    await browser.signIn("ceo");
    expect(await led()).toEndWith("&another=1");
    expect((await current())?.email).toBe("ada@example.org");
  });

  test("of another account is not told when it is asked for, and is refused when it is confirmed", async () => {
    await addPersonWithPassword(server, "eve", { email: "eve@example.org" });
    expect(await askFor("EVE@example.org")).toBe("asked");
    await browser.signIn("ada");
    const response = await browser.submit(mailedPath(), {});
    expect(response.status).toBe(409);
    expect(await textOf(response)).toContain("This address belongs to another account");
    expect((await current())?.email).toBe("ada@example.org");
  });

  test("is asked for on the page of the account, after a sign-in that is not long ago", async () => {
    await browser.signIn("ada");
    const form = await browser.form("/account/details", "/account/details");
    const fields = { ...form.fields, email: "new@example.org" };
    const answer = await browser.post(form.action, fields);
    expect(answer.status).toBe(303);
    const page = await textOf(await browser.get(answer.headers.get("location") ?? ""));
    expect(page).toContain("We have sent a mail to the new address");
    expect((await current())?.email).toBe("ada@example.org");
    await browser.submit(mailedPath(), {});
    expect((await current())?.email).toBe("new@example.org");
    server.clock.advance(901);
    const late = await browser.post(form.action, { ...fields, email: "later@example.org" });
    expect(late.headers.get("location")).toBe("/login?return_to=%2Faccount%2Fdetails");
    expect(sent.length).toBe(1);
    // Without mail no address can be proved, so the operator decides.
    Object.assign(server.context, { linkMails: null });
    expect(await (await browser.get("/account/details")).text()).not.toContain('name="email"');
  });

  test("that is the present one is confirmed", async () => {
    await changeAccount(
      server.context,
      OPERATOR,
      ada.subject,
      { emailVerified: false },
      server.clock.seconds(),
    );
    await askFor("ada@example.org");
    await browser.signIn("ada");
    const form = await browser.form(mailedPath());
    expect((await browser.post(form.action, form.fields)).status).toBe(200);
    expect((await current())?.emailVerified).toBe(true);
    // A double click.
    expect((await browser.post(form.action, form.fields)).status).toBe(410);
  });

  test("is asked for only so often, and not without mail", async () => {
    for (let count = 0; count < 5; count += 1) expect(await askFor(`n${count}@example.org`)).toBe("asked");
    expect(await askFor("n6@example.org")).toBe("limited");
    Object.assign(server.context, { linkMails: null });
    expect(await askFor("n7@example.org")).toBe("no_mail");
  });
});
