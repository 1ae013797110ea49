/** OpenID Connect Core: what the tests of the endpoints do not show. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { emailFault } from "../../src/accounts/people.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import { answerConsent, authorizePath, obtainCode, redirectOf } from "../support/code-flow.ts";
import { type Json, jsonOf, redeemCode, textOf, tokensFor } from "../support/flows.ts";
import { proves } from "../support/proves.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

let server: TestServer;
let ada: AccountRecord;
let cookie = "";
beforeAll(async () => {
  server = await startTestServer();
  server.clock.freeze();
  ada = await server.addPerson("ada", { name: "Ada" });
  cookie = await server.signIn(ada);
});
afterAll(() => server.close());

const claimsIn = (tokens: Json): Json => {
  const [, body = ""] = textOf(tokens, "id_token").split(".");
  return JSON.parse(Buffer.from(body, "base64url").toString());
};
const errorOf = async (changes: Record<string, string>) => {
  const path = authorizePath({ scope: "openid", ...changes });
  return redirectOf(await server.fetch(path, { headers: { Cookie: cookie } })).searchParams.get("error");
};

describe("an authentication request", () => {
  test(proves("prompt=none beside another value is refused", "OpenID Core 3.1.2.1-11"), async () => {
    expect(await errorOf({ prompt: "none login" })).toBe("invalid_request");
  });

  test(
    proves(
      "request_uri is refused in words, as metadata says",
      "OIDF 1-3",
      "OIDF 3-10",
      "OpenID Core 15.2-6",
    ),
    async () => {
      const metadata = await jsonOf(await server.fetch("/.well-known/openid-configuration"));
      expect(metadata.request_uri_parameter_supported).toBe(false);
      expect(await errorOf({ request_uri: "https://client.example/request" })).toBe(
        "request_uri_not_supported",
      );
    },
  );

  test(
    proves("an essential claim that the person does not have is no error", "OpenID Core 5.5.1-2"),
    async () => {
      const claims = JSON.stringify({
        id_token: { phone_number: { essential: true } },
        userinfo: { website: { essential: true }, "https://other.example/claim": { essential: true } },
      });
      const code = await obtainCode(server, cookie, { scope: "openid profile", claims });
      const tokens = await jsonOf(await redeemCode(server, code));
      expect(claimsIn(tokens)).not.toHaveProperty("phone_number");
    },
  );

  test(
    proves(
      "an acr that is wanted but not essential: the ID token has that of the sign-in",
      "OpenID Core 5.5.1.1-3",
    ),
    async () => {
      const claims = JSON.stringify({ id_token: { acr: { value: "gold" } } });
      const code = await obtainCode(server, cookie, { scope: "openid", claims });
      expect(claimsIn(await jsonOf(await redeemCode(server, code))).acr).toBe("1");
    },
  );

  test(
    proves(
      "acr_values that are all unknown: no error, and the ID token has the acr of the sign-in",
      "OpenID Core 5.5.1.1-3",
      "OpenID Core 15.1-7",
    ),
    async () => {
      const code = await obtainCode(server, cookie, { scope: "openid", acr_values: "urn:gold 3 phr" });
      expect(claimsIn(await jsonOf(await redeemCode(server, code))).acr).toBe("1");
    },
  );

  test(
    proves(
      "offline_access is asked of the person once, and ignored where it may not be had",
      "OpenID Core 11-1",
      "OpenID Core 11-2",
      "OpenID Core 11-3",
    ),
    async () => {
      const person = await server.addPerson("olga");
      const theirs = await server.signIn(person);
      const ask = (changes: Record<string, string>) =>
        server.fetch(authorizePath({ scope: "openid offline_access", ...changes }), {
          headers: { Cookie: theirs },
        });
      await answerConsent(server, theirs, { scope: "openid" });
      // The yes to the sign-in is none to the access that outlives it.
      const asked = await ask({});
      expect(asked.status).toBe(200);
      expect(await asked.text()).toContain("Keep its access after you sign out");
      await answerConsent(server, theirs, { scope: "openid offline_access" });
      expect(redirectOf(await ask({})).searchParams.has("code")).toBe(true);
      expect((await ask({ prompt: "consent" })).status).toBe(200);
      const web = await server.context.store.findClient("web");
      if (web === null) throw new Error("There is no such client.");
      await server.context.store.putClient({
        ...web,
        scope: web.scope.filter((name) => name !== "offline_access"),
      });
      try {
        const tokens = await tokensFor(server, person, { scope: "openid offline_access" });
        expect(tokens.scope).toBe("openid");
      } finally {
        await server.context.store.putClient(web);
      }
    },
  );
});

test(
  proves(
    "the answer of the token endpoint has an ID token, a bearer token, and is kept by no cache",
    "OIDF 4-3",
    "OpenID Core 3.1.3.3-1",
    "OpenID Core 3.1.3.3-2",
    "OpenID Core 3.1.3.3-3",
  ),
  async () => {
    const response = await redeemCode(server, await obtainCode(server, cookie, { scope: "openid" }));
    expect(response.headers.get("cache-control")).toBe("no-store");
    const tokens = await jsonOf(response);
    expect(tokens.token_type).toBe("Bearer");
    expect(claimsIn(tokens).sub).toBe(ada.subject);
  },
);

test(
  proves(
    "no identifier of a person is given twice, nor longer than 255 characters of ASCII",
    "OpenID Core 2-2",
    "OpenID Core 5.7-1",
  ),
  async () => {
    const first = await server.addPerson("eve");
    await server.context.store.removeAccount(first.subject, server.clock.seconds());
    const second = await server.addPerson("eve");
    const { sub } = claimsIn(await tokensFor(server, second, { scope: "openid" }));
    expect(sub).not.toBe(first.subject);
    expect(String(sub)).toMatch(/^[\x21-\x7E]{1,255}$/);
  },
);

test(proves("a person gets no e-mail address that is none", "OpenID Core 5.1-1"), () => {
  for (const address of ["ada@example.org", "ada+home@mail.example.org"])
    expect(emailFault(address)).toBeNull();
  for (const address of ["ada", "ada@", "@example.org", "ada lovelace@example.org", "a@b@c.example", ""])
    expect(emailFault(address)).not.toBeNull();
});

describe("userinfo and its neighbours", () => {
  test(proves("userinfo is JSON in UTF-8", "OpenID Core 5.3.2-5"), async () => {
    const person = await server.addPerson("zoe", { name: "Zoë Đặng" });
    const token = textOf(await tokensFor(server, person, { scope: "openid profile" }), "access_token");
    const response = await server.fetch("/auth/userinfo", { headers: { Authorization: `Bearer ${token}` } });
    expect(response.headers.get("content-type")).toBe("application/json");
    const bytes = await response.arrayBuffer();
    expect(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)).name).toBe("Zoë Đặng");
  });

  test(
    proves(
      "scripts of every site may use userinfo, the token endpoint and the keys, without cookies",
      "OpenID Core 5.3-4",
      "OpenID Discovery 3-20",
    ),
    async () => {
      for (const path of ["/auth/userinfo", "/auth/token", "/auth/jwks.json", "/auth/register"]) {
        const preflight = await server.fetch(path, {
          method: "OPTIONS",
          headers: { Origin: "https://app.example", "Access-Control-Request-Method": "POST" },
        });
        expect(preflight.headers.get("access-control-allow-origin")).toBe("*");
        expect(preflight.headers.has("access-control-allow-credentials")).toBe(false);
      }
    },
  );
});
