/** RFC 8628: device codes, from the device's request to the tokens. */
import { type PresentedCredential, secretMatches } from "../credentials/credential.ts";
import type { EpochSeconds } from "../platform/clock.ts";
import type { Reason } from "../protocol/errors.ts";
import type { SubjectId } from "../protocol/identifiers.ts";
import { hold, insert, update } from "../store/contract.ts";
import { type ClientRecord, clients } from "../store/tables/clients.ts";
import { type GrantRecord, grants } from "../store/tables/grants.ts";
import { type AccountRecord, accounts } from "../store/tables/people.ts";
import { type DeviceCodeRecord, deviceCodes } from "../store/tables/requests.ts";
import { allowClient, isEnabled } from "./client.ts";
import { mayUse } from "./client-access.ts";
import { concluded, type Decision } from "./decision.ts";
import { asItWas, type Issuance, issueTokens, type ServedClient } from "./grant.ts";

/** How long the server still knows an expired device code (RFC 8628 §3.5: `expired_token`). */
export const DEVICE_CODE_REMEMBERED_SECONDS = 3600;

/** How long an approved code gives tokens at least: the device may be between two polls (RFC 8628 §3.5). */
const COLLECTION_SECONDS = 60;

/**
 * Until when the device may come for its tokens. A person may approve in the last second of the code, so the device has
 * some time after the approval, in which the person made the grant.
 */
const collectableUntil = (
  device: DeviceCodeRecord,
  grant: Pick<GrantRecord, "createdAt"> | null,
): EpochSeconds =>
  device.status === "approved" && grant !== null
    ? Math.max(device.expiresAt, grant.createdAt + COLLECTION_SECONDS)
    : device.expiresAt;

export interface NewDeviceFacts {
  readonly sameUserCode: DeviceCodeRecord | null;
  readonly client: ServedClient | null;
}

/**
 * False if the user code is in use, or the client may not ask. A code stays in use after the decision and after its expiry,
 * until the clean-up removes it: a person who types it again must not meet another device. The commit holds the client, so
 * that a removal of the client finds the code.
 */
export const createDeviceCode = (
  { sameUserCode, client }: NewDeviceFacts,
  device: DeviceCodeRecord,
): Decision<boolean> =>
  sameUserCode !== null || !isEnabled(client)
    ? concluded(false)
    : {
        outcome: true,
        changes: [hold(clients, { clientId: client.clientId }, asItWas(client)), insert(deviceCodes, device)],
        events: [{ event: "device.asked", client: device.clientId }],
      };

/** Whether a person may still answer. */
export const isPending = (device: DeviceCodeRecord | null, now: EpochSeconds): device is DeviceCodeRecord =>
  device !== null && device.status === "pending" && device.expiresAt > now;

export interface DeviceDecisionFacts {
  readonly device: DeviceCodeRecord | null;
  readonly client: ClientRecord | null;
  readonly account: AccountRecord | null;
}

/**
 * Approves, and stores the grant. False if the code was decided before or has expired, or if the person or the client
 * may not.
 */
export function approveDevice(
  { device, client, account }: DeviceDecisionFacts,
  grant: GrantRecord,
  now: EpochSeconds,
): Decision<boolean> {
  if (!isPending(device, now) || !isEnabled(client)) return concluded(false);
  if (account === null || account.disabledAt !== null || !mayUse(client, account)) return concluded(false);
  const { subject, clientId } = grant;
  return {
    outcome: true,
    changes: [
      hold(accounts, { subject }, { revision: account.revision }),
      allowClient(client, now),
      update(
        deviceCodes,
        { id: device.id },
        { status: "pending" },
        { status: "approved", grantId: grant.id },
      ),
      // A grant outlives everything issued from it, so that the clean-up can go by the grant's own expiry.
      insert(grants, {
        ...grant,
        expiresAt: Math.max(grant.expiresAt, collectableUntil({ ...device, status: "approved" }, grant)),
      }),
    ],
    events: [{ event: "device.approved", subject, client: clientId, grant: grant.id }],
  };
}

/** False if the code was decided before or has expired. */
export const denyDevice = (
  device: DeviceCodeRecord | null,
  subject: SubjectId,
  now: EpochSeconds,
): Decision<boolean> =>
  isPending(device, now)
    ? {
        outcome: true,
        changes: [
          update(
            deviceCodes,
            { id: device.id },
            { status: "pending" },
            { status: "denied", deniedBy: subject },
          ),
        ],
        events: [{ event: "device.denied", subject, client: device.clientId }],
      }
    : concluded(false);

export interface DeviceFacts {
  readonly device: DeviceCodeRecord | null;
  readonly grant: GrantRecord | null;
}

/**
 * The answer that this person gave before: a double click, the back button and a reload meet it again. Null if they gave
 * none, or if the access that they allowed was taken back. It says nothing of the answers of other people.
 */
export function earlierAnswer(
  { device, grant }: DeviceFacts,
  subject: SubjectId,
): "approved" | "denied" | null {
  if (device?.status === "denied") return device.deniedBy === subject ? "denied" : null;
  const isTheirs = grant !== null && grant.subject === subject && grant.revokedAt === null;
  return isTheirs ? "approved" : null;
}

/** RFC 8628 §3.5: the reason not to issue tokens (yet), or null. */
export function deviceFault(
  presented: PresentedCredential | null,
  { device, grant }: DeviceFacts,
  clientId: string,
  now: EpochSeconds,
): Reason | null {
  if (presented === null || device === null || !secretMatches(presented.secret, device.digest)) {
    return "device_code_unknown";
  }
  if (device.clientId !== clientId) return "device_code_of_other_client";
  if (device.usedAt !== null) return "device_code_used";
  if (device.status === "denied") return "device_code_denied";
  if (collectableUntil(device, grant) <= now) return "device_code_expired";
  if (device.status === "pending") return "authorization_pending";
  // Access was taken back before the device came for it.
  return grant === null || grant.revokedAt !== null ? "device_code_denied" : null;
}

/** If several polls come at the same moment, one gets the tokens. */
export function redeemDeviceCode(
  { device, grant }: DeviceFacts,
  client: ServedClient | null,
  issuance: Issuance,
): Decision<"issued" | "refused"> {
  if (device === null || device.status !== "approved" || device.usedAt !== null) return concluded("refused");
  if (collectableUntil(device, grant) <= issuance.now || grant === null || grant.revokedAt !== null)
    return concluded("refused");
  if (!isEnabled(client)) return concluded("refused");
  return {
    outcome: "issued",
    changes: [
      update(deviceCodes, { id: device.id }, { usedAt: null }, { usedAt: issuance.now }),
      ...issueTokens(grant, client, issuance),
    ],
    events: [
      {
        event: "token.issued",
        via: "device_code",
        subject: grant.subject,
        client: grant.clientId,
        grant: grant.id,
      },
    ],
  };
}
