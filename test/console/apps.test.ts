/** The console's pages about applications, as the browsers of those who manage see them. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { newClientRecord } from "../../src/clients/clients.ts";
import { addClient, createClient, findClient } from "../../src/operations/clients.ts";
import { createGroup } from "../../src/operations/groups.ts";
import { formToken } from "../../src/pages/forms.ts";
import { systemRandom } from "../../src/platform/random.ts";
import type { ClientId } from "../../src/protocol/identifiers.ts";
import { VERIFYING_NAMES } from "../../src/protocol/signing-algorithms.ts";
import { RECIPES } from "../../src/recipes/table.ts";
import { SERVER_ACT } from "../../src/rules/events.ts";
import type { ClientRecord } from "../../src/store/tables/clients.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import { DETAILS_CONFIGURATION } from "../support/authorization-details.ts";
import { addPersonWithPassword, type Browser, openBrowser, PASSWORD, textOf } from "../support/pages.ts";
import { grantAccess } from "../support/people.ts";
import { proves } from "../support/proves.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

let server: TestServer;
let root: Browser;
let ada: AccountRecord;
beforeEach(async () => {
  server = await startTestServer();
  root = openBrowser(server);
  await addPersonWithPassword(server, "root", { administrator: true });
  ada = await addPersonWithPassword(server, "ada", { name: "Ada Lovelace", email: "ada@example.org" });
  await root.signIn("root");
});
afterEach(() => server.close());

const find = async (clientId: string): Promise<ClientRecord> => {
  const client = await findClient(server.context, clientId);
  if (client === null) throw new Error(`There is no ${clientId}.`);
  return client;
};

const tokenOf = (browser: Browser): string =>
  formToken(server.context, browser.cookie.split("=")[1] ?? "", "console");

/** Sends a form of a page. */
const act = (browser: Browser, path: string, fields: Record<string, string>): Promise<Response> =>
  browser.post(path, { form_token: tokenOf(browser), ...fields });

/** The page to which an act leads. */
async function after(browser: Browser, response: Response): Promise<string> {
  expect(response.status).toBe(303);
  return textOf(await browser.get(response.headers.get("location") ?? ""));
}

/** Adds an application by hand, and returns its secret, as the page shows it. */
async function add(fields: Record<string, string> = {}): Promise<string | null> {
  const response = await act(root, "/admin/apps/new/by-hand", {
    act: "add",
    kind: "web",
    name: "Photo Album",
    client_id: "album",
    redirect_uris: "https://album.example/callback",
    "scope.openid": "1",
    "scope.profile": "1",
    ...fields,
  });
  expect(response.status).toBe(200);
  return /tcs_[\w-]{64}/.exec(await response.text())?.[0] ?? null;
}

const TABS = [
  "",
  "/secrets",
  "/access",
  "/scopes",
  "/claims",
  "/lifetimes",
  "/grants",
  "/refusals",
  "/logout",
];

const revision = async (clientId = "album") => String((await find(clientId)).revision);

/** All that a form of the settings sends. */
const settings = async (fields: Record<string, string> = {}) => ({
  act: "edit",
  revision: await revision(),
  name: "Photo Album",
  redirect_uris: "https://album.example/callback",
  "grant.authorization_code": "1",
  "grant.refresh_token": "1",
  require_pkce: "1",
  ...fields,
});

describe("the list of applications", () => {
  test("has each with where it came from, its state and its last sign-in", async () => {
    await add();
    await grantAccess(server, ada, "web", ["profile"]);
    const page = await textOf(await root.get("/admin/apps"));
    expect(page).toContain("Photo Album album made here unused");
    expect(page).toMatch(/Example Web web configuration active \d/);
  });

  test("is filtered by links, and searched", async () => {
    await add();
    expect(await textOf(await root.get("/admin/apps?source=operator"))).not.toContain("Example Web");
    expect(await textOf(await root.get("/admin/apps?source=configuration"))).not.toContain("Photo Album");
    expect(await textOf(await root.get("/admin/apps?source=registration"))).toContain("no such applications");
    await act(root, "/admin/apps/album/access", { act: "disable" });
    const disabled = await textOf(await root.get("/admin/apps?state=disabled"));
    expect(disabled).toContain("Photo Album");
    expect(disabled).not.toContain("Example Web");
    expect(await textOf(await root.get("/admin/apps?q=albu"))).toContain("Photo Album");
    expect(await textOf(await root.get("/admin/apps?q=zebra"))).toContain("There are no such applications.");
  });

  test("comes in pages", async () => {
    for (let count = 0; count < 60; count += 1) await add({ client_id: `app-${count}` });
    const names = (page: string) => [...page.matchAll(/\/admin\/apps\/(app-\d+)"/g)].map(([, id]) => id);
    const first = await (await root.get("/admin/apps?source=operator")).text();
    const next = /href="(\/admin\/apps\?cursor=[^"]+)"/.exec(first)?.[1]?.replaceAll("&amp;", "&") ?? "";
    const second = await (await root.get(next)).text();
    expect(new Set([...names(first), ...names(second)]).size).toBe(60);
    expect((await root.get("/admin/apps?cursor=AAAA")).status).toBe(400);
  });
});

