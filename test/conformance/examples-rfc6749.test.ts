/**
 * The examples of RFC 6749, sent as printed except for the path, the host, and this server's own codes and tokens. Two
 * things differ everywhere: redirects are 303 (RFC 9700 §4.12), and the token type is Bearer.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { decodeFormComponent } from "../../src/protocol/parameters.ts";
import { answerConsentAt, formsOf, redirectOf } from "../support/code-flow.ts";
import { expectRefusal, expectTokens, type Json, jsonOf, textOf } from "../support/flows.ts";
import { proves } from "../support/proves.ts";
import { startTestServer, TEST_CONFIGURATION, type TestServer } from "../support/server.ts";

/** §4.1.1, without the line break that it has "for display purposes only". */
const AUTHORIZE =
  "/auth/authorize?response_type=code&client_id=s6BhdRkqt3&state=xyz&redirect_uri=https%3A%2F%2Fclient%2Eexample%2Ecom%2Fcb";
const IMPLICIT = AUTHORIZE.replace("response_type=code", "response_type=token");
const REDIRECT = "redirect_uri=https%3A%2F%2Fclient%2Eexample%2Ecom%2Fcb";
/** s6BhdRkqt3 and gX1fBat3bV. */
const BASIC = { Authorization: "Basic czZCaGRSa3F0MzpnWDFmQmF0M2JW" };

let server: TestServer;
let cookie = "";
beforeAll(async () => {
  server = await startTestServer({
    clients: [
      ...(TEST_CONFIGURATION.clients ?? []),
      {
        client_id: "s6BhdRkqt3",
        redirect_uris: ["https://client.example.com/cb"],
        secrets: ["gX1fBat3bV", "7Fjfp0ZBr1KtDRbnfVdmIw"],
        grant_types: ["authorization_code", "refresh_token", "client_credentials"],
        // The examples are older than PKCE.
        require_pkce: false,
      },
    ],
  });
  cookie = await server.signIn(await server.addPerson("johndoe", { name: "John Doe" }));
});
afterAll(() => server.close());

/** POSTs a body as printed. */
const post = (body: string, headers: Record<string, string> = BASIC) =>
  server.fetch("/auth/token", {
    method: "POST",
    headers: { "Content-Type": "application/x-www-form-urlencoded", ...headers },
    body,
  });
const allow = (decision: "allow" | "deny" = "allow") =>
  answerConsentAt(server, cookie, `${AUTHORIZE}&prompt=consent`, decision);
const code = async () => redirectOf(await allow()).searchParams.get("code") ?? "";
const redeem = async () =>
  post(`grant_type=authorization_code&code=${await code()}&${REDIRECT}`).then(expectTokens);
const refreshToken = async () => textOf(await redeem(), "refresh_token");

/** A success of the token endpoint with the header fields of §5.1. Its members include those of the example. */
async function expectExample(response: Response, members: readonly string[]): Promise<Json> {
  expect(response.headers.get("content-type")).toBe("application/json");
  const body = await expectTokens(response);
  expect(Object.keys(body)).toEqual(expect.arrayContaining([...members]));
  expect(body.expires_in).toBe(3600);
  return body;
}

