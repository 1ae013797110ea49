/** The console's pages about the server itself. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { signingKeys } from "../../src/store/tables/keys.ts";
import { serviceToken } from "../support/flows.ts";
import { addPersonWithPassword, type Browser, openBrowser, textOf } from "../support/pages.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

let server: TestServer;
let root: Browser;
beforeAll(async () => {
  server = await startTestServer({
    registration: { mode: "token", initial_access_tokens: ["an initial access token of the test"] },
    client_id_metadata_documents: { mode: "listed", allow: ["claude.ai"] },
    trusted_issuers: [{ issuer: "https://ci.invalid" }],
    mail: { host: "mail.invalid", from: "Tessera <auth@mail.invalid>" },
    token_exchange: [
      { client: "mail-server", resources: ["https://files.example/api"], act: "impersonation" },
    ],
  });
  await addPersonWithPassword(server, "root", { administrator: true });
  await addPersonWithPassword(server, "ada", { name: "Ada Lovelace" });
  root = openBrowser(server);
  await root.signIn("root");
});
afterAll(() => server.close());

describe("the signing keys", () => {
  const current = async () =>
    /<code>([\w-]{43})<\/code>/.exec(await (await root.get("/admin/keys")).text())?.[1];

  test("are listed, and rotated after a sign-in that is not long ago", async () => {
    await server.context.signingKeys.sign("RS256", "JWT", {});
    expect(await textOf(await root.get("/admin/keys"))).toContain("current");
    const form = { ...(await root.form("/admin/keys")).fields, act: "rotate", algorithm: "RS256" };
    const done = await root.post("/admin/keys", form);
    const page = await textOf(await root.get(done.headers.get("location") ?? ""));
    expect(page).toContain("The next key is");
    expect(page).toContain("next");
    const soon = await root.post("/admin/keys", { ...form, at_once: "1" });
    expect(soon.status).toBe(303);
    const keys = await server.context.store.list(signingKeys, { where: { algorithm: "RS256" }, limit: 9 });
    const now = server.clock.seconds();
    expect(keys.some(({ createdAt, signsFrom }) => createdAt >= now - 5 && signsFrom <= now + 70)).toBe(true);
    const wrong = await root.post("/admin/keys", { ...form, algorithm: "none" });
    expect(wrong.status).toBe(400);
  });

  test("leave the key set at once when one is taken out", async () => {
    const kid = (await current()) ?? "";
    const { fields } = await root.form("/admin/keys");
    const done = await root.post("/admin/keys", { ...fields, act: "retire", kid });
    expect(await textOf(await root.get(done.headers.get("location") ?? ""))).toContain(
      "is out of the key set",
    );
    const { keys } = (await (await server.fetch("/auth/jwks.json")).json()) as { keys: { kid: string }[] };
    expect(keys.map((key) => key.kid)).not.toContain(kid);
  });
});

test("scopes and APIs are those of the configuration", async () => {
  const page = await textOf(await root.get("/admin/scopes"));
  for (const words of ["mail.read", "Read your e-mail", "https://mail.example/", "tessera.admin"])
    expect(page).toContain(words);
  // RFC 9728: what each API serves, and where.
  expect(page).toContain("https://files.example/.well-known/oauth-protected-resource/api");
  expect(page).toContain('"resource": "https://files.example/api"');
});

test("the rules of token exchange are listed", async () => {
  const page = await textOf(await root.get("/admin/scopes"));
  const rules = page.slice(page.indexOf("Token exchange"));
  for (const words of ["mail-server", "any application", "its own APIs", "https://files.example/api", "no"])
    expect(rules).toContain(words);
});

test("settings show no secret, and where each comes from", async () => {
  const page = await textOf(await root.get("/admin/settings?all=1"));
  expect(page).toContain("lifetimes.access_token_seconds");
  expect(page).toContain("default");
  expect(page).not.toContain("a secret that is long enough for tests");
});

test("health says how the server fares", async () => {
  const page = await textOf(await root.get("/admin/health"));
  expect(page).toContain("The server answers, and its database reads and writes.");
  expect(page).toContain("https://auth.example");
});

describe("the search", () => {
  test("finds people, applications, and what belongs to them by its id", async () => {
    const find = async (text: string) => textOf(await root.get(`/admin?q=${encodeURIComponent(text)}`));
    expect(await find("ad")).toContain("Ada Lovelace (ada)");
    expect(await find("Example Web")).toContain("Example Web (web)");
    expect(await find("zebra")).toContain("Nothing was found.");
  });

  test("takes no token, which would stand in logs", async () => {
    const token = `tat_${"A".repeat(64)}`;
    expect((await root.get(`/admin?q=${token}`)).status).toBe(400);
  });
});

describe("the page of registration and trust", () => {
  const PATH = "/admin/registration";

  test("says who may register, what such applications may do, and where it is written", async () => {
    const page = await (await root.get(PATH)).text();
    for (const words of [
      "with an initial access token",
      "1 in the configuration",
      "Documents are taken from named places only.",
      "claude.ai",
      "/admin/apps?source=registration",
      "https://ci.invalid",
      "registration.unused_seconds",
      "/admin/scopes",
    ])
      expect(page).toContain(words);
    expect(page).not.toContain("an initial access token of the test");
  });

  test("blocks places and ends blocks, and takes no text that is none", async () => {
    const act = async (fields: Record<string, string>) =>
      root.post(PATH, { form_token: (await root.form(PATH)).fields.form_token ?? "", ...fields });
    const blocked = await act({ act: "document", what: "block", pattern: "*.evil.example" });
    expect(await textOf(await root.get(blocked.headers.get("location") ?? ""))).toContain("*.evil.example");
    expect((await act({ act: "unblock", pattern: "*.evil.example" })).status).toBe(303);
    expect(await textOf(await root.get(PATH))).not.toContain("*.evil.example");
    expect((await act({ act: "document", what: "block", pattern: "no place" })).status).toBe(422);
    expect((await act({ act: "document", what: "fetch", pattern: "https://evil.example/app" })).status).toBe(
      422,
    );
    const checked = await act({ act: "check", issuer: "https://ci.invalid" });
    expect(await textOf(await root.get(checked.headers.get("location") ?? ""))).toContain(
      "https://ci.invalid:",
    );
    expect((await act({ act: "check", issuer: "https://other.invalid" })).status).toBe(404);
  });
});

describe("the page of access tokens", () => {
  const PATH = "/admin/tokens";
  const act = async (fields: Record<string, string>) =>
    root.post(PATH, { form_token: (await root.form(PATH)).fields.form_token ?? "", ...fields });

  test("says what a token is, without an address that has it, and ends it", async () => {
    const text = await serviceToken(server);
    const found = await act({ act: "inspect", token: text });
    expect(found.status).toBe(200);
    const page = await found.text();
    expect(page).toContain("This access token is valid.");
    expect(page).not.toContain(text);
    const ended = await act({ act: "inspect", token: text, end: "1" });
    expect(ended.headers.get("location")).not.toContain(text);
    expect(await textOf(await act({ act: "inspect", token: text }))).toContain(
      "This access token is not valid.",
    );
    const wrong = await act({ act: "inspect", token: "no token" });
    expect([wrong.status, (await textOf(wrong)).includes("not a token of this server")]).toEqual([422, true]);
  });

  test("lists those of an application, and ends one by its id", async () => {
    await serviceToken(server);
    const listed = await (await root.get(`${PATH}?client=service`)).text();
    const [, id = ""] = /name="id" value="([^"]+)"/.exec(listed) ?? [];
    const ended = await act({ act: "revoke", id, client: "service" });
    expect(ended.headers.get("location")).toStartWith(`${PATH}?client=service`);
    expect(await (await root.get(`${PATH}?client=service`)).text()).not.toContain(id);
    expect((await root.get(`${PATH}?client=unknown`)).status).toBe(404);
  });
});

test("mails are listed, and shown with made-up facts", async () => {
  const page = await textOf(await root.get("/admin/mails?kind=password_changed"));
  // The sign-in of this browser was the first one.
  expect(page).toContain("sign-in in a new browser root waits");
  expect(page).toContain("Your password at Tessera was changed");
  expect((await root.get("/admin/mails?kind=unknown")).status).toBe(404);
});

test("a page checks the deployment, and another the record", async () => {
  const { fields } = await root.form("/admin/health");
  const checked = await textOf(await root.post("/admin/health", { ...fields, act: "check" }));
  expect(checked).toContain("Initial access tokens");
  const record = await root.form("/admin/audit", "/admin/audit");
  const verified = await root.post("/admin/audit", { form_token: fields.form_token ?? "", act: "verify" });
  expect(record).toBeDefined();
  expect(await textOf(await root.get(verified.headers.get("location") ?? ""))).toContain("The record fits");
});
