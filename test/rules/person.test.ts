import { describe, expect, test } from "bun:test";
import { foldUsername, type SubjectId } from "../../src/protocol/identifiers.ts";
import type { AccountChanges } from "../../src/rules/account-changes.ts";
import { accessSweeps, touchAccount } from "../../src/rules/grant.ts";
import {
  canAdminister,
  changeAccount,
  changePassword,
  createAccount,
  createSetupLink,
  declareAccount,
  disableAccount,
  earlierSession,
  enableAccount,
  endSession,
  endSessions,
  isLinkAlive,
  isSessionAlive,
  isUnlocked,
  redeemSetupLink,
  removeAccount,
  setPassword,
  startSession,
  unlockAccount,
} from "../../src/rules/person.ts";
import { personWordChanges } from "../../src/rules/search-words.ts";
import {
  endEverySession,
  endLinks,
  endOneSession,
  giveWay,
  tellOfEverySession,
} from "../../src/rules/session.ts";
import { type SignInStep, STEPS } from "../../src/rules/sign-in.ts";
import { hold, insert, put, remove, sweep, update } from "../../src/store/contract.ts";
import { once } from "../../src/store/tables/once.ts";
import {
  type AccountRecord,
  accounts,
  groupMembers,
  personWords,
  pictures,
  signInNames,
} from "../../src/store/tables/people.ts";
import { activities } from "../../src/store/tables/records.ts";
import { askedPeople, backchannelRequests } from "../../src/store/tables/requests.ts";
import { revisions } from "../../src/store/tables/server.ts";
import {
  passkeys,
  recoveryCodes,
  type SessionRecord,
  sessions,
  setupLinks,
  signInApprovals,
  totps,
} from "../../src/store/tables/sign-in.ts";
import { mails } from "../../src/store/tables/waiting.ts";
import { newSession, newSetupLink } from "../store/records.ts";
import { proves } from "../support/proves.ts";
import { DISABLED, NOW, newAccount, newId, toldBy } from "./facts.ts";

const person = newAccount({ revision: 4, passwordHash: "old" });
const administrator = newAccount({ administrator: true });
const { subject } = person;

const setup = { name: "setup", revision: 6 };
/** The changes of every act after which a person may administer the server. */
const CLOSES_SETUP = [
  update(revisions, { name: "setup" }, { revision: 6 }, { revision: 7 }),
  remove(setupLinks, { name: "administrator" }),
];
/** No person has the names. */
const free = { sameName: null, sameEmail: null };
const TAKEN = { name: "taken", subject };
const nameOf = (account: AccountRecord) =>
  insert(signInNames, { name: foldUsername(account.username), subject: account.subject });
const endsSessions = (of = subject) => sweep(sessions, { subject: of }, null);
const ending = { now: NOW, noticeId: newId() };
/** All sessions of the person end, and with them the access that lasts as long as they do. */
const { changes: tells, sweeps: endsAll } = endEverySession(subject, ending);

test.each([
  ["an administrator with a password", administrator, false, true],
  ["one with passkeys and no password", { ...administrator, passwordHash: null }, true, true],
  ["anybody else", { ...administrator, administrator: false }, true, false],
  ["one who is disabled", { ...administrator, ...DISABLED }, true, false],
  ["one with neither a password nor a passkey", { ...administrator, passwordHash: null }, false, false],
] as const)("%s can administer the server: %#", (_, account, hasPasskey, can) => {
  expect(canAdminister(account, hasPasskey)).toBe(can);
});

