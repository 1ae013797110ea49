/** The store's methods for tokens. */
import type { RecordId } from "../../protocol/identifiers.ts";
import type { Issuance, RotateRefreshTokenOutcome, Store } from "../contract.ts";
import type { GrantRecord, RefreshTokenRecord } from "../records.ts";
import type { Engine, Tables } from "./engine.ts";
import { findServedClient, issueTokens } from "./issuing.ts";
import { decodeAccessToken, decodeRefreshToken } from "./tables/tokens.ts";

type TokenMethods = Pick<
  Store,
  | "issueAccessToken"
  | "findActiveAccessToken"
  | "findRefreshToken"
  | "rotateRefreshToken"
  | "revokeAccessToken"
>;

type Rotation = Issuance & { readonly refreshToken: RefreshTokenRecord };

export function tokenMethods({ read, write, memory }: Engine): TokenMethods {
  return {
    issueAccessToken: (token, caller) =>
      write(({ accessTokens, clients }) => {
        memory.confirm(caller);
        const client = clients.findEnabled(token.clientId);
        if (client === null) return "refused";
        accessTokens.insert(token, client.number);
        clients.markIssued(client, token.issuedAt, token.expiresAt);
        return "issued";
      }),

    // Two or three look-ups of one row each: through this driver a join costs more than all of them.
    findActiveAccessToken: (id, now, caller) =>
      read(({ accessTokens, clients, grants }) => {
        memory.confirm(caller);
        const row = accessTokens.find(id);
        if (row === null || row.expiresAt <= now) return null;
        const clientId = clients.findEnabledByNumber(row.client);
        if (clientId === null) return null;
        const token = decodeAccessToken(row, clientId);
        if (row.grantId === null) return { token, grant: null };
        const grant = grants.find(row.grantId);
        return grant === null || grant.revokedAt !== null ? null : { token, grant };
      }),

    findRefreshToken: (id, caller) =>
      read((tables) => {
        memory.confirm(caller);
        return findRefreshToken(tables, id);
      }),

    rotateRefreshToken: (id, retryWindowSeconds, issuance) =>
      write((tables) => {
        const found = findRefreshToken(tables, id);
        if (found === null) return { outcome: "refused" };
        return found.token.usedAt === null
          ? rotate(tables, found.token, found.grant, issuance)
          : useAgain(tables, found.token, found.grant, issuance, retryWindowSeconds);
      }),

    revokeAccessToken: (id) => write(({ accessTokens }) => accessTokens.remove(id)),
  };
}

function findRefreshToken(
  { grants, refreshTokens }: Tables,
  id: RecordId,
): { token: RefreshTokenRecord; grant: GrantRecord } | null {
  const row = refreshTokens.find(id);
  if (row === null) return null;
  const grant = grants.find(row.grantId);
  return grant === null ? null : { token: decodeRefreshToken(row, grant.clientId), grant };
}

function rotate(
  tables: Tables,
  token: RefreshTokenRecord,
  grant: GrantRecord,
  issuance: Rotation,
): RotateRefreshTokenOutcome {
  if (token.expiresAt <= issuance.now || grant.revokedAt !== null) return { outcome: "refused" };
  const client = findServedClient(tables, grant);
  if (client === null) return { outcome: "refused" };

  tables.refreshTokens.use(token.id, issuance.now, issuance.refreshToken.id);
  issueTokens(tables, client, grant, issuance);
  return { outcome: "rotated" };
}

/**
 * The token was used before. RFC 9700 §4.14.2: one of the two users may be a thief, so the grant is revoked, unless
 * it looks like the rightful user whose answer was lost.
 */
function useAgain(
  tables: Tables,
  token: RefreshTokenRecord,
  grant: GrantRecord,
  issuance: Rotation,
  retryWindowSeconds: number,
): RotateRefreshTokenOutcome {
  const successor = findRetriedSuccessor(tables, token, grant, issuance.now, retryWindowSeconds);
  if (successor === null) {
    tables.grants.revoke(grant.id, "refresh_token_replayed", issuance.now);
    return { outcome: "replayed" };
  }
  const client = findServedClient(tables, grant);
  if (client === null) return { outcome: "refused" };
  // The earlier successor stays the only live branch.
  issueTokens(tables, client, grant, { ...issuance, refreshToken: null });
  return { outcome: "retried", successor };
}

/** The successor to hand out again, or null if this is no retry. A window of 0 means that nothing is. */
function findRetriedSuccessor(
  { refreshTokens }: Tables,
  token: RefreshTokenRecord,
  grant: GrantRecord,
  now: number,
  retryWindowSeconds: number,
): RefreshTokenRecord | null {
  if (retryWindowSeconds <= 0 || grant.revokedAt !== null) return null;
  if (token.usedAt === null || token.successorId === null) return null;
  if (now - token.usedAt > retryWindowSeconds) return null;
  const successor = refreshTokens.find(token.successorId);
  if (successor === null || successor.usedAt !== null || successor.expiresAt <= now) return null;
  return decodeRefreshToken(successor, grant.clientId);
}
