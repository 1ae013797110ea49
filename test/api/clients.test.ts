/** Clients, their secrets, and what is issued to them, by the management API. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Json, jsonOf, postRegistration, textOf, tokensFor } from "../support/flows.ts";
import { proves } from "../support/proves.ts";
import { basic, type TestServer } from "../support/server.ts";
import { ask, askFor, startManagedServer, tokenOfProgram } from "./support.ts";

let server: TestServer;
/** Tokens of programs with tessera.admin, tessera.clients and tessera.people. */
let admin: string;
let clients: string;
let people: string;

beforeAll(async () => {
  server = await startManagedServer({ registration: { mode: "open" } });
  admin = await tokenOfProgram(server, "tessera.admin");
  clients = await tokenOfProgram(server, "tessera.clients");
  people = await tokenOfProgram(server, "tessera.people");
});
afterAll(() => server.close());

let count = 0;
const add = (facts: Json = {}, token = clients): Promise<Json> => {
  count += 1;
  return askFor(server, token, "/clients", {
    method: "POST",
    body: { client_id: `client-${count}`, ...facts },
  });
};
const idOf = (client: Json): string => textOf(client, "client_id");
const pathOf = (client: Json): string => `/clients/${idOf(client)}`;

/** The word and the description of a refusal. */
async function refusalOf(response: Response): Promise<[number, string]> {
  const body = await jsonOf(response);
  return [response.status, String(body.error_description)];
}

const serviceTokens = (client: Json, secret = client.client_secret): Promise<Response> =>
  server.post("/auth/token", { grant_type: "client_credentials" }, basic(idOf(client), String(secret)));

