import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Result, removeTemporaryFolders, serve, temporaryFolder, tessera } from "./support.ts";

const data = temporaryFolder();
let running: Awaited<ReturnType<typeof serve>>;
beforeAll(async () => {
  running = await serve(data, {
    set: ['clients=[{"client_id":"declared","secrets":["a secret that is declared here"]}]'],
  });
});
afterAll(async () => {
  await running.stop();
  removeTemporaryFolders();
});

const client = (...args: string[]): Promise<Result> => tessera(["client", ...args, "--data", data]);
const json = async (...args: string[]) => JSON.parse((await client(...args, "--json")).out);

/** Requests a token from the running server by client_credentials. */
async function tokenStatus(clientId: string, secret: string): Promise<number> {
  const answer = await fetch(`${running.configuration.issuer}/auth/token`, {
    method: "POST",
    headers: { Authorization: `Basic ${btoa(`${clientId}:${secret}`)}` },
    body: new URLSearchParams({ grant_type: "client_credentials" }),
  });
  return answer.status;
}

describe("client set", () => {
  const add = async (id: string, ...args: string[]) => json("add", "--id", id, ...args);
  const REDIRECT = ["--redirect-uri", "https://a.example/cb"];
  const row = async (id: string) => {
    const found = await running.store.findClient(id);
    if (found === null) throw new Error(`There is no ${id}.`);
    return found;
  };

  test("--minimum-acr demands a second factor, and says what that ends", async () => {
    await add("payroll", ...REDIRECT);
    expect((await client("set", "payroll", "--minimum-acr", "3")).err).toContain("Write 1 or 2.");
    const { out } = await client("set", "payroll", "--minimum-acr", "2");
    expect(out).toContain("Access that was given without a second factor counts no more.");
    expect((await row("payroll")).minimumAcr).toBe("2");
    expect((await client("show", "payroll")).out).toMatch(/^sign-in +with a second factor$/m);
    expect((await client("set", "payroll", "--name", "Payroll")).out).not.toContain("second factor");
    expect(await json("set", "payroll", "--minimum-acr", "")).toMatchObject({ minimum_acr: null });
    expect(await json("add", "--id", "strict", ...REDIRECT, "--minimum-acr", "2")).toMatchObject({
      minimum_acr: "2",
    });
  });

  test("changes what is named, and nothing else", async () => {
    await add("changing", ...REDIRECT, "--scope", "profile,email", "--default-scope", "email");
    const before = await row("changing");
    const { code, out } = await client(
      ...["set", "changing", "--name", "Wiki", "--logo", "https://a.example/logo.svg"],
      ...[
        "--home-page",
        "https://a.example/",
        "--contact",
        "root@a.example",
        "--access-token-seconds",
        "600",
        "--refresh-token-seconds",
        "86400",
      ],
    );
    expect(code).toBe(0);
    expect(out).toBe(
      "Changed changing.\n  - New access tokens live 10 minutes. Those that it has stay as they are.\n  - New refresh tokens live 24 hours, unless they are used. Those that it has stay as they are.\n",
    );
    const changes = {
      clientName: "Wiki",
      logoUri: "https://a.example/logo.svg",
      clientUri: "https://a.example/",
      contacts: ["root@a.example"],
      accessTokenSeconds: 600,
      refreshTokenSeconds: 86_400,
    };
    expect(await row("changing")).toEqual({ ...before, ...changes, revision: before.revision + 1 });
    await client(
      "set",
      "changing",
      "--logo",
      "",
      "--contact",
      "",
      "--access-token-seconds",
      "",
      "--refresh-token-seconds",
      "",
    );
    const cleared = { logoUri: null, contacts: [], accessTokenSeconds: null, refreshTokenSeconds: null };
    expect(await row("changing")).toMatchObject({ ...cleared, clientName: "Wiki" });
  });

  test("adds, removes and replaces redirect URIs, scopes and grants, and says what ends", async () => {
    await add("lists", ...REDIRECT);
    await client("set", "lists", "--add-redirect-uri", "https://a.example/2", "--add-grant", "device");
    expect(await row("lists")).toMatchObject({
      redirectUris: ["https://a.example/cb", "https://a.example/2"],
      grantTypes: ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"],
    });
    const { out } = await client(
      ...["set", "lists", "--remove-redirect-uri", "https://a.example/cb"],
      ...["--remove-grant", "refresh", "--remove-scope", "email"],
    );
    expect(out).toContain("It gets email no more, at a refresh too. Access tokens that have it keep it");
    expect(out).toContain("Requests with https://a.example/cb are refused from now on.");
    expect(out).toContain("Requests for the grant refresh are refused from now on, so people sign in again");
    // The default was all of the scope, and still is.
    const left = await row("lists");
    expect(left.redirectUris).toEqual(["https://a.example/2" as never]);
    expect([left.scope, left.defaultScope]).toEqual([
      ["openid", "profile", "phone", "address", "groups", "offline_access"],
      ["profile"],
    ] as never);
    await client("set", "lists", "--scope", "profile", "--redirect-uri", "https://a.example/3");
    expect(await row("lists")).toMatchObject({ scope: ["profile"], redirectUris: ["https://a.example/3"] });
    await client("set", "lists", "--scope", "");
    expect(await row("lists")).toMatchObject({ scope: [], defaultScope: [] });
    // Nothing given is nothing, not everything.
    await client("set", "lists", "--name", "Still without a scope");
    expect(await row("lists")).toMatchObject({ scope: [], defaultScope: [] });
  });

  test("makes a client public, which ends its secrets, or gives it one", async () => {
    const { client_secret: secret } = await add("kinds", "--grant", "client_credentials");
    expect(await tokenStatus("kinds", secret)).toBe(200);
    const refused = await client("set", "kinds", "--public");
    expect(refused.err).toContain("client_credentials needs a client that proves who it is");
    const made = await client("set", "kinds", "--public", "--grant", "device");
    expect(made.out).toContain("It is public: its secrets have ended");
    expect(await row("kinds")).toMatchObject({ secrets: [], tokenEndpointAuthMethod: "none" });
    expect(await tokenStatus("kinds", secret)).toBe(401);
    const again = await json("set", "kinds", "--no-public", "--grant", "client_credentials");
    expect(await tokenStatus("kinds", again.client_secret)).toBe(200);
    const shown = await client("set", "kinds", "--secret-in", "body");
    expect(shown.out).toBe("Changed kinds.\n  - It sends its secret by client_secret_post.\n");
    expect((await row("kinds")).secrets).toHaveLength(1);
  });

  test("keeps what was allowed once, and allows no more of it", async () => {
    await add("intranet", "--redirect-uri", "http://wiki.lan/cb", "--allow-http-redirects");
    expect((await client("set", "intranet", "--name", "Intranet")).code).toBe(0);
    const more = ["set", "intranet", "--add-redirect-uri", "http://wiki.lan/2"];
    expect((await client(...more)).err).toContain("'http://wiki.lan/2' is not allowed");
    expect((await client(...more, "--allow-http-redirects")).out).toContain("Codes travel in the clear");
  });

  test("gives a client that registered itself no more than registration gives", async () => {
    const response = await fetch(`${running.configuration.issuer}/auth/register`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ redirect_uris: ["https://a.example/cb"], token_endpoint_auth_method: "none" }),
    });
    const { client_id: id } = await response.json();
    expect((await client("set", id, "--name", "Known now")).code).toBe(0);
    expect((await client("set", id, "--add-scope", "introspect")).err).toContain(
      "The scope 'introspect' does not exist here or is not open to this client.",
    );
    expect((await row(id)).clientName).toBe("Known now");
  });

  test.each([
    [[], "Say what to change, such as --name."],
    [["--name", " \u200b"], "The name has nothing that can be read."],
    [["--scope", "everything"], "There is no scope 'everything'."],
    [["--add-grant", "implicit"], "There is no grant 'implicit'."],
    [
      ["--remove-redirect-uri", "https://b.example/"],
      "It has no redirect URI 'https://b.example/' to remove.",
    ],
    [
      ["--scope", "profile", "--add-scope", "email"],
      "Name either every scope, or those to add and to remove.",
    ],
    [["--redirect-uri", "javascript:alert(1)"], "See: tessera client set --help"],
    [["--logo", "data:x"], "logo_uri must be an http or https URL. See: tessera client set --help"],
    [["--public", "--no-pkce"], "Only a client that proves who it is can be exempt from PKCE."],
    [["--public", "--secret-in", "body"], "A public client has no secret."],
  ])("refuses %p, and changes nothing", async (args, words) => {
    if ((await running.store.findClient("refusing")) === null) await add("refusing", ...REDIRECT);
    const before = await row("refusing");
    const { code, err, out } = await client("set", "refusing", ...args);
    expect(code).toBe(1);
    expect(err).toContain(words);
    expect(out).toBe("");
    expect(await row("refusing")).toEqual(before);
  });

  test.each([
    [["--access-token-seconds", "soon"], "whole number of seconds"],
    [["--secret-in", "url"], "Write header or body."],
    [["--redirect-uri", "https://a.example/cb,https://b.example/cb"], "These are several URIs."],
  ])("does not take %p for what it means", async (args, words) => {
    const { code, err } = await client("set", "refusing", ...args);
    expect(code).toBe(2);
    expect(err).toContain(words);
  });

  test("leaves what the configuration declares to its file", async () => {
    const file = `${temporaryFolder()}/server.toml`;
    await Bun.write(
      file,
      '[[clients]]\nclient_id = "declared"\nsecrets = ["a secret that is declared here"]\n',
    );
    const { code, err } = await client("set", "declared", "--name", "x", "--config", file);
    expect(code).toBe(1);
    expect(err).toBe(
      `The client 'declared' is declared in ${file}, which wins at the next start. Change it there, and start the server again.\n`,
    );
    for (const args of [
      ["remove", "declared"],
      ["secret", "add", "declared"],
    ]) {
      expect((await client(...args, "--config", file)).err).toContain(file);
    }
    expect((await client("set", "declared", "--name", "x")).err).toContain("declared in the configuration");
    expect((await client("set", "nobody", "--name", "x")).err).toContain("There is no client 'nobody'.");
  });
});