describe("a new person", () => {
  test("is stored", () => {
    expect(createAccount({ ...free, setup }, person)).toEqual({
      outcome: "created",
      changes: [insert(accounts, person), nameOf(person), ...personWordChanges(null, person)],
      events: [{ event: "person.created", subject, via: person.source }],
    });
  });

  test("who can administer the server takes the set-up link away", () => {
    expect(createAccount({ ...free, setup }, administrator).changes).toEqual([
      ...CLOSES_SETUP,
      insert(accounts, administrator),
      nameOf(administrator),
      ...personWordChanges(null, administrator),
    ]);
  });

  test("who is the first of all makes the revision that guards the set-up link", () => {
    const [first] = createAccount({ ...free, setup: null }, administrator).changes ?? [];
    expect(first).toEqual(insert(revisions, { name: "setup", revision: 1 }));
  });

  test("signs in with the user name and the address, and with one if they are the same", () => {
    const both = { ...person, name: null, username: "Ada", email: "Ada@Mail.example" };
    expect(createAccount({ ...free, setup }, both).changes?.slice(1)).toEqual([
      insert(signInNames, { name: "ada", subject }),
      insert(signInNames, { name: "ada@mail.example", subject }),
    ]);
    const one = { ...person, name: null, username: "ada@mail.example", email: "ADA@mail.example" };
    expect(createAccount({ ...free, setup }, one).changes?.slice(1)).toEqual([
      insert(signInNames, { name: "ada@mail.example", subject }),
    ]);
  });

  test("takes no user name and no address that is taken", () => {
    const name = { name: "x", subject: administrator.subject };
    expect(createAccount({ ...free, sameName: name, setup }, person)).toEqual({ outcome: "username_taken" });
    expect(createAccount({ ...free, sameEmail: name, setup }, person)).toEqual({ outcome: "email_taken" });
  });
});

describe("a password that the operator sets", () => {
  test("ends the person's sessions", () => {
    expect(setPassword({ account: person, setup }, "new", ending)).toEqual({
      outcome: true,
      changes: [touchAccount(person, { passwordHash: "new" }), ...tells],
      sweeps: endsAll,
      events: [{ event: "password.changed", subject }],
    });
  });

  test("takes the set-up link away if it lets an administrator in", () => {
    const account = { ...administrator, passwordHash: null };
    expect(setPassword({ account, setup }, "first", ending).changes).toEqual([
      ...CLOSES_SETUP,
      touchAccount(account, { passwordHash: "first" }),
      tellOfEverySession(account.subject, ending),
    ]);
    const disabled = { ...account, ...DISABLED };
    expect(setPassword({ account: disabled, setup }, "first", ending).changes).not.toContainEqual(
      remove(setupLinks, { name: "administrator" }),
    );
  });

  test("is not set if there is no such person", () => {
    expect(setPassword({ account: null, setup }, "new", ending)).toEqual({ outcome: false });
  });
});

describe("a password that a person sets", () => {
  test("ends their sessions", () => {
    expect(changePassword(person, "old", "new", ending)).toEqual({
      outcome: true,
      changes: [touchAccount(person, { passwordHash: "new" }), ...tells],
      sweeps: endsAll,
      events: [{ event: "password.changed", subject }],
    });
  });

  test.each([
    ["it replaces another than the one that was checked", { ...person, passwordHash: "the operator's" }],
    ["they have none", { ...person, passwordHash: null }],
    ["they are disabled", { ...person, ...DISABLED }],
    ["they are gone", null],
  ])("is not set if %s", (_, account) => {
    expect(changePassword(account, "old", "new", ending)).toEqual({ outcome: false });
  });
});

/** What a new address brings with it: the operator wrote it. */
const VERIFIED_NOW = { emailVerified: true, updatedAt: NOW };

