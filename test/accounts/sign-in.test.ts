import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { PasswordPoolBusy } from "../../src/accounts/passwords.ts";
import { forgetFailures } from "../../src/operations/attempts.ts";
import { changePassword } from "../../src/operations/change-password.ts";
import { startSession } from "../../src/operations/sessions.ts";
import { checkPassword, type PasswordAttempt, type PasswordCheck } from "../../src/operations/sign-in.ts";
import { type Origin, SERVER_ACT } from "../../src/rules/events.ts";
import { STEPS } from "../../src/rules/sign-in.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import { addPersonWithPassword, PASSWORD } from "../support/pages.ts";
import { proves } from "../support/proves.ts";
import { startTestServer, type TestServer } from "../support/server.ts";
import { toldApartByTime } from "../support/timing.ts";

const from = (address: string): Origin => ({ address, requestId: "test" });
const ORIGIN = from("203.0.113.7");
let server: TestServer;
beforeEach(async () => {
  server = await startTestServer();
  await addPersonWithPassword(server, "alice");
});
afterEach(() => server.close());

const attempt = (changes: Partial<PasswordAttempt> = {}) =>
  checkPassword(server.context, { username: "alice", password: PASSWORD, origin: ORIGIN, ...changes });
const signIn = (account: AccountRecord) =>
  startSession(server.context, SERVER_ACT, { account, steps: [STEPS.password] }, null);
/** As the pages do after the last step. */
const completed = async (check: PasswordCheck) => {
  if (check.outcome !== "verified") throw new Error(check.outcome);
  forgetFailures(server.context, check.account);
};
const wrong = (changes: Partial<PasswordAttempt> = {}) => attempt({ password: "wrong", ...changes });

test("without every step there is no session", async () => {
  const check = await attempt();
  if (check.outcome !== "verified") throw new Error(check.outcome);
  const { account } = check;
  expect(await startSession(server.context, SERVER_ACT, { account, steps: [] }, null)).toBeNull();
  const started = await startSession(server.context, SERVER_ACT, check, null);
  expect(started?.session).toMatchObject({ authenticationMethods: ["pwd"], authenticationLevel: "1" });
});

describe("checking a password", () => {
  test("the right one is verified, in any case of the name, with spaces around it, in full-width letters", async () => {
    for (const username of ["alice", "ALICE", "  alice ", "ａｌｉｃｅ"]) {
      expect((await attempt({ username })).outcome).toBe("verified");
    }
  });

  test("a wrong one, an unknown name and a disabled person are refused in the same way", async () => {
    const disabled = await addPersonWithPassword(server, "dora");
    await server.context.store.disableAccount(disabled.subject, server.clock.seconds());
    await server.addPerson("nopassword");
    for (const changes of [
      { password: "wrong" },
      { username: "nobody" },
      { username: "dora" },
      { username: "nopassword" },
      { username: "" },
      { password: "" },
      { password: "x".repeat(5000) },
    ]) {
      expect(await attempt(changes)).toEqual({ outcome: "refused" });
    }
  });

  test("a composed and a decomposed password are the same", async () => {
    const passwordHash = await server.context.passwords.hash("caf\u00e9 caf\u00e9");
    await server.addPerson("bob", { passwordHash });
    expect((await attempt({ username: "bob", password: "cafe\u0301 cafe\u0301" })).outcome).toBe("verified");
  });
});