describe("client show", () => {
  test("tells when a client was used last, from what it got", async () => {
    const { client_id: id, client_secret: secret } = await json("add", "--name", "Used");
    expect((await json("show", id)).last_used_at).toBeNull();
    expect((await client("show", id)).out).not.toContain("last used");
    expect(await tokenStatus(id, secret)).toBe(200);
    const { last_used_at, used_at } = await json("show", id);
    expect(last_used_at).toBe(used_at);
    expect((await client("show", id)).out).toMatch(/^last used +\S+ .*\((now|\d+ seconds? ago)\)$/m);
  });

  test("says which tokens a client may exchange", async () => {
    const file = `${temporaryFolder()}/exchange.toml`;
    const { client_id: id } = await json("add", "--name", "Orders", "--grant", "exchange");
    await Bun.write(
      file,
      `[[resources]]
identifier = "https://stock.example"
[[token_exchange]]
client = "${id}"
from_clients = ["demo-web"]
resources = ["https://stock.example"]
act = "impersonation"
`,
    );
    const { out, err } = await client("show", id, "--config", file);
    expect(err).toBe("");
    expect(out).toMatch(
      /^exchanges +a token of demo-web for one for https:\/\/stock\.example that does not say who acts$/m,
    );
  });
});

describe("client add", () => {
  test("prints the identifier and, once, a secret that works at the running server", async () => {
    const { code, out } = await client("add", "--name", "Backup");
    expect(code).toBe(0);
    const [, id = ""] = /^client_id +(cl_\S+)$/m.exec(out) ?? [];
    const [, secret = ""] = /^client_secret +(tcs_\S+)$/m.exec(out) ?? [];
    expect(out).toContain("shown only now");
    expect(await tokenStatus(id, secret)).toBe(200);
    expect((await client("show", id)).out).not.toContain(secret);
  });

  test("knows the grants by short names, and chooses them by what is given", async () => {
    const grants = async (...args: string[]) => (await json("add", "--name", "x", ...args)).grant_types;
    expect(await grants("--redirect-uri", "https://a.example/cb")).toEqual([
      "authorization_code",
      "refresh_token",
    ]);
    expect(await grants()).toEqual(["client_credentials"]);
    expect(await grants("--public", "--grant", "device", "--grant", "refresh")).toEqual([
      "urn:ietf:params:oauth:grant-type:device_code",
      "refresh_token",
    ]);
    expect(await grants("--redirect-uri", "http://127.0.0.1/cb", "--grant", "code,device")).toEqual([
      "authorization_code",
      "urn:ietf:params:oauth:grant-type:device_code",
    ]);
  });

  test("a public client has no secret", async () => {
    const made = await json(
      "add",
      "--name",
      "App",
      "--public",
      "--redirect-uri",
      "http://localhost/cb",
      "--redirect-uri",
      "com.example.app:/cb",
    );
    expect(made.token_endpoint_auth_method).toBe("none");
    expect(made.client_secret).toBeUndefined();
    expect(made.redirect_uris).toEqual(["http://localhost/cb", "com.example.app:/cb"]);
  });

  test("without a name calls it by its identifier, and refuses one that has neither", async () => {
    expect((await json("add", "--id", "nameless")).client_name).toBe("nameless");
    const { code, err } = await client("add", "--redirect-uri", "https://a.example/cb");
    expect(code).toBe(1);
    expect(err).toBe("Give the client a name that people know, such as --name Wiki.\n");
  });

  test("takes an identifier, scopes and the exemption from PKCE", async () => {
    const made = await json(
      "add",
      "--id",
      "wiki",
      "--redirect-uri",
      "https://wiki.example/cb",
      "--scope",
      "profile,email",
      "--default-scope",
      "profile",
      "--no-pkce",
    );
    expect(made).toMatchObject({
      client_id: "wiki",
      scope: "profile email",
      default_scope: "profile",
      require_pkce: false,
    });
  });

  test("takes http on an intranet if it is told to", async () => {
    const uri = "http://homelab.lan:8123/cb";
    const made = await json("add", "--name", "Home", "--redirect-uri", uri, "--allow-http-redirects");
    expect(made).toMatchObject({ redirect_uris: [uri] });
  });

  test.each([
    ["http on an intranet", ["--redirect-uri", "http://homelab.lan:8123/cb"], "allow_http_redirects"],
    ["an identifier that is taken", ["--id", "declared"], "'declared' is taken"],
    ["an identifier of a person", ["--id", "acc_1"], "or begin with 'acc_'"],
    [
      "a grant that does not exist",
      ["--grant", "implicit"],
      "There is no grant 'implicit'. Use one of: code, refresh, client_credentials, device, ciba, exchange, jwt_bearer.",
    ],
    [
      "a redirect URI with a wildcard",
      ["--redirect-uri", "https://*.example/cb"],
      "wildcards are not supported",
    ],
    [
      "a scope that does not exist",
      ["--scope", "everything"],
      "There is no scope 'everything'. There are: openid, profile, email, phone, address, groups, offline_access, introspect, tessera.read, tessera.people, tessera.clients, tessera.admin.",
    ],
    [
      "a public client without PKCE",
      ["--public", "--redirect-uri", "https://a.example/cb", "--no-pkce"],
      "--no-pkce is only for clients with a secret.",
    ],
    ["a public client with nothing to do", ["--public"], "needs --redirect-uri"],
    [
      "client_credentials for a public client",
      ["--public", "--grant", "client_credentials"],
      "needs a client that proves who it is",
    ],
    [
      "a name with characters that turn text around",
      ["--name", "a\u202eb"],
      "invisible or control characters",
    ],
  ])("refuses %s", async (_, args, text) => {
    const before = (await json("list")).length;
    const named = args.some((arg) => arg === "--id" || arg === "--name") ? args : ["--name", "x", ...args];
    const { code, err } = await client("add", ...named);
    expect(code).toBe(1);
    expect(err).toContain(text);
    expect((await json("list")).length).toBe(before);
  });
});