describe("what the operator changes of a person", () => {
  test("notes the time when applications are told something else, and only then", () => {
    const setOf = (changes: AccountChanges) =>
      changeAccount(
        { account: person, setup, hasPasskey: false, sameEmail: null },
        changes,
        "operator",
        NOW,
      ).changes?.at(0);
    for (const changes of [
      { profile: { nickname: "x" } },
      { attributes: { quota: 1 } },
      { groups: [] },
      { emailVerified: false },
    ])
      expect(setOf(changes)).toEqual(touchAccount(person, { ...changes, updatedAt: NOW }));
    expect(setOf({ administrator: false })).toEqual(touchAccount(person, { administrator: false }));
  });

  test("says that an address is verified only if it is new, or the operator says so", () => {
    const account = { ...person, email: "a@mail.example", emailVerified: false };
    const setOf = (changes: AccountChanges) =>
      changeAccount(
        { account, setup, hasPasskey: false, sameEmail: null },
        changes,
        "operator",
        NOW,
      ).changes?.at(0);
    const email = "new@mail.example";
    expect(setOf({ email })).toEqual(touchAccount(account, { email, ...VERIFIED_NOW }));
    expect(setOf({ email, emailVerified: false })).toEqual(
      touchAccount(account, { email, emailVerified: false, updatedAt: NOW }),
    );
    expect(setOf({ email: account.email })).toEqual(
      touchAccount(account, { email: account.email, updatedAt: NOW }),
    );
  });

  test.each([
    ["new", "new@mail.example", true, [{ event: "email.changed", subject, formerEmail: "old@mail.example" }]],
    [
      "new, and the former was not verified",
      "new@mail.example",
      false,
      [{ event: "email.changed", subject }],
    ],
    ["taken away", null, true, [{ event: "email.changed", subject, formerEmail: "old@mail.example" }]],
    ["written another way", "Old@mail.example", true, [{ event: "email.changed", subject }]],
    ["as it was", "old@mail.example", true, []],
  ])("of the address says so if it is %s", (_, email, emailVerified, events) => {
    const account = { ...person, email: "old@mail.example", emailVerified };
    const decision = changeAccount(
      { account, setup, hasPasskey: false, sameEmail: null },
      { email },
      "operator",
      NOW,
    );
    expect(decision.events).toEqual([
      { event: "person.changed", subject },
      ...events,
    ] as typeof decision.events);
  });

  test("changes the row and its revision, and nothing else", () => {
    expect(
      changeAccount(
        { account: person, setup, hasPasskey: false, sameEmail: null },
        { name: "New" },
        "operator",
        NOW,
      ),
    ).toEqual({
      outcome: "changed",
      changes: [
        touchAccount(person, { name: "New", updatedAt: NOW }),
        ...personWordChanges(person, { ...person, name: "New" }),
      ],
      events: [{ event: "person.changed", subject }],
    });
    expect(
      changeAccount(
        { account: null, setup, hasPasskey: false, sameEmail: null },
        { name: "x" },
        "operator",
        NOW,
      ),
    ).toEqual({
      outcome: "unknown",
    });
  });

  test("puts a new address in the place of the old one, and takes none of another person", () => {
    const account = { ...person, email: "old@mail.example" };
    const email = "New@mail.example";
    expect(
      changeAccount({ account, setup, hasPasskey: false, sameEmail: null }, { email }, "operator", NOW)
        .changes,
    ).toEqual([
      touchAccount(account, { email, ...VERIFIED_NOW }),
      remove(signInNames, { name: "old@mail.example" }),
      insert(signInNames, { name: "new@mail.example", subject }),
    ]);
    const own = { name: "new@mail.example", subject };
    expect(
      changeAccount({ account, setup, hasPasskey: false, sameEmail: own }, { email }, "operator", NOW)
        .outcome,
    ).toBe("changed");
    const anothers = { ...own, subject: administrator.subject };
    expect(
      changeAccount({ account, setup, hasPasskey: false, sameEmail: anothers }, { email }, "operator", NOW),
    ).toEqual({
      outcome: "email_taken",
    });
    expect(
      declareAccount(
        { account, setup, hasPasskey: false, sameEmail: anothers },
        { email },
        declaration,
        ending,
      ),
    ).toEqual({
      outcome: "email_taken",
    });
  });

  test("of the address never takes the user name away, which may be the same", () => {
    const account = { ...person, username: "ada@mail.example", email: "ada@mail.example" };
    expect(
      changeAccount({ account, setup, hasPasskey: false, sameEmail: null }, { email: null }, "operator", NOW)
        .changes,
    ).toEqual([touchAccount(account, { email: null, ...VERIFIED_NOW })]);
  });

  test("may be the end of a wait, which counts as long as attempts before it would", () => {
    expect(unlockAccount(person, NOW)).toEqual({
      outcome: true,
      changes: [touchAccount(person, { unlockedAt: NOW })],
      events: [{ event: "person.unlocked", subject }],
    });
    expect(unlockAccount(null, NOW)).toEqual({ outcome: false });
    expect(isUnlocked(person, NOW, 900)).toBe(false);
    expect(isUnlocked(null, NOW, 900)).toBe(false);
    const unlocked = { unlockedAt: NOW };
    expect(isUnlocked(unlocked, NOW + 1799, 900)).toBe(true);
    expect(isUnlocked(unlocked, NOW + 1800, 900)).toBe(false);
  });

  test("takes the set-up link away if it makes an administrator", () => {
    const account = { ...person, passwordHash: "theirs" };
    const { changes } = changeAccount(
      { account, setup, hasPasskey: false, sameEmail: null },
      { administrator: true },
      "operator",
      NOW,
    );
    expect(changes?.slice(0, 2)).toEqual(CLOSES_SETUP);
  });

  test("may be all sessions, which end", () => {
    expect(endSessions(person, ending)).toEqual({
      outcome: true,
      changes: [touchAccount(person, {}), ...tells],
      sweeps: endsAll,
      urgent: true,
      events: [{ event: "sessions.ended", subject }],
    });
    expect(endSessions(null, ending)).toEqual({ outcome: false });
  });
});

