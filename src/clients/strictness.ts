/**
 * What a client demands for itself, and never less than before: a client that describes itself may become stricter, and no more. The operator
 * may have asked it of the client, and a thief of its registration access token must not talk it out of its defences (THREATS 85).
 */
import { SECURITY_PROFILES } from "../protocol/security-profile.ts";
import type { ClientRecord } from "../store/tables/clients.ts";
import { type Members, readBoolean, readString } from "./members.ts";

type Demands = Pick<ClientRecord, (typeof DEMANDS)[number][1] | "securityProfile">;

/** The members that demand something if they are true, and their names in a row. */
const DEMANDS = [
  ["dpop_bound_access_tokens", "dpopBoundAccessTokens"],
  ["require_pushed_authorization_requests", "requirePushedAuthorizationRequests"],
  ["require_signed_request_object", "requireSignedRequestObject"],
  ["tls_client_certificate_bound_access_tokens", "tlsClientCertificateBoundAccessTokens"],
] as const satisfies readonly (readonly [string, keyof ClientRecord])[];

/** The profiles stand in the order of their strictness; without one it is -1. */
const RANKS: readonly (string | null)[] = SECURITY_PROFILES;
const rankOf = (profile: string | null): number => RANKS.indexOf(profile);

/**
 * The metadata that a client sends, with the demands that it had and left out. They are put in before the check, because the rest must
 * fit them; and a demand that the server cannot meet by now stays one. Throws what the check throws.
 */
export function asStrictAsBefore<Metadata extends Demands>(
  input: unknown,
  before: Demands,
  check: (input: unknown) => Metadata,
): Metadata {
  if (typeof input !== "object" || input === null || Array.isArray(input)) return check(input);
  const members: Members = { ...input };
  const kept = DEMANDS.filter(([name, column]) => before[column] && !readBoolean(members, name));
  const named = readString(members, "security_profile");
  // One that is not known is refused.
  const isLower = (named === null || rankOf(named) >= 0) && rankOf(named) < rankOf(before.securityProfile);
  const checked = check({
    ...members,
    ...Object.fromEntries(kept.map(([name]) => [name, true])),
    ...(isLower && { security_profile: before.securityProfile }),
  });
  return {
    ...checked,
    ...Object.fromEntries(DEMANDS.filter(([, column]) => before[column]).map(([, column]) => [column, true])),
  };
}

/** Whether it demands less than before. The operator may have made the client stricter since `asStrictAsBefore`. */
export const isLaxer = (demands: Demands, before: Demands): boolean =>
  DEMANDS.some(([, column]) => before[column] && !demands[column]) ||
  rankOf(demands.securityProfile) < rankOf(before.securityProfile);
