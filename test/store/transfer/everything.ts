/** A store with rows of every kind, made as the server makes them, and what tests want to ask about them. */
import { systemRandom } from "../../../src/platform/random.ts";
import type { Store } from "../../../src/store/contract.ts";
import {
  clientId,
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
} from "../records.ts";
import { authorize, createParties, FAILURE_LIMIT, issue } from "../suite/setting.ts";

/** Fills an empty store. Of what it returns, each record is in the state that its name says. */
export async function storeEverything(store: Store) {
  const secret = systemRandom(32);
  await store.createServerKey({ fingerprint: systemRandom(32), secret });
  await store.createSetupLink(newSetupLink());

  const parties = await createParties(store);
  await store.createAccount(
    newAccount({ username: 'Zoë, "quoted" \\ back\'slashed', email: "zoe@example", disabledAt: NOW }),
  );
  // Without a password nobody can sign in as an administrator, so the setup link stays.
  await store.createAccount(newAccount({ administrator: true, passwordHash: null, name: null }));
  await store.createSession(
    newSession({ subject: parties.account.subject }),
    null,
    parties.account.passwordHash,
  );

  const registered = newClient({ source: "registration", secrets: [], clientName: '日本 {"a":[1]}' });
  await store.createClient(registered);
  await store.createClient(newClient({ disabledAt: NOW }));
  const removed = newClient({ clientId: clientId("removed") });
  await store.createClient(removed);
  const orphan = newClientToken(removed);
  await store.issueAccessToken(orphan);
  await store.removeClient(removed.clientId, NOW);

  const open = await authorize(store, parties);
  const failed = await authorize(store, parties);
  await store.recordCodeFailure(failed.code.id, FAILURE_LIMIT);
  const consented = newAuthorization(parties, { form: { id: newId(), expiresAt: NOW + 60 } });
  await store.authorize({ ...consented, consent: newConsent(consented.grant) });

  const used = await issue(store, parties);
  const rotated = await issue(store, parties);
  const successor = newIssuance(rotated.grant);
  await store.rotateRefreshToken(rotated.issuance.refreshToken.id, 30, successor);
  const revoked = await issue(store, parties);
  await store.revokeGrant(revoked.grant.id, "revoked_by_person", NOW);

  const service = newClientToken(registered);
  await store.issueAccessToken(service);
  const shortLived = newClientToken(registered, { expiresAt: NOW + 5 });
  await store.issueAccessToken(shortLived);

  const pending = newDeviceCode(parties.client);
  await store.createDeviceCode(pending);
  const approved = newDeviceCode(parties.client);
  await store.createDeviceCode(approved);
  const deviceGrant = newGrant(parties, { via: "device_code", expiresAt: approved.expiresAt });
  await store.decideDeviceCode(approved.id, deviceGrant, NOW);
  await store.redeemDeviceCode(approved.id, newIssuance(deviceGrant));

  return {
    ...parties,
    secret,
    registered,
    removed,
    orphan,
    open,
    failed,
    used,
    rotated,
    successor,
    revoked,
    service,
    shortLived,
    pending,
    approved,
  };
}

export type Everything = Awaited<ReturnType<typeof storeEverything>>;
