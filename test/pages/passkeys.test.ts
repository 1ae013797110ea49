/** Passkeys through the pages, with a device in software that can lie in every way. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { newTotpSecret, sealTotp } from "../../src/accounts/totp.ts";
import { makeSetupLink } from "../../src/cli/first-start.ts";
import { collect } from "../../src/operations/paging.ts";
import {
  listPasskeys,
  passkeyIdText,
  removeEveryPasskey,
  removeEveryPasskeyIf,
} from "../../src/operations/passkeys.ts";
import {
  changeAccount,
  disableAccount,
  enableAccount,
  findAccount,
  hasAdministrator,
} from "../../src/operations/people.ts";
import { everySession } from "../../src/operations/sessions.ts";
import { SERVER_ACT } from "../../src/rules/events.ts";
import { insert, put } from "../../src/store/contract.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import { passkeys, totps } from "../../src/store/tables/sign-in.ts";
import { type EngineServer, onBothEngines, type StartOnEngine } from "../adversary/engines.ts";
import { type Authenticator, createAuthenticator, type Lies } from "../support/authenticator.ts";
import { withOtherEnding } from "../support/changed.ts";
import { addPersonWithPassword, type Browser, openBrowser, PASSWORD, textOf } from "../support/pages.ts";
import { addPasskeyIn, answerAsk, openAsk, readAsk, signInWith } from "../support/passkeys.ts";
import { proves } from "../support/proves.ts";
import { ISSUER, startTestServer, type TestServer } from "../support/server.ts";

const UNKNOWN = "This passkey is not known here: it was removed, or belongs to another server.";
const STALE = "This page was open for too long, or was answered before. Use your passkey again.";

onBothEngines((start) => passkeySuite(start));

function passkeySuite(start: StartOnEngine): void {
  let server: EngineServer;
  let alice: AccountRecord;
  let browser: Browser;
  let device: Authenticator;
  beforeEach(async () => {
    server = await start();
    alice = await addPersonWithPassword(server, "alice");
    browser = openBrowser(server);
    device = createAuthenticator(ISSUER);
    await browser.signIn("alice");
    const added = await add(device);
    expect(added.headers.get("location")).toStartWith("/account/passkeys?notice=");
  });
  afterEach(() => server.close());

  /** A second after the one before, so that they have an order. */
  const add = (to: Authenticator, lies?: Lies) => {
    server.clock.advance(1);
    return addPasskeyIn(browser, to, lies);
  };
  const stored = (account = alice) => listPasskeys(server.context, account.subject);
  const allSessions = () => collect(everySession(server.context, alice, server.clock.seconds(), 0));
  const newestSession = async () => (await allSessions()).at(-1);
  const administers = (administrator: boolean) =>
    changeAccount(server.context, SERVER_ACT, alice.subject, { administrator }, server.clock.seconds());
  /** A fault of the disk, or a hand in the database. */
  const spoil = async (id: string) => {
    const row = (await stored()).find((passkey) => passkeyIdText(passkey) === id);
    if (row === undefined) throw new Error("There is no such passkey.");
    const publicKey = row.publicKey.slice(0, -7);
    await server.context.store.commit({ changes: [put(passkeys, { ...row, publicKey })] });
  };
  const refusals = () =>
    server.logged.map((line) => JSON.parse(line)).filter(({ event }) => event === "passkey.refused");

  async function expectRefused(response: Response, words: string, reason: string): Promise<void> {
    expect(response.status).toBe(422);
    expect(await textOf(response)).toContain(words);
    expect(refusals().at(-1)).toMatchObject({ level: "warn", reason });
  }

  describe("signing in", () => {
    test("works without a name and a password, and counts as two factors if the device asked for its person", async () => {
      const other = openBrowser(server);
      const before = server.clock.seconds();
      const response = await signInWith(other, device, {}, "/login?return_to=%2Fdevice");
      expect(response.headers.get("location")).toBe("/device");
      expect((await other.get("/account")).status).toBe(200);
      const session = await newestSession();
      expect(session).toMatchObject({
        authenticationLevel: "2",
        authenticationMethods: ["pop", "user", "mfa"],
      });
      expect((await stored())[0]?.usedAt).toBeWithin(before, server.clock.seconds() + 1);
    });

    test("with a device that did not ask is one factor", async () => {
      await signInWith(openBrowser(server), device, { isPersonVerified: false });
      const session = await newestSession();
      expect(session).toMatchObject({ authenticationLevel: "1", authenticationMethods: ["pop", "user"] });
    });

    test.each(["EdDSA", "RS256"] as const)("works with keys for %s", async (algorithm) => {
      const other = createAuthenticator(ISSUER);
      await add(other, { algorithm });
      expect((await signInWith(openBrowser(server), other)).status).toBe(303);
    });

    test("names the keys of a user name, so that keys that list none work", async () => {
      const other = openBrowser(server);
      const { form } = await openAsk(other, "/login");
      const named = await readAsk(await other.post(form.action, { ...form.fields, username: "ALICE" }));
      expect(named.ask.options.allowCredentials?.map(({ id }) => id)).toEqual(device.ids());
      const response = await answerAsk(other, named, device.get(named.ask, { userHandle: null }));
      expect(response.status).toBe(303);
    });
  });

  describe("an answer is refused", () => {
    test(proves("whose challenge was answered before", "threat 82"), async () => {
      const other = openBrowser(server);
      const open = await openAsk(other, "/login");
      const { cookie } = other;
      const answer = device.get(open.ask);
      expect((await answerAsk(other, open, answer)).status).toBe(303);
      other.cookie = cookie;
      await expectRefused(await answerAsk(other, open, device.get(open.ask)), STALE, "used");
      // The same answer in another browser is no better.
      const elsewhere = openBrowser(server);
      const own = await openAsk(elsewhere, "/login");
      await expectRefused(await answerAsk(elsewhere, own, answer), STALE, "challenge");
    });

    test(proves("all but once, if it comes many times at once", "threat 82"), async () => {
      const other = openBrowser(server);
      const open = await openAsk(other, "/login");
      const { cookie } = other;
      const answers = Array.from({ length: 8 }, async () => {
        const copy = openBrowser(server);
        copy.cookie = cookie;
        return (await answerAsk(copy, open, device.get(open.ask))).status;
      });
      expect((await Promise.all(answers)).filter((status) => status === 303)).toHaveLength(1);
    });

    test(
      proves("twice, unless the same browser sends the same form: it gets the same session", "threat 82"),
      async () => {
        const other = openBrowser(server);
        const open = await openAsk(other, "/login");
        const { cookie } = other;
        const answer = device.get(open.ask);
        const send = async () => {
          const tab = openBrowser(server);
          tab.cookie = cookie;
          const { status } = await answerAsk(tab, open, answer);
          return { status, cookie: tab.cookie };
        };
        const before = await allSessions();
        const [first, second] = await Promise.all([send(), send()]);
        expect(first?.status).toBe(303);
        expect(second).toEqual(first);
        expect(await send()).toEqual(first);
        expect(await allSessions()).toHaveLength(before.length + 1);
        other.cookie = first?.cookie ?? "";
        await other.submit("/logout", {});
        other.cookie = cookie;
        await expectRefused(await answerAsk(other, open, answer), STALE, "used");
      },
    );

    test(proves("to a challenge of another browser, of an older page, or made up", "threat 82"), async () => {
      const [one, other] = [openBrowser(server), openBrowser(server)];
      const [open, own] = [await openAsk(one, "/login"), await openAsk(other, "/login")];
      await expectRefused(await answerAsk(other, own, device.get(open.ask)), STALE, "challenge");
      const changed = withOtherEnding(own.ask.challenge);
      for (const challenge of [changed, "", "AAAA", own.ask.challenge.slice(0, -4)])
        await expectRefused(
          await answerAsk(other, own, device.get(own.ask, { challenge })),
          STALE,
          "challenge",
        );
      const answer = device.get(own.ask);
      const { form_seconds } = server.context.configuration.lifetimes;
      server.clock.advance(form_seconds);
      const { form } = await openAsk(other, "/login");
      await expectRefused(await answerAsk(other, { ...own, form }, answer), STALE, "challenge");
    });

    test(proves("to a challenge for a new passkey, and the other way round", "threat 82"), async () => {
      const adding = await openAsk(browser, "/account/passkeys");
      // Both are for this person and in this browser.
      const step = await openAsk(browser, "/login?return_to=%2Faccount&step_up=1");
      const { challenge } = adding.ask;
      await expectRefused(
        await answerAsk(browser, step, device.get(step.ask, { challenge })),
        STALE,
        "challenge",
      );
      const made = createAuthenticator(ISSUER).create({ ...adding.ask, challenge: step.ask.challenge });
      const response = await answerAsk(browser, adding, made);
      expect(await textOf(response)).toContain("No passkey was added: this page was open for too long");
      expect(await stored()).toHaveLength(1);
    });

    const WRONG: readonly [string, Lies, string, string][] = [
      [
        "at another origin",
        { origin: "https://auth.example.evil" },
        "at another address than https://auth.example",
        "origin",
      ],
      ["for another domain", { domain: "evil.example" }, UNKNOWN, "signature"],
      ["for the domain above", { domain: "example" }, UNKNOWN, "signature"],
      ["in a frame of another site", { crossOrigin: true }, UNKNOWN, "signature"],
      ["of another kind", { type: "webauthn.create" }, UNKNOWN, "signature"],
      ["without the person", { isPresent: false }, UNKNOWN, "signature"],
      ["with the key of another passkey", { isForged: true }, UNKNOWN, "signature"],
      ["with a wrong signature", { signature: new Uint8Array(70) }, UNKNOWN, "signature"],
      [
        "for another person",
        { userHandle: Buffer.from("acc_other").toString("base64url") },
        UNKNOWN,
        "user_handle",
      ],
    ];
    test.each(WRONG)(proves("that was given %s", "threat 82"), async (_, lies, words, reason) => {
      await expectRefused(await signInWith(openBrowser(server), device, lies), words, reason);
      expect((await signInWith(openBrowser(server), device)).status).toBe(303);
    });

    test(proves("if its counter does not go up: the passkey may be a copy", "threat 82"), async () => {
      const key = createAuthenticator(ISSUER, true);
      await add(key);
      const signIn = (lies: Lies = {}) => signInWith(openBrowser(server), key, lies);
      expect((await signIn()).status).toBe(303);
      expect((await signIn({ counter: 100 })).status).toBe(303);
      for (const counter of [100, 99, 1, 0])
        await expectRefused(await signIn({ counter }), "it may have been copied", "copied");
      expect((await signIn({ counter: 101 })).status).toBe(303);
      expect((await stored())[1]?.counter).toBe(101);
    });

    test(proves("of a passkey that was removed, of a disabled person, or of none", "threat 82"), async () => {
      await server.context.store.disableAccount(alice.subject, server.clock.seconds());
      const disabled = await signInWith(openBrowser(server), device);
      await expectRefused(disabled.clone(), UNKNOWN, "disabled");
      // Its password manager must not forget it: the person may come back.
      expect((await readAsk(disabled)).ask.forget).toBeNull();
      const stranger = createAuthenticator(ISSUER);
      stranger.create({ ...(await newAsk()), kind: "add" });
      const unknown = await signInWith(openBrowser(server), stranger);
      await expectRefused(unknown.clone(), UNKNOWN, "unknown");
      expect((await readAsk(unknown)).ask.forget).toBe(stranger.ids()[0] ?? "");
    });

    const newAsk = async () => {
      await addPersonWithPassword(server, "mallory");
      const other = openBrowser(server);
      await other.signIn("mallory");
      return (await openAsk(other, "/account/passkeys")).ask;
    };

    test("that is no answer of a passkey", async () => {
      for (const text of [
        "null",
        "{}",
        "x",
        JSON.stringify({ id: "AA", type: "public-key", response: {} }),
      ]) {
        const other = openBrowser(server);
        const response = await answerAsk(other, await openAsk(other, "/login"), text);
        await expectRefused(response, "could not be read", "unreadable");
      }
    });

    test(proves("by the same words, whether the passkey exists or not", "threat 34"), async () => {
      const told = async (id: string, signature: Uint8Array) => {
        const other = openBrowser(server);
        const open = await openAsk(other, "/login");
        const real = JSON.parse(device.get(open.ask, { signature }));
        const response = await answerAsk(other, open, JSON.stringify({ ...real, id }));
        return (await response.text())
          .replace(/value="[0-9a-z]+\.[\w-]{43}"/g, "")
          .replace(/data-challenge="[\w-]+"/, "")
          .replace(id, "…");
      };
      const [id = ""] = device.ids();
      const wrong = new Uint8Array(70);
      expect(await told(id, wrong)).toBe(await told("A".repeat(id.length), wrong));
    });
  });

  describe("on another node", () => {
    test(proves("a challenge counts, and still once", "threat 82"), async () => {
      const { store } = server.context;
      const opened = { store, close: async () => {} };
      const node = await startTestServer({}, { opened, key: server.key, clock: server.clock });
      const other = openBrowser(server);
      const open = await openAsk(other, "/login");
      const there = openBrowser(node);
      const { cookie } = other;
      there.cookie = cookie;
      const answers = [device.get(open.ask), device.get(open.ask)] as const;
      const statuses = (
        await Promise.all([answerAsk(other, open, answers[0]), answerAsk(there, open, answers[1])])
      ).map(({ status }) => status);
      expect(statuses.sort()).toEqual([303, 422]);
      await node.close();
    });
  });

  describe("as a second step", () => {
    const PROMPT = "One more step";

    /** Signs in with the password as far as the second step. */
    async function firstStep(who: Browser) {
      await setUpApp(server, alice);
      const { form } = await openAsk(who, "/login");
      const response = await who.post("/login", {
        form_token: form.fields.form_token ?? "",
        username: "alice",
        password: PASSWORD,
      });
      return readAsk(response);
    }

    test("it takes the place of a code", async () => {
      const other = openBrowser(server);
      const open = await firstStep(other);
      expect(open.ask.options.allowCredentials).toEqual([
        { type: "public-key", id: device.ids()[0] ?? "", transports: ["internal", "hybrid"] },
      ]);
      const response = await answerAsk(other, open, device.get(open.ask, { isPersonVerified: false }));
      expect(response.headers.get("location")).toBe("/account");
      expect(await newestSession()).toMatchObject({
        authenticationLevel: "2",
        authenticationMethods: ["pwd", "pop", "user", "mfa"],
      });
    });

    test(
      proves("its form sent twice gets one answer, and is none in another browser", "threat 82"),
      async () => {
        const other = openBrowser(server);
        const open = await firstStep(other);
        const answer = device.get(open.ask);
        const { cookie } = other;
        const send = async () => {
          const tab = openBrowser(server);
          tab.cookie = cookie;
          const { status } = await answerAsk(tab, open, answer);
          return { status, cookie: tab.cookie };
        };
        const [first, second] = await Promise.all([send(), send()]);
        expect(first?.status).toBe(303);
        expect(second).toEqual(first);
        expect(await send()).toEqual(first);
        const elsewhere = await firstStep(other);
        expect((await answerAsk(other, elsewhere, answer)).status).toBe(422);
      },
    );

    test(proves("it must be the person’s own", "threat 82", "threat 83"), async () => {
      await addPersonWithPassword(server, "mallory");
      const hers = openBrowser(server);
      await hers.signIn("mallory");
      const her = createAuthenticator(ISSUER);
      await addPasskeyIn(hers, her);
      const other = openBrowser(server);
      const open = await firstStep(other);
      const lies = [
        {},
        { userHandle: null },
        { userHandle: Buffer.from(alice.subject).toString("base64url") },
      ];
      for (const lie of lies) {
        const refused = await answerAsk(other, open, her.get(open.ask, lie));
        expect(await textOf(refused.clone())).toContain(PROMPT);
        expect(refused.status).toBe(422);
      }
      expect(refusals().map(({ reason }) => reason)).toContain("another_person");
      expect((await other.get("/account")).status).toBe(303);
    });

    test(
      proves("a challenge of the sign-in page does not count in it, nor the other way round", "threat 82"),
      async () => {
        const other = openBrowser(server);
        const open = await firstStep(other);
        const page = await openAsk(other, "/login");
        const { challenge } = page.ask;
        const refused = await answerAsk(other, open, device.get({ ...open.ask, challenge }));
        expect(await textOf(refused)).toContain(STALE);
        const again = await answerAsk(
          other,
          page,
          device.get({ ...page.ask, challenge: open.ask.challenge }),
        );
        await expectRefused(again, STALE, "challenge");
      },
    );

    test(proves("a key that does not ask for its person is not two proofs", "threat 83"), async () => {
      await setUpApp(server, alice);
      const other = openBrowser(server);
      const first = await signInWith(other, device, { isPersonVerified: false });
      expect(await textOf(first.clone())).toContain(PROMPT);
      const open = await readAsk(first);
      expect(open.ask.options.userVerification).toBe("required");
      const refused = await answerAsk(other, open, device.get(open.ask, { isPersonVerified: false }));
      expect(await textOf(refused.clone())).toContain("The device did not ask for a PIN");
      const asked = await readAsk(refused);
      const response = await answerAsk(other, asked, device.get(asked.ask));
      expect(response.headers.get("location")).toBe("/account");
    });

    test(proves("the first step is used up before it, but for a double click", "threat 82"), async () => {
      await setUpApp(server, alice);
      const other = openBrowser(server);
      const open = await openAsk(other, "/login");
      const [answer, another] = [0, 1].map(() => device.get(open.ask, { isPersonVerified: false }));
      const send = (text = answer ?? "") => answerAsk(other, open, text);
      for (const response of [...(await Promise.all([send(), send()])), await send()]) {
        expect(response.status).toBe(200);
        expect(await textOf(response)).toContain(PROMPT);
      }
      await expectRefused(await send(another), STALE, "used");
      server.clock.advance(61);
      await expectRefused(await send(), STALE, "used");
    });
  });

  describe("names without passkeys", () => {
    let asked = 0;
    const keysOf = async (username: string) => {
      // Each name counts for the address that asks.
      asked += 1;
      const other = openBrowser(server, `198.51.${asked}.1`);
      const { form } = await openAsk(other, "/login");
      const response = await other.post(form.action, { ...form.fields, username });
      const { allowCredentials = [] } = (await readAsk(response)).ask.options;
      return allowCredentials;
    };

    test(proves("are asked for made-up ones, the same each time", "threat 34"), async () => {
      await addPersonWithPassword(server, "bob");
      for (const name of ["bob", "nobody", "nobody@example.org"]) {
        const made = await keysOf(name);
        expect(made.length).toBeGreaterThan(0);
        expect(await keysOf(name.toUpperCase())).toEqual(made);
        expect(await keysOf(`${name}x`)).not.toEqual(made);
      }
      // Real ones have nothing more.
      for (const key of [...(await keysOf("alice")), ...(await keysOf("nobody"))])
        expect(Object.keys(key).sort()).toEqual(["id", "type"]);
    });

    test(proves("do not stand out by having few: no name has more than three", "threat 34"), async () => {
      for (let more = 0; more < 3; more += 1) {
        server.clock.advance(1);
        await add(createAuthenticator(ISSUER));
      }
      const unlisted = createAuthenticator(ISSUER);
      await add(unlisted, { transports: ["usb"], discoverable: false });
      server.clock.advance(1);
      await add(createAuthenticator(ISSUER));
      const keys = await keysOf("alice");
      expect(keys).toHaveLength(3);
      expect(keys[0]?.id).toBe(unlisted.ids()[0]);
    });

    test(
      proves("and others are asked for a limited number of times from an address", "threat 34"),
      async () => {
        const { sign_in_failures_per_address } = server.context.configuration.limits;
        const attacker = openBrowser(server, "198.51.100.9");
        const { form } = await openAsk(attacker, "/login");
        let last = 0;
        for (let count = 0; count <= sign_in_failures_per_address && last !== 429; count += 1)
          last = (await attacker.post(form.action, { ...form.fields, username: `name${count}` })).status;
        expect(last).toBe(429);
      },
    );

    test("get as many, of as many lengths, as people have", async () => {
      const names = Array.from({ length: 60 }, (_, index) => `nobody${index}`);
      const made = await Promise.all(names.map(keysOf));
      expect([...new Set(made.map(({ length }) => length))].sort()).toEqual([1, 2, 3]);
      const lengths = made.flat().map(({ id }) => Buffer.from(id, "base64url").length);
      expect([...new Set(lengths)].sort((one, other) => one - other)).toEqual([16, 20, 32, 48, 64]);
    });
  });

  describe("failed answers count for the address", () => {
    test(proves("and lock no person out", "threat 33"), async () => {
      const { sign_in_failures_per_address } = server.context.configuration.limits;
      const attacker = openBrowser(server, "198.51.100.9");
      let last = 0;
      for (let count = 0; count <= sign_in_failures_per_address && last !== 429; count += 1)
        last = (await signInWith(attacker, device, { signature: new Uint8Array(70) })).status;
      expect(last).toBe(429);
      expect((await signInWith(attacker, device)).status).toBe(429);
      expect((await signInWith(openBrowser(server), device)).status).toBe(303);
      expect((await openBrowser(server).signIn("alice")).status).toBe(303);
    });
  });

  describe("the person's own passkeys", () => {
    const act =
      (fields: Record<string, string>) =>
      async (who = browser) => {
        const { form } = await openAsk(who, "/account/passkeys");
        const { form_token = "" } = form.fields;
        return who.post("/account/passkeys", { form_token, ...fields });
      };
    const idAt = async (index: number) =>
      Buffer.from((await stored())[index]?.credentialId ?? []).toString("base64url");

    test("have the name of their kind, and numbers if it is taken", async () => {
      const bitwarden = "d548826e-79b4-db40-a3d8-11116f7e8349";
      await add(createAuthenticator(ISSUER), { aaguid: bitwarden, backedUp: true });
      await add(createAuthenticator(ISSUER), { aaguid: bitwarden });
      const key = { transports: ["usb", "nfc"], discoverable: false };
      await add(createAuthenticator(ISSUER), key);
      expect((await stored()).map(({ name }) => name)).toEqual(["", "Bitwarden", "Bitwarden 2", ""]);
      const page = await textOf(await browser.get("/account/passkeys"));
      for (const words of [
        "Passkey",
        "Bitwarden 2",
        "Security key",
        "On all devices of your password manager",
      ])
        expect(page).toContain(words);
      expect(page).toContain("Type your user name before you use it");
    });

    test("are renamed, if the name can be read", async () => {
      const id = await idAt(0);
      await act({ action: "rename", id, name: " My  phone " })();
      expect((await stored())[0]?.name).toBe("My  phone");
      for (const name of ["", " ", "a\u202Eb", "x".repeat(61)]) {
        const refused = await act({ action: "rename", id, name })();
        expect(refused.status).toBe(422);
      }
      expect((await stored())[0]?.name).toBe("My  phone");
    });

    test(proves("are not changed by other people", "threat 82"), async () => {
      const id = await idAt(0);
      const bob = await addPersonWithPassword(server, "bob");
      const his = openBrowser(server);
      await his.signIn("bob");
      await addPasskeyIn(his, createAuthenticator(ISSUER));
      await act({ action: "remove", id })(his);
      await act({ action: "rename", id, name: "mine" })(his);
      expect(await stored()).toMatchObject([{ name: "" }]);
      expect(await stored(bob)).toHaveLength(1);
      // A passkey that bob's device makes for alice's handle is bob's, and signs in bob.
      const ask = (await openAsk(his, "/account/passkeys")).ask;
      expect(ask.options.user?.id).toBe(Buffer.from(bob.subject).toString("base64url"));
    });

    test(proves("are registered once, whoever asks", "threat 82"), async () => {
      const open = await openAsk(browser, "/account/passkeys");
      expect(open.ask.options.excludeCredentials?.map(({ id }) => id)).toEqual(device.ids());
      const other = createAuthenticator(ISSUER);
      const made = other.create(open.ask);
      expect((await answerAsk(browser, open, made)).status).toBe(303);
      const again = await answerAsk(browser, open, made);
      expect(await textOf(again)).toContain("or was answered before");
      // The identifier of a passkey that another person has, under a new challenge.
      await addPersonWithPassword(server, "bob");
      const his = openBrowser(server);
      await his.signIn("bob");
      const asked = await openAsk(his, "/account/passkeys");
      const stolen = replaceId(createAuthenticator(ISSUER).create(asked.ask), device.ids()[0] ?? "");
      const refused = await answerAsk(his, asked, stolen);
      expect(refused.status).toBe(422);
      expect(await stored()).toHaveLength(2);
    });

    const WRONG: readonly [string, Lies, string][] = [
      [
        "at another origin",
        { origin: "https://auth.example.evil" },
        "another address than https://auth.example",
      ],
      ["for another domain", { domain: "evil.example" }, "does not fit"],
      ["in a frame of another site", { crossOrigin: true }, "does not fit"],
      ["as an answer", { type: "webauthn.get" }, "does not fit"],
      ["with a key that was not asked for", { algorithm: "ES384" }, "does not fit"],
      ["without the person", { isPresent: false }, "does not fit"],
      ["with a key that is none", { isOffCurve: true }, "does not fit"],
    ];
    test.each(["packed", "tpm", "android-key", "android-safetynet", "fido-u2f", "apple", "made-up"])(
      proves(
        "are added, and no certificate is read, if the device states its kind as %s does",
        "threat 20",
        "threat 82",
      ),
      async (format) => {
        const before = (await stored()).length;
        expect((await add(createAuthenticator(ISSUER), { format })).status).toBe(303);
        expect(await stored()).toHaveLength(before + 1);
      },
    );
    test.each(WRONG)(proves("are not added if made %s", "threat 82"), async (_, lies, words) => {
      const response = await add(createAuthenticator(ISSUER), lies);
      expect(response.status).toBe(422);
      expect(await textOf(response)).toContain(words);
      expect(await stored()).toHaveLength(1);
    });

    test(proves("are added and removed after a recent sign-in only", "threat 82"), async () => {
      const open = await openAsk(browser, "/account/passkeys");
      const id = await idAt(0);
      const { form_token = "" } = open.form.fields;
      server.clock.advance(server.context.configuration.lifetimes.recent_sign_in_seconds + 1);
      const again = "/login?return_to=%2Faccount%2Fpasskeys";
      const added = await answerAsk(browser, open, createAuthenticator(ISSUER).create(open.ask));
      expect(added.headers.get("location")).toBe(again);
      for (const action of ["remove", "remove_password"]) {
        const response = await browser.post("/account/passkeys", { form_token, action, id });
        expect(response.headers.get("location")).toBe(again);
      }
      expect(await stored()).toHaveLength(1);
      const page = await browser.get("/account/passkeys");
      expect(await textOf(page)).toContain("Sign in again");
      await signInWith(browser, device, {}, again);
      expect((await add(createAuthenticator(ISSUER))).status).toBe(303);
    });

    test("have the tabs of the account, and say what is lacking before they change", async () => {
      const page = async () => (await browser.get("/account/passkeys")).text();
      expect(await page()).toMatch(/<nav class="sections"/);
      await setUpApp(server, alice);
      expect(await page()).toContain("You signed in without your second factor.");
      expect(await page()).toContain("step_up=1");
      server.clock.advance(server.context.configuration.lifetimes.recent_sign_in_seconds + 1);
      expect(await page()).toContain("You signed in a while ago.");
      expect(await page()).not.toContain("step_up=1");
    });

    test(proves("stay if one is the last way in; so does the password", "threat 82"), async () => {
      const page = await textOf(await browser.get("/account/passkeys"));
      expect(page).toContain("You have one passkey only If you lose it, you sign in with your password.");
      expect((await act({ action: "remove_password" })()).headers.get("location")).toContain("notice=");
      expect((await findAccount(server.context, alice.subject))?.passwordHash).toBeNull();
      expect(await textOf(await browser.get("/account/passkeys"))).toContain("you cannot sign in any more");
      const kept = await act({ action: "remove", id: await idAt(0) })();
      expect(kept.status).toBe(422);
      expect(await textOf(kept)).toContain("it is your only way to sign in");
      expect((await openBrowser(server).signIn("alice")).status).toBe(422);
      await add(createAuthenticator(ISSUER));
      // Both at once: one stays.
      const ids = [await idAt(0), await idAt(1)];
      await Promise.all(ids.map((id) => act({ action: "remove", id })()));
      expect(await stored()).toHaveLength(1);
    });

    test(
      proves(
        "let a person do without a password, but not with neither; an administrator too, and the link stays away",
        "threat 82",
        "threat 19",
      ),
      async () => {
        const removePassword = act({ action: "remove_password" });
        await administers(true);
        const second = createAuthenticator(ISSUER);
        await add(second);
        expect((await removePassword()).status).toBe(303);
        expect(await server.context.store.hasAdministrator()).toBe(true);
        expect(await makeSetupLink(server.context)).toBeNull();
        // Neither the person nor another administrator takes the last of the last away.
        await act({ action: "remove", id: await idAt(0) })();
        expect((await act({ action: "remove", id: await idAt(0) })()).status).toBe(422);
        expect(await removeEveryPasskeyIf(server.context, SERVER_ACT, alice.subject)).toBe(
          "last_administrator",
        );
        expect(await server.context.store.hasAdministrator()).toBe(true);
        const boss = await addPersonWithPassword(server, "boss", { administrator: true });
        expect(await removeEveryPasskeyIf(server.context, SERVER_ACT, alice.subject)).toBe("removed");
        expect(await hasAdministrator(server.context, boss.subject)).toBe(false);
      },
    );

    test(
      proves(
        "are the only way in of a person who has no password: without one the password stays",
        "threat 82",
      ),
      async () => {
        await act({ action: "remove", id: await idAt(0) })();
        expect(await textOf(await act({ action: "remove_password" })())).toContain(
          "without it you could not sign in",
        );
        expect((await openBrowser(server).signIn("alice", PASSWORD)).status).toBe(303);
      },
    );

    test(
      proves(
        "take the link for the first administrator away as soon as an administrator has one",
        "threat 19",
      ),
      async () => {
        const { context } = server;
        expect((await act({ action: "remove_password" })()).status).toBe(303);
        const link = await makeSetupLink(context);
        expect(link).not.toBeNull();
        const page = (link ?? "").slice(server.issuer.length);
        expect((await openBrowser(server).get(page)).status).toBe(200);
        // By the role: the person has a passkey already.
        await administers(true);
        expect((await openBrowser(server).get(page)).status).toBe(404);
        // By being let in again.
        await disableAccount(context, SERVER_ACT, alice.subject, server.clock.seconds());
        const again = ((await makeSetupLink(context)) ?? "").slice(server.issuer.length);
        await enableAccount(context, SERVER_ACT, alice.subject);
        expect((await openBrowser(server).get(again)).status).toBe(404);
        // By the passkey: the operator has taken every way in away.
        await browser.get("/account/passkeys");
        await signInWith(browser, device);
        const open = await openAsk(browser, "/account/passkeys");
        await removeEveryPasskey(context, SERVER_ACT, alice.subject);
        const last = ((await makeSetupLink(context)) ?? "").slice(server.issuer.length);
        expect((await openBrowser(server).get(last)).status).toBe(200);
        await answerAsk(browser, open, device.create(open.ask));
        expect((await openBrowser(server).get(last)).status).toBe(404);
      },
    );

    test(
      proves("whose key is spoiled are no way in, and are removed even as the only other one", "threat 82"),
      async () => {
        const page = async () => textOf(await browser.get("/account/passkeys"));
        await spoil(device.ids()[0] ?? "");

        expect(await page()).toContain("This passkey cannot be read here any more");
        expect(await page()).not.toContain("Remove my password");
        expect(await textOf(await act({ action: "remove_password" })())).toContain(
          "without it you could not sign in",
        );
        const other = openBrowser(server);

        await expectRefused(await signInWith(other, device), UNKNOWN, "signature");
        // With a good one the password may go. That one is the last way then, and the spoiled one is none.
        const second = createAuthenticator(ISSUER);
        await add(second);
        await act({ action: "remove_password" })();
        expect((await findAccount(server.context, alice.subject))?.passwordHash).toBeNull();
        const kept = await act({ action: "remove", id: second.ids()[0] ?? "" })();
        expect(await textOf(kept)).toContain("it is your only way to sign in");
        await act({ action: "remove", id: device.ids()[0] ?? "" })();
        expect((await stored()).map(passkeyIdText)).toEqual(second.ids());
      },
    );

    test(proves("that were removed stop a sign-in that is under way", "threat 82"), async () => {
      await add(createAuthenticator(ISSUER));
      const other = openBrowser(server);
      const open = await openAsk(other, "/login");
      const answer = device.get(open.ask);
      await act({ action: "remove", id: device.ids()[0] ?? "" })();
      await expectRefused(await answerAsk(other, open, answer), UNKNOWN, "unknown");
    });
  });

  test("the script and the answers are told to browsers as files of this server, never inside of pages", async () => {
    for (const path of ["/login", "/account/passkeys"]) {
      const page = await browser.get(`${path}${path === "/login" ? "?return_to=%2Faccount" : ""}`);
      expect(page.headers.get("content-security-policy")).toContain("script-src 'self'");
      const [, src = ""] = /<script type="module" src="([^"]+)"><\/script>/.exec(await page.text()) ?? [];
      const script = await server.fetch(src);
      expect(script.headers.get("content-type")).toBe("text/javascript; charset=utf-8");
      expect(script.headers.get("cache-control")).toContain("immutable");
    }
  });
}

