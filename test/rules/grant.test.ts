import { describe, expect, test } from "bun:test";
import {
  type AccessFilter,
  accessSweeps,
  grantExpiry,
  issueTokens,
  revokeAccess,
  revokeGrant,
  revokeReplayed,
  touchAccount,
  touchClient,
  usedSince,
} from "../../src/rules/grant.ts";
import { check, hold, insert, sweep, update } from "../../src/store/contract.ts";
import { clients } from "../../src/store/tables/clients.ts";
import { consents, type GrantRecord, grants, type RevocationReason } from "../../src/store/tables/grants.ts";
import { accounts } from "../../src/store/tables/people.ts";
import { accessTokens, refreshTokens } from "../../src/store/tables/tokens.ts";
import { ACCOUNT, aGrant, anIssuance, CLIENT, NOW, toldBy } from "./facts.ts";

const { subject } = ACCOUNT;
const { clientId } = CLIENT;
const asItWas = { number: CLIENT.number, revision: CLIENT.revision };

describe("a grant is kept", () => {
  test("for a sixteenth longer than the last of its tokens lives", () => {
    expect(grantExpiry(NOW, NOW + 1600)).toBe(NOW + 1700);
    expect(grantExpiry(NOW, NOW + 15)).toBe(NOW + 15);
    expect(grantExpiry(NOW, NOW)).toBe(NOW);
  });
});

describe("the last use of a grant", () => {
  const LIFETIME = 1600;
  /** The grant after tokens were issued at these times, each with a refresh token. */
  const usedAt = (...times: readonly number[]): GrantRecord => {
    let grant = aGrant({ activatedAt: null, expiresAt: NOW });
    for (const now of times) {
      const issuance = anIssuance(grant);
      const change = issueTokens(grant, CLIENT, {
        now,
        accessToken: { ...issuance.accessToken, expiresAt: now + 10 },
        refreshToken: { ...issuance.refreshToken, expiresAt: now + LIFETIME },
      }).find(({ table }) => table.name === "grants");
      if (change?.act === "update") grant = { ...grant, ...change.set };
    }
    return grant;
  };

  test("was not before the time that is told, and at most a sixteenth of a refresh token's life after it", () => {
    for (const times of [[NOW], [NOW, NOW + 99], [NOW, NOW + 101], [NOW, NOW + 900, NOW + 950, NOW + 2400]]) {
      const last = times.at(-1) ?? 0;
      const told = usedSince(usedAt(...times), LIFETIME, last);
      expect(told).toBeLessThanOrEqual(last);
      expect(told).toBeGreaterThanOrEqual(last - LIFETIME / 16);
    }
  });

  test("is not known before the first, and never in the future", () => {
    expect(usedSince(aGrant({ activatedAt: null }), LIFETIME, NOW)).toBeNull();
    const longLived = { activatedAt: NOW, expiresAt: NOW + 100 * LIFETIME };
    expect(usedSince(longLived, LIFETIME, NOW + 10)).toBe(NOW);
  });
});

describe("issuing tokens", () => {
  /** The change of the grant's row. */
  const grantChange = (...parameters: Parameters<typeof issueTokens>) =>
    issueTokens(...parameters).find(({ table }) => table.name === "grants");

  test("stores both, while the grant is not revoked and nothing is decided about the client", () => {
    const grant = aGrant();
    const issuance = anIssuance(grant);
    expect(issueTokens(grant, CLIENT, issuance)).toEqual([
      check(clients, { clientId }, asItWas),
      hold(grants, { id: grant.id }, { revokedAt: null }),
      insert(refreshTokens, issuance.refreshToken),
      insert(accessTokens, issuance.accessToken),
    ]);
  });

  test("stores an access token alone where there is no refresh token", () => {
    const grant = aGrant();
    const { accessToken, ...issuance } = anIssuance(grant);
    const changes = issueTokens(grant, CLIENT, { ...issuance, accessToken, refreshToken: null });
    expect(changes.slice(2)).toEqual([insert(accessTokens, accessToken)]);
  });

  test("activates the grant the first time, however long it lives", () => {
    const grant = aGrant({ activatedAt: null, expiresAt: NOW + 1e9 });
    expect(grantChange(grant, CLIENT, anIssuance(grant))).toEqual(
      update(grants, { id: grant.id }, { revokedAt: null }, { activatedAt: NOW, expiresAt: NOW + 1e9 }),
    );
  });

  test("extends the grant when the last token outlives it, to the second", () => {
    const fields = { activatedAt: NOW - 9 };
    const lasts = NOW + 86_400;
    const enough = aGrant({ ...fields, expiresAt: lasts });
    expect(grantChange(enough, CLIENT, anIssuance(enough))?.act).toBe("hold");
    const short = aGrant({ ...fields, expiresAt: lasts - 1 });
    expect(grantChange(short, CLIENT, anIssuance(short))).toEqual(
      update(
        grants,
        { id: short.id },
        { revokedAt: null },
        { activatedAt: NOW - 9, expiresAt: grantExpiry(NOW, lasts) },
      ),
    );
  });

  test("extends the grant for an access token that lives longer than the refresh token", () => {
    const grant = aGrant({ expiresAt: NOW + 86_400 });
    const issuance = anIssuance(grant);
    const accessToken = { ...issuance.accessToken, expiresAt: NOW + 100_000 };
    expect(grantChange(grant, CLIENT, { ...issuance, accessToken })).toMatchObject({
      set: { expiresAt: grantExpiry(NOW, NOW + 100_000) },
    });
  });
});

