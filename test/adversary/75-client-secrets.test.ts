/** Threat class 75: secrets of clients cannot be guessed without limit. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import { proves } from "../support/proves.ts";
import { basic, encodeForm, SECRET, startTestServer, type TestServer } from "../support/server.ts";

const LIMIT = 5;

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer({ limits: { client_secret_failures_per_address: LIMIT } });
  server.clock.freeze();
});
afterEach(() => server.close());

const ask = async (secret: string, address = "203.0.113.7", clientId = "service"): Promise<Response> =>
  server.fetch("/auth/token", {
    method: "POST",
    headers: { "Content-Type": "application/x-www-form-urlencoded", ...basic(clientId, secret) },
    body: encodeForm({ grant_type: "client_credentials" }),
    address,
  });
const statusOf = async (...request: Parameters<typeof ask>) => (await ask(...request)).status;

/** The statuses of a hundred guesses at once. */
const guess = (addressOf: (index: number) => string, clientId = "service"): Promise<number[]> =>
  Promise.all(
    Array.from({ length: 100 }, (_, index) => statusOf(`guess ${index}`, addressOf(index), clientId)),
  );
const checked = (statuses: readonly number[]) => statuses.filter((status) => status === 401).length;

test(proves("a hundred guesses at once from one address are as many as the limit", "threat 75"), async () => {
  expect(checked(await guess(() => "203.0.113.7"))).toBe(LIMIT);
  const refused = await ask("guess", "203.0.113.7");
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
});

test(proves("an attacker with a /48 is one attacker", "threat 75", "threat 60"), async () => {
  expect(checked(await guess((index) => `2001:db8:1:${(index * 256).toString(16)}::1`))).toBe(4 * LIMIT);
});

test(
  proves("the right secret still works from elsewhere, and where the client is known", "threat 75"),
  async () => {
    await guess(() => "203.0.113.7");
    expect(await statusOf(SECRET, "203.0.113.7")).toBe(429);
    expect(await statusOf(SECRET, "198.51.100.7")).toBe(200);
    // The server remembers the client now, and its secret is no guess.
    expect(await statusOf(SECRET, "203.0.113.7")).toBe(200);
  },
);

test(proves("guesses at one client are not counted for another", "threat 75"), async () => {
  await guess(() => "203.0.113.7");
  expect(await statusOf("wrong", "203.0.113.7", "mail-server")).toBe(401);
});

test("right secrets count for nothing, however many come at once", async () => {
  const statuses = await Promise.all(Array.from({ length: 50 }, () => statusOf(SECRET)));
  expect(new Set(statuses)).toEqual(new Set([200]));
});

test("the guesses are forgotten after the window", async () => {
  await guess(() => "203.0.113.7");
  server.clock.advance(2 * server.context.configuration.limits.client_secret_window_seconds);
  expect(await statusOf(SECRET)).toBe(200);
});
