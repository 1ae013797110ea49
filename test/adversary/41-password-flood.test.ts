/** Threat class 41: under any number of password checks, the rest of the server goes on, and the queue is bounded. */
import { afterAll, beforeAll, beforeEach, expect, spyOn, test } from "bun:test";
import { addPersonWithPassword, openBrowser, PASSWORD } from "../support/pages.ts";
import { proves } from "../support/proves.ts";
import { basic, SECRET, startTestServer, type TestServer } from "../support/server.ts";

const AT_ONCE = 2;
const WAITING = 10;
const FLOOD = 200;
const MANY = 100_000;

let server: TestServer;
let signIn: (username: string, password: string) => Promise<Response>;
beforeAll(async () => {
  server = await startTestServer({
    limits: {
      password_checks_at_once: AT_ONCE,
      password_checks_waiting: WAITING,
      sign_in_failures_per_account: MANY,
      sign_in_failures_per_address: MANY,
    },
  });
  await addPersonWithPassword(server, "alice");
});
afterAll(() => server.close());
beforeEach(async () => {
  const browser = openBrowser(server);
  const { fields } = await browser.form("/login");
  const headers = { Cookie: browser.cookie, "Sec-Fetch-Site": "same-origin" };
  signIn = (username, password) => server.post("/login", { ...fields, username, password }, headers);
});

test(
  proves(
    "a flood of sign-ins is answered as far as there is room, the rest at once, and others go on meanwhile",
    "threat 41",
  ),
  async () => {
    let answered = 0;
    const flood = Array.from({ length: FLOOD }, async (_, index) => {
      const response = await signIn(`person ${index}`, "a guess");
      answered += 1;
      return response;
    });
    const service = basic("service", SECRET);
    const { access_token } = await (
      await server.post("/auth/token", { grant_type: "client_credentials" }, service)
    ).json();
    for (let count = 0; count < 20; count += 1) {
      const told = await server.post("/auth/introspect", { token: access_token }, service);
      expect((await told.json()).active).toBe(true);
    }
    // All of these answers came before the last password check.
    expect(answered).toBeLessThan(FLOOD);

    const responses = await Promise.all(flood);
    const busy = responses.filter(({ status }) => status === 503);
    expect(responses.filter(({ status }) => status === 422)).toHaveLength(AT_ONCE + WAITING);
    expect(busy).toHaveLength(FLOOD - AT_ONCE - WAITING);
    for (const { headers } of busy) expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
    // After the flood, sign-in works again.
    expect((await signIn("alice", PASSWORD)).status).toBe(303);
  },
);

test(proves("never are more hashed at once than there are places", "threat 41"), async () => {
  let running = 0;
  let most = 0;
  const original = Bun.password.verify;
  const verify = spyOn(Bun.password, "verify").mockImplementation(async (...asked) => {
    running += 1;
    most = Math.max(most, running);
    const matches = await Reflect.apply(original, Bun.password, asked);
    running -= 1;
    return matches;
  });
  try {
    await Promise.all(Array.from({ length: FLOOD }, () => signIn("alice", "a guess")));
  } finally {
    verify.mockRestore();
  }
  expect(most).toBe(AT_ONCE);
});

test(
  proves("a password of any length is hashed as one of the longest that is allowed, at most", "threat 41"),
  async () => {
    const lengths: number[] = [];
    const original = Bun.password.verify;
    const verify = spyOn(Bun.password, "verify").mockImplementation((...asked) => {
      lengths.push(Buffer.byteLength(String(asked[0])));
      return Reflect.apply(original, Bun.password, asked);
    });
    try {
      for (const password of [
        "x".repeat(1024),
        "x".repeat(1025),
        "x".repeat(60_000),
        "\u00e9".repeat(5000),
      ]) {
        expect((await signIn("alice", password)).status).toBe(422);
      }
    } finally {
      verify.mockRestore();
    }
    expect(lengths).toHaveLength(4);
    for (const length of lengths) expect(length).toBeLessThanOrEqual(1024);
  },
);
