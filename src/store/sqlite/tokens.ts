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
        const client = clients.stateOf(memory.confirm(caller)) ?? clients.findEnabled(token.clientId);
        if (client === null) return "refused";
        accessTokens.insert(token, client.number, null);
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
        if (row.grantId === null) return { token: decodeAccessToken(row, clientId, null), grant: null };
        const grant = grants.find(row.grantId);
        if (grant === null || grant.revokedAt !== null) return null;
        return { token: decodeAccessToken(row, clientId, grant), grant };
      }),

    findRefreshToken: (id, caller) =>
      read((tables) => {
        memory.confirm(caller);
        return findRefreshToken(tables, id);
      }),

    rotateRefreshToken: (id, retryWindowSeconds, issuance) =>
      write((tables) => {
        if (rotate(tables, id, issuance)) return { outcome: "rotated" };
        const found = findRefreshToken(tables, id);
        return found === null || found.token.usedAt === null
          ? { outcome: "refused" }
          : useAgain(tables, found.token, found.grant, issuance, retryWindowSeconds);
      }),

    revokeAccessToken: (id) => write(({ accessTokens }) => accessTokens.remove(id), "urgent"),
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

/** False, and nothing changed, if it was used before, or it or what it hangs on is no longer good. */
function rotate(tables: Tables, id: RecordId, issuance: Rotation): boolean {
  const grant = tables.grants.find(issuance.refreshToken.grantId);
  if (grant === null || grant.revokedAt !== null) return false;
  const client = findServedClient(tables, grant);
  if (client === null) return false;
  if (!tables.refreshTokens.use(id, issuance.now, issuance.refreshToken)) return false;
  issueTokens(tables, client, grant, issuance);
  return true;
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
