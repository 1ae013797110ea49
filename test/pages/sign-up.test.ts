/** Accounts that people make themselves, and OpenID Connect Prompt Create 1.0. */
import { afterEach, describe, expect, test } from "bun:test";
import type { ConfigurationInput } from "../../src/configuration/schema.ts";
import { createGroup } from "../../src/operations/groups.ts";
import { approve, everyWaiting, type LinkMail } from "../../src/operations/links.ts";
import { collect } from "../../src/operations/paging.ts";
import { findAccountBySignInName } from "../../src/operations/people.ts";
import { links } from "../../src/store/tables/sign-in.ts";
import { authorizePath } from "../support/code-flow.ts";
import { below, giveMail, invitationPath, OPERATOR } from "../support/links.ts";
import { addPersonWithPassword, openBrowser, PASSWORD, textOf } from "../support/pages.ts";
import { proves } from "../support/proves.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

let server: TestServer;
let sent: LinkMail[];
async function start(sign_up: ConfigurationInput["sign_up"], more: ConfigurationInput = {}, mails = true) {
  server = await startTestServer({ sign_up, ...more });
  if (mails) sent = giveMail(server);
  return openBrowser(server);
}
afterEach(() => server.close());

const ada = { username: "ada", password: PASSWORD };
const find = (name: string) => findAccountBySignInName(server.context, name);
const ask = (email: string, address?: string) => openBrowser(server, address).submit("/sign-up", { email });

test("accounts that people make themselves are off by default: no page, no link, no word in the metadata", async () => {
  const browser = await start({});
  expect((await browser.get("/sign-up")).status).toBe(404);
  expect((await browser.post("/sign-up", { email: "a@example.org" })).status).toBe(404);
  expect(await (await browser.get("/login")).text()).not.toContain("/sign-up");
  const metadata = await (await server.fetch("/.well-known/openid-configuration")).json();
  expect(metadata).toMatchObject({ prompt_values_supported: ["none", "login", "consent", "select_account"] });
  // `create` is no error: the person signs in.
  const response = await browser.get(authorizePath({ prompt: "create" }));
  expect(response.headers.get("location")).toContain("/login?return_to=");
});

describe("open, with mail", () => {
  test("the account is made with the link that goes to the address, which is proved by that", async () => {
    const browser = await start({ mode: "open", groups: ["guests", "gone"] });
    await createGroup(server.context, OPERATOR, "guests", null, server.clock.seconds());
    expect(await (await browser.get("/login")).text()).toContain('href="/sign-up"');
    expect(await textOf(await ask("ada@example.org"))).toContain("We have sent a mail to ada@example.org.");
    expect(await find("ada@example.org")).toBeNull();
    expect(sent).toMatchObject([{ kind: "registration", address: "ada@example.org" }]);
    const other = openBrowser(server);
    const path = below(server, sent[0]?.link ?? "");
    expect((await other.submit(path, ada)).status).toBe(303);
    expect(await find("ada")).toMatchObject({
      source: "sign_up",
      email: "ada@example.org",
      emailVerified: true,
      groups: ["guests"],
      administrator: false,
    });
    expect((await openBrowser(server).get(path)).status).toBe(410);
  });

  test("a user name is no e-mail address but the proved one", async () => {
    await start({ mode: "open" });
    await addPersonWithPassword(server, "eve", { email: "eve@corp.example" });
    await ask("mallory@example.org");
    const path = below(server, sent[0]?.link ?? "");
    // An address of a person here gets the same answer as one of no one.
    for (const username of ["ceo@corp.example", "eve@corp.example", "ceo\uff20corp.example"]) {
      const refused = await openBrowser(server).submit(path, { username, password: PASSWORD });
      expect(refused.status).toBe(422);
      expect(await textOf(refused)).toContain("Choose a user name without @.");
    }
    expect(await find("ceo@corp.example")).toBeNull();
    const own = { username: "Mallory@Example.org", password: PASSWORD };
    expect((await openBrowser(server).submit(path, own)).status).toBe(303);
  });

  test("an address that is taken gets the same answer, and a mail that says so", async () => {
    await start({ mode: "open" });
    await addPersonWithPassword(server, "ada", { email: "ada@example.org" });
    const free = (await textOf(await ask("eva@example.org"))).replaceAll("eva@", "ada@");
    expect(await textOf(await ask("ada@example.org"))).toBe(free);
    expect(sent.map(({ kind }) => kind)).toEqual(["registration", "account_exists"]);
    expect(sent[1]?.link).toBe(`${server.issuer}/login`);
  });

  test("only addresses at the listed domains may have an account, also when the list has changed since", async () => {
    await start({ mode: "open", domains: ["example.org"] }, {}, true).catch(() => {});
    for (const email of [
      "a@example.com",
      "a@sub.example.org",
      "a@example.org.evil.example",
      "a@b@example.org",
    ]) {
      const response = await ask(email);
      expect(response.status).toBe(422);
    }
    expect((await ask("a@EXAMPLE.org")).status).toBe(200);
    const path = below(server, sent[0]?.link ?? "");
    const { configuration } = server.context;
    for (const sign_up of [
      { ...configuration.sign_up, domains: ["other.example"] },
      { ...configuration.sign_up, mode: "off" as const },
    ]) {
      Object.assign(server.context, { configuration: { ...configuration, sign_up } });
      expect((await openBrowser(server).get(path)).status).toBe(410);
    }
  });

  test(
    proves(
      "strangers get a bounded number of rows within an hour, taken addresses and parallel wishes included",
      "threat 42",
      "threat 84",
    ),
    async () => {
      await start({ mode: "open", per_hour: 3 }, { limits: { link_requests_per_address: 1000 } });
      await addPersonWithPassword(server, "ada", { email: "ada@example.org" });
      const wishes = Array.from({ length: 20 }, (_, count) =>
        ask(
          count % 2 === 0 ? `p${count}@example.org` : "ada@example.org".replace("a", "A".repeat(1)),
          `198.51.${count}.1`,
        ),
      );
      const statuses = (await Promise.all(wishes)).map(({ status }) => status);
      expect(statuses.filter((status) => status === 200).length).toBe(3);
      const rows = () => server.context.store.list(links, { where: { kind: "registration" }, limit: 100 });
      expect((await rows()).length).toBe(3);
      server.clock.advance(3601);
      expect((await ask("late@example.org")).status).toBe(200);
      expect((await rows()).length).toBe(4);
    },
  );

  test("the same address is asked for only so often", async () => {
    await start({ mode: "open" }, { limits: { link_requests_per_name: 2 } });
    const statuses: number[] = [];
    for (let count = 0; count < 3; count += 1) statuses.push((await ask("ada@example.org")).status);
    expect(statuses).toEqual([200, 200, 429]);
  });
});

