import { describe, expect, test } from "bun:test";
import { MANAGEMENT_SCOPES } from "../../src/protocol/management-scopes.ts";
import { SERVER_ACT } from "../../src/rules/events.ts";
import {
  authorityOf,
  type ManagingPerson,
  managesAnything,
  managesGroup,
  PERMISSIONS,
  permissionForClient,
  permissionToChange,
  seesGroup,
} from "../../src/rules/role.ts";

const person = (roles: Partial<ManagingPerson["account"]> = {}, manages: string[] = []): ManagingPerson => ({
  account: { administrator: false, auditor: false, disabledAt: null, roleGivenAt: null, ...roles },
  manages,
  authenticatedAt: 1000,
});

const permissions = (who: ManagingPerson | null, scopes: readonly string[] | null): string[] =>
  [...authorityOf(SERVER_ACT, who, scopes).permissions].sort();

const ALL = [...PERMISSIONS].sort();
const READING = ["clients.read", "people.read", "server.read"];

describe("what a person may do in the browser", () => {
  test("is everything for an administrator, reading for an auditor, and nothing for others", () => {
    expect(permissions(person({ administrator: true }), null)).toEqual(ALL);
    expect(permissions(person({ auditor: true }), null)).toEqual(READING);
    expect(permissions(person(), null)).toEqual([]);
    expect(managesAnything(authorityOf(SERVER_ACT, person(), null))).toBe(false);
  });

  test("is nothing for a person who is disabled", () => {
    const disabled = person({ administrator: true, auditor: true, disabledAt: 1 }, ["family"]);
    expect(managesAnything(authorityOf(SERVER_ACT, disabled, null))).toBe(false);
  });

  test("is the membership of their own groups for a group manager, and nothing else", () => {
    const authority = authorityOf(SERVER_ACT, person({}, ["family"]), null);
    expect(authority.permissions.size).toBe(0);
    expect(managesGroup(authority, "family")).toBe(true);
    expect(seesGroup(authority, "family")).toBe(true);
    expect(managesGroup(authority, "staff")).toBe(false);
    expect(seesGroup(authority, "staff")).toBe(false);
  });
});

test("a sign-in from before the role does not get it", () => {
  expect(permissions(person({ administrator: true, roleGivenAt: 1001 }), null)).toEqual([]);
  expect(permissions(person({ administrator: true, roleGivenAt: 1001 }), ["tessera.admin"])).toEqual([]);
  expect(permissions(person({ administrator: true, roleGivenAt: 1000 }), null)).toEqual(ALL);
});

describe("what a token allows", () => {
  test("is what its scopes say, for a client that acts for itself", () => {
    expect(permissions(null, ["tessera.read"])).toEqual(READING);
    expect(permissions(null, ["tessera.people"])).toEqual(["people.read", "people.write"]);
    expect(permissions(null, ["tessera.clients"])).toEqual(["clients.read", "clients.write"]);
    expect(permissions(null, ["tessera.admin"])).toEqual(ALL);
    expect(permissions(null, ["openid", "mail.read", "toString", "__proto__"])).toEqual([]);
    expect(permissions(null, null)).toEqual([]);
  });

  test("is never more than the person behind it may do", () => {
    for (const scope of MANAGEMENT_SCOPES) {
      expect(permissions(person(), [scope])).toEqual([]);
      expect(permissions(person({ auditor: true }), [scope]).every((name) => READING.includes(name))).toBe(
        true,
      );
    }
    expect(permissions(person({ administrator: true }), ["tessera.read"])).toEqual(READING);
    expect(permissions(person({ administrator: true }), ["openid"])).toEqual([]);
  });

  test("has the groups of a manager only with the scope for people", () => {
    const manager = person({}, ["family"]);
    expect(authorityOf(SERVER_ACT, manager, ["tessera.people"]).manages).toEqual(["family"]);
    expect(authorityOf(SERVER_ACT, manager, ["tessera.admin"]).manages).toEqual(["family"]);
    expect(authorityOf(SERVER_ACT, manager, ["tessera.read", "tessera.clients"]).manages).toEqual([]);
  });
});

describe("what would give more than one has needs the permission for everything", () => {
  test("a change of a person with a role", () => {
    expect(permissionToChange({ administrator: false, auditor: false })).toBe("people.write");
    expect(permissionToChange({ administrator: true, auditor: false })).toBe("server.write");
    expect(permissionToChange({ administrator: false, auditor: true })).toBe("server.write");
  });

  test("a client that may manage this server, before or after the change", () => {
    expect(permissionForClient(["openid"], ["mail.read"])).toBe("clients.write");
    for (const scope of MANAGEMENT_SCOPES) {
      expect(permissionForClient(["openid"], [scope])).toBe("server.write");
      expect(permissionForClient([scope], ["openid"])).toBe("server.write");
    }
  });
});
