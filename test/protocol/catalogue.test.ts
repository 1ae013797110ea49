import { describe, expect, test } from "bun:test";
import { parse } from "valibot";
import { type ConfigurationInput, configurationSchema } from "../../src/configuration/schema.ts";
import { createCatalogue } from "../../src/protocol/catalogue.ts";
import type { ResourceIndicator } from "../../src/protocol/identifiers.ts";
import { MANAGEMENT_SCOPES } from "../../src/protocol/management-scopes.ts";
import { parseResourceIndicator } from "../../src/protocol/resource-indicator.ts";
import { parseScope } from "../../src/protocol/scope.ts";
import { reasonOf, refusalOf } from "../support/expect.ts";

const ISSUER = "https://auth.example";
const MAIL = parseResourceIndicator("https://mail.example/");
const FILES = parseResourceIndicator("https://files.example/api");
const ANYTHING = parseResourceIndicator("https://anything.example/");
const OWN = parseResourceIndicator(ISSUER);

function catalogueOf(changes: ConfigurationInput = {}) {
  const parsed = parse(configurationSchema, {
    issuer: ISSUER,
    scopes: [
      { name: "mail.read", description: "Read your e-mail" },
      { name: "loose", description: "Belongs to no resource" },
      { name: "shared", description: "Used by two" },
      { name: "files", description: "See your files" },
    ],
    resources: [
      {
        identifier: "https://mail.example/",
        name: "Mail",
        scopes: ["mail.read", "mail.send", "shared"],
        access_token_seconds: 300,
        introspection_clients: ["mail-server"],
      },
      { identifier: "https://files.example/api", scopes: ["files", "shared"], access_token_seconds: 60 },
      { identifier: "https://anything.example/" },
    ],
    ...changes,
  });
  return createCatalogue({ ...parsed, issuer: ISSUER });
}

const names = (scope: readonly string[]): string[] => [...scope];

describe("the catalogue of scopes", () => {
  test("has the server's own and the declared ones; a resource names scopes, but makes none", () => {
    expect(names(catalogueOf().scopes.map((entry) => entry.name))).toEqual([
      "openid",
      "profile",
      "email",
      "phone",
      "address",
      "groups",
      "offline_access",
      "introspect",
      ...MANAGEMENT_SCOPES,
      "mail.read",
      "loose",
      "shared",
      "files",
    ]);
  });

  test("tells the words for a scope; the operator's words for the server's own scopes win", () => {
    const catalogue = catalogueOf({ scopes: [{ name: "profile", description: "Know you" }] });
    const word = (text: string) => parseScope(text).map((scope) => catalogue.describeScope(scope))[0];
    expect(word("profile")).toBe("Know you");
    expect(word("mail.send")).toBe("mail.send");
    expect(word("no-such")).toBe("no-such");
  });

  test("knows which scope does not exist", () => {
    const catalogue = catalogueOf();
    expect(parseScope("mail.read files profile constructor").filter(catalogue.isKnownScope)).toEqual(
      parseScope("mail.read files profile"),
    );
  });
});