describe("adding an application of the gallery", () => {
  test("begins with all that the server knows, and a field that finds one", async () => {
    const all = await (await root.get("/admin/apps/new")).text();
    for (const { id } of RECIPES) expect(all).toContain(`/admin/apps/new/${id}"`);
    const few = await (await root.get("/admin/apps/new?q=immi")).text();
    expect(few.match(/\/admin\/apps\/new\/[a-z0-9-]+"/g)).toEqual(['/admin/apps/new/immich"']);
    expect(few).toContain("/admin/apps/new/by-hand?kind=service");
    expect(await textOf(await root.get("/admin/apps/new?q=zebra"))).toContain("Nothing was found.");
  });

  test("opens a page for each, in both languages", async () => {
    for (const { id, address } of RECIPES) {
      const query = address === null ? "" : `?url=${encodeURIComponent(address.example)}`;
      for (const language of ["en", "de"]) {
        const page = await root.get(`/admin/apps/new/${id}${query}`, { "Accept-Language": language });
        expect([id, page.status]).toEqual([id, 200]);
      }
    }
    expect((await root.get("/admin/apps/new/zebra")).status).toBe(404);
  });

  test("asks for its address, shows what will be made, and then its secret and what to paste", async () => {
    const path = "/admin/apps/new/immich";
    const asked = await textOf(await root.get(path));
    expect(asked).toContain("Where people open Immich");
    expect(asked).not.toContain("This will be made");
    const shown = await textOf(await root.get(`${path}?url=https://photos.example`));
    expect(shown).toContain("This will be made");
    expect(shown).toContain("https://photos.example/auth/login");
    expect(await findClient(server.context, "immich")).toBeNull();
    const made = await act(root, path, { act: "make", url: "https://photos.example" });
    expect(made.status).toBe(200);
    const page = await made.text();
    const [secret = ""] = /tcs_[\w-]{64}/.exec(page) ?? [];
    expect(secret).not.toBe("");
    expect(page.split(secret)).toHaveLength(3);
    expect(page).toContain(server.issuer);
    expect(await find("immich")).toMatchObject({ clientName: "Immich", source: "operator" });
    expect(await textOf(await root.get(`${path}?url=https://photos.example`))).toContain(
      "Another application has this identifier.",
    );
    const again = await act(root, path, { act: "make", url: "https://photos.example" });
    expect(again.status).toBe(409);
    expect(await textOf(again)).toContain("The name is taken.");
  });

  test("says in the language of the page what is wrong with an address", async () => {
    const faults = {
      "photos.example": ["must begin with https://", "muss mit https://"],
      "ftp://photos.example": ["People open it with https.", "Man öffnet sie mit https."],
      "https://photos.example/?q=1": ["Write the address alone", "nur die Adresse"],
      "https://photos.example/below": ["cannot live below a path", "nicht unter einem Pfad"],
      "": ["Say where people open", "wo man die Anwendung öffnet"],
    };
    for (const [url, [english = "", german = ""]] of Object.entries(faults)) {
      const path = `/admin/apps/new/immich?url=${encodeURIComponent(url)}`;
      expect(await textOf(await root.get(path))).toContain(english);
      expect(await textOf(await root.get(path, { "Accept-Language": "de" }))).toContain(german);
      const sent = await act(root, "/admin/apps/new/immich", { act: "make", url });
      expect(sent.status).toBe(422);
    }
    expect(await findClient(server.context, "immich")).toBeNull();
  });

  test("makes no application that cannot sign in here", async () => {
    const refused = RECIPES.find((recipe) => recipe.refused !== undefined);
    if (refused === undefined) return;
    const path = `/admin/apps/new/${refused.id}`;
    const page = await textOf(await root.get(path));
    expect(page).toContain("cannot sign in with this server");
    const sent = await act(root, path, { act: "make", url: refused.address?.example ?? "" });
    expect([409, 422]).toContain(sent.status);
  });

  test("says what the configuration needs first", async () => {
    const needing = RECIPES.find(
      ({ server: text, address }) => text?.includes("[[scopes]]") && address !== null,
    );
    if (needing === undefined) return;
    const url = encodeURIComponent(needing.address?.example ?? "");
    const page = await textOf(await root.get(`/admin/apps/new/${needing.id}?url=${url}`));
    expect(page).toContain("First put this into tessera.toml");
    expect(page).toContain("[[scopes]]");
  });
});

describe("adding an application by hand", () => {
  test("asks what its kind needs", async () => {
    expect(await textOf(await root.get("/admin/apps/new/by-hand"))).toContain("What kind of application");
    const web = await textOf(await root.get("/admin/apps/new/by-hand?kind=web"));
    expect(web).toContain("Redirect URIs");
    const service = await textOf(await root.get("/admin/apps/new/by-hand?kind=service"));
    expect(service).not.toContain("Redirect URIs");
  });

  test("makes each kind, with a secret where it keeps one", async () => {
    expect(await add()).not.toBeNull();
    expect(await find("album")).toMatchObject({
      grantTypes: ["authorization_code", "refresh_token"],
      redirectUris: ["https://album.example/callback"],
      scope: ["openid", "profile"],
    });
    expect(await add({ kind: "app", client_id: "phone" })).toBeNull();
    expect(await add({ kind: "device", client_id: "tv" })).toBeNull();
    expect((await find("tv")).grantTypes).toContain("urn:ietf:params:oauth:grant-type:device_code");
    expect(await add({ kind: "service", client_id: "robot", "scope.files": "1" })).not.toBeNull();
    expect(await find("robot")).toMatchObject({ grantTypes: ["client_credentials"], redirectUris: [] });
  });

  test("takes several redirect URIs, one per line", async () => {
    await add({ redirect_uris: "  https://a.example/cb\r\n\r\nhttps://b.example/cb \n" });
    expect((await find("album")).redirectUris as readonly string[]).toEqual([
      "https://a.example/cb",
      "https://b.example/cb",
    ]);
  });

  test("shows what was typed where something is wrong, and says it in German too", async () => {
    const fields = {
      act: "add",
      kind: "web",
      name: "Photo Album",
      client_id: "album",
      redirect_uris: "https://album.example/*\nhttps://b.example/cb",
      "scope.email": "1",
    };
    const path = "/admin/apps/new/by-hand";
    const refused = await act(root, path, fields);
    expect(refused.status).toBe(422);
    const page = await refused.text();
    expect(page).toContain("wildcards are not supported");
    expect(page).toContain('value="Photo Album"');
    expect(page).toContain("https://album.example/*\nhttps://b.example/cb");
    expect(page).toMatch(/name="scope\.email" value="1" checked/);
    expect(page).not.toMatch(/name="scope\.openid" value="1" checked/);
    const german = await root.post(
      path,
      { form_token: tokenOf(root), ...fields },
      { "Accept-Language": "de" },
    );
    const text = await textOf(german);
    expect(text).toContain("Die Redirect-URI „https://album.example/*“ geht nicht: Platzhalter");
    expect(text).not.toContain("wildcards");
    expect(await findClient(server.context, "album")).toBeNull();
    const taken = await act(root, path, {
      ...fields,
      client_id: "web",
      redirect_uris: "https://b.example/cb",
    });
    expect(taken.status).toBe(409);
  });

  test("needs a sign-in that is not long ago", async () => {
    server.clock.advance(901);
    const asked = await act(root, "/admin/apps/new/by-hand", { act: "add", kind: "web", name: "Late" });
    expect(asked.headers.get("location")).toStartWith("/login?return_to=%2Fadmin%2Fapps%2Fnew%2Fby-hand");
    expect(await textOf(await root.get("/admin/apps?source=operator"))).toContain("no such applications");
  });

  test("comes back from that sign-in to what was asked", async () => {
    const path = "/admin/apps/new/immich?url=https%3A%2F%2Fphotos.example";
    const { action, fields } = await root.form(path, "name=Immich");
    server.clock.advance(901);
    const asked = await root.post(action, fields);
    const back = new URL(asked.headers.get("location") ?? "", server.issuer).searchParams.get("return_to");
    await root.submit(asked.headers.get("location") ?? "", { username: "root", password: PASSWORD });
    expect(await textOf(await root.get(back ?? ""))).toContain("https://photos.example/auth/login");
    const signedOut = await openBrowser(server).get("/admin/apps?source=operator");
    expect(signedOut.headers.get("location")).toContain(encodeURIComponent("?source=operator"));
  });
});

describe("an application’s page", () => {
  beforeEach(async () => {
    await add();
  });

  test("opens with each tab, in both languages", async () => {
    for (const tab of TABS) {
      for (const id of ["album", "web", "service", "spa"]) {
        for (const language of ["en", "de"]) {
          const page = await root.get(`/admin/apps/${id}${tab}`, { "Accept-Language": language });
          expect([id, tab, page.status]).toEqual([id, tab, 200]);
        }
      }
    }
    expect((await root.get("/admin/apps/zebra")).status).toBe(404);
  });

  test("changes settings, unless they were changed meanwhile", async () => {
    const form = await settings({
      name: "Our Album",
      redirect_uris: "https://album.example/callback\nhttps://album.example/second",
      first_party: "1",
      client_uri: "https://album.example/",
    });
    expect(await after(root, await act(root, "/admin/apps/album", form))).toContain(
      "Saved the changes to Photo Album.",
    );
    expect(await find("album")).toMatchObject({
      clientName: "Our Album",
      firstParty: true,
      clientUri: "https://album.example/",
      requirePkce: true,
    });
    expect((await find("album")).redirectUris).toHaveLength(2);
    const stale = await act(root, "/admin/apps/album", { ...form, name: "Mine" });
    expect(stale.status).toBe(412);
    const page = await stale.text();
    expect(page).toContain("It was changed meanwhile.");
    expect(page).toContain('value="Mine"');
    expect((await find("album")).clientName).toBe("Our Album");
  });

  test("shows what was typed where a setting is wrong", async () => {
    const wrong: [Record<string, string>, string][] = [
      [{ redirect_uris: "" }, "at least one"],
      [{ redirect_uris: "album.example" }, "not an absolute URI"],
      [{ redirect_uris: "http://10.0.0.5/cb" }, "http is only for loopback"],
      [{ client_uri: "javascript:alert(1)" }, "must be an http or https URL"],
      [{ name: "   " }, "nothing to read"],
    ];
    for (const [fields, why] of wrong) {
      const refused = await act(root, "/admin/apps/album", await settings({ ...fields, contacts: "me" }));
      expect(refused.status).toBe(422);
      const page = await textOf(refused.clone());
      expect(page).toContain(why);
      expect(await refused.text()).toContain(">me</textarea>");
    }
    const allowed = await settings({ redirect_uris: "http://10.0.0.5/cb", allow_http: "1" });
    expect((await act(root, "/admin/apps/album", allowed)).status).toBe(303);
  });

  test("changes what few need", async () => {
    const form = {
      act: "more",
      revision: await revision(),
      subject_type: "pairwise",
      request_alg: "ES256",
      default_max_age: "600",
    };
    expect((await act(root, "/admin/apps/album", { ...form, dpop_bound: "1" })).status).toBe(303);
    expect(await find("album")).toMatchObject({
      subjectType: "pairwise",
      requestObjectSigningAlg: "ES256",
      sectorIdentifierUri: null,
      defaultMaxAge: 600,
      dpopBoundAccessTokens: true,
    });
    await act(root, "/admin/apps/album", { ...form, revision: await revision() });
    expect(await find("album")).toMatchObject({ dpopBoundAccessTokens: false });
    const wrong = await act(root, "/admin/apps/album", {
      act: "more",
      revision: await revision(),
      default_max_age: "soon",
    });
    expect(wrong.status).toBe(422);
    expect(await wrong.text()).toContain('value="soon"');
  });

  test.each(VERIFYING_NAMES)("offers and keeps %s, as every other door does", async (algorithm) => {
    const { store } = server.context;
    const algorithms = {
      requestObjectSigningAlg: algorithm,
      backchannelAuthenticationRequestSigningAlg: algorithm,
    };
    const grantTypes = [...(await find("album")).grantTypes, "urn:openid:params:grant-type:ciba" as const];
    await store.putClient({
      ...(await find("album")),
      ...{ grantTypes, backchannelTokenDeliveryMode: "poll", jwksUri: "https://album.example/keys" },
      ...algorithms,
    });
    const page = await (await root.get("/admin/apps/album")).text();
    const chosen = (id: string) =>
      new RegExp(`<select id="${id}"[^]*?<option value="([^"]*)" selected=""`).exec(page)?.[1];
    const form = {
      ...{ act: "more", revision: await revision(), subject_type: "public", delivery: "poll" },
      ...{ request_alg: chosen("request_alg") ?? "", asking_alg: chosen("asking_alg") ?? "" },
    };
    expect((await act(root, "/admin/apps/album", form)).status).toBe(303);
    expect(await find("album")).toMatchObject(algorithms);
  });

  test("says how it learns that people have answered, once it may ask them", async () => {
    const { store } = server.context;
    expect(await (await root.get("/admin/apps/album")).text()).not.toContain('name="delivery"');
    const grantTypes = [...(await find("album")).grantTypes, "urn:openid:params:grant-type:ciba" as const];
    await store.putClient({ ...(await find("album")), grantTypes, backchannelTokenDeliveryMode: "poll" });
    expect(await (await root.get("/admin/apps/album")).text()).toContain('name="ping_url"');
    const form = async (ping_url: string) => ({
      ...{ act: "more", revision: await revision(), subject_type: "public" },
      ...{ delivery: "ping", ping_url, asking_alg: "" },
    });
    const wrong = await act(root, "/admin/apps/album", await form("http://album.example/ping"));
    expect(wrong.status).toBe(422);
    expect((await act(root, "/admin/apps/album", await form("https://album.example/ping"))).status).toBe(303);
    expect(await find("album")).toMatchObject({
      backchannelTokenDeliveryMode: "ping",
      backchannelClientNotificationEndpoint: "https://album.example/ping",
      backchannelAuthenticationRequestSigningAlg: null,
    });
  });

  test("says which authorization details it may ask people for", async () => {
    await server.close();
    server = await startTestServer(DETAILS_CONFIGURATION);
    root = openBrowser(server);
    await addPersonWithPassword(server, "root", { administrator: true });
    await root.signIn("root");
    await add();
    const { store } = server.context;
    await store.putClient({ ...(await find("album")), authorizationDetailsTypes: ["payment", "gone"] });
    const page = await (await root.get("/admin/apps/album")).text();
    expect(page).toContain("Make a payment (payment)");
    const form = { act: "more", revision: await revision(), "details:documents": "1" };
    expect((await act(root, "/admin/apps/album", form)).status).toBe(303);
    expect((await find("album")).authorizationDetailsTypes).toEqual(["documents", "gone"]);
  });

  test("adds a secret, which is shown once, and removes one", async () => {
    const [first] = (await find("album")).secrets;
    const shown = await act(root, "/admin/apps/album/secrets", { act: "add" });
    const [secret = ""] = /tcs_[\w-]{64}/.exec(await shown.text()) ?? [];
    expect((await find("album")).secrets).toHaveLength(2);
    const page = await (await root.get("/admin/apps/album/secrets")).text();
    expect(page).not.toContain("tcs_");
    expect(page).toContain(first?.id ?? "?");
    const removed = await act(root, "/admin/apps/album/secrets", { act: "remove", secret: first?.id ?? "" });
    expect(await after(root, removed)).toContain("Removed the secret.");
    const authorization = `Basic ${btoa(`album:${secret}`)}`;
    const token = await server.post(
      "/auth/token",
      { grant_type: "authorization_code", code: "tac_none", redirect_uri: "https://album.example/callback" },
      { authorization },
    );
    expect(((await token.json()) as { error: string }).error).toBe("invalid_grant");
    const gone = await act(root, "/admin/apps/album/secrets", { act: "remove", secret: "nothing" });
    expect(gone.status).toBe(404);
  });

  test("asks for secrets after a sign-in that is not long ago", async () => {
    server.clock.advance(901);
    const forms: Record<string, string>[] = [
      { act: "add" },
      { act: "remove", secret: "x" },
      { act: "method", method: "client_secret_post", revision: await revision() },
    ];
    for (const fields of forms) {
      const asked = await act(root, "/admin/apps/album/secrets", fields);
      expect(asked.headers.get("location")).toStartWith("/login?return_to=%2Fadmin%2Fapps%2Falbum%2Fsecrets");
    }
    expect((await find("album")).secrets).toHaveLength(1);
  });

  test("gives an application a secret that had none, and takes its secrets away", async () => {
    const path = "/admin/apps/album/secrets";
    await act(root, path, { act: "method", method: "none", revision: await revision() });
    expect(await find("album")).toMatchObject({ tokenEndpointAuthMethod: "none", secrets: [] });
    expect(await textOf(await root.get(path))).toContain("This application keeps no secret.");
    const back = await act(root, path, {
      act: "method",
      method: "client_secret_post",
      revision: await revision(),
    });
    expect(await back.text()).toMatch(/tcs_[\w-]{64}/);
    const wrong = await act(root, path, { act: "method", method: "magic", revision: await revision() });
    expect(wrong.status).toBe(400);
  });

  test("takes the keys of an application that signs, and shows them", async () => {
    const path = "/admin/apps/album/secrets";
    const sign = async (more: Record<string, string>) =>
      act(root, path, { act: "method", method: "private_key_jwt", revision: await revision(), ...more });
    expect(await textOf(await sign({}))).toContain("needs the keys of the client");
    expect(await textOf(await sign({ jwks: "{" }))).toContain("The keys are not JSON.");
    const keys = [
      { kty: "OKP", crv: "Ed25519", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", kid: "one" },
    ];
    await sign({ jwks: JSON.stringify({ keys }), auth_alg: "EdDSA" });
    expect(await find("album")).toMatchObject({
      tokenEndpointAuthMethod: "private_key_jwt",
      tokenEndpointAuthSigningAlg: "EdDSA",
      secrets: [],
    });
    const shown = await textOf(await root.get(path));
    expect(shown).toContain("one (Ed25519)");
    expect(shown).not.toContain("Add a secret");
    await sign({ jwks_uri: "https://album.example/keys" });
    expect(await find("album")).toMatchObject({ jwks: null, jwksUri: "https://album.example/keys" });
    const back = await act(root, path, {
      act: "method",
      method: "client_secret_post",
      revision: await revision(),
    });
    expect(await back.text()).toMatch(/tcs_[\w-]{64}/);
  });

  test("takes workloads, shows them, and lets a client be without secret and key for as long as it has one", async () => {
    const path = "/admin/apps/album/secrets";
    const save = async (workloads: string, method = "private_key_jwt") =>
      act(root, path, {
        act: "method",
        method,
        workloads,
        has_workloads: "1",
        jwks_uri: "",
        revision: await revision(),
      });
    expect(await textOf(await save("https://issuer.example"))).toContain("is no workload");
    expect(await textOf(await save("https://issuer.example a:b*"))).toContain("a whole part");
    await save("https://issuer.example job:*\nhttps://issuer.example b team=blue");
    const workloads = [
      { issuer: "https://issuer.example", subject: "job:*", claims: {} },
      { issuer: "https://issuer.example", subject: "b", claims: { team: "blue" } },
    ];
    expect(await find("album")).toMatchObject({ workloads, isWorkload: true, secrets: [] });
    expect(await textOf(await root.get(path))).toContain("https://issuer.example b team=blue");
    expect(await textOf(await save(""))).toContain("needs the keys of the client");
    await save("", "client_secret_post");
    expect(await find("album")).toMatchObject({ workloads: [], isWorkload: false });
  });

  test("ends all access tokens", async () => {
    const { number } = await find("album");
    const done = await act(root, "/admin/apps/album/secrets", { act: "end_tokens" });
    expect(await after(root, done)).toContain("Ended all access tokens of Photo Album.");
    expect((await find("album")).number).not.toBe(number);
  });

  test("is for the members of groups, and demands a second factor", async () => {
    for (const group of ["family", "guests"]) await createGroup(server.context, SERVER_ACT, group, null, 1);
    const path = "/admin/apps/album/access";
    const form = {
      act: "edit",
      revision: await revision(),
      "allowed.family": "1",
      "denied.guests": "1",
      minimum_acr: "2",
    };
    expect((await act(root, path, form)).status).toBe(303);
    expect(await find("album")).toMatchObject({
      allowedGroups: ["family"],
      deniedGroups: ["guests"],
      minimumAcr: "2",
    });
    const unknown = await act(root, path, { ...form, revision: await revision(), "allowed.nobody": "1" });
    expect(unknown.status).toBe(422);
    expect(await textOf(unknown)).toContain("There is no group 'nobody'.");
  });

  test("takes the names of groups in lines where there are many", async () => {
    for (let count = 0; count < 25; count += 1)
      await createGroup(server.context, SERVER_ACT, `team-${count}`, null, 1);
    const path = "/admin/apps/album/access";
    expect(await (await root.get(path)).text()).toContain('<textarea id="allowed"');
    await act(root, path, { act: "edit", revision: await revision(), allowed: "team-3\r\nteam-4" });
    expect((await find("album")).allowedGroups).toEqual(["team-3", "team-4"]);
  });

  test("is disabled and enabled, also one that the configuration declares", async () => {
    for (const id of ["album", "web"]) {
      const path = `/admin/apps/${id}/access`;
      expect(await after(root, await act(root, path, { act: "disable" }))).toContain("Disabled");
      expect((await find(id)).disabledAt).not.toBeNull();
      expect(await after(root, await act(root, path, { act: "enable" }))).toContain("works again");
      expect((await find(id)).disabledAt).toBeNull();
    }
  });

  test("gets and loses scopes", async () => {
    const path = "/admin/apps/album/scopes";
    const form = { act: "edit", revision: await revision(), "scope.openid": "1", "scope.files": "1" };
    expect((await act(root, path, form)).status).toBe(303);
    expect((await find("album")).scope as readonly string[]).toEqual(["openid", "files"]);
    expect(await textOf(await root.get(path))).toContain("https://files.example/api");
    const unknown = { ...form, revision: await revision(), "scope.magic": "1" };
    expect((await act(root, path, unknown)).status).toBe(422);
  });

  test("gets claims of its own, and loses them", async () => {
    const path = "/admin/apps/album/claims";
    const save = async (claim: string, kind: string, source: string) =>
      act(root, path, { act: "save_claim", revision: await revision(), claim, kind, source });
    expect((await save("quota", "attribute", "quota")).status).toBe(303);
    expect((await save("plan", "value", "gold")).status).toBe(303);
    expect((await save("admin", "group", "admins")).status).toBe(303);
    expect((await save("mail", "standard", "email")).status).toBe(303);
    expect((await save("role", "choices", "admin = group:admins\r\nviewer = everyone")).status).toBe(303);
    expect((await find("album")).claims).toEqual({
      quota: "attribute:quota",
      plan: "value:gold",
      admin: "group:admins",
      mail: "email",
      role: { admin: "group:admins", viewer: "everyone" },
    });
    const wrong = await save("sub", "value", "someone else");
    expect(wrong.status).toBe(422);
    const page = await wrong.text();
    expect(page).toContain("is a claim of the protocol itself");
    expect(page).toContain(">someone else</textarea>");
    for (const [name, kind, source] of [
      ["__proto__", "value", "x"],
      ["role", "choices", "admin"],
      ["role", "standard", "nothing"],
    ] as const)
      expect((await save(name, kind, source)).status).toBe(422);
    const removed = await act(root, path, {
      act: "remove_claim",
      revision: await revision(),
      claim: "quota",
    });
    expect(removed.status).toBe(303);
    expect(Object.keys((await find("album")).claims)).not.toContain("quota");
    await act(root, path, { act: "id_token", revision: await revision(), id_token_claims: "minimal" });
    expect((await find("album")).idTokenClaims).toBe("minimal");
  });

  test("previews what it would be told about a person, and signs nothing", async () => {
    await addPersonWithPassword(server, "adam");
    const path = "/admin/apps/album/claims";
    const page = await textOf(await root.get(`${path}?person=ada%40example.org`));
    expect(page).toContain("What it would be told about Ada Lovelace");
    expect(page).toContain('"name": "Ada Lovelace"');
    expect(page).not.toMatch(/eyJ|tat_/);
    const fewer = await textOf(await root.get(`${path}?person=${ada.subject}&chosen=1&scope=openid`));
    expect(fewer).toContain(`"sub": "${ada.subject}"`);
    expect(fewer).not.toContain('"name": "Ada Lovelace"');
    const which = await (await root.get(`${path}?person=ada`)).text();
    expect(which).toContain("Which person?");
    expect(which).toContain(`person=${ada.subject}`);
    expect(await textOf(await root.get(`${path}?person=zebra`))).toContain("No person was found.");
    await createGroup(server.context, SERVER_ACT, "family", null, 1);
    await act(root, "/admin/apps/album/access", {
      act: "edit",
      revision: await revision(),
      "allowed.family": "1",
    });
    expect(await textOf(await root.get(`${path}?person=${ada.subject}`))).toContain(
      "This person may not use this application",
    );
  });

  test("says how long its tokens live", async () => {
    const path = "/admin/apps/album/lifetimes";
    const form = {
      act: "edit",
      access_token_seconds: "120",
      refresh_token_seconds: "86400",
      access_token_format: "jwt",
    };
    expect((await act(root, path, { ...form, revision: await revision() })).status).toBe(303);
    expect(await find("album")).toMatchObject({
      accessTokenSeconds: 120,
      refreshTokenSeconds: 86_400,
      accessTokenFormat: "jwt",
    });
    for (const seconds of ["0", "-5", "1.5", "99999999999", "long"]) {
      const wrong = { ...form, revision: await revision(), access_token_seconds: seconds };
      const refused = await act(root, path, wrong);
      expect([seconds, refused.status]).toEqual([seconds, 422]);
      expect(await refused.text()).toContain(`value="${seconds}"`);
    }
    const never = { ...form, revision: await revision(), refresh_token_seconds: "0" };
    expect((await act(root, path, never)).status).toBe(422);
    await act(root, path, { act: "edit", revision: await revision() });
    expect(await find("album")).toMatchObject({
      accessTokenSeconds: null,
      refreshTokenSeconds: null,
      accessTokenFormat: null,
    });
  });

  test("lists what people allowed it, and ends it one by one or all at once", async () => {
    await grantAccess(server, ada, "album", ["openid"]);
    await grantAccess(server, ada, "album", ["openid"]);
    await grantAccess(server, ada, "web", ["profile"]);
    const path = "/admin/apps/album/grants";
    const page = await (await root.get(path)).text();
    const ids = [...page.matchAll(/name="grant" value="([^"]+)"/g)].map(([, id = ""]) => id);
    expect(ids).toHaveLength(2);
    expect(page).toContain("Ada Lovelace");
    const ended = await act(root, path, { act: "revoke", grant: ids[0] ?? "" });
    expect(await after(root, ended)).toContain("Ended that access.");
    expect((await (await root.get(path)).text()).match(/name="grant"/g)).toHaveLength(1);
    const web = await (await root.get("/admin/apps/web/grants")).text();
    const [, foreign = ""] = /name="grant" value="([^"]+)"/.exec(web) ?? [];
    expect((await act(root, path, { act: "revoke", grant: foreign })).status).toBe(404);
    expect(await after(root, await act(root, path, { act: "revoke_all" }))).toContain(
      "No person uses it now.",
    );
    expect(await (await root.get("/admin/apps/web/grants")).text()).toContain('name="grant"');
  });

  test(
    proves("says why its requests were refused, with the cure, and shows nothing that they hid", "threat 90"),
    async () => {
      const evil = `"><script>alert(1)</script>`;
      const refused = await server.fetch(
        `/auth/authorize?client_id=album&response_type=code&scope=${encodeURIComponent(`openid ${evil}`)}&redirect_uri=${encodeURIComponent(`https://album.example/${evil}?token=sesame-1234`)}`,
      );
      expect(refused.status).toBe(400);
      await server.context.refusals.settled();
      const path = "/admin/apps/album/refusals";
      const list = await (await root.get(path)).text();
      const [, link = ""] = /href="(\/admin\/requests\/[^"]+)"/.exec(list) ?? [];
      expect(list).toContain("Register the redirect URI exactly as it is sent");
      const page = await (await root.get(link)).text();
      for (const text of [list, page]) {
        expect(text).not.toContain("<script");
        expect(text).not.toContain("sesame-1234");
      }
      expect(page).toContain("https://album.example/callback");
      expect(await textOf(await root.get("/admin/apps/web/refusals"))).toContain(
        "Nothing was refused lately.",
      );
    },
  );

  test("says what happens after a sign-out", async () => {
    const path = "/admin/apps/album/logout";
    const form = {
      act: "edit",
      post_logout_uris: "https://album.example/\nhttps://album.example/bye",
      backchannel_uri: "https://album.example/logout",
    };
    expect((await act(root, path, { ...form, revision: await revision() })).status).toBe(303);
    expect(await find("album")).toMatchObject({
      postLogoutRedirectUris: ["https://album.example/", "https://album.example/bye"],
      backchannelLogoutUri: "https://album.example/logout",
    });
    const wrong = { ...form, revision: await revision(), backchannel_uri: "nowhere" };
    expect((await act(root, path, wrong)).status).toBe(422);
  });

  test("is removed when its identifier is typed", async () => {
    const wrong = await act(root, "/admin/apps/album", { act: "remove", confirm: "web" });
    expect(wrong.status).toBe(422);
    const gone = await act(root, "/admin/apps/album", { act: "remove", confirm: "album" });
    expect(await after(root, gone)).toContain("Removed Photo Album.");
    expect(await findClient(server.context, "album")).toBeNull();
  });

  test("can be called new, or have every character in its identifier", async () => {
    for (const id of ["new", "a/b?c#d%e&f", "album/secrets"]) {
      await add({ client_id: id, name: `App ${id}` });
      const list = await (await root.get("/admin/apps?source=operator")).text();
      const links = [...list.matchAll(/href="(\/admin\/apps\/[^"]+)"/g)].map(([, path = ""]) => path);
      const titles = await Promise.all(links.map(async (path) => [path, await textOf(await root.get(path))]));
      const [path = ""] = titles.find(([, text]) => text?.includes(`App ${id}: Settings`)) ?? [];
      expect([id, path]).not.toEqual([id, ""]);
      const secrets = `${path}/secrets`;
      expect(await textOf(await root.get(secrets))).toContain(`App ${id}: Credentials`);
      expect(await (await root.get(secrets)).text()).toContain(`action="${secrets}"`);
    }
  });
});

