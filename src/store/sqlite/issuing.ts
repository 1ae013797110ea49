/** The steps that every way of issuing tokens shares. They run inside the caller's transaction. */
import type { Issuance } from "../contract.ts";
import type { GrantRecord } from "../records.ts";
import { grantExpiry } from "../rules.ts";
import type { Tables } from "./engine.ts";
import type { ClientState } from "./tables/clients.ts";

/** The client of the grant, if both it and the person may still be served. */
export function findServedClient(
  { accounts, clients }: Tables,
  { subject, clientId }: Pick<GrantRecord, "subject" | "clientId">,
): ClientState | null {
  return accounts.isEnabled(subject) ? clients.findEnabled(clientId) : null;
}

/** Stores what a winner was promised, and keeps the grant at least as long as the last of it. */
export function issueTokens(
  { accessTokens, refreshTokens, grants }: Tables,
  client: ClientState,
  grant: GrantRecord,
  { now, accessToken, refreshToken }: Issuance,
): void {
  accessTokens.insert(accessToken, client.number, grant);
  if (refreshToken !== null) refreshTokens.insert(refreshToken);
  const lastExpiry = Math.max(accessToken.expiresAt, refreshToken?.expiresAt ?? 0);
  if (grant.activatedAt === null || grant.expiresAt < lastExpiry) {
    grants.extend(grant.id, now, Math.max(grant.expiresAt, grantExpiry(now, lastExpiry)));
  }
}
