/** RFC 6749 §6, RFC 9700 §4.14.2. */
import { describe, expect, test } from "bun:test";
import { confirmationOf } from "../../src/protocol/bindings.ts";
import type { Reason } from "../../src/protocol/errors.ts";
import { issueTokens } from "../../src/rules/grant.ts";
import {
  type RefreshFacts,
  type RefreshSender,
  refreshFault,
  rotate,
  staysInUse,
  useAndKeep,
} from "../../src/rules/refresh-token.ts";
import { update } from "../../src/store/contract.ts";
import { grants } from "../../src/store/tables/grants.ts";
import { refreshTokens } from "../../src/store/tables/tokens.ts";
import { proves } from "../support/proves.ts";
import {
  aGrant,
  anAccessToken,
  anIssuance,
  aRefreshToken,
  CLIENT,
  DISABLED,
  NOW,
  presented,
  toldBy,
  WRONG_SECRET,
} from "./facts.ts";

const WINDOW = 30;
const grant = aGrant();
const revoked = { ...grant, revokedAt: NOW - 1 };
const token = aRefreshToken(grant);
const unused: RefreshFacts = { token, grant, successor: null, accessToken: null };
const HERE = new Uint8Array(8).fill(1);
const ELSEWHERE = new Uint8Array(8).fill(2);
const rotation = { ...anIssuance(grant), from: HERE };

const successor = aRefreshToken(grant);
const accessToken = anAccessToken(grant, { id: successor.id });
/** The token was exchanged this many seconds ago, and its successor is unused. */
const usedBefore = (seconds: number, fields: Partial<RefreshFacts> = {}): RefreshFacts => ({
  token: { ...token, usedAt: NOW - seconds, successorId: successor.id },
  grant,
  successor,
  accessToken,
  ...fields,
});