describe("signing in with an e-mail address", () => {
  const ADDRESS = "Alice@Mail.example";
  beforeEach(async () => {
    const alice = await server.context.store.findAccountByUsername("alice");
    if (alice === null) throw new Error("There is no alice.");
    await server.context.store.changeAccount(alice.subject, { email: ADDRESS });
  });
  const events = () =>
    server.logged.map((line) => JSON.parse(line).event).filter((event) => event?.startsWith("sign_in"));

  test("works in any case, and with the full-width letters of another keyboard", async () => {
    for (const username of [ADDRESS, "alice@mail.EXAMPLE ", "ａｌｉｃｅ＠mail.example"]) {
      expect(await attempt({ username })).toMatchObject({
        outcome: "verified",
        account: { username: "alice" },
      });
    }
    expect(await wrong({ username: ADDRESS })).toEqual({ outcome: "refused" });
  });

  test("stays with its person: no user name and no address of another may be the same", async () => {
    for (const username of ["ALICE@mail.example", "alice＠mail.example"]) {
      await expect(server.addPerson(username)).rejects.toThrow("is taken");
    }
    await expect(server.addPerson("bob", { email: "alice@mail.example" })).rejects.toThrow("is taken");
    const bob = await addPersonWithPassword(server, "bob@mail.example");
    const alice = await server.context.store.findAccountByUsername("alice");
    const change = server.context.store.changeAccount(alice?.subject ?? bob.subject, {
      email: "BOB@mail.example",
    });
    expect(await change).toBe("email_taken");
    expect(await attempt({ username: "bob@mail.example" })).toMatchObject({
      account: { subject: bob.subject },
    });
    expect(await attempt({ username: ADDRESS })).toMatchObject({ account: { subject: alice?.subject } });
  });

  test("does not work with an address that the person has no more", async () => {
    const alice = await server.context.store.findAccountByUsername("alice");
    if (alice === null) throw new Error("There is no alice.");
    await server.context.store.changeAccount(alice.subject, { email: null });
    expect((await attempt({ username: ADDRESS })).outcome).toBe("refused");
    expect((await attempt()).outcome).toBe("verified");
  });

  test(
    proves("is no second set of guesses, and does not tell that two names are one person's", "threat 33"),
    async () => {
      for (let count = 0; count < 10; count += 1) await wrong();
      server.logged.length = 0;
      // As with an unknown address; the right password is not compared either.
      for (let count = 0; count < 10; count += 1) {
        expect(await attempt({ username: ADDRESS })).toEqual({ outcome: "refused" });
        expect(await attempt({ username: "nobody@mail.example", origin: from("192.0.2.9") })).toEqual({
          outcome: "refused",
        });
      }
      expect((await attempt({ username: ADDRESS })).outcome).toBe("limited");
      // The log says why.
      expect(events().slice(0, 2)).toEqual(["sign_in.limited", "sign_in.refused"]);
      server.clock.advance(2 * 900);
      expect((await attempt({ username: ADDRESS })).outcome).toBe("verified");
    },
  );

  test("forgives what was counted for the user name too, once the sign-in is complete", async () => {
    for (let count = 0; count < 9; count += 1) await wrong();
    await completed(await attempt({ username: ADDRESS }));
    for (let count = 0; count < 9; count += 1) expect((await wrong()).outcome).toBe("refused");
    expect((await attempt()).outcome).toBe("verified");
  });
});

describe("a person whom the operator unlocks", () => {
  const unlock = async () => {
    const alice = await server.context.store.findAccountByUsername("alice");
    if (alice === null) throw new Error("There is no alice.");
    await server.context.store.unlockAccount(alice.subject, server.clock.seconds());
  };
  const lock = async () => {
    for (let count = 0; count < 10; count += 1) await wrong({ origin: from(`198.51.100.${count}`) });
    expect((await attempt()).outcome).toBe("limited");
  };

  test("may try as often again at once, and no more often", async () => {
    server.clock.freeze();
    await lock();
    await unlock();
    for (let count = 0; count < 10; count += 1) expect((await wrong()).outcome).toBe("refused");
    expect((await attempt()).outcome).toBe("limited");
    server.clock.advance(60);
    await unlock();
    expect((await attempt()).outcome).toBe("verified");
  });

  test("is limited again like everyone, long after that", async () => {
    await unlock();
    server.clock.advance(2 * 900);
    await lock();
    server.clock.advance(2 * 900);
    expect((await attempt()).outcome).toBe("verified");
  });
});

/** Password checks whose results wait until the test releases them, so that an operator's act comes first. */
function slowPasswords() {
  const checked = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  const { context } = server;
  const passwords = {
    ...context.passwords,
    async verify(password: string, hash: string | null) {
      const matches = await context.passwords.verify(password, hash);
      checked.resolve();
      await go.promise;
      return matches;
    },
  };
  return { context: { ...context, passwords }, checked: checked.promise, go: () => go.resolve() };
}

describe("a password that an operator sets while the old one is being checked", () => {
  const alice = async () => {
    const account = await server.context.store.findAccountByUsername("alice");
    if (account === null) throw new Error("There is no alice.");
    return account;
  };

  test("shuts out the sign-in that is under way", async () => {
    const { context, checked, go } = slowPasswords();
    const checking = checkPassword(context, { username: "alice", password: PASSWORD, origin: ORIGIN });
    await checked;
    await server.context.store.setPassword((await alice()).subject, "the operator's");
    go();
    const check = await checking;
    if (check.outcome !== "verified") throw new Error(check.outcome);
    expect(await signIn(check.account)).toBeNull();
  });

  test("is not replaced by the change that is under way", async () => {
    const account = await alice();
    const { context, checked, go } = slowPasswords();
    const changing = changePassword(context, {
      account,
      current: PASSWORD,
      replacement: "what a thief would like",
      origin: ORIGIN,
    });
    await checked;
    const hash = await server.context.passwords.hash("the operator's");
    await server.context.store.setPassword(account.subject, hash);
    go();
    expect(await changing).toEqual({ outcome: "current_wrong" });
    expect((await alice()).passwordHash).toBe(hash);
  });

  test("is all that stands in the way: the account that a change hands back signs in", async () => {
    const change = await changePassword(server.context, {
      account: await alice(),
      current: PASSWORD,
      replacement: "a new password of mine",
      origin: ORIGIN,
    });
    if (change.outcome !== "changed") throw new Error(change.outcome);
    expect(await signIn(change.account)).not.toBeNull();
  });
});

