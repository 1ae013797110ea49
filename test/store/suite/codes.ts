import { describe, expect, test } from "bun:test";
import { grantExpiry } from "../../../src/rules/grant.ts";
import { insert } from "../../../src/store/contract.ts";
import type { GrantRecord } from "../../../src/store/tables/grants.ts";
import { type PushedRequestRecord, pushedRequests } from "../../../src/store/tables/requests.ts";

import { proves } from "../../support/proves.ts";
import {
  clientId,
  NOW,
  newAccount,
  newAuthorization,
  newClient,
  newCode,
  newConsent,
  newDigest,
  newGrant,
  newId,
  newIssuance,
  scopes,
} from "../records.ts";
import type { OpenStore } from "../suite.ts";
import { authorize, createParties, FAILURE_LIMIT, isActive, issue, useStore } from "./setting.ts";

export function codeSuite(open: OpenStore): void {
  describe("authorizing", () => {
    const store = useStore(open);

    test("stores grant, code and consent as they were given", async () => {
      const authorization = newAuthorization(await createParties(store()));
      const consent = newConsent(authorization.grant);
      expect(await store().authorize({ ...authorization, consent })).toBe("authorized");
      const { grant, code } = authorization;
      expect(await store().findCode(code.id)).toEqual({ code, grant });
      expect(await store().findGrant(grant.id)).toEqual(grant);
      expect(await store().findConsent(grant.subject, grant.clientId, consent.recipient)).toEqual(consent);
    });

    test("keeps a code without a challenge and without a named redirect URI", async () => {
      const grant = newGrant(await createParties(store()), { resources: [] });
      const code = newCode(grant, { codeChallenge: null, redirectUriRequested: false });
      await store().authorize({ now: NOW, grant, code, consent: null, form: null });
      expect(await store().findCode(code.id)).toEqual({ code, grant });
    });

    test("a new consent replaces the older one for the same recipient", async () => {
      const parties = await createParties(store());
      const first = newAuthorization(parties);
      const second = newAuthorization(parties);
      const consent = newConsent(second.grant, { scope: scopes("files"), createdAt: NOW + 1 });
      await store().authorize({ ...first, consent: newConsent(first.grant) });
      await store().authorize({ ...second, consent });
      const { subject, clientId, recipient } = consent;
      expect(await store().findConsent(subject, clientId, recipient)).toEqual(consent);
    });

    test("an authorization without consent keeps the one that was given before", async () => {
      const parties = await createParties(store());
      const first = newAuthorization(parties);
      const consent = newConsent(first.grant);
      await store().authorize({ ...first, consent });
      await store().authorize(newAuthorization(parties));
      const { subject, clientId, recipient } = consent;
      expect(await store().findConsent(subject, clientId, recipient)).toEqual(consent);
    });

    test("consents are listed for their person, by client and recipient", async () => {
      const parties = await createParties(store());
      const others = newAuthorization(await createParties(store()));
      await store().authorize({ ...others, consent: newConsent(others.grant) });
      const [one, two] = [newAuthorization(parties), newAuthorization(parties)];
      const consents = [
        newConsent(one.grant, { recipient: "https://a.example" }),
        newConsent(two.grant, { recipient: "https://b.example", createdAt: NOW + 1 }),
      ] as const;
      await store().authorize({ ...two, consent: consents[1] });
      await store().authorize({ ...one, consent: consents[0] });
      expect(await store().listConsents(parties.account.subject)).toEqual([...consents]);
    });

    test("what rests on a remembered consent is refused unless it is still there and covers it", async () => {
      const parties = await createParties(store());
      const silently = async (fields: Partial<GrantRecord> = {}) => {
        const { grant, code, ...rest } = newAuthorization(parties);
        const asked = { ...grant, ...fields };
        return store().authorize({ ...rest, grant: asked, code, consent: "remembered" });
      };
      expect(await silently()).toBe("refused");
      const first = newAuthorization(parties);
      const consent = newConsent(first.grant, { scope: scopes("mail"), resources: [] });
      await store().authorize({ ...first, consent });

      expect(await silently({ scope: scopes("mail"), resources: [] })).toBe("authorized");
      expect(await silently({ scope: scopes("mail", "contacts"), resources: [] })).toBe("refused");
      expect(await silently({ scope: scopes("mail") })).toBe("refused");
      await store().revokeAccess({ clientId: parties.client.clientId }, "revoked_by_operator", NOW);
      expect(await silently({ scope: scopes("mail"), resources: [] })).toBe("refused");
    });

    test("a form is answered once, by however many at once", async () => {
      const parties = await createParties(store());
      const form = { id: newId(), expiresAt: NOW + 600, sealed: "sealed" };
      const authorizations = Array.from({ length: 8 }, () => newAuthorization(parties, { form }));
      const outcomes = await Promise.all(authorizations.map((each) => store().authorize(each)));
      expect(outcomes.filter((outcome) => outcome === "authorized")).toHaveLength(1);
      expect(outcomes.filter((outcome) => outcome === "form_answered")).toHaveLength(7);
      const codes = await Promise.all(authorizations.map(({ code }) => store().findCode(code.id)));
      expect(codes.filter((code) => code !== null)).toHaveLength(1);
    });

    test(proves("a pushed request gives one code, to however many at once", "threat 14"), async () => {
      const parties = await createParties(store());
      const pushed: PushedRequestRecord = {
        id: newId(),
        digest: newDigest(),
        clientId: parties.client.clientId,
        clientNumber: parties.client.number,
        parameters: [["state", "a state"]],
        signed: false,
        createdAt: NOW,
        openedAt: null,
        expiresAt: NOW + 90,
        usedAt: null,
        resultId: null,
      };
      await store().commit({ changes: [insert(pushedRequests, pushed)] });
      const authorizations = Array.from({ length: 8 }, () =>
        newAuthorization(parties, { pushed: pushed.id }),
      );
      const outcomes = await Promise.all(authorizations.map((each) => store().authorize(each)));
      expect(outcomes.filter((outcome) => outcome === "authorized")).toHaveLength(1);
      expect(outcomes.filter((outcome) => outcome === "request_answered")).toHaveLength(7);
      const codes = await Promise.all(authorizations.map(({ code }) => store().findCode(code.id)));
      expect(codes.filter((code) => code !== null)).toHaveLength(1);
    });

    test("a form that has expired counts as answered", async () => {
      const form = { id: newId(), expiresAt: NOW, sealed: "sealed" };
      const authorization = newAuthorization(await createParties(store()), { form });
      expect(await store().authorize(authorization)).toBe("form_answered");
      expect(await store().findCode(authorization.code.id)).toBeNull();
    });

    test(
      proves(
        "is refused, and leaves nothing, when the person or the client is disabled or gone",
        "threat 19",
      ),
      async () => {
        const { client, account } = await createParties(store());
        const disabledClient = newClient({ disabledAt: NOW });
        const disabledAccount = newAccount({ disabledAt: NOW });
        await store().createClient(disabledClient);
        await store().createAccount(disabledAccount);
        const form = { id: newId(), expiresAt: NOW + 600, sealed: "sealed" };
        for (const parties of [
          { client, account: disabledAccount },
          { client, account: newAccount() },
          { client: disabledClient, account },
          { client: newClient(), account },
        ]) {
          const authorization = newAuthorization(parties, { form });
          expect(await store().authorize(authorization)).toBe("refused");
          expect(await store().findCode(authorization.code.id)).toBeNull();
          expect(await store().findGrant(authorization.grant.id)).toBeNull();
        }
        expect(await store().authorize(newAuthorization({ client, account }, { form }))).toBe("authorized");
      },
    );

    test("a missing code and a missing consent are null", async () => {
      const { subject, recipient } = newConsent(newGrant({ client: newClient(), account: newAccount() }));
      expect(await store().findCode(newId())).toBeNull();
      expect(await store().findConsent(subject, clientId("nobody"), recipient)).toBeNull();
    });
  });

  describe("redeeming a code", () => {
    const store = useStore(open);

    test("issues the tokens and activates the grant for longer than the last of them lives", async () => {
      const { grant, code } = await authorize(store());
      const issuance = newIssuance(grant, NOW + 5);
      expect(await store().redeemCode(code.id, FAILURE_LIMIT, issuance)).toBe("issued");
      const activated = {
        ...grant,
        activatedAt: NOW + 5,
        expiresAt: grantExpiry(NOW + 5, issuance.refreshToken.expiresAt),
      };
      expect(await store().findActiveAccessToken(issuance.accessToken.id, NOW + 5)).toMatchObject({
        token: issuance.accessToken,
        grant: { id: activated.id, revokedAt: null },
      });
      expect(await store().findRefreshToken(issuance.refreshToken.id)).toEqual({
        token: issuance.refreshToken,
        grant: activated,
      });
      expect((await store().findCode(code.id))?.code).toEqual({ ...code, usedAt: NOW + 5 });
    });

    test("without a refresh token the grant lives by the access token", async () => {
      const { grant, code } = await authorize(store());
      const issuance = { ...newIssuance(grant), refreshToken: null };
      await store().redeemCode(code.id, FAILURE_LIMIT, issuance);
      const { expiresAt } = issuance.accessToken;
      expect((await store().findGrant(grant.id))?.expiresAt).toBe(grantExpiry(NOW, expiresAt));
    });

    test(proves("a second redemption revokes the tokens of the first", "threat 8"), async () => {
      const { grant, code, issuance } = await issue(store());
      const second = newIssuance(grant, NOW + 1);
      expect(await store().redeemCode(code.id, FAILURE_LIMIT, second)).toBe("replayed");
      expect(await isActive(store(), issuance.accessToken)).toBe(false);
      expect(await isActive(store(), second.accessToken)).toBe(false);
      expect(await store().findRefreshToken(second.refreshToken.id)).toBeNull();
      expect(await store().findGrant(grant.id)).toMatchObject({
        revokedAt: NOW + 1,
        revokedReason: "code_replayed",
      });
    });

    test("a second redemption counts after the code has expired and been cleaned up after", async () => {
      const { grant, code, issuance } = await issue(store());
      const late = code.expiresAt + 60;
      await store().removeExpired(late, 0, 1000);
      expect(await isActive(store(), issuance.accessToken, late)).toBe(true);
      expect(await store().redeemCode(code.id, FAILURE_LIMIT, newIssuance(grant, late))).toBe("replayed");
      expect(await isActive(store(), issuance.accessToken, late)).toBe(false);
    });

    test("a second redemption does not change why the grant was revoked", async () => {
      const { grant, code } = await issue(store());
      await store().revokeGrant(grant.id, "revoked_by_person", NOW);
      expect(await store().redeemCode(code.id, FAILURE_LIMIT, newIssuance(grant, NOW + 1))).toBe("replayed");
      expect(await store().findGrant(grant.id)).toMatchObject({
        revokedAt: NOW,
        revokedReason: "revoked_by_person",
      });
    });

    test(proves("of many at once one is issued, and then all is revoked", "threat 9"), async () => {
      const parties = await createParties(store());
      for (let round = 0; round < 50; round += 1) {
        const { grant, code } = await authorize(store(), parties);
        const issuances = Array.from({ length: 8 }, () => newIssuance(grant));
        const outcomes = await Promise.all(
          issuances.map((issuance) => store().redeemCode(code.id, FAILURE_LIMIT, issuance)),
        );
        expect(outcomes.toSorted()).toEqual(["issued", ...Array(7).fill("replayed")]);
        for (const { accessToken } of issuances) expect(await isActive(store(), accessToken)).toBe(false);
      }
    });

    test("an expired code is refused, to the second", async () => {
      const { grant, code } = await authorize(store());
      expect(await store().redeemCode(code.id, FAILURE_LIMIT, newIssuance(grant, code.expiresAt))).toBe(
        "refused",
      );
      expect(await store().redeemCode(code.id, FAILURE_LIMIT, newIssuance(grant, code.expiresAt - 1))).toBe(
        "issued",
      );
    });

    test("a code whose grant was revoked is refused", async () => {
      const { grant, code } = await authorize(store());
      await store().revokeGrant(grant.id, "revoked_by_person", NOW);
      expect(await store().redeemCode(code.id, FAILURE_LIMIT, newIssuance(grant))).toBe("refused");
    });

    test(proves("a code of a disabled client is refused, and issues nothing", "threat 19"), async () => {
      const { client, grant, code } = await authorize(store());
      await store().putClient({ ...client, disabledAt: NOW });
      const issuance = newIssuance(grant);
      expect(await store().redeemCode(code.id, FAILURE_LIMIT, issuance)).toBe("refused");
      expect(await store().findRefreshToken(issuance.refreshToken.id)).toBeNull();
      expect((await store().findCode(code.id))?.code.usedAt).toBeNull();
    });

    test("an unknown code is refused", async () => {
      const { grant } = await authorize(store());
      expect(await store().redeemCode(newId(), FAILURE_LIMIT, newIssuance(grant))).toBe("refused");
    });

    test("failures do not consume a code until the limit burns it", async () => {
      const { grant, code } = await authorize(store());
      for (let count = 1; count < FAILURE_LIMIT; count += 1)
        await store().recordCodeFailure(code.id, FAILURE_LIMIT);
      expect((await store().findCode(code.id))?.code.failedAttempts).toBe(FAILURE_LIMIT - 1);
      const burnt = await authorize(store());
      for (let count = 1; count <= FAILURE_LIMIT + 2; count += 1) {
        await store().recordCodeFailure(burnt.code.id, FAILURE_LIMIT);
      }
      expect(await store().redeemCode(code.id, FAILURE_LIMIT, newIssuance(grant))).toBe("issued");
      expect(await store().redeemCode(burnt.code.id, FAILURE_LIMIT, newIssuance(burnt.grant))).toBe(
        "refused",
      );
      expect((await store().findCode(burnt.code.id))?.code.failedAttempts).toBe(FAILURE_LIMIT);
    });

    test("failures at once are all counted", async () => {
      const { code } = await authorize(store());
      await Promise.all(Array.from({ length: 4 }, () => store().recordCodeFailure(code.id, 100)));
      expect((await store().findCode(code.id))?.code.failedAttempts).toBe(4);
    });
  });
}