const SENDER: RefreshSender = { clientId: CLIENT.clientId, isPublic: true, shown: null };
const KEY = confirmationOf("jkt", "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
const OTHER_KEY = confirmationOf("jkt", "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");

describe("what is wrong with using a refresh token", () => {
  const rows: [what: string, Reason | null, Partial<RefreshFacts>, wrong?: boolean][] = [
    ["nothing, if it is unused", null, {}],
    ["nothing, if it was used: that is for the rotation to say", null, usedBefore(9999)],
    [
      "nothing, if it was used and has expired since",
      null,
      {
        token: { ...token, usedAt: NOW - 10, expiresAt: NOW - 1 },
      },
    ],
    ["that there is none", "refresh_token_unknown", { token: null }],
    ["that its grant is gone", "refresh_token_unknown", { grant: null }],
    ["that its secret is another", "refresh_token_unknown", {}, true],
    [
      "that it is of another client",
      "refresh_token_of_other_client",
      {
        grant: { ...grant, clientId: "another" as typeof grant.clientId },
      },
    ],
    ["that its grant is revoked", "refresh_token_revoked", { grant: revoked }],
    ["that it has expired", "refresh_token_expired", { token: { ...token, expiresAt: NOW } }],
    // The first check reveals the least.
    ["that its secret is another, before anything else", "refresh_token_unknown", { grant: revoked }, true],
    [
      "that it is of another client, before what has become of it",
      "refresh_token_of_other_client",
      {
        grant: { ...revoked, clientId: "another" as typeof grant.clientId },
      },
    ],
    [
      "that its grant is revoked, also if it was used",
      "refresh_token_revoked",
      {
        ...usedBefore(1),
        grant: revoked,
      },
    ],
  ];
  for (const [what, reason, facts, isWrong] of rows) {
    test(`is ${what}`, () => {
      const credential = presented(isWrong ? WRONG_SECRET : undefined);
      expect(refreshFault(credential, { ...unused, ...facts }, SENDER, NOW)).toBe(reason);
    });
  }

  test("is that it is none, if its text is none", () => {
    expect(refreshFault(null, unused, SENDER, NOW)).toBe("refresh_token_unknown");
  });

  test("is to the second that it has expired", () => {
    expect(refreshFault(presented(), unused, SENDER, token.expiresAt - 1)).toBeNull();
    expect(refreshFault(presented(), unused, SENDER, token.expiresAt)).toBe("refresh_token_expired");
  });
});

describe("a refresh token and the key of its request", () => {
  const bound = { ...unused, token: { ...token, confirmation: KEY } };
  const faultOf = (facts: RefreshFacts, sender: Partial<RefreshSender>) =>
    refreshFault(presented(), facts, { ...SENDER, ...sender }, NOW);
  const OTHER = "refresh_token_of_other_key";

  test("belong together, for a public client", () => {
    expect(faultOf(bound, { shown: KEY })).toBeNull();
    expect(faultOf(bound, { shown: OTHER_KEY })).toBe(OTHER);
    expect(faultOf(bound, {})).toBe(OTHER);
  });

  test("may change together, for a client with credentials, and never to no key", () => {
    expect(faultOf(bound, { shown: OTHER_KEY, isPublic: false })).toBeNull();
    expect(faultOf(bound, { isPublic: false })).toBe(OTHER);
  });

  test("a token without a key may get one", () => {
    expect(faultOf(unused, { shown: KEY })).toBeNull();
  });

  test("a use without the key is none, even of a token that was used", () => {
    const used = usedBefore(9999);
    expect(faultOf({ ...used, token: { ...token, usedAt: 1, confirmation: KEY } }, {})).toBe(OTHER);
  });
});

describe("a retry with another key", () => {
  const withKey = (confirmation: typeof KEY | null) => ({
    ...rotation,
    refreshToken: { ...rotation.refreshToken, confirmation },
  });
  const firstWith = (before: typeof KEY | null, first: typeof KEY | null) =>
    usedBefore(1, {
      token: { ...token, confirmation: before, usedAt: NOW - 1, successorId: successor.id },
      successor: { ...successor, confirmation: first },
    });

  test("is a retry with the key of the first use, and none with another one", () => {
    const facts = firstWith(KEY, OTHER_KEY);
    expect(rotate(facts, CLIENT, WINDOW, withKey(OTHER_KEY)).outcome.outcome).toBe("retried");
    expect(rotate(facts, CLIENT, WINDOW, withKey(KEY))).toEqual({ outcome: { outcome: "other_key" } });
  });

  test("of a token without a key is a second holder, whose use ends the grant", () => {
    expect(rotate(firstWith(null, KEY), CLIENT, WINDOW, withKey(null)).outcome.outcome).toBe("replayed");
    expect(rotate(firstWith(null, null), CLIENT, WINDOW, withKey(KEY)).outcome.outcome).toBe("replayed");
    expect(rotate(firstWith(null, KEY), CLIENT, WINDOW, withKey(KEY)).outcome.outcome).toBe("retried");
  });
});

describe("a refresh token of the strict profile", () => {
  const bound = { ...token, confirmation: KEY };
  const strict = { securityProfile: "fapi-2.0" } as const;
  const sender = { isPublic: false, shown: KEY };

  test(proves("stays, if a key proves the client and another one the tokens", "FAPI 2.0 5.3.2.1-9"), () => {
    expect(staysInUse(bound, strict, sender)).toBe(true);
    expect(staysInUse(bound, { securityProfile: null }, sender)).toBe(false);
    expect(staysInUse(bound, strict, { ...sender, isPublic: true })).toBe(false);
    expect(staysInUse(bound, strict, { ...sender, shown: null })).toBe(false);
  });

  test("is rotated as long as it is bound to no key, and replayed if it was", () => {
    expect(staysInUse(token, strict, sender)).toBe(false);
    expect(staysInUse({ ...bound, usedAt: NOW - 1 }, strict, sender)).toBe(false);
  });

  const use = { now: NOW, accessToken: rotation.accessToken, expiresAt: NOW + 2_000_000 };
  const facts = { ...unused, token: bound };

  test("gives an access token, and lives on", () => {
    const decision = useAndKeep(facts, CLIENT, use);
    expect(decision.outcome).toBe("issued");
    expect(decision.changes).toEqual([
      update(refreshTokens, { id: token.id }, { usedAt: null }, { expiresAt: use.expiresAt }),
      ...issueTokens(grant, CLIENT, { ...use, refreshToken: null, keptUntil: use.expiresAt }),
    ]);
    expect(toldBy(decision)).toEqual(["token.issued"]);
  });

  test.each<[string, Partial<RefreshFacts>]>([
    ["there is none", { token: null }],
    ["its grant is gone", { grant: null }],
    ["its grant is revoked", { grant: revoked }],
    ["it expires now", { token: { ...bound, expiresAt: NOW } }],
    ["it was rotated meanwhile", { token: { ...bound, usedAt: NOW } }],
  ])("is refused if %s", (_, changes) => {
    expect(useAndKeep({ ...facts, ...changes }, CLIENT, use)).toEqual({ outcome: "refused" });
  });

  test("is refused if its client is disabled or gone", () => {
    for (const client of [{ ...CLIENT, ...DISABLED }, null])
      expect(useAndKeep(facts, client, use)).toEqual({ outcome: "refused" });
  });
});

describe("an unused refresh token", () => {
  test("is consumed, and its successor and an access token are stored", () => {
    const decision = rotate(unused, CLIENT, WINDOW, rotation);
    expect(decision.outcome).toEqual({ outcome: "rotated" });
    expect(decision.changes).toEqual([
      update(
        refreshTokens,
        { id: token.id },
        { usedAt: null },
        { usedAt: NOW, successorId: rotation.refreshToken.id, usedFrom: HERE },
      ),
      ...issueTokens(grant, CLIENT, rotation),
    ]);
    expect(decision.events).toEqual([
      {
        event: "token.issued",
        via: "refresh_token",
        subject: grant.subject,
        client: CLIENT.clientId,
        grant: grant.id,
      },
    ]);
  });

  test.each<[string, Partial<RefreshFacts>]>([
    ["there is none", { token: null }],
    ["its grant is gone", { grant: null }],
    ["its grant is revoked", { grant: revoked }],
    ["it expires now", { token: { ...token, expiresAt: NOW } }],
  ])("is refused if %s", (_, facts) => {
    expect(rotate({ ...unused, ...facts }, CLIENT, WINDOW, rotation)).toEqual({
      outcome: { outcome: "refused" },
    });
  });

  test("is refused if its client is disabled or gone", () => {
    for (const client of [{ ...CLIENT, ...DISABLED }, null]) {
      expect(rotate(unused, client, WINDOW, rotation)).toEqual({ outcome: { outcome: "refused" } });
    }
  });
});

describe("a refresh token that was used", () => {
  const replayed = {
    outcome: { outcome: "replayed" },
    changes: [
      update(
        grants,
        { id: grant.id },
        { revokedAt: null },
        { revokedAt: NOW, revokedReason: "refresh_token_replayed" },
      ),
    ],
    urgent: true,
  } as const;

  test.each([0, 1, WINDOW])("%d seconds ago gets the same answer again, and nothing is stored", (seconds) => {
    const decision = rotate(usedBefore(seconds), CLIENT, WINDOW, rotation);
    expect(decision.outcome).toEqual({ outcome: "retried", successor, accessToken });
    // An empty list: the answer waits until the commit on which it rests is on disk.
    expect(decision.changes).toEqual([]);
    expect(toldBy(decision)).toEqual(["refresh_token.retried"]);
  });

  describe("from another network than at first", () => {
    const elsewhere = { ...rotation, from: ELSEWHERE };
    const usedHere = (fields: Partial<RefreshFacts> = {}) => {
      const facts = usedBefore(1, fields);
      return { ...facts, token: { ...token, ...facts.token, usedFrom: HERE } };
    };
    const doubted = { ...successor, retriedElsewhere: true };

    test("gets the same answer, with a warning, and its successor is marked", () => {
      const decision = rotate(usedHere(), CLIENT, WINDOW, elsewhere);
      expect(decision.outcome).toEqual({ outcome: "retried", successor, accessToken });
      expect(decision.changes).toEqual([
        update(refreshTokens, { id: successor.id }, { usedAt: null }, { retriedElsewhere: true }),
      ]);
      expect(toldBy(decision)).toEqual(["refresh_token.retried_elsewhere"]);
    });

    test("stores nothing the second time", () => {
      const decision = rotate(usedHere({ successor: doubted }), CLIENT, WINDOW, elsewhere);
      expect(decision.outcome).toMatchObject({ outcome: "retried" });
      expect(decision.changes).toEqual([]);
    });

    test("ends its grant if its predecessor was retried so too", () => {
      const facts = usedHere();
      const again = { ...facts, token: { ...facts.token, retriedElsewhere: true } };
      expect(rotate(again, CLIENT, WINDOW, elsewhere)).toMatchObject(replayed);
      expect(rotate(again, CLIENT, WINDOW, rotation).outcome).toMatchObject({ outcome: "retried" });
    });
  });

  test("gets the same answer also if the access token was revoked since", () => {
    const { outcome } = rotate(usedBefore(1, { accessToken: null }), CLIENT, WINDOW, rotation);
    expect(outcome).toEqual({ outcome: "retried", successor, accessToken: null });
  });

  test("gets nothing while its client is disabled or gone, and that is no replay", () => {
    for (const client of [{ ...CLIENT, ...DISABLED }, null]) {
      expect(rotate(usedBefore(1), client, WINDOW, rotation)).toEqual({ outcome: { outcome: "refused" } });
    }
  });

  const replays: [string, RefreshFacts, window?: number][] = [
    ["longer ago than the window", usedBefore(WINDOW + 1)],
    ["just now, if there is no window", usedBefore(0), 0],
    ["just now, if its successor was used", usedBefore(0, { successor: { ...successor, usedAt: NOW } })],
    [
      "just now, if its successor has expired",
      usedBefore(0, { successor: { ...successor, expiresAt: NOW } }),
    ],
    ["just now, if its successor is gone", usedBefore(0, { successor: null })],
    [
      "long ago, if it has expired since",
      { ...usedBefore(9999), token: { ...token, usedAt: 1, expiresAt: 2 } },
    ],
  ];
  for (const [what, facts, window = WINDOW] of replays) {
    test(`ends its grant if it was used ${what}`, () => {
      const decision = rotate(facts, CLIENT, window, rotation);
      expect(decision).toMatchObject(replayed);
      expect(toldBy(decision)).toEqual(["refresh_token.replayed"]);
    });
  }

  test("ends its grant whatever has become of its client", () => {
    expect(rotate(usedBefore(9999), null, WINDOW, rotation)).toMatchObject(replayed);
  });

  test("leaves a grant that is revoked as it is, even in time, and is a replay", () => {
    const decision = rotate(usedBefore(1, { grant: revoked }), CLIENT, WINDOW, rotation);
    expect(decision.outcome).toEqual({ outcome: "replayed" });
    expect(decision.changes).toEqual([]);
  });
});