describe("client secret", () => {
  test("is rolled without an outage: add, use either, remove the old one", async () => {
    const made = await json("add", "--id", "rolling");
    const { client_secret: added } = await json("secret", "add", "rolling");
    for (const secret of [made.client_secret, added]) expect(await tokenStatus("rolling", secret)).toBe(200);
    const secrets = await json("secret", "list", "rolling");
    expect(secrets).toHaveLength(2);
    const { out } = await client("secret", "remove", "rolling", secrets[0].id);
    expect(out).toStartWith("Removed. One secret is left.\n");
    expect(out).toContain("Access tokens issued before stay alive until they expire.");
    expect(await tokenStatus("rolling", made.client_secret)).toBe(401);
    expect(await tokenStatus("rolling", added)).toBe(200);
    expect((await client("secret", "remove", "rolling", secrets[1].id)).out).toContain(
      "cannot authenticate until you add one",
    );
  });

  test("of a public client, of nobody, or of the configuration cannot be changed here", async () => {
    await client("add", "--id", "app", "--public", "--redirect-uri", "http://localhost/cb");
    expect((await client("secret", "add", "app")).err).toContain("public client and has no secrets");
    expect((await client("secret", "add", "nobody")).err).toContain(
      "There is no client 'nobody'. See: tessera client list",
    );
    expect((await client("secret", "add", "declared")).err).toContain("are in the configuration");
    expect((await client("secret", "remove", "declared", "x")).err).toContain("are in the configuration");
    await client("add", "--id", "other");
    expect((await client("secret", "remove", "other", "x")).err).toContain("has no secret 'x'");
  });
});

