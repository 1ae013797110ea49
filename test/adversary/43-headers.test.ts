/**
 * Threat classes 43, 46, 57 and 58: forgeable headers change nothing, a request with two identities is refused, no page
 * opens a password box, and the server publishes no key.
 */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { AccountRecord } from "../../src/store/tables/people.ts";

import { authorizePath } from "../support/code-flow.ts";
import { bodyOf, headersOf } from "../support/expect.ts";
import { jsonOf } from "../support/flows.ts";
import { proves } from "../support/proves.ts";
import { basic, SECRET, startTestServer, type TestServer } from "../support/server.ts";

const FORM = { "Content-Type": "application/x-www-form-urlencoded" };
let server: TestServer;
let person: AccountRecord;
let cookie = "";
beforeAll(async () => {
  server = await startTestServer();
  server.clock.freeze();
  person = await server.addPerson("ada");
  cookie = await server.signIn(person);
});
afterAll(() => server.close());

const PROGRAMS = ["/auth/token", "/auth/device", "/auth/introspect", "/auth/revoke"] as const;
const PAGES = [
  "/",
  "/login",
  "/logout",
  "/account",
  "/device",
  "/setup",
  "/consent",
  "/help/errors",
  "/auth/authorize",
  "/auth/authorize?client_id=nobody",
];
const FORMS: Readonly<Record<(typeof PROGRAMS)[number], string>> = {
  "/auth/token": "grant_type=client_credentials",
  "/auth/device": "scope=mail.read",
  "/auth/introspect": "token=x",
  "/auth/revoke": "token=x",
};

describe("forged headers", () => {
  const FORGED: Readonly<Record<string, string>> = {
    Host: "evil.example",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Server": "evil.example",
    "X-Forwarded-Proto": "http",
    "X-Forwarded-Scheme": "http",
    "X-Forwarded-Ssl": "off",
    "X-Forwarded-Port": "1234",
    "X-Forwarded-Prefix": "/evil",
    "X-Forwarded-Path": "/evil",
    "X-Forwarded-For": "198.51.100.66",
    "X-Real-IP": "198.51.100.66",
    "X-Host": "evil.example",
    "X-HTTP-Host-Override": "evil.example",
    "X-Original-Host": "evil.example",
    "X-Original-URL": "/evil",
    "X-Rewrite-URL": "/evil",
    "X-HTTP-Method-Override": "DELETE",
    Forwarded: "host=evil.example;proto=http;for=198.51.100.66",
    Referer: "https://evil.example/",
    "X-Client-Cert": "evil",
    "X-Remote-User": "evil",
  };
  const asked: readonly (readonly [string, string, RequestInit])[] = [
    ["the metadata", "/.well-known/oauth-authorization-server", {}],
    ["OpenID discovery", "/.well-known/openid-configuration", {}],
    ["a device", "/auth/device", { method: "POST", headers: FORM, body: "client_id=television" }],
    ["a refusal", "/auth/token", { method: "POST", headers: FORM, body: "grant_type=x" }],
    ["a refused bearer", "/auth/userinfo", { headers: { Authorization: "Bearer x" } }],
    [
      "a registration that is refused",
      "/auth/register",
      { method: "POST", headers: { "Content-Type": "application/json" }, body: "{}" },
    ],
    ["the way to sign in", authorizePath(), {}],
    ["a refusal that is sent", authorizePath({ scope: "everything" }), {}],
    ["a request by POST", "/auth/authorize", { method: "POST", headers: FORM, body: "client_id=web" }],
    ["sign-in", "/login", {}],
    ["an account page without a session", "/account", {}],
    ["the device page without a session", "/device?user_code=BCDF-GHJK", {}],
    ["the help", "/help/errors", {}],
    ["nothing", "/nowhere", {}],
    ["a page that is nowhere", "/nowhere", { headers: { Accept: "text/html" } }],
    ["a wrong method", "/auth/token", { method: "GET" }],
  ];
  /** An answer without its random parts. */
  const answerTo = async (url: string, init: RequestInit, headers: Readonly<Record<string, string>> = {}) => {
    const response = await server.fetch(url, {
      ...init,
      headers: { ...headers, ...(init.headers as Record<string, string>) },
    });
    const told = `${response.status} ${JSON.stringify(headersOf(response))} ${await bodyOf(response)}`;
    return told.replaceAll(/[A-Z]{4}-[A-Z]{4}|[0-9a-z]{5,10}\.[A-Za-z0-9_-]{20,}|[A-Za-z0-9_-]{38,}/g, "…");
  };
  test.each(asked)(
    proves("and another host in the address change nothing of %s", "threat 43"),
    async (_, path, init) => {
      const sound = await answerTo(path, init);
      expect(sound).not.toContain("evil");
      for (const origin of ["https://auth.example", "http://evil.example", "https://evil.example:8443"]) {
        expect(await answerTo(origin + path, init, FORGED)).toBe(sound);
      }
    },
  );
});

