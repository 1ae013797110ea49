/** The table of recipes holds together: the texts have values, the guides are valid, the names can be typed. */
import { describe, expect, test } from "bun:test";
import { parseIssuer } from "../../src/protocol/issuer.ts";
import { addressOf } from "../../src/recipes/clients.ts";
import { exampleValues } from "../../src/recipes/guide.ts";
import { isPaste, RecipeError, type Settings } from "../../src/recipes/recipe.ts";
import { findRecipe, nearestRecipe, RECIPES } from "../../src/recipes/table.ts";
import { fill, issuerValues, namesIn } from "../../src/recipes/values.ts";

/** The rows of applications and of servers that check tokens which this server promises to work with. */
const PROMISED = [
  "nextcloud nextcloud-oidc-login immich vaultwarden mas synapse grafana gitea forgejo gitlab mastodon paperless-ngx tandoor",
  "adventurelog home-assistant proxmox portainer outline jellyfin jellyseerr audiobookshelf mealie karakeep open-webui",
  "linkwarden miniflux roundcube mailcow sogo oauth2-proxy traefik-oidc-auth nginx caddy envoy-gateway argocd kubernetes vault",
  "openbao headscale tailscale netbird owncloud opencloud incus opkssh bitwarden kanboard filerise mattermost guacamole odoo",
  "apache dovecot stalwart fastmcp mcp-server istio postgresql",
].flatMap((line) => line.split(" "));

test("there is a recipe for every application that is promised", () => {
  expect(RECIPES.map(({ id }) => id).sort()).toEqual([...PROMISED].sort());
});

test("names are unique, and are identifiers of clients and names of files", () => {
  for (const { id } of RECIPES) expect(id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
  expect(new Set(RECIPES.map(({ id }) => id)).size).toBe(RECIPES.length);
});

const textsOf = (settings: Settings): string[] =>
  isPaste(settings)
    ? [settings.where, settings.text]
    : [settings.where, ...settings.fields.map(([, value]) => value)];

describe.each([...RECIPES])("$name", (recipe) => {
  const values = exampleValues(recipe, issuerValues(parseIssuer("https://auth.example.org")));
  const texts = [
    ...recipe.settings.flatMap(textsOf),
    ...recipe.notes,
    recipe.people,
    recipe.server ?? "",
    ...recipe.clients.flatMap((part) => [
      ...part.redirectUris,
      ...(part.postLogout ?? []),
      part.backChannel ?? "",
    ]),
  ];

  test("has a value for every name in braces", () => {
    for (const text of texts) for (const name of namesIn(text)) expect(Object.keys(values)).toContain(name);
  });

  test("hands over the secret of each client that has one", () => {
    const used = recipe.settings.flatMap(textsOf).flatMap(namesIn);
    for (const { suffix, secret, published } of recipe.clients) {
      if (published !== undefined) continue;
      const name = suffix === undefined ? "" : `:${suffix}`;
      expect(used).toContain(`client_id${name}`);
      expect(used.includes(`client_secret${name}`)).toBe(secret !== "none");
    }
  });

  test("lets its clients have every scope that the settings name", () => {
    const lines = recipe.settings.flatMap((settings) =>
      isPaste(settings)
        ? settings.text.split("\n")
        : settings.fields.map(([name, value]) => `${name} ${value}`),
    );
    const scopes = lines.filter((line) => /scope/i.test(line)).join(" ");
    const may = recipe.clients.flatMap(({ scope }) => scope);
    for (const name of ["openid", "profile", "email", "groups", "offline_access"])
      if (new RegExp(`\\b${name}\\b`).test(scopes) && may.length > 0) expect(may).toContain(name);
  });

  test("has sentences for notes", () => {
    for (const note of recipe.notes) expect(note).toMatch(/^.*[.…]$/);
    expect(recipe.what).not.toEndWith(".");
  });

  const { address } = recipe;
  test("takes its own example as an address", () => {
    expect(addressOf(recipe, address?.example)).toBe(address?.example ?? null);
  });
});

test("texts that look like names in braces stay as they are", () => {
  expect(fill("{{ user.email }} {user} {name} {}", { name: "x" })).toBe("{{ user.email }} {user} x {}");
  expect(fill('{"client_id":"{client_id}"}', { client_id: "a" })).toBe('{"client_id":"a"}');
});

describe("the address of the application", () => {
  const address = (id: string, written?: string): string | null => {
    const recipe = findRecipe(id);
    if (recipe === undefined) throw new Error(`There is no ${id}.`);
    return addressOf(recipe, written);
  };

  test("loses the slash at its end, and keeps port and path", () => {
    expect(address("immich", "https://photos.example.org/")).toBe("https://photos.example.org");
    expect(address("proxmox", "https://pve.example.org:8006/")).toBe("https://pve.example.org:8006");
    expect(address("nextcloud", "https://example.org/cloud//")).toBe("https://example.org/cloud");
    expect(address("kubernetes")).toBeNull();
  });

  test.each([
    ["immich", undefined, "Say where people open Immich, such as --url https://photos.example.org"],
    ["immich", "photos.example.org", "needs a scheme: --url https://photos.example.org"],
    ["immich", "//photos.example.org", "needs a scheme: --url https://photos.example.org"],
    ["immich", "ftp://photos.example.org", "Write --url https://photos.example.org"],
    ["immich", "https://", "'https://' is not an address"],
    ["immich", "https://example.org/photos", "Immich cannot live below a path. If people open it at"],
    ["immich", "https://ada@photos.example.org", "Write the address alone"],
    ["nextcloud", "https://example.org/cloud?x=1", "Write the address alone"],
    ["kubernetes", "https://example.org", "Kubernetes needs no address of its own. Leave out --url."],
  ])("of %s is not %p", (id, written, words) => {
    expect(() => address(id, written)).toThrow(RecipeError);
    expect(() => address(id, written)).toThrow(words);
  });
});

test("a word that is nearly a name finds the recipe", () => {
  expect(nearestRecipe("imich")?.id).toBe("immich");
  expect(nearestRecipe("paperless")?.id).toBe("paperless-ngx");
  expect(nearestRecipe("Argo")?.id).toBe("argocd");
  expect(nearestRecipe("owncloud infinite")?.id).toBe("owncloud");
  expect(nearestRecipe("something else entirely")).toBeUndefined();
});