describe("a client", () => {
  test("is added with a secret that works, and shows its defaults", async () => {
    const made = await add({ client_name: "Backup", scope: "files" });
    expect(made).toMatchObject({
      client_name: "Backup",
      grant_types: ["client_credentials"],
      token_endpoint_auth_method: "client_secret_basic",
      scope: "files",
      require_pkce: true,
      access_token_seconds: null,
      source: "operator",
    });
    expect((await serviceTokens(made)).status).toBe(200);
    const shown = await askFor(server, clients, pathOf(made));
    expect(shown).not.toHaveProperty("client_secret");
    expect(JSON.stringify(shown)).not.toContain(String(made.client_secret));
  });

  test(
    proves("has workloads in place of a secret, and one that registers itself has none", "threat 88"),
    async () => {
      const workloads = [{ issuer: "https://issuer.example", subject: "job:*", claims: {} }];
      const made = await add({ token_endpoint_auth_method: "private_key_jwt", workloads });
      expect(made.workloads).toEqual(workloads);
      expect(made).not.toHaveProperty("client_secret");
      const change = (body: Json) => ask(server, clients, pathOf(made), { method: "PATCH", body });
      expect((await change({ workloads: [] })).status).toBe(400);
      expect((await change({ workloads: [{ issuer: "x", subject: "**" }] })).status).toBe(400);
      const subject = "job:7";
      expect(await jsonOf(await change({ workloads: [{ issuer: "x", subject }] }))).toMatchObject({
        workloads: [{ issuer: "x", subject, claims: {} }],
      });
      const registered = await jsonOf(
        await postRegistration(server, { redirect_uris: ["https://stranger.example/cb"], workloads }),
      );
      expect(registered).not.toHaveProperty("workloads");
      expect(await askFor(server, clients, pathOf(registered))).toMatchObject({ workloads: [] });
      await ask(server, clients, pathOf(registered), { method: "DELETE" });
    },
  );

  test("gets no scope of management, and not introspect, unless it names them", async () => {
    const made = await add();
    expect(String(made.scope).split(" ")).toContain("files");
    expect(String(made.scope)).not.toMatch(/tessera|introspect/);
    expect(await add({ scope: "" })).not.toHaveProperty("scope");
  });

  test("has its name as its identifier if it has no other, and cannot be without both", async () => {
    expect(await add({ client_id: "nameless" })).toMatchObject({ client_name: "nameless" });
    const response = await ask(server, clients, "/clients", { method: "POST", body: {} });
    expect(await refusalOf(response)).toEqual([400, expect.stringContaining("client_name is missing")]);
  });

  test("keeps what a change does not name, and null takes a value away", async () => {
    const made = await add({
      client_name: "Wiki",
      "client_name#de": "Das Wiki",
      redirect_uris: ["https://wiki.example/cb"],
      client_uri: "https://wiki.example/",
      access_token_seconds: 600,
      dpop_bound_access_tokens: true,
    });
    expect(made.dpop_bound_access_tokens).toBe(true);
    const change = (body: Json) => askFor(server, clients, pathOf(made), { method: "PATCH", body });
    const changed = await change({ client_uri: null, access_token_seconds: null, scope: "openid profile" });
    expect(changed).toMatchObject({
      client_name: "Wiki",
      "client_name#de": "Das Wiki",
      redirect_uris: ["https://wiki.example/cb"],
      scope: "openid profile",
      access_token_seconds: null,
    });
    expect(changed).not.toHaveProperty("client_uri");
    expect(changed.dpop_bound_access_tokens).toBe(true);
    expect(await change({ "client_name#de": null })).not.toHaveProperty("client_name#de");
    const bearer = await change({ dpop_bound_access_tokens: false });
    expect(bearer).not.toHaveProperty("dpop_bound_access_tokens");
  });

  test("becomes public and loses its secrets, and back gets one, which is shown once", async () => {
    const made = await add({ redirect_uris: ["https://wiki.example/cb"] });
    const change = (method: string) =>
      askFor(server, clients, pathOf(made), {
        method: "PATCH",
        body: { token_endpoint_auth_method: method },
      });
    expect(await change("none")).toMatchObject({ secrets: [] });
    const back = await change("client_secret_basic");
    expect(back.client_secret).toStartWith("tcs_");
    expect(back.secrets).toHaveLength(1);
  });

  test("signs with its key, and has no secret", async () => {
    const jwks = { keys: [{ kty: "OKP", crv: "Ed25519", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" }] };
    const made = await add({
      token_endpoint_auth_method: "private_key_jwt",
      token_endpoint_auth_signing_alg: "EdDSA",
      jwks,
    });
    expect(made).toMatchObject({ token_endpoint_auth_signing_alg: "EdDSA", jwks, secrets: [] });
    expect(made).not.toHaveProperty("client_secret");
    const secret = await ask(server, clients, `${pathOf(made)}/secrets`, { method: "POST", body: {} });
    expect(await refusalOf(secret)).toEqual([409, expect.stringContaining("proves who it is with a key")]);
    const keyless = await ask(server, clients, pathOf(made), { method: "PATCH", body: { jwks: null } });
    expect(await refusalOf(keyless)).toEqual([400, expect.stringContaining("needs the keys of the client")]);
  });

  test.each([
    [{ client_id: "acc_1" }, "client_id must be"],
    [{ redirect_uris: ["http://wiki.example/cb"] }, "http"],
    [{ scope: "everything" }, "everything"],
    [{ allowed_groups: ["nowhere"] }, "nowhere"],
    [{ access_token_seconds: 0 }, "access_token_seconds"],
    [{ claims: { sub: "value:1" } }, "claims"],
    [{ claims: { quota: "nothing:1" } }, "claims"],
    [{ token_endpoint_auth_method: "none", require_pkce: false }, "require_pkce"],
    [{ secrets: [] }, "'secrets': There is no such member here"],
    [{ "jwks_uri#de": "https://a.example/" }, "'jwks_uri#de': There is no such member here"],
  ])("with %j is refused, and the refusal names it", async (facts, words) => {
    const body = { client_id: "refused", client_name: "Refused", ...facts };
    const response = await ask(server, clients, "/clients", { method: "POST", body });
    expect(await refusalOf(response)).toEqual([400, expect.stringContaining(words)]);
    expect((await ask(server, clients, "/clients/refused")).status).toBe(404);
  });

  test("with a taken identifier is refused", async () => {
    const response = await ask(server, clients, "/clients", { method: "POST", body: { client_id: "web" } });
    expect((await refusalOf(response))[0]).toBe(409);
  });

  test("may have redirect URIs with http if the request says so", async () => {
    const made = await add({ redirect_uris: ["http://wiki.example/cb"], allow_http_redirects: true });
    expect(made.redirect_uris).toEqual(["http://wiki.example/cb"]);
  });

  test(proves("is changed and removed only as its reader saw it", "threat 45"), async () => {
    const made = await add();
    const shown = await ask(server, clients, pathOf(made));
    const etag = shown.headers.get("etag") ?? "";
    const change = (tag: string, name: string) =>
      ask(server, clients, pathOf(made), {
        method: "PATCH",
        body: { client_name: name },
        headers: { "If-Match": tag },
      });
    const first = await change(etag, "First");
    expect(first.status).toBe(200);
    expect((await change(etag, "Second")).status).toBe(412);
    const removal = (tag: string) =>
      ask(server, clients, pathOf(made), { method: "DELETE", headers: { "If-Match": tag } });
    expect((await removal(etag)).status).toBe(412);
    expect(await askFor(server, clients, pathOf(made))).toMatchObject({ client_name: "First" });
    expect((await removal(first.headers.get("etag") ?? "")).status).toBe(204);
    expect((await ask(server, clients, pathOf(made))).status).toBe(404);
  });

  test("of two changes with the same ETag one is refused", async () => {
    const made = await add();
    const etag = (await ask(server, clients, pathOf(made))).headers.get("etag") ?? "";
    const both = await Promise.all(
      ["One", "Other"].map((client_name) =>
        ask(server, clients, pathOf(made), {
          method: "PATCH",
          body: { client_name },
          headers: { "If-Match": etag },
        }),
      ),
    );
    expect(both.map(({ status }) => status).sort()).toEqual([200, 412]);
  });

  test("that is disabled gets no tokens, and gets them again when it is enabled", async () => {
    const made = await add({ scope: "files" });
    await askFor(server, clients, `${pathOf(made)}/disable`, { method: "POST" });
    expect((await serviceTokens(made)).status).toBe(401);
    const { items } = (await askFor(server, clients, "/clients?disabled=true")) as { items: Json[] };
    expect(items.map(({ client_id }) => client_id)).toContain(idOf(made));
    await askFor(server, clients, `${pathOf(made)}/enable`, { method: "POST" });
    expect((await serviceTokens(made)).status).toBe(200);
    const enabled = (await askFor(server, clients, "/clients?disabled=true")) as { items: Json[] };
    expect(enabled.items.map(({ client_id }) => client_id)).not.toContain(idOf(made));
  });

  test("that registered itself is found by its source, and the operator vouches for it alone", async () => {
    const registration = await postRegistration(server, {
      client_name: "Stranger",
      redirect_uris: ["https://stranger.example/cb"],
    });
    const id = textOf(await jsonOf(registration), "client_id");
    const { items } = (await askFor(server, clients, "/clients?source=registration")) as { items: Json[] };
    expect(items.map(({ client_id }) => client_id)).toEqual([id]);
    await askFor(server, clients, `/clients/${id}/vouch`, { method: "POST" });
    expect((await askFor(server, clients, `/clients/${id}`)).vouched_at).toBeString();
    await askFor(server, clients, `/clients/${id}/unvouch`, { method: "POST" });
    expect((await askFor(server, clients, `/clients/${id}`)).vouched_at).toBeNull();
    const own = await add();
    expect((await ask(server, clients, `${pathOf(own)}/vouch`, { method: "POST" })).status).toBe(409);
  });

  test("of a recipe has what the application needs", async () => {
    const make = (recipe: string, body: Json) =>
      ask(server, clients, `/recipes/${recipe}/clients`, { method: "POST", body });
    const { items } = (await jsonOf(await make("immich", { url: "https://photos.example" }))) as {
      items: Json[];
    };
    expect(items[0]).toMatchObject({ client_id: "immich", client_name: "Immich" });
    expect(JSON.stringify(items[0]?.redirect_uris)).toContain("https://photos.example/");
    expect(await refusalOf(await make("immich", { url: "https://photos.example" }))).toEqual([
      409,
      "The identifier 'immich' is taken. Choose another client_id.",
    ]);
    expect(await refusalOf(await make("immich", {}))).toEqual([409, expect.not.stringContaining("--")]);
    expect((await make("unknown", {})).status).toBe(404);
  });

  test("that the configuration declares is not changed here, but is disabled and enabled", async () => {
    for (const [method, path, body] of [
      ["PATCH", "/clients/spa", { client_name: "Mine" }],
      ["DELETE", "/clients/spa", undefined],
      ["POST", "/clients/mail-server/secrets", undefined],
      ["DELETE", "/clients/mail-server/secrets/configured-1", undefined],
    ] as const) {
      const response = await ask(server, admin, path, { method, ...(body && { body }) });
      const refused = await jsonOf(response);
      expect([path, response.status, refused.error]).toEqual([path, 409, "conflict"]);
      expect(String(refused.error_uri)).toContain("object_declared");
    }
    expect((await ask(server, admin, "/clients/spa/disable", { method: "POST" })).status).toBe(204);
    expect((await ask(server, admin, "/clients/spa/enable", { method: "POST" })).status).toBe(204);
  });
});

test(
  proves(
    "a group that a client goes by is not removed, so that the client lets no one in whom it refuses",
    "threat 90",
  ),
  async () => {
    await askFor(server, admin, "/groups", { method: "POST", body: { name: "refused-people" } });
    const made = await add({ denied_groups: ["refused-people"] });
    const remove = () => ask(server, admin, "/groups/refused-people", { method: "DELETE" });
    expect(await refusalOf(await remove())).toEqual([409, expect.stringContaining(idOf(made))]);
    await askFor(server, clients, pathOf(made), { method: "PATCH", body: { denied_groups: [] } });
    expect((await remove()).status).toBe(204);
  },
);

describe("a secret", () => {
  test("works beside those that the client has, until it is removed", async () => {
    const made = await add({ scope: "files" });
    const second = await askFor(server, clients, `${pathOf(made)}/secrets`, { method: "POST" });
    expect((await serviceTokens(made, second.client_secret)).status).toBe(200);
    expect((await serviceTokens(made)).status).toBe(200);
    const { items } = (await askFor(server, clients, `${pathOf(made)}/secrets`)) as { items: Json[] };
    expect(items).toHaveLength(2);
    const [first] = items;
    const path = `${pathOf(made)}/secrets/${first?.id}`;
    expect((await ask(server, clients, path, { method: "DELETE" })).status).toBe(204);
    expect((await ask(server, clients, path, { method: "DELETE" })).status).toBe(404);
    expect((await serviceTokens(made)).status).toBe(401);
    expect((await serviceTokens(made, second.client_secret)).status).toBe(200);
  });

  test("that others may know takes the access tokens with it", async () => {
    const made = await add({ scope: "files" });
    const token = textOf(await jsonOf(await serviceTokens(made)), "access_token");
    const [secret] = made.secrets as Json[];
    const path = `${pathOf(made)}/secrets/${secret?.id}`;
    await askFor(server, clients, `${path}?end_tokens=true`, { method: "DELETE" });
    const found = await askFor(server, clients, "/tokens/inspect", { method: "POST", body: { token } });
    expect(found.active).toBe(false);
  });

  test("is not for a public client, and there are not more than twenty", async () => {
    const open = await add({ token_endpoint_auth_method: "none", redirect_uris: ["https://a.example/"] });
    expect((await ask(server, clients, `${pathOf(open)}/secrets`, { method: "POST" })).status).toBe(409);
    const made = await add();
    for (let each = 1; each < 20; each++)
      await askFor(server, clients, `${pathOf(made)}/secrets`, { method: "POST" });
    expect((await ask(server, clients, `${pathOf(made)}/secrets`, { method: "POST" })).status).toBe(409);
  });
});

describe("a client that manages this server", () => {
  test(proves("is not made with the scope for clients", "threat 90"), async () => {
    for (const scope of ["tessera.read", "files tessera.people", "tessera.clients", "tessera.admin"]) {
      const body = { client_id: "climber", scope };
      const response = await ask(server, clients, "/clients", { method: "POST", body });
      expect([scope, response.status]).toEqual([scope, 403]);
    }
    expect((await add({ scope: "files tessera.people" }, admin)).scope).toBe("files tessera.people");
  });

  test(
    proves("is not changed, given a secret, or ended with the scope for clients", "threat 90"),
    async () => {
      const managing = await add({ scope: "tessera.admin", grant_types: ["client_credentials"] }, admin);
      const [secret] = managing.secrets as Json[];
      const path = pathOf(managing);
      for (const [method, to, body] of [
        ["PATCH", path, { client_name: "Mine" }],
        ["PATCH", path, { scope: "files" }],
        ["DELETE", path, undefined],
        ["POST", `${path}/secrets`, undefined],
        ["DELETE", `${path}/secrets/${secret?.id}`, undefined],
        ["POST", `${path}/disable`, undefined],
        ["POST", `${path}/enable`, undefined],
        ["POST", `${path}/vouch`, undefined],
        ["DELETE", `${path}/tokens`, undefined],
        ["DELETE", `${path}/access`, undefined],
      ] as const) {
        const response = await ask(server, clients, to, { method, ...(body !== undefined && { body }) });
        expect([method, to, response.status]).toEqual([method, to, 403]);
      }
      expect((await ask(server, admin, `${path}/secrets`, { method: "POST" })).status).toBe(201);
    },
  );

  test(proves("does not come of one that is changed with the scope for clients", "threat 90"), async () => {
    const plain = await add({ scope: "files" });
    const body = { scope: "files tessera.admin" };
    expect((await ask(server, clients, pathOf(plain), { method: "PATCH", body })).status).toBe(403);
    expect((await ask(server, admin, pathOf(plain), { method: "PATCH", body })).status).toBe(200);
  });

  test(proves("cannot register itself", "threat 90"), async () => {
    for (const scope of ["tessera.read", "tessera.admin", "openid tessera.people"]) {
      const response = await postRegistration(server, {
        client_name: "Climber",
        redirect_uris: ["https://climber.example/cb"],
        scope,
      });
      const body = await jsonOf(response);
      expect([scope, String(body.scope)]).toEqual([scope, expect.not.stringContaining("tessera")]);
    }
  });

  test(
    proves("does not come of a registration that is changed, even by an administrator", "threat 90"),
    async () => {
      const registration = await postRegistration(server, {
        client_name: "Other stranger",
        redirect_uris: ["https://other.example/cb"],
      });
      const path = `/clients/${textOf(await jsonOf(registration), "client_id")}`;
      const body = { scope: "tessera.admin" };
      expect((await ask(server, admin, path, { method: "PATCH", body })).status).toBe(400);
    },
  );
});

describe("grants and tokens", () => {
  test("are listed for a person and a client, and end with the grant", async () => {
    const ada = await server.addPerson("ada");
    const eve = await server.addPerson("eve");
    const tokens = await tokensFor(server, ada, { scope: "openid" });
    await tokensFor(server, eve, { scope: "openid" });
    const list = async (query: string) =>
      ((await askFor(server, people, `/grants${query}`)) as { items: Json[] }).items;
    const [grant] = await list(`?person=${ada.subject}&client=web`);
    expect(grant).toMatchObject({
      username: "ada",
      subject: ada.subject,
      client_id: "web",
      revoked_at: null,
    });
    expect(await list(`?person=${ada.subject}&client=spa`)).toEqual([]);
    expect((await ask(server, people, "/grants?person=unknown")).status).toBe(404);

    const inspect = async (token: unknown) =>
      askFor(server, clients, "/tokens/inspect", { method: "POST", body: { token } });
    const active = await inspect(tokens.access_token);
    expect(active).toMatchObject({ kind: "access token", active: true, grant_id: grant?.id });
    await askFor(server, people, `/grants/${grant?.id}`, { method: "DELETE" });
    expect(await inspect(tokens.access_token)).toMatchObject({ active: false, token: null });
    expect(await inspect(tokens.refresh_token)).toMatchObject({
      active: false,
      why: "its grant was revoked: revoked by operator",
    });
    expect((await askFor(server, people, `/grants/${grant?.id}`)).revoked_at).toBeString();
  });

  test("of a person end together, and those of others stay", async () => {
    const ada = await server.addPerson("ada-again");
    const eve = await server.addPerson("eve-again");
    const mine = textOf(await tokensFor(server, ada, { scope: "openid" }), "access_token");
    const other = textOf(await tokensFor(server, eve, { scope: "openid" }), "access_token");
    const path = `/people/${ada.subject}/access`;
    expect((await askFor(server, people, `${path}?client=spa`, { method: "DELETE" })).revoked).toEqual([]);
    const { revoked } = await askFor(server, people, path, { method: "DELETE" });
    expect(revoked).toHaveLength(1);
    const state = async (token: string) =>
      (await askFor(server, clients, "/tokens/inspect", { method: "POST", body: { token } })).active;
    expect([await state(mine), await state(other)]).toEqual([false, true]);
  });

  test("of a client end together, with those that it got for itself", async () => {
    const made = await add({ scope: "files" });
    const token = textOf(await jsonOf(await serviceTokens(made)), "access_token");
    const { items } = (await askFor(server, clients, `${pathOf(made)}/tokens`)) as { items: Json[] };
    expect(items).toHaveLength(1);
    await askFor(server, clients, `${pathOf(made)}/access`, { method: "DELETE" });
    const found = await askFor(server, clients, "/tokens/inspect", { method: "POST", body: { token } });
    expect(found.active).toBe(false);
  });

  test("are listed in pages that join", async () => {
    const made = await add({ scope: "files" });
    for (let each = 0; each < 5; each++) await serviceTokens(made);
    const all = ((await askFor(server, clients, `${pathOf(made)}/tokens`)) as { items: Json[] }).items;
    const found: unknown[] = [];
    let cursor = "";
    for (let page = 0; page < 5 && cursor !== "null"; page++) {
      const query = `?limit=2${cursor === "" ? "" : `&cursor=${cursor}`}`;
      const { items, next } = (await askFor(server, clients, `${pathOf(made)}/tokens${query}`)) as {
        items: Json[];
        next: string | null;
      };
      found.push(...items.map(({ jti }) => jti));
      cursor = String(next);
    }
    expect(found).toEqual(all.map(({ jti }) => jti));
    expect(found).toHaveLength(5);
  });

  test("end one by one: by the text and by the id", async () => {
    const made = await add({ scope: "files" });
    const issue = async () => textOf(await jsonOf(await serviceTokens(made)), "access_token");
    const [one, other] = [await issue(), await issue()];
    const revoke = (token: string) =>
      askFor(server, clients, "/tokens/revoke", { method: "POST", body: { token } });
    expect(await revoke(one)).toEqual({ revoked: true });
    expect(await revoke(one)).toEqual({ revoked: false });
    const { items } = (await askFor(server, clients, `${pathOf(made)}/tokens`)) as { items: Json[] };
    const path = `/tokens/${items[0]?.jti}`;
    expect((await ask(server, clients, path, { method: "DELETE" })).status).toBe(204);
    expect((await ask(server, clients, path, { method: "DELETE" })).status).toBe(404);
    expect(await revoke(other)).toEqual({ revoked: false });
    expect(
      (await ask(server, clients, "/tokens/revoke", { method: "POST", body: { token: "x" } })).status,
    ).toBe(400);
  });

  test(proves("of people with a role are not ended with the scope for people", "threat 90"), async () => {
    const boss = await server.addPerson("boss", { administrator: true, passwordHash: "x" });
    await tokensFor(server, boss, { scope: "openid" });
    const { items } = (await askFor(server, people, `/grants?person=${boss.subject}`)) as { items: Json[] };
    for (const path of [`/grants/${items[0]?.id}`, `/people/${boss.subject}/access`]) {
      expect((await ask(server, people, path, { method: "DELETE" })).status).toBe(403);
      expect((await ask(server, admin, path, { method: "DELETE" })).ok).toBe(true);
    }
  });

  test(
    proves("of clients that manage this server are not ended with the scope for clients", "threat 90"),
    async () => {
      const managing = await add({ scope: "tessera.read", grant_types: ["client_credentials"] }, admin);
      const issued = await server.post(
        "/auth/token",
        { grant_type: "client_credentials", scope: "tessera.read" },
        basic(idOf(managing), textOf(managing, "client_secret")),
      );
      const token = textOf(await jsonOf(issued), "access_token");
      const { items } = (await askFor(server, clients, `${pathOf(managing)}/tokens`)) as { items: Json[] };
      const text = { method: "POST", body: { token } };
      expect((await ask(server, clients, "/tokens/revoke", text)).status).toBe(403);
      expect((await ask(server, clients, `/tokens/${items[0]?.jti}`, { method: "DELETE" })).status).toBe(403);
      expect((await ask(server, token, "/clients")).status).toBe(200);
    },
  );
});

test("the preview of claims says what a real token would say, and refuses a scope that the client has not", async () => {
  const ada = await server.addPerson("ada-previewed", { name: "Ada", email: "ada@example.org" });
  const seen = await add({ scope: "openid email profile", redirect_uris: ["https://b.example/"] });
  const path = `${pathOf(seen)}/claims/${ada.subject}?scope=openid%20email`;
  const preview = (await askFor(server, people, path)) as Record<string, Json>;
  expect(preview.id_token).toMatchObject({ aud: idOf(seen), email: "ada@example.org" });
  expect(preview.id_token).not.toHaveProperty("name");
  const made = await add({ scope: "openid", redirect_uris: ["https://a.example/"] });
  const refused = await ask(server, people, `${pathOf(made)}/claims/${ada.subject}?scope=email`);
  expect(refused.status).toBe(400);
});

test("an act by the API is in the log with its actor", async () => {
  const before = server.logged.length;
  const made = await add();
  const lines = server.logged.slice(before).filter((line) => line.includes("client.created"));
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? "{}")).toMatchObject({ client: idOf(made), by: "client:service" });
});
