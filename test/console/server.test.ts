/** The console's pages about the server itself. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { addPersonWithPassword, type Browser, openBrowser, textOf } from "../support/pages.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

let server: TestServer;
let root: Browser;
beforeAll(async () => {
  server = await startTestServer({
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
