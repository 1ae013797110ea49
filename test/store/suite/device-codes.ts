import { describe, expect, test } from "bun:test";
import { grantExpiry } from "../../../src/rules/grant.ts";
import { POLLED_REMEMBERED_SECONDS } from "../../../src/rules/polling.ts";
import { proves } from "../../support/proves.ts";
import { type ActingStore, DENIER } from "../acts.ts";
import {
  NOW,
  newAccount,
  newClient,
  newDeviceCode,
  newDigest,
  newGrant,
  newId,
  newIssuance,
  type Parties,
} from "../records.ts";
import type { OpenStore } from "../suite.ts";
import { createParties, isActive, useStore } from "./setting.ts";

/** A device code that its person has approved. */
async function approve(store: ActingStore, parties?: Parties) {
  const { client, account } = parties ?? (await createParties(store));
  const device = newDeviceCode(client);
  const grant = newGrant({ client, account }, { via: "device_code", expiresAt: device.expiresAt });
  await store.createDeviceCode(device);
  expect(await store.decideDeviceCode(device.id, grant, NOW)).toBe(true);
  return { client, account, device, grant };
}

export function deviceCodeSuite(open: OpenStore): void {
  describe("device codes", () => {
    const store = useStore(open);

    test("a device code is found as it was created, by id and by user code", async () => {
      const { client } = await createParties(store());
      const device = newDeviceCode(client);
      expect(await store().createDeviceCode(device)).toBe(true);
      expect(await store().findDeviceCode(device.id)).toEqual({ device, grant: null });
      expect(await store().findPendingDeviceCode(device.userCodeDigest, NOW)).toEqual(device);
      expect(await store().findDeviceCode(newId())).toBeNull();
      expect(await store().findPendingDeviceCode(newDigest(), NOW)).toBeNull();
    });

    test("a user code that is in use cannot be given to a second device", async () => {
      const { client } = await createParties(store());
      const { userCodeDigest } = newDeviceCode(client);
      const devices = Array.from({ length: 8 }, () => newDeviceCode(client, { userCodeDigest }));
      const outcomes = await Promise.all(devices.map((device) => store().createDeviceCode(device)));
      expect(outcomes.filter((created) => created)).toHaveLength(1);
    });

    test("a user code is free again when its device code has been cleaned up", async () => {
      const { client } = await createParties(store());
      const first = newDeviceCode(client);
      const { userCodeDigest, expiresAt } = first;
      const second = newDeviceCode(client, {
        userCodeDigest,
        createdAt: expiresAt,
        expiresAt: expiresAt + 600,
      });
      await store().createDeviceCode(first);
      expect(await store().createDeviceCode(second)).toBe(false);
      await store().removeExpired(expiresAt + POLLED_REMEMBERED_SECONDS, 0, 1000);
      expect(await store().createDeviceCode(second)).toBe(true);
      expect(await store().findPendingDeviceCode(userCodeDigest, expiresAt)).toEqual(second);
    });

    test("an expired device code is not pending, and is still found by id", async () => {
      const { client } = await createParties(store());
      const device = newDeviceCode(client);
      await store().createDeviceCode(device);
      expect(await store().findPendingDeviceCode(device.userCodeDigest, device.expiresAt)).toBeNull();
      expect(await store().findDeviceCode(device.id)).not.toBeNull();
    });

    test("an approved device code knows its grant and is no longer pending", async () => {
      const { device, grant } = await approve(store());
      expect(await store().findDeviceCode(device.id)).toEqual({
        device: { ...device, status: "approved", grantId: grant.id },
        grant,
      });
      expect(await store().findPendingDeviceCode(device.userCodeDigest, NOW)).toBeNull();
    });

    test("a denied device code has no grant and issues nothing", async () => {
      const { client, account } = await createParties(store());
      const device = newDeviceCode(client);
      await store().createDeviceCode(device);
      expect(await store().decideDeviceCode(device.id, null, NOW)).toBe(true);
      expect(await store().findDeviceCode(device.id)).toEqual({
        device: { ...device, status: "denied", deniedBy: DENIER },
        grant: null,
      });
      const issuance = newIssuance(newGrant({ client, account }));
      expect(await store().redeemDeviceCode(device.id, issuance)).toBe("refused");
    });

    test("of many decisions at once one counts", async () => {
      const { client, account } = await createParties(store());
      const device = newDeviceCode(client);
      await store().createDeviceCode(device);
      const grants = Array.from({ length: 8 }, (_, index) =>
        index % 2 === 0 ? newGrant({ client, account }) : null,
      );
      const outcomes = await Promise.all(
        grants.map((grant) => store().decideDeviceCode(device.id, grant, NOW)),
      );
      expect(outcomes.filter((counted) => counted)).toHaveLength(1);
      const stored = await Promise.all(grants.map((grant) => (grant ? store().findGrant(grant.id) : null)));
      expect(stored.filter((grant) => grant !== null).length).toBeLessThanOrEqual(1);
    });

    test("a decision is refused after the code's end, or for somebody who is disabled", async () => {
      const { client, account } = await createParties(store());
      const disabled = newAccount({ disabledAt: NOW });
      await store().createAccount(disabled);
      const device = newDeviceCode(client);
      await store().createDeviceCode(device);
      const late = newGrant({ client, account });
      expect(await store().decideDeviceCode(device.id, late, device.expiresAt)).toBe(false);
      expect(await store().findGrant(late.id)).toBeNull();
      expect(await store().decideDeviceCode(device.id, newGrant({ client, account: disabled }), NOW)).toBe(
        false,
      );
      expect(await store().decideDeviceCode(newId(), null, NOW)).toBe(false);
      expect(await store().findPendingDeviceCode(device.userCodeDigest, NOW)).toEqual(device);
    });

    test("redeeming issues the tokens and activates the grant", async () => {
      const { device, grant } = await approve(store());
      const issuance = newIssuance(grant, NOW + 5);
      expect(await store().redeemDeviceCode(device.id, issuance)).toBe("issued");
      expect((await store().findActiveAccessToken(issuance.accessToken.id, NOW + 5))?.token).toEqual(
        issuance.accessToken,
      );
      expect(await store().findRefreshToken(issuance.refreshToken.id)).toEqual({
        token: issuance.refreshToken,
        grant: {
          ...grant,
          activatedAt: NOW + 5,
          expiresAt: grantExpiry(NOW + 5, issuance.refreshToken.expiresAt),
        },
      });
      expect((await store().findDeviceCode(device.id))?.device.usedAt).toBe(NOW + 5);
    });

    test("of many redemptions at once one is issued, and its tokens live", async () => {
      for (let round = 0; round < 20; round += 1) {
        const { device, grant } = await approve(store());
        const issuances = Array.from({ length: 8 }, () => newIssuance(grant));
        const outcomes = await Promise.all(
          issuances.map((issuance) => store().redeemDeviceCode(device.id, issuance)),
        );
        expect(outcomes.toSorted()).toEqual(["issued", ...Array(7).fill("refused")]);
        const active = await Promise.all(issuances.map(({ accessToken }) => isActive(store(), accessToken)));
        expect(active.filter((each) => each)).toHaveLength(1);
      }
    });

    test(
      proves(
        "redeeming is refused while pending, after the end, after revocation, and for a disabled client",
        "threat 19",
      ),
      async () => {
        const { client, account } = await createParties(store());
        const pending = newDeviceCode(client);
        await store().createDeviceCode(pending);
        expect(await store().redeemDeviceCode(pending.id, newIssuance(newGrant({ client, account })))).toBe(
          "refused",
        );

        const expired = await approve(store());
        const late = newIssuance(expired.grant, expired.device.expiresAt);
        expect(await store().redeemDeviceCode(expired.device.id, late)).toBe("refused");

        const revoked = await approve(store());
        await store().revokeGrant(revoked.grant.id, "revoked_by_person", NOW);
        expect(await store().redeemDeviceCode(revoked.device.id, newIssuance(revoked.grant))).toBe("refused");

        const disabled = await approve(store());
        await store().putClient({ ...disabled.client, disabledAt: NOW });
        expect(await store().redeemDeviceCode(disabled.device.id, newIssuance(disabled.grant))).toBe(
          "refused",
        );

        const unknown = newIssuance(newGrant({ client: newClient(), account }));
        expect(await store().redeemDeviceCode(newId(), unknown)).toBe("refused");
      },
    );
  });
}
