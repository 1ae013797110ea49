import { describe, expect, test } from "bun:test";
import { grantExpiry } from "../../../src/rules/grant.ts";
import type { AccessTokenRecord } from "../acts.ts";

import {
  NOW,
  newAccessToken,
  newClient,
  newClientToken,
  newId,
  newIssuance,
  resources,
  scopes,
} from "../records.ts";
import type { OpenStore } from "../suite.ts";
import { authorize, createParties, FAILURE_LIMIT, isActive, issue, useStore } from "./setting.ts";

const WINDOW = 30;

export function tokenSuite(open: OpenStore): void {
  describe("access tokens", () => {
    const store = useStore(open);

    test("a client's own token is found as it was issued, without a grant", async () => {
      const { client } = await createParties(store());
      const token = newClientToken(client, {
        scope: scopes("a", "b"),
        resources: resources("https://api.example/", "urn:example:x"),
      });
      expect(await store().issueAccessToken(token)).toBe("issued");
      expect(await store().findActiveAccessToken(token.id, NOW)).toEqual({ token, grant: null });
    });

    test("a token without scope or audience is found as it was issued", async () => {
      const { client } = await createParties(store());
      const token = newClientToken(client);
      await store().issueAccessToken(token);
      expect(await store().findActiveAccessToken(token.id, NOW)).toEqual({ token, grant: null });
    });

    test("a token is found as it was issued, whether it has all of its grant or part of it", async () => {
      const parts: Partial<AccessTokenRecord>[] = [
        {},
        { scope: scopes("mail", "contacts") },
        { resources: resources("https://mail.example/", "https://dav.example/a") },
        { scope: scopes("mail", "contacts"), resources: [] },
        { scope: [], resources: [] },
        { scope: [], resources: resources("https://mail.example/", "https://dav.example/a") },
        {
          scope: scopes("mail", "contacts"),
          resources: resources("https://mail.example/", "https://dav.example/a"),
        },
      ];
      for (const part of parts) {
        const { grant, code } = await authorize(store());
        const issuance = { ...newIssuance(grant), accessToken: newAccessToken(grant, part) };
        expect(await store().redeemCode(code.id, FAILURE_LIMIT, issuance)).toBe("issued");
        const found = await store().findActiveAccessToken(issuance.accessToken.id, NOW);
        expect(found?.token).toEqual(issuance.accessToken);
        expect(found?.grant?.scope).toEqual(grant.scope);
      }
    });

    test("a token expires to the second", async () => {
      const { client } = await createParties(store());
      const token = newClientToken(client);
      await store().issueAccessToken(token);
      expect(await isActive(store(), token, token.expiresAt - 1)).toBe(true);
      expect(await isActive(store(), token, token.expiresAt)).toBe(false);
    });

    test("nothing is issued to a client that is disabled or gone", async () => {
      const disabled = newClient({ disabledAt: NOW });
      await store().createClient(disabled);
      for (const client of [disabled, newClient()]) {
        const token = newClientToken(client);
        expect(await store().issueAccessToken(token)).toBe("refused");
        expect(await isActive(store(), token)).toBe(false);
      }
    });

    test("tokens of a disabled client are not active", async () => {
      const { client, issuance } = await issue(store());
      const own = newClientToken(client);
      await store().issueAccessToken(own);
      await store().putClient({ ...client, disabledAt: NOW });
      expect(await isActive(store(), own)).toBe(false);
      expect(await isActive(store(), issuance.accessToken)).toBe(false);
    });

    test("a revoked grant ends its access token", async () => {
      const { grant, issuance } = await issue(store());
      expect(await isActive(store(), issuance.accessToken)).toBe(true);
      await store().revokeGrant(grant.id, "revoked_by_client", NOW);
      expect(await isActive(store(), issuance.accessToken)).toBe(false);
    });

    test("one access token is revoked once, and its grant lives on", async () => {
      const { grant, issuance } = await issue(store());
      expect(await store().revokeAccessToken(issuance.accessToken.id)).toBe(true);
      expect(await store().revokeAccessToken(issuance.accessToken.id)).toBe(false);
      expect(await isActive(store(), issuance.accessToken)).toBe(false);
      expect((await store().findGrant(grant.id))?.revokedAt).toBeNull();
    });

    test("an unknown token is not active", async () => {
      expect(await store().findActiveAccessToken(newId(), NOW)).toBeNull();
      expect(await store().findRefreshToken(newId())).toBeNull();
    });

    test("a write is seen by every read that starts after it", async () => {
      const { client } = await createParties(store());
      for (let round = 0; round < 50; round += 1) {
        const token = newClientToken(client);
        const before = isActive(store(), token);
        await store().issueAccessToken(token);
        expect(await isActive(store(), token)).toBe(true);
        await before;
        await store().revokeAccessToken(token.id);
        expect(await isActive(store(), token)).toBe(false);
      }
    });
  });

  describe("rotating a refresh token", () => {
    const store = useStore(open);

    test("consumes it, and stores the successor and the access token", async () => {
      const { grant, issuance } = await issue(store());
      const next = newIssuance(grant, NOW + 100);
      const { id } = issuance.refreshToken;
      expect(await store().rotateRefreshToken(id, WINDOW, next)).toEqual({ outcome: "rotated" });
      // The grant outlives its first refresh token, and so also the second.
      const { expiresAt } = issuance.refreshToken;
      const kept = { ...grant, activatedAt: NOW, expiresAt: grantExpiry(NOW, expiresAt) };
      expect(kept.expiresAt).toBeGreaterThan(next.refreshToken.expiresAt);
      expect(await store().findRefreshToken(id)).toEqual({
        token: {
          ...issuance.refreshToken,
          usedAt: NOW + 100,
          successorId: next.refreshToken.id,
          usedFrom: new Uint8Array(8),
        },
        grant: kept,
      });
      expect((await store().findRefreshToken(next.refreshToken.id))?.token).toEqual(next.refreshToken);
      expect(await store().findActiveAccessToken(next.accessToken.id, NOW + 100)).toMatchObject({
        token: next.accessToken,
        grant: { id: kept.id, revokedAt: null },
      });
      expect(await isActive(store(), issuance.accessToken)).toBe(true);
    });

    test("a rotation extends the grant when what it issues would outlive it", async () => {
      const { grant, issuance } = await issue(store());
      const kept = grantExpiry(NOW, issuance.refreshToken.expiresAt);
      const next = newIssuance(grant, NOW + 100);
      const long = { ...next, refreshToken: { ...next.refreshToken, expiresAt: kept + 1 } };
      await store().rotateRefreshToken(issuance.refreshToken.id, WINDOW, long);
      expect((await store().findGrant(grant.id))?.expiresAt).toBe(grantExpiry(NOW + 100, kept + 1));
    });

    test("a rotation that issues less does not shorten the grant", async () => {
      const { grant, issuance } = await issue(store());
      const next = newIssuance(grant);
      const short = { ...next, refreshToken: { ...next.refreshToken, expiresAt: NOW + 700 } };
      await store().rotateRefreshToken(issuance.refreshToken.id, WINDOW, short);
      const { expiresAt } = issuance.refreshToken;
      expect((await store().findGrant(grant.id))?.expiresAt).toBe(grantExpiry(NOW, expiresAt));
    });

    test("a retry within the window gets the same successor, and nothing is stored", async () => {
      const { grant, issuance } = await issue(store());
      const first = newIssuance(grant);
      const retry = newIssuance(grant, NOW + WINDOW);
      const { id } = issuance.refreshToken;
      await store().rotateRefreshToken(id, WINDOW, first);
      expect(await store().rotateRefreshToken(id, WINDOW, retry)).toEqual({
        outcome: "retried",
        successor: first.refreshToken,
      });
      expect(await isActive(store(), retry.accessToken, NOW + WINDOW)).toBe(false);
      expect(await isActive(store(), first.accessToken, NOW + WINDOW)).toBe(true);
      expect(await store().findRefreshToken(retry.refreshToken.id)).toBeNull();
      expect((await store().findGrant(grant.id))?.revokedAt).toBeNull();
    });

    test("a use after the window revokes the grant", async () => {
      const { grant, issuance } = await issue(store());
      const first = newIssuance(grant);
      const late = newIssuance(grant, NOW + WINDOW + 1);
      await store().rotateRefreshToken(issuance.refreshToken.id, WINDOW, first);
      expect(await store().rotateRefreshToken(issuance.refreshToken.id, WINDOW, late)).toEqual({
        outcome: "replayed",
      });
      expect(await store().findGrant(grant.id)).toMatchObject({
        revokedAt: NOW + WINDOW + 1,
        revokedReason: "refresh_token_replayed",
      });
      for (const { accessToken } of [issuance, first, late]) {
        expect(await isActive(store(), accessToken)).toBe(false);
      }
      expect(
        (await store().rotateRefreshToken(first.refreshToken.id, WINDOW, newIssuance(grant))).outcome,
      ).toBe("refused");
    });

    test("a use after the successor was used revokes the grant, even within the window", async () => {
      const { grant, issuance } = await issue(store());
      const first = newIssuance(grant);
      await store().rotateRefreshToken(issuance.refreshToken.id, WINDOW, first);
      await store().rotateRefreshToken(first.refreshToken.id, WINDOW, newIssuance(grant));
      const again = await store().rotateRefreshToken(issuance.refreshToken.id, WINDOW, newIssuance(grant));
      expect(again).toEqual({ outcome: "replayed" });
      expect((await store().findGrant(grant.id))?.revokedReason).toBe("refresh_token_replayed");
    });

    test("with a window of 0 there is no retry, not even in the same second", async () => {
      const { grant, issuance } = await issue(store());
      await store().rotateRefreshToken(issuance.refreshToken.id, 0, newIssuance(grant));
      expect(await store().rotateRefreshToken(issuance.refreshToken.id, 0, newIssuance(grant))).toEqual({
        outcome: "replayed",
      });
    });

    test("a used token is a replay even after its own expiry", async () => {
      const { grant, issuance } = await issue(store());
      await store().rotateRefreshToken(issuance.refreshToken.id, WINDOW, newIssuance(grant, NOW + 80_000));
      const late = newIssuance(grant, issuance.refreshToken.expiresAt);
      expect((await store().rotateRefreshToken(issuance.refreshToken.id, WINDOW, late)).outcome).toBe(
        "replayed",
      );
      expect((await store().findGrant(grant.id))?.revokedReason).toBe("refresh_token_replayed");
    });

    test("a retry of a revoked grant gets nothing, and the first reason stays", async () => {
      const { grant, issuance } = await issue(store());
      await store().rotateRefreshToken(issuance.refreshToken.id, WINDOW, newIssuance(grant));
      await store().revokeGrant(grant.id, "revoked_by_person", NOW);
      const again = await store().rotateRefreshToken(
        issuance.refreshToken.id,
        WINDOW,
        newIssuance(grant, NOW + 1),
      );
      expect(again.outcome).toBe("replayed");
      expect((await store().findGrant(grant.id))?.revokedReason).toBe("revoked_by_person");
    });

    test("a retry gets nothing while the client is disabled, and is no replay", async () => {
      const { client, grant, issuance } = await issue(store());
      await store().rotateRefreshToken(issuance.refreshToken.id, WINDOW, newIssuance(grant));
      await store().putClient({ ...client, disabledAt: NOW });
      const again = await store().rotateRefreshToken(issuance.refreshToken.id, WINDOW, newIssuance(grant));
      expect(again).toEqual({ outcome: "refused" });
      expect((await store().findGrant(grant.id))?.revokedAt).toBeNull();
    });

    test("an unused token that has expired is refused, to the second, and revokes nothing", async () => {
      const { grant, issuance } = await issue(store());
      const { id, expiresAt } = issuance.refreshToken;
      expect(await store().rotateRefreshToken(id, WINDOW, newIssuance(grant, expiresAt))).toEqual({
        outcome: "refused",
      });
      expect((await store().findGrant(grant.id))?.revokedAt).toBeNull();
      expect(await store().rotateRefreshToken(id, WINDOW, newIssuance(grant, expiresAt - 1))).toEqual({
        outcome: "rotated",
      });
    });

    test("an unused token is refused when its grant is revoked or its client is disabled", async () => {
      const revoked = await issue(store());
      await store().revokeGrant(revoked.grant.id, "revoked_by_person", NOW);
      const disabled = await issue(store());
      await store().putClient({ ...disabled.client, disabledAt: NOW });
      for (const { grant, issuance } of [revoked, disabled]) {
        const next = newIssuance(grant);
        expect(await store().rotateRefreshToken(issuance.refreshToken.id, WINDOW, next)).toEqual({
          outcome: "refused",
        });
        expect(await store().findRefreshToken(next.refreshToken.id)).toBeNull();
        expect((await store().findRefreshToken(issuance.refreshToken.id))?.token.usedAt).toBeNull();
      }
    });

    test("of many uses at once of a token that stays each gets an access token, and it lives on", async () => {
      const { grant, issuance } = await issue(store());
      const { refreshToken } = issuance;
      const later = Array.from({ length: 8 }, (_, index) => newIssuance(grant, NOW + 500 + index));
      const outcomes = await Promise.all(
        later.map((each) => store().keepRefreshToken(refreshToken.id, each)),
      );
      expect(outcomes).toEqual(later.map(() => "issued"));
      for (const { accessToken } of later) expect(await isActive(store(), accessToken, NOW + 510)).toBe(true);
      const found = await store().findRefreshToken(refreshToken.id);
      expect(found?.token.usedAt).toBeNull();
      expect(found?.token.expiresAt).toBeGreaterThanOrEqual(NOW + 500 + 86_400);
      expect(found?.grant.expiresAt).toBeGreaterThanOrEqual(found?.token.expiresAt ?? 0);
      // Nothing of it is removed before it expires.
      await store().removeExpired(NOW + 86_400 + 1, 0, 1000);
      expect(await store().findRefreshToken(refreshToken.id)).not.toBeNull();
      await store().revokeGrant(grant.id, "revoked_by_client", NOW + 600);
      const dead = newIssuance(grant, NOW + 700);
      expect(await store().keepRefreshToken(refreshToken.id, dead)).toBe("refused");
    });

    test("a rotation and a use of a token that stays do not both count", async () => {
      const { grant, issuance } = await issue(store());
      const { id } = issuance.refreshToken;
      const [rotated, kept] = await Promise.all([
        store().rotateRefreshToken(id, WINDOW, newIssuance(grant, NOW + 10)),
        store().keepRefreshToken(id, newIssuance(grant, NOW + 10)),
      ]);
      expect(rotated.outcome).toBe("rotated");
      expect(["issued", "refused"]).toContain(kept);
      expect(await store().keepRefreshToken(id, newIssuance(grant, NOW + 20))).toBe("refused");
    });

    test("an unknown token is refused", async () => {
      const { grant } = await issue(store());
      expect(await store().rotateRefreshToken(newId(), WINDOW, newIssuance(grant))).toEqual({
        outcome: "refused",
      });
    });

    test("of many at once one rotates, the others are retries of it, and one branch lives", async () => {
      const { grant, issuance } = await issue(store());
      const issuances = Array.from({ length: 8 }, () => newIssuance(grant));
      const outcomes = await Promise.all(
        issuances.map((next) => store().rotateRefreshToken(issuance.refreshToken.id, WINDOW, next)),
      );
      expect(outcomes.map(({ outcome }) => outcome).toSorted()).toEqual([
        ...Array(7).fill("retried"),
        "rotated",
      ]);
      const stored = await Promise.all(
        issuances.map(({ refreshToken }) => store().findRefreshToken(refreshToken.id)),
      );
      const branches = stored.flatMap((found) => (found === null ? [] : [found.token]));
      expect(branches).toHaveLength(1);
      const [branch] = branches;
      for (const each of outcomes.filter(({ outcome }) => outcome === "retried")) {
        expect<object>(each).toEqual({ outcome: "retried", successor: branch });
      }
    });

    test("without a window, of many at once one rotates and then all is revoked", async () => {
      const { grant, issuance } = await issue(store());
      const issuances = Array.from({ length: 8 }, () => newIssuance(grant));
      const outcomes = await Promise.all(
        issuances.map((next) => store().rotateRefreshToken(issuance.refreshToken.id, 0, next)),
      );
      expect(outcomes.map(({ outcome }) => outcome).toSorted()).toEqual([
        ...Array(7).fill("replayed"),
        "rotated",
      ]);
      for (const { accessToken } of issuances) expect(await isActive(store(), accessToken)).toBe(false);
    });
  });
}
