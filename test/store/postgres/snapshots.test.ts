/**
 * After waiting for a lock, a statement of PostgreSQL sees the locked row as it is now, and everything else as it was
 * before the wait. Each test brings that about: it holds a lock, starts an operation that waits for it, and a second
 * one that waits for the first, and then releases the lock. holds.test.ts does the same to commits.
 */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { ClientId, SubjectId } from "../../../src/protocol/identifiers.ts";
import { grantExpiry } from "../../../src/rules/grant.ts";
import { wordsOfClient } from "../../../src/rules/search-words.ts";
import { shardOf } from "../../../src/store/declare.ts";
import { signed } from "../../../src/store/postgres/rows.ts";
import type { GrantRecord } from "../../../src/store/tables/grants.ts";
import { type ActingStore, openPostgresStore } from "../acts.ts";

import {
  NOW,
  newAccount,
  newAuthorization,
  newClient,
  newClientToken,
  newConsent,
  newDeviceCode,
  newGrant,
  newId,
  newIssuance,
  newSession,
  newSetupLink,
  PASSWORD_HASH,
} from "../records.ts";
import { authorize, createParties, FAILURE_LIMIT, isActive, issue } from "../suite/setting.ts";
import { type PostgresServer, startPostgres } from "./server.ts";

let server: PostgresServer;
let url: string;
let store: ActingStore;
beforeAll(async () => {
  server = await startPostgres();
  url = await server.createDatabase();
  store = await openPostgresStore({ url });
});
afterAll(async () => {
  await store.close();
  await server.stop();
});

const bytes = (id: Uint8Array) => `'\\x${id.toHex()}'`;
const shard = (id: Uint8Array) => signed(shardOf(id));

/** Starts the operations one after the other, each when the previous one waits, and then releases the lock. */
async function inTurn<Results extends readonly unknown[]>(
  held: string,
  operations: { readonly [Index in keyof Results]: () => Promise<Results[Index]> },
): Promise<Results> {
  const { release } = await server.hold(url, held);
  const results: Promise<unknown>[] = [];
  for (const start of operations) {
    results.push(start());
    await server.blocked(url, results.length);
  }
  await release();
  return (await Promise.all(results)) as unknown as Results;
}

const lockGrant = ({ id }: GrantRecord) => `SELECT 1 FROM grants WHERE id = ${bytes(id)} FOR UPDATE`;
const lockClient = (clientId: string) => `SELECT 1 FROM clients WHERE client_id = '${clientId}' FOR UPDATE`;

