/** The examples of RFC 7009 as printed, except for the test server's own tokens, hosts and paths. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { expectRefusal, jsonOf, textOf } from "../support/flows.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

/** s6BhdRkqt3 and gX1fBat3bV. */
const AUTHORIZATION = "Basic czZCaGRSa3F0MzpnWDFmQmF0M2JW";
const SECRET = "gX1fBat3bV";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({
    clients: [{ client_id: "s6BhdRkqt3", secrets: [SECRET], grant_types: ["client_credentials"] }],
  });
});
afterAll(() => server.close());

const revoke = (body: string): Promise<Response> =>
  server.fetch("/auth/revoke", {
    method: "POST",
    headers: { "Content-Type": "application/x-www-form-urlencoded", Authorization: AUTHORIZATION },
    body,
  });
const isActive = async (token: string): Promise<unknown> =>
  (await jsonOf(await server.post("/auth/introspect", { token }, { Authorization: AUTHORIZATION }))).active;

test("2.1: the revocation request, for a token that does not exist here", async () => {
  const response = await revoke("token=45ghiukldjahdnhzdauz&token_type_hint=refresh_token");
  expect(response.status).toBe(200);
});

test("2.1: the revocation request, for a token that does, whatever its hint", async () => {
  const issued = await server.post(
    "/auth/token",
    { grant_type: "client_credentials" },
    { Authorization: AUTHORIZATION },
  );
  const token = textOf(await jsonOf(issued), "access_token");
  expect(await isActive(token)).toBe(true);
  expect((await revoke(`token=${token}&token_type_hint=refresh_token`)).status).toBe(200);
  expect(await isActive(token)).toBe(false);
});

test("2.3: the request by JSONP, which may be offered, is not: there is no GET", async () => {
  const response = await server.fetch("/auth/revoke?token=agabcdefddddafdd&callback=package.myCallback");
  expect(response.headers.get("allow")).toBe("POST, OPTIONS");
  await expectRefusal(response, 405, "invalid_request");
});
