import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { makeSetupLink as makeFirstLink } from "../../src/cli/first-start.ts";
import type { ConfigurationInput } from "../../src/configuration/schema.ts";
import type { Outbound, OutboundRequest } from "../../src/platform/outbound.ts";
import { passkeys } from "../../src/store/tables/sign-in.ts";
import { createAuthenticator } from "../support/authenticator.ts";
import { withOtherEnding } from "../support/changed.ts";
import { addPersonWithPassword, type Browser, openBrowser, PASSWORD, textOf } from "../support/pages.ts";
import { answerAsk, readAsk, signInWith } from "../support/passkeys.ts";
import { makeSetupLink } from "../support/people.ts";
import { proves } from "../support/proves.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

let server: TestServer;
let browser: Browser;
let link: string;
beforeEach(async () => {
  server = await startTestServer();
  browser = openBrowser(server);
  link = `/setup?token=${await makeSetupLink(server)}`;
});
afterEach(() => server.close());

const root = { username: "root", password: PASSWORD };

test("the link creates the first account, signs the person in and says so", async () => {
  const response = await browser.submit(link, root);
  expect(response.status).toBe(303);
  const location = response.headers.get("location") ?? "";
  expect(location).toStartWith("/admin/start?notice=");
  expect(await textOf(await browser.get(location))).toContain("Your account was created. You are signed in.");
  expect(await server.context.store.hasAdministrator()).toBe(true);
});

test("the first account may have a name and an e-mail address, and is told what to do next", async () => {
  const wrong = await browser.submit(link, { ...root, email: "nowhere" });
  expect(wrong.status).toBe(422);
  expect(await textOf(wrong)).toContain("This is not an e-mail address.");
  const response = await browser.submit(link, { ...root, name: "Ada Lovelace", email: "ada@mail.example" });
  const [account] = await server.context.store.listAccounts();
  expect(account).toMatchObject({ name: "Ada Lovelace", email: "ada@mail.example" });
  const text = await textOf(await browser.get(response.headers.get("location") ?? ""));
  expect(text).toContain("First steps");
  expect(text).toContain(server.issuer);
});

describe("with a passkey", () => {
  const device = () => createAuthenticator(server.issuer);
  /** The page that asks for the passkey. */
  const second = async (fields: Record<string, string> = {}) =>
    readAsk(await browser.submit(link, { username: "root", with_passkey: "1", ...fields }));

  test(
    proves("the account and its passkey come together, and the link is used up", "threat 19"),
    async () => {
      const open = await second({ name: "Ada Lovelace" });
      expect(open.ask.options.user).toMatchObject({ name: "root", displayName: "Ada Lovelace" });
      expect(await server.context.store.listAccounts()).toEqual([]);
      const key = device();
      const response = await answerAsk(browser, open, key.create(open.ask));
      expect(response.headers.get("location")).toStartWith("/admin/start?notice=");
      const [account] = await server.context.store.listAccounts();
      expect(account).toMatchObject({ username: "root", administrator: true, passwordHash: null });
      expect(await server.context.store.hasAdministrator()).toBe(true);
      expect((await browser.get("/admin")).status).toBe(200);
      expect((await openBrowser(server).get(link)).status).toBe(404);
      expect(await makeFirstLink(server.context)).toBeNull();
      expect((await signInWith(openBrowser(server), key)).status).toBe(303);
    },
  );

  test("a taken name, a missing one and a wrong address are said before the device is asked", async () => {
    await server.addPerson("Root");
    const wish = { username: "root", with_passkey: "1" };
    expect(await textOf(await browser.submit(link, { ...wish, username: "" }))).toContain(
      "Choose a user name.",
    );
    const wrong = await browser.submit(link, { ...wish, email: "nowhere" });
    expect(await textOf(wrong)).toContain("This is not an e-mail address.");
    const open = await readAsk(await browser.submit(link, wish));
    const taken = await answerAsk(browser, open, device().create(open.ask));
    expect(taken.status).toBe(422);
    expect(await textOf(taken)).toContain("This user name is taken.");
    expect(await server.context.store.hasAdministrator()).toBe(false);
  });

  test(
    proves("an answer for another subject, browser or purpose makes no account", "threat 82"),
    async () => {
      const open = await second();
      const other = { ...open, form: { ...open.form, fields: { ...open.form.fields, subject: "someone" } } };
      expect((await answerAsk(browser, other, device().create(open.ask))).status).toBe(422);
      const stranger = openBrowser(server);
      await stranger.get(link);
      expect((await answerAsk(stranger, open, device().create(open.ask))).status).toBe(422);
      const far = device().create(open.ask, { origin: "https://elsewhere.example" });
      const elsewhere = await answerAsk(browser, open, far);
      expect(elsewhere.status).toBe(422);
      // The page asks anew.
      expect((await readAsk(elsewhere)).ask.challenge).not.toBe(open.ask.challenge);
      expect(await server.context.store.listAccounts()).toEqual([]);
      expect((await browser.get(link)).status).toBe(200);
    },
  );

  test(
    proves(
      "sent twice, it gives the same answer twice; another answer, and another browser, get none",
      "threat 82",
    ),
    async () => {
      const open = await second();
      const { cookie } = browser;
      const [key, other] = [device(), device()];
      const answer = key.create(open.ask);
      const click = (passkey = answer, from = cookie) => {
        browser.cookie = from;
        return answerAsk(browser, open, passkey);
      };
      const together = await Promise.all([click(), click()]);
      for (const response of [...together, await click()]) {
        expect(response.status).toBe(303);
        expect(response.headers.get("location")).toStartWith("/admin/start?notice=");
      }
      expect(await server.context.store.listAccounts()).toHaveLength(1);
      const stranger = openBrowser(server);
      await stranger.get("/login");
      const refusals = [await click(other.create(open.ask)), await click(answer, stranger.cookie)];
      server.clock.advance(61);
      for (const refused of [...refusals, await click()]) {
        expect(refused.status).toBe(404);
        expect(refused.headers.getSetCookie()).toEqual([]);
      }
    },
  );

  test("two at once with one link: one wins, and no passkey is left of the other", async () => {
    const browsers = [openBrowser(server), openBrowser(server)];
    const answers = await Promise.all(
      browsers.map(async (one, index) => {
        const open = await readAsk(await one.submit(link, { username: `root${index}`, with_passkey: "1" }));
        return { one, open, answer: device().create(open.ask) };
      }),
    );
    const responses = await Promise.all(answers.map(({ one, open, answer }) => answerAsk(one, open, answer)));
    expect(responses.map(({ status }) => status).sort()).toEqual([303, 404]);
    expect(await server.context.store.listAccounts()).toHaveLength(1);
    expect(await server.context.store.list(passkeys, { limit: 9 })).toHaveLength(1);
  });
});