describe("two identities in one request", () => {
  const web = basic("web", SECRET).Authorization ?? "";
  const service = basic("service", SECRET).Authorization ?? "";
  const doubles: readonly (readonly [string, string, Record<string, string>])[] = [
    ["Basic and another client_id", "client_id=web", { Authorization: service }],
    ["Basic and another client_id in other case", "client_id=SERVICE", { Authorization: service }],
    [
      "Basic and a secret, even the same",
      `client_id=service&client_secret=${encodeURIComponent(SECRET)}`,
      { Authorization: service },
    ],
    [
      "Basic and the secret of another",
      `client_secret=${encodeURIComponent(SECRET)}`,
      { Authorization: web },
    ],
    [
      "Basic without a secret, and another client",
      `client_id=service&client_secret=${encodeURIComponent(SECRET)}`,
      basic("web", ""),
    ],
    ["two client_id", `client_id=service&client_id=web&client_secret=${encodeURIComponent(SECRET)}`, {}],
    [
      "the same client_id twice",
      `client_id=service&client_id=service&client_secret=${encodeURIComponent(SECRET)}`,
      {},
    ],
    ["two secrets", `client_id=service&client_secret=x&client_secret=${encodeURIComponent(SECRET)}`, {}],
    ["two Authorization headers", "", { Authorization: `${service}, ${web}` }],
    ["Basic and an assertion", "client_assertion=x", { Authorization: service }],
    ["Basic and the type of an assertion", "client_assertion_type=x", { Authorization: service }],
    [
      "a secret and an assertion",
      `client_id=service&client_secret=${encodeURIComponent(SECRET)}&client_assertion=x`,
      {},
    ],
  ];
  test.each(doubles)(
    proves("%s: refused at every endpoint, whoever could have been meant", "threat 46"),
    async (_, more, headers) => {
      for (const path of PROGRAMS) {
        const body = [FORMS[path], more].join("&");
        const response = await server.fetch(path, { method: "POST", headers: { ...FORM, ...headers }, body });
        const { error } = await jsonOf(response);
        expect({ path, refused: ["invalid_request", "invalid_client"].includes(String(error)) }).toEqual({
          path,
          refused: true,
        });
        if (!more.includes("assertion") && !headers.Authorization?.includes(","))
          expect(error).toBe("invalid_request");
      }
    },
  );
});