describe("client disable and enable", () => {
  test("refuse the client and its tokens, and let both work again", async () => {
    const { client_secret } = await json("add", "--id", "paused");
    expect((await client("disable", "paused")).out).toStartWith("Disabled paused:");
    expect(await tokenStatus("paused", client_secret)).toBe(401);
    expect((await client("list")).out).toMatch(/^paused .* disabled /m);
    expect((await json("show", "paused")).disabled_at).not.toBeNull();
    expect((await client("enable", "paused")).out).toStartWith("Enabled paused.");
    expect(await tokenStatus("paused", client_secret)).toBe(200);
    expect((await client("disable", "nobody")).err).toContain("There is no client 'nobody'.");
  });

  test("go for a declared client too", async () => {
    expect((await client("disable", "declared")).code).toBe(0);
    expect((await client("enable", "declared")).code).toBe(0);
    expect((await json("show", "declared")).source).toBe("configuration");
  });
});

describe("client vouch", () => {
  test("is for clients that registered themselves, and can be withdrawn", async () => {
    const response = await fetch(`${running.configuration.issuer}/auth/register`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ redirect_uris: ["https://agent.example/cb"] }),
    });
    const { client_id } = await response.json();
    expect((await client("show", client_id)).out).toMatch(/^vouched +no: people are asked each time$/m);
    expect((await client("vouch", client_id)).out).toBe(
      `You vouch for ${client_id}. People are sent on to it without a page: https://agent.example/cb\n`,
    );
    expect((await client("show", client_id)).out).toMatch(/^vouched +since /m);
    expect((await json("vouch", client_id, "--withdraw")).vouched_at).toBeNull();
    expect((await client("vouch", "declared")).err).toContain("did not register itself");
  });
});

