import { expect, test } from "bun:test";
import { changesTo, type FactField, isAllowed, typedValue } from "../../src/operations/own-facts.ts";
import type { PersonProfile } from "../../src/store/tables/people.ts";

const changes = (profile: PersonProfile, values: Partial<Record<FactField, string>>) =>
  changesTo({ name: "Ada", profile }, new Map(Object.entries(values) as [FactField, string][]));

test("what a person did not change is no change", () => {
  const profile = { nickname: "Countess", phone_number: "+43660123456", address: { country: "Austria" } };
  expect(
    changes(profile, { name: "Ada", nickname: "Countess", phone_number: "+43660123456", country: "Austria" }),
  ).toEqual({});
});

test("an empty field takes a fact away", () => {
  expect(changes({ nickname: "Countess" }, { name: "", nickname: "" })).toEqual({
    name: null,
    profile: { nickname: null },
  });
});

test("a telephone number of the person's own is not verified, whatever the one before was", () => {
  expect(
    changes({ phone_number: "+431", phone_number_verified: true }, { phone_number: "+43660123456" }),
  ).toEqual({
    profile: { phone_number: "+43660123456", phone_number_verified: false },
  });
  expect(changes({ phone_number: "+431", phone_number_verified: false }, { phone_number: "" })).toEqual({
    profile: { phone_number: null, phone_number_verified: null },
  });
});

test("a new part of the address takes away the whole that the operator wrote", () => {
  expect(changes({ address: { formatted: "Ringstraße 1, Wien" } }, { locality: "Graz" })).toEqual({
    profile: { address: { locality: "Graz", formatted: null } },
  });
});

test.each([
  ["phone_number", " +43 (660) 123-45.67 ", "+436601234567", true],
  ["phone_number", "0660 123", "0660123", false],
  ["name", "  Ada ", "Ada", true],
  ["name", "e\u0301", "é", true],
  ["birthdate", "0000-02-29", "0000-02-29", true],
  ["birthdate", "2026-02-30", "2026-02-30", false],
  ["locale", "", "", true],
] as const)("%s: %p is kept as %p, if that is allowed: %p", (field, typed, kept, allowed) => {
  const value = typedValue(field, typed);
  expect(value).toBe(kept);
  expect(isAllowed(field, value)).toBe(allowed);
});
