/** RFC 9728: the metadata of resources, and the list in the metadata of this server. */
import { describe, expect, test } from "bun:test";
import { parse } from "valibot";
import { type ConfigurationInput, configurationSchema } from "../../src/configuration/schema.ts";
import { createCatalogue } from "../../src/protocol/catalogue.ts";
import {
  isWithoutTls,
  listedResources,
  metadataAddress,
  protectedResourceMetadata,
} from "../../src/protocol/protected-resource.ts";
import { proves } from "../support/proves.ts";

const ISSUER = "https://auth.example";
type Resource = NonNullable<ConfigurationInput["resources"]>[number];

const catalogueOf = (resources: readonly Resource[], more: ConfigurationInput = {}) => {
  const scopes = [{ name: "mail", description: "Read mail" }];
  const parsed = parse(configurationSchema, { issuer: ISSUER, scopes, resources: [...resources], ...more });
  return createCatalogue({ ...parsed, issuer: ISSUER });
};
const documentOf = (resource: Resource) => {
  const [, entry] = catalogueOf([resource]).resources;
  if (entry === undefined) throw new Error("There is no resource.");
  return protectedResourceMetadata(entry, ISSUER);
};

test.each([
  ["https://mail.example", "https://mail.example/.well-known/oauth-protected-resource"],
  ["https://mail.example/", "https://mail.example/.well-known/oauth-protected-resource"],
  ["https://mail.example:8443/a/b", "https://mail.example:8443/.well-known/oauth-protected-resource/a/b"],
  ["https://mail.example/a/", "https://mail.example/.well-known/oauth-protected-resource/a/"],
  ["https://mail.example?t=1", "https://mail.example/.well-known/oauth-protected-resource?t=1"],
  ["https://mail.example/?t=/1", "https://mail.example/.well-known/oauth-protected-resource?t=/1"],
  ["http://localhost:3000/mcp", "http://localhost:3000/.well-known/oauth-protected-resource/mcp"],
  ["urn:example:mail", null],
  ["com.example.app:/mail", null],
])(proves("the metadata of %s are at %p", "RFC 9728 1.2-1", "RFC 9728 3-1"), (identifier, address) => {
  expect(metadataAddress(identifier)).toBe(address);
});

describe("the document of a resource", () => {
  test(
    proves(
      "says what the operator says, and leaves out the rest",
      "RFC 9728 2-1",
      "RFC 9728 2-2",
      "RFC 9728 2-3",
      "RFC 9728 3.2-2",
      "RFC 9728 3.3-1",
      "RFC 9728 7.6-1",
    ),
    () => {
      expect(documentOf({ identifier: "https://mail.example" })).toEqual({
        resource: "https://mail.example",
        authorization_servers: [ISSUER],
        bearer_methods_supported: ["header"],
      });
      const all = documentOf({
        identifier: "https://mail.example/api",
        name: "Mail",
        scopes: ["mail"],
        documentation_uri: "https://mail.example/docs",
        policy_uri: "https://mail.example/policy",
        tos_uri: "https://mail.example/terms",
        jwks_uri: "https://mail.example/keys",
        signing_algorithms: ["ES256"],
        dpop_bound_access_tokens_required: true,
      });
      expect(all).toEqual({
        resource: "https://mail.example/api",
        authorization_servers: [ISSUER],
        scopes_supported: ["mail"],
        bearer_methods_supported: ["header"],
        resource_name: "Mail",
        resource_documentation: "https://mail.example/docs",
        resource_policy_uri: "https://mail.example/policy",
        resource_tos_uri: "https://mail.example/terms",
        jwks_uri: "https://mail.example/keys",
        resource_signing_alg_values_supported: ["ES256"],
        dpop_bound_access_tokens_required: true,
      });
    },
  );

  test(proves("has its name in each language, the first one without a tag", "RFC 9728 2.1-1"), () => {
    const name = { en: "Mail", de: "Post" };
    expect(documentOf({ identifier: "https://mail.example", name })).toMatchObject({
      resource_name: "Mail",
      "resource_name#en": "Mail",
      "resource_name#de": "Post",
    });
  });

  test(proves("is none for what is no web address", "RFC 9728 1.2-1"), () => {
    expect(documentOf({ identifier: "urn:example:mail" })).toBeNull();
    expect(isWithoutTls("http://mail.lan/api")).toBe(true);
    expect(isWithoutTls("http://localhost:3000/mcp")).toBe(false);
    expect(isWithoutTls("https://mail.example")).toBe(false);
  });

  test.each([
    ["documentation_uri", "javascript:alert(1)"],
    ["policy_uri", "https://user@mail.example/policy"],
    ["tos_uri", "/terms"],
    ["jwks_uri", "https://mail.example/ keys"],
  ])("the configuration refuses %s = %s", (member, value) => {
    expect(() => documentOf({ identifier: "https://mail.example", [member]: value })).toThrow();
  });

  test(proves("never names unsigned answers", "RFC 9728 2-4"), () => {
    for (const algorithm of ["none", "HS256"])
      expect(() =>
        documentOf({ identifier: "https://mail.example", signing_algorithms: [algorithm as "ES256"] }),
      ).toThrow();
  });
});

test(
  proves(
    "the list has web addresses that are not kept back, and is empty where any resource is taken",
    "RFC 9728 4-1",
  ),
  () => {
    const resources = [
      { identifier: "https://mail.example/" },
      { identifier: "https://secret.example/", listed: false },
      { identifier: "urn:example:mail" },
    ];
    const catalogue = catalogueOf(resources);
    expect(listedResources(catalogue, "refuse")).toEqual(["https://mail.example/"]);
    expect(listedResources(catalogue, "accept")).toEqual([]);
  },
);