describe("client secret remove --end-tokens", () => {
  test("says that every access token of the client has ended", async () => {
    await client("add", "--id", "leaked");
    const [secret] = await json("secret", "list", "leaked");
    const { out } = await client("secret", "remove", "leaked", secret.id, "--end-tokens");
    expect(out).toContain("Every access token of the client has ended.");
  });
});

describe("client list, show and remove", () => {
  test("list is a table, and says where a client comes from", async () => {
    await client("add", "--id", "listed", "--name", "Listed");
    const { out } = await client("list");
    expect(out).toMatch(/^listed +Listed +confidential +client_credentials +operator +not used yet/m);
    expect(out).toMatch(/^declared .* configuration/m);
  });

  test("show tells everything but the secrets", async () => {
    await client("add", "--id", "shown", "--redirect-uri", "https://shown.example/cb");
    const { out } = await client("show", "shown");
    expect(out).toMatch(/^redirect URIs +https:\/\/shown\.example\/cb$/m);
    expect(out).toMatch(/^PKCE +required$/m);
    expect(out).toMatch(/^secrets +1 secret$/m);
    expect((await client("show", "none")).err).toContain("There is no client 'none'.");
  });

  test("remove ends the client at the running server", async () => {
    const { client_secret } = await json("add", "--id", "gone");
    expect(await tokenStatus("gone", client_secret)).toBe(200);
    expect((await client("remove", "gone")).out).toBe("Removed gone. All tokens issued to it have ended.\n");
    expect(await tokenStatus("gone", client_secret)).toBe(401);
  });

  test("remove refuses a declared client, which would come back", async () => {
    expect((await client("remove", "declared")).err).toContain("the next start would add it again");
  });
});
