/** A browser that has signed in to an account before: strangers do not lock its person out, nor does its cookie let a thief in. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { createPasswords } from "../../src/accounts/passwords.ts";
import { addPersonWithPassword, type Browser, openBrowser, PASSWORD } from "../support/pages.ts";
import { proves } from "../support/proves.ts";
import { enrol } from "../support/second-factor.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer();
  await addPersonWithPassword(server, "ada");
});
afterEach(() => server.close());

/** A browser in which ada signed in, and signed out again. */
async function knownBrowser(): Promise<Browser> {
  const browser = openBrowser(server, "198.51.100.1");
  expect((await browser.signIn("ada")).status).toBe(303);
  browser.cookie = "";
  return browser;
}

/** Attempts from addresses in networks of their own, until the account is locked. */
async function lock(): Promise<void> {
  for (let count = 0; count < 10; count += 1) {
    expect((await openBrowser(server, `203.0.${count}.1`).signIn("ada", "a guess")).status).toBe(422);
  }
  expect((await openBrowser(server, "192.0.2.1").signIn("ada")).status).toBe(429);
}

const signIn = async (browser: Browser, password = PASSWORD): Promise<number> => {
  browser.cookie = "";
  return (await browser.signIn("ada", password)).status;
};

describe("a browser in which a person has signed in before", () => {
  test(proves("signs them in although strangers have locked the account", "threat 60"), async () => {
    const browser = await knownBrowser();
    await lock();
    expect(await signIn(browser)).toBe(303);
    // That gives the strangers no new guesses.
    expect((await openBrowser(server, "192.0.2.1").signIn("ada")).status).toBe(429);
  });

  test(proves("gives the thief of its cookie ten guesses a day", "threat 60", "threat 33"), async () => {
    const { known } = await knownBrowser();
    await lock();
    const thief = openBrowser(server, "192.0.2.9");
    const guess = () => {
      thief.known = known;
      return signIn(thief, "a guess");
    };
    for (let count = 0; count < 10; count += 1) expect(await guess()).toBe(422);
    expect(await guess()).toBe(429);
    server.clock.advance(3600);
    // The lock is over, and the guesses of the cookie are still used up: this one counts as a stranger's.
    await lock();
    expect(await guess()).toBe(429);
  });

  test(proves("is known to no other account, and not after its time", "threat 60"), async () => {
    const browser = await knownBrowser();
    await addPersonWithPassword(server, "eve");
    const { known } = browser;
    for (let count = 0; count < 10; count += 1) {
      await openBrowser(server, `203.0.${count}.1`).signIn("eve", "a guess");
    }
    expect((await browser.signIn("eve")).status).toBe(429);
    server.clock.advance(90 * 86_400 + 1);
    await lock();
    browser.known = known;
    expect(await signIn(browser)).toBe(429);
  });

  test(proves("is not known any more when the password has changed", "threat 60"), async () => {
    const browser = await knownBrowser();
    const account = await server.context.store.findAccountByUsername("ada");
    const { known } = browser;
    const hash = await server.context.passwords.hash(PASSWORD);
    await server.context.store.setPassword(account?.subject ?? ("" as never), hash);
    await lock();
    browser.known = known;
    expect(await signIn(browser)).toBe(429);
  });

  test(
    proves("is not known any more when an app was set up elsewhere", "threat 33", "threat 83"),
    async () => {
      const browser = await knownBrowser();
      const { known } = browser;
      const owner = openBrowser(server);
      await owner.signIn("ada");
      await enrol(server, owner);
      await lock();
      browser.known = known;
      expect(await signIn(browser)).toBe(429);
      // The browser of the set-up is: it asks for the code.
      expect(await signIn(owner)).toBe(200);
    },
  );

  test(proves("cannot be made up", "threat 60"), async () => {
    const browser = await knownBrowser();
    await lock();
    const [name, value = ""] = browser.known.split("=");
    const [id, expiry, mac = ""] = value.split(".");
    for (const forged of [
      [id, String(Number(expiry) + 1), mac],
      ["A".repeat(16), expiry, mac],
      [id, expiry, "A".repeat(43)],
      [id, expiry],
    ]) {
      browser.known = `${name}=${forged.join(".")}`;
      expect(await signIn(browser)).toBe(429);
    }
  });

  test("has a cookie that scripts and other sites do not get, and that shows no account", async () => {
    const browser = openBrowser(server);
    const response = await browser.signIn("ada");
    const [, cookie = ""] = response.headers.getSetCookie();
    expect(cookie).toMatch(
      /^__Host-tessera-known=[\w-]{16}\.\d+\.[\w-]{43}; Max-Age=7776000; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
    const account = await server.context.store.findAccountByUsername("ada");
    expect(cookie).not.toContain(account?.subject ?? "");
    // No page sets it before a sign-in.
    const visitor = openBrowser(server);
    await visitor.get("/login");
    await visitor.signIn("ada", "a guess");
    expect(visitor.known).toBe("");
  });

  test("lifetimes.known_browser_seconds: with 0 no browser is known", async () => {
    const other = await startTestServer({ lifetimes: { known_browser_seconds: 0 } });
    await addPersonWithPassword(other, "ada");
    const browser = openBrowser(other);
    expect((await browser.signIn("ada")).headers.getSetCookie()).toHaveLength(1);
    await other.close();
  });

  test("limits.sign_in_failures_per_browser: further attempts count as those of strangers", async () => {
    await server.close();
    server = await startTestServer({ limits: { sign_in_failures_per_browser: 1 } });
    await addPersonWithPassword(server, "ada");
    const browser = await knownBrowser();
    await lock();
    expect(await signIn(browser, "a slip")).toBe(422);
    expect(await signIn(browser)).toBe(429);
  });
});

test(proves("a queue full of strangers keeps no known browser out", "threat 60"), async () => {
  const passwords = createPasswords({ checksAtOnce: 1, checksWaiting: 8, maximumBytes: 100 });
  const hash = await passwords.hash("a password");
  const order: string[] = [];
  const check = (source: string, isKnown: boolean) =>
    passwords.verify("a password", hash, { source, isKnown }).then(
      () => order.push(isKnown ? "known" : "stranger"),
      () => order.push("refused"),
    );
  // Each stranger has a network, so none has more places than another.
  const strangers = Array.from({ length: 20 }, (_, index) => check(`network ${index}`, false));
  const known = Array.from({ length: 3 }, (_, index) => check(`browser ${index}`, true));
  await Promise.all([...strangers, ...known]);
  expect(order.filter((outcome) => outcome === "refused")).toHaveLength(11);
  const checked = order.filter((outcome) => outcome !== "refused");
  // They take turns.
  expect(checked.slice(0, 7).filter((outcome) => outcome === "known")).toHaveLength(3);
  expect(checked.filter((outcome) => outcome === "stranger")).toHaveLength(9);
});

describe("fifty right sign-ins at once", () => {
  const fiftyFrom = async (browserOf: () => Browser) => {
    const statuses = await Promise.all(
      Array.from({ length: 50 }, async () => (await browserOf().signIn("ada")).status),
    );
    return statuses.filter((status) => status === 303).length;
  };

  test(proves("from one address are all let in", "threat 60"), async () => {
    expect(await fiftyFrom(() => openBrowser(server))).toBe(50);
  });

  test(proves("from a known browser are all let in", "threat 60"), async () => {
    const { known } = await knownBrowser();
    await lock();
    const served = await fiftyFrom(() => {
      const browser = openBrowser(server);
      browser.known = known;
      return browser;
    });
    expect(served).toBe(50);
  });
});