describe("RFC 6749, section", () => {
  test(proves("2.3.1: the Authorization header authenticates the client", "RFC 6749 2.3.1-1"), async () => {
    const headers = { Authorization: "Basic czZCaGRSa3F0Mzo3RmpmcDBaQnIxS3REUmJuZlZkbUl3" };
    await expectTokens(await post("grant_type=client_credentials", headers));
  });

  test(proves("2.3.1: a refresh request with the credentials in its body", "RFC 6749 2.3.1-3"), async () => {
    const body = `grant_type=refresh_token&refresh_token=${await refreshToken()}&client_id=s6BhdRkqt3&client_secret=7Fjfp0ZBr1KtDRbnfVdmIw`;
    await expectTokens(await post(body, {}));
  });

  test(
    proves(
      "4.1.1: the authorization request leads a person to sign in, and then asks",
      "OpenID Core 3.1.2.4-1",
      "RFC 6749 3.1-1",
      "RFC 6749 3.1-4",
    ),
    async () => {
      const stranger = await server.fetch(AUTHORIZE);
      expect(stranger.status).toBe(303);
      expect(redirectOf(stranger).pathname).toBe("/login");
      const Cookie = await server.signIn(await server.addPerson("jane"));
      const asked = await server.fetch(AUTHORIZE, { headers: { Cookie } });
      expect(asked.status).toBe(200);
      expect((await formsOf(asked)).some(({ action }) => action.endsWith("/consent"))).toBe(true);
    },
  );

  test(
    proves("4.1.2: the response has the code and the state", "RFC 6749 4.1.2-1", "RFC 6749 4.1.2-6"),
    async () => {
      const response = await allow();
      expect(response.status).toBe(303);
      expect(response.headers.get("location")).toMatch(
        /^https:\/\/client\.example\.com\/cb\?code=tac_[\w-]{64}&state=xyz&iss=https%3A%2F%2Fauth\.example$/,
      );
    },
  );

  test(
    proves(
      "4.1.2.1: the error response has the error and the state",
      "RFC 6749 4.1.2.1-3",
      "RFC 6749 4.1.2.1-7",
    ),
    async () => {
      const response = await allow("deny");
      expect(response.status).toBe(303);
      const { origin, pathname, searchParams } = redirectOf(response);
      expect(origin + pathname).toBe("https://client.example.com/cb");
      expect(searchParams.get("error")).toBe("access_denied");
      expect(searchParams.get("state")).toBe("xyz");
    },
  );

  test("4.1.3 and 4.1.4: the code is exchanged for tokens", async () => {
    const response = await post(`grant_type=authorization_code&code=${await code()}&${REDIRECT}`);
    await expectExample(response, ["access_token", "token_type", "expires_in", "refresh_token"]);
  });

  test(
    proves(
      "4.2.1 and 4.2.2: the implicit grant is not offered, and nothing is put into the fragment",
      "RFC 6749 3.1.1-1",
      "RFC 6749 3.1.1-2",
    ),
    async () => {
      const response = await server.fetch(IMPLICIT, { headers: { Cookie: cookie } });
      const { origin, pathname, searchParams, hash } = redirectOf(response);
      expect(origin + pathname).toBe("https://client.example.com/cb");
      expect(searchParams.get("error")).toBe("unsupported_response_type");
      expect(searchParams.get("state")).toBe("xyz");
      expect(hash).toBe("");
    },
  );

  test(
    proves("4.3.2: the password grant is not offered", "RFC 6749 10.7-1", "FAPI 2.0 5.3.2.1-2"),
    async () => {
      const response = await post("grant_type=password&username=johndoe&password=A3ddj3w");
      await expectRefusal(response, 400, "unsupported_grant_type");
    },
  );

  test(
    proves("4.4.2 and 4.4.3: a client's own token, and no refresh token", "RFC 6749 4.4.3-1"),
    async () => {
      const response = await post("grant_type=client_credentials");
      const body = await expectExample(response, ["access_token", "token_type", "expires_in"]);
      expect(Object.keys(body)).not.toContain("refresh_token");
    },
  );

  test("4.5: the extension grant of SAML is not offered", async () => {
    const body =
      "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Asaml2-bearer&assertion=PEFzc2VydGlvbiBJc3N1ZUluc3RhbnQ9IjIwMTEtMDUaG5TdGF0ZW1lbnQ-PC9Bc3NlcnRpb24-";
    await expectRefusal(await post(body), 400, "unsupported_grant_type");
    // The example has no client authentication.
    await expectRefusal(await post(body, {}), 401, "invalid_client");
  });

  test(
    proves(
      "5.1: a success is JSON that nobody keeps",
      "RFC 6749 5.1-1",
      "RFC 6749 5.1-2",
      "RFC 6749 5.1-3",
      "RFC 6749 5.1-6",
    ),
    async () => {
      const response = await post(`grant_type=authorization_code&code=${await code()}&${REDIRECT}`);
      expect(response.status).toBe(200);
      expect(response.headers.get("cache-control")).toBe("no-store");
      expect(response.headers.get("pragma")).toBe("no-cache");
      await expectExample(response, ["access_token", "token_type", "expires_in", "refresh_token"]);
    },
  );

  test(proves("5.2: an error is JSON that nobody keeps", "RFC 6749 5.1-6", "RFC 6749 5.2-1"), async () => {
    const response = await post("grant_type=authorization_code");
    expect(response.status).toBe(400);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(response.headers.get("pragma")).toBe("no-cache");
    expect((await jsonOf(response)).error).toBe("invalid_request");
  });

  test("6: a refresh token is exchanged for an access token", async () => {
    const response = await post(`grant_type=refresh_token&refresh_token=${await refreshToken()}`);
    await expectExample(response, ["access_token", "token_type", "expires_in", "refresh_token"]);
  });

  test("7.1: an access token of the type Bearer opens a resource, one of the type MAC opens nothing", async () => {
    const token = textOf(await redeem(), "access_token");
    const get = (Authorization: string) => server.fetch("/auth/userinfo", { headers: { Authorization } });
    expect((await get(`Bearer ${token}`)).status).toBe(200);
    const mac = await get(
      'MAC id="h480djs93hd8", nonce="274312:dj83hs9s", mac="kDZvddkndxvhGRXZhvuDjEWhGeE="',
    );
    expect(mac.status).toBe(401);
    expect(mac.headers.get("www-authenticate")).toStartWith('Bearer realm="Tessera", DPoP ');
  });

  test(
    proves("appendix B: the six characters are read, and sent back as they came", "RFC 6749 B-1"),
    async () => {
      const written = "+%25%26%2B%C2%A3%E2%82%AC";
      expect(decodeFormComponent(written)).toBe(" %&+£€");
      const path = `${AUTHORIZE.replace("state=xyz", `state=${written}`)}&prompt=consent`;
      const location = (await answerConsentAt(server, cookie, path)).headers.get("location");
      // The server writes a space as %20, which parsers of forms and of other queries decode alike.
      expect(location).toContain(`&state=${written.replace("+", "%20")}&`);
    },
  );
});
