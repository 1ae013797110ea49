import { describe, expect, test } from "bun:test";
import type { ClientId, RecordId, SecretDigest } from "../../src/protocol/identifiers.ts";
import { actOfPerson, type Event, SERVER_ACT } from "../../src/rules/events.ts";
import * as rules from "../../src/rules/mail.ts";
import { newWaiting } from "../../src/rules/outbox.ts";
import { sweep, update } from "../../src/store/contract.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import type { BackchannelRequestRecord } from "../../src/store/tables/requests.ts";
import { type MailRecord, mails } from "../../src/store/tables/waiting.ts";
import { newAccount } from "../store/records.ts";

const NOW = 1_796_000_000;
const ID = new Uint8Array(16).fill(7) as RecordId;
const BOUNDS = { give_up_seconds: 3600, keep_seconds: 7200, per_person_and_hour: 3 };

const account: AccountRecord = newAccount({ email: "ada@example.net", emailVerified: true });
const order: rules.MailOrder = {
  kind: "password_changed",
  parameters: { byOperator: true, address: null },
  subject: account.subject,
  address: null,
  language: null,
  sealedLink: null,
  uselessAt: null,
};
const mail = (more: Partial<MailRecord> = {}): MailRecord => ({
  ...rules.newMail(order, ID, NOW, BOUNDS),
  ...more,
});

describe("a new mail", () => {
  test("waits at once, until it is given up, and is kept for a while", () => {
    expect(mail()).toMatchObject({
      waits: true,
      attempts: 0,
      nextAt: NOW,
      giveUpAt: NOW + 3600,
      expiresAt: NOW + 7200,
      sentAt: null,
    });
  });

  test("is given up with the link that it has, and is kept until it is given up", () => {
    const short = rules.newMail({ ...order, uselessAt: NOW + 60 }, ID, NOW, BOUNDS);
    expect(short.giveUpAt).toBe(NOW + 60);
    const long = rules.newMail(order, ID, NOW, { ...BOUNDS, give_up_seconds: 9000 });
    expect(long.expiresAt).toBe(NOW + 9000);
  });

  test("comes before others if a person waits for it, or for what it asks", () => {
    const kinds = rules.MAIL_KIND_NAMES.filter((kind) => {
      const { nextAt } = rules.newMail({ ...order, kind }, ID, NOW, BOUNDS);
      return nextAt < NOW;
    });
    expect(kinds).toEqual([
      ...(["reset", "sign_in", "sign_in_code", "registration", "account_exists", "verify_email"] as const),
      "backchannel_asked",
    ]);
  });
});

describe("the mails about events", () => {
  const about = (events: readonly Event[], act = SERVER_ACT) =>
    rules.mailsAbout(act, events, () => ID, NOW, BOUNDS);
  const { subject } = account;

  test("are one for each that asks, and none for others", () => {
    const found = about([
      { event: "token.issued", subject },
      { event: "person.disabled", subject },
      { event: "password.changed", subject },
      { event: "password.changed" },
    ]);
    expect(found.map(({ kind }) => kind)).toEqual(["account_disabled", "password_changed"]);
  });

  test("are security messages wherever a way to sign in is added, changed or removed", () => {
    const WAYS = [
      "password.changed",
      "password.removed",
      "passkey.added",
      "passkey.removed",
      "second_factor.added",
      "second_factor.removed",
      "recovery_code.used",
      "recovery_codes.renewed",
    ] as const;
    const found = about(WAYS.map((event) => ({ event, subject })));
    expect(found.map(({ kind }) => kind)).toEqual([
      "password_changed",
      "password_removed",
      "passkey_changed",
      "passkey_changed",
      ...WAYS.slice(4).map(() => "second_factor_changed"),
    ]);
    for (const { kind } of found) expect(rules.OPTIONAL_MAILS).not.toContain(kind);
  });

  test("say who changed a password, and from where", () => {
    const origin = { address: "203.0.113.7", requestId: "r" };
    expect(about([{ event: "password.changed", subject }])[0]?.parameters).toEqual({
      byOperator: true,
      address: null,
    });
    const own = about([{ event: "password.changed", subject }], actOfPerson(origin, subject));
    expect(own[0]?.parameters).toEqual({ byOperator: false, address: "203.0.113.7" });
  });

  test("are for a new browser alone, not for each sign-in", () => {
    expect(about([{ event: "session.started", subject }])).toEqual([]);
    const [found] = about([
      {
        event: "session.started",
        subject,
        reason: rules.NEW_BROWSER,
        browser: { program: "Firefox", system: null },
      },
    ]);
    expect(found).toMatchObject({ kind: "new_device", parameters: { program: "Firefox", system: null } });
  });

  test.each([
    ["second_factor.added", "added"],
    ["second_factor.removed", "removed"],
    ["recovery_codes.renewed", "recovery_codes_renewed"],
    ["recovery_code.used", "recovery_code_used"],
  ] as const)("of %s say what happened to the second step", (event, change) => {
    expect(about([{ event, subject }])).toMatchObject([
      { kind: "second_factor_changed", parameters: { change, address: null } },
    ]);
  });

  test("go to the former address, if it was one", () => {
    expect(about([{ event: "email.changed", subject }])).toEqual([]);
    const [found] = about([{ event: "email.changed", subject, formerEmail: "old@example.net" }]);
    expect(found).toMatchObject({ kind: "email_changed", address: "old@example.net", subject });
  });
});

