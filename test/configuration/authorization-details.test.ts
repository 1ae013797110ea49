/** What the configuration refuses of types of authorization details (RFC 9396). */
import { expect, test } from "bun:test";
import { parse, safeParse } from "valibot";
import { checkConfiguration } from "../../src/configuration/checks.ts";
import { type ConfigurationInput, configurationSchema } from "../../src/configuration/schema.ts";
import { DETAILS_CONFIGURATION } from "../support/authorization-details.ts";
import { TEST_CONFIGURATION } from "../support/server.ts";

const API = "https://api.example/";
const faultsOf = (input: ConfigurationInput): string[] => {
  const parsed = parse(configurationSchema, { resources: [{ identifier: API }], ...input });
  return checkConfiguration({ ...parsed, issuer: "https://auth.example" }).map(({ text }) => text);
};
type Type = NonNullable<ConfigurationInput["authorization_details_types"]>[number];
const type = (more: Partial<Type> = {}): Type => ({ type: "a", title: "A", resources: [API], ...more });
const typed = (...types: Type[]): ConfigurationInput => ({ authorization_details_types: types });

test("types that are as they should be", () => {
  expect(faultsOf({ ...TEST_CONFIGURATION, ...DETAILS_CONFIGURATION })).toEqual([]);
});

test.each<[string, ConfigurationInput, string]>([
  ["twice", typed(type(), type()), "types.1.type 'a' is there twice"],
  [
    "of an API that is not declared",
    typed(type({ resources: ["https://x.example/"] })),
    "not declared in [[resources]]",
  ],
  ["with a field `type`", typed(type({ fields: [{ name: "type" }] })), "which every type has already"],
  ["with a field twice", typed(type({ fields: [{ name: "b" }, { name: "b" }] })), "'b' is there twice"],
  [
    "with a field that is a value and an object",
    typed(type({ fields: [{ name: "b" }, { name: "b.c" }] })),
    "'b' is an object",
  ],
  [
    "with values of numbers",
    typed(type({ fields: [{ name: "b", kind: "number", values: { "1": "one" } }] })),
    "is for texts",
  ],
  [
    "that a client may use and no one declared",
    { clients: [{ client_id: "app", authorization_details_types: ["b"] }] },
    "has 'b'",
  ],
])("a type %s is refused", (_, input, words) => {
  expect(faultsOf(input).join("\n")).toContain(words);
});

test.each<[string, object]>([
  ["without APIs", type({ resources: [] })],
  ["with a space in its name", type({ type: "a b" })],
  ["with a field that is too deep", type({ fields: [{ name: "a.b.c.d" }] })],
  ["with a field without a name", type({ fields: [{ name: "a." }] })],
  ["with no value for a field", type({ fields: [{ name: "a", values: {} }] })],
])("does not read a type %s", (_, one) => {
  expect(safeParse(configurationSchema, { authorization_details_types: [one] }).success).toBe(false);
});
