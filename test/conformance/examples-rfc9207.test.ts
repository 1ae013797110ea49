/** The examples of RFC 9207: the answers have the printed members. They are 303 redirects, which RFC 9700 prefers. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { type AuthorizationParameters, answerConsent } from "../support/code-flow.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

let server: TestServer;
let cookie = "";
beforeAll(async () => {
  server = await startTestServer({
    issuer: "https://honest.as.example",
    clients: [{ client_id: "client", redirect_uris: ["https://client.example/cb"] }],
  });
  cookie = await server.signIn(await server.addPerson("ada"));
});
afterAll(() => server.close());

const answer = async (state: string, decision: "allow" | "deny"): Promise<string> => {
  const request: AuthorizationParameters = {
    client_id: "client",
    redirect_uri: "https://client.example/cb",
    state,
    prompt: "consent",
  };
  const response = await answerConsent(server, cookie, request, decision);
  expect(response.status).toBe(303);
  return response.headers.get("location") ?? "";
};

test("2.1: the authorization response", async () => {
  expect(await answer("ZWVlNDBlYzA1NjdkMDNhYjg3ZjUxZjAyNGQzMTM2NzI", "allow")).toMatch(
    /^https:\/\/client\.example\/cb\?code=[\w-]+&state=ZWVlNDBlYzA1NjdkMDNhYjg3ZjUxZjAyNGQzMTM2NzI&iss=https%3A%2F%2Fhonest\.as\.example$/,
  );
});

test("2.2: the error response", async () => {
  const location = await answer("N2JjNGJhY2JiZjRhYzA3MGJkMzNmMDE5OWJhZmJhZjA", "deny");
  expect(location).toMatch(
    /^https:\/\/client\.example\/cb\?error=access_denied&.*state=N2JjNGJhY2JiZjRhYzA3MGJkMzNmMDE5OWJhZmJhZjA&iss=https%3A%2F%2Fhonest\.as\.example$/,
  );
  expect(location).not.toContain("code=");
});
