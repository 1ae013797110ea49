import { describe, expect, test } from "bun:test";
import { type AccessFilter, grantExpiry } from "../../../src/rules/grant.ts";
import type { RevocationReason } from "../../../src/store/tables/grants.ts";

import {
  clientId,
  NOW,
  newAccount,
  newAuthorization,
  newClient,
  newConsent,
  newDeviceCode,
  newGrant,
  newId,
  newIssuance,
  type Parties,
} from "../records.ts";
import type { OpenStore } from "../suite.ts";
import { authorize, createParties, FAILURE_LIMIT, isActive, issue, useStore } from "./setting.ts";

export function grantSuite(open: OpenStore): void {
  describe("grants", () => {
    const store = useStore(open);

    test("are listed for a person, for a client, for both and for all, newest first", async () => {
      const parties = await createParties(store());
      const otherClient = newClient();
      const otherAccount = newAccount();
      await store().createClient(otherClient);
      await store().createAccount(otherAccount);
      const own = await issue(store(), parties, NOW - 3);
      const other = await issue(store(), { client: otherClient, account: parties.account }, NOW - 2);
      const foreign = await issue(store(), { client: parties.client, account: otherAccount }, NOW - 1);
      const ids = async (filter: Parameters<ReturnType<typeof store>["listGrants"]>[0]) =>
        (await store().listGrants(filter, NOW)).map((grant) => grant.id);
      const { subject } = parties.account;
      const { clientId } = parties.client;
      expect(await ids({ subject })).toEqual([other.grant.id, own.grant.id]);
      expect(await ids({ clientId })).toEqual([foreign.grant.id, own.grant.id]);
      expect(await ids({ subject, clientId })).toEqual([own.grant.id]);
      expect(await ids({})).toEqual([foreign.grant.id, other.grant.id, own.grant.id]);
    });

    test("are listed as they are found", async () => {
      const { account, grant } = await issue(store());
      const found = await store().findGrant(grant.id);
      expect(found).toMatchObject({ id: grant.id, activatedAt: NOW });
      expect(await store().listGrants({ subject: account.subject }, NOW)).toEqual(found ? [found] : []);
    });

    test("are listed while a code is open, since tokens may be fetched at any moment", async () => {
      const parties = await createParties(store());
      const { subject } = parties.account;
      const { grant, code } = await authorize(store(), parties);
      const ids = async (now: number) => (await store().listGrants({ subject }, now)).map(({ id }) => id);
      expect(await ids(code.expiresAt - 1)).toEqual([grant.id]);
      expect(await ids(code.expiresAt)).toEqual([]);
    });

    test("are not listed after revocation, or after their end", async () => {
      const { account, grant, issuance } = await issue(store());
      const { subject } = account;
      const end = grantExpiry(NOW, issuance.refreshToken.expiresAt);
      expect(await store().listGrants({ subject }, end - 1)).toHaveLength(1);
      expect(await store().listGrants({ subject }, end)).toEqual([]);

      await store().revokeGrant(grant.id, "revoked_by_person", NOW);
      expect(await store().listGrants({ subject }, NOW)).toEqual([]);
    });

    test("are revoked once, and keep the first reason", async () => {
      const { grant } = await issue(store());
      expect(await store().revokeGrant(grant.id, "revoked_by_client", NOW)).toBe(true);
      expect(await store().revokeGrant(grant.id, "revoked_by_operator", NOW + 1)).toBe(false);
      expect(await store().revokeGrant(newId(), "revoked_by_operator", NOW)).toBe(false);
      expect(await store().findGrant(grant.id)).toMatchObject({
        revokedAt: NOW,
        revokedReason: "revoked_by_client",
      });
    });

    test("of many revocations at once one counts", async () => {
      const { grant } = await issue(store());
      const outcomes = await Promise.all(
        Array.from({ length: 8 }, () => store().revokeGrant(grant.id, "revoked_by_person", NOW)),
      );
      expect(outcomes.filter((counted) => counted)).toHaveLength(1);
    });

    /**
     * All access that a person can give a client: tokens, an open code, an approved device code without a poll, a
     * consent.
     */
    async function giveEverything(parties: Parties) {
      const issued = await issue(store(), parties);
      const open = await authorize(store(), parties);
      const device = newDeviceCode(parties.client);
      const deviceGrant = newGrant(parties, { via: "device_code" });
      await store().createDeviceCode(device);
      await store().decideDeviceCode(device.id, deviceGrant, NOW);
      const consented = newAuthorization(parties);
      const consent = newConsent(consented.grant);
      await store().authorize({ ...consented, consent });
      return { ...parties, issued, open, device, deviceGrant, consent };
    }
    type Given = Awaited<ReturnType<typeof giveEverything>>;

    /** The remaining access. */
    async function waysIn({ issued, open, device, deviceGrant, consent, ...parties }: Given) {
      const { subject, clientId, recipient } = consent;
      const silent = newAuthorization(parties, { consent: "remembered" });
      const ways = {
        token: await isActive(store(), issued.issuance.accessToken),
        refresh:
          (await store().rotateRefreshToken(issued.issuance.refreshToken.id, 30, newIssuance(issued.grant)))
            .outcome === "rotated",
        code: (await store().redeemCode(open.code.id, FAILURE_LIMIT, newIssuance(open.grant))) === "issued",
        device: (await store().redeemDeviceCode(device.id, newIssuance(deviceGrant))) === "issued",
        consent: (await store().findConsent(subject, clientId, recipient)) !== null,
        silently: (await store().authorize(silent)) === "authorized",
      };
      return Object.entries(ways).flatMap(([way, open]) => (open ? [way] : []));
    }
    const ALL_WAYS = ["token", "refresh", "code", "device", "consent", "silently"];

    const filters: [string, (given: Given) => AccessFilter, { person: boolean; client: boolean }][] = [
      [
        "a person and a client",
        ({ consent: { subject, clientId } }) => ({ subject, clientId }),
        { person: false, client: false },
      ],
      ["a person", ({ consent: { subject } }) => ({ subject }), { person: true, client: false }],
      ["a client", ({ consent: { clientId } }) => ({ clientId }), { person: false, client: true }],
    ];
    for (const [what, filterOf, reaches] of filters) {
      test(`revoking the access of ${what} leaves no way in, and all other access alone`, async () => {
        const parties = await createParties(store());
        const given = await giveEverything(parties);
        const samePerson = await giveEverything({
          ...(await createParties(store())),
          account: parties.account,
        });
        const sameClient = await giveEverything({
          ...(await createParties(store())),
          client: parties.client,
        });

        const revoked = await store().revokeAccess(filterOf(given), "revoked_by_operator", NOW);

        // Tokens, an open code, a device code, and the code with the consent; of one or two pairs of parties.
        const times = reaches.person || reaches.client ? 2 : 1;
        expect(revoked).toEqual({ grants: expect.any(Array), consents: times });
        expect(revoked.grants).toHaveLength(4 * times);
        expect(revoked.grants).toContainEqual(given.deviceGrant.id);
        expect((await store().findGrant(given.issued.grant.id))?.revokedReason).toBe("revoked_by_operator");
        expect(await waysIn(given)).toEqual([]);
        expect(await waysIn(samePerson)).toEqual(reaches.person ? [] : ALL_WAYS);
        expect(await waysIn(sameClient)).toEqual(reaches.client ? [] : ALL_WAYS);
      });
    }

    test("revoking access again finds nothing, and counts no grant that had expired", async () => {
      const { account, grant, code } = await authorize(store());
      const filter = { subject: account.subject };
      expect(await store().revokeAccess(filter, "revoked_by_person", code.expiresAt)).toEqual({
        grants: [],
        consents: 0,
      });
      expect((await store().findGrant(grant.id))?.revokedAt).not.toBeNull();
      expect(await store().revokeAccess(filter, "revoked_by_person", NOW)).toEqual({
        grants: [],
        consents: 0,
      });
    });

    const reasons: [RevocationReason, boolean][] = [
      ["revoked_by_person", false],
      ["revoked_by_operator", false],
      ["revoked_by_client", true],
      ["refresh_token_replayed", true],
    ];
    for (const [reason, keeps] of reasons) {
      test(`one that ends as ${reason} ${keeps ? "leaves" : "takes"} the consent, and leaves other grants`, async () => {
        const given = await giveEverything(await createParties(store()));
        await store().revokeGrant(given.open.grant.id, reason, NOW);
        const kept = keeps ? ALL_WAYS : ALL_WAYS.filter((way) => way !== "consent" && way !== "silently");
        expect(await waysIn(given)).toEqual(kept.filter((way) => way !== "code"));
      });
    }

    test("one that its client had given back still takes the consent when the operator revokes it", async () => {
      const given = await giveEverything(await createParties(store()));
      const { id, subject } = given.issued.grant;
      await store().revokeGrant(id, "revoked_by_client", NOW);
      expect(await store().listConsents(subject)).toHaveLength(1);
      expect(await store().revokeGrant(id, "revoked_by_operator", NOW)).toBe(false);
      expect(await store().listConsents(subject)).toEqual([]);
    });

    test("a missing grant is null", async () => {
      expect(await store().findGrant(newId())).toBeNull();
      expect(await store().listGrants({ clientId: clientId("nobody") }, NOW)).toEqual([]);
    });
  });
}
