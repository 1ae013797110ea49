/** RFC 8628 §3.4 and §3.5: a device asks until the person has answered. */
import type { AuthenticatedClient } from "../clients/authentication.ts";
import type { Context } from "../context.ts";
import {
  newRecordId,
  type PresentedCredential,
  parseCredential,
  secretMatches,
} from "../credentials/credential.ts";
import { mintAccessToken, mintRefreshToken, tokenResponse } from "../credentials/issue.ts";
import type { EpochSeconds } from "../platform/clock.ts";
import { OAuthError, type Reason } from "../protocol/errors.ts";
import { DEVICE_CODE_GRANT } from "../protocol/grant-types.ts";
import type { Parameters } from "../protocol/parameters.ts";
import type { AccountRecord, DeviceCodeRecord, GrantRecord } from "../store/records.ts";
import { type Grant, narrowToGrant, type Redemption } from "./grant.ts";

/** What the person allows a device. It lives as long as the code, until tokens are issued from it. */
export function deviceGrant(
  { clock, random }: Pick<Context, "clock" | "random">,
  device: DeviceCodeRecord,
  account: AccountRecord,
): GrantRecord {
  return {
    id: newRecordId(clock, random),
    subject: account.subject,
    username: account.username,
    clientId: device.clientId,
    scope: device.scope,
    resources: device.resources,
    via: "device_code",
    createdAt: clock.seconds(),
    expiresAt: device.expiresAt,
    activatedAt: null,
    revokedAt: null,
    revokedReason: null,
  };
}

interface StoredDevice {
  readonly device: DeviceCodeRecord;
  readonly grant: GrantRecord | null;
}

/** Where the request stands: a reason not to issue tokens (yet), or null. */
function deviceFault(
  presented: PresentedCredential | null,
  stored: StoredDevice | null,
  client: AuthenticatedClient,
  now: EpochSeconds,
): Reason | null {
  if (presented === null || stored === null || !secretMatches(presented.secret, stored.device.digest)) {
    return "device_code_unknown";
  }
  const { device, grant } = stored;
  if (device.clientId !== client.clientId) return "device_code_of_other_client";
  if (device.usedAt !== null) return "device_code_used";
  if (device.status === "denied") return "device_code_denied";
  if (device.expiresAt <= now) return "device_code_expired";
  if (device.status === "pending") return "authorization_pending";
  // Access was taken back before the device came for it.
  return grant === null || grant.revokedAt !== null ? "device_code_denied" : null;
}

async function redeem(
  context: Context,
  client: AuthenticatedClient,
  parameters: Parameters,
): Promise<Redemption> {
  const { store, clock, pollPace } = context;
  const presented = parseCredential("device_code", parameters.required("device_code"));
  const stored = presented && (await store.findDeviceCode(presented.id, client));
  const now = clock.seconds();
  const refuse = (reason: Reason) => new OAuthError(reason, { clientId: client.clientId });
  const fault = deviceFault(presented, stored, client, now);
  if (stored !== null && fault === "authorization_pending" && pollPace.isTooFast(stored.device.id)) {
    return refuse("slow_down");
  }
  if (stored === null || stored.grant === null || fault !== null)
    return refuse(fault ?? "device_code_unknown");

  const { device, grant } = stored;
  const { scope, resources } = narrowToGrant(context, grant, client, parameters);
  const accessToken = mintAccessToken(context, {
    client,
    grantId: grant.id,
    subject: grant.subject,
    scope,
    resources,
  });
  const refreshToken = mintRefreshToken(context, client, grant.id);
  const outcome = await store.redeemDeviceCode(device.id, {
    now,
    accessToken: accessToken.record,
    refreshToken: refreshToken?.record ?? null,
  });
  pollPace.forget(device.id);
  return outcome === "issued" ? tokenResponse(accessToken, refreshToken) : refuse("device_code_used");
}

export const deviceCodeGrant: Grant = { grantType: DEVICE_CODE_GRANT, redeem };
