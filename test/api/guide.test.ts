/** The tables of docs/api.md say what the rules do. */
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { MANAGEMENT_SCOPES } from "../../src/protocol/management-scopes.ts";
import { SERVER_ACT } from "../../src/rules/events.ts";
import { type Authority, authorityOf, PERMISSIONS, ROLES } from "../../src/rules/role.ts";

const page = readFileSync(join(import.meta.dir, "../../docs/api.md"), "utf8");

/** The permissions of a row: its "yes" under the names of the head. */
function rowOf(name: string): string[] {
  const lines = page
    .split("\n")
    .map((line) => line.split("|").map((cell) => cell.trim().replaceAll("`", "")));
  const at = lines.findIndex(([, first]) => first === name);
  const head = lines.slice(0, at).findLast(([, first]) => first === "scope" || first === "role") ?? [];
  return head.filter((_, column) => lines[at]?.[column] === "yes");
}

const inOrder = ({ permissions }: Authority) =>
  PERMISSIONS.filter((permission) => permissions.has(permission));

describe("docs/api.md", () => {
  test.each([...MANAGEMENT_SCOPES])("says what %s allows", (scope) => {
    expect(rowOf(scope)).toEqual(inOrder(authorityOf(SERVER_ACT, null, [scope])));
  });

  test.each([...ROLES])("says what an %s may do", (role) => {
    const account = {
      administrator: false,
      auditor: false,
      disabledAt: null,
      roleGivenAt: null,
      [role]: true,
    };
    const person = { account, manages: [], authenticatedAt: 0 };
    expect(rowOf(role)).toEqual(inOrder(authorityOf(SERVER_ACT, person, null)));
  });
});