test("the name of an application in other languages is set, shown and taken away", async () => {
  await add();
  const names = "de = Fotoalbum\r\npt-BR=Álbum=Fotos";
  expect((await act(root, "/admin/apps/album", await settings({ names }))).status).toBe(303);
  expect((await find("album")).localized).toEqual({
    "client_name#de": "Fotoalbum",
    "client_name#pt-BR": "Álbum=Fotos",
  });
  const page = await (await root.get("/admin/apps/album")).text();
  expect(page).toContain("de=Fotoalbum\npt-BR=Álbum=Fotos");
  expect(await textOf(await root.get("/admin/apps?q=foto+album"))).toContain("Photo Album");
  for (const [wrong, words] of [
    ["Fotoalbum", "“Fotoalbum” names no language"],
    ["deutsche Sprache=Fotoalbum", "language"],
    ["de=evil\u202Eeman", "invisible"],
  ] as const) {
    const refused = await act(root, "/admin/apps/album", await settings({ names: wrong }));
    expect([400, 422]).toContain(refused.status);
    expect(await textOf(refused)).toContain(words);
  }
  await act(root, "/admin/apps/album", await settings({ names: "pt-BR=Álbum" }));
  expect((await find("album")).localized).toEqual({ "client_name#pt-BR": "Álbum" });
});