const request: BackchannelRequestRecord = {
  ...newWaiting(NOW, NOW + 60),
  id: ID,
  digest: new Uint8Array(32) as Uint8Array as SecretDigest,
  subject: account.subject,
  clientId: "bank" as ClientId,
  scope: [],
  resources: [],
  authorizationDetails: null,
  bindingMessage: null,
  demandedLevel: null,
  requesterAddress: "",
  expiresAt: NOW + 60,
  status: "pending",
  grantId: null,
  usedAt: null,
  reported: false,
  sealedPing: null,
};

describe("a claim", () => {
  const claim = (facts: Partial<rules.ClaimFacts>, now = NOW) =>
    rules.claim(
      { mail: mail(), account, earlier: 0, latest: null, request: null, ...facts },
      now,
      60,
      BOUNDS,
    );

  test("takes the next attempt, for as long as it may take", () => {
    const set = { attempts: 1, nextAt: NOW + 60, waits: true };
    expect(claim({})).toEqual({
      outcome: { outcome: "send", mail: mail(set), kind: "password_changed", to: "ada@example.net" },
      changes: [update(mails, { id: ID }, { attempts: 0, waits: true }, set)],
    });
  });

  test.each([
    ["is gone", { mail: null }],
    ["is sent", { mail: mail({ waits: false }) }],
    ["is another sender's", { mail: mail({ nextAt: NOW + 1 }) }],
    ["is over", { mail: mail({ giveUpAt: NOW }) }],
  ])("takes none of a mail that %s", (_, facts) => {
    expect(claim(facts)).toEqual({ outcome: { outcome: "none" } });
  });

  const kind = (name: rules.MailKind, more: Partial<MailRecord> = {}) => mail({ kind: name, ...more });
  test.each([
    ["unknown_kind", { mail: mail({ kind: "of another version" }) }],
    ["no_account", { account: null }],
    ["no_address", { account: { ...account, email: null } }],
    ["no_address", { mail: kind("invitation", { subject: null }), account: null }],
    ["unverified", { account: { ...account, emailVerified: false } }],
    ["disabled", { mail: kind("reset"), account: { ...account, disabledAt: NOW } }],
    ["turned_off", { mail: kind("new_device"), account: { ...account, mailsOff: ["new_device"] } }],
    ["answered", { mail: kind("backchannel_asked") }],
    ["answered", { mail: kind("backchannel_asked"), request: { ...request, status: "denied" } }],
    ["answered", { mail: kind("backchannel_asked"), request: { ...request, expiresAt: NOW } }],
    ["another_lately", { mail: kind("backchannel_asked"), request, earlier: 1, latest: NOW - 299 }],
  ] as const)("drops a mail and its row: %s", (reason, facts) => {
    const decision = claim(facts);
    expect(decision.outcome).toEqual({ outcome: "dropped" });
    expect(decision.sweeps).toEqual([sweep(mails, { id: ID }, null)]);
    expect(decision.events).toMatchObject([{ event: "mail.dropped", reason }]);
  });

  test("drops one too many, and its row", () => {
    const decision = claim({ earlier: 3 });
    expect(decision.outcome).toEqual({ outcome: "dropped" });
    expect(decision.sweeps).toEqual([sweep(mails, { id: ID }, null)]);
    expect(decision.events).toEqual([
      { event: "mail.limited", subject: account.subject, via: "password_changed" },
    ]);
  });

  test.each([
    ["a disabled person", { account: { ...account, disabledAt: NOW } }, "ada@example.net"],
    [
      "a person who turned it off although it is a security message",
      { account: { ...account, mailsOff: ["password_changed"] } },
      "ada@example.net",
    ],
    [
      "an address that is to be proved",
      { mail: kind("verify_email"), account: { ...account, emailVerified: false } },
      "ada@example.net",
    ],
    ["a named address", { mail: mail({ address: "other@example.net" }) }, "other@example.net"],
    [
      "an address without an account",
      { mail: kind("invitation", { subject: null, address: "new@example.net" }), account: null },
      "new@example.net",
    ],
    ["the last of an hour", { earlier: 2 }, "ada@example.net"],
    [
      "a person who was asked before, but not lately",
      { mail: kind("backchannel_asked"), request, earlier: 1, latest: NOW - 300 },
      "ada@example.net",
    ],
  ] as const)("sends to %s", (_, facts, to) => {
    expect(claim(facts).outcome).toMatchObject({ outcome: "send", to });
  });
});

