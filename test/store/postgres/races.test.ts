/** Concurrent operations over two stores, as of two server processes on one database. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { GrantRecord } from "../../../src/store/tables/grants.ts";
import { figure } from "../../support/figures.ts";
import { type ActingStore, acting, openPostgresStore, type RefreshTokenRecord } from "../acts.ts";

import { NOW, newAuthorization, newConsent, newIssuance } from "../records.ts";
import { authorize, createParties, FAILURE_LIMIT, isActive, issue } from "../suite/setting.ts";
import { patient } from "./patient.ts";
import { type PostgresServer, startPostgres } from "./server.ts";

let server: PostgresServer;
let url: string;
let stores: readonly [ActingStore, ActingStore];
beforeAll(async () => {
  server = await startPostgres();
  url = await server.createDatabase();
  // Both at once on an empty database: one of them makes the schema.
  const [one, other] = await Promise.all([openPostgresStore({ url }), openPostgresStore({ url })]);
  stores = [acting(patient(one)), acting(patient(other))];
});
afterAll(async () => {
  for (const store of stores) await store.close();
  await server.stop();
});

const storeFor = (index: number): ActingStore => stores[index % 2 === 0 ? 0 : 1];

async function deadlocks(): Promise<unknown> {
  const [row] = await server.execute(
    "SELECT deadlocks::integer FROM pg_stat_database WHERE datname = current_database()",
    url,
  );
  return row?.deadlocks;
}

describe("two stores on one database", () => {
  test("200 codes that are redeemed 16 times at once are each issued once, and then revoked", async () => {
    const parties = await createParties(stores[0]);
    const redeem = async ({ code, grant }: Awaited<ReturnType<typeof authorize>>): Promise<number> => {
      const issuances = Array.from({ length: 16 }, () => newIssuance(grant));
      const outcomes = await Promise.all(
        issuances.map((issuance, index) => storeFor(index).redeemCode(code.id, FAILURE_LIMIT, issuance)),
      );
      for (const [index, { accessToken }] of issuances.entries()) {
        expect(await isActive(storeFor(index), accessToken)).toBe(false);
      }
      return outcomes.filter((outcome) => outcome === "issued").length;
    };
    const counts: number[] = [];
    for (let batch = 0; batch < 10; batch += 1) {
      const codes = await Promise.all(Array.from({ length: 20 }, () => authorize(stores[0], parties)));
      counts.push(...(await Promise.all(codes.map(redeem))));
    }
    expect(counts).toEqual(Array(200).fill(1));
    expect(await stores[1].listGrants({ clientId: parties.client.clientId }, NOW)).toEqual([]);
    expect(await deadlocks()).toBe(0);
  }, 30_000);

  test("refresh tokens that are used 8 times at once have one successor, over four generations", async () => {
    const families = await Promise.all(Array.from({ length: 25 }, () => issue(stores[0])));
    for (const { grant, issuance } of families) {
      let token: RefreshTokenRecord = issuance.refreshToken;
      for (let generation = 1; generation <= 4; generation += 1) {
        const { outcomes, branches } = await rotateAtOnce(token, grant, 30);
        expect(outcomes.toSorted()).toEqual([...Array(7).fill("retried"), "rotated"]);
        const [branch, ...others] = branches;
        expect(others).toEqual([]);
        if (branch === undefined) throw new Error("no successor");
        token = branch;
      }
      expect((await stores[1].findGrant(grant.id))?.revokedAt).toBeNull();
    }
    expect(await deadlocks()).toBe(0);
  }, 30_000);

  test("without a window, a refresh token that is used 8 times at once leaves nothing alive", async () => {
    for (const { grant, issuance } of await Promise.all(Array.from({ length: 25 }, () => issue(stores[0])))) {
      const { outcomes, accessTokens } = await rotateAtOnce(issuance.refreshToken, grant, 0);
      expect(outcomes.toSorted()).toEqual([...Array(7).fill("replayed"), "rotated"]);
      for (const accessToken of [...accessTokens, issuance.accessToken]) {
        expect(await isActive(stores[1], accessToken)).toBe(false);
      }
    }
  }, 30_000);

  test("while a token and its successor are used at once, there is one branch or none", async () => {
    for (const { grant, issuance } of await Promise.all(Array.from({ length: 50 }, () => issue(stores[0])))) {
      const first = newIssuance(grant);
      await stores[0].rotateRefreshToken(issuance.refreshToken.id, 30, first);
      const uses = [issuance.refreshToken, first.refreshToken, issuance.refreshToken, first.refreshToken];
      const issuances = uses.map(() => newIssuance(grant));
      await Promise.all(
        issuances.map((next, index) =>
          storeFor(index).rotateRefreshToken((uses[index] ?? first.refreshToken).id, 30, next),
        ),
      );
      const stored = await findAll(issuances.map(({ refreshToken }) => refreshToken));
      expect(stored.length).toBeLessThanOrEqual(1);
    }
    expect(await deadlocks()).toBe(0);
  }, 30_000);

  test("everything at once for one person and one client ends in no deadlock, and nothing survives the end", async () => {
    const parties = await createParties(stores[0]);
    const { client, account } = parties;
    const issuances: ReturnType<typeof newIssuance>[] = [];
    const live = async (index: number) => {
      const store = storeFor(index);
      const authorization = newAuthorization(parties);
      const { grant, code } = authorization;
      const consent = newConsent(grant);
      if ((await store.authorize({ ...authorization, consent })) !== "authorized") return;
      const issuance = newIssuance(grant);
      issuances.push(issuance);
      await store.redeemCode(code.id, FAILURE_LIMIT, issuance);
      await Promise.all([
        store.rotateRefreshToken(issuance.refreshToken.id, 30, newIssuance(grant)),
        stores[0].rotateRefreshToken(issuance.refreshToken.id, 30, newIssuance(grant)),
        index % 3 === 0 ? store.redeemCode(code.id, FAILURE_LIMIT, newIssuance(grant)) : null,
        index % 4 === 0 ? store.revokeGrant(grant.id, "revoked_by_person", NOW) : null,
        index % 5 === 0 ? store.removeExpired(NOW + 1e9, NOW, 50) : null,
      ]);
    };
    const end = async (index: number) => {
      const store = storeFor(index);
      await Bun.sleep(index * 3);
      if (index % 3 === 0) await store.revokeAccess({ subject: account.subject }, "revoked_by_person", NOW);
      if (index % 3 === 1)
        await store.revokeAccess({ clientId: client.clientId }, "revoked_by_operator", NOW);
      if (index % 3 === 2) {
        const filter = { subject: account.subject, clientId: client.clientId };
        await store.revokeAccess(filter, "revoked_by_operator", NOW);
      }
    };
    const lives = Array.from({ length: 150 }, (_, index) => live(index));
    const ends = Array.from({ length: 30 }, (_, index) => end(index));
    await Bun.sleep(60);
    expect(await stores[1].disableAccount(account.subject, NOW)).toBe(true);
    await Promise.all([...lives, ...ends]);

    expect(issuances.length).toBeGreaterThan(0);
    for (const { accessToken } of issuances) expect(await isActive(stores[0], accessToken)).toBe(false);
    expect(await stores[0].listGrants({ subject: account.subject }, NOW)).toEqual([]);
    expect(await stores[0].listConsents(account.subject)).toEqual([]);
    // A new number takes a stronger lock on the client than a new revision. Where PostgreSQL breaks a circle of waits for that,
    // the store tries again: no call fails.
    figure(`everything at once: ${await deadlocks()} circles of waits, all resolved`);
  }, 30_000);
});

async function rotateAtOnce(token: RefreshTokenRecord, grant: GrantRecord, window: number) {
  const issuances = Array.from({ length: 8 }, () => newIssuance(grant));
  const outcomes = await Promise.all(
    issuances.map((next, index) => storeFor(index).rotateRefreshToken(token.id, window, next)),
  );
  const branches = await findAll(issuances.map(({ refreshToken }) => refreshToken));
  for (const each of outcomes) {
    if (each.outcome === "retried") expect<object | undefined>(each.successor).toEqual(branches[0]);
  }
  return {
    outcomes: outcomes.map(({ outcome }) => outcome),
    branches,
    accessTokens: issuances.map(({ accessToken }) => accessToken),
  };
}

async function findAll(tokens: readonly RefreshTokenRecord[]): Promise<RefreshTokenRecord[]> {
  const found = await Promise.all(tokens.map(({ id }, index) => storeFor(index).findRefreshToken(id)));
  return found.flatMap((each) => (each === null ? [] : [each.token]));
}