describe("an application that may not be changed here", () => {
  test("shows what the configuration declares, and no form for it", async () => {
    for (const tab of TABS) {
      const page = await (await root.get(`/admin/apps/web${tab}`)).text();
      expect(page).toContain("The configuration file declares this.");
      expect(page).not.toMatch(/name="act" value="(edit|add|method|save_claim|remove)"/);
    }
    expect(await textOf(await root.get("/admin/apps/web"))).toContain("https://client.example/callback");
    const forms: [string, Record<string, string>][] = [
      ["", { act: "edit", revision: await revision("web"), name: "Mine" }],
      ["", { act: "remove", confirm: "web" }],
      ["/secrets", { act: "add" }],
      ["/access", { act: "edit", revision: await revision("web") }],
    ];
    const before = await find("web");
    for (const [tab, fields] of forms) {
      const refused = await act(root, `/admin/apps/web${tab}`, fields);
      expect(refused.status).toBe(409);
      expect(await textOf(refused)).toContain("The configuration file declares this.");
    }
    expect(await find("web")).toEqual(before);
  });

  test(proves("shows an auditor every page and no form, and does nothing for one", "threat 90"), async () => {
    await add();
    await addPersonWithPassword(server, "eye", { auditor: true });
    const auditor = openBrowser(server);
    await auditor.signIn("eye");
    for (const tab of TABS) {
      const page = await (await auditor.get(`/admin/apps/album${tab}`)).text();
      expect(page).toContain("You may look at everything here, and change nothing.");
      expect(page).not.toContain('name="act"');
    }
    expect(await textOf(await auditor.get(`/admin/apps/album/claims?person=ada`))).toContain("Ada Lovelace");
    for (const path of ["/admin/apps/new", "/admin/apps/new/by-hand", "/admin/apps/new/immich"])
      expect((await auditor.get(path)).status).toBe(403);
    const before = await find("album");
    const album = "/admin/apps/album";
    const forms: [string, Record<string, string>][] = [
      [album, await settings({ name: "Taken over" })],
      [album, { act: "more", revision: await revision() }],
      [album, { act: "remove", confirm: "album" }],
      [`${album}/secrets`, { act: "add" }],
      [`${album}/secrets`, { act: "remove", secret: before.secrets[0]?.id ?? "" }],
      [`${album}/secrets`, { act: "method", method: "none", revision: await revision() }],
      [`${album}/secrets`, { act: "end_tokens" }],
      [`${album}/access`, { act: "edit", revision: await revision() }],
      [`${album}/access`, { act: "disable" }],
      [`${album}/access`, { act: "enable" }],
      [`${album}/access`, { act: "vouch" }],
      [`${album}/scopes`, { act: "edit", revision: await revision() }],
      [`${album}/claims`, { act: "id_token", revision: await revision(), id_token_claims: "minimal" }],
      [`${album}/lifetimes`, { act: "edit", revision: await revision() }],
      [`${album}/grants`, { act: "revoke_all" }],
      [`${album}/logout`, { act: "edit", revision: await revision() }],
      ["/admin/apps/new/by-hand", { act: "add", kind: "service", name: "Mine" }],
      ["/admin/apps/new/immich", { act: "make", url: "https://photos.example" }],
    ];
    for (const [path, fields] of forms) {
      const refused = await act(auditor, path, fields);
      expect([path, fields.act, refused.status]).toEqual([path, fields.act, 403]);
    }
    expect(await find("album")).toEqual(before);
  });

  test("does not exist for people and for group managers", async () => {
    const person = openBrowser(server);
    await person.signIn("ada");
    for (const path of ["/admin/apps", "/admin/apps/new", "/admin/apps/web", "/admin/apps/web/secrets"])
      expect((await person.get(path)).status).toBe(404);
  });
});

