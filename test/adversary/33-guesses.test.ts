/** Threat class 33: any number of simultaneous guesses, on any page, stays within the limit. */

import { afterEach, beforeEach, expect, test } from "bun:test";
import type { AccountRecord } from "../../src/store/tables.ts";

import { type Browser, openBrowser, PASSWORD } from "../support/pages.ts";
import { proves } from "../support/proves.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

const LIMIT = 10;
const GUESSES = 100;

let server: TestServer;
let alice: AccountRecord;
/** The number of password checks. */
let checks = 0;
beforeEach(async () => {
  server = await startTestServer({
    limits: {
      sign_in_failures_per_account: LIMIT,
      sign_in_failures_per_address: 1000,
      password_checks_waiting: GUESSES,
    },
  });
  server.clock.freeze();
  alice = await server.addPerson("alice", { passwordHash: await server.context.passwords.hash(PASSWORD) });
  checks = 0;
  const { passwords } = server.context;
  Object.assign(server.context, {
    passwords: {
      ...passwords,
      // Counts the checks instead of paying for them. The answer still comes later, as it would.
      async verify(password: string) {
        checks += 1;
        await Bun.sleep(1);
        return password === PASSWORD;
      },
    },
  });
});
afterEach(() => server.close());

/** Sends the form of one page many times at once, each time with another guess. */
async function guess(
  browser: Browser,
  path: string,
  action: string,
  fieldsOf: (guess: number) => Record<string, string>,
): Promise<number[]> {
  const { fields } = await browser.form(path, action);
  const answers = await Promise.all(
    Array.from({ length: GUESSES }, (_, index) => {
      const headers = { Cookie: browser.cookie, "Sec-Fetch-Site": "same-origin" };
      const body = new URLSearchParams({ ...fields, ...fieldsOf(index) }).toString();
      return server.fetch(action, {
        method: "POST",
        body,
        headers: { ...headers, "Content-Type": "application/x-www-form-urlencoded" },
        address: `198.51.100.${index}`,
      });
    }),
  );
  return answers.map(({ status }) => status);
}

const count = (statuses: readonly number[], status: number) =>
  statuses.filter((each) => each === status).length;
const signInWith = (index: number) => ({
  username: index % 2 ? "alice" : " ALICE",
  password: `guess ${index}`,
});

test(
  proves(
    "a hundred sign-ins at once are ten checks, from any address and in any spelling of the name",
    "threat 33",
  ),
  async () => {
    const statuses = await guess(openBrowser(server), "/login", "/login", signInWith);
    expect(checks).toBe(LIMIT);
    expect(count(statuses, 422)).toBe(LIMIT);
    expect(count(statuses, 429)).toBe(GUESSES - LIMIT);
    // The right password among the guesses would not have worked.
    expect((await openBrowser(server).signIn("alice")).status).toBe(429);
    expect(checks).toBe(LIMIT);
  },
);

test(
  proves("guesses when changing the password and at sign-in are counted as one", "threat 33"),
  async () => {
    const browser = openBrowser(server);
    browser.cookie = await server.signIn(alice);
    const change = (index: number) => ({
      action: "password",
      current_password: `guess ${index}`,
      new_password: "another password of mine",
    });
    const statuses = await guess(browser, "/account/password", "/account/password", change);
    expect(checks).toBe(LIMIT);
    expect(count(statuses, 429)).toBe(GUESSES - LIMIT);
    await guess(openBrowser(server), "/login", "/login", signInWith);
    expect(checks).toBe(LIMIT);
  },
);

test(
  proves("a client's secret is no way around: no door but sign-in takes a person's password", "threat 33"),
  async () => {
    for (const form of [
      { grant_type: "password", username: "alice", password: PASSWORD },
      { grant_type: "password", username: "alice", password: PASSWORD, client_id: "spa" },
      { grant_type: "client_credentials", client_id: "alice", client_secret: PASSWORD },
    ]) {
      expect([400, 401]).toContain((await server.post("/auth/token", form)).status);
    }
    expect(checks).toBe(0);
  },
);
