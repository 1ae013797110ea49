/**
 * RFC 6749 §6 with the rotation of RFC 9700 §4.14.2.
 *
 * The successor's secret is derived from its predecessor with a key of the server, so that a retry after a lost answer,
 * or a second tab, gets the *same* successor: there are never two live branches, and nobody is signed out by accident.
 * Any later use of a predecessor is theft or a restored backup, and ends the grant.
 */
import type { AuthenticatedClient } from "../clients/authentication.ts";
import type { Context } from "../context.ts";
import {
  assembleCredential,
  type MintedCredential,
  newRecordId,
  type PresentedCredential,
  parseCredential,
  secretMatches,
} from "../credentials/credential.ts";
import { mintAccessToken, tokenResponse } from "../credentials/issue.ts";
import type { EpochSeconds } from "../platform/clock.ts";
import { OAuthError, type Reason } from "../protocol/errors.ts";
import type { RecordId } from "../protocol/identifiers.ts";
import type { Parameters } from "../protocol/parameters.ts";
import type { GrantRecord, RefreshTokenRecord } from "../store/records.ts";
import { type Grant, narrowToGrant, type Redemption } from "./grant.ts";

/** What is wrong with using this refresh token; null if nothing is. Whether it was used before is for the store to say. */
function refreshFault(
  presented: PresentedCredential | null,
  stored: { readonly token: RefreshTokenRecord; readonly grant: GrantRecord } | null,
  client: AuthenticatedClient,
  now: EpochSeconds,
): Reason | null {
  if (presented === null || stored === null || !secretMatches(presented.secret, stored.token.digest)) {
    return "refresh_token_unknown";
  }
  const { token, grant } = stored;
  if (token.clientId !== client.clientId) return "refresh_token_of_other_client";
  if (grant.revokedAt !== null) return "refresh_token_revoked";
  if (token.usedAt === null && token.expiresAt <= now) return "refresh_token_expired";
  return null;
}

async function redeem(
  context: Context,
  client: AuthenticatedClient,
  parameters: Parameters,
): Promise<Redemption> {
  const { store, clock, random, configuration } = context;
  const presented = parseCredential("refresh_token", parameters.required("refresh_token"));
  const stored = presented && (await store.findRefreshToken(presented.id, client));
  const now = clock.seconds();
  const refuse = (reason: Reason) => new OAuthError(reason, { clientId: client.clientId });
  const fault = refreshFault(presented, stored, client, now);
  if (presented === null || stored === null || fault !== null)
    return refuse(fault ?? "refresh_token_unknown");

  const { token, grant } = stored;
  const retryWindowSeconds = configuration.lifetimes.refresh_retry_window_seconds;
  // A late use must reach the store, which ends the grant, even if its other parameters are bad.
  const isLate = token.usedAt !== null && now > token.usedAt + retryWindowSeconds;
  const { scope, resources } = isLate ? grant : narrowToGrant(context, grant, client, parameters);
  const accessToken = mintAccessToken(context, {
    client,
    grantId: grant.id,
    subject: grant.subject,
    scope,
    resources,
  });
  const successor = deriveSuccessor(context, presented, newRecordId(clock, random));
  const outcome = await store.rotateRefreshToken(token.id, retryWindowSeconds, {
    now,
    accessToken: accessToken.record,
    refreshToken: {
      id: successor.id,
      digest: successor.digest,
      grantId: grant.id,
      clientId: client.clientId,
      issuedAt: now,
      expiresAt: now + configuration.lifetimes.refresh_token_seconds,
      usedAt: null,
      successorId: null,
    },
  });
  switch (outcome.outcome) {
    case "rotated":
      return tokenResponse(accessToken, successor);
    case "retried":
      return tokenResponse(accessToken, deriveSuccessor(context, presented, outcome.successor.id));
    case "replayed":
      return refuse("refresh_token_replayed");
    case "refused":
      return refuse("refresh_token_revoked");
  }
}

/** Whoever has the database and the key cannot derive it: it takes the predecessor, of which only a digest is kept. */
function deriveSuccessor(
  { keys }: Pick<Context, "keys">,
  predecessor: PresentedCredential,
  successorId: RecordId,
): MintedCredential {
  const secret = keys.mac("refresh successor", predecessor.id, predecessor.secret, successorId);
  return assembleCredential("refresh_token", successorId, secret);
}

export const refreshTokenGrant: Grant = { grantType: "refresh_token", redeem };