const focused: [Record<string, string>, string][] = [
  [{}, "username"],
  [{ username: "root", password: "short" }, "password"],
  [{ username: "", password: PASSWORD }, "username"],
  [{ username: "", password: "short" }, "username"],
];
for (const [fields, id] of focused) {
  test(`the cursor stands in ${id} after ${JSON.stringify(fields)}`, async () => {
    const page = Object.keys(fields).length === 0 ? browser.get(link) : browser.submit(link, fields);
    const inputs = (await (await page).text()).match(/<input[^>]*autofocus[^>]*>/g) ?? [];
    expect(inputs.map((input) => /id="(\w+)"/.exec(input)?.[1])).toEqual([id]);
  });
}

test("the link works once, and not after it has expired", async () => {
  const form = await browser.form(link);
  await browser.submit(link, root);
  expect((await browser.get(link)).status).toBe(404);
  const late = openBrowser(server);
  expect((await late.post("/setup", { ...form.fields, ...root })).status).toBe(404);
});

test("sent twice, by a double click, gives the same answer twice; a wrong password gives none", async () => {
  const form = await browser.form(link);
  const { cookie } = browser;
  const click = (fields: Record<string, string> = {}) => {
    browser.cookie = cookie;
    return browser.post("/setup", { ...form.fields, ...root, ...fields });
  };
  const together = await Promise.all([click(), click()]);
  for (const response of [...together, await click()]) {
    expect(response.status).toBe(303);
    browser.cookie = response.headers.getSetCookie()[0]?.split(";")[0] ?? "";
    const page = await textOf(await browser.get(response.headers.get("location") ?? ""));
    expect(page).toContain("Your account was created. You are signed in.");
  }
  for (const [field, value] of [
    ["password", "a wrong password"],
    ["username", "other"],
  ] as const) {
    const response = await click({ [field]: value });
    expect(response.status).toBe(404);
    expect(response.headers.getSetCookie()).toEqual([]);
  }
  expect(await server.context.store.listAccounts()).toHaveLength(1);
});

test("a used link signs in no person whom it did not create", async () => {
  const form = await browser.form(link);
  await addPersonWithPassword(server, "ada");
  await addPersonWithPassword(server, "boss", { administrator: true });
  const late = await browser.post("/setup", { ...form.fields, username: "ada", password: PASSWORD });
  expect(late.status).toBe(404);
  expect(late.headers.getSetCookie()).toEqual([]);
});

test("the link does not work any more when it has expired", async () => {
  const short = `/setup?token=${await makeSetupLink(server, 60)}`;
  server.clock.freeze();
  server.clock.advance(58);
  expect((await browser.get(short)).status).toBe(200);
  server.clock.advance(2);
  expect((await browser.get(short)).status).toBe(404);
});

