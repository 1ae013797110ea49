/** The examples of RFC 9700: its attacks, and its headers. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { answerConsent, authorizePath } from "../support/code-flow.ts";
import { expectTokens, jsonOf, postRegistration, redeemCode, textOf } from "../support/flows.ts";
import { openBrowser } from "../support/pages.ts";
import { proves } from "../support/proves.ts";
import { SECRET, startTestServer, TEST_CONFIGURATION, type TestServer } from "../support/server.ts";

const CALLBACK = "https://client.somesite.example/cb";

let server: TestServer;
let cookie = "";
beforeAll(async () => {
  server = await startTestServer({
    clients: [
      ...(TEST_CONFIGURATION.clients ?? []),
      { client_id: "s6BhdRkqt3", redirect_uris: [CALLBACK], secrets: [SECRET] },
    ],
  });
  cookie = await server.signIn(await server.addPerson("ada"));
});
afterAll(() => server.close());

describe("RFC 9700 4.1: a redirect URI that was not registered", () => {
  const pattern = (redirect_uri: string) =>
    postRegistration(server, { redirect_uris: [redirect_uri], token_endpoint_auth_method: "none" });

  test.each(["https://*.somesite.example/*", "https://client.somesite.example/cb?*"])(
    proves("the pattern %s cannot be registered", "RFC 9700 4.1.3-1", "RFC 8252 8.4-3"),
    async (redirect_uri) => {
      const response = await pattern(redirect_uri);
      expect(response.status).toBe(400);
      expect((await jsonOf(response)).error).toBe("invalid_redirect_uri");
    },
  );

  test.each([
    [
      "4.1.1",
      "response_type=code&client_id=s6BhdRkqt3&state=9ad67f13&redirect_uri=https%3A%2F%2Fattacker.example%2F.somesite.example",
    ],
    [
      "4.1.2",
      "response_type=token&state=9ad67f13&client_id=s6BhdRkqt3&redirect_uri=https%3A%2F%2Fclient.somesite.example%2Fcb%26redirect_to%253Dhttps%253A%252F%252Fattacker.example%252F",
    ],
  ])(
    proves(
      "the request of %s gets a page and goes nowhere",
      "RFC 9700 2.1-1",
      "RFC 9700 4.1.3-1",
      "RFC 9700 4.11.2-1",
    ),
    async (_, query) => {
      const browsers: readonly Record<string, string>[] = [{}, { Cookie: cookie }];
      for (const headers of browsers) {
        const response = await server.fetch(`/auth/authorize?${query}`, { headers });
        expect(response.status).toBe(400);
        expect(response.headers.get("location")).toBeNull();
        expect(await response.text()).not.toMatch(/href="[^"]*(attacker|somesite)|http-equiv/);
      }
    },
  );

  test("4.1.2: no access token comes with the authorization response, even at the right address", async () => {
    const path = authorizePath({ client_id: "s6BhdRkqt3", redirect_uri: CALLBACK, response_type: "token" });
    const response = await server.fetch(path, { headers: { Cookie: cookie } });
    expect(response.status).toBe(303);
    const location = new URL(response.headers.get("location") ?? "");
    expect(location.origin + location.pathname).toBe(CALLBACK);
    expect(location.searchParams.get("error")).toBe("unsupported_response_type");
    expect(location.href).not.toMatch(/#|access_token/);
  });
});

test("RFC 9700 4.10.3: neither the metadata nor a token answer say where tokens are good, as is advised against", async () => {
  const metadata = await jsonOf(await server.fetch("/.well-known/oauth-authorization-server"));
  expect(Object.keys(metadata)).not.toContain("resource_servers");
  const answer = await answerConsent(server, cookie, { prompt: "consent" });
  const code = new URL(answer.headers.get("location") ?? "").searchParams.get("code") ?? "";
  const tokens = await expectTokens(await redeemCode(server, code));
  expect(Object.keys(tokens)).not.toContain("access_token_resource_server");
});

describe("RFC 9700 4.16: what keeps pages out of frames", () => {
  const asAda = (path: string) => server.fetch(path, { headers: { Cookie: cookie } });
  const pages: readonly (readonly [string, () => Promise<Response>])[] = [
    ["signing in", () => openBrowser(server).get("/login")],
    ["consent", () => asAda(authorizePath({ prompt: "consent" }))],
    ["device", () => asAda("/device")],
    ["an error", () => asAda(authorizePath({ client_id: "nobody" }))],
    [
      "the way to an address that nobody vouches for",
      async () => {
        const redirect_uri = "https://hosted.example/callback";
        const client = await jsonOf(
          await postRegistration(server, {
            redirect_uris: [redirect_uri],
            token_endpoint_auth_method: "none",
          }),
        );
        return server.fetch(
          authorizePath({ client_id: textOf(client, "client_id"), redirect_uri, scope: "everything" }),
        );
      },
    ],
  ];
  test.each(pages)(
    proves(
      "the page of %s cannot be framed",
      "RFC 9700 4.16-1",
      "RFC 9700 4.16-2",
      "RFC 9700 4.16-3",
      "RFC 9700 4.16-4",
      "RFC 9700 4.16-5",
    ),
    async (name, open) => {
      const { headers } = await open();
      const policy = headers.get("content-security-policy")?.split("; ") ?? [];
      expect(policy).toContain("frame-ancestors 'none'");
      // default-src forbids everything that the policy does not name. The page of signing in has a file of this server.
      expect(policy).toContain("default-src 'none'");
      const scripts = policy.filter((directive) => directive.startsWith("script-src"));
      expect(scripts).toEqual(name === "signing in" ? ["script-src 'self'"] : []);
      expect(headers.get("x-frame-options")).toBe("DENY");
    },
  );
});