const declaration = {
  name: null,
  email: null,
  emailVerified: null,
  profile: {},
  attributes: {},
  groups: [],
  auditor: false,
  administrator: false,
  passwordHash: "declared",
};
const declared = { ...person, source: "configuration", isDeclared: true, declaration } as const;

describe("a declaration that has changed", () => {
  test("changes what it is about, and the sessions go on", () => {
    const next = { ...declaration, email: "ada@mail.example" };
    const decision = declareAccount(
      { account: declared, setup, hasPasskey: false, sameEmail: null },
      { email: next.email },
      next,
      ending,
    );
    expect(decision).toEqual({
      outcome: "changed",
      changes: [
        touchAccount(declared, {
          email: next.email,
          ...VERIFIED_NOW,
          declaration: next,
          isDeclared: true,
        }),
        insert(signInNames, { name: next.email, subject }),
      ],
      sweeps: [endLinks(subject)],
      events: [
        { event: "person.changed", subject },
        { event: "email.changed", subject },
      ],
    });
  });

  test("ends the sessions with another password", () => {
    const next = { ...declaration, passwordHash: "another" };
    const decision = declareAccount(
      { account: declared, setup, hasPasskey: false, sameEmail: null },
      { passwordHash: "another" },
      next,
      ending,
    );
    expect(decision.changes).toEqual(expect.arrayContaining([...tells]));
    expect(decision.sweeps).toEqual(endsAll);
    expect(decision.events).toContainEqual({ event: "password.changed", subject });
  });

  test("brings back a person who was left out, and no one whom the operator disabled", () => {
    const leftOut = { ...declared, disabledAt: NOW, disabledBy: "left_out" } as const;
    const back = declareAccount(
      { account: leftOut, setup, hasPasskey: false, sameEmail: null },
      {},
      declaration,
      ending,
    ).changes?.at(-1);
    expect(back).toMatchObject({ set: { disabledAt: null, disabledBy: null } });
    const byOperator = { ...leftOut, disabledBy: "operator" } as const;
    const stays = declareAccount(
      { account: byOperator, setup, hasPasskey: false, sameEmail: null },
      {},
      declaration,
      ending,
    ).changes?.at(-1);
    expect(stays).toEqual(touchAccount(byOperator, { declaration, isDeclared: true }));
  });

  test("takes the set-up link away if it makes an administrator", () => {
    const account = { ...declared, passwordHash: "theirs" };
    const next = { ...declaration, administrator: true };
    const { changes } = declareAccount(
      { account, setup, hasPasskey: false, sameEmail: null },
      { administrator: true },
      next,
      ending,
    );
    expect(changes?.slice(0, 2)).toEqual(CLOSES_SETUP);
  });

  test("of a person who is gone changes nothing", () => {
    expect(
      declareAccount({ account: null, setup, hasPasskey: false, sameEmail: null }, {}, declaration, ending),
    ).toEqual({
      outcome: "unknown",
    });
  });
});

