import { describe, expect, test } from "bun:test";
import { parse } from "valibot";
import { configurationSchema } from "../../src/configuration/schema.ts";
import { downscope, narrowToGrant } from "../../src/grants/grant.ts";
import { GRANTS } from "../../src/grants/index.ts";
import { createCatalogue } from "../../src/protocol/catalogue.ts";
import { GRANT_TYPES, isGrantType } from "../../src/protocol/grant-types.ts";
import { parseParameters } from "../../src/protocol/parameters.ts";
import { parseResourceIndicator } from "../../src/protocol/resource-indicator.ts";
import { parseScope } from "../../src/protocol/scope.ts";
import type { ClientRecord } from "../../src/store/records.ts";
import { reasonOf, refusalOf } from "../support/expect.ts";
import { TEST_CONFIGURATION } from "../support/server.ts";

const catalogue = createCatalogue({
  ...parse(configurationSchema, TEST_CONFIGURATION),
  issuer: "https://auth.example",
});
const MAIL = parseResourceIndicator("https://mail.example/");
const FILES = parseResourceIndicator("https://files.example/api");
const GRANT = { scope: parseScope("mail.read files"), resources: [MAIL, FILES] };

const CLIENT = { scope: parseScope("mail.read mail.send files profile"), source: "configuration" } as const;

const narrow = (query: string) => {
  const { scope, resources } = narrowToGrant({ catalogue }, GRANT, CLIENT, parseParameters(query, 64));
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

  const outdated = (
    granted: Parameters<typeof narrowToGrant>[1],
    { scope }: Pick<ClientRecord, "scope">,
    query = "",
  ) => narrowToGrant({ catalogue }, granted, { ...CLIENT, scope }, parseParameters(query, 64));
  const names = (list: readonly string[]): string => list.join(" ");

  test("what the operator took from the client since is gone, without a word, as long as something is left", () => {
    const client = { scope: parseScope("files") };
    expect(names(outdated(GRANT, client).scope)).toBe("files");
    expect(reasonOf(() => outdated(GRANT, client, "scope=mail.read"))).toBe("scope_exceeds_grant");
    expect(reasonOf(() => outdated(GRANT, { scope: [] }))).toBe("grant_outdated");
    expect(reasonOf(() => outdated(GRANT, { scope: parseScope("profile") }))).toBe("grant_outdated");
  });

  test("what the operator took from the server since is gone too", () => {
    const gone = { scope: parseScope("gone files"), resources: [FILES] };
    const client = { scope: parseScope("gone files") };
    expect(names(outdated(gone, client).scope)).toBe("files");
    expect(reasonOf(() => outdated({ ...gone, scope: parseScope("gone") }, client))).toBe("grant_outdated");
    const elsewhere = parseResourceIndicator("https://elsewhere.example/");
    expect(names(outdated({ ...gone, resources: [elsewhere, FILES] }, client).resources)).toBe(String(FILES));
    expect(reasonOf(() => outdated({ ...gone, resources: [elsewhere] }, client))).toBe("grant_outdated");
  });

  test("a grant without any scope is not outdated", () => {
    expect(names(outdated({ scope: [], resources: [MAIL] }, CLIENT).scope)).toBe("");
  });

  test("a request without any scope keeps having none", () => {
    expect(downscope({ catalogue }, [], [MAIL])).toEqual([]);
  });
});