test("an application with a metadata document is listed by itself, fetched anew, and its host is blocked and unblocked", async () => {
  const url = "https://notebook.invalid/client.json" as ClientId;
  const web = await find("web");
  const now = server.clock.seconds();
  const document = { fetchedAt: now, freshUntil: now + 300, etag: null };
  const metadata = { ...web, tokenEndpointAuthMethod: "none" as const };
  await createClient(
    server.context,
    SERVER_ACT,
    newClientRecord(
      { clientId: url, source: "metadata_document", metadata, secrets: [], createdAt: now, document },
      systemRandom,
    ),
  );
  expect(await textOf(await root.get("/admin/apps?source=metadata_document"))).toContain(
    "publishes a document",
  );
  const path = `/admin/apps/${encodeURIComponent(url)}/access`;
  expect(await textOf(await root.get(path))).toContain("notebook.invalid publishes what this application is");
  // There is no such host.
  expect(await textOf(await act(root, path, { act: "fetch" }))).toContain("cannot reach the host");
  expect(await after(root, await act(root, path, { act: "block" }))).toContain("notebook.invalid is blocked");
  expect((await find(url)).disabledBy).toBe("blocked");
  expect(await after(root, await act(root, path, { act: "unblock" }))).toContain("no longer blocked");
  expect((await find(url)).disabledAt).toBeNull();
});

