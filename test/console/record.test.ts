/** The console's pages about what happened and what was refused. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { findAccountBySignInName } from "../../src/operations/people.ts";
import { ask, askFor, startManagedServer, tokenOf, tokenOfProgram } from "../api/support.ts";
import type { Json } from "../support/flows.ts";
import { addPersonWithPassword, type Browser, openBrowser, textOf } from "../support/pages.ts";
import { proves } from "../support/proves.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

let server: TestServer;
let root: Browser;
beforeAll(async () => {
  server = await startTestServer();
  await addPersonWithPassword(server, "root", { administrator: true });
  root = openBrowser(server);
  await root.signIn("root");
});
afterAll(() => server.close());

const REDIRECT = "https://client.example/callbak";

async function refuse(redirectUri: string): Promise<string> {
  const query = new URLSearchParams({
    client_id: "web",
    response_type: "code",
    redirect_uri: redirectUri,
    state: "the-state",
  });
  const response = await server.fetch(`/auth/authorize?${query}`);
  await server.context.refusals.settled();
  return response.headers.get("request-id") ?? "";
}

test("lists what happened, and narrows it to a kind", async () => {
  const page = await textOf(await root.get("/admin/audit"));
  expect(page).toContain("session.started");
  const none = await textOf(await root.get("/admin/audit?kind=client.removed"));
  expect(none).toContain("Nothing fits.");
  expect(await textOf(await root.get("/admin/audit?kind=session"))).toContain("session.started");
});

test("narrows it to who did it and when, on the page and in the API", async () => {
  const day = (millis: number) => new Date(millis).toISOString().slice(0, 10);
  const [today, tomorrow] = [day(server.clock.millis()), day(server.clock.millis() + 86_400_000)];
  const account = await findAccountBySignInName(server.context, "root");
  const isThere = async (query: string) =>
    !(await textOf(await root.get(`/admin/audit?kind=session&${query}`))).includes("Nothing fits.");
  for (const [query, found] of [
    [`by=person:${account?.subject}`, true],
    ["by=person", true],
    ["by=client", false],
    ["by=nobody", false],
    [`since=${today}`, true],
    [`since=${tomorrow}`, false],
    [`until=${tomorrow}`, true],
    [`until=${today}`, false],
    ["since=yesterday", true],
  ] as const)
    expect([query, await isThere(query)]).toEqual([query, found]);

  const managed = await startManagedServer();
  const token = await tokenOfProgram(managed, "tessera.admin");
  await askFor(managed, token, "/groups", { method: "POST", body: { name: "made" } });
  const events = async (by: string) =>
    ((await askFor(managed, token, `/audit?kind=group&by=${by}`)).items as Json[]).map(({ event }) => event);
  expect([await events("client:service"), await events("client")]).toEqual([
    ["group.created"],
    ["group.created"],
  ]);
  expect([await events("operator"), await events("client:web")]).toEqual([[], []]);
  expect((await ask(managed, token, "/audit?by=nobody")).status).toBe(400);
  await managed.close();
});

test(
  proves("a person who acts by a token is named with the application that had it", "threat 91"),
  async () => {
    const managed = await startManagedServer({ log: { level: "info" } });
    const boss = await addPersonWithPassword(managed, "boss", { administrator: true });
    const ada = await managed.addPerson("ada");
    const token = await tokenOf(managed, boss, "tessera.people", "tessera.read", "tessera.admin");
    await askFor(managed, token, `/people/${ada.subject}`, { method: "PATCH", body: { name: "Ada" } });
    const by = `person:${boss.subject}`;
    const [row] = (await askFor(managed, token, "/audit?kind=person.changed")).items as Json[];
    expect(row).toMatchObject({ by, through: "web", subject: ada.subject });
    expect(managed.logged.find((line) => line.includes("person.changed"))).toContain(" through=web ");
    const browser = openBrowser(managed);
    await browser.signIn("boss");
    expect(await textOf(await browser.get("/admin/audit?kind=person.changed"))).toMatch(/through\s+web/);
    // In a browser there is no such application.
    const { fields } = await browser.form(`/admin/people/${ada.subject}`);
    await browser.post(`/admin/people/${ada.subject}`, { ...fields, act: "disable" });
    const [own] = (await askFor(managed, token, "/audit?kind=person.disabled")).items as Json[];
    expect(own?.by).toBe(by);
    expect(own).not.toHaveProperty("through");
    await managed.close();
  },
);

test("explains a refused request: what was sent, what is registered, and the cure", async () => {
  const id = await refuse(REDIRECT);
  const list = await root.get("/admin/refusals?client=web");
  expect(await list.text()).toContain(`href="/admin/requests/${id}"`);
  for (const path of [`/admin/requests/${id}`, `/admin/requests?q=${id}`]) {
    const page = await textOf(await root.get(path));
    expect(page).toContain(REDIRECT);
    expect(page).toContain("https://client.example/callback");
    expect(page).toContain("What to do");
    expect(page).not.toContain("the-state");
  }
  expect((await root.get("/admin/requests/unknown-one")).status).toBe(404);
});

test(proves("shows what strangers sent as text", "threat 90"), async () => {
  const id = await refuse(`https://client.example/"><script>alert(1)</script>`);
  const page = await (await root.get(`/admin/requests/${id}`)).text();
  expect(page).toContain("&lt;script&gt;");
  expect(page).not.toContain("<script");
});

test("finds the page of a request by the search of the first page", async () => {
  const id = await refuse(REDIRECT);
  expect(await (await root.get(`/admin?q=${id}`)).text()).toContain(`href="/admin/requests/${id}"`);
});