describe("the catalogue of resources", () => {
  test("finds a resource in any case of scheme and host, with or without the slash, as it is declared", () => {
    const catalogue = catalogueOf();
    expect(names(catalogue.requireKnownResources(["HTTPS://Mail.Example"]))).toEqual([MAIL]);
    expect(names(catalogue.requireKnownResources(["https://auth.example/"]))).toEqual([OWN]);
    expect(reasonOf(() => catalogue.requireKnownResources(["https://files.example/API"]))).toBe(
      "resource_unknown",
    );
    expect(reasonOf(() => catalogue.requireKnownResources(["https://files.example/api/"]))).toBe(
      "resource_unknown",
    );
  });

  test("counts a resource that comes twice once", () => {
    expect(
      names(catalogueOf().requireKnownResources(["https://mail.example", "https://mail.example/"])),
    ).toEqual([MAIL]);
  });

  test("refuses one that is malformed or unknown, even beside one that is known", () => {
    const catalogue = catalogueOf();
    expect(reasonOf(() => catalogue.requireKnownResources(["https://mail.example/", "mail"]))).toBe(
      "resource_malformed",
    );
    const refusal = refusalOf(() =>
      catalogue.requireKnownResources(["https://mail.example/", "https://other.example/"]),
    );
    expect(refusal.reason).toBe("resource_unknown");
    expect(refusal.description).toContain("https://other.example/");
  });

  test("takes an unknown one where the operator says so, but no malformed one", () => {
    const catalogue = catalogueOf({ unknown_resources: "accept" });
    expect(names(catalogue.requireKnownResources(["https://Other.example/X"]))).toEqual([
      "https://other.example/X",
    ]);
    expect(reasonOf(() => catalogue.requireKnownResources(["https://other.example/#x"]))).toBe(
      "resource_malformed",
    );
  });

  test("a token that names no resource is for those that use its scopes, and else for the server itself", () => {
    const catalogue = catalogueOf();
    expect(names(catalogue.defaultResources(parseScope("mail.read")))).toEqual([MAIL]);
    expect(names(catalogue.defaultResources(parseScope("shared")))).toEqual([MAIL, FILES]);
    expect(names(catalogue.defaultResources(parseScope("profile mail.send")))).toEqual([OWN, MAIL]);
    expect(names(catalogue.defaultResources(parseScope("loose")))).toEqual([OWN]);
    expect(names(catalogue.defaultResources([]))).toEqual([OWN]);
  });

  test("leaves the scopes that the named resources can use; one that lists none takes any", () => {
    const catalogue = catalogueOf();
    const asked = parseScope("mail.read files shared loose");
    expect(names(catalogue.scopeFor(asked, [MAIL]))).toEqual(["mail.read", "shared"]);
    expect(names(catalogue.scopeFor(asked, [MAIL, FILES]))).toEqual(["mail.read", "files", "shared"]);
    expect(names(catalogue.scopeFor(asked, [ANYTHING]))).toEqual(asked);
    expect(names(catalogue.scopeFor(asked, [OWN]))).toEqual([]);
    expect(names(catalogue.scopeFor(asked, [parseResourceIndicator("https://unlisted.example")]))).toEqual(
      asked,
    );
  });

  test("the shortest lifetime of the resources counts", () => {
    const catalogue = catalogueOf();
    expect(catalogue.accessTokenSeconds([MAIL])).toBe(300);
    expect(catalogue.accessTokenSeconds([MAIL, FILES])).toBe(60);
    expect(catalogue.accessTokenSeconds([MAIL, ANYTHING])).toBe(300);
    expect(catalogue.accessTokenSeconds([ANYTHING])).toBeNull();
    expect(catalogue.accessTokenSeconds([])).toBeNull();
  });

  test("the format of access tokens: the client's, else the API's; opaque for several APIs", () => {
    const catalogue = catalogueOf({
      resources: [{ identifier: MAIL, access_token_format: "jwt" }, { identifier: FILES }],
    });
    const format = (accessTokenFormat: "jwt" | "opaque" | null, ...resources: ResourceIndicator[]) =>
      catalogue.accessTokenFormat({ accessTokenFormat }, resources);
    expect([format(null, MAIL), format(null, OWN, MAIL), format(null, FILES), format(null, OWN)]).toEqual([
      "jwt",
      "jwt",
      "opaque",
      "opaque",
    ]);
    expect([format("jwt", FILES), format("jwt", OWN), format("opaque", MAIL)]).toEqual([
      "jwt",
      "jwt",
      "opaque",
    ]);
    expect([format(null, MAIL, FILES), format("jwt", OWN, MAIL, FILES)]).toEqual(["opaque", "opaque"]);
  });

  test("only a client that a resource lists may introspect tokens for it", () => {
    const catalogue = catalogueOf();
    expect(catalogue.mayIntrospect("mail-server", [MAIL])).toBe(true);
    expect(catalogue.mayIntrospect("mail-server", [FILES, MAIL])).toBe(true);
    expect(catalogue.mayIntrospect("mail-server", [FILES])).toBe(false);
    expect(catalogue.mayIntrospect("other", [MAIL])).toBe(false);
    expect(catalogue.mayIntrospect("mail-server", [OWN])).toBe(false);
    expect(catalogue.mayIntrospect("mail-server", [])).toBe(false);
  });

  test("a resource is called by its name, or by its identifier", () => {
    const catalogue = catalogueOf();
    expect(catalogue.nameResource(MAIL)).toBe("Mail");
    expect(catalogue.nameResource(FILES)).toBe("https://files.example/api");
    expect(catalogue.nameResource(OWN)).toBe("Tessera");
  });
});

test("clients that register themselves have the scopes that registration gives, and none where it is off", () => {
  const of = (registration: ConfigurationInput["registration"]) =>
    names(catalogueOf({ registration }).registrableScope);
  expect(of({})).toContain("mail.read");
  expect(of({})).not.toContain("introspect");
  for (const scope of MANAGEMENT_SCOPES) {
    expect(of({})).not.toContain(scope as string);
    expect(of({ scope: [scope, "openid"] })).toEqual(["openid"]);
  }
  expect(of({ scope: ["files"] })).toEqual(["files"]);
  expect(of({ mode: "off" })).toEqual([]);
  expect(of({ mode: "off", scope: ["files"] })).toEqual([]);
});
