/** RFC 7662. Threat classes 15, 16, 44, 49, 52 and 53. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { introspection } from "../../src/endpoints/introspection.ts";
import type { Context } from "../../src/operations/context.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import type { ActingStore } from "../store/acts.ts";
import { headersOf } from "../support/expect.ts";

import {
  deviceTokensFor,
  expectRefusal,
  expectTokens,
  introspectAs,
  isActive,
  jsonOf,
  postAs,
  refresh,
  serviceToken,
  textOf,
  tokensFor,
} from "../support/flows.ts";
import { proves } from "../support/proves.ts";
import {
  basic,
  encodeForm,
  SECRET,
  startTestServer,
  TEST_CONFIGURATION,
  type TestServer,
} from "../support/server.ts";

let server: TestServer;
let person: AccountRecord;
beforeAll(async () => {
  server = await startTestServer({
    clients: [
      ...(TEST_CONFIGURATION.clients ?? []),
      {
        client_id: "inspector",
        secrets: [SECRET],
        scope: ["introspect", "mail.read"],
        default_scope: ["introspect"],
      },
      { client_id: "files-server", grant_types: [], secrets: [SECRET] },
    ],
    resources: [
      {
        identifier: "https://mail.example/",
        name: "Mail",
        scopes: ["mail.read", "mail.send"],
        introspection_clients: ["mail-server", "inspector"],
      },
      {
        identifier: "https://files.example/api",
        name: "Files",
        scopes: ["files"],
        introspection_clients: ["files-server"],
      },
    ],
  });
  server.clock.freeze();
  person = await server.addPerson("ada", { name: "Ada Lovelace", email: "ada@example.org" });
});
afterAll(() => server.close());

const INACTIVE = '{"active":false}';
const ask = (clientId: string, token: string) =>
  server.post("/auth/introspect", { token }, basic(clientId, SECRET));
const told = async (clientId: string, token: string) => (await ask(clientId, token)).text();

describe("introspection", () => {
  test(
    proves(
      "tells all about an access token, and it is the owner's, not the caller's (threat class 52)",
      "threat 52",
      "RFC 7662 2.2-1",
      "RFC 7662 2.2-2",
      "RFC 7662 4-11",
      "RFC 7662 4-12",
      "RFC 7662 5-1",
    ),
    async () => {
      const tokens = await tokensFor(server, person);
      const now = server.clock.seconds();
      const response = await ask("mail-server", textOf(tokens, "access_token"));
      expect(response.status).toBe(200);
      expect(response.headers.get("cache-control")).toBe("no-store");
      const body = await jsonOf(response);
      expect(textOf(body, "jti")).toMatch(/^[A-Za-z0-9\-_]{22}$/);
      expect(textOf(tokens, "access_token")).toContain(textOf(body, "jti").slice(0, 20));
      const signedInAt = body.auth_time;
      expect(signedInAt).toBeNumber();
      expect<unknown>({ ...body, jti: "" }).toEqual({
        active: true,
        scope: "mail.read",
        client_id: "web",
        username: "ada",
        token_type: "Bearer",
        exp: now + 3600,
        iat: now,
        nbf: now,
        sub: person.subject,
        aud: "https://mail.example/",
        iss: "https://auth.example",
        jti: "",
        // RFC 9470 §6.2.
        acr: "1",
        auth_time: signedInAt,
      });
    },
  );

  test("tells all about a refresh token, to its own client", async () => {
    const tokens = await tokensFor(server, person, { scope: "mail.read files" });
    const now = server.clock.seconds();
    const body = await introspectAs(server, "web", textOf(tokens, "refresh_token"));
    expect<unknown>({ ...body, jti: "" }).toEqual({
      active: true,
      scope: "mail.read files",
      client_id: "web",
      exp: now + 90 * 86_400,
      iat: now,
      nbf: now,
      sub: person.subject,
      aud: ["https://mail.example/", "https://files.example/api"],
      iss: "https://auth.example",
      jti: "",
    });
  });

  test(
    proves(
      "tells of a client's own token that the client is its subject, and names no person",
      "RFC 9700 4.15.1-2",
    ),
    async () => {
      const body = await introspectAs(server, "service", await serviceToken(server, { scope: "mail.read" }));
      expect(body).toMatchObject({ active: true, client_id: "service", sub: "service", scope: "mail.read" });
      expect(body.username).toBeUndefined();
    },
  );

  describe("tells a caller no more than it may learn", () => {
    const seenBy = async (clientId: string, scope: string) => {
      const tokens = await tokensFor(server, person, { scope });
      return introspectAs(server, clientId, textOf(tokens, "access_token"));
    };

    test(proves("the user name to a client only if the person agreed to tell it", "threat 64"), async () => {
      expect((await seenBy("web", "mail.read")).username).toBeUndefined();
      expect((await seenBy("web", "mail.read profile")).username).toBe("ada");
      for (const scope of ["mail.read", "mail.read profile"]) {
        const token = textOf(await tokensFor(server, person, { scope }), "refresh_token");
        const { username } = await introspectAs(server, "web", token);
        expect(username).toBe(scope.includes("profile") ? "ada" : (undefined as never));
      }
    });

    test(
      proves("its own audience and scopes to an API, and whom the token acts for", "threat 64"),
      async () => {
        expect(await seenBy("mail-server", "mail.read files profile")).toMatchObject({
          scope: "mail.read",
          aud: "https://mail.example/",
          username: "ada",
          client_id: "web",
        });
        const own = await seenBy("web", "mail.read files profile");
        expect([own.scope, (own.aud as string[]).length]).toEqual(["mail.read files profile", 3]);
      },
    );

    test("everything to a client that the operator trusts with every token", async () => {
      const trusting = await startTestServer({ introspection: { trusted_clients: ["mail-server"] } });
      const ada = await trusting.addPerson("ada");
      const token = textOf(await tokensFor(trusting, ada, { scope: "files" }), "access_token");
      expect(await introspectAs(trusting, "mail-server", token)).toMatchObject({
        active: true,
        scope: "files",
        username: "ada",
      });
      await trusting.close();
      const untrusted = textOf(await tokensFor(server, person, { scope: "files" }), "access_token");
      expect(await introspectAs(server, "mail-server", untrusted)).toEqual({ active: false });
    });
  });

  test("leaves out the scope of a token that has none", async () => {
    const { store } = server.context;
    const service = await store.findClient("service");
    if (service === null) throw new Error("There is no client.");
    await store.putClient({ ...service, scope: [], defaultScope: [] });
    const headers = basic("service", SECRET);
    const token = textOf(
      await expectTokens(await server.post("/auth/token", { grant_type: "client_credentials" }, headers)),
      "access_token",
    );
    const body = await jsonOf(await server.post("/auth/introspect", { token }, headers));
    expect(body.active).toBe(true);
    expect(Object.keys(body)).not.toContain("scope");
    await store.putClient(service);
    expect(body.aud).toBe("https://auth.example");
  });

  test(
    proves("does not need the hint, and a wrong or unknown one does no harm", "RFC 7662 2.1-2"),
    async () => {
      const tokens = await tokensFor(server, person);
      for (const token_type_hint of ["access_token", "refresh_token", "nonsense", "", undefined]) {
        for (const name of ["access_token", "refresh_token"]) {
          const response = await postAs(server, "web", "/auth/introspect", {
            token: textOf(tokens, name),
            token_type_hint,
          });
          expect((await jsonOf(response)).active).toBe(true);
        }
      }
    },
  );

  test("of the two requests of RFC 7662 §2.1, by a bearer and by a client, both are answered", async () => {
    const headers = basic("inspector", SECRET);
    const got = await expectTokens(
      await server.post("/auth/token", { grant_type: "client_credentials" }, headers),
    );
    const token = textOf(await tokensFor(server, person), "access_token");
    const byBearer = await server.post(
      "/auth/introspect",
      { token },
      { Authorization: `Bearer ${textOf(got, "access_token")}` },
    );
    expect((await jsonOf(byBearer)).active).toBe(true);
    const byClient = await server.post(
      "/auth/introspect",
      { token, token_type_hint: "access_token" },
      headers,
    );
    expect((await jsonOf(byClient)).active).toBe(true);
  });
});

describe("who sees what", () => {
  // Rows: the tokens. Columns: the clients that may see them.
  const rows: readonly (readonly [string, () => Promise<string>, readonly string[]])[] = [
    [
      "a person's access token for mail",
      async () => textOf(await tokensFor(server, person), "access_token"),
      ["web", "mail-server", "inspector"],
    ],
    [
      "a person's access token for files",
      async () => textOf(await tokensFor(server, person, { scope: "files" }), "access_token"),
      ["web", "files-server"],
    ],
    [
      "a person's access token for both",
      async () => textOf(await tokensFor(server, person, { scope: "files mail.read" }), "access_token"),
      ["web", "mail-server", "inspector", "files-server"],
    ],
    [
      "a person's access token for the server itself",
      async () => textOf(await tokensFor(server, person, { scope: "profile" }), "access_token"),
      ["web"],
    ],
    [
      "a person's refresh token",
      async () => textOf(await tokensFor(server, person), "refresh_token"),
      ["web"],
    ],
    [
      "a device's access token",
      async () => textOf(await deviceTokensFor(server, person), "access_token"),
      ["mail-server", "inspector"],
    ],
    [
      "a device's refresh token",
      async () => textOf(await deviceTokensFor(server, person), "refresh_token"),
      [],
    ],
    [
      "a service's token for mail",
      () => serviceToken(server, { scope: "mail.send" }),
      ["service", "mail-server", "inspector"],
    ],
    [
      "a service's token for files",
      () => serviceToken(server, { scope: "files" }),
      ["service", "files-server"],
    ],
  ];
  test.each(rows)(
    proves(
      "%s is seen by whom it is for, and by nobody else",
      "threat 16",
      "RFC 7662 2.2-3",
      "RFC 7662 4-6",
      "RFC 7662 4-8",
      "RFC 7662 5-1",
    ),
    async (_, make, expected) => {
      const token = await make();
      const seen: string[] = [];
      for (const caller of ["web", "service", "mail-server", "inspector", "files-server"]) {
        const answer = await told(caller, token);
        if (answer !== INACTIVE) seen.push(caller);
      }
      expect(seen.sort()).toEqual([...expected].sort());
    },
  );

  test(
    proves(
      "a token that may not be seen looks to the last byte like one that does not exist",
      "threat 16",
      "RFC 9700 4.9.3-2",
      "RFC 7662 2.2-3",
      "RFC 7662 2.2-4",
    ),
    async () => {
      const token = textOf(await tokensFor(server, person, { scope: "files" }), "access_token");
      const hidden = await ask("mail-server", token);
      const unknown = await ask("mail-server", `tat_${"A".repeat(64)}`);
      expect(await hidden.text()).toBe(await unknown.text());
      expect(headersOf(hidden)).toEqual(headersOf(unknown));
      expect(hidden.status).toBe(unknown.status);
    },
  );
});

describe("who may ask at all", () => {
  const token = `tat_${"A".repeat(64)}`;

  test(
    proves(
      "nobody without credentials: 401 with a Bearer challenge, so that no browser asks for a password",
      "threat 16",
      "RFC 7662 2.1-4",
      "RFC 7662 4-7",
    ),
    async () => {
      for (const form of [{ token }, {}]) {
        const response = await server.post("/auth/introspect", form);
        const challenge = response.headers.get("www-authenticate") ?? "";
        expect(challenge).toStartWith("Bearer ");
        expect(challenge).toContain('scope="introspect"');
        // RFC 6750 §3.1: a request without credentials gets no error code there.
        expect(challenge).not.toContain("error=");
        await expectRefusal(response, 401, "invalid_client");
      }
    },
  );

  test.each([
    ["a public client", { client_id: "spa" }, {}, 401, "invalid_client"],
    [
      "a public client that pretends to have a secret",
      { client_id: "spa", client_secret: "x" },
      {},
      401,
      "invalid_client",
    ],
    ["a wrong secret", {}, basic("mail-server", "wrong"), 401, "invalid_client"],
    ["an unknown client", {}, basic("nobody", SECRET), 401, "invalid_client"],
    ["two credentials", { client_secret: SECRET }, basic("mail-server", SECRET), 400, "invalid_request"],
    [
      "a bearer beside a secret",
      { client_secret: SECRET },
      { Authorization: `Bearer ${token}` },
      400,
      "invalid_request",
    ],
    ["an unknown bearer token", {}, { Authorization: `Bearer ${token}` }, 401, "invalid_token"],
    ["a bearer token that is none", {}, { Authorization: "Bearer" }, 400, "invalid_request"],
    ["two bearer tokens", {}, { Authorization: "Bearer a b" }, 400, "invalid_request"],
  ])(
    proves("not %s", "threat 16", "RFC 7662 2.1-4", "RFC 7662 4-7"),
    async (_, form, headers: Record<string, string>, status, error) => {
      const response = await server.post("/auth/introspect", { token, ...form }, headers);
      await expectRefusal(response, status, error);
      // RFC 9110 §15.5.2: every 401 has a challenge.
      if (status === 401) expect(response.headers.get("www-authenticate")).toMatch(/^(Basic|Bearer) realm=/);
    },
  );

  test("a failed Basic attempt gets the Basic challenge, a failed bearer the Bearer one", async () => {
    const byBasic = await server.post("/auth/introspect", { token }, basic("mail-server", "x"));
    expect(byBasic.headers.get("www-authenticate")).toStartWith("Basic ");
    const byBearer = await server.post("/auth/introspect", { token }, { Authorization: `Bearer ${token}` });
    expect(byBearer.headers.get("www-authenticate")).toContain('error="invalid_token"');
  });

  test(
    proves(
      "no bearer without the scope: 403, and the scope is named",
      "threat 16",
      "RFC 7662 2.1-4",
      "RFC 7662 4-8",
    ),
    async () => {
      const bearer = await serviceToken(server, { scope: "profile" });
      const response = await server.post(
        "/auth/introspect",
        { token },
        { Authorization: `Bearer ${bearer}` },
      );
      expect(response.headers.get("www-authenticate")).toContain('error="insufficient_scope"');
      expect(response.headers.get("www-authenticate")).toContain('scope="introspect"');
      await expectRefusal(response, 403, "insufficient_scope");
    },
  );

  test(
    proves("no bearer of a token that is meant for another API", "RFC 9700 2.3-3", "FAPI Signing 6.2-1"),
    async () => {
      const bearer = await serviceToken(server, { scope: "mail.read" });
      const response = await server.post(
        "/auth/introspect",
        { token },
        { Authorization: `Bearer ${bearer}` },
      );
      await expectRefusal(response, 401, "invalid_token");
    },
  );

  test(proves("a token is needed", "RFC 7662 2.1-1"), async () => {
    for (const form of [{}, { token: "" }]) {
      const body = await expectRefusal(
        await postAs(server, "mail-server", "/auth/introspect", form),
        400,
        "invalid_request",
      );
      expect(body.error_description).toContain("'token'");
    }
  });
});

describe("what is not active looks the same, whatever it is", () => {
  test(proves("texts that were never handed out", "RFC 7662 2.2-3"), async () => {
    const token = textOf(await tokensFor(server, person), "access_token");
    const texts = [
      "x",
      "tat_",
      "null",
      "{}",
      token.slice(0, -1),
      `${token}A`,
      token.toUpperCase(),
      token.replace("tat_", "trt_"),
      token.replace("tat_", "tdc_"),
      `tcs_${"A".repeat(64)}`,
      "é€",
      "a\u0001b",
      SECRET,
      "2YotnFZFEjr1zCsicMWpAA",
    ];
    for (const text of texts) expect(await told("web", text)).toBe(INACTIVE);
  });

  test(
    proves(
      "tokens of which any byte was changed (threat class 44)",
      "threat 44",
      "RFC 9700 4.14.2-4",
      "RFC 7662 2.2-3",
    ),
    async () => {
      const tokens = await tokensFor(server, person);
      for (const name of ["access_token", "refresh_token"]) {
        const token = textOf(tokens, name);
        for (let at = 0; at < token.length; at += 1) {
          const changed = token.slice(0, at) + (token[at] === "A" ? "B" : "A") + token.slice(at + 1);
          expect(await told("web", changed)).toBe(INACTIVE);
        }
        expect(await isActive(server, token)).toBe(true);
      }
    },
  );

  test(proves("a refresh token that was used", "RFC 7662 4-1", "RFC 7662 2.2-4"), async () => {
    const token = textOf(await tokensFor(server, person), "refresh_token");
    await expectTokens(await refresh(server, token));
    expect(await told("web", token)).toBe(INACTIVE);
  });

  test(
    proves(
      "an access token from its last second on, looked at before or not (threat class 53)",
      "threat 53",
      "RFC 7662 4-2",
      "RFC 7662 4-11",
      "RFC 7662 4-12",
      "RFC 7662 4-1",
    ),
    async () => {
      const seen = textOf(await tokensFor(server, person), "access_token");
      const unseen = textOf(await tokensFor(server, person), "access_token");
      expect(await isActive(server, seen)).toBe(true);
      server.clock.advance(3599);
      expect(await isActive(server, seen)).toBe(true);
      server.clock.advance(1);
      expect(await told("web", seen)).toBe(INACTIVE);
      expect(await told("web", unseen)).toBe(INACTIVE);
      server.clock.advance(1);
      expect(await told("web", seen)).toBe(INACTIVE);
    },
  );

  test(proves("a refresh token from its last second on", "RFC 7662 4-2"), async () => {
    const token = textOf(await tokensFor(server, person), "refresh_token");
    server.clock.advance(90 * 86_400 - 1);
    expect(await isActive(server, token)).toBe(true);
    server.clock.advance(1);
    expect(await told("web", token)).toBe(INACTIVE);
  });

  // Threat class 15: every ending of access shows at once.
  const endings: readonly (readonly [string, (tokens: Record<string, unknown>) => Promise<unknown>])[] = [
    [
      "its client gave the refresh token back",
      (tokens) => postAs(server, "web", "/auth/revoke", { token: String(tokens.refresh_token) }),
    ],
    [
      "the person took access back",
      () => {
        const { store } = server.context;
        return store.revokeAccess(
          { subject: person.subject, clientId: "web" as never },
          "revoked_by_person",
          server.clock.seconds(),
        );
      },
    ],
    [
      "the operator ended the grants",
      async () => {
        const { store } = server.context;
        for (const grant of await store.listGrants({ subject: person.subject }, server.clock.seconds())) {
          await store.revokeGrant(grant.id, "revoked_by_operator", server.clock.seconds());
        }
      },
    ],
  ];
  test.each(endings)(
    proves("tokens after %s", "threat 15", "RFC 7662 4-4", "RFC 7662 4-1", "RFC 7662 2.2-4"),
    async (_, end) => {
      const tokens = await tokensFor(server, person);
      await end(tokens);
      expect(await told("web", textOf(tokens, "access_token"))).toBe(INACTIVE);
      expect(await told("mail-server", textOf(tokens, "access_token"))).toBe(INACTIVE);
      expect(await told("web", textOf(tokens, "refresh_token"))).toBe(INACTIVE);
      expect((await refresh(server, textOf(tokens, "refresh_token"))).status).toBe(400);
    },
  );
});

test(
  proves(
    "introspection reads only (threat class 49): not one writing method of the store is called",
    "threat 49",
  ),
  async () => {
    const tokens = await tokensFor(server, person);
    const bearer = await expectTokens(
      await server.post("/auth/token", { grant_type: "client_credentials" }, basic("inspector", SECRET)),
    );
    const called = new Set<string>();
    const store: ActingStore = new Proxy(server.context.store, {
      get(target, name, receiver) {
        if (typeof name === "string") called.add(name);
        const value: unknown = Reflect.get(target, name, receiver);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
    const context: Context = { ...server.context, store };
    const handler = introspection(context);
    const url = new URL("https://auth.example/auth/introspect");
    const callers: readonly Record<string, string>[] = [
      basic("mail-server", SECRET),
      basic("web", SECRET),
      basic("mail-server", "wrong"),
      { Authorization: `Bearer ${textOf(bearer, "access_token")}` },
    ];
    const texts = [
      textOf(tokens, "access_token"),
      textOf(tokens, "refresh_token"),
      `tat_${"A".repeat(64)}`,
      "x",
    ];
    let active = 0;
    for (const headers of callers) {
      for (const token of texts) {
        const request = new Request(url, {
          method: "POST",
          headers: { "Content-Type": "application/x-www-form-urlencoded", ...headers },
          body: encodeForm({ token }),
        });
        try {
          const response = await handler({
            request,
            path: "/auth/introspect",
            query: "",
            parameters: {},
            address: "192.0.2.1",
            requestId: "1",
          });
          if ((await response.text()).startsWith('{"active":true')) active += 1;
        } catch {
          // With the wrong secret, because a refusal must not write either.
        }
      }
    }
    expect(active).toBeGreaterThan(2);
    expect([...called]).toEqual(["look"]);
  },
);