test("the link does not work any more when there is an administrator, however they came about", async () => {
  const form = await browser.form(link);
  await addPersonWithPassword(server, "boss", { administrator: true });
  expect((await browser.get(link)).status).toBe(404);
  const late = await browser.post("/setup", { ...form.fields, ...root });
  expect(late.status).toBe(404);
  expect(await textOf(late)).toContain("This link no longer works");
  expect((await server.context.store.listAccounts()).map(({ username }) => username)).toEqual(["boss"]);
});

test("the link does not create a second administrator for who was just choosing a password", async () => {
  const { context } = server;
  const { store, passwords } = context;
  const form = await browser.form(link);
  const hash = passwords.hash;
  const boss = await hash(PASSWORD);
  // Between the check of the link and its use.
  Object.assign(passwords, {
    hash: async (password: string) => {
      await server.addPerson("boss", { administrator: true, passwordHash: boss });
      return hash(password);
    },
  });
  expect((await browser.post("/setup", { ...form.fields, ...root })).status).toBe(404);
  expect((await store.listAccounts()).map(({ username }) => username)).toEqual(["boss"]);
});

test("two who answer the same link at once: one wins", async () => {
  const browsers = Array.from({ length: 8 }, () => openBrowser(server));
  const forms = await Promise.all(browsers.map((one) => one.form(link)));
  const responses = await Promise.all(
    browsers.map((one, index) =>
      one.post("/setup", { ...forms[index]?.fields, username: `root${index}`, password: PASSWORD }),
    ),
  );
  expect(responses.filter(({ status }) => status === 303)).toHaveLength(1);
  expect(await server.context.store.listAccounts()).toHaveLength(1);
});

test("a link that was never made, or whose secret is changed, is a page that says so", async () => {
  const changed = withOtherEnding(link);
  for (const path of ["/setup", "/setup?token=", "/setup?token=x", changed]) {
    const response = await browser.get(path);
    expect(response.status).toBe(404);
    expect(await textOf(response)).toContain("This link no longer works");
  }
});

const refused: [Record<string, string>, string][] = [
  [{ username: "", password: PASSWORD }, "Choose a user name."],
  [{ username: "   ", password: PASSWORD }, "Choose a user name."],
  [{ username: "a\u0001b", password: PASSWORD }, "A user name has at most 200 characters"],
  [{ username: "a".repeat(201), password: PASSWORD }, "A user name has at most 200 characters"],
  [{ username: "root", password: "short" }, "needs at least 10 characters"],
  [{ username: "root" }, "needs at least 10 characters"],
  [{ username: "root", password: "password123" }, "Many people have this password or one like it"],
  [{ username: "root-of-all", password: "root-of-all1" }, "This is your user name"],
  [
    { username: "root", email: "maria.muster@mail.example", password: "Maria.Muster1" },
    "This is your e-mail address",
  ],
  [{ username: "root", password: "auth.example" }, "This is the name of this server"],
  [{ username: "root", password: "1234567890" }, "This is one pattern over and over"],
];
for (const [fields, words] of refused) {
  test(`${JSON.stringify(fields).slice(0, 60)} keeps the link and says: ${words}`, async () => {
    const response = await browser.submit(link, fields);
    expect(response.status).toBe(422);
    expect(await textOf(response)).toContain(words);
    expect(await server.context.store.listAccounts()).toEqual([]);
    expect((await browser.submit(link, root)).status).toBe(303);
  });
}

describe("a password from a breach", () => {
  const LEAKED = "a leaked password of mine";
  /** The answer of the page, and what the server asked elsewhere. */
  async function setUp(configuration: ConfigurationInput) {
    const asked: OutboundRequest[] = [];
    const digest = createHash("sha1").update(LEAKED).digest("hex");
    const outbound: Outbound = {
      send: async (request) => {
        asked.push(request);
        return { status: 200, text: `${digest.slice(5)}:7` };
      },
    };
    const other = await startTestServer(configuration, { outbound });
    try {
      const response = await openBrowser(other).submit(`/setup?token=${await makeSetupLink(other)}`, {
        ...root,
        password: LEAKED,
      });
      return { status: response.status, text: await textOf(response), asked };
    } finally {
      await other.close();
    }
  }

  test("is looked up and refused, if the operator names a list", async () => {
    const { status, text, asked } = await setUp({
      passwords: { breached_range_url: "https://list.example/range" },
    });
    expect(status).toBe(422);
    expect(text).toContain("This password was in a data breach");
    expect(asked).toHaveLength(1);
    expect(asked[0]?.url).toMatch(/^https:\/\/list\.example\/range\/[0-9A-F]{5}$/);
  });

  test("is looked up nowhere otherwise", async () => {
    const { status, asked } = await setUp({});
    expect(status).toBe(303);
    expect(asked).toEqual([]);
  });
});

test("a user name that is taken is said to be, and the link stays", async () => {
  await server.addPerson("Root");
  const response = await browser.submit(link, root);
  expect(response.status).toBe(422);
  expect(await textOf(response)).toContain("This user name is taken.");
  expect((await browser.submit(link, { ...root, username: "other" })).status).toBe(303);
});
