/** The examples of RFC 7591 as printed, sent to the endpoint. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Json, jsonOf, postRegistration, textOf } from "../support/flows.ts";
import { proves } from "../support/proves.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

const TOKEN = "ey23f2.adfj230.af32-developer321";

let open: TestServer;
let closed: TestServer;
beforeAll(async () => {
  open = await startTestServer();
  closed = await startTestServer({ registration: { mode: "token", initial_access_tokens: [TOKEN] } });
});
afterAll(async () => {
  await open.close();
  await closed.close();
});

const register = (server: TestServer, body: Json, headers: Record<string, string> = {}): Promise<Response> =>
  postRegistration(server, body, { Accept: "application/json", ...headers });

/** The common part of every answer of §3.2.1 and §3.2.2. */
async function answerOf(response: Response, status: number): Promise<Json> {
  expect(response.headers.get("cache-control")).toBe("no-store");
  expect(response.headers.get("pragma")).toBe("no-cache");
  const body = await jsonOf(response);
  expect({ status: response.status, error: body.error ?? null, body }).toMatchObject({ status });
  return body;
}

const REDIRECT_URIS = ["https://client.example.org/callback", "https://client.example.org/callback2"];
const SELF_REGISTERED = {
  redirect_uris: REDIRECT_URIS,
  client_name: "My Example Client",
  "client_name#ja-Jpan-JP": "\u30AF\u30E9\u30A4\u30A2\u30F3\u30C8\u540D",
  token_endpoint_auth_method: "client_secret_basic",
  logo_uri: "https://client.example.org/logo.png",
  jwks_uri: "https://client.example.org/my_public_keys.jwks",
  example_extension_parameter: "example_value",
};
const WITH_TOKEN = {
  redirect_uris: REDIRECT_URIS,
  client_name: "My Example Client",
  "client_name#ja-Jpan-JP": "\u30AF\u30E9\u30A4\u30A2\u30F3\u30C8\u540D",
  token_endpoint_auth_method: "client_secret_basic",
  policy_uri: "https://client.example.org/policy.html",
  jwks: {
    keys: [
      {
        e: "AQAB",
        n: "nj3YJwsLUFl9BmpAbkOswCNVx17Eh9wMO-_AReZwBqfaWFcfGHrZXsIV2VMCNVNU8Tpb4obUaSXcRcQ-VMsfQPJm9IzgtRdAY8NN8Xb7PEcYyklBjvTtuPbpzIaqyiUepzUXNDFuAOOkrIol3WmflPUUgMKULBN0EUd1fpOD70pRM0rlp_gg_WNUKoW1V-3keYUJoXH9NztEDm_D2MQXj9eGOJJ8yPgGL8PAZMLe2R7jb9TxOCPDED7tY_TU4nFPlxptw59A42mldEmViXsKQt60s1SLboazxFKveqXC_jpLUt22OC6GUG63p-REw-ZOr3r845z50wMuzifQrMI9bQ",
        kty: "RSA",
      },
    ],
  },
  example_extension_parameter: "example_value",
};
const STATEMENT =
  "eyJhbGciOiJSUzI1NiJ9.eyJzb2Z0d2FyZV9pZCI6IjROUkIxLTBYWkFCWkk5RTYtNVNNM1IiLCJjbGllbnRfbmFtZSI6IkV4YW1wbGUgU3RhdGVtZW50LWJhc2VkIENsaWVudCIsImNsaWVudF91cmkiOiJodHRwczovL2NsaWVudC5leGFtcGxlLm5ldC8ifQ.GHfL4QNIrQwL18BSRdE595T9jbzqa06R9BT8w409x9oIcKaZo_mt15riEXHazdISUvDIZhtiyNrSHQ8K4TvqWxH6uJgcmoodZdPwmWRIEYbQDLqPNxREtYn05X3AR7ia4FRjQ2ojZjk5fJqJdQ-JcfxyhK-P8BAWBd6I2LLA77IG32xtbhxYfHX7VhuU5ProJO8uvu3Ayv4XRhLZJY4yKfmyjiiKiPNe-Ia4SMy_d_QSWxskU5XIQl5Sa2YRPMbDRXttm2TfnZM1xx70DoYi8g6czz-CPGRi4SW_S2RKHIJfIjoI3zTJ0Y2oe0_EJAiXbL6OyF9S5tKxDXV8JIndSA";

describe("RFC 7591 3.1, answered as 3.2.1 shows", () => {
  // The member of the answer in 3.2.1 that Tessera does not keep: it has no extension of that name (§2: the server ignores
  // members that it does not understand).
  const NOT_KEPT = ["example_extension_parameter"];

  test.each([
    ["without an initial access token", SELF_REGISTERED, null],
    ["with an initial access token", WITH_TOKEN, TOKEN],
  ] as const)(
    proves(
      "a request %s is registered",
      "OpenID Registration 3-3",
      "RFC 7591 3.2.1-1",
      "RFC 7591 3.2.1-5",
      "RFC 7591 3.2.1-6",
    ),
    async (_, sent, token) => {
      const response = await (token === null
        ? register(open, sent)
        : register(closed, sent, { Authorization: `Bearer ${token}` }));
      const body = await answerOf(response, 201);
      expect(textOf(body, "client_id")).not.toBe("");
      expect(textOf(body, "client_secret")).not.toBe("");
      expect(Number.isInteger(body.client_id_issued_at)).toBe(true);
      expect(Number.isInteger(body.client_secret_expires_at)).toBe(true);
      expect(body.grant_types).toContain("authorization_code");
      const kept = Object.entries(sent).filter(([name]) => !NOT_KEPT.includes(name));
      expect(body).toMatchObject(Object.fromEntries(kept));
      for (const name of NOT_KEPT) expect(Object.keys(body)).not.toContain(name);
    },
  );
});

describe("RFC 7591 3.2.2", () => {
  test.each([
    [
      "a redirect URI that is not allowed",
      { ...SELF_REGISTERED, redirect_uris: ["http://sketchy.example.com"] },
      "invalid_redirect_uri",
      "http://sketchy.example.com",
    ],
    [
      "response types that do not fit the grant types",
      { ...SELF_REGISTERED, grant_types: ["authorization_code"], response_types: [] },
      "invalid_client_metadata",
      "The grant type 'authorization_code' must be registered along with the response type 'code'",
    ],
    [
      "response types that do not fit the grant types and are unknown here",
      { ...SELF_REGISTERED, grant_types: ["authorization_code"], response_types: ["implicit"] },
      "invalid_client_metadata",
      "'implicit'",
    ],
    [
      "3.1.1, with the software statement of 2.3",
      {
        redirect_uris: REDIRECT_URIS,
        software_statement: STATEMENT,
        scope: "read write",
        example_extension_parameter: "example_value",
      },
      "invalid_software_statement",
      "",
    ],
  ])(
    proves("%s: is refused", "RFC 7591 2.1-1", "OpenID Registration 2-2", "RFC 7591 3.2.2-1"),
    async (_, sent, error, words) => {
      const body = await answerOf(await register(open, sent), 400);
      expect(body.error).toBe(error);
      expect(textOf(body, "error_description")).toContain(words);
    },
  );

  test("an initial access token that is wrong is refused as its token type says", async () => {
    const response = await register(closed, WITH_TOKEN, { Authorization: "Bearer wrong" });
    expect(response.headers.get("www-authenticate")).toContain('error="invalid_token"');
    await answerOf(response, 401);
  });
});