/** An app for one-time passwords, so that one proof signs in nowhere. */
async function setUpApp({ context, clock }: TestServer, { subject }: AccountRecord): Promise<void> {
  const sealedSecret = sealTotp(context.keys, subject, newTotpSecret(context.random));
  const app = { subject, sealedSecret, lastStep: 0, drift: 0, createdAt: clock.seconds() };
  await context.store.commit({ changes: [insert(totps, app)] });
}

/** The same answer for another passkey. */
function replaceId(answer: string, id: string): string {
  const json = JSON.parse(answer);
  const own = Buffer.from(json.id, "base64url");
  const attestation = Buffer.from(json.response.attestationObject, "base64url");
  const at = attestation.indexOf(own);
  Buffer.from(id, "base64url").copy(attestation, at);
  return JSON.stringify({
    ...json,
    id,
    response: { ...json.response, attestationObject: attestation.toString("base64url") },
  });
}

test("the endpoints of passkeys are where password managers look for them", async () => {
  const server = await startTestServer({ issuer: "https://auth.example/t" });
  const response = await server.fetch("https://auth.example/.well-known/passkey-endpoints");
  expect(response.headers.get("content-type")).toBe("application/json");
  const page = "https://auth.example/t/account/passkeys";
  expect(await response.json()).toEqual({ enroll: page, manage: page });
  await server.close();
});

test("passkeys may belong to a domain above that of the server, so that they outlive a move", async () => {
  const server = await startTestServer({
    issuer: "https://auth.home.example",
    sign_in: { passkey_domain: "home.example" },
  });
  await addPersonWithPassword(server, "alice");
  const browser = openBrowser(server);
  const device = createAuthenticator("https://auth.home.example");
  await browser.signIn("alice");
  const { ask } = await openAsk(browser, "/account/passkeys");
  expect(ask.options.rp?.id).toBe("home.example");
  await addPasskeyIn(browser, device);
  expect((await signInWith(openBrowser(server), device)).status).toBe(303);
  await server.close();
});
