/** Signing in on one device by approving it on another. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { changeAccount, findAccountByUsername, setPassword } from "../../src/operations/people.ts";
import { SERVER_ACT } from "../../src/rules/events.ts";
import { ANSWERS_AT_ONCE } from "../../src/rules/sign-in-approval.ts";
import { sessions, signInApprovals } from "../../src/store/tables/sign-in.ts";
import { addPersonWithPassword, type Browser, openBrowser, PASSWORD, textOf } from "../support/pages.ts";
import { proves } from "../support/proves.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

let server: TestServer;
let phone: Browser;

beforeAll(async () => {
  server = await startTestServer();
  await addPersonWithPassword(server, "ada");
  phone = openBrowser(server, "203.0.113.9");
  await phone.signIn("ada");
});
afterAll(() => server.close());

const CHROME =
  "Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";

/** A browser with the code on its screen. */
async function ask(browser: Browser, returnTo = "") {
  const started = await browser.get(`/login/other-device${returnTo}`, { "User-Agent": CHROME });
  expect(started.status).toBe(303);
  const page = started.headers.get("location") ?? "";
  const shown = await browser.get(page);
  const html = await shown.text();
  const [, number = ""] = /aria-describedby="number">(\d\d)</.exec(html) ?? [];
  const request = new URL(page, server.issuer).searchParams.get("request") ?? "";
  return {
    page,
    shown,
    html,
    number,
    request,
    link: `/login/approve?request=${encodeURIComponent(request)}`,
  };
}

const answer = (browser: Browser, link: string, number: string, decision = "allow") =>
  browser.submit(link, { number, decision }, "/login/approve");

test("a person signs in on a screen by their phone", async () => {
  const screen = openBrowser(server, "198.51.100.4");
  const { page, shown, number, link, html } = await ask(screen, "?return_to=%2Faccount");
  expect(html).toContain("<svg");
  expect(shown.headers.get("refresh")).toBe("3");
  const question = await textOf(await phone.get(link));
  expect(question).toContain("Chrome · Linux");
  expect(question).toContain("198.51.100.4");
  expect((await answer(phone, link, number)).status).toBe(200);
  const approved = await screen.get(page);
  expect(approved.headers.get("refresh")).toBeNull();
  const signedIn = await screen.submit(page, {}, "/login/other-device");
  expect(signedIn.status).toBe(303);
  expect(signedIn.headers.get("location")).toEndWith("/account");
  expect(await textOf(await screen.get("/account"))).toContain("ada");
});

test(
  proves("a link alone approves nothing: the number of the other screen must be typed", "threat 26"),
  async () => {
    const screen = openBrowser(server);
    const { page, number, link } = await ask(screen);
    const wrong = number === "42" ? "43" : "42";
    expect((await answer(phone, link, wrong)).status).toBe(422);
    expect((await answer(phone, link, "")).status).toBe(422);
    expect((await screen.get(page)).headers.get("refresh")).toBe("3");
    // A form that was made up has no token.
    expect(
      (await phone.post("/login/approve", { request: link, number, decision: "allow" })).status,
    ).not.toBe(200);
  },
);

test(proves("codes for another device are drawn only so often for one network", "threat 41"), async () => {
  const screen = openBrowser(server, "198.51.100.77");
  const { page } = await ask(screen);
  const { other_device_codes_per_address: most } = server.context.configuration.limits;
  const { limits } = server.context;
  for (let n = 1; n < most; n += 1) limits.otherDeviceCodePerAddress.attempt("198.51.100.77");
  const refused = await screen.get(page);
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
  // The person who waits does nothing: the code comes back.
  expect(refused.headers.get("refresh")).toBe(refused.headers.get("retry-after"));
  expect(await refused.text()).not.toContain('class="qr');
  expect((await ask(openBrowser(server, "198.51.200.78"))).shown.status).toBe(200);
});

