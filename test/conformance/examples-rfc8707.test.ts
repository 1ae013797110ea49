/** The examples of RFC 8707 as printed, except for the test server's own codes, tokens and paths. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { answerConsentAt, redirectOf } from "../support/code-flow.ts";
import { expectTokens, type Json, jsonOf, textOf } from "../support/flows.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

/** s6BhdRkqt3 and hsqEzQlUoHAE9px4FSr4yI. */
const AUTHORIZATION = "Basic czZCaGRSa3F0Mzpoc3FFelFsVW9IQUU5cHg0RlNyNHlJ";
const CALLBACK = "https%3A%2F%2Fclient.example.org%2Fcb";

let server: TestServer;
let cookie = "";
beforeAll(async () => {
  server = await startTestServer({
    issuer: "https://authorization-server.example.com",
    scopes: [
      { name: "calendar", description: "Your calendar" },
      { name: "contacts", description: "Your contacts" },
    ],
    resources: [
      { identifier: "https://cal.example.com/", scopes: ["calendar"] },
      { identifier: "https://contacts.example.com/", scopes: ["contacts"] },
      { identifier: "https://api.example.com/app/" },
    ],
    clients: [
      {
        client_id: "s6BhdRkqt3",
        redirect_uris: ["https://client.example.org/cb"],
        secrets: ["hsqEzQlUoHAE9px4FSr4yI"],
        // The examples are older than the requirement of PKCE.
        require_pkce: false,
      },
      { client_id: "example-client", redirect_uris: ["https://client.example.org/cb"] },
    ],
  });
  cookie = await server.signIn(await server.addPerson("__b_c"));
});
afterAll(() => server.close());

const post = (path: string, body: string): Promise<Response> =>
  server.fetch(path, {
    method: "POST",
    headers: { Authorization: AUTHORIZATION, "Content-Type": "application/x-www-form-urlencoded" },
    body,
  });

async function audienceOf(tokens: Json): Promise<unknown> {
  const response = await post("/auth/introspect", `token=${textOf(tokens, "access_token")}`);
  return (await jsonOf(response)).aud;
}

test("Figure 1: the request of the implicit flow, which is not offered", async () => {
  const response = await server.fetch(
    `/auth/authorize?response_type=token&client_id=example-client&state=XzZaJlcwYew1u0QBrRv_Gw&redirect_uri=${CALLBACK}&resource=https%3A%2F%2Fapi.example.com%2Fapp%2F`,
  );
  const location = redirectOf(response);
  expect(location.origin + location.pathname).toBe("https://client.example.org/cb");
  expect(location.searchParams.get("error")).toBe("unsupported_response_type");
  expect(location.searchParams.get("state")).toBe("XzZaJlcwYew1u0QBrRv_Gw");
});

test("Figures 2 to 6: a code for two resources, and a token for each of them", async () => {
  const response = await answerConsentAt(
    server,
    cookie,
    `/auth/authorize?response_type=code&client_id=s6BhdRkqt3&state=tNwzQ87pC6llebpmac_IDeeq-mCR2wLDYljHUZUAWuI&redirect_uri=${CALLBACK}&scope=calendar%20contacts&resource=https%3A%2F%2Fcal.example.com%2F&resource=https%3A%2F%2Fcontacts.example.com%2F`,
  );
  const { searchParams } = redirectOf(response);
  expect(searchParams.get("state")).toBe("tNwzQ87pC6llebpmac_IDeeq-mCR2wLDYljHUZUAWuI");

  const first = await expectTokens(
    await post(
      "/auth/token",
      `grant_type=authorization_code&redirect_uri=${CALLBACK}&code=${searchParams.get("code")}&resource=https%3A%2F%2Fcal.example.com%2F`,
    ),
  );
  expect(first).toMatchObject({ token_type: "Bearer", expires_in: 3600, scope: "calendar" });
  expect(textOf(first, "refresh_token")).not.toBe("");
  expect(await audienceOf(first)).toBe("https://cal.example.com/");

  const second = await expectTokens(
    await post(
      "/auth/token",
      `grant_type=refresh_token&refresh_token=${textOf(first, "refresh_token")}&resource=https%3A%2F%2Fcontacts.example.com%2F`,
    ),
  );
  expect(second).toMatchObject({ token_type: "Bearer", expires_in: 3600, scope: "contacts" });
  expect(await audienceOf(second)).toBe("https://contacts.example.com/");
});