describe("a person who is", () => {
  test("disabled loses their sessions and all access that they gave", () => {
    expect(disableAccount(person, ending)).toEqual({
      outcome: true,
      changes: [touchAccount(person, { disabledAt: NOW, disabledBy: "operator" }), ...tells],
      sweeps: [endsSessions(), ...accessSweeps({ subject }, "person_disabled", NOW), endLinks(subject)],
      urgent: true,
      events: [{ event: "person.disabled", subject }],
    });
  });

  test("removed loses the same, and is gone after that", () => {
    expect(removeAccount(person, ending)).toEqual({
      outcome: true,
      // Decisions that rest on the row start over.
      changes: [touchAccount(person, {}), ...tells],
      sweeps: [
        endsSessions(),
        ...accessSweeps({ subject }, "person_removed", NOW),
        sweep(mails, { subject }, null),
        endLinks(subject),
        sweep(signInNames, { subject }, null),
        sweep(personWords, { subject }, null),
        sweep(groupMembers, { subject }, null),
        sweep(pictures, { subject }, null),
        sweep(activities, { subject }, null),
        sweep(passkeys, { subject }, null),
        sweep(totps, { subject }, null),
        sweep(recoveryCodes, { subject }, null),
        sweep(signInApprovals, { subject }, null),
        sweep(backchannelRequests, { subject }, null),
        sweep(askedPeople, { subject }, null),
        sweep(accounts, { subject }, null),
      ],
      urgent: true,
      events: [{ event: "person.removed", subject }],
    });
  });

  test("enabled may sign in again, and gets nothing back", () => {
    expect(enableAccount({ account: { ...person, ...DISABLED }, setup, hasPasskey: false })).toEqual({
      outcome: true,
      changes: [touchAccount({ ...person, ...DISABLED }, { disabledAt: null, disabledBy: null })],
      events: [{ event: "person.enabled", subject }],
    });
  });

  test("enabled after the configuration left them out belongs to the operator", () => {
    const leftOut = { ...declared, disabledAt: NOW, disabledBy: "left_out" } as const;
    expect(enableAccount({ account: leftOut, setup, hasPasskey: false }).changes).toEqual([
      touchAccount(leftOut, {
        disabledAt: null,
        disabledBy: null,
        source: "operator",
        isDeclared: false,
        declaration: null,
      }),
    ]);
  });

  test("enabled and an administrator takes the set-up link away", () => {
    const account = { ...administrator, ...DISABLED };
    expect(enableAccount({ account, setup, hasPasskey: false }).changes?.slice(0, 2)).toEqual(CLOSES_SETUP);
  });

  test("not there is none of that", () => {
    expect(disableAccount(null, ending)).toEqual({ outcome: false });
    expect(removeAccount(null, ending)).toEqual({ outcome: false });
    expect(enableAccount({ account: null, setup, hasPasskey: false })).toEqual({ outcome: false });
  });
});