test("guesses at the number are limited", async () => {
  await addPersonWithPassword(server, "guesser");
  const guesser = openBrowser(server, "203.0.113.10");
  await guesser.signIn("guesser");
  const { link, number } = await ask(openBrowser(server));
  const wrong = number === "42" ? "43" : "42";
  const statuses: number[] = [];
  for (let count = 0; count < 11; count += 1) statuses.push((await answer(guesser, link, wrong)).status);
  expect(statuses.slice(0, 10)).toEqual(Array(10).fill(422));
  expect(statuses[10]).toBe(429);
  expect((await answer(guesser, link, number)).status).toBe(429);
});

test(
  proves("an approval signs in only the browser that asked, and once", "threat 32", "threat 83"),
  async () => {
    const screen = openBrowser(server);
    const other = openBrowser(server);
    const { page, number, link, request } = await ask(screen);
    await answer(phone, link, number);
    // Another browser with the link is not the one that asked.
    await other.get("/login");
    expect((await other.get(page)).status).toBe(422);
    const form = await other.form("/login");
    const stolen = await other.post("/login/other-device", { ...form.fields, request });
    expect(stolen.status).toBe(422);
    const own = await screen.form(page, "/login/other-device");
    const twice = await Promise.all([0, 1].map(() => screen.post(own.action, own.fields)));
    expect(twice.map(({ status }) => status).sort()).toEqual([200, 303]);
  },
);

test("a denied sign-in stays denied, and one that was answered is over", async () => {
  const screen = openBrowser(server);
  const { page, link } = await ask(screen);
  expect((await answer(phone, link, "", "deny")).status).toBe(200);
  expect(await textOf(await screen.get(page))).toContain("denied");
  expect((await phone.get(link)).status).toBe(410);
  const question = await ask(openBrowser(server));
  const form = await phone.form(question.link, "/login/approve");
  const answers = ["allow", "deny", "allow", "deny"].map((decision) =>
    phone.post(form.action, { ...form.fields, number: question.number, decision }),
  );
  const statuses = (await Promise.all(answers)).map(({ status }) => status);
  expect(statuses.filter((status) => status === 200)).toHaveLength(1);
  expect(statuses.every((status) => [200, 409, 410].includes(status))).toBe(true);
});

test("a question is over after five minutes, and a made-up one is none", async () => {
  const screen = openBrowser(server);
  const { page, link, request } = await ask(screen);
  const [text = "", mac = ""] = request.split(".");
  const others = mac.startsWith("x") ? "y" : "x";
  expect((await phone.get(`/login/approve?request=${text}.${others}${mac.slice(1)}`)).status).toBe(410);
  expect((await phone.get(link)).status).toBe(200);
  server.clock.advance(301);
  expect((await phone.get(link)).status).toBe(410);
  expect(await textOf(await screen.get(page))).toContain("expired");
});

test("a new password takes an approval back", async () => {
  const bob = await addPersonWithPassword(server, "bob");
  const bobs = openBrowser(server, "203.0.113.11");
  await bobs.signIn("bob");
  const screen = openBrowser(server);
  const { page, number, link } = await ask(screen);
  await answer(bobs, link, number);
  const own = await screen.form(page, "/login/other-device");
  await setPassword(server.context, SERVER_ACT, bob.subject, "another hash");
  expect(await textOf(await screen.post(own.action, own.fields))).toContain("expired");
  expect((await screen.get("/account")).status).toBe(303);
});

