import { afterEach, describe, expect, test } from "bun:test";
import type { ActingStore } from "../acts.ts";

import {
  NOW,
  newAccount,
  newAuthorization,
  newConsent,
  newDeviceCode,
  newGrant,
  newId,
  newIssuance,
  newSession,
  newSetupLink,
  PASSWORD_HASH,
  subjectId,
} from "../records.ts";
import type { OpenStore } from "../suite.ts";
import { authorize, createParties, FAILURE_LIMIT, isActive, issue, useStore } from "./setting.ts";

export function peopleSuite(open: OpenStore): void {
  describe("people", () => {
    const store = useStore(open);

    test("a person is found as they were created, by subject and by user name", async () => {
      const account = newAccount({ username: "Ada.Lovelace", email: "ada@example.org", administrator: true });
      expect(await store().createAccount(account)).toBe(true);
      expect(await store().findAccount(account.subject)).toEqual(account);
      expect(await store().findAccountByUsername("aDA.lovelace")).toEqual(account);
      expect(await store().listAccounts()).toContainEqual(account);
    });

    test("nobody is found where there is nobody", async () => {
      expect(await store().findAccount(subjectId("acc_missing"))).toBeNull();
      expect(await store().findAccountByUsername("missing")).toBeNull();
    });

    test("a user name that differs only in case or in Unicode form is taken", async () => {
      const account = newAccount({ username: "Zoë" });
      await store().createAccount(account);
      expect(await store().createAccount(newAccount({ username: "ZOË" }))).toBe(false);
      expect(await store().createAccount(newAccount({ username: "zoe\u0308" }))).toBe(false);
      expect(await store().findAccountByUsername("zoë")).toEqual(account);
    });

    test("a person is found by the address too, and it is free when the person has another or is gone", async () => {
      const account = newAccount({ email: "Zoë@mail.example" });
      await store().createAccount(account);
      expect(await store().findAccountBySignInName("ZOE\u0308@mail.example")).toEqual(account);
      expect(await store().findAccountByUsername("zoë@mail.example")).toBeNull();
      expect(await store().createAccount(newAccount({ username: "ZOË@mail.example" }))).toBe(false);
      expect(await store().createAccount(newAccount({ email: "zoë@MAIL.example" }))).toBe(false);
      await store().changeAccount(account.subject, { email: "other@mail.example" });
      const next = newAccount({ username: "zoë@mail.example" });
      expect(await store().createAccount(next)).toBe(true);
      expect(await store().changeAccount(account.subject, { email: "ZOË@mail.example" })).toBe("email_taken");
      await store().removeAccount(next.subject, NOW);
      expect(await store().changeAccount(account.subject, { email: "ZOË@mail.example" })).toBe("changed");
      await store().removeAccount(account.subject, NOW);
      expect(await store().findAccountBySignInName("other@mail.example")).toBeNull();
    });

    test("of people who want the same name at once, as a user name or an address, one gets it", async () => {
      const name = "wanted@mail.example";
      const others = [newAccount(), newAccount()];
      for (const other of others) await store().createAccount(other);
      const outcomes = await Promise.all([
        ...Array.from({ length: 5 }, () => store().createAccount(newAccount({ username: name }))),
        ...Array.from({ length: 5 }, () => store().createAccount(newAccount({ email: name }))),
        ...others.map(
          async ({ subject }) => (await store().changeAccount(subject, { email: name })) === "changed",
        ),
      ]);
      expect(outcomes.filter(Boolean)).toHaveLength(1);
      const people = await store().listAccounts();
      expect(people.filter(({ username, email }) => username === name || email === name)).toHaveLength(1);
    });

    test("an administrator counts while they can sign in", async () => {
      expect((await store().listAccounts()).length).toBeGreaterThan(0);
      await store().createAccount(newAccount({ administrator: true, passwordHash: null }));
      const others = (await store().listAccounts()).filter((account) => account.administrator);
      for (const { subject } of others) await store().disableAccount(subject, NOW);
      expect(await store().hasAdministrator()).toBe(false);

      const account = newAccount({ administrator: true });
      await store().createAccount(account);
      expect(await store().hasAdministrator()).toBe(true);
      await store().disableAccount(account.subject, NOW);
      expect(await store().hasAdministrator()).toBe(false);
    });

    test("an administrator without a password cannot sign in", async () => {
      expect(await store().hasAdministrator()).toBe(false);
      await store().createAccount(newAccount({ administrator: true, passwordHash: null }));
      expect(await store().hasAdministrator()).toBe(false);
    });

    test("a new password ends the person's sessions, and nobody else's", async () => {
      const account = newAccount();
      const other = newAccount();
      await store().createAccount(account);
      await store().createAccount(other);
      const session = newSession({ subject: account.subject });
      const otherSession = newSession({ subject: other.subject });
      await store().createSession(session, null, PASSWORD_HASH);
      await store().createSession(otherSession, null, PASSWORD_HASH);

      expect(await store().setPassword(account.subject, "new")).toBe(true);

      expect((await store().findAccount(account.subject))?.passwordHash).toBe("new");
      expect(await store().findSession(session.id, NOW, 0)).toBeNull();
      expect(await store().findSession(otherSession.id, NOW, 0)).not.toBeNull();
    });

    test("a person's own new password ends their sessions", async () => {
      const { account } = await createParties(store());
      const session = newSession({ subject: account.subject });
      await store().createSession(session, null, PASSWORD_HASH);
      expect(await store().changePassword(account.subject, PASSWORD_HASH, "new")).toBe(true);
      expect((await store().findAccount(account.subject))?.passwordHash).toBe("new");
      expect(await store().findSession(session.id, NOW, 0)).toBeNull();
    });

    test("a person's own new password does not replace one that an operator set meanwhile", async () => {
      const { account } = await createParties(store());
      await store().setPassword(account.subject, "the operator's");
      expect(await store().changePassword(account.subject, PASSWORD_HASH, "new")).toBe(false);
      expect((await store().findAccount(account.subject))?.passwordHash).toBe("the operator's");
    });

    test("of many that change one password at once, one wins", async () => {
      const { account } = await createParties(store());
      const outcomes = await Promise.all(
        Array.from({ length: 8 }, (_, index) =>
          store().changePassword(account.subject, PASSWORD_HASH, `new ${index}`),
        ),
      );
      expect(outcomes.filter((changed) => changed)).toHaveLength(1);
    });

    test("nobody who was disabled meanwhile changes their password", async () => {
      const { account } = await createParties(store());
      await store().disableAccount(account.subject, NOW);
      expect(await store().changePassword(account.subject, PASSWORD_HASH, "new")).toBe(false);
      expect((await store().findAccount(account.subject))?.passwordHash).toBe(PASSWORD_HASH);
    });

    test("disabling a person forgets their consents, so that nothing leads in again when they are enabled", async () => {
      const parties = await createParties(store());
      const { subject } = parties.account;
      const authorization = newAuthorization(parties);
      await store().authorize({ ...authorization, consent: newConsent(authorization.grant) });
      await store().disableAccount(subject, NOW);
      await store().enableAccount(subject);
      expect(await store().listConsents(subject)).toEqual([]);
    });

    test("removing a person ends all that was theirs, and frees their user name", async () => {
      const { client, account, grant, issuance } = await issue(store());
      const authorization = newAuthorization({ client, account });
      await store().authorize({ ...authorization, consent: newConsent(authorization.grant) });
      const session = newSession({ subject: account.subject });
      await store().createSession(session, null, PASSWORD_HASH);

      expect(await store().removeAccount(account.subject, NOW + 1)).toBe(true);

      expect(await store().findAccount(account.subject)).toBeNull();
      expect(await store().findAccountByUsername(account.username)).toBeNull();
      expect(await store().findSession(session.id, NOW, 0)).toBeNull();
      expect(await isActive(store(), issuance.accessToken)).toBe(false);
      expect(await store().findGrant(grant.id)).toMatchObject({
        revokedAt: NOW + 1,
        revokedReason: "person_removed",
      });
      expect(await store().listConsents(account.subject)).toEqual([]);
      expect(await store().createAccount(newAccount({ username: account.username }))).toBe(true);
      expect(await isActive(store(), issuance.accessToken)).toBe(false);
    });

    test("disabling a person ends their sessions and all they allowed", async () => {
      const { client, account, grant, issuance } = await issue(store());
      const pending = await authorize(store(), { client, account });
      const device = newDeviceCode(client);
      const deviceGrant = newGrant({ client, account }, { via: "device_code" });
      await store().createDeviceCode(device);
      await store().decideDeviceCode(device.id, deviceGrant, NOW);
      const session = newSession({ subject: account.subject });
      await store().createSession(session, null, PASSWORD_HASH);

      expect(await store().disableAccount(account.subject, NOW + 1)).toBe(true);

      expect((await store().findAccount(account.subject))?.disabledAt).toBe(NOW + 1);
      expect(await store().findAccountByUsername(account.username)).not.toBeNull();
      expect(await store().findSession(session.id, NOW, 0)).toBeNull();
      expect(await isActive(store(), issuance.accessToken)).toBe(false);
      expect(await store().findGrant(grant.id)).toMatchObject({
        revokedAt: NOW + 1,
        revokedReason: "person_disabled",
      });
      expect(await store().redeemCode(pending.code.id, FAILURE_LIMIT, newIssuance(pending.grant))).toBe(
        "refused",
      );
      expect(await store().redeemDeviceCode(device.id, newIssuance(deviceGrant))).toBe("refused");
      expect(
        (await store().rotateRefreshToken(issuance.refreshToken.id, 30, newIssuance(grant))).outcome,
      ).toBe("refused");
    });

    test("a person who is enabled again signs in again, and what was revoked stays revoked", async () => {
      const { account, issuance } = await issue(store());
      await store().disableAccount(account.subject, NOW);
      expect(await store().enableAccount(account.subject)).toBe(true);
      expect((await store().findAccount(account.subject))?.disabledAt).toBeNull();
      expect(await store().createSession(newSession({ subject: account.subject }), null, PASSWORD_HASH)).toBe(
        true,
      );
      expect(await isActive(store(), issuance.accessToken)).toBe(false);
    });

    test("changing somebody who does not exist says so", async () => {
      const nobody = subjectId("acc_missing");
      expect(await store().setPassword(nobody, "new")).toBe(false);
      expect(await store().disableAccount(nobody, NOW)).toBe(false);
      expect(await store().changePassword(nobody, PASSWORD_HASH, "new")).toBe(false);
      expect(await store().enableAccount(nobody)).toBe(false);
      expect(await store().removeAccount(nobody, NOW)).toBe(false);
    });
  });

  describe("sessions", () => {
    const store = useStore(open);

    test("a session is found with its person", async () => {
      const { account } = await createParties(store());
      const session = newSession({ subject: account.subject });
      expect(await store().createSession(session, null, PASSWORD_HASH)).toBe(true);
      expect(await store().findSession(session.id, NOW, NOW)).toEqual({ session, account });
    });

    test("a session ends to the second", async () => {
      const { account } = await createParties(store());
      const session = newSession({ subject: account.subject, expiresAt: NOW + 10 });
      await store().createSession(session, null, PASSWORD_HASH);
      expect(await store().findSession(session.id, NOW + 9, 0)).not.toBeNull();
      expect(await store().findSession(session.id, NOW + 10, 0)).toBeNull();
    });

    test("an idle session is not found until it is touched, and time never goes back", async () => {
      const { account } = await createParties(store());
      const session = newSession({ subject: account.subject });
      await store().createSession(session, null, PASSWORD_HASH);
      expect(await store().findSession(session.id, NOW, NOW + 1)).toBeNull();
      await store().touchSession(session.id, NOW + 500);
      await store().touchSession(session.id, NOW + 300);
      expect((await store().findSession(session.id, NOW, NOW + 500))?.session.lastSeenAt).toBe(NOW + 500);
    });

    test("a session is touched once a minute at most", async () => {
      const { account } = await createParties(store());
      const session = newSession({ subject: account.subject });
      await store().createSession(session, null, PASSWORD_HASH);
      const seenAt = async () => (await store().findSession(session.id, NOW, 0))?.session.lastSeenAt;
      await store().touchSession(session.id, NOW + 59);
      expect(await seenAt()).toBe(NOW);
      await store().touchSession(session.id, NOW + 60);
      expect(await seenAt()).toBe(NOW + 60);
    });

    test("a session can be ended", async () => {
      const { account } = await createParties(store());
      const session = newSession({ subject: account.subject });
      await store().createSession(session, null, PASSWORD_HASH);
      await store().endSession(session.id);
      expect(await store().findSession(session.id, NOW, 0)).toBeNull();
    });

    test("a new session ends the one that it replaces", async () => {
      const { account } = await createParties(store());
      const before = newSession({ subject: account.subject });
      const after = newSession({ subject: account.subject });
      await store().createSession(before, null, PASSWORD_HASH);
      await store().createSession(after, before.id, PASSWORD_HASH);
      expect(await store().findSession(before.id, NOW, 0)).toBeNull();
      expect(await store().findSession(after.id, NOW, 0)).not.toBeNull();
    });

    test("a sign-in whose password was replaced while it was checked gets no session", async () => {
      const { account } = await createParties(store());
      await store().setPassword(account.subject, "the operator's");
      const late = newSession({ subject: account.subject });
      expect(await store().createSession(late, null, PASSWORD_HASH)).toBe(false);
      expect(await store().createSession(late, null, null)).toBe(false);
      expect(await store().findSession(late.id, NOW, 0)).toBeNull();
      expect(await store().createSession(late, null, "the operator's")).toBe(true);
    });

    test("a person without a password gets a session, until they have one", async () => {
      const account = newAccount({ passwordHash: null });
      await store().createAccount(account);
      const { subject } = account;
      expect(await store().createSession(newSession({ subject }), null, null)).toBe(true);
      await store().setPassword(subject, "first");
      expect(await store().createSession(newSession({ subject }), null, null)).toBe(false);
    });

    test("nobody who is disabled or gone gets a session, and the one before stays", async () => {
      const { account } = await createParties(store());
      const other = newSession({ subject: account.subject });
      await store().createSession(other, null, PASSWORD_HASH);
      const disabled = newAccount({ disabledAt: NOW });
      await store().createAccount(disabled);
      expect(
        await store().createSession(newSession({ subject: disabled.subject }), other.id, PASSWORD_HASH),
      ).toBe(false);
      expect(
        await store().createSession(newSession({ subject: subjectId("acc_missing") }), other.id, null),
      ).toBe(false);
      expect(await store().findSession(other.id, NOW, 0)).not.toBeNull();
    });
  });

  describe("setup links", () => {
    const store = useStore(open);
    afterEach(async () => {
      for (const { subject } of await store().listAccounts()) await store().disableAccount(subject, NOW);
    });

    test("a link is found until it expires, to the second", async () => {
      const link = newSetupLink({ expiresAt: NOW + 10 });
      await store().createSetupLink(link);
      expect(await store().findSetupLink(link.id, NOW + 9)).toEqual(link);
      expect(await store().findSetupLink(link.id, NOW + 10)).toBeNull();
      expect(await store().redeemSetupLink(link.id, newAccount(), NOW + 10)).toBe("spent");
    });

    test("a new link replaces the earlier one", async () => {
      const earlier = newSetupLink();
      const later = newSetupLink();
      await store().createSetupLink(earlier);
      await store().createSetupLink(later);
      expect(await store().findSetupLink(earlier.id, NOW)).toBeNull();
      expect(await store().redeemSetupLink(earlier.id, newAccount(), NOW)).toBe("spent");
      expect(await store().findSetupLink(later.id, NOW)).toEqual(later);
    });

    test("of many that use a link at once, one creates an account", async () => {
      const link = newSetupLink();
      await store().createSetupLink(link);
      const accounts = Array.from({ length: 8 }, () => newAccount({ administrator: true }));
      const outcomes = await Promise.all(
        accounts.map((account) => store().redeemSetupLink(link.id, account, NOW)),
      );
      expect(outcomes.filter((outcome) => outcome === "created")).toHaveLength(1);
      expect(outcomes.filter((outcome) => outcome === "spent")).toHaveLength(7);
      const found = await Promise.all(accounts.map(({ subject }) => store().findAccount(subject)));
      expect(found.filter((account) => account !== null)).toHaveLength(1);
    });

    test("a taken user name does not use up the link", async () => {
      const { account } = await createParties(store());
      const link = newSetupLink();
      await store().createSetupLink(link);
      const sameName = newAccount({ username: account.username.toUpperCase() });
      expect(await store().redeemSetupLink(link.id, sameName, NOW)).toBe("username_taken");
      expect(await store().redeemSetupLink(link.id, newAccount(), NOW)).toBe("created");
    });

    const administrators: [string, (store: ActingStore) => Promise<unknown>][] = [
      ["is created", (store) => store.createAccount(newAccount({ administrator: true }))],
      [
        "is enabled",
        async (store) => {
          const account = newAccount({ administrator: true, disabledAt: NOW });
          await store.createAccount(account);
          return store.enableAccount(account.subject);
        },
      ],
      [
        "gets a password",
        async (store) => {
          const account = newAccount({ administrator: true, passwordHash: null });
          await store.createAccount(account);
          return store.setPassword(account.subject, "first");
        },
      ],
    ];
    for (const [what, appear] of administrators) {
      test(`a link is gone for good when an administrator ${what}`, async () => {
        const link = newSetupLink();
        expect(await store().createSetupLink(link)).toBe(true);
        await appear(store());
        expect(await store().findSetupLink(link.id, NOW)).toBeNull();
        expect(await store().redeemSetupLink(link.id, newAccount({ administrator: true }), NOW)).toBe(
          "spent",
        );
        for (const { subject } of await store().listAccounts()) await store().disableAccount(subject, NOW);
        expect(await store().findSetupLink(link.id, NOW)).toBeNull();
      });
    }

    test("a link stays when somebody is created who cannot administer", async () => {
      const link = newSetupLink();
      await store().createSetupLink(link);
      await store().createAccount(newAccount());
      await store().createAccount(newAccount({ administrator: true, passwordHash: null }));
      expect(await store().findSetupLink(link.id, NOW)).toEqual(link);
    });

    test("there is no link while somebody can administer", async () => {
      await store().createAccount(newAccount({ administrator: true }));
      const link = newSetupLink();
      expect(await store().createSetupLink(link)).toBe(false);
      expect(await store().findSetupLink(link.id, NOW)).toBeNull();
      expect(await store().redeemSetupLink(link.id, newAccount(), NOW)).toBe("spent");
    });

    test("an unknown link is spent", async () => {
      expect(await store().redeemSetupLink(newId(), newAccount(), NOW)).toBe("spent");
    });
  });
}
