/** The examples of RFC 8628 as printed, except for the test server's own identifiers, secrets and hosts. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { answerDevice, expectRefusal, expectTokens, jsonOf, textOf } from "../support/flows.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

const CLIENT = "1406020730";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({
    issuer: "https://example.com",
    scopes: [{ name: "example_scope", description: "The scope of the examples" }],
    resources: [],
    clients: [
      { client_id: CLIENT, grant_types: ["urn:ietf:params:oauth:grant-type:device_code", "refresh_token"] },
    ],
    lifetimes: { device_code_seconds: 1800 },
  });
  server.clock.freeze();
});
afterAll(() => server.close());

const post = (path: string, body: string): Promise<Response> =>
  server.fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/x-www-form-urlencoded" },
    body,
  });
const askForCodes = () => post("/auth/device", `client_id=${CLIENT}&scope=example_scope`);
const poll = (deviceCode: string) =>
  post(
    "/auth/token",
    `grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code&device_code=${deviceCode}&client_id=${CLIENT}`,
  );
const newDevice = async () => textOf(await jsonOf(await askForCodes()), "device_code");

test("3.1 and 3.2: the device authorization request and its response", async () => {
  const response = await askForCodes();
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toBe("application/json");
  expect(response.headers.get("cache-control")).toBe("no-store");
  const body = await jsonOf(response);
  const userCode = textOf(body, "user_code");
  expect(userCode).toMatch(/^[A-Z]{4}-[A-Z]{4}$/);
  expect(body).toMatchObject({
    device_code: expect.any(String),
    user_code: expect.any(String),
    verification_uri: "https://example.com/device",
    verification_uri_complete: `https://example.com/device?user_code=${userCode}`,
    expires_in: 1800,
    interval: 5,
  });
});

test("3.4 and 3.5: the access token request while the person has not answered, and too soon after", async () => {
  const deviceCode = await newDevice();
  await expectRefusal(await poll(deviceCode), 400, "authorization_pending");
  await expectRefusal(await poll(deviceCode), 400, "slow_down");
});

test("3.4 and 3.5: the access token request after the person said yes", async () => {
  const deviceCode = await newDevice();
  await answerDevice(server, deviceCode, await server.addPerson("ada"));
  const body = await expectTokens(await poll(deviceCode));
  expect(body).toMatchObject({ scope: "example_scope", refresh_token: expect.any(String) });
});

test("3.4 and 3.5: the access token request after the person said no", async () => {
  const deviceCode = await newDevice();
  await answerDevice(server, deviceCode, null);
  await expectRefusal(await poll(deviceCode), 400, "access_denied");
});

test("3.4 and 3.5: the access token request after the code has expired", async () => {
  const deviceCode = await newDevice();
  server.clock.advance(1800);
  await expectRefusal(await poll(deviceCode), 400, "expired_token");
});