describe("open, without mail", () => {
  test("the account is made at once, without an address", async () => {
    const browser = await start({ mode: "open" }, {}, false);
    const page = await (await browser.get("/sign-up")).text();
    expect(page).not.toContain('name="email"');
    const response = await browser.submit("/sign-up", { ...ada, email: "ada@example.org" });
    expect(response.status).toBe(303);
    expect(await find("ada")).toMatchObject({ source: "sign_up", email: null, administrator: false });
    expect((await browser.get("/account")).status).toBe(200);
  });

  test("a user name is no e-mail address", async () => {
    const browser = await start({ mode: "open" }, {}, false);
    const refused = await browser.submit("/sign-up", { username: "ceo@corp.example", password: PASSWORD });
    expect(refused.status).toBe(422);
    expect(await textOf(refused)).toContain("Choose a user name without @.");
    expect(await find("ceo@corp.example")).toBeNull();
  });

  test("a taken name is told, but not for a list of names", async () => {
    await start({ mode: "open" }, { limits: { link_requests_per_address: 3 } }, false);
    await addPersonWithPassword(server, "ada");
    const statuses: number[] = [];
    for (let count = 0; count < 4; count += 1)
      statuses.push((await openBrowser(server).submit("/sign-up", ada)).status);
    expect(statuses).toEqual([422, 422, 422, 429]);
  });

  test("strangers get so many accounts within an hour", async () => {
    await start({ mode: "open", per_hour: 2 }, {}, false);
    const make = (username: string) =>
      openBrowser(server).submit("/sign-up", { username, password: PASSWORD });
    const made = await Promise.all(["a1", "a2", "a3", "a4"].map(make));
    expect(made.map(({ status }) => status).sort()).toEqual([303, 303, 422, 422]);
    server.clock.advance(3601);
    expect((await make("a5")).status).toBe(303);
  });

  test("a double click makes one account", async () => {
    const browser = await start({ mode: "open" }, {}, false);
    const form = await browser.form("/sign-up");
    const { cookie } = browser;
    const click = () => {
      browser.cookie = cookie;
      return browser.post(form.action, { ...form.fields, ...ada });
    };
    for (const response of [...(await Promise.all([click(), click()])), await click()])
      expect(response.status).toBe(303);
  });
});

