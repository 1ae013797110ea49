import { describe, expect, test } from "bun:test";
import { namedClaims } from "../../src/protocol/claim-mapping.ts";
import type { PictureId } from "../../src/protocol/identifiers.ts";
import { parseIssuer } from "../../src/protocol/issuer.ts";
import { parseScope } from "../../src/protocol/scope.ts";
import {
  CLAIM_NAMES,
  claimNames,
  type OwnClaims,
  personClaims,
  scopeOfClaim,
  toldPerson,
} from "../../src/rules/claims.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import { proves } from "../support/proves.ts";
import { NOW, newAccount } from "./facts.ts";

const ADDRESS = { street_address: "12 St James's Square\n2nd floor", locality: "London", country: "UK" };

const ISSUER = parseIssuer("https://auth.example/t");
const newPerson = (fields: Partial<AccountRecord>) => toldPerson(newAccount(fields), ISSUER);

const ada = newPerson({
  username: "ada",
  name: "Ada Lovelace",
  email: "ada@mail.example",
  profile: {
    given_name: "Ada",
    family_name: "Lovelace",
    middle_name: "King",
    nickname: "the countess",
    profile: "https://example.org/ada",
    website: "https://ada.example",
    gender: "female",
    birthdate: "1815-12-10",
    zoneinfo: "Europe/London",
    locale: "en-GB",
    phone_number: "+442012345678",
    address: ADDRESS,
  },
  attributes: { quota: 5 },
  groups: ["family", "photos"],
  pictureId: Uint8Array.from({ length: 16 }, (_, at) => at) as Uint8Array as PictureId,
  updatedAt: NOW,
});
const nameless = newPerson({ username: "bob", name: null, email: null, updatedAt: NOW });

const told = (scope: string, person = ada, requested: string[] = []) =>
  personClaims(parseScope(scope), person, requested);

describe("the claims about a person", () => {
  test("are those of the granted scopes (OpenID Connect Core §5.4)", () => {
    expect(told("openid")).toEqual({});
    expect(told("profile")).toEqual({
      name: "Ada Lovelace",
      preferred_username: "ada",
      given_name: "Ada",
      family_name: "Lovelace",
      middle_name: "King",
      nickname: "the countess",
      profile: "https://example.org/ada",
      picture: "https://auth.example/t/picture?id=AAECAwQFBgcICQoLDA0ODw",
      website: "https://ada.example",
      gender: "female",
      birthdate: "1815-12-10",
      zoneinfo: "Europe/London",
      locale: "en-GB",
      updated_at: NOW,
    });
    expect(told("openid email")).toEqual({ email: "ada@mail.example", email_verified: true });
    expect(told("phone")).toEqual({ phone_number: "+442012345678", phone_number_verified: true });
    expect(told("address")).toEqual({ address: ADDRESS });
    expect(told("groups")).toEqual({ groups: ["family", "photos"] });
  });

  test(
    proves(
      "leave out facts that the person does not have, and tell that they are in no group",
      "OpenID Core 5.3.2-2",
      "OpenID Core 5.3.2-3",
    ),
    () => {
      expect(told("openid profile email phone address groups", nameless)).toEqual({
        preferred_username: "bob",
        updated_at: NOW,
        groups: [],
      });
    },
  );

  test("say of an address and a number that they are not verified, if the operator said so", () => {
    const unsure = newPerson({
      email: "ada@mail.example",
      emailVerified: false,
      profile: { phone_number: "+442012345678", phone_number_verified: false },
    });
    expect(told("email phone", unsure)).toMatchObject({
      email_verified: false,
      phone_number_verified: false,
    });
  });

  test("are also those that the request names, and no others", () => {
    expect(told("openid", ada, ["email", "groups", "quota", "password_hash", "constructor"])).toEqual({
      email: "ada@mail.example",
      groups: ["family", "photos"],
    });
  });

  test("belong each to one scope", () => {
    for (const claim of CLAIM_NAMES) {
      const scope = scopeOfClaim(claim);
      expect(scope).not.toBeNull();
      expect(Object.keys(told(scope ?? "", ada))).toContain(claim);
    }
    expect(scopeOfClaim("email_verified")).toBe(parseScope("email")[0] ?? null);
    expect(scopeOfClaim("sub")).toBeNull();
    expect(scopeOfClaim("constructor")).toBeNull();
  });
});

describe("the operator's own claims", () => {
  const of = (scopes: OwnClaims["scopes"], client: OwnClaims["client"], person = ada) =>
    personClaims(parseScope("openid nextcloud"), person, [], { scopes, client });

  test("come with their scope, as they are named or from another source", () => {
    const nextcloud = namedClaims(["quota", "groups"], CLAIM_NAMES);
    expect(of({ nextcloud, other: { secret: "attribute:quota" } }, {})).toEqual({
      quota: 5,
      groups: ["family", "photos"],
    });
    const own = { nc_quota: "attribute:quota", is_nextcloud_admin: "group:family", is_guest: "group:guests" };
    expect(of({ nextcloud: own }, {})).toEqual({ nc_quota: 5, is_nextcloud_admin: true, is_guest: false });
  });

  test("come for their client, and repeat no standard claim that the person did not allow", () => {
    const client = { immich_quota: "attribute:quota", mail: "email", login: "preferred_username" };
    expect(of({}, client)).toEqual({ immich_quota: 5 });
    expect(personClaims(parseScope("profile"), ada, ["email"], { scopes: {}, client })).toMatchObject({
      mail: "ada@mail.example",
      login: "ada",
    });
  });

  test("may be the first value that fits the person's groups", () => {
    const role = { admin: "group:admins", editor: "group:photos", viewer: "everyone" };
    expect(of({}, { role })).toEqual({ role: "editor" });
    expect(of({}, { role }, nameless)).toEqual({ role: "viewer" });
    expect(of({}, { role: { admin: "group:admins" } })).toEqual({});
  });

  test("leave out facts that the person does not have", () => {
    expect(of({ nextcloud: { quota: "attribute:quota", x: "attribute:constructor" } }, {}, nameless)).toEqual(
      {},
    );
  });

  test("are at most 16 kB, however often a fact is repeated", () => {
    const long = newPerson({ attributes: { sites: Array(15).fill("x".repeat(1000)) } });
    const client = Object.fromEntries(
      Array.from({ length: 50 }, (_, index) => [`claim${index}`, "attribute:sites"]),
    );
    const claims = of({}, client, long);
    expect(Object.keys(claims)).toEqual(["claim0"]);
    expect(JSON.stringify(claims).length).toBeLessThan(16_500);
  });

  test("are named for discovery, beside the standard ones", () => {
    const names = claimNames({ scopes: { nextcloud: { quota: "attribute:quota", groups: "groups" } } });
    expect(names.filter((name) => !CLAIM_NAMES.includes(name))).toEqual(["quota"]);
    expect(new Set(names).size).toBe(names.length);
  });
});