test(
  proves("an approval is no newer sign-in than that of the phone, and ends with its session", "threat 83"),
  async () => {
    await addPersonWithPassword(server, "eve");
    const old = openBrowser(server, "203.0.113.12");
    await old.signIn("eve");
    server.clock.advance(86_400);
    const screen = openBrowser(server);
    const { page, number, link } = await ask(screen, "?return_to=%2Faccount");
    await answer(old, link, number);
    const form = await screen.form(page, "/login/other-device");
    const thief = openBrowser(server);
    const ended = await ask(thief);
    await answer(old, ended.link, ended.number);
    const late = await thief.form(ended.page, "/login/other-device");
    expect((await screen.post(form.action, form.fields)).status).toBe(303);
    const [newest, oldest] = await server.context.store.list(sessions, {
      where: { subject: (await findAccountByUsername(server.context, "eve"))?.subject },
      order: ["createdAt", "id"],
      descending: true,
      limit: 2,
    });
    expect(newest?.authenticatedAt).toBe(oldest?.authenticatedAt ?? Number.NaN);
    expect(newest?.expiresAt).toBe(oldest?.expiresAt ?? Number.NaN);
    // The session that approved it ends before the other screen goes on: another person signs in on that device.
    await addPersonWithPassword(server, "frank");
    await old.submit(
      "/login?return_to=%2Faccount&another=1",
      { username: "frank", password: PASSWORD },
      "/login",
    );
    expect(await textOf(await thief.post(late.action, late.fields))).toContain("expired");
  },
);
test(proves("an approval ends with the browsers that its person signs out", "threat 83"), async () => {
  await addPersonWithPassword(server, "carol");
  const stolen = openBrowser(server, "203.0.113.12");
  await stolen.signIn("carol");
  const owner = openBrowser(server, "203.0.113.13");
  await owner.signIn("carol");
  const screen = openBrowser(server, "203.0.113.12");
  const { page, number, link } = await ask(screen);
  await answer(stolen, link, number);
  const own = await screen.form(page, "/login/other-device");
  const before = await findAccountByUsername(server.context, "carol");
  await owner.submit("/account/security", { action: "end_other_sessions" }, "/account/security");
  // Sign-ins that are under way, which have no session yet, rest on the account as it was.
  const after = await findAccountByUsername(server.context, "carol");
  expect(after?.revision).toBeGreaterThan(before?.revision ?? Number.NaN);
  expect(await textOf(await screen.post(own.action, own.fields))).toContain("expired");
  expect((await screen.get("/account")).status).toBe(303);
});

test("a person gives a limited number of answers at a time", async () => {
  const dora = await addPersonWithPassword(server, "dora");
  const doras = openBrowser(server, "203.0.113.14");
  await doras.signIn("dora");
  const statuses: number[] = [];
  for (let count = 0; count <= ANSWERS_AT_ONCE; count += 1) {
    const { number, link } = await ask(openBrowser(server, `198.51.${count}.9`));
    statuses.push((await answer(doras, link, number, "deny")).status);
  }
  expect(statuses.filter((status) => status === 200)).toHaveLength(ANSWERS_AT_ONCE);
  expect(statuses.at(-1)).toBe(409);
  const kept = await server.context.store.list(signInApprovals, {
    where: { subject: dora.subject },
    limit: 50,
  });
  expect(kept).toHaveLength(ANSWERS_AT_ONCE);
});

test("an approval counts while the account is as it was", async () => {
  const gina = await addPersonWithPassword(server, "gina");
  const ginas = openBrowser(server, "203.0.113.15");
  await ginas.signIn("gina");
  const screen = openBrowser(server);
  const { page, number, link } = await ask(screen);
  await answer(ginas, link, number);
  const own = await screen.form(page, "/login/other-device");
  await changeAccount(server.context, SERVER_ACT, gina.subject, { name: "Gina" }, server.clock.seconds());
  expect(await textOf(await screen.post(own.action, own.fields))).toContain("expired");
});

test("the operator can do without it", async () => {
  const without = await startTestServer({ sign_in: { other_device: false } });
  try {
    expect((await without.fetch("/login/other-device")).status).toBe(404);
    expect(await (await without.fetch("/login")).text()).not.toContain("other-device");
  } finally {
    await without.close();
  }
});

test("the page with the code is in the language that the application wants", async () => {
  const request = "/auth/authorize?client_id=web&ui_locales=de";
  const screen = openBrowser(server);
  const { html } = await ask(screen, `?return_to=${encodeURIComponent(request)}`);
  expect(html).toContain('lang="de"');
});