describe("a session", () => {
  const session = newSession({ subject, expiresAt: NOW + 100, lastSeenAt: NOW - 50 });
  const alone = { earlier: null, surplus: [], ending };
  const facts = { account: person, totp: null };
  const taken = { steps: [STEPS.password], revision: person.revision, uses: [] };

  test("starts while nothing is decided about the person", () => {
    expect(startSession(facts, session, taken, alone)).toEqual({
      outcome: true,
      changes: [hold(accounts, { subject }, { revision: 4 }), insert(sessions, session)],
      sweeps: [],
      events: [{ event: "session.started", subject, via: "pwd" }],
    });
  });

  test("says that the browser is new, unless the person was signed in in it until now", () => {
    const from = { ...taken, newBrowser: { program: "Firefox", system: null } };
    const started = { event: "session.started", subject, via: "pwd" } as const;
    expect(startSession(facts, session, from, alone).events).toEqual([
      { ...started, reason: "new_browser", browser: { program: "Firefox", system: null } },
    ]);
    const before = newSession({ subject });
    expect(startSession(facts, session, from, { ...alone, earlier: before }).events).toEqual([started]);
  });

  test("ends the one that another person had in the browser", () => {
    const before = newSession();
    const ends = endOneSession(before, ending);
    expect(startSession(facts, session, taken, { ...alone, earlier: before })).toEqual({
      outcome: true,
      changes: [hold(accounts, { subject }, { revision: 4 }), insert(sessions, session), ...ends.changes],
      sweeps: [...ends.sweeps],
      events: [
        { event: "session.ended", subject: before.subject, reason: "replaced" },
        { event: "session.started", subject, via: "pwd" },
      ],
    });
  });

  test("continues the one that the same person had in the browser, so nothing ends", () => {
    const before = newSession({ subject });
    const way = giveWay(before, ending);
    expect(startSession(facts, session, taken, { ...alone, earlier: before })).toEqual({
      outcome: true,
      changes: [
        hold(accounts, { subject }, { revision: 4 }),
        insert(sessions, { ...session, continuity: before.continuity }),
        ...way.changes,
      ],
      sweeps: [...way.sweeps],
      events: [{ event: "session.started", subject, via: "pwd" }],
    });
  });

  test("ends those that are too many, but the one that it continues only once", () => {
    const before = newSession({ subject });
    const other = newSession({ subject });
    const ends = endOneSession(other, ending);
    const surplus = [before, other].map((each) => ({ session: each, ending }));
    const decision = startSession(facts, session, taken, { earlier: before, surplus, ending });
    expect(decision.sweeps).toEqual([...giveWay(before, ending).sweeps, ...ends.sweeps]);
    expect(decision.events).toEqual([
      { event: "session.ended", subject, reason: "surplus" },
      { event: "session.started", subject, via: "pwd" },
    ]);
  });

  test("uses up the proofs of its steps", () => {
    const use = hold(accounts, { subject: "acc_other" as SubjectId }, { revision: 1 });
    const decision = startSession(facts, session, { ...taken, uses: [use] }, alone);
    expect(decision.changes).toContainEqual(use);
  });

  test.each([
    ["the account was changed meanwhile", { ...person, revision: person.revision + 1 }],
    ["they are disabled", { ...person, ...DISABLED }],
    ["they are gone", null],
  ])("does not start if %s", (_, account) => {
    expect(startSession({ account, totp: null }, session, taken, alone)).toEqual({ outcome: false });
  });

  test(proves("does not start while a step is missing, whichever door it came by", "threat 83"), () => {
    const totp = { subject, sealedSecret: new Uint8Array(), lastStep: 0, drift: 0, createdAt: 0 };
    const start = (steps: readonly SignInStep[]) =>
      startSession({ account: person, totp }, session, { ...taken, steps }, alone).outcome;
    expect(start([])).toBe(false);
    expect(start([STEPS.password])).toBe(false);
    expect(start([STEPS.sign_in_link])).toBe(false);
    expect(start([STEPS.password, STEPS.totp])).toBe(true);
  });

  test(proves("rests on a session only while that goes on", "threat 83"), () => {
    const before = newSession({ subject });
    const going = { ...taken, continues: before.id };
    expect(startSession(facts, session, going, { ...alone, earlier: before }).outcome).toBe(true);
    expect(startSession(facts, session, going, alone).outcome).toBe(false);
    for (const earlier of [newSession({ subject }), newSession({ id: before.id })])
      expect(startSession(facts, session, going, { ...alone, earlier }).outcome).toBe(false);
  });

  test(proves("starts from a form once", "threat 83"), () => {
    const form = { id: newSession().id, expiresAt: NOW + 600 };
    const answered = { kind: "sign_in", ...form, resultId: session.id } as const;
    expect(startSession(facts, session, { ...taken, form }, alone).changes).toContainEqual(
      insert(once, answered),
    );
    expect(startSession({ ...facts, answered }, session, { ...taken, form }, alone)).toEqual({
      outcome: false,
    });
  });

  test(proves("is that of a form sent again for a minute, while it goes on", "threat 83"), () => {
    const started = newSession({ subject, createdAt: NOW - 59, lastSeenAt: NOW - 59, expiresAt: NOW + 100 });
    const found = (changes: Partial<SessionRecord>, account: AccountRecord | null = person) =>
      earlierSession({ session: { ...started, ...changes }, account }, NOW, NOW - 100);
    expect(found({})).toEqual(started);
    expect(found({ createdAt: NOW - 60 })).toBeNull();
    expect(found({ expiresAt: NOW })).toBeNull();
    expect(found({ lastSeenAt: NOW - 101 })).toBeNull();
    expect(found({}, { ...person, ...DISABLED })).toBeNull();
    expect(found({}, null)).toBeNull();
    expect(earlierSession({ session: null, account: person }, NOW, 0)).toBeNull();
  });

  const isAlive = (now: number, idleSince: number, account = person) =>
    isSessionAlive(session, account, now, idleSince);

  test("counts until its end, to the second", () => {
    expect(isAlive(session.expiresAt - 1, 0)).toBe(true);
    expect(isAlive(session.expiresAt, 0)).toBe(false);
  });

  test("counts until it has been idle, to the second", () => {
    expect(isAlive(NOW, NOW - 50)).toBe(true);
    expect(isAlive(NOW, NOW - 49)).toBe(false);
  });

  test("does not count while the person is disabled", () => {
    expect(isAlive(NOW, 0, { ...person, ...DISABLED })).toBe(false);
  });

  test("can be ended, also in an overload", () => {
    expect(endSession(session, ending)).toEqual({
      outcome: true,
      ...endOneSession(session, ending),
      urgent: true,
      events: [{ event: "session.ended", subject, reason: "signed_out" }],
    });
    expect(endSession(null, ending)).toEqual({ outcome: false });
  });
});

