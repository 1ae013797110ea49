/** What a client registered about sign-ins holds for its requests (OpenID Connect Registration §2). */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { decodeJwt } from "jose";
import { authorizePath, redirectOf } from "../support/code-flow.ts";
import { codeFor, expectTokens, redeemCode, textOf } from "../support/flows.ts";
import { proves } from "../support/proves.ts";
import { startTestServer, TEST_CONFIGURATION, type TestServer } from "../support/server.ts";

let server: TestServer;
beforeAll(async () => {
  const clients = (TEST_CONFIGURATION.clients ?? []).map((client) =>
    client.client_id === "web" ? { ...client, default_max_age: 600, require_auth_time: true } : client,
  );
  server = await startTestServer({ clients });
  server.clock.freeze();
});
afterAll(() => server.close());

test(
  proves(
    "default_max_age asks again for a sign-in that is older; max_age of the request goes before",
    "OpenID Registration 2-20",
  ),
  async () => {
    const cookie = await server.signIn(await server.addPerson("ada"));
    const ask = async (changes: Record<string, string> = {}) => {
      const response = await server.fetch(authorizePath({ scope: "openid", prompt: "none", ...changes }), {
        headers: { Cookie: cookie },
      });
      return redirectOf(response).searchParams.get("error");
    };
    server.clock.advance(600);
    expect(await ask()).toBe("consent_required");
    server.clock.advance(1);
    expect(await ask()).toBe("login_required");
    expect(await ask({ max_age: "3600" })).toBe("consent_required");
  },
);

test(
  proves("require_auth_time: the ID token says when the person signed in", "OpenID Registration 2-21"),
  async () => {
    const code = await codeFor(server, await server.addPerson("grace"), { scope: "openid" });
    const tokens = await expectTokens(await redeemCode(server, code));
    expect(decodeJwt(textOf(tokens, "id_token")).auth_time).toBeNumber();
  },
);