describe("an application that registered itself", () => {
  const EVIL = `"><script>alert(1)</script><img src=x onerror=y>`;

  async function register(): Promise<ClientRecord> {
    const web = await find("web");
    const added = await addClient(server.context, SERVER_ACT, {
      clientId: `evil ${EVIL}` as ClientId,
      source: "registration",
      metadata: {
        ...web,
        clientName: `Bank ${EVIL}`,
        localized: { "client_name#de": `Bank ${EVIL}` },
        clientUri: `https://evil.example/${EVIL}`,
        policyUri: `https://evil.example/${EVIL}`,
        tosUri: `https://evil.example/${EVIL}`,
        contacts: [EVIL],
        redirectUris: [`https://evil.example/${EVIL}` as (typeof web.redirectUris)[number]],
        postLogoutRedirectUris: [EVIL],
        backchannelLogoutUri: EVIL,
        initiateLoginUri: EVIL,
        jwksUri: EVIL,
      },
      claims: { quota: `value:${EVIL}` },
    });
    if (added === null) throw new Error("It was not added.");
    return added.client;
  }

  test(proves("shows whatever it says as text, in every tab", "threat 90"), async () => {
    const { clientId } = await register();
    const base = `/admin/apps/${encodeURIComponent(clientId)}`;
    for (const tab of ["", "/secrets", "/access", "/scopes", "/claims?person=ada", "/grants", "/logout"]) {
      for (const language of ["en", "de"]) {
        const page = await (await root.get(base + tab, { "Accept-Language": language })).text();
        expect(page).toContain("&lt;script");
        expect(page).not.toContain("<script");
        expect(page).not.toContain("<img src=x");
      }
    }
    const list = await (await root.get("/admin/apps")).text();
    expect(list).not.toContain("<script");
    expect(await (await root.get(`/admin/apps?q=${encodeURIComponent(EVIL)}`)).text()).not.toContain(
      "<script",
    );
  });

  test("is marked until an administrator has verified it", async () => {
    const { clientId } = await register();
    const path = `/admin/apps/${encodeURIComponent(clientId)}/access`;
    expect(await textOf(await root.get(path))).toContain("unverified");
    expect(await after(root, await act(root, path, { act: "vouch" }))).toContain("counts as verified");
    expect((await find(clientId)).vouchedAt).not.toBeNull();
    expect(await after(root, await act(root, path, { act: "unvouch" }))).toContain("no longer counts");
    expect((await find(clientId)).vouchedAt).toBeNull();
  });
});