describe("who waited", () => {
  test("for the first use of a code finds it replayed, and revokes what that use issued", async () => {
    const { grant, code } = await authorize(store);
    const [first, second] = [newIssuance(grant), newIssuance(grant, NOW + 1)];
    const outcomes = await inTurn<[string, string]>(lockGrant(grant), [
      () => store.redeemCode(code.id, FAILURE_LIMIT, first),
      () => store.redeemCode(code.id, FAILURE_LIMIT, second),
    ]);
    expect(outcomes).toEqual(["issued", "replayed"]);
    for (const { accessToken, refreshToken } of [first, second]) {
      expect(await isActive(store, accessToken)).toBe(false);
      expect((await store.rotateRefreshToken(refreshToken.id, 30, newIssuance(grant))).outcome).toBe(
        "refused",
      );
    }
    expect(await store.findGrant(grant.id)).toMatchObject({
      activatedAt: NOW,
      revokedAt: NOW + 1,
      revokedReason: "code_replayed",
    });
  });

  test("for the first use of a refresh token gets its successor, though that was not there yet", async () => {
    const { grant, issuance } = await issue(store);
    const [first, second] = [newIssuance(grant), newIssuance(grant)];
    const { id } = issuance.refreshToken;
    const held = `SELECT 1 FROM refresh_tokens WHERE id = ${bytes(id)} FOR UPDATE`;
    const outcomes = await inTurn<[object, object]>(held, [
      () => store.rotateRefreshToken(id, 30, first),
      () => store.rotateRefreshToken(id, 30, second),
    ]);
    expect(outcomes).toEqual([{ outcome: "rotated" }, { outcome: "retried", successor: first.refreshToken }]);
    expect(await isActive(store, first.accessToken)).toBe(true);
    expect(await isActive(store, second.accessToken)).toBe(false);
    expect(await store.findRefreshToken(second.refreshToken.id)).toBeNull();
    expect((await store.findRefreshToken(first.refreshToken.id))?.token).toEqual(first.refreshToken);
  });

  test("for the first use of a device code is refused", async () => {
    const parties = await createParties(store);
    const device = newDeviceCode(parties.client);
    const grant = newGrant(parties, { via: "device_code" });
    await store.createDeviceCode(device);
    await store.decideDeviceCode(device.id, grant, NOW);
    const [first, second] = [newIssuance(grant), newIssuance(grant)];
    const outcomes = await inTurn<[string, string]>(lockGrant(grant), [
      () => store.redeemDeviceCode(device.id, first),
      () => store.redeemDeviceCode(device.id, second),
    ]);
    expect(outcomes).toEqual(["issued", "refused"]);
    expect(await isActive(store, first.accessToken)).toBe(true);
  });

  test("for a revocation redeems and rotates nothing", async () => {
    const open = await authorize(store);
    const issued = await issue(store);
    for (const { grant } of [open, issued]) {
      const next = newIssuance(grant);
      const revoke = `UPDATE grants SET revoked_at = ${NOW}, revoked_reason = 'revoked_by_person' WHERE id = ${bytes(grant.id)}`;
      const { release } = await server.hold(url, revoke);
      const waiting =
        grant === open.grant
          ? store.redeemCode(open.code.id, FAILURE_LIMIT, next)
          : store
              .rotateRefreshToken(issued.issuance.refreshToken.id, 30, next)
              .then(({ outcome }) => outcome);
      await server.blocked(url, 1);
      await release("COMMIT");
      expect(await waiting).toBe("refused");
      expect(await isActive(store, next.accessToken)).toBe(false);
    }
  });

  const endings: [string, (subject: SubjectId) => Promise<unknown>][] = [
    ["disabling the person", (subject) => store.disableAccount(subject, NOW)],
    ["removing the person", (subject) => store.removeAccount(subject, NOW)],
    [
      "taking back the person's access",
      (subject) => store.revokeAccess({ subject }, "revoked_by_operator", NOW),
    ],
  ];
  for (const [what, end] of endings) {
    test(`${what} also reaches what is authorized at that moment`, async () => {
      const { client, account } = await createParties(store);
      const authorization = newAuthorization({ client, account });
      const consent = newConsent(authorization.grant);
      const device = newDeviceCode(client);
      await store.createDeviceCode(device);
      const deviceGrant = newGrant({ client, account }, { via: "device_code" });
      const { subject, clientId } = authorization.grant;
      const outcomes = await inTurn<unknown[]>(lockClient(clientId), [
        () => store.authorize({ ...authorization, consent }),
        () => store.decideDeviceCode(device.id, deviceGrant, NOW),
        () => end(subject),
      ]);
      expect(outcomes.slice(0, 2)).toEqual(["authorized", true]);
      for (const { id } of [authorization.grant, deviceGrant]) {
        expect((await store.findGrant(id))?.revokedAt).toBe(NOW);
      }
      expect(await store.listConsents(subject)).toEqual([]);
    });
  }

  const clientEndings: [string, (clientId: ClientId) => Promise<unknown>][] = [
    ["removing the client", (clientId) => store.removeClient(clientId, NOW)],
    [
      "taking back the client's access",
      (clientId) => store.revokeAccess({ clientId }, "revoked_by_operator", NOW),
    ],
  ];
  for (const [what, end] of clientEndings) {
    test(`${what} also reaches what is authorized at that moment`, async () => {
      const parties = await createParties(store);
      const form = { id: newId(), expiresAt: NOW + 60, sealed: "sealed" };
      const authorization = newAuthorization(parties, { form });
      const consent = newConsent(authorization.grant);
      // The operation waits for another answer to the form, after it has locked both parties.
      const held = `INSERT INTO once (shard, kind, id, expires_at) VALUES (${shard(form.id)}, 'form', ${bytes(form.id)}, ${NOW})`;
      const outcomes = await inTurn<unknown[]>(held, [
        () => store.authorize({ ...authorization, consent }),
        () => end(parties.client.clientId),
      ]);
      expect(outcomes[0]).toBe("authorized");
      expect((await store.findGrant(authorization.grant.id))?.revokedAt).toBe(NOW);
      expect(await store.listConsents(parties.account.subject)).toEqual([]);
    });
  }

  test("for a consent to be forgotten is not authorized because of it", async () => {
    const parties = await createParties(store);
    const first = newAuthorization(parties);
    await store.authorize({ ...first, consent: newConsent(first.grant) });
    const removal = await server.hold(url, `DELETE FROM consents WHERE subject = '${first.grant.subject}'`);
    const silent = store.authorize(newAuthorization(parties, { consent: "remembered" }));
    await server.blocked(url, 1);
    await removal.release("COMMIT");
    expect(await silent).toBe("refused");
  });

  test("to set a new password also ends the session of a sign-in at that moment", async () => {
    const { account } = await createParties(store);
    for (const change of [
      () => store.setPassword(account.subject, PASSWORD_HASH),
      () => store.changePassword(account.subject, PASSWORD_HASH, PASSWORD_HASH),
      () => store.disableAccount(account.subject, NOW),
    ]) {
      const session = newSession({ subject: account.subject });
      const held = `INSERT INTO sessions VALUES (${bytes(session.id)}, '', '', '', '', '', '', 0, '', '', 0, 0, 0, ${shard(session.id)})`;
      expect(
        await inTurn<[boolean, boolean]>(held, [
          () => store.createSession(session, null, PASSWORD_HASH),
          change,
        ]),
      ).toEqual([true, true]);
      await store.enableAccount(account.subject);
      expect(await store.findSession(session.id, NOW, 0)).toBeNull();
    }
  });

  test("for an administrator makes no link, and for a link removes it", async () => {
    const link = newSetupLink();
    // The very first call makes the row for which the others wait.
    await store.createSetupLink(newSetupLink());
    const held = "SELECT 1 FROM revisions WHERE name = 'setup' FOR UPDATE";
    const administrator = newAccount({ administrator: true });
    expect(
      await inTurn<[boolean, boolean]>(held, [
        () => store.createSetupLink(link),
        () => store.createAccount(administrator),
      ]),
    ).toEqual([true, true]);
    expect(await store.findSetupLink(link.id, NOW)).toBeNull();
    await store.disableAccount(administrator.subject, NOW);
    expect(
      await inTurn<[boolean, boolean]>(held, [
        () => store.enableAccount(administrator.subject),
        () => store.createSetupLink(link),
      ]),
    ).toEqual([true, false]);
    await store.disableAccount(administrator.subject, NOW);
  });

  test("for the first use of a set-up link makes no second account", async () => {
    const link = newSetupLink();
    expect(await store.createSetupLink(link)).toBe(true);
    const first = newAccount({ administrator: true });
    const second = newAccount({ administrator: true });
    const held = `SELECT 1 FROM setup_links WHERE id = ${bytes(link.id)} FOR UPDATE`;
    const outcomes = await inTurn<[string, string]>(held, [
      () => store.redeemSetupLink(link.id, first, NOW),
      () => store.redeemSetupLink(link.id, second, NOW),
    ]);
    expect(outcomes).toEqual(["created", "spent"]);
    expect(await store.findAccount(second.subject)).toBeNull();
    await store.disableAccount(first.subject, NOW);
  });

  test("for the clean-up of its client gets no token, and the clean-up passes over one that is in use", async () => {
    const client = newClient({ source: "registration", createdAt: NOW - 100 });
    await store.createClient(client);
    const token = newClientToken(client);
    const removal = await server.hold(url, `DELETE FROM clients WHERE client_id = '${client.clientId}'`);
    const issuing = store.issueAccessToken(token);
    await server.blocked(url, 1);
    await removal.release("COMMIT");
    expect(await issuing).toBe("refused");

    const used = newClient({ source: "registration", createdAt: NOW - 100 });
    await store.createClient(used);
    const use = await server.hold(
      url,
      `SELECT 1 FROM clients WHERE client_id = '${used.clientId}' FOR KEY SHARE`,
    );
    expect(await store.removeExpired(0, NOW, 1000)).toBe(0);
    await use.release();
    expect(await store.removeExpired(0, NOW, 1000)).toBe(1 + wordsOfClient(used).length);
  });

  test("for another first use of a client still gets its token", async () => {
    const client = newClient();
    await store.createClient(client);
    const tokens = [newClientToken(client), newClientToken(client)];
    const outcomes = await inTurn<string[]>(
      `SELECT 1 FROM clients WHERE client_id = '${client.clientId}' FOR NO KEY UPDATE`,
      tokens.map((token) => () => store.issueAccessToken(token)),
    );
    expect(outcomes).toEqual(["issued", "issued"]);
    for (const token of tokens) expect(await isActive(store, token)).toBe(true);
  });

  test("for no lock at all: looking at a token does not wait for its grant", async () => {
    const { grant, issuance } = await issue(store);
    const { release } = await server.hold(url, lockGrant(grant));
    expect(await isActive(store, issuance.accessToken)).toBe(true);
    await release();
  });
});

describe("the clean-up", () => {
  test("does not wait for a grant that is being extended, and leaves it", async () => {
    const { grant, issuance } = await issue(store);
    const firstEnd = grantExpiry(NOW, issuance.refreshToken.expiresAt);
    const extend = `UPDATE grants SET expires_at = ${firstEnd + 1000} WHERE id = ${bytes(grant.id)}`;
    const { release } = await server.hold(url, extend);
    await store.removeExpired(firstEnd, 0, 1000);
    expect(await store.findGrant(grant.id)).not.toBeNull();
    await release("COMMIT");
    await store.removeExpired(firstEnd, 0, 1000);
    expect((await store.findGrant(grant.id))?.expiresAt).toBe(firstEnd + 1000);
    await store.removeExpired(firstEnd + 1000, 0, 1000);
    expect(await store.findGrant(grant.id)).toBeNull();
  });
});