describe("with approval", () => {
  test("the account waits until an administrator lets it in, and no sign-in, reset or link works until then", async () => {
    await start({ mode: "open", approval: true });
    await ask("ada@example.org");
    const browser = openBrowser(server);
    const response = await browser.submit(below(server, sent[0]?.link ?? ""), ada);
    expect(response.status).toBe(200);
    expect(await textOf(response)).toContain("Your account waits for approval");
    expect((await browser.get("/account")).status).toBe(303);
    expect((await openBrowser(server).signIn("ada")).status).toBe(422);
    await openBrowser(server).submit("/forgot", { username: "ada" });
    expect(sent.length).toBe(1);
    const [waiting] = await collect(everyWaiting(server.context));
    if (waiting === undefined) throw new Error("No one waits.");
    expect(await approve(server.context, OPERATOR, waiting.subject)).toBe(true);
    expect(await approve(server.context, OPERATOR, waiting.subject)).toBe(false);
    expect(sent.at(-1)).toMatchObject({ kind: "approved", address: "ada@example.org" });
    expect((await openBrowser(server).signIn("ada")).status).toBe(303);
    expect(await collect(everyWaiting(server.context))).toEqual([]);
  });

  test("so many may wait, and an invitation needs no approval", async () => {
    await start({ mode: "open", approval: true, waiting: 1 }, {}, false);
    const make = (username: string) =>
      openBrowser(server).submit("/sign-up", { username, password: PASSWORD });
    expect((await make("a1")).status).toBe(200);
    expect((await make("a2")).status).toBe(422);
    expect((await openBrowser(server).submit(await invitationPath(server), ada)).status).toBe(303);
  });
});

describe("with an invitation", () => {
  test("the page takes the link, or its secret, and leads to the invitation and on", async () => {
    const browser = await start({ mode: "token" });
    const path = await invitationPath(server);
    const secret = new URL(path, server.issuer).searchParams.get("token") ?? "";
    expect((await browser.submit("/sign-up", { invitation: "nothing" })).status).toBe(422);
    for (const invitation of [server.issuer + path, ` ${secret} `]) {
      const response = await browser.submit("/sign-up?return_to=%2Fdevice", { invitation });
      expect(response.headers.get("location")).toBe(`${path}&return_to=%2Fdevice`);
    }
    const { action, fields } = await browser.form(`${path}&return_to=%2Fdevice`);
    expect((await browser.post(action, { ...fields, ...ada })).headers.get("location")).toBe("/device");
  });
});

describe("prompt=create", () => {
  test(
    proves("leads to the page for new accounts, and then back to the application", "Prompt Create 4.1-1"),
    async () => {
      const browser = await start({ mode: "open" }, {}, false);
      const response = await browser.get(authorizePath({ prompt: "create" }));
      const location = new URL(response.headers.get("location") ?? "");
      expect(location.pathname).toBe("/sign-up");
      const page = location.pathname + location.search;
      const made = await browser.submit(page, ada);
      const next = made.headers.get("location") ?? "";
      expect(next).toStartWith("/auth/authorize?");
      // The consent page of the application, for the new person.
      const consent = await browser.get(next);
      expect(consent.status).toBe(200);
      expect(await textOf(consent)).toContain("ada");
    },
  );

  test(proves("is one of the values; any other is refused", "Prompt Create 4.1-2"), async () => {
    const browser = await start({ mode: "open" });
    const response = await browser.get(authorizePath({ prompt: "invent" }));
    const { searchParams } = new URL(response.headers.get("location") ?? "");
    expect(searchParams.get("error")).toBe("invalid_request");
    expect(searchParams.get("error_description")).toContain("create");
  });

  test("survives the way over the mail, in another browser too", async () => {
    const browser = await start({ mode: "open" });
    const response = await browser.get(authorizePath({ prompt: "create" }));
    const { pathname, search } = new URL(response.headers.get("location") ?? "");
    await browser.submit(pathname + search, { email: "ada@example.org" });
    const other = openBrowser(server);
    const made = await other.submit(below(server, sent[0]?.link ?? ""), ada);
    expect(made.headers.get("location")).toStartWith("/auth/authorize?");
    expect((await other.get(made.headers.get("location") ?? "")).status).toBe(200);
  });

  test("a person who has an account signs in instead, and goes on", async () => {
    const browser = await start({ mode: "open" }, {}, false);
    await addPersonWithPassword(server, "eve");
    const response = await browser.get(authorizePath({ prompt: "create" }));
    const { searchParams } = new URL(response.headers.get("location") ?? "");
    const login = `/login?return_to=${encodeURIComponent(searchParams.get("return_to") ?? "")}`;
    const next = await browser.submit(login, { username: "eve", password: PASSWORD });
    expect((await browser.get(next.headers.get("location") ?? "")).status).toBe(200);
  });

  test(proves("is announced where it works", "Prompt Create 4.2-1"), async () => {
    await start({ mode: "token" });
    const metadata = await (await server.fetch("/.well-known/openid-configuration")).json();
    expect(metadata).toMatchObject({
      prompt_values_supported: ["none", "login", "consent", "select_account", "create"],
    });
  });
});
