/**
 * A client that a process has read before is used again, in the statement or transaction that confirms it. What another
 * process changes counts at the next call all the same. For both engines.
 */
import { beforeEach, describe, expect, test } from "bun:test";
import { ClientChanged, type Store } from "../../../src/store/contract.ts";
import type { ClientRecord } from "../../../src/store/records.ts";
import { NOW, newClient, newClientToken, newDeviceCode, newId, newSecret } from "../records.ts";
import { issue } from "./setting.ts";

export interface RecallSetting {
  /** The process that remembers. */
  readonly store: Store;
  /** The one that changes things. */
  readonly other: Store;
  /** Somebody who changes them by hand. */
  readonly sql: (text: string) => unknown;
}

export function recallTests(setting: () => RecallSetting): void {
  const store = () => setting().store;
  const other = () => setting().other;
  let client: ClientRecord;
  beforeEach(async () => {
    client = newClient({ secrets: [newSecret(), newSecret()] });
    await store().createClient(client);
    await store().findClient(client.clientId);
  });

  function recall(): ClientRecord {
    const recalled = store().recallClient(client.clientId);
    if (recalled === null) throw new Error("not remembered");
    return recalled;
  }

  /** Every call that takes a caller. */
  const CALLS: Record<string, (caller: ClientRecord) => Promise<unknown>> = {
    confirmClient: (caller) => store().confirmClient(caller),
    issueAccessToken: (caller) => store().issueAccessToken(newClientToken(client), caller),
    findActiveAccessToken: (caller) => store().findActiveAccessToken(newId(), NOW, caller),
    findRefreshToken: (caller) => store().findRefreshToken(newId(), caller),
    findCode: (caller) => store().findCode(newId(), caller),
    findDeviceCode: (caller) => store().findDeviceCode(newId(), caller),
  };

  const CHANGES: Record<string, () => unknown> = {
    "its metadata are others": () => other().putClient({ ...client, clientName: "Another" }),
    "a secret was added": () => other().addClientSecret(client.clientId, newSecret()),
    "a secret was taken away": () => other().removeClientSecret(client.clientId, client.secrets[0]?.id ?? ""),
    "it was disabled": () => other().putClient({ ...client, disabledAt: NOW }),
    "it was removed": () => other().removeClient(client.clientId, NOW),
    "it was removed and another has its name": async () => {
      await other().removeClient(client.clientId, NOW);
      await other().createClient({ ...newClient(), clientId: client.clientId });
    },
    "somebody changed the row by hand": () =>
      setting().sql(
        `UPDATE clients SET metadata = replace(metadata, 'true', 'false') WHERE client_id = '${client.clientId}'`,
      ),
  };

  describe("a client that was recalled", () => {
    test("is as it was read, and as new for every request", async () => {
      expect(recall()).toEqual((await store().findClient(client.clientId)) ?? client);
      expect(recall()).not.toBe(recall());
    });

    test("is not remembered before it was read, nor by another node", () => {
      expect(other().recallClient(client.clientId)).toBeNull();
      expect(store().recallClient("nobody")).toBeNull();
    });

    for (const [name, call] of Object.entries(CALLS)) {
      test(`is confirmed by ${name} while nothing has changed, and need not be confirmed again`, async () => {
        const caller = recall();
        await call(caller);
        await other().putClient({ ...client, clientName: "Another" });
        await store().confirmClient(caller);
      });

      for (const [change, make] of Object.entries(CHANGES)) {
        test(`is refused by ${name} once ${change}`, async () => {
          const caller = recall();
          await make();
          await expect(call(caller)).rejects.toBeInstanceOf(ClientChanged);
          expect(store().recallClient(client.clientId)).toBeNull();
        });
      }
    }

    test("leaves no token behind if it has changed", async () => {
      const caller = recall();
      await other().addClientSecret(client.clientId, newSecret());
      const token = newClientToken(client);
      await expect(store().issueAccessToken(token, caller)).rejects.toBeInstanceOf(ClientChanged);
      expect(await store().findActiveAccessToken(token.id, NOW)).toBeNull();
    });

    test("finds what there is in the same statement", async () => {
      const issued = await issue(store(), undefined);
      await store().findClient(issued.client.clientId);
      const caller = () => store().recallClient(issued.client.clientId) ?? issued.client;
      const { accessToken, refreshToken } = issued.issuance;
      const access = await store().findActiveAccessToken(accessToken.id, NOW, caller());
      expect(access).toEqual(await store().findActiveAccessToken(accessToken.id, NOW));
      expect(access?.token.id).toEqual(accessToken.id);
      const refresh = await store().findRefreshToken(refreshToken.id, caller());
      expect(refresh).toEqual(await store().findRefreshToken(refreshToken.id));
      expect(refresh?.token.id).toEqual(refreshToken.id);
      const code = await store().findCode(issued.code.id, caller());
      expect(code).toEqual(await store().findCode(issued.code.id));
      expect(code?.code.id).toEqual(issued.code.id);
      const device = newDeviceCode(issued.client);
      await store().createDeviceCode(device);
      expect(await store().findDeviceCode(device.id, caller())).toEqual({ device, grant: null });
    });
  });
}
