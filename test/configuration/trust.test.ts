/** What the configuration refuses of trusted issuers, assertions and workloads (THREATS 88). */
import { expect, test } from "bun:test";
import { parse } from "valibot";
import { checkConfiguration } from "../../src/configuration/checks.ts";
import { type ConfigurationInput, configurationSchema } from "../../src/configuration/schema.ts";
import { proves } from "../support/proves.ts";

const OWN = "https://auth.example";
const OTHER = "https://other.example";

const faultsOf = (input: ConfigurationInput): string[] => {
  const parsed = parse(configurationSchema, {
    issuer: OWN,
    scopes: [{ name: "files", description: "Files" }],
    ...input,
  });
  return checkConfiguration({ ...parsed, issuer: OWN }).map(({ text }) => text);
};

const people = { by: "username" as const, clients: ["agent"], scope: ["files"] };
const trusting = (more: object, issuer = OTHER): ConfigurationInput => ({
  trusted_issuers: [{ issuer, ...more }],
});

test("issuers, audiences and workloads that are as they should be", () => {
  expect(
    faultsOf({
      trusted_issuers: [
        { issuer: OTHER, people },
        { issuer: `${OTHER}/` },
        { issuer: "spiffe://prod.example", jwks_uri: "https://spire.example/bundle" },
      ],
      id_jag_audiences: [{ issuer: OTHER, clients: [{ client_id: "agent" }] }],
      clients: [{ client_id: "api", workloads: [{ issuer: `${OTHER}/`, subject: "a" }] }],
    }),
  ).toEqual([]);
});

test.each<[string, ConfigurationInput, string]>([
  ["this server itself", trusting({}, OWN), "this server itself"],
  ["one issuer twice", { trusted_issuers: [{ issuer: OTHER }, { issuer: OTHER }] }, "twice"],
  [
    "keys in two places",
    trusting({ jwks_uri: "https://k.example", jwks_file: import.meta.path }),
    "both set",
  ],
  ["a trust domain without keys", trusting({}, "spiffe://prod.example"), "trust domain"],
  ["ID-JAGs as workloads", trusting({ types: ["OAuth-ID-JAG+JWT"] }), "authenticates no workload"],
  ["addresses of all domains", trusting({ people: { ...people, by: "email" } }), "email_domains"],
  ["links without links", trusting({ people: { ...people, by: "link" } }), "links"],
  ["links that do not count", trusting({ people: { ...people, links: { a: "ada" } } }), "by = 'link' only"],
  [
    "a claim in place of sub",
    trusting({ people: { ...people, by: "link", links: { a: "ada" }, claim: "email" } }),
    "goes by sub",
  ],
  ["an unknown scope", trusting({ people: { ...people, scope: ["unknown"] } }), "does not exist"],
  [
    "power over this server",
    trusting({ people: { ...people, scope: ["tessera.admin"] } }),
    "no other issuer",
  ],
  ["power over tokens", trusting({ people: { ...people, scope: ["introspect"] } }), "no other issuer"],
  ["a sign-in", trusting({ people: { ...people, scope: ["openid"] } }), "no other issuer"],
  ["access that stays", trusting({ people: { ...people, scope: ["offline_access"] } }), "no other issuer"],
  [
    "an unknown API",
    trusting({ people: { ...people, resources: ["https://api.example/"] } }),
    "not in [[resources]]",
  ],
  [
    "a workload of an issuer that is not trusted",
    {
      ...trusting({}),
      clients: [{ client_id: "api", workloads: [{ issuer: `${OTHER}/`, subject: "a" }] }],
    },
    "byte for byte",
  ],
  [
    "assertions for this server itself",
    { id_jag_audiences: [{ issuer: OWN, clients: [{ client_id: "agent" }] }] },
    "this server itself",
  ],
  ["a file that is not there", trusting({ jwks_file: "/nowhere/keys.json" }), "no such file"],
])(proves("refuses %s", "threat 88", "ID-JAG cross-1"), (_, input, words) => {
  expect(faultsOf(input).join("\n")).toContain(words);
});

test.each<[string, object]>([
  ["an issuer that is no URL", { trusted_issuers: [{ issuer: "other" }] }],
  ["an issuer with a query", { trusted_issuers: [{ issuer: `${OTHER}?a` }] }],
  ["HMAC", { trusted_issuers: [{ issuer: OTHER, algorithms: ["HS256"] }] }],
  ["no signature", { trusted_issuers: [{ issuer: OTHER, algorithms: ["none"] }] }],
  ["people without clients", { trusted_issuers: [{ issuer: OTHER, people: { ...people, clients: [] } }] }],
  ["people without a scope", { trusted_issuers: [{ issuer: OTHER, people: { ...people, scope: [] } }] }],
  ["people by subject", { trusted_issuers: [{ issuer: OTHER, people: { ...people, by: "subject" } }] }],
])(proves("does not read %s", "threat 88", "threat 35"), (_, input) => {
  expect(() => parse(configurationSchema, input)).toThrow();
});
