import { describe, expect, test } from "bun:test";
import { attributesFault, groupsFault, profileFault } from "../../src/accounts/profile.ts";
import type { PersonProfile } from "../../src/store/tables/people.ts";
import { proves } from "../support/proves.ts";

const FINE: readonly PersonProfile[] = [
  { given_name: "Ada", family_name: "Lovelace", middle_name: "King", nickname: "the countess" },
  {
    website: "https://ada.example/?a=b#c",
    profile: "http://intranet/ada",
  },
  { birthdate: "1815-12-10" },
  { birthdate: "2000-02-29" },
  { birthdate: "0000-02-29" },
  { birthdate: "1815" },
  { zoneinfo: "Europe/Vienna" },
  { zoneinfo: "UTC" },
  { locale: "de" },
  { locale: "de-AT" },
  { locale: "zh-Hant-TW" },
  { phone_number: "+436601234567", phone_number_verified: false },
  { address: { formatted: "12 St James's Square\n\nLondon", country: "UK" } },
  {},
];

const REFUSED: readonly (readonly [string, PersonProfile])[] = [
  ["given_name", { given_name: " " }],
  ["given_name", { given_name: "a".repeat(201) }],
  ["nickname", { nickname: "a\u202eb" }],
  ["website", { website: "ada.example" }],
  ["website", { website: "javascript:alert(1)" }],
  ["website", { website: "https://ada example" }],
  ["website", { website: "https://" }],
  ["website", { website: `https://a.example/${"a".repeat(1000)}` }],
  ["birthdate", { birthdate: "10.12.1815" }],
  ["birthdate", { birthdate: "1815-13-10" }],
  ["birthdate", { birthdate: "2001-02-29" }],
  ["birthdate", { birthdate: "0000" }],
  ["birthdate", { birthdate: "1815-12" }],
  ["zoneinfo", { zoneinfo: "Europe/Atlantis" }],
  ["zoneinfo", { zoneinfo: "+01:00" }],
  ["locale", { locale: "de_AT" }],
  ["locale", { locale: "" }],
  ["phone_number", { phone_number: "06601234567" }],
  ["phone_number", { phone_number: "+43 660 1234567" }],
  ["phone_number", { phone_number: "+4366012345678901" }],
  ["address.country", { address: { country: "a\u0000b" } }],
  ["address.formatted", { address: { formatted: "\n" } }],
  ["address.locality", { address: { locality: "a".repeat(501) } }],
];

describe("a profile", () => {
  for (const profile of FINE) {
    test(`may have ${JSON.stringify(profile)}`, () => expect(profileFault(profile)).toBeNull());
  }
  for (const [fact, profile] of REFUSED) {
    test(proves(`may not have ${JSON.stringify(profile).slice(0, 60)}`, "OpenID Core 5.1-3"), () =>
      expect(profileFault(profile)?.fact).toBe(fact),
    );
  }
});

describe("attributes", () => {
  test("are texts, numbers, booleans and lists of texts", () => {
    const fine = { quota: 5, "immich.role": "admin", admin: false, sites: ["a", "b c"], empty: "" };
    expect(attributesFault(fine)).toBeNull();
  });

  for (const [about, attributes] of [
    ["a name with a space", { "a b": 1 }],
    ["a name without a letter", { "": 1 }],
    ["the name of every object's prototype", JSON.parse('{"__proto__": "x"}')],
    ["no number", { quota: Number.NaN }],
    ["a control character", { quota: "5\u0007" }],
    ["a text that is too long", { quota: "a".repeat(1001) }],
    ["a list that is too long", { sites: Array(201).fill("a") }],
  ] as const) {
    test(`are refused with ${about}`, () => expect(attributesFault(attributes)).not.toBeNull());
  }

  test("are 16 kB altogether at most", () => {
    const many = Object.fromEntries(
      Array.from({ length: 17 }, (_, index) => [`a${index}`, "a".repeat(1000)]),
    );
    expect(attributesFault(many)).toMatchObject({ fact: "attributes" });
  });
});

describe("groups", () => {
  test("have names without spaces", () => {
    expect(groupsFault(["family", "photo-editors", "größe", "ou=staff,dc=example"])).toBeNull();
    for (const name of ["", "a b", "a\tb", "a\u200bb", "a".repeat(101)])
      expect(groupsFault(["family", name])).toMatchObject({ value: name });
  });

  test("of a person are 16 kB altogether at most", () => {
    const names = Array.from({ length: 200 }, (_, index) => `${index}-${"a".repeat(90)}`);
    expect(groupsFault(names)).toMatchObject({ fact: "groups" });
  });
});