describe("the set-up link", () => {
  const link = newSetupLink({ expiresAt: NOW + 10 });
  const facts = { link, ...free, setup };

  test("takes the place of every earlier one, unless a person becomes administrator meanwhile", () => {
    expect(createSetupLink(setup, false, link)).toEqual({
      outcome: true,
      changes: [
        update(revisions, { name: "setup" }, { revision: 6 }, { revision: 7 }),
        put(setupLinks, link),
      ],
      events: [{ event: "setup_link.created" }],
    });
    expect(createSetupLink(null, false, link).changes?.[0]).toEqual(
      insert(revisions, { name: "setup", revision: 1 }),
    );
  });

  test("is not made while there is an administrator", () => {
    expect(createSetupLink(setup, true, link)).toEqual({ outcome: false });
  });

  test("counts if it is the one that is kept, until it expires, to the second", () => {
    expect(isLinkAlive(link, link.id, NOW + 9)).toBe(true);
    expect(isLinkAlive(link, link.id, NOW + 10)).toBe(false);
    expect(isLinkAlive(link, newId(), NOW)).toBe(false);
    expect(isLinkAlive(null, link.id, NOW)).toBe(false);
  });

  test("makes one account, and is used up", () => {
    expect(redeemSetupLink(facts, link.id, administrator, NOW)).toEqual({
      outcome: "created",
      changes: [
        ...CLOSES_SETUP,
        insert(accounts, administrator),
        nameOf(administrator),
        ...personWordChanges(null, administrator),
      ],
      events: [{ event: "person.created", subject: administrator.subject, via: "setup_link" }],
    });
  });

  test("is spent if it is gone, is another or has expired, whatever the user name", () => {
    const taken = { ...facts, sameName: TAKEN };
    expect(redeemSetupLink({ ...taken, link: null }, link.id, administrator, NOW)).toEqual({
      outcome: "spent",
    });
    expect(redeemSetupLink(taken, newId(), administrator, NOW)).toEqual({ outcome: "spent" });
    expect(redeemSetupLink(taken, link.id, administrator, NOW + 10)).toEqual({ outcome: "spent" });
  });

  test("is not used up by a user name that is taken", () => {
    const decision = redeemSetupLink({ ...facts, sameName: TAKEN }, link.id, administrator, NOW);
    expect(decision).toEqual({ outcome: "username_taken" });
    expect(toldBy(decision)).toEqual([]);
  });
});
