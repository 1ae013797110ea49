/** Every route of the management API with every role and every scope. The list of routes is the one that the server has. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { API_ROUTES } from "../../src/api/index.ts";
import { type ApiRoute, routeName } from "../../src/api/route.ts";
import { fillPattern } from "../../src/platform/path-pattern.ts";
import { MANAGEMENT_SCOPES } from "../../src/protocol/management-scopes.ts";
import type { Permission } from "../../src/rules/role.ts";
import { jsonOf, textOf, tokensFor } from "../support/flows.ts";
import { proves } from "../support/proves.ts";
import type { TestServer } from "../support/server.ts";
import { addManager, ask, startManagedServer, tokenOf, tokenOfProgram } from "./support.ts";

/** A body that passes the checks of each route, so that a refusal is one of permission. */
const BODIES: Readonly<Record<string, unknown>> = {
  "POST /people": { username: "new" },
  "PATCH /people/:subject": { name: "New" },
  "PUT /people/:subject/password": { password: "a long new password" },
  "POST /people/:subject/reset-links": {},
  "POST /people/:subject/sign-in-links": {},
  "POST /groups": { name: "new" },
  "PATCH /groups/:group": { description: "New" },
  "POST /groups/:group/members": { person: "unknown" },
  "POST /invitations": { groups: [] },
  "POST /clients": { client_id: "new" },
  "PATCH /clients/:client": { client_name: "New" },
  "POST /client-documents": { client_id: "unknown" },
  "POST /recipes/:recipe/clients": {},
  "POST /keys": {},
  "POST /tokens/inspect": { token: `tat_${"A".repeat(64)}` },
  "POST /mails/test": { address: "ada@example.org" },
  "POST /trusted-issuers/check": { issuer: "https://unknown.example" },
  "POST /tokens/revoke": { token: `tat_${"A".repeat(64)}` },
};

/** The members of a query without which a request is refused. */
const QUERIES: Readonly<Record<string, string>> = { "GET /search": "?q=unknown" };

/** The same for all callers: nothing that exists, so that nothing changes. */
const UNKNOWN = Object.fromEntries(
  API_ROUTES.flatMap(({ path }) =>
    [...path.matchAll(/:([a-z_]+)/g)].map(([, name = ""]) => [name, "unknown"]),
  ),
);

interface Caller {
  readonly name: string;
  readonly permissions: readonly Permission[];
  token: string;
}

const READING: readonly Permission[] = ["people.read", "clients.read", "server.read"];
const ALL: readonly Permission[] = [...READING, "people.write", "clients.write", "server.write"];
const OF_SCOPE: Readonly<Record<(typeof MANAGEMENT_SCOPES)[number], readonly Permission[]>> = {
  "tessera.read": READING,
  "tessera.people": ["people.read", "people.write"],
  "tessera.clients": ["clients.read", "clients.write"],
  "tessera.admin": ALL,
};

let server: TestServer;
const callers: Caller[] = [];

beforeAll(async () => {
  server = await startManagedServer();
  const administrator = await server.addPerson("boss", { administrator: true, passwordHash: "x" });
  const auditor = await server.addPerson("auditor", { auditor: true });
  const nobody = await server.addPerson("ada");
  for (const scope of MANAGEMENT_SCOPES) {
    const ofScope = OF_SCOPE[scope];
    const add = (name: string, permissions: readonly Permission[], token: string) =>
      callers.push({ name: `${name} with ${scope}`, permissions, token });
    add("a program", ofScope, await tokenOfProgram(server, scope));
    add("an administrator", ofScope, await tokenOf(server, administrator, scope));
    add(
      "an auditor",
      READING.filter((permission) => ofScope.includes(permission)),
      await tokenOf(server, auditor, scope),
    );
    add("a person without a role", [], await tokenOf(server, nobody, scope));
  }
});
afterAll(() => server.close());

const send = (route: ApiRoute, token: string): Promise<Response> => {
  const { method, path } = route;
  const body = BODIES[routeName(route)];
  return ask(server, token, fillPattern(path, UNKNOWN) + (QUERIES[routeName(route)] ?? ""), {
    method,
    ...(body !== undefined && { body }),
  });
};

