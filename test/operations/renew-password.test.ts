/** A hash of another server, or with earlier parameters, is renewed when its person signs in; nothing else changes for them. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { PasswordPoolBusy } from "../../src/accounts/passwords.ts";
import { changePassword } from "../../src/operations/change-password.ts";
import { startSession } from "../../src/operations/sessions.ts";
import { checkPassword } from "../../src/operations/sign-in.ts";
import { type Origin, SERVER_ACT } from "../../src/rules/events.ts";
import { type EngineServer, onBothEngines } from "../adversary/engines.ts";
import { openBrowser, PASSWORD } from "../support/pages.ts";

const ORIGIN: Origin = { address: "203.0.113.7", requestId: "test" };
const OWN = "$argon2id$v=19$m=19456,t=2,p=1$";

const bcrypt = (password = PASSWORD) => Bun.password.hash(password, { algorithm: "bcrypt", cost: 4 });

onBothEngines((start) => {
  let server: EngineServer;
  beforeEach(async () => {
    server = await start();
    await server.addPerson("alice", { passwordHash: await bcrypt() });
  });
  afterEach(() => server.close());

  const alice = async () => {
    const account = await server.context.store.findAccountByUsername("alice");
    if (account === null) throw new Error("There is no alice.");
    return account;
  };
  const renewals = () => server.logged.filter((line) => line.includes('"password.renewed"'));
  type Context = EngineServer["context"];
  const check = (context: Context = server.context, password = PASSWORD) =>
    checkPassword(context, { username: "alice", password, origin: ORIGIN });
  const starts = async (checked: Awaited<ReturnType<typeof check>>) =>
    checked.outcome === "verified" &&
    (await startSession(server.context, SERVER_ACT, checked, null)) !== null;

  test("a hash of another server is renewed by the sign-in, once", async () => {
    const browser = openBrowser(server);
    expect((await browser.signIn("alice")).status).toBe(303);
    expect((await browser.get("/account")).status).toBe(200);
    const { passwordHash } = await alice();
    expect(passwordHash).toStartWith(OWN);
    expect(renewals()).toHaveLength(1);
    expect(JSON.parse(renewals()[0] ?? "{}")).toMatchObject({
      level: "info",
      subject: (await alice()).subject,
    });

    expect((await openBrowser(server).signIn("alice")).status).toBe(303);
    expect((await alice()).passwordHash).toBe(passwordHash);
    expect(renewals()).toHaveLength(1);
    expect((await openBrowser(server).signIn("alice", "another")).status).toBe(422);
  });

  test("a hash of this server with other parameters is renewed too", async () => {
    const hash = await Bun.password.hash(PASSWORD, { algorithm: "argon2id", memoryCost: 8192, timeCost: 1 });
    await server.addPerson("bob", { passwordHash: hash });
    expect((await openBrowser(server).signIn("bob")).status).toBe(303);
    expect((await server.context.store.findAccountByUsername("bob"))?.passwordHash).toStartWith(OWN);
  });

  test("a wrong password renews nothing, nor does a person who is disabled", async () => {
    const { passwordHash, subject } = await alice();
    expect((await check(server.context, "a wrong password")).outcome).toBe("refused");
    await server.context.store.disableAccount(subject, server.clock.seconds());
    expect((await check()).outcome).toBe("refused");
    expect((await alice()).passwordHash).toBe(passwordHash);
  });

  test("sessions that the person has go on", async () => {
    const earlier = await server.signIn(await alice());
    expect((await openBrowser(server).signIn("alice")).status).toBe(303);
    expect(renewals()).toHaveLength(1);
    expect((await server.fetch("/account", { headers: { Cookie: earlier } })).status).toBe(200);
  });

  /** `act` comes after the old hash has matched, and before the renewal. */
  const interrupted = (act: () => Promise<unknown>): Context => {
    const { passwords } = server.context;
    const hash = async (password: string) => {
      await act();
      return passwords.hash(password);
    };
    return { ...server.context, passwords: { ...passwords, hash } };
  };

  test("of two sign-ins at once one renews the hash, and both go on", async () => {
    const checks = await Promise.all([check(), check(), check()]);
    for (const checked of checks) expect(await starts(checked)).toBe(true);
    expect(renewals()).toHaveLength(1);
  });

  test("a sign-in goes on that finds the hash renewed by another", async () => {
    const checked = await check(interrupted(() => check()));
    expect(await starts(checked)).toBe(true);
    expect(renewals()).toHaveLength(1);
  });

  test("a password that is set meanwhile stays, and shuts out the sign-in that is under way", async () => {
    const another = await server.context.passwords.hash("the operator's password");
    const { subject } = await alice();
    const context = interrupted(() => server.context.store.setPassword(subject, another));
    expect((await check(context)).outcome).toBe("refused");
    expect((await alice()).passwordHash).toBe(another);
    expect(renewals()).toEqual([]);
  });

  test("a person who is disabled or removed meanwhile is refused", async () => {
    const { subject } = await alice();
    const disable = () => server.context.store.disableAccount(subject, server.clock.seconds());
    expect((await check(interrupted(disable))).outcome).toBe("refused");
  });

  test("a pool that is busy renews nothing, and the sign-in goes on", async () => {
    const { passwordHash } = await alice();
    const busy = interrupted(() => Promise.reject(new PasswordPoolBusy()));
    expect(await starts(await check(busy))).toBe(true);
    expect((await alice()).passwordHash).toBe(passwordHash);
  });

  test("a person with a hash of another server changes the password as others do", async () => {
    const change = await changePassword(server.context, {
      account: await alice(),
      current: PASSWORD,
      replacement: "a new password of mine",
      origin: ORIGIN,
    });
    expect(change.outcome).toBe("changed");
    expect((await check(server.context, "a new password of mine")).outcome).toBe("verified");
    expect((await check()).outcome).toBe("refused");
  });
});

describe("a hash that says nothing of the end of a long password", () => {
  onBothEngines((start) => {
    test("lets the person in and is not renewed, because the end may be mistyped", async () => {
      const server = await start();
      try {
        const long = "x".repeat(80);
        const hash = await bcrypt(long.slice(0, 72));
        await server.addPerson("alice", { passwordHash: hash });
        expect((await openBrowser(server).signIn("alice", long)).status).toBe(303);
        expect((await server.context.store.findAccountByUsername("alice"))?.passwordHash).toBe(hash);
        expect((await openBrowser(server).signIn("alice", `${long.slice(0, 71)}y`)).status).toBe(422);
      } finally {
        await server.close();
      }
    });
  });
});