describe("an answer", () => {
  const claimed = mail({ attempts: 2, sealedLink: new Uint8Array(3), nextAt: NOW + 60 });
  const was = { attempts: 2, waits: true };

  test("of yes ends the mail, and its link", () => {
    expect(rules.conclude(claimed, claimed, { outcome: "sent", to: "ada@example.net" }, NOW)).toMatchObject({
      outcome: true,
      changes: [
        update(mails, { id: ID }, was, {
          waits: false,
          sealedLink: null,
          sentAt: NOW,
          address: "ada@example.net",
          lastFault: null,
        }),
      ],
      events: [{ event: "mail.sent", count: 2 }],
    });
  });

  test("of not now leaves it waiting, longer each time", () => {
    const decision = rules.conclude(claimed, claimed, { outcome: "failed", reason: "connect" }, NOW);
    expect(decision).toMatchObject({
      outcome: false,
      changes: [update(mails, { id: ID }, was, { nextAt: NOW + 20, lastFault: "connect" })],
      events: [{ event: "mail.failed", reason: "connect" }],
    });
  });

  test("that comes after the row is gone changes nothing, and only a yes is told", () => {
    for (const present of [null, { ...claimed, attempts: 3 }, { ...claimed, waits: false }]) {
      const failed = { outcome: "failed", reason: "connect" } as const;
      expect(rules.conclude(claimed, present, failed, NOW)).toEqual({ outcome: false });
      const sent = { outcome: "sent", to: "ada@example.net" } as const;
      expect(rules.conclude(claimed, present, sent, NOW)).toMatchObject({
        changes: [],
        events: [{ event: "mail.sent" }],
      });
    }
  });

  test.each([
    ["of never", claimed, "refused"],
    ["of not now, when the next attempt would be too late", { ...claimed, giveUpAt: NOW + 20 }, "failed"],
  ] as const)("%s gives the mail up, and its link", (_, given, outcome) => {
    expect(rules.conclude(given, given, { outcome, reason: "recipient 550" }, NOW)).toMatchObject({
      outcome: true,
      changes: [
        update(mails, { id: ID }, was, { waits: false, sealedLink: null, lastFault: "recipient 550" }),
      ],
      events: [{ event: "mail.given_up", reason: "recipient 550" }],
    });
  });
});

test("a person may turn off what is no security message, and nothing else", () => {
  expect(rules.chooseMails(null, []).outcome).toBe("unknown");
  expect(rules.chooseMails(account, ["account_disabled"])).toEqual({ outcome: "security" });
  expect(rules.chooseMails(account, ["new_device", "new_device"])).toMatchObject({
    outcome: "chosen",
    changes: [{ set: { mailsOff: ["new_device"] } }],
  });
});
