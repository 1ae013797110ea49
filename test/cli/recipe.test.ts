/** `tessera recipe` and `tessera client add --recipe`. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { RECIPES } from "../../src/recipes/table.ts";
import { removeTemporaryFolders, serve, temporaryFolder, tessera } from "./support.ts";

const data = temporaryFolder();
let running: Awaited<ReturnType<typeof serve>>;
beforeAll(async () => {
  running = await serve(data);
});
afterAll(async () => {
  await running.stop();
  removeTemporaryFolders();
});

const ISSUER = ["--issuer", "https://auth.example.org"];
const add = (...args: string[]) => tessera(["client", "add", "--recipe", ...args, "--data", data, ...ISSUER]);
const row = async (id: string) => (await running.store.findClient(id)) ?? `There is no ${id}.`;

describe("client add --recipe", () => {
  test("makes the client, and prints what to paste, with the secret in its place and nowhere else", async () => {
    const { code, out } = await add("immich", "--url", "https://photos.example.org/");
    expect(code).toBe(0);
    expect(await row("immich")).toMatchObject({
      clientName: "Immich",
      clientUri: "https://photos.example.org",
      redirectUris: [
        "https://photos.example.org/auth/login",
        "https://photos.example.org/user-settings",
        "app.immich:///oauth-callback",
      ],
      grantTypes: ["authorization_code"],
      tokenEndpointAuthMethod: "client_secret_post",
      scope: ["openid", "profile", "email"],
      requirePkce: true,
      source: "operator",
    });
    expect(out).toContain("client_id      immich\nclient_secret  in its place below\n");
    expect(out).toMatch(/^Issuer URL +https:\/\/auth\.example\.org$/m);
    const secrets = [...out.matchAll(/tcs_[\w-]+/g)];
    expect(secrets).toHaveLength(1);
    expect(out).toMatch(/^Client Secret +tcs_[\w-]+$/m);
    expect(out).toContain("The secret is shown only now");
  });

  test("names the address of the server that runs on the data, unless the operator names another", async () => {
    const { issuer } = running.configuration;
    const url = ["--url", "https://photos.example.org", "--id", "photos-here"];
    const { out } = await tessera(["client", "add", "--recipe", "immich", ...url, "--data", data]);
    expect(out).toMatch(new RegExp(`^Issuer URL +${issuer}$`, "m"));
    const shown = await tessera(["recipe", "show", "immich", "--data", data]);
    expect(shown.out).toContain(`\`${issuer}\``);
  });

  test("makes every client that an application needs, under one name", async () => {
    const made = await add("argocd", "--url", "https://cd.example.org", "--id", "deploy", "--json");
    const { clients, settings } = JSON.parse(made.out);
    const [{ client_secret: secret }] = clients;
    expect(secret).toMatch(/^tcs_/);
    expect(clients).toMatchObject([
      { client_id: "deploy", require_pkce: false },
      { client_id: "deploy-cli", token_endpoint_auth_method: "none", require_pkce: true },
    ]);
    expect(JSON.stringify(settings)).toContain("cliClientID: deploy-cli");
    expect(JSON.stringify(settings)).toContain(secret);
  });

  test("makes none if one of the names is taken", async () => {
    await tessera(["client", "add", "--id", "half-cli", "--data", data]);
    const { code, err } = await add("argocd", "--url", "https://cd.example.org", "--id", "half");
    expect(code).toBe(1);
    expect(err).toContain("The identifier 'half-cli' is taken. Choose another --id");
    expect(await row("half")).toBe("There is no half.");
  });

  test("takes what the operator says beside it: groups, the logo, how long tokens live", async () => {
    await tessera(["group", "add", "family", "--data", data]);
    const options = [
      "--allow-group",
      "family",
      "--access-token-seconds",
      "600",
      "--first-party",
      "--claim",
      "place=attribute:place",
    ];
    const { code } = await add(
      "mealie",
      "--url",
      "https://cook.example.org",
      "--name",
      "Kitchen",
      ...options,
    );
    expect(code).toBe(0);
    expect(await row("mealie")).toMatchObject({
      clientName: "Kitchen",
      allowedGroups: ["family"],
      accessTokenSeconds: 600,
      firstParty: true,
      claims: { place: "attribute:place" },
    });
  });

  test("exempts from PKCE what cannot do it, and says so", async () => {
    const { out } = await add("portainer", "--url", "https://docker.example.org");
    expect(out).toContain("Portainer is exempt from PKCE: it sends none.");
    expect(await row("portainer")).toMatchObject({ requirePkce: false });
  });

  test("makes a client that only asks about tokens, and prints the configuration of the server", async () => {
    const { out } = await add("dovecot");
    expect(out).toMatch(
      /introspection_url = https:\/\/dovecot:tcs_[\w-]+@auth\.example\.org\/auth\/introspect/,
    );
    expect(out).toContain('[introspection]\ntrusted_clients = ["dovecot"]');
    expect(await row("dovecot")).toMatchObject({ grantTypes: [], scope: [] });
  });

  test("names what must be declared", async () => {
    const { out } = await add("owncloud", "--url", "https://cloud.example.org");
    expect(out).toContain("To declare in tessera.toml: ownCloud desktop");
  });

  test("says which scope the configuration must have first", async () => {
    const { code, err } = await add("incus", "--url", "https://incus.example.org:8443");
    expect(code).toBe(1);
    expect(err).toContain("Incus needs the scope 'incus'. Put this into tessera.toml");
    expect(err).toContain('identifier = "https://incus.example.org:8443"');
  });

  test("needs no client for an application that only asks userinfo", async () => {
    const { code, out } = await add("stalwart");
    expect(code).toBe(0);
    expect(out).toStartWith("Stalwart needs no client.\n");
    expect(out).not.toContain("The secret");
  });

  test("warns if the server is at an address of this machine", async () => {
    const local = await tessera([
      ...["client", "add", "--recipe", "outline", "--url", "https://wiki.example.org", "--data", data],
    ]);
    expect(local.out).toContain(`This server is still ${running.configuration.issuer}`);
  });

  test("takes http on an intranet only if it is told to", async () => {
    const url = ["--url", "http://photos.lan", "--id", "lan"];
    expect((await add("immich", ...url)).err).toContain("http is only for loopback addresses");
    expect((await add("immich", ...url, "--allow-http-redirects")).code).toBe(0);
  });

  test.each([
    [["imich"], "There is no recipe 'imich'. Did you mean 'immich' (Immich)? See: tessera recipe list"],
    [["immich"], "--url https://photos.example.org"],
    [["immich", "--url", "photos.example.org"], "needs a scheme: --url https://photos.example.org"],
    [["immich", "--url", "https://example.org/photos"], "cannot live below a path"],
    [["guacamole"], "Apache Guacamole cannot sign in with this server."],
    [
      ["immich", "--url", "https://a.example", "--scope", "email"],
      "Leave out --scope, and change the client afterwards",
    ],
    [["immich", "--url", "https://a.example", "--no-pkce"], "Leave out --no-pkce"],
    [["immich", "--url", "https://a.example", "--id", "acc_1"], "'acc_1' cannot be an identifier"],
    [["immich", "--url", "https://a.example", "--name", " "], "nothing that can be read"],
  ])("refuses %p", async (args, words) => {
    const { code, err } = await add(...args);
    expect(code).toBe(1);
    expect(err).toContain(words);
  });

  test("is where --url belongs", async () => {
    const { err } = await tessera([
      "client",
      "add",
      "--name",
      "x",
      "--url",
      "https://a.example",
      "--data",
      data,
    ]);
    expect(err).toContain("--url belongs to --recipe");
  });
});

describe("recipe", () => {
  test("list names every application, in groups", async () => {
    const { out } = await tessera(["recipe", "list"]);
    for (const { id } of RECIPES) expect(out).toMatch(new RegExp(`^  ${id} `, "m"));
    expect(out).toContain("guacamole   remote desktops in the browser (cannot sign in here)");
    const rows: unknown[] = JSON.parse((await tessera(["recipe", "list", "--json"])).out);
    expect(rows).toHaveLength(RECIPES.length);
  });

  test("show is the guide of the application, with the address of this server", async () => {
    const { out } = await tessera(["recipe", "show", "grafana", ...ISSUER]);
    expect(out).toStartWith("# Grafana\n\n[Grafana]");
    expect(out).toContain("auth_url = https://auth.example.org/auth/authorize");
    const shown = JSON.parse((await tessera(["recipe", "show", "grafana", "--json", ...ISSUER])).out);
    expect(shown).toMatchObject({ id: "grafana", settings: [{ where: "grafana.ini" }] });
    expect((await tessera(["recipe", "show", "grafna"])).err).toContain("Did you mean 'grafana' (Grafana)?");
  });
});