describe("every route", () => {
  for (const route of API_ROUTES) {
    test(
      proves(
        `${routeName(route)} is for those with ${[route.permission].flat().join(" or ")} alone`,
        "threat 90",
      ),
      async () => {
        if (route.body !== null && route.file === null) expect(BODIES).toHaveProperty([routeName(route)]);
        const let_in: string[] = [];
        const kept_out: string[] = [];
        for (const { name, permissions, token } of callers) {
          const response = await send(route, token);
          const isAllowed = [route.permission].flat().some((name) => permissions.includes(name));
          if (response.status === 400) throw new Error(`${name}: ${await response.text()}`);
          if (isAllowed && response.status === 403) kept_out.push(name);
          if (!isAllowed && response.status !== 403) let_in.push(`${name}: ${response.status}`);
        }
        expect({ let_in, kept_out }).toEqual({ let_in: [], kept_out: [] });
      },
    );

    test(`${routeName(route)} is for no one without a token for it`, async () => {
      const { method, path } = route;
      const url = `/api${fillPattern(path, UNKNOWN)}`;
      const without = await server.fetch(url, { method });
      expect(without.status).toBe(401);
      expect(without.headers.get("www-authenticate")).toStartWith("Bearer");
      const wrong = await ask(server, "tat_wrong", fillPattern(path, UNKNOWN), { method });
      expect(wrong.status).toBe(401);
    });
  }

  test("is for no token of other scopes, nor one for another API", async () => {
    const boss = await server.addPerson("other-boss", { administrator: true });
    const other = textOf(await tokensFor(server, boss, { scope: "openid" }), "access_token");
    expect((await ask(server, other, "/people")).status).toBe(403);
    const elsewhere = textOf(
      await tokensFor(server, boss, { scope: "files", resource: "https://files.example/api" }),
      "access_token",
    );
    expect((await ask(server, elsewhere, "/people")).status).toBe(401);
  });

  test("is not for the cookie of a browser", async () => {
    const boss = await server.addPerson("boss-in-browser", { administrator: true });
    const cookie = await server.signIn(boss);
    const response = await server.fetch("/api/people", { headers: { Cookie: cookie } });
    expect(response.status).toBe(401);
  });
});

test("the role of today counts, and not that of the day when the token was issued", async () => {
  const boss = await server.addPerson("former-boss", { administrator: true });
  const token = await tokenOf(server, boss, "tessera.admin");
  expect((await ask(server, token, "/people")).status).toBe(200);
  const admin = callers.find(({ name }) => name === "a program with tessera.admin")?.token ?? "";
  const path = `/people/${boss.subject}`;
  expect((await ask(server, admin, path, { method: "PATCH", body: { administrator: false } })).status).toBe(
    200,
  );
  expect((await ask(server, token, "/people")).status).toBe(403);
});