describe("33: attempts", () => {
  test(proves("a hundred parallel guesses from many addresses count a hundred", "threat 33"), async () => {
    const guesses = Array.from({ length: 100 }, (_, index) => wrong({ origin: from(`198.51.100.${index}`) }));
    const outcomes = (await Promise.all(guesses)).map(({ outcome }) => outcome);
    expect(outcomes.filter((outcome) => outcome === "refused")).toHaveLength(10);
    expect(outcomes.filter((outcome) => outcome === "limited")).toHaveLength(90);
  });

  test(
    proves("a hundred parallel guesses at many names from one address count a hundred", "threat 33"),
    async () => {
      const guesses = Array.from({ length: 100 }, (_, index) => wrong({ username: `person${index}` }));
      const outcomes = (await Promise.all(guesses)).map(({ outcome }) => outcome);
      expect(outcomes.filter((outcome) => outcome === "refused")).toHaveLength(50);
    },
  );

  test(
    proves(
      "after the limit, even the right password is not checked; after the window, it is",
      "RFC 6749 10.10-1",
      "RFC 6749 10.10-4",
    ),
    async () => {
      for (let count = 0; count < 10; count += 1) await wrong();
      const check = await attempt({ origin: from("198.51.100.1") });
      expect(check.outcome).toBe("limited");
      server.clock.advance(2 * 900);
      expect((await attempt()).outcome).toBe("verified");
    },
  );

  test("names are limited whether or not they exist, without regard to case", async () => {
    for (let count = 0; count < 10; count += 1) {
      expect((await wrong({ username: count % 2 ? "Nobody" : "nobody " })).outcome).toBe("refused");
    }
    expect((await wrong({ username: "NOBODY" })).outcome).toBe("limited");
  });

  test("success forgives what was counted for the name, and does not count for the address", async () => {
    for (let count = 0; count < 9; count += 1) await wrong();
    await completed(await attempt());
    for (let count = 0; count < 9; count += 1) expect((await wrong()).outcome).toBe("refused");
    for (let count = 0; count < 60; count += 1) {
      expect((await attempt({ origin: from("192.0.2.1") })).outcome).toBe("verified");
    }
  });

  test(
    proves("the right password alone forgets no failure: another step may be missing", "threat 33"),
    async () => {
      for (let count = 0; count < 9; count += 1) await wrong();
      expect((await attempt()).outcome).toBe("verified");
      expect((await wrong()).outcome).toBe("refused");
      expect((await wrong()).outcome).toBe("limited");
    },
  );

  test("an attempt that could not be checked counts for its address, and not against the person", async () => {
    const { context } = server;
    const passwords = {
      ...context.passwords,
      verify: () => Promise.reject(new PasswordPoolBusy()),
    };
    for (let count = 0; count < 50; count += 1) {
      const check = checkPassword(
        { ...context, passwords },
        { username: "alice", password: "x", origin: ORIGIN },
      );
      expect(check).rejects.toThrow(PasswordPoolBusy);
      await check.catch(() => null);
    }
    expect((await attempt({ origin: ORIGIN })).outcome).toBe("limited");
    expect((await attempt({ origin: from("198.51.100.77") })).outcome).toBe("verified");
  });

  test(
    proves("guesses at the old password when changing it count with those at sign-in", "threat 33"),
    async () => {
      const account = await addPersonWithPassword(server, "carol");
      for (let count = 0; count < 10; count += 1) {
        const change = await changePassword(server.context, {
          account,
          current: "wrong",
          replacement: "another password",
          origin: from("198.51.100.9"),
        });
        expect(change.outcome).toBe("current_wrong");
      }
      expect((await attempt({ username: "carol" })).outcome).toBe("limited");
    },
  );
});

test(proves("34: an unknown name takes as long as a wrong password", "threat 34"), async () => {
  const attemptAs = (username: string) => async () => {
    server.clock.advance(1800);
    await wrong({ username });
  };
  // In turns, so that a busy machine affects both. A check takes tens of milliseconds, a look-up less than one.
  const kinds = { known: attemptAs("alice"), unknown: attemptAs("nobody") };
  expect(await toldApartByTime(kinds, { rounds: 9, bound: 3 })).toEqual({});
});

test("passwords are hashed with argon2id, 19 MiB and two passes, each with a salt of its own", async () => {
  const { passwords } = server.context;
  const [one, other] = await Promise.all([passwords.hash(PASSWORD), passwords.hash(PASSWORD)]);
  expect(one).toStartWith("$argon2id$v=19$m=19456,t=2,p=1$");
  expect(other).not.toBe(one);
});