describe("a replay", () => {
  test.each([
    ["code_replayed", "code.replayed"],
    ["refresh_token_replayed", "refresh_token.replayed"],
  ] as const)("(%s) ends the grant, and has room in an overload", (reason, event) => {
    const grant = aGrant();
    expect(revokeReplayed(grant, reason, NOW)).toEqual({
      outcome: "replayed",
      changes: [
        update(grants, { id: grant.id }, { revokedAt: null }, { revokedAt: NOW, revokedReason: reason }),
      ],
      urgent: true,
      events: [{ event, subject, client: clientId, grant: grant.id }],
    });
  });

  test("of a grant that was revoked changes nothing, and waits for what revoked it", () => {
    const grant = aGrant({ revokedAt: NOW - 1 });
    expect(revokeReplayed(grant, "code_replayed", NOW).changes).toEqual([]);
  });
});

describe("revoking a grant", () => {
  const takesBack: [RevocationReason, boolean][] = [
    ["revoked_by_person", true],
    ["revoked_by_operator", true],
    ["revoked_by_client", false],
    ["code_replayed", false],
    ["refresh_token_replayed", false],
  ];
  for (const [reason, forgets] of takesBack) {
    test(`(${reason}) ends it, and ${forgets ? "forgets" : "keeps"} what the person agreed to`, () => {
      const grant = aGrant();
      const decision = revokeGrant(grant, reason, NOW);
      expect(decision).toEqual({
        outcome: true,
        changes: [
          update(grants, { id: grant.id }, { revokedAt: null }, { revokedAt: NOW, revokedReason: reason }),
        ],
        sweeps: forgets ? [sweep(consents, { subject, clientId }, null)] : [],
        urgent: true,
        events: [{ event: "grant.revoked", subject, client: clientId, grant: grant.id, reason }],
      });
    });
  }

  test("that was revoked before keeps its reason, but the person takes their consent back all the same", () => {
    const grant = aGrant({ revokedAt: NOW - 1, revokedReason: "revoked_by_client" });
    const decision = revokeGrant(grant, "revoked_by_person", NOW);
    expect(decision.outcome).toBe(false);
    expect(decision.changes).toEqual([]);
    expect(decision.sweeps).toEqual([sweep(consents, { subject, clientId }, null)]);
    expect(toldBy(decision)).toEqual([]);
  });

  test("that is not there needs no commit", () => {
    expect(revokeGrant(null, "revoked_by_person", NOW)).toEqual({ outcome: false });
  });
});

describe("taking access back", () => {
  const parties = { account: ACCOUNT, client: CLIENT, number: 99 };
  const revocation = { revokedAt: NOW, revokedReason: "revoked_by_operator" } as const;
  const filters: [string, AccessFilter, object, "account" | "client"][] = [
    ["from a person", { subject }, { subject }, "account"],
    ["from a client", { clientId }, { clientId }, "client"],
    ["between the two", { subject, clientId }, { subject, clientId }, "account"],
  ];
  for (const [what, filter, whose, touched] of filters) {
    test(`${what} ends all grants and forgets all consents, and keeps out what is allowed meanwhile`, () => {
      const decision = revokeAccess(filter, parties, "revoked_by_operator", NOW);
      expect(decision.sweeps).toEqual([
        sweep(consents, whose, null),
        sweep(grants, { ...whose, revokedAt: null }, revocation),
      ]);
      // A new number ends the tokens that the client got for itself.
      const touch = touched === "account" ? touchAccount(ACCOUNT, {}) : touchClient(CLIENT, { number: 99 });
      expect(decision.changes).toEqual([touch]);
      expect(decision.urgent).toBe(true);
    });
  }

  test("names only what the filter names", () => {
    const [forgotten] = accessSweeps({ subject, clientId: undefined }, "person_disabled", NOW);
    expect(Object.keys(forgotten?.where ?? {})).toEqual(["subject"]);
  });

  test("from what is not there sweeps all the same: what is left of it may be alive", () => {
    const missing = { account: null, client: null, number: 99 };
    for (const filter of [{ subject }, { clientId }]) {
      const decision = revokeAccess(filter, missing, "revoked_by_operator", NOW);
      expect(decision.changes).toEqual([]);
      expect(decision.sweeps).toHaveLength(2);
    }
  });
});

describe("a decision about", () => {
  test("a person changes the revision that it rests on", () => {
    expect(touchAccount({ ...ACCOUNT, revision: 7 }, { disabledAt: NOW })).toEqual(
      update(accounts, { subject }, { revision: 7 }, { disabledAt: NOW, revision: 8 }),
    );
  });

  test("a client changes the revision that it rests on, of this registration", () => {
    expect(touchClient({ ...CLIENT, revision: 7 }, { secrets: [] })).toEqual(
      update(clients, { clientId }, { ...asItWas, revision: 7 }, { secrets: [], revision: 8 }),
    );
  });
});
