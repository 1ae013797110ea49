/**
 * RFC 6749 §6 with the rotation of RFC 9700 §4.14.2.
 *
 * A retry after a lost answer, or a second tab, gets the same answer as the first use. So there are never two live
 * branches, and people are not signed out by accident. Any later use of a predecessor means theft or a restored backup,
 * and ends the grant.
 *
 * A client of the strict profile keeps its refresh token instead (`staysInUse`).
 */
import { type PresentedCredential, secretMatches } from "../credentials/credential.ts";
import type { EpochSeconds } from "../platform/clock.ts";
import type { Confirmation } from "../protocol/bindings.ts";
import type { Reason } from "../protocol/errors.ts";
import { keepsRefreshTokens } from "../protocol/security-profile.ts";
import { update } from "../store/contract.ts";
import type { ClientRecord } from "../store/tables/clients.ts";
import type { GrantRecord } from "../store/tables/grants.ts";
import { type AccessTokenRecord, type RefreshTokenRecord, refreshTokens } from "../store/tables/tokens.ts";
import { fitsRefreshToken } from "./binding.ts";
import { isEnabled } from "./client.ts";
import { concluded, type Decision } from "./decision.ts";
import { type Issuance, issueTokens, revokeReplayed, type ServedClient } from "./grant.ts";

export interface RefreshFacts {
  readonly token: RefreshTokenRecord | null;
  readonly grant: GrantRecord | null;
  /** The successor, if the token was used. */
  readonly successor: RefreshTokenRecord | null;
  readonly accessToken: AccessTokenRecord | null;
}

/** Who sends the request, and what it shows to have. */
export interface RefreshSender {
  readonly clientId: string;
  readonly isPublic: boolean;
  readonly shown: Confirmation | null;
}

/**
 * The fault of this use; null if there is none, or if the token was used before, which `rotate` handles. A request without the key of the
 * token is no use of it, so that a thief without the key can neither have tokens nor end the grant.
 */
export function refreshFault(
  presented: PresentedCredential | null,
  { token, grant }: Pick<RefreshFacts, "token" | "grant">,
  { clientId, isPublic, shown }: RefreshSender,
  now: EpochSeconds,
): Reason | null {
  if (
    presented === null ||
    token === null ||
    grant === null ||
    !secretMatches(presented.secret, token.digest)
  ) {
    return "refresh_token_unknown";
  }
  if (grant.clientId !== clientId) return "refresh_token_of_other_client";
  if (grant.revokedAt !== null) return "refresh_token_revoked";
  if (token.usedAt === null && token.expiresAt <= now) return "refresh_token_expired";
  return fitsRefreshToken(token, shown, isPublic) ? null : "refresh_token_of_other_key";
}

/**
 * FAPI 2.0 §5.3.2.1: whether the client keeps the token when it uses it. Rotation finds the thief who copied a token. Here a thief needs
 * the keys of the client as well, and a client that loses an answer loses nothing. A token that is bound to no key yet is rotated once
 * more, into one that is.
 */
export const staysInUse = (
  { usedAt, confirmation }: Pick<RefreshTokenRecord, "usedAt" | "confirmation">,
  client: Pick<ClientRecord, "securityProfile">,
  { isPublic, shown }: Pick<RefreshSender, "isPublic" | "shown">,
): boolean =>
  usedAt === null && confirmation !== null && shown !== null && !isPublic && keepsRefreshTokens(client);

/** Stores an access token, and lengthens the life of the token that stays. `expiresAt`: when that expires if it is not used again. */
export function useAndKeep(
  { token, grant }: Pick<RefreshFacts, "token" | "grant">,
  client: ServedClient | null,
  {
    now,
    accessToken,
    expiresAt,
  }: Pick<Issuance, "now" | "accessToken"> & { readonly expiresAt: EpochSeconds },
): Decision<"issued" | "refused"> {
  if (token === null || grant === null || token.usedAt !== null) return concluded("refused");
  if (token.expiresAt <= now || grant.revokedAt !== null) return concluded("refused");
  if (!isEnabled(client)) return concluded("refused");
  return {
    outcome: "issued",
    changes: [
      update(refreshTokens, { id: token.id }, { usedAt: null }, { expiresAt }),
      ...issueTokens(grant, client, { now, accessToken, refreshToken: null, keptUntil: expiresAt }),
    ],
    events: [issuedByRefresh(grant)],
  };
}

