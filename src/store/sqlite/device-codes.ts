/** The store's methods for the device grant (RFC 8628). */
import type { Store } from "../contract.ts";
import type { Engine } from "./engine.ts";
import { findServedClient, issueTokens } from "./issuing.ts";

type DeviceCodeMethods = Pick<
  Store,
  "createDeviceCode" | "findDeviceCode" | "findPendingDeviceCode" | "decideDeviceCode" | "redeemDeviceCode"
>;

export function deviceCodeMethods({ read, write, memory }: Engine): DeviceCodeMethods {
  return {
    createDeviceCode: (device) =>
      write(({ deviceCodes }) => {
        if (deviceCodes.isUserCodeInUse(device.userCodeDigest, device.createdAt)) return false;
        deviceCodes.insert(device);
        return true;
      }),

    findDeviceCode: (id, caller) =>
      read(({ deviceCodes, grants }) => {
        memory.confirm(caller);
        const device = deviceCodes.find(id);
        if (device === null) return null;
        return { device, grant: device.grantId === null ? null : grants.find(device.grantId) };
      }),

    findPendingDeviceCode: (userCodeDigest, now) =>
      read(({ deviceCodes }) => deviceCodes.findPending(userCodeDigest, now)),

    decideDeviceCode: (id, grant, now) =>
      write((tables) => {
        const { clients, deviceCodes, grants } = tables;
        const device = deviceCodes.find(id);
        if (device === null || device.status !== "pending" || device.expiresAt <= now) return false;
        if (grant === null) {
          deviceCodes.deny(id);
          return true;
        }
        const client = findServedClient(tables, grant);
        if (client === null) return false;
        // A grant outlives all that hangs on it, so that it can be cleaned up by its own expiry.
        grants.insert({ ...grant, expiresAt: Math.max(grant.expiresAt, device.expiresAt) }, null);
        deviceCodes.approve(id, grant.id);
        clients.markAllowed(client, now);
        return true;
      }),

    redeemDeviceCode: (id, issuance) =>
      write((tables) => {
        const { deviceCodes, grants } = tables;
        const device = deviceCodes.find(id);
        if (device === null || device.status !== "approved" || device.usedAt !== null) return "refused";
        if (device.expiresAt <= issuance.now || device.grantId === null) return "refused";
        const grant = grants.find(device.grantId);
        if (grant === null || grant.revokedAt !== null) return "refused";
        const client = findServedClient(tables, grant);
        if (client === null) return "refused";

        deviceCodes.use(id, issuance.now);
        issueTokens(tables, client, grant, issuance);
        return "issued";
      }),
  };
}
