import { describe, expect, test } from "bun:test";
import { GRANT_TYPE_ENTRIES } from "../../src/grant-types/index.ts";
import { GRANT_TYPES, grantTypeNamed, isGrantType, SHORT_GRANTS } from "../../src/protocol/grant-types.ts";

describe("the table of grant types", () => {
  test("has an entry for every grant type that clients can register, and none beside them", () => {
    expect(GRANT_TYPE_ENTRIES.map(({ grantType }) => grantType).sort()).toEqual([...GRANT_TYPES].sort());
  });

  test("knows names only as they are written", () => {
    expect(isGrantType("authorization_code")).toBe(true);
    for (const name of ["", "Authorization_Code", "password", "implicit", "constructor"]) {
      expect(isGrantType(name)).toBe(false);
      expect(grantTypeNamed(name)).toBeUndefined();
    }
  });

  test("has a short name for each, which is taken where the full one is", () => {
    expect(Object.values(SHORT_GRANTS).sort()).toEqual([...GRANT_TYPES].sort());
    for (const [short, full] of Object.entries(SHORT_GRANTS)) {
      expect([grantTypeNamed(short), grantTypeNamed(full)]).toEqual([full, full]);
    }
  });
});
