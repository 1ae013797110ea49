/** RFC 6750 at this server's own protected resource. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { AccountRecord } from "../../src/store/tables/people.ts";

import { withOtherEnding } from "../support/changed.ts";
import {
  expectRefusal,
  expectTokens,
  introspectScopeToken,
  jsonOf,
  postAs,
  refresh,
  serviceToken,
  textOf,
  tokensFor,
} from "../support/flows.ts";
import { proves } from "../support/proves.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

let server: TestServer;
let person: AccountRecord;
let token = "";
const SCOPE = { scope: "profile email mail.read" };
beforeAll(async () => {
  server = await startTestServer();
  server.clock.freeze();
  person = await server.addPerson("Ada", { name: "Ada Lovelace", email: "ada@example.org" });
  token = textOf(await tokensFor(server, person, SCOPE), "access_token");
});
afterAll(() => server.close());

const get = (headers: Record<string, string> = {}, query = "") =>
  server.fetch(`/auth/userinfo${query}`, { headers });
const withToken = (text: string) => get({ Authorization: `Bearer ${text}` });

describe("userinfo", () => {
  test(
    proves(
      "tells who the person is",
      "OIDF 4-6",
      "OpenID Core 5.3-2",
      "OpenID Core 5.3-3",
      "OpenID Core 5.3.2-1",
      "OpenID Core 5.3.2-4",
      "OpenID Core 15.2-4",
    ),
    async () => {
      const response = await withToken(token);
      expect(response.status).toBe(200);
      expect(response.headers.get("cache-control")).toBe("no-store");
      expect(response.headers.get("www-authenticate")).toBeNull();
      expect(await jsonOf(response)).toEqual({
        sub: person.subject,
        preferred_username: "Ada",
        name: "Ada Lovelace",
        email: "ada@example.org",
        email_verified: true,
        updated_at: person.updatedAt,
      });
    },
  );

  test(
    proves(
      "tells the e-mail address only with the scope for it, and no name where there is none",
      "OpenID Core 5.3.2-2",
    ),
    async () => {
      const profile = textOf(await tokensFor(server, person, { scope: "profile" }), "access_token");
      expect(Object.keys(await jsonOf(await withToken(profile)))).toEqual([
        "sub",
        "name",
        "preferred_username",
        "updated_at",
      ]);
      const bare = await server.addPerson("bare");
      const other = textOf(await tokensFor(server, bare, SCOPE), "access_token");
      expect(await jsonOf(await withToken(other))).toEqual({
        sub: bare.subject,
        preferred_username: "bare",
        updated_at: bare.updatedAt,
      });
    },
  );

  test("by POST, beside an empty Authorization header", async () => {
    const response = await server.fetch("/auth/userinfo", {
      method: "POST",
      headers: { "Content-Type": "application/x-www-form-urlencoded", Authorization: "" },
      body: new URLSearchParams({ access_token: token }).toString(),
    });
    expect(response.status).toBe(200);
  });

  test.each(["Bearer", "bearer", "BEARER", "Bearer "])(
    proves("takes the scheme as %j", "RFC 6750 2.1-1", "RFC 6750 5.3-6"),
    async (scheme) => {
      expect((await get({ Authorization: `${scheme} ${token}` })).status).toBe(200);
    },
  );

  test(
    proves(
      "takes the token in a form body (§2.2), and a POST without a form",
      "OIDF 4-6",
      "OpenID Core 5.3-2",
      "OpenID Core 5.3-3",
      "RFC 6750 5.3-6",
    ),
    async () => {
      const inBody = await server.post("/auth/userinfo", { access_token: token });
      expect(inBody.status).toBe(200);
      const withCharset = await server.post(
        "/auth/userinfo",
        { access_token: token },
        { "Content-Type": "Application/X-WWW-Form-URLEncoded; charset=UTF-8" },
      );
      expect(withCharset.status).toBe(200);
      const plain = await server.fetch("/auth/userinfo", {
        method: "POST",
        headers: { Authorization: `Bearer ${token}` },
      });
      expect(plain.status).toBe(200);
    },
  );

  test("answers HEAD like GET, without a body", async () => {
    const response = await server.fetch("/auth/userinfo", {
      method: "HEAD",
      headers: { Authorization: `Bearer ${token}` },
    });
    expect(response.status).toBe(200);
    expect(await response.text()).toBe("");
  });
});

describe("userinfo without a token that is good (§3)", () => {
  test(
    proves("401, a challenge without an error, and no body for whoever sent no token", "RFC 6750 3.1-4"),
    async () => {
      for (const headers of [
        {},
        { Authorization: "Basic eDp5" },
        { Authorization: "Digest x" },
        { Authorization: "Bearertoken" },
      ]) {
        const response = await get(headers as Record<string, string>);
        expect(response.status).toBe(401);
        const challenges = response.headers.get("www-authenticate");
        expect(challenges).toMatch(/^Bearer realm="Tessera", DPoP algs="[A-Za-z0-9 ]+"$/);
        expect(await response.text()).toBe("");
      }
    },
  );

  const UNKNOWN =
    'Bearer realm="Tessera", error="invalid_token", error_description="The access token is expired, revoked, malformed or not meant for this resource."';
  test(
    proves(
      "401 invalid_token, in the same words, for all that is not valid",
      "RFC 9700 2.3-3",
      "RFC 6749 7-1",
      "RFC 6750 3.1-2",
      "RFC 6750 5.3-4",
    ),
    async () => {
      const revoked = textOf(await tokensFor(server, person, SCOPE), "access_token");
      await postAs(server, "web", "/auth/revoke", { token: revoked });
      const tokens = await tokensFor(server, person, SCOPE);
      const second = await expectTokens(await refresh(server, textOf(tokens, "refresh_token")));
      const forMail = textOf(await tokensFor(server, person, { scope: "mail.read" }), "access_token");
      const narrowed = await expectTokens(
        await refresh(server, textOf(second, "refresh_token"), { resource: "https://mail.example/" }),
      );
      const texts = [
        "x",
        "mF_9.B5f-4.1JqM",
        "tat_",
        `tat_${"A".repeat(64)}`,
        token.slice(0, -1),
        withOtherEnding(token),
        `${token}A`,
        textOf(tokens, "refresh_token"),
        revoked,
        forMail,
        textOf(narrowed, "access_token"),
        await serviceToken(server, { scope: "profile" }),
      ];
      for (const text of texts) {
        const response = await withToken(text);
        expect(response.headers.get("www-authenticate")).toBe(UNKNOWN);
        await expectRefusal(response, 401, "invalid_token");
      }
    },
  );

  test(
    proves("401 invalid_token from the second in which the token expires", "RFC 6749 7-1", "RFC 6750 5.2-9"),
    async () => {
      const short = textOf(await tokensFor(server, person, SCOPE), "access_token");
      server.clock.advance(3599);
      expect((await withToken(short)).status).toBe(200);
      server.clock.advance(1);
      await expectRefusal(await withToken(short), 401, "invalid_token");
      token = textOf(await tokensFor(server, person, SCOPE), "access_token");
    },
  );

  test(
    proves(
      "403 insufficient_scope, and the scope it takes, for a token without it",
      "FAPI 2.0 5.3.4-4",
      "RFC 6749 7-1",
      "RFC 6750 3.1-3",
      "RFC 6750 5.2-3",
    ),
    async () => {
      const response = await withToken(await introspectScopeToken(server));
      expect(response.headers.get("www-authenticate")).toBe(
        'Bearer realm="Tessera", error="insufficient_scope", error_description="The access token does not have the scope this needs.", scope="openid"',
      );
      await expectRefusal(response, 403, "insufficient_scope");
    },
  );

  test(proves("tells the address alone to a token with the scope email alone", "threat 64"), async () => {
    const named = await server.addPerson("grace", { name: "Grace Hopper", email: "grace@example.org" });
    const email = textOf(await tokensFor(server, named, { scope: "email" }), "access_token");
    expect(await jsonOf(await withToken(email))).toEqual({
      sub: named.subject,
      email: "grace@example.org",
      email_verified: true,
    });
  });

  test.each([
    ["nothing behind Bearer", { Authorization: "Bearer" }],
    ["two tokens", { Authorization: "Bearer a b" }],
    ["characters that no token has", { Authorization: 'Bearer a"b' }],
    ["a list", { Authorization: "Bearer a, Bearer b" }],
  ])(proves("400 invalid_request for %s", "RFC 6750 3.1-1"), async (_, headers) => {
    const response = await get(headers);
    expect(response.headers.get("www-authenticate")).toStartWith(
      'Bearer realm="Tessera", error="invalid_request", ',
    );
    await expectRefusal(response, 400, "invalid_request");
  });

  test(
    proves(
      "400 invalid_request for a token in the query, even beside a good one (RFC 9700 §4.3.2)",
      "RFC 6750 2.3-3",
      "RFC 6750 3.1-1",
      "RFC 6750 5.3-5",
    ),
    async () => {
      const attempts = [
        get({}, `?access_token=${token}`),
        get({ Authorization: `Bearer ${token}` }, `?access_token=${token}`),
        get({ Authorization: `Bearer ${token}` }, "?access_token="),
        get({}, `?acc%65ss_token=${token}`),
        server.post(`/auth/userinfo?access_token=${token}`, { access_token: token }),
      ];
      for (const attempt of attempts) {
        const response = await attempt;
        expect(response.headers.get("www-authenticate")).toStartWith(
          'Bearer realm="Tessera", error="invalid_request", ',
        );
        await expectRefusal(response, 400, "invalid_request");
      }
    },
  );

  test(
    proves("400 invalid_request for a token in two ways, or twice in one", "RFC 6750 2-1", "RFC 6750 3.1-1"),
    async () => {
      const twoWays = await server.post(
        "/auth/userinfo",
        { access_token: token },
        { Authorization: `Bearer ${token}` },
      );
      const twice = await server.post("/auth/userinfo", [
        ["access_token", token],
        ["access_token", token],
      ]);
      for (const response of [twoWays, twice]) {
        expect(response.headers.get("www-authenticate")).toStartWith(
          'Bearer realm="Tessera", error="invalid_request", ',
        );
        await expectRefusal(response, 400, "invalid_request");
      }
    },
  );

  test("the name of the server cannot break the challenge", async () => {
    const named = await startTestServer({ appearance: { name: 'Acme "Login" \\ é' } });
    try {
      const response = await named.fetch("/auth/userinfo");
      expect(response.headers.get("www-authenticate")).toStartWith(
        "Bearer realm=\"Acme 'Login' ? ?\", DPoP ",
      );
    } finally {
      await named.close();
    }
  });
});
