/** What each operation costs on the way to the database: counted on the wire, by what the client really sends. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Store } from "../../../src/store/contract.ts";
import { openPostgresStore } from "../../../src/store/postgres/index.ts";
import { query } from "../../../src/store/postgres/statements.ts";
import {
  NOW,
  newAccount,
  newAuthorization,
  newClient,
  newClientToken,
  newDeviceCode,
  newDigest,
  newGrant,
  newId,
  newIssuance,
  newSecret,
  newSession,
  newSetupLink,
  PASSWORD_HASH,
} from "../records.ts";
import { createParties, FAILURE_LIMIT, issue } from "../suite/setting.ts";
import { type Relay, startRelay } from "./relay.ts";
import { type PostgresServer, startPostgres } from "./server.ts";

let server: PostgresServer;
let relay: Relay;
let store: Store;
beforeAll(async () => {
  server = await startPostgres();
  relay = await startRelay(server.port);
  const url = new URL(await server.createDatabase());
  url.port = String(relay.port);
  store = await openPostgresStore({ url: url.href, connections: 1 });
});
afterAll(async () => {
  await store.close();
  await relay.close();
  await server.stop();
});

/** Every method that works on the database. Each is run with facts that make it do all that it can do. */
const OPERATIONS: {
  readonly [Method in Exclude<keyof Store, "close" | "recallClient" | "requireRoom">]: (
    store: Store,
  ) => Promise<() => Promise<unknown>>;
} = {
  findServerKey: async () => () => store.findServerKey(),
  createServerKey: async () => () => store.createServerKey({ fingerprint: newDigest(), secret: newDigest() }),
  findClient: async () => () => store.findClient("nobody"),
  confirmClient: async () => {
    const { client } = await createParties(store);
    await store.findClient(client.clientId);
    return async () => store.confirmClient(store.recallClient(client.clientId) ?? client);
  },
  listClients: async () => () => store.listClients(),
  hasClients: async () => () => store.hasClients(),
  createClient: async () => () => store.createClient(newClient()),
  putClient: async () => () => store.putClient(newClient()),
  addClientSecret: async () => {
    const { client } = await createParties(store);
    return () => store.addClientSecret(client.clientId, newSecret());
  },
  removeClientSecret: async () => {
    const { client } = await createParties(store);
    return () => store.removeClientSecret(client.clientId, client.secrets[0]?.id ?? "");
  },
  removeClient: async () => {
    const { client } = await issue(store);
    return () => store.removeClient(client.clientId, NOW);
  },
  findAccount: async () => {
    const { account } = await createParties(store);
    return () => store.findAccount(account.subject);
  },
  findAccountByUsername: async () => () => store.findAccountByUsername("nobody"),
  listAccounts: async () => () => store.listAccounts(),
  hasAdministrator: async () => () => store.hasAdministrator(),
  createAccount: async () => () => store.createAccount(newAccount()),
  setPassword: async () => {
    const { account } = await createParties(store);
    return () => store.setPassword(account.subject, "new");
  },
  changePassword: async () => {
    const { account } = await createParties(store);
    return () => store.changePassword(account.subject, PASSWORD_HASH, "new");
  },
  disableAccount: async () => {
    const { account } = await issue(store);
    return () => store.disableAccount(account.subject, NOW);
  },
  enableAccount: async () => {
    const { account } = await createParties(store);
    return () => store.enableAccount(account.subject);
  },
  removeAccount: async () => {
    const { account } = await issue(store);
    return () => store.removeAccount(account.subject, NOW);
  },
  createSession: async () => {
    const { account } = await createParties(store);
    return () => store.createSession(newSession({ subject: account.subject }), newId(), PASSWORD_HASH);
  },
  findSession: async () => () => store.findSession(newId(), NOW, 0),
  touchSession: async () => () => store.touchSession(newId(), NOW),
  endSession: async () => () => store.endSession(newId()),
  createSetupLink: async () => () => store.createSetupLink(newSetupLink()),
  findSetupLink: async () => () => store.findSetupLink(newId(), NOW),
  redeemSetupLink: async () => {
    const link = newSetupLink();
    await store.createSetupLink(link);
    return () => store.redeemSetupLink(link.id, newAccount(), NOW);
  },
  findConsent: async () => {
    const { client, account } = await createParties(store);
    const [redirectUri] = client.redirectUris;
    if (redirectUri === undefined) throw new Error("no redirect URI");
    return () => store.findConsent(account.subject, client.clientId, redirectUri);
  },
  listConsents: async () => {
    const { account } = await createParties(store);
    return () => store.listConsents(account.subject);
  },
  authorize: async () => {
    const parties = await createParties(store);
    return () => store.authorize(newAuthorization(parties, { form: { id: newId(), expiresAt: NOW + 60 } }));
  },
  findCode: async () => {
    const { code } = await issue(store);
    return () => store.findCode(code.id);
  },
  recordCodeFailure: async () => {
    const { code } = await issue(store);
    return () => store.recordCodeFailure(code.id, FAILURE_LIMIT);
  },
  redeemCode: async () => {
    const authorization = newAuthorization(await createParties(store));
    await store.authorize(authorization);
    const { code, grant } = authorization;
    return () => store.redeemCode(code.id, FAILURE_LIMIT, newIssuance(grant));
  },
  createDeviceCode: async () => {
    const { client } = await createParties(store);
    return () => store.createDeviceCode(newDeviceCode(client));
  },
  findDeviceCode: async () => () => store.findDeviceCode(newId()),
  findPendingDeviceCode: async () => {
    const { userCodeDigest } = newDeviceCode(newClient());
    return () => store.findPendingDeviceCode(userCodeDigest, NOW);
  },
  decideDeviceCode: async () => {
    const parties = await createParties(store);
    const device = newDeviceCode(parties.client);
    await store.createDeviceCode(device);
    return () => store.decideDeviceCode(device.id, newGrant(parties), NOW);
  },
  redeemDeviceCode: async () => {
    const parties = await createParties(store);
    const device = newDeviceCode(parties.client);
    const grant = newGrant(parties);
    await store.createDeviceCode(device);
    await store.decideDeviceCode(device.id, grant, NOW);
    return () => store.redeemDeviceCode(device.id, newIssuance(grant));
  },
  issueAccessToken: async () => {
    const { client } = await createParties(store);
    return () => store.issueAccessToken(newClientToken(client));
  },
  findActiveAccessToken: async () => {
    const { issuance } = await issue(store);
    return () => store.findActiveAccessToken(issuance.accessToken.id, NOW);
  },
  findRefreshToken: async () => {
    const { issuance } = await issue(store);
    return () => store.findRefreshToken(issuance.refreshToken.id);
  },
  rotateRefreshToken: async () => {
    const { grant, issuance } = await issue(store);
    return () => store.rotateRefreshToken(issuance.refreshToken.id, 30, newIssuance(grant));
  },
  revokeAccessToken: async () => {
    const { issuance } = await issue(store);
    return () => store.revokeAccessToken(issuance.accessToken.id);
  },
  listGrants: async () => () => store.listGrants({}, NOW),
  findGrant: async () => () => store.findGrant(newId()),
  revokeGrant: async () => {
    const { grant } = await issue(store);
    return () => store.revokeGrant(grant.id, "revoked_by_operator", NOW);
  },
  revokeAccess: async () => {
    const { account } = await issue(store);
    return () => store.revokeAccess({ subject: account.subject }, "revoked_by_operator", NOW);
  },
  findCrowdedOut: async () => () => store.findCrowdedOut(0),
  removeExpired: async () => () => store.removeExpired(NOW + 100, 0, 500),
  ping: async () => () => store.ping(),
};

test("what writes or locks cannot be called a query", () => {
  for (const text of [
    "DELETE FROM sessions",
    "SELECT 1 FROM grants FOR UPDATE",
    "WITH gone AS (UPDATE codes SET used_at = 1 RETURNING 1) SELECT 1 FROM gone",
  ]) {
    expect(() => query(text)).toThrow("does not only read");
  }
});

describe("one statement and one round trip", () => {
  for (const [method, prepare] of Object.entries(OPERATIONS)) {
    test(method, async () => {
      // The first time on each connection the statement is prepared, which takes another round trip.
      await (await prepare(store))();
      const run = await prepare(store);
      relay.takeCounts();
      await run();
      expect(relay.takeCounts()).toEqual({ statements: 1, roundTrips: 1 });
    });
  }
});
