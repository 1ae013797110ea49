/** Threat class 33: any number of simultaneous guesses, on any page, stays within the limit. */

import { afterEach, beforeEach, expect, test } from "bun:test";
import { makeResetLink } from "../../src/operations/links.ts";
import { findAccount } from "../../src/operations/people.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import { below, OPERATOR } from "../support/links.ts";

import { type Browser, openBrowser, PASSWORD } from "../support/pages.ts";
import { proves } from "../support/proves.ts";
import { addAppBehind, answerStep, appCode, formOn } from "../support/second-factor.ts";
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
  proves(
    "a hundred codes at once are ten guesses, and share them with the password",
    "threat 33",
    "threat 83",
  ),
  async () => {
    const secret = await addAppBehind(server, alice.subject);
    const browser = openBrowser(server);
    const step = await browser.signIn("alice");
    const { fields } = await formOn(await step.text(), "/login");
    const guesses = await Promise.all(
      Array.from({ length: GUESSES }, (_, index) =>
        server.fetch("/login", {
          method: "POST",
          body: new URLSearchParams({ ...fields, code: String(index).padStart(6, "0") }).toString(),
          headers: {
            Cookie: browser.cookie,
            "Sec-Fetch-Site": "same-origin",
            "Content-Type": "application/x-www-form-urlencoded",
          },
          address: `198.51.100.${index}`,
        }),
      ),
    );
    const statuses = guesses.map(({ status }) => status);
    expect(count(statuses, 422)).toBe(LIMIT);
    expect(count(statuses, 429)).toBe(GUESSES - LIMIT);
    // Neither the right code nor the right password works now, from wherever it comes.
    const right = await browser.post("/login", { ...fields, code: appCode(server, secret) });
    expect(right.status).toBe(429);
    expect((await openBrowser(server, "192.0.2.9").signIn("alice")).status).not.toBe(303);
  },
);

test(
  proves("a stranger with the password has twenty guesses a day at codes", "threat 33", "threat 83"),
  async () => {
    await addAppBehind(server, alice.subject);
    let guessed = 0;
    for (let round = 0; round < 40; round += 1) {
      // The short window has passed. The right password each time forgets nothing.
      server.clock.advance(1801);
      const browser = openBrowser(server, `192.0.2.${round}`);
      let shown = await browser.signIn("alice");
      for (let tries = 0; tries < 2 && shown.status !== 429; tries += 1) {
        shown = await answerStep(browser, shown, "000000");
        if (shown.status === 422) guessed += 1;
      }
    }
    // 40 rounds last twenty hours.
    expect(guessed).toBe(20);
  },
);

test(
  proves("a link for a new password gives no new guesses at codes", "threat 33", "threat 83"),
  async () => {
    await addAppBehind(server, alice.subject);
    let guessed = 0;
    for (let round = 0; round < 6; round += 1) {
      server.clock.advance(1801);
      const account = await findAccount(server.context, alice.subject);
      if (account === null) throw new Error("There is no such person.");
      const link = await makeResetLink(server.context, OPERATOR, account, false);
      const browser = openBrowser(server, `192.0.2.${round}`);
      const fields = { new_password: `another long passphrase ${round}` };
      let shown = await browser.submit(
        below(server, "address" in link ? (link.address ?? "") : ""),
        fields,
        "/reset-password",
      );
      for (let tries = 0; tries < LIMIT && shown.status !== 429; tries += 1) {
        shown = await answerStep(browser, shown, "000000");
        if (shown.status === 422) guessed += 1;
      }
    }
    expect(guessed).toBe(20);
  },
);

test(
  proves("strangers who guess keep no person out of a browser that they know", "threat 33", "threat 60"),
  async () => {
    const own = openBrowser(server);
    await own.signIn("alice");
    const secret = await addAppBehind(server, alice.subject);
    const stranger = openBrowser(server, "192.0.2.77");
    let shown = await stranger.signIn("alice");
    for (let tries = 0; tries < LIMIT; tries += 1) shown = await answerStep(stranger, shown, "000000");
    const { fields } = await formOn(await shown.text(), "/login");
    const stranded = () => stranger.post("/login", { ...fields, code: appCode(server, secret) });
    expect((await stranded()).status).toBe(429);
    own.cookie = "";
    const done = await answerStep(own, await own.signIn("alice"), appCode(server, secret));
    expect(done.status).toBe(303);
    // The strangers stay where they were.
    server.clock.advance(30);
    expect((await stranded()).status).toBe(429);
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
