/** RFC 8628: device codes, from the device's request to the tokens. */
import type { PresentedCredential } from "../credentials/credential.ts";
import type { EpochSeconds } from "../platform/clock.ts";
import type { Reason } from "../protocol/errors.ts";
import type { SubjectId } from "../protocol/identifiers.ts";
import { hold, insert, update } from "../store/contract.ts";
import { type ClientRecord, clients } from "../store/tables/clients.ts";
import type { GrantRecord } from "../store/tables/grants.ts";
import type { AccountRecord } from "../store/tables/people.ts";
import { type DeviceCodeRecord, deviceCodes } from "../store/tables/requests.ts";
import { isEnabled } from "./client.ts";
import { concluded, type Decision } from "./decision.ts";
import { asItWas, type Issuance, type ServedClient } from "./grant.ts";
import {
  approvalChanges,
  isPending,
  mayBeGiven,
  type PolledKind,
  pollFault,
  redeemPolled,
} from "./polling.ts";

/** What a device code is to the rule for everything that clients poll for. */
export const DEVICE_CODES: PolledKind = {
  table: deviceCodes,
  via: "device_code",
  reasons: {
    unknown: "device_code_unknown",
    ofOtherClient: "device_code_of_other_client",
    used: "device_code_used",
    denied: "device_code_denied",
    expired: "device_code_expired",
  },
};

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
  if (!isPending(device, now) || account === null || !mayBeGiven(client, account)) return concluded(false);
  const { subject, clientId } = grant;
  return {
    outcome: true,
    changes: approvalChanges(DEVICE_CODES, { asked: device, client, account }, grant, now),
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
export const deviceFault = (
  presented: PresentedCredential | null,
  { device, grant }: DeviceFacts,
  clientId: string,
  now: EpochSeconds,
): Reason | null => pollFault(DEVICE_CODES, presented, { asked: device, grant }, clientId, now);

export const redeemDeviceCode = (
  { device, grant }: DeviceFacts,
  client: ServedClient | null,
  issuance: Issuance,
): Decision<"issued" | "refused"> => redeemPolled(DEVICE_CODES, { asked: device, grant }, client, issuance);