describe("a group manager", () => {
  test(
    proves("sees and chooses the members of their own groups, and nothing else", "threat 90"),
    async () => {
      const manager = await addManager(server, "family", "wife");
      await addManager(server, "staff", "chief");
      const token = await tokenOf(server, manager, "tessera.people");
      const kid = await server.addPerson("kid");
      const stranger = await server.addPerson("stranger");

      const groups = await jsonOf(await ask(server, token, "/groups"));
      expect((groups.items as { name: string }[]).map(({ name }) => name)).toEqual(["family"]);
      const add = (group: string, person: string) =>
        ask(server, token, `/groups/${group}/members`, { method: "POST", body: { person } });
      expect((await add("family", "kid")).status).toBe(200);
      expect((await add("staff", "kid")).status).toBe(404);
      expect((await ask(server, token, `/people/${kid.subject}`)).status).toBe(403);
      expect((await ask(server, token, `/people/${stranger.subject}`)).status).toBe(403);
      expect((await ask(server, token, "/groups/staff/members")).status).toBe(404);

      for (const [method, path, body] of [
        ["GET", "/people", undefined],
        ["PATCH", `/people/${kid.subject}`, { name: "Kid" }],
        ["PUT", `/people/${kid.subject}/password`, { password: "a long new password" }],
        ["POST", `/people/${kid.subject}/sign-in-links`, {}],
        ["POST", `/people/${kid.subject}/disable`, undefined],
        ["DELETE", `/people/${kid.subject}`, undefined],
        ["DELETE", `/people/${kid.subject}/sessions`, undefined],
        ["PUT", `/groups/family/managers/${kid.subject}`, undefined],
        ["DELETE", "/groups/family", undefined],
        ["POST", "/invitations", {}],
        ["POST", "/invitations", { groups: ["staff"] }],
        ["POST", "/invitations", { groups: ["family", "staff"] }],
        ["POST", "/invitations", { groups: ["family"], administrator: true }],
      ] as const) {
        const response = await ask(server, token, path, { method, ...(body !== undefined && { body }) });
        expect([path, response.status]).toEqual([path, 403]);
      }
      const member = `/groups/family/members/${kid.subject}`;
      expect((await ask(server, token, member, { method: "DELETE" })).status).toBe(204);
    },
  );

  test("invites into their own groups as long as they manage them", async () => {
    const manager = await addManager(server, "chess", "coach");
    const token = await tokenOf(server, manager, "tessera.people");
    const made = await jsonOf(
      await ask(server, token, "/invitations", { method: "POST", body: { groups: ["chess"] } }),
    );
    const path = new URL(String(made.link)).pathname + new URL(String(made.link)).search;
    expect((await server.fetch(path)).status).toBe(200);
    const admin = callers.find(({ name }) => name === "a program with tessera.admin")?.token ?? "";
    await ask(server, admin, `/groups/chess/managers/${manager.subject}`, { method: "DELETE" });
    expect((await server.fetch(path)).status).toBe(404);
  });
});

describe("what would give more than one has", () => {
  test(proves("the scope for people changes no one with a role", "threat 90"), async () => {
    const boss = await server.addPerson("chief-boss", { administrator: true, passwordHash: "x" });
    const token = callers.find(({ name }) => name === "a program with tessera.people")?.token ?? "";
    const path = `/people/${boss.subject}`;
    for (const [method, to, body] of [
      ["PATCH", path, { email: "mine@example.org" }],
      ["PUT", `${path}/password`, { password: "a long new password" }],
      ["POST", `${path}/sign-in-links`, {}],
      ["POST", `${path}/reset-links`, {}],
      ["POST", `${path}/disable`, undefined],
      ["DELETE", path, undefined],
      ["DELETE", `${path}/second-factor`, undefined],
      ["DELETE", `${path}/passkeys`, undefined],
    ] as const) {
      const response = await ask(server, token, to, { method, ...(body !== undefined && { body }) });
      expect([method, to, response.status]).toEqual([method, to, 403]);
    }
  });

  test(proves("the scope for people gives no role", "threat 90"), async () => {
    const token = callers.find(({ name }) => name === "a program with tessera.people")?.token ?? "";
    const ada = await server.addPerson("climber");
    const attempts: [string, string, unknown][] = [
      ["PATCH", `/people/${ada.subject}`, { administrator: true }],
      ["PATCH", `/people/${ada.subject}`, { auditor: true }],
      ["POST", "/people", { username: "made-boss", administrator: true }],
      ["POST", "/invitations", { administrator: true }],
    ];
    for (const [method, path, body] of attempts)
      expect((await ask(server, token, path, { method, body })).status).toBe(403);
  });

  test(proves("no one takes the last administrator away", "threat 90"), async () => {
    const own = await startManagedServer();
    const boss = await own.addPerson("boss", { administrator: true, passwordHash: "x" });
    const token = await tokenOfProgram(own, "tessera.admin");
    const path = `/people/${boss.subject}`;
    for (const [method, to, body] of [
      ["PATCH", path, { administrator: false }],
      ["POST", `${path}/disable`, undefined],
      ["DELETE", path, undefined],
    ] as const) {
      const response = await ask(own, token, to, { method, ...(body !== undefined && { body }) });
      expect(response.status).toBe(409);
    }
    const second = await own.addPerson("second", { administrator: true, passwordHash: "x" });
    const both = await Promise.all([
      ask(own, token, path, { method: "DELETE" }),
      ask(own, token, `/people/${second.subject}`, { method: "DELETE" }),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual([204, 409]);
    await own.close();
  });
});