test(
  proves(
    "a header is taken for no form, and no form for a header, though a client with that text was let in before",
    "threat 46",
  ),
  async () => {
    const credentials: readonly Record<string, string>[] = [
      { client_id: "service", client_secret: SECRET },
      { client_id: "television" },
    ];
    const send = (
      path: (typeof PROGRAMS)[number],
      form: Record<string, string>,
      headers: Record<string, string> = {},
    ) => {
      const more = new URLSearchParams(form).toString();
      const body = [FORMS[path], more].join("&");
      return server.fetch(path, { method: "POST", headers: { ...FORM, ...headers }, body });
    };
    for (const form of credentials) {
      for (const path of PROGRAMS) await send(path, form);
      const written = JSON.stringify(Object.values(form));
      const base64 = (basic("service", SECRET).Authorization ?? "").split(" ")[1] ?? "";
      for (const header of [written, ` ${written}`, `\n${written}`, Object.values(form).join(), base64]) {
        for (const path of PROGRAMS) {
          const { status } = await send(path, {}, { Authorization: header });
          expect({ path, header, status }).toEqual({ path, header, status: 401 });
        }
      }
    }
    // Nor does a form accept the value of a header.
    const asForm = { client_id: basic("service", SECRET).Authorization ?? "" };
    await send("/auth/token", {}, basic("service", SECRET));
    for (const path of PROGRAMS) expect((await send(path, asForm)).status).toBe(401);
  },
);

describe("a challenge", () => {
  const challengeOf = (response: Response) => response.headers.get("www-authenticate");

  test(proves("is Basic for whoever used Basic at an endpoint for programs", "threat 57"), async () => {
    for (const path of PROGRAMS) {
      for (const credentials of [basic("web", "wrong"), basic("nobody", "x"), { Authorization: "Basic =" }]) {
        const response = await server.fetch(path, {
          method: "POST",
          headers: { ...FORM, ...credentials },
          body: FORMS[path],
        });
        expect({ path, status: response.status, challenge: challengeOf(response)?.slice(0, 6) }).toEqual({
          path,
          status: 401,
          challenge: "Basic ",
        });
      }
    }
  });

  test(
    proves("is never Basic for anybody else, so that no browser asks for a password", "threat 57"),
    async () => {
      const everywhere = [
        ...PROGRAMS,
        ...PAGES,
        "/auth/userinfo",
        "/auth/register",
        "/nowhere",
        "/healthz",
        "/readyz",
      ];
      const senders: Record<string, string>[] = [
        {},
        { Cookie: cookie },
        { Cookie: "__Host-tessera=x" },
        { Authorization: "Bearer x" },
        { Authorization: "Negotiate x" },
        { Accept: "text/html" },
      ];
      for (const path of everywhere) {
        for (const headers of senders) {
          for (const method of ["GET", "POST", "PUT"]) {
            const body =
              method === "GET" ? null : `${FORMS["/auth/token"]}&client_id=web&client_secret=x&token=x`;
            const response = await server.fetch(path, { method, headers: { ...FORM, ...headers }, body });
            // RFC 6749 §5.2: after a refused Authorization header, the challenge names the right scheme.
            const usedHeader = "Authorization" in headers && PROGRAMS.some((known) => known === path);
            if (response.status === 401)
              expect(`${path} ${challengeOf(response)}`).toMatch(/(Basic|Bearer) realm=/);
            if (!usedHeader) expect(`${path} ${challengeOf(response)}`).not.toContain("Basic");
            if (PAGES.includes(path))
              expect({ path, status: response.status }).not.toEqual({ path, status: 401 });
          }
        }
      }
      for (const path of PAGES) {
        const response = await server.fetch(path, { headers: basic("web", "wrong") });
        expect({ path, challenge: challengeOf(response) }).toEqual({ path, challenge: null });
      }
    },
  );
});

describe("keys", () => {
  test(
    proves("are published in the key set only, which has no private and no symmetric one", "threat 58"),
    async () => {
      const metadata = await jsonOf(await server.fetch("/.well-known/openid-configuration"));
      await server.context.signingKeys.keepUp();
      const keySet = await server.fetch(String(metadata.jwks_uri));
      const { keys }: { keys: object[] } = await keySet.json();
      expect(keys.map((key) => Object.keys(key).toSorted())).toEqual([
        ["alg", "e", "kid", "kty", "n", "use"],
      ]);
      expect(Object.keys(metadata).filter((name) => /encryption/.test(name))).toEqual([]);
      for (const path of ["/jwks", "/.well-known/jwks.json", "/auth/certs"]) {
        expect((await server.fetch(path)).status).toBe(404);
      }
    },
  );
});
