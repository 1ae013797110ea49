/** The examples of RFC 7662 as printed, except for the test server's own tokens, hosts and paths. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { answerConsent, redirectOf, VERIFIER } from "../support/code-flow.ts";
import { expectTokens, jsonOf, textOf } from "../support/flows.ts";
import { proves } from "../support/proves.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

/** s6BhdRkqt3 and gX1fBat3bV. */
const AUTHORIZATION = "Basic czZCaGRSa3F0MzpnWDFmQmF0M2JW";
const RESOURCE = "https://protected.example.net/resource";
const CLIENT = "l238j323ds-23ij4";

let server: TestServer;
let subject = "";
/** A token for the protected resource, and the resource's own token, with which it asks. */
let token = "";
let bearer = "";
beforeAll(async () => {
  server = await startTestServer({
    issuer: "https://server.example.com",
    scopes: ["read", "write", "dolphin"].map((name) => ({ name, description: `Scope ${name}` })),
    resources: [
      {
        identifier: RESOURCE,
        scopes: ["read", "write", "dolphin"],
        introspection_clients: ["s6BhdRkqt3"],
      },
    ],
    clients: [
      { client_id: "s6BhdRkqt3", secrets: ["gX1fBat3bV"], scope: ["introspect"] },
      { client_id: CLIENT, redirect_uris: ["https://client.example/"] },
    ],
  });
  const person = await server.addPerson("jdoe");
  subject = person.subject;
  const answer = await answerConsent(server, await server.signIn(person), {
    client_id: CLIENT,
    redirect_uri: "https://client.example/",
    scope: "read write dolphin",
  });
  const tokens = await server.post("/auth/token", {
    grant_type: "authorization_code",
    client_id: CLIENT,
    code: redirectOf(answer).searchParams.get("code") ?? "",
    code_verifier: VERIFIER,
  });
  token = textOf(await expectTokens(tokens), "access_token");
  const own = await server.post(
    "/auth/token",
    { grant_type: "client_credentials", scope: "introspect" },
    { Authorization: AUTHORIZATION },
  );
  bearer = textOf(await expectTokens(own), "access_token");
});
afterAll(() => server.close());

const introspect = (authorization: string, body: string): Promise<Response> =>
  server.fetch("/auth/introspect", {
    method: "POST",
    headers: {
      Accept: "application/json",
      "Content-Type": "application/x-www-form-urlencoded",
      Authorization: authorization,
    },
    body,
  });

/** The example response of §2.2, but for the extension field. */
async function expectActive(response: Response): Promise<void> {
  expect(response.status).toBe(200);
  const body = await jsonOf(response);
  expect(body).toMatchObject({
    active: true,
    client_id: CLIENT,
    username: "jdoe",
    scope: "read write dolphin",
    sub: subject,
    aud: RESOURCE,
    iss: "https://server.example.com",
  });
  expect(Number.isInteger(body.iat)).toBe(true);
  expect(body.exp).toBe(Number(body.iat) + 3600);
}

test(proves("2.1 and 2.2: the request by a bearer, and its response", "RFC 7662 2.2-1"), async () => {
  await expectActive(await introspect(`Bearer ${bearer}`, `token=${token}`));
});

test("2.1 and 2.2: the request by a client with a hint, and its response", async () => {
  await expectActive(await introspect(AUTHORIZATION, `token=${token}&token_type_hint=access_token`));
});

test.each(["token=2YotnFZFEjr1zCsicMWpAA", "token=mF_9.B5f-4.1JqM&token_type_hint=access_token"])(
  proves(
    "2.2: the response for a token that is invalid, asked by %s",
    "RFC 7662 2.2-1",
    "RFC 7662 2.3-1",
    "RFC 7662 4-10",
  ),
  async (body) => {
    for (const authorization of [`Bearer ${bearer}`, AUTHORIZATION]) {
      const response = await introspect(authorization, body);
      expect(response.status).toBe(200);
      expect(await jsonOf(response)).toEqual({ active: false });
    }
  },
);

test(proves("2.2: the response for a token that has been revoked", "RFC 7662 2.3-1"), async () => {
  const revoked = await server.post("/auth/revoke", { token, client_id: CLIENT });
  expect(revoked.status).toBe(200);
  const response = await introspect(AUTHORIZATION, `token=${token}&token_type_hint=access_token`);
  expect(response.status).toBe(200);
  expect(await jsonOf(response)).toEqual({ active: false });
});
