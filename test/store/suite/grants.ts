import { describe, expect, test } from "bun:test";
import {
  clientId,
  NOW,
  newAccount,
  newAuthorization,
  newClient,
  newConsent,
  newId,
  newIssuance,
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

    test("are not listed before tokens were issued, after revocation, or after their end", async () => {
      const parties = await createParties(store());
      const { subject } = parties.account;
      await authorize(store(), parties);
      expect(await store().listGrants({ subject }, NOW)).toEqual([]);

      const { grant, issuance } = await issue(store(), parties);
      const end = issuance.refreshToken.expiresAt;
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

    test("revoking a client's access ends all its grants from the person, and forgets the consent", async () => {
      const parties = await createParties(store());
      const { subject } = parties.account;
      const { clientId } = parties.client;
      const first = await issue(store(), parties);
      const open = await authorize(store(), parties);
      const consented = newAuthorization(parties);
      const consent = newConsent(consented.grant);
      await store().authorize({ ...consented, consent });
      const bystander = await issue(store(), {
        client: parties.client,
        account: (await createParties(store())).account,
      });

      expect(await store().revokeClientAccess(subject, clientId, "revoked_by_person", NOW)).toBe(3);

      expect(await isActive(store(), first.issuance.accessToken)).toBe(false);
      expect(await store().redeemCode(open.code.id, FAILURE_LIMIT, newIssuance(open.grant))).toBe("refused");
      expect(await store().findConsent(subject, clientId, consent.redirectUri)).toBeNull();
      expect((await store().findGrant(first.grant.id))?.revokedReason).toBe("revoked_by_person");
      expect(await isActive(store(), bystander.issuance.accessToken)).toBe(true);
      expect(await store().revokeClientAccess(subject, clientId, "revoked_by_person", NOW)).toBe(0);
    });

    test("a missing grant is null", async () => {
      expect(await store().findGrant(newId())).toBeNull();
      expect(await store().listGrants({ clientId: clientId("nobody") }, NOW)).toEqual([]);
    });
  });
}
