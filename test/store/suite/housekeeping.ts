import { describe, expect, test } from "bun:test";
import { grantExpiry } from "../../../src/rules/grant.ts";
import { SPARE_SECONDS } from "../../../src/rules/once.ts";
import { wordsOfClient } from "../../../src/rules/search-words.ts";
import { StoreUnavailable } from "../../../src/store/contract.ts";
import { type ClientRecord, clientWords } from "../../../src/store/tables/clients.ts";
import type { ActingStore } from "../acts.ts";

import {
  NOW,
  newAccount,
  newAuthorization,
  newClient,
  newClientToken,
  newDeviceCode,
  newGrant,
  newId,
  newIssuance,
  newSession,
  newSetupLink,
  PASSWORD_HASH,
} from "../records.ts";
import type { OpenStore } from "../suite.ts";
import { authorize, createParties, FAILURE_LIMIT, isActive, issue, useStore } from "./setting.ts";

const DAY = 86_400;

/** Cleans up as the program does, and returns the count. */
async function cleanUp(store: ActingStore, now: number, unusedSince = 0, limit = 1000): Promise<number> {
  let total = 0;
  for (;;) {
    const removed = await store.removeExpired(now, unusedSince, limit);
    if (removed === 0) return total;
    total += removed;
  }
}

export function housekeepingSuite(open: OpenStore): void {
  describe("clean-up", () => {
    const store = useStore(open);

    test("removes rows of each kind at their expiry, to the second, and leaves the others", async () => {
      const parties = await createParties(store());
      const { client, account } = parties;
      const form = { id: newId(), expiresAt: NOW + 60, sealed: "sealed" };
      const { grant, code, ...rest } = newAuthorization(parties, { form });
      await store().authorize({ grant, code, ...rest });
      const device = newDeviceCode(client, { expiresAt: NOW + 60 });
      await store().createDeviceCode(device);
      await store().createSession(
        newSession({ subject: account.subject, expiresAt: NOW + 60 }),
        null,
        PASSWORD_HASH,
      );
      await store().createSetupLink(newSetupLink({ expiresAt: NOW + 60 }));
      const short = newClientToken(client, { expiresAt: NOW + 60 });
      const long = newClientToken(client, { expiresAt: NOW + 61 });
      await store().issueAccessToken(short);
      await store().issueAccessToken(long);

      expect(await cleanUp(store(), NOW + 59)).toBe(0);
      // Grant, code, session, link and one access token.
      expect(await cleanUp(store(), NOW + 60)).toBe(5);
      expect(await store().findCode(code.id)).toBeNull();
      expect(await store().findGrant(grant.id)).toBeNull();
      expect(await store().revokeAccessToken(short.id)).toBe(false);
      expect(await isActive(store(), long, NOW + 60)).toBe(true);
      expect(await cleanUp(store(), NOW + 61)).toBe(1);
      // The form: what counts once is remembered for longer than it counts.
      expect(await cleanUp(store(), NOW + 60 + SPARE_SECONDS)).toBe(1);
      // The device code stays an hour longer, for a device that asks late.
      await cleanUp(store(), NOW + 60 + 3599);
      expect(await store().findDeviceCode(device.id)).not.toBeNull();
      await cleanUp(store(), NOW + 60 + 3600);
      expect(await store().findDeviceCode(device.id)).toBeNull();
    });

    test("removes no more than the limit of one kind at a time", async () => {
      const { client } = await createParties(store());
      const tokens = Array.from({ length: 7 }, () => newClientToken(client, { expiresAt: NOW + 1 }));
      await Promise.all(tokens.map((token) => store().issueAccessToken(token)));
      expect(await store().removeExpired(NOW + 1, 0, 3)).toBe(3);
      expect(await store().removeExpired(NOW + 1, 0, 3)).toBe(3);
      expect(await store().removeExpired(NOW + 1, 0, 3)).toBe(1);
      expect(await store().removeExpired(NOW + 1, 0, 3)).toBe(0);
    });

    test("passes over long-lived tokens on its way to short-lived ones", async () => {
      const { client } = await createParties(store());
      const long = Array.from({ length: 20 }, () => newClientToken(client, { expiresAt: NOW + 900_000 }));
      const short = Array.from({ length: 20 }, () => newClientToken(client, { expiresAt: NOW + 1 }));
      for (const token of [...long, ...short]) await store().issueAccessToken(token);
      expect(await cleanUp(store(), NOW + 1, 0, 6)).toBe(20);
      for (const token of long) expect(await isActive(store(), token, NOW + 1)).toBe(true);
      await cleanUp(store(), NOW + 899_999, 0, 6);
      expect(await cleanUp(store(), NOW + 900_000, 0, 6)).toBe(20);
    });

    test("keeps a grant and its used code while anything that was issued from it lives", async () => {
      const { grant, code, issuance } = await issue(store());
      const end = grantExpiry(NOW, issuance.refreshToken.expiresAt);
      await cleanUp(store(), issuance.refreshToken.expiresAt - 1);
      expect(await store().findRefreshToken(issuance.refreshToken.id)).not.toBeNull();
      await cleanUp(store(), end - 1);
      expect(await store().findCode(code.id)).not.toBeNull();
      await cleanUp(store(), end);
      expect(await store().findGrant(grant.id)).toBeNull();
      expect(await store().findCode(code.id)).toBeNull();
      expect(await store().findRefreshToken(issuance.refreshToken.id)).toBeNull();
      expect(await store().redeemCode(code.id, FAILURE_LIMIT, newIssuance(grant, end))).toBe("refused");
    });

    test("keeps a revoked grant until its expiry", async () => {
      const { grant, issuance } = await issue(store());
      await store().revokeGrant(grant.id, "revoked_by_person", NOW);
      const end = grantExpiry(NOW, issuance.refreshToken.expiresAt);
      await cleanUp(store(), end - 1);
      expect(await store().findGrant(grant.id)).not.toBeNull();
      await cleanUp(store(), end);
      expect(await store().findGrant(grant.id)).toBeNull();
    });

    test("a used refresh token is recognised as long as it would have lived", async () => {
      const { grant, issuance } = await issue(store());
      const { id, expiresAt } = issuance.refreshToken;
      await store().rotateRefreshToken(id, 30, newIssuance(grant, NOW + 100));
      await cleanUp(store(), expiresAt - 1);
      const late = newIssuance(grant, expiresAt - 1);
      expect((await store().rotateRefreshToken(id, 30, late)).outcome).toBe("replayed");
    });

    describe("of registrations", () => {
      const register = async (createdAt = NOW - 100) => {
        const client = newClient({ createdAt, source: "registration" });
        await store().createClient(client);
        return client;
      };
      const isThere = async ({ clientId }: ClientRecord) => (await store().findClient(clientId)) !== null;

      test("removes those that nobody used, to the second, and no client of the operator's", async () => {
        const unused = await register();
        const young = await register(NOW);
        const configured = newClient({ createdAt: NOW - 100, source: "configuration" });
        const created = newClient({ createdAt: NOW - 100, source: "operator" });
        for (const client of [configured, created]) await store().createClient(client);
        expect(await cleanUp(store(), NOW, NOW - 100)).toBe(0);
        const words = wordsOfClient(unused).length;
        expect(words).toBeGreaterThan(1);
        expect(await cleanUp(store(), NOW, NOW - 99)).toBe(1 + words);
        expect(await isThere(unused)).toBe(false);
        expect(await store().list(clientWords, { where: { clientId: unused.clientId }, limit: 9 })).toEqual(
          [],
        );
        for (const client of [young, configured, created]) expect(await isThere(client)).toBe(true);
      });

      test("removes one that only ever asked for device codes, however often", async () => {
        const client = await register();
        for (let count = 0; count < 3; count += 1) await store().createDeviceCode(newDeviceCode(client));
        const denied = newDeviceCode(client);
        await store().createDeviceCode(denied);
        await store().decideDeviceCode(denied.id, null, NOW);
        await cleanUp(store(), NOW, NOW - 99);
        expect(await isThere(client)).toBe(false);
      });

      test("keeps one that a person allowed something, by code or on a device, for good", async () => {
        const { account } = await createParties(store());
        const byCode = await register();
        const onDevice = await register();
        await authorize(store(), { client: byCode, account });
        const device = newDeviceCode(onDevice);
        await store().createDeviceCode(device);
        const grant = newGrant({ client: onDevice, account }, { via: "device_code" });
        await store().decideDeviceCode(device.id, grant, NOW);
        // The client's own tokens do not change that.
        for (const client of [byCode, onDevice]) await store().issueAccessToken(newClientToken(client));
        const first = await register();
        await store().issueAccessToken(newClientToken(first));
        await authorize(store(), { client: first, account });
        await cleanUp(store(), NOW + 1e9, NOW + 1e9);
        expect(await isThere(byCode)).toBe(true);
        expect(await isThere(onDevice)).toBe(true);
        expect(await isThere(first)).toBe(true);
      });

      test("keeps one while a token of its own lives, however long, and removes it when it has had none", async () => {
        const client = await register();
        const expiresAt = NOW + 400 * DAY;
        await store().issueAccessToken(newClientToken(client, { expiresAt }));
        await store().issueAccessToken(newClientToken(client, { expiresAt: NOW + 60 }));
        await cleanUp(store(), expiresAt, expiresAt);
        expect(await isThere(client)).toBe(true);
        await cleanUp(store(), expiresAt + 2 * DAY, expiresAt + 2 * DAY);
        expect(await isThere(client)).toBe(false);
      });

      test("tells from when one is unused that has so many newer ones after it", async () => {
        const { store: own, close } = await open();
        const add = (createdAt: number, source: ClientRecord["source"] = "registration") =>
          own.createClient(newClient({ createdAt, source }));
        for (const createdAt of [NOW + 2, NOW, NOW + 1]) await add(createdAt);
        // Neither counts: the operator's client, and a client that a person has allowed something.
        await add(NOW + 3, "operator");
        const allowed = newClient({ createdAt: NOW + 4, source: "registration" });
        const account = newAccount();
        await own.createClient(allowed);
        await own.createAccount(account);
        await authorize(own, { client: allowed, account });
        expect(await own.findCrowdedOut(0)).toBe(NOW + 2);
        expect(await own.findCrowdedOut(2)).toBe(NOW);
        expect(await own.findCrowdedOut(3)).toBeNull();
        await close();
      });

      test("keeps one that gets tokens regularly", async () => {
        const client = await register();
        for (let now = NOW; now < NOW + 90 * DAY; now += 3600 * 20) {
          await store().issueAccessToken(newClientToken(client, { issuedAt: now, expiresAt: now + 60 }));
          await store().removeExpired(now, now - DAY, 1000);
        }
        expect(await isThere(client)).toBe(true);
      });
    });

    test("an authorized but unredeemed code goes when it expires", async () => {
      const { code } = await authorize(store());
      await cleanUp(store(), code.expiresAt - 1);
      expect(await store().findCode(code.id)).not.toBeNull();
      await cleanUp(store(), code.expiresAt);
      expect(await store().findCode(code.id)).toBeNull();
    });
  });

  describe("the store", () => {
    test("answers a ping while it is open", async () => {
      const { store, close } = await open();
      await store.ping();
      await close();
      await expect(store.ping()).rejects.toBeInstanceOf(StoreUnavailable);
    });
  });
}
