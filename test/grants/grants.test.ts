import { describe, expect, test } from "bun:test";
import { downscope, narrowToGrant } from "../../src/grants/grant.ts";
import { GRANTS } from "../../src/grants/index.ts";
import { configurationSchema } from "../../src/platform/configuration.ts";
import { createCatalogue } from "../../src/protocol/catalogue.ts";
import { GRANT_TYPES, isGrantType } from "../../src/protocol/grant-types.ts";
import { parseParameters } from "../../src/protocol/parameters.ts";
import { parseResourceIndicator } from "../../src/protocol/resource-indicator.ts";
import { parseScope } from "../../src/protocol/scope.ts";
import { reasonOf, refusalOf } from "../support/expect.ts";
import { TEST_CONFIGURATION } from "../support/server.ts";

const catalogue = createCatalogue({
  ...configurationSchema.parse(TEST_CONFIGURATION),
  issuer: "https://auth.example",
});
const MAIL = parseResourceIndicator("https://mail.example/");
const FILES = parseResourceIndicator("https://files.example/api");
const GRANT = { scope: parseScope("mail.read files"), resources: [MAIL, FILES] };

const narrow = (query: string) => {
  const { scope, resources } = narrowToGrant({ catalogue }, GRANT, parseParameters(query, 64));
  return [scope.join(" "), resources.join(" ")];
};

describe("the table of grants", () => {
  test("has an entry for every grant type that clients can register, and none beside them", () => {
    expect(GRANTS.map(({ grantType }) => grantType).sort()).toEqual([...GRANT_TYPES].sort());
  });

  test("knows names only as they are written", () => {
    expect(isGrantType("authorization_code")).toBe(true);
    for (const name of ["", "Authorization_Code", "password", "implicit", "constructor"]) {
      expect(isGrantType(name)).toBe(false);
    }
  });
});

describe("narrowing to a grant (RFC 6749 §6, RFC 8707 §2.2)", () => {
  test.each([
    ["", "mail.read files", "https://mail.example/ https://files.example/api"],
    ["scope=files", "files", "https://mail.example/ https://files.example/api"],
    ["scope=files+mail.read", "files mail.read", "https://mail.example/ https://files.example/api"],
    ["resource=https://mail.example/", "mail.read", "https://mail.example/"],
    ["resource=https://MAIL.example", "mail.read", "https://mail.example/"],
    ["scope=files&resource=https://files.example/api", "files", "https://files.example/api"],
    [
      "resource=https://files.example/api&resource=https://mail.example/",
      "mail.read files",
      "https://files.example/api https://mail.example/",
    ],
  ])("%j leaves the scope %s for %s", (query, scope, resources) => {
    expect(narrow(query)).toEqual([scope, resources]);
  });

  test.each([
    ["scope=mail.send", "scope_exceeds_grant"],
    ["scope=mail.read+mail.send", "scope_exceeds_grant"],
    ["scope=+", "scope_malformed"],
    ["resource=https://auth.example", "resource_exceeds_grant"],
    ["resource=https://mail.example/&resource=https://auth.example", "resource_exceeds_grant"],
    ["resource=https://other.example", "resource_unknown"],
    ["resource=mail", "resource_malformed"],
    ["scope=mail.read&resource=https://files.example/api", "resource_scope_empty"],
  ] as const)("%j is refused", (query, reason) => {
    expect(reasonOf(() => narrow(query))).toBe(reason);
  });

  test("names what was not granted", () => {
    expect(refusalOf(() => narrow("scope=mail.send")).description).toBe(
      "The scope 'mail.send' was not granted.",
    );
  });

  test("a request without any scope keeps having none", () => {
    expect(downscope({ catalogue }, [], [MAIL])).toEqual([]);
  });
});
