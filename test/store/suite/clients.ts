import { describe, expect, test } from "bun:test";
import {
  clientId,
  NOW,
  newClient,
  newClientToken,
  newConsent,
  newDeviceCode,
  newGrant,
  newIssuance,
  newSecret,
  scopes,
} from "../records.ts";
import type { OpenStore } from "../suite.ts";
import { authorize, createParties, FAILURE_LIMIT, isActive, issue, useStore } from "./setting.ts";

export function clientSuite(open: OpenStore): void {
  describe("clients", () => {
    const store = useStore(open);

    test("a client is found as it was created", async () => {
      const client = newClient();
      expect(await store().createClient(client)).toBe(true);
      expect(await store().findClient(client.clientId)).toEqual(client);
    });

    test("a client with every optional field empty is found as it was created", async () => {
      const client = newClient({
        clientName: null,
        contacts: [],
        redirectUris: [],
        grantTypes: [],
        applicationType: null,
        scope: [],
        defaultScope: [],
        accessTokenSeconds: null,
        refreshTokenSeconds: null,
        accessTokenFormat: "jwt",
        secrets: [],
      });
      await store().createClient(client);
      expect(await store().findClient(client.clientId)).toEqual(client);
    });

    test("an unknown client is null, and identifiers differ by case", async () => {
      const client = newClient({ clientId: clientId("Case-Matters") });
      await store().createClient(client);
      expect(await store().findClient("case-matters")).toBeNull();
    });

    test("a taken identifier creates nothing and changes nothing", async () => {
      const client = newClient();
      await store().createClient(client);
      expect(await store().createClient(newClient({ clientId: client.clientId, clientName: "Thief" }))).toBe(
        false,
      );
      expect(await store().findClient(client.clientId)).toEqual(client);
    });

    test("of many that register one identifier at once, one wins", async () => {
      const taken = newClient();
      const outcomes = await Promise.all(Array.from({ length: 8 }, () => store().createClient(taken)));
      expect(outcomes.filter((created) => created)).toHaveLength(1);
    });

    test("put creates a client that is missing", async () => {
      const client = newClient();
      await store().putClient(client);
      expect(await store().findClient(client.clientId)).toEqual(client);
    });

    test("put replaces metadata and secrets, and keeps what the server knows of the client", async () => {
      const client = newClient({ usedAt: NOW + 1 });
      await store().createClient(client);
      const next = newClient({
        clientId: client.clientId,
        source: "configuration",
        clientName: "Renamed",
        scope: scopes("files"),
        createdAt: NOW + 500,
        usedAt: null,
        disabledAt: NOW + 2,
      });
      await store().putClient(next);
      expect(await store().findClient(client.clientId)).toEqual({
        ...next,
        number: client.number,
        revision: client.revision + 2,
        createdAt: NOW,
        usedAt: NOW + 1,
        disabledBy: "operator",
      });
    });

    test("clients are listed by their numbers, and so in the order in which they came", async () => {
      const older = newClient();
      const younger = newClient();
      await store().createClient(younger);
      await store().createClient(older);
      const listed = await store().listClients();
      const numbers = listed.map(({ number }) => number);
      expect(numbers).toEqual(numbers.toSorted((one, other) => one - other));
      expect(listed.slice(-2).map(({ clientId }) => clientId)).toEqual([older.clientId, younger.clientId]);
    });

    test("no two clients have one number, whichever way and however many at once they come", async () => {
      const number = newClient().number + 1_000_000;
      const [created, put] = [0, 1].map(() => Array.from({ length: 5 }, () => newClient({ number })));
      await Promise.all([
        ...(created ?? []).map((client) => store().createClient(client)),
        ...(put ?? []).map((client) => store().putClient(client)),
      ]);
      const found = await Promise.all(
        [...(created ?? []), ...(put ?? [])].map(({ clientId }) => store().findClient(clientId)),
      );
      const numbers = found.map((client) => client?.number ?? 0);
      const next = Array.from({ length: 10 }, (_, index) => number + index);
      expect(numbers.toSorted((one, other) => one - other)).toEqual(next);
    });

    test("those that came in one way are listed apart", async () => {
      const declared = newClient({ source: "configuration" });
      const registered = newClient({ source: "registration" });
      await store().createClient(declared);
      await store().createClient(registered);
      const listed = await store().listClients("configuration");
      expect(listed).toContainEqual(declared);
      expect(new Set(listed.map(({ source }) => source))).toEqual(new Set(["configuration"]));
    });

    test("it is known whether there are any", async () => {
      await store().createClient(newClient());
      expect(await store().hasClients()).toBe(true);
      const everyone = await store().listClients();
      for (const { clientId } of everyone) await store().removeClient(clientId, NOW);
      expect(await store().hasClients()).toBe(false);
      for (const client of everyone) await store().createClient(client);
    });

    test("a secret is added and removed by its id", async () => {
      const client = newClient();
      const added = newSecret();
      await store().createClient(client);
      expect(await store().addClientSecret(client.clientId, added)).toBe(true);
      expect((await store().findClient(client.clientId))?.secrets).toEqual([...client.secrets, added]);
      expect(await store().removeClientSecret(client.clientId, added.id)).toBe(true);
      // Two decisions about the client.
      expect(await store().findClient(client.clientId)).toEqual({ ...client, revision: client.revision + 2 });
    });

    test("secrets that are added at once are all kept", async () => {
      const client = newClient({ secrets: [] });
      await store().createClient(client);
      const secrets = Array.from({ length: 8 }, () => newSecret());
      await Promise.all(secrets.map((secret) => store().addClientSecret(client.clientId, secret)));
      const kept = (await store().findClient(client.clientId))?.secrets.map(({ id }) => id);
      expect(kept?.toSorted()).toEqual(secrets.map(({ id }) => id).toSorted());
    });

    test("changing the secrets of a missing client, or removing a missing secret, says so", async () => {
      const client = newClient();
      await store().createClient(client);
      expect(await store().addClientSecret(clientId("nobody"), newSecret())).toBe(false);
      expect(await store().removeClientSecret(clientId("nobody"), "1")).toBe(false);
      expect(await store().removeClientSecret(client.clientId, "no such secret")).toBe(false);
    });

    test("removing a client ends all that was issued to it", async () => {
      const { client, grant, code, issuance } = await issue(store());
      const ownToken = newClientToken(client);
      await store().issueAccessToken(ownToken);
      const device = newDeviceCode(client);
      await store().createDeviceCode(device);

      expect(await store().removeClient(client.clientId, NOW + 1)).toBe(true);

      expect(await store().findClient(client.clientId)).toBeNull();
      expect(await isActive(store(), issuance.accessToken)).toBe(false);
      expect(await isActive(store(), ownToken)).toBe(false);
      expect(await store().findPendingDeviceCode(device.userCodeDigest, NOW)).toBeNull();
      expect(await store().findGrant(grant.id)).toMatchObject({
        revokedAt: NOW + 1,
        revokedReason: "client_removed",
      });
      expect(
        (await store().rotateRefreshToken(issuance.refreshToken.id, 30, newIssuance(grant))).outcome,
      ).toBe("refused");
      expect(await store().redeemCode(code.id, FAILURE_LIMIT, newIssuance(grant))).toBe("replayed");
    });

    test("what was issued to a removed client stays dead when its identifier is given again, with another number", async () => {
      const { client, account, grant, issuance } = await issue(store());
      const ownToken = newClientToken(client);
      await store().issueAccessToken(ownToken);
      const pending = await authorize(store(), { client, account });
      const device = newDeviceCode(client);
      await store().createDeviceCode(device);
      const consented = newGrant({ client, account });
      await store().authorize({
        ...pending,
        now: NOW,
        grant: consented,
        code: { ...pending.code, id: consented.id, grantId: consented.id },
        consent: newConsent(consented),
        form: null,
      });

      await store().removeClient(client.clientId, NOW);
      await store().createClient({ ...client, number: newClient().number });

      expect(await isActive(store(), issuance.accessToken)).toBe(false);
      expect(await isActive(store(), ownToken)).toBe(false);
      expect(await store().redeemCode(pending.code.id, FAILURE_LIMIT, newIssuance(pending.grant))).toBe(
        "refused",
      );
      expect(
        (await store().rotateRefreshToken(issuance.refreshToken.id, 30, newIssuance(grant))).outcome,
      ).toBe("refused");
      expect(await store().findPendingDeviceCode(device.userCodeDigest, NOW)).toBeNull();
      const { recipient } = newConsent(consented);
      expect(await store().findConsent(account.subject, client.clientId, recipient)).toBeNull();
    });

    test("removing a client that does not exist says so", async () => {
      expect(await store().removeClient(clientId("nobody"), NOW)).toBe(false);
    });

    test("removing one client leaves the others alone", async () => {
      const bystander = await issue(store());
      const { client } = await createParties(store());
      await store().removeClient(client.clientId, NOW);
      expect(await isActive(store(), bystander.issuance.accessToken)).toBe(true);
    });
  });

  describe("the first use of a client", () => {
    const store = useStore(open);
    const usedAt = async (id: string) => (await store().findClient(id))?.usedAt;

    test("is the first code that is issued to it", async () => {
      const parties = await createParties(store());
      expect(await usedAt(parties.client.clientId)).toBeNull();
      await authorize(store(), parties);
      expect(await usedAt(parties.client.clientId)).toBe(NOW);
    });

    test("is the first device that a person approves, and not one that only asks", async () => {
      const parties = await createParties(store());
      const { clientId } = parties.client;
      const device = newDeviceCode(parties.client);
      await store().createDeviceCode(device);
      expect(await usedAt(clientId)).toBeNull();
      await store().decideDeviceCode(device.id, newGrant(parties, { via: "device_code" }), NOW + 5);
      expect(await usedAt(clientId)).toBe(NOW + 5);
    });

    test("is not a device that a person denies", async () => {
      const { client } = await createParties(store());
      const device = newDeviceCode(client);
      await store().createDeviceCode(device);
      await store().decideDeviceCode(device.id, null, NOW);
      expect(await usedAt(client.clientId)).toBeNull();
    });

    test("is the first token that is issued to it, and stays when others follow", async () => {
      const { client } = await createParties(store());
      await store().issueAccessToken(newClientToken(client, { issuedAt: NOW + 7 }));
      await store().issueAccessToken(newClientToken(client, { issuedAt: NOW + 8 }));
      expect(await usedAt(client.clientId)).toBe(NOW + 7);
    });
  });
}
