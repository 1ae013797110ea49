/** Rows of access tokens and refresh tokens. */
import type { EpochSeconds } from "../../../platform/clock.ts";
import type { ClientId, RecordId, SecretDigest } from "../../../protocol/identifiers.ts";
import { decodeResources, decodeScope, encodeList } from "../../lists.ts";
import type { AccessTokenRecord, RefreshTokenRecord } from "../../records.ts";
import type { Connection } from "../driver.ts";
import { expiryBatchTable } from "./expiry-batches.ts";

interface AccessTokenRow {
  readonly id: RecordId;
  readonly digest: SecretDigest;
  readonly grantId: RecordId | null;
  /** The number of the client; see the schema. */
  readonly client: number;
  readonly subject: string;
  readonly scope: string;
  readonly resources: string;
  readonly issuedAt: EpochSeconds;
  readonly expiresAt: EpochSeconds;
}

export const decodeAccessToken = (row: AccessTokenRow, clientId: ClientId): AccessTokenRecord => ({
  id: row.id,
  digest: row.digest,
  grantId: row.grantId,
  clientId,
  subject: row.subject,
  scope: decodeScope(row.scope),
  resources: decodeResources(row.resources),
  issuedAt: row.issuedAt,
  expiresAt: row.expiresAt,
});

export function accessTokenTable(connection: Connection) {
  const batches = expiryBatchTable(connection);
  const byId = connection.query<AccessTokenRow, [Uint8Array]>(
    `SELECT id, digest, grant_id AS grantId, client, subject, scope, resources, issued_at AS issuedAt,
       expires_at AS expiresAt
     FROM access_tokens WHERE id = ?`,
  );
  const insert = connection.command<
    [Uint8Array, Uint8Array, Uint8Array | null, number, string, string, string, EpochSeconds, EpochSeconds]
  >(
    `INSERT INTO access_tokens (id, digest, grant_id, client, subject, scope, resources, issued_at, expires_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const remove = connection.command<[Uint8Array]>("DELETE FROM access_tokens WHERE id = ?");

  return {
    find: (id: RecordId) => byId.get(id),
    insert(token: AccessTokenRecord, client: number): void {
      batches.note(token.id, token.expiresAt);
      insert(
        token.id,
        token.digest,
        token.grantId,
        client,
        token.subject,
        encodeList(token.scope),
        encodeList(token.resources),
        token.issuedAt,
        token.expiresAt,
      );
    },
    /** False if there is none. */
    remove: (id: RecordId) => remove(id) === 1,
    removeExpired: batches.removeExpiredTokens,
  };
}

/** A refresh token's client is its grant's; it is stored once. */
type RefreshTokenRow = Omit<RefreshTokenRecord, "clientId">;

export const decodeRefreshToken = (row: RefreshTokenRow, clientId: ClientId): RefreshTokenRecord => ({
  ...row,
  clientId,
});

export function refreshTokenTable(connection: Connection) {
  const byId = connection.query<RefreshTokenRow, [Uint8Array]>(
    `SELECT id, digest, grant_id AS grantId, issued_at AS issuedAt, expires_at AS expiresAt, used_at AS usedAt,
       successor_id AS successorId
     FROM refresh_tokens WHERE id = ?`,
  );
  const insert = connection.command<
    [Uint8Array, Uint8Array, Uint8Array, EpochSeconds, EpochSeconds, EpochSeconds | null, Uint8Array | null]
  >(
    `INSERT INTO refresh_tokens (id, digest, grant_id, issued_at, expires_at, used_at, successor_id)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );
  const use = connection.command<[EpochSeconds, Uint8Array, Uint8Array]>(
    "UPDATE refresh_tokens SET used_at = ?, successor_id = ? WHERE id = ?",
  );
  const removeExpired = connection.command<[EpochSeconds, number]>(
    "DELETE FROM refresh_tokens WHERE id IN (SELECT id FROM refresh_tokens WHERE expires_at <= ? LIMIT ?)",
  );

  return {
    find: (id: RecordId) => byId.get(id),
    insert: (token: RefreshTokenRecord) =>
      insert(
        token.id,
        token.digest,
        token.grantId,
        token.issuedAt,
        token.expiresAt,
        token.usedAt,
        token.successorId,
      ),
    use: (id: RecordId, now: EpochSeconds, successorId: RecordId) => use(now, successorId, id),
    removeExpired,
  };
}
