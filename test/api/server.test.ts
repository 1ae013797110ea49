/** Keys, settings, health and the search for everything, by the management API. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadWithSources } from "../../src/configuration/sources.ts";
import { listSettings } from "../../src/operations/management/server.ts";
import { SERVER_ACT } from "../../src/rules/events.ts";
import { authorityOf } from "../../src/rules/role.ts";
import { clientWordChanges } from "../../src/rules/search-words.ts";
import { insert } from "../../src/store/contract.ts";
import { clients as clientTable } from "../../src/store/tables/clients.ts";
import { newClient } from "../store/records.ts";
import { type Json, jsonOf, requestToken, textOf, tokensFor } from "../support/flows.ts";
import { addPersonWithPassword, openBrowser } from "../support/pages.ts";
import { proves } from "../support/proves.ts";
import { SECRET, type TestServer } from "../support/server.ts";
import { ask, askFor, startManagedServer, tokenOfProgram } from "./support.ts";

let server: TestServer;
let admin: string;
let people: string;
let clients: string;

beforeAll(async () => {
  server = await startManagedServer({
    token_exchange: [{ client: "mail-server", resources: ["https://files.example/api"], scopes: ["files"] }],
  });
  admin = await tokenOfProgram(server, "tessera.admin");
  people = await tokenOfProgram(server, "tessera.people");
  clients = await tokenOfProgram(server, "tessera.clients");
});
afterAll(() => server.close());

const itemsOf = async (path: string): Promise<Json[]> =>
  ((await askFor(server, admin, path)) as { items: Json[] }).items;

describe("the keys that sign tokens", () => {
  test("are rotated and retired, and the key set follows at once", async () => {
    const made = await askFor(server, admin, "/keys", { method: "POST", body: {} });
    expect(made.state).toBe("next");
    const published = async () =>
      ((await (await server.fetch("/auth/jwks.json")).json()) as { keys: Json[] }).keys.map(({ kid }) => kid);
    expect(await published()).toContain(made.kid);
    const current = (await itemsOf("/keys")).find(({ state }) => state === "current");
    await askFor(server, admin, `/keys/${current?.kid}`, { method: "DELETE" });
    expect(await published()).not.toContain(current?.kid);
    expect((await ask(server, admin, "/keys/unknown", { method: "DELETE" })).status).toBe(404);
  });

  test("are of algorithms that the configuration names", async () => {
    const response = await ask(server, admin, "/keys", { method: "POST", body: { algorithm: "PS512" } });
    expect(response.status).toBe(400);
  });
});

test("the rules of token exchange are listed", async () => {
  expect(await itemsOf("/token-exchange")).toEqual([
    {
      client: "mail-server",
      from_clients: null,
      from_resources: null,
      resources: ["https://files.example/api"],
      scopes: ["files"],
      act: "delegation",
    },
  ]);
});

describe("the settings", () => {
  test(proves("have their values, and no secret", "threat 90"), async () => {
    const settings = await itemsOf("/settings");
    const of = (key: string) => settings.find((setting) => setting.key === key);
    expect(of("issuer")).toMatchObject({ value: "https://auth.example" });
    expect(of("lifetimes.access_token_seconds")).toMatchObject({ source: "default", written_in: null });
    expect(JSON.stringify(settings)).not.toContain(SECRET);
    expect(JSON.stringify(settings)).toContain("(hidden)");
  });

  test("say where each was written: file, environment, flag or nowhere", async () => {
    const folder = mkdtempSync(join(tmpdir(), "tessera-settings-"));
    const file = join(folder, "tessera.toml");
    await Bun.write(
      file,
      'issuer = "https://file.example"\n[lifetimes]\naccess_token_seconds = 600\nsession_idle_seconds = 9000\n[[scopes]]\nname = "a"\ndescription = "A"\n',
    );
    const loaded = loadWithSources({
      env: { TESSERA_CONFIG: file, TESSERA_LIFETIMES__ACCESS_TOKEN_SECONDS: "700", TESSERA_PORT: "9000" },
      flags: { set: ["log.level=debug"] },
    });
    rmSync(folder, { recursive: true });
    const authority = authorityOf(SERVER_ACT, null, ["tessera.read"]);
    const items = listSettings({ ...server.context, ...loaded }, authority);
    const sources = Object.fromEntries(
      [
        "issuer",
        "lifetimes.access_token_seconds",
        "lifetimes.session_idle_seconds",
        "log.level",
        "scopes",
        "listen",
        "workers",
      ].map((key) => {
        const { source = null } = items.find((setting) => setting.key === key) ?? {};
        return [key, [source?.kind ?? "default", source?.name ?? null]];
      }),
    );
    expect(sources).toEqual({
      issuer: ["file", file],
      "lifetimes.access_token_seconds": ["environment", "TESSERA_LIFETIMES__ACCESS_TOKEN_SECONDS"],
      "lifetimes.session_idle_seconds": ["file", file],
      "log.level": ["flag", "--set log.level"],
      scopes: ["file", file],
      listen: ["environment", "TESSERA_PORT"],
      workers: ["default", null],
    });
  });
});

test("the health says whether the database works, and how much there is", async () => {
  const health = await askFor(server, admin, "/health");
  expect(health).toMatchObject({ ready: true, issuer: "https://auth.example", mail: null });
  expect(health.clients).toBeGreaterThan(3);
  expect(health.keys).not.toBeEmpty();
});

describe("the search", () => {
  const search = (token: string, text: string) =>
    askFor(server, token, `/search?q=${encodeURIComponent(text)}`) as Promise<Record<string, Json[]>>;

  test("finds a person, a client, a grant, a session and a token at once", async () => {
    const ada = await server.addPerson("ada-found", { email: "found@example.org" });
    const tokens = await tokensFor(server, ada, { scope: "openid" });
    const [grant] = await itemsOf(`/grants?person=${ada.subject}`);
    const [session] = await itemsOf(`/people/${ada.subject}/sessions`);
    const inspected = (await askFor(server, admin, "/tokens/inspect", {
      method: "POST",
      body: { token: tokens.access_token },
    })) as { token: Json };
    const kindsOf = async (text: string) =>
      Object.entries(await search(admin, text)).flatMap(([kind, found]) =>
        Array.isArray(found) ? found.map(() => kind) : [],
      );
    expect(await kindsOf("ada-fou")).toEqual(["people"]);
    expect(await kindsOf("found@example.org")).toEqual(["people"]);
    expect(await kindsOf(ada.subject)).toEqual(["people"]);
    expect(await kindsOf("example web")).toEqual(["clients"]);
    expect(await kindsOf("televis")).toEqual(["clients"]);
    expect(await kindsOf(String(grant?.id))).toEqual(["grants"]);
    expect(await kindsOf(String(session?.id))).toEqual(["sessions"]);
    expect(await kindsOf(textOf(inspected.token, "jti"))).toEqual(["tokens"]);
    expect(await kindsOf(" ")).toEqual([]);
  });

  test("finds a request by its id, with why it was refused", async () => {
    const wrong = { grant_type: "authorization_code", code: "wrong", redirect_uri: "https://wrong.example/" };
    const response = await requestToken(server, "web", wrong);
    await server.context.refusals.settled();
    const { requests = [] } = await search(admin, response.headers.get("request-id") ?? "");
    expect(requests).toMatchObject([{ refusal: { error: "invalid_grant", client: "web" } }]);
    const found = await search(people, response.headers.get("request-id") ?? "");
    expect(found.requests).toEqual([]);
  });

  test(proves("finds only what the actor may read", "threat 90"), async () => {
    await server.addPerson("web-person");
    const counts = async (token: string) => {
      const { people: persons = [], clients: apps = [] } = await search(token, "web");
      return [persons.length, apps.length];
    };
    expect(await counts(admin)).toEqual([1, 1]);
    expect(await counts(people)).toEqual([1, 0]);
    expect(await counts(clients)).toEqual([0, 1]);
  });

  test("says where it finds more than it shows, in the API and on the pages", async () => {
    expect(await search(admin, "example web")).toMatchObject({
      clients_complete: true,
      people_complete: true,
    });
    const changes = Array.from({ length: 60 }, (_, index) => newClient({ clientName: `Crowded ${index}` }));
    await server.context.store.commit({
      changes: changes.flatMap((client) => [insert(clientTable, client), ...clientWordChanges(null, client)]),
    });
    const found = await search(admin, "crowd");
    expect(found.clients).toHaveLength(10);
    expect(found).toMatchObject({ clients_complete: false, people_complete: true });
    const browser = openBrowser(server);
    await addPersonWithPassword(server, "searcher", { administrator: true });
    await browser.signIn("searcher");
    for (const path of ["/admin", "/admin/apps"]) {
      expect(await (await browser.get(`${path}?q=crowd`)).text()).toContain("There are more. Type more");
      expect(await (await browser.get(`${path}?q=example+web`)).text()).not.toContain("There are more.");
    }
  });

  test("takes no token, which would stand in the logs of proxies", async () => {
    const ada = await server.addPerson("ada-leaking");
    const { access_token } = await tokensFor(server, ada, { scope: "openid" });
    for (const text of [access_token, "eyJhbGciOiJSUzI1NiJ9.e30.c2ln"]) {
      const response = await ask(server, admin, `/search?q=${text}`);
      expect(response.status).toBe(400);
      expect(String((await jsonOf(response)).error_description)).toContain("/api/tokens/inspect");
    }
  });
});