const issuedByRefresh = (grant: GrantRecord) =>
  ({
    event: "token.issued",
    via: "refresh_token",
    subject: grant.subject,
    client: grant.clientId,
    grant: grant.id,
  }) as const;

export type RotationOutcome =
  | { readonly outcome: "rotated" }
  /** The token was used within the retry window and its successor is still unused: the client gets the same answer again. */
  | {
      readonly outcome: "retried";
      readonly successor: RefreshTokenRecord;
      /** Null if it was revoked since. */
      readonly accessToken: AccessTokenRecord | null;
    }
  /** The client retried with another key, with which the first answer would be of no use. */
  | { readonly outcome: "other_key" }
  /** The token was used before, and this use is no retry. The grant is now revoked. */
  | { readonly outcome: "replayed" }
  | { readonly outcome: "refused" };

export type Rotation = Issuance & {
  readonly refreshToken: RefreshTokenRecord;
  /** The digest of the network of this request (`networkDigest`). */
  readonly from: Uint8Array;
};

/** Consumes the token, and stores its successor and an access token. With a window of 0 no use is a retry. */
export function rotate(
  facts: RefreshFacts,
  client: ServedClient | null,
  retryWindowSeconds: number,
  rotation: Rotation,
): Decision<RotationOutcome> {
  const { token, grant } = facts;
  const { now, refreshToken, from } = rotation;
  if (token === null || grant === null) return concluded({ outcome: "refused" });
  if (token.usedAt !== null)
    return useAgain({ ...facts, token, grant }, client, retryWindowSeconds, rotation);
  if (token.expiresAt <= now || grant.revokedAt !== null) return concluded({ outcome: "refused" });
  if (!isEnabled(client)) return concluded({ outcome: "refused" });
  return {
    outcome: { outcome: "rotated" },
    changes: [
      update(
        refreshTokens,
        { id: token.id },
        { usedAt: null },
        { usedAt: now, successorId: refreshToken.id, usedFrom: from },
      ),
      ...issueTokens(grant, client, rotation),
    ],
    events: [issuedByRefresh(grant)],
  };
}

type UsedFacts = RefreshFacts & { readonly token: RefreshTokenRecord; readonly grant: GrantRecord };

function useAgain(
  { token, grant, successor, accessToken }: UsedFacts,
  client: ServedClient | null,
  retryWindowSeconds: number,
  { now, from, refreshToken }: Pick<Rotation, "now" | "from" | "refreshToken">,
): Decision<RotationOutcome> {
  const isElsewhere = token.usedFrom !== null && Buffer.compare(token.usedFrom, from) !== 0;
  const inTime = retryWindowSeconds > 0 && token.usedAt !== null && now - token.usedAt <= retryWindowSeconds;
  const isOpen = successor !== null && successor.usedAt === null && successor.expiresAt > now;
  // A thief and the client who refresh inside each other's window look like retries from two networks, again and again.
  // A token that is bound to no key has two holders if it is used with two keys, or once without one.
  const isSameKey = successor !== null && successor.confirmation === refreshToken.confirmation;
  const isContended = (isElsewhere && token.retriedElsewhere) || (!isSameKey && token.confirmation === null);
  if (inTime && isOpen && grant.revokedAt === null && !isContended) {
    if (!isEnabled(client)) return concluded({ outcome: "refused" });
    if (!isSameKey) return concluded({ outcome: "other_key" });
    const about = { subject: grant.subject, client: grant.clientId, grant: grant.id };
    return {
      outcome: { outcome: "retried", successor, accessToken },
      // Only the first retry from elsewhere stores something.
      changes:
        isElsewhere && !successor.retriedElsewhere
          ? [update(refreshTokens, { id: successor.id }, { usedAt: null }, { retriedElsewhere: true })]
          : [],
      events: [
        { event: isElsewhere ? "refresh_token.retried_elsewhere" : "refresh_token.retried", ...about },
      ],
    };
  }
  const { outcome, ...decision } = revokeReplayed(grant, "refresh_token_replayed", now);
  return { ...decision, outcome: { outcome } };
}
