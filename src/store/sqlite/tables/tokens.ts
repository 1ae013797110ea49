/** Rows of access tokens and refresh tokens. */
import type { EpochSeconds } from "../../../platform/clock.ts";
import type { ClientId, RecordId, SecretDigest } from "../../../protocol/identifiers.ts";
import { decodeResources, decodeScope, encodeList } from "../../lists.ts";
import type { AccessTokenRecord, GrantRecord, RefreshTokenRecord } from "../../records.ts";
import type { Connection } from "../driver.ts";
import { expiryBatchTable } from "./expiry-batches.ts";

interface AccessTokenRow {
  readonly id: RecordId;
  readonly digest: SecretDigest;
  readonly grantId: RecordId | null;
  /** The number of the client; see the schema. */
  readonly client: number;
  /** Empty if subject, scope and resources are those of the grant: they are stored once. */
  readonly subject: string;
  readonly scope: string;
  readonly resources: string;
  readonly issuedAt: EpochSeconds;
  readonly expiresAt: EpochSeconds;
}

/** `grant`: the one that the row names. */
export const decodeAccessToken = (
  row: AccessTokenRow,
  clientId: ClientId,
  grant: GrantRecord | null,
): AccessTokenRecord => ({
  id: row.id,
  digest: row.digest,
  grantId: row.grantId,
  clientId,
  ...(row.subject === "" ? allowedBy(grant) : ownOf(row)),
  issuedAt: row.issuedAt,
  expiresAt: row.expiresAt,
});

type Allowed = Pick<AccessTokenRecord, "subject" | "scope" | "resources">;

const ownOf = ({ subject, scope, resources }: AccessTokenRow): Allowed => ({
  subject,
  scope: decodeScope(scope),
  resources: decodeResources(resources),
});

function allowedBy(grant: GrantRecord | null): Allowed {
  if (grant === null) throw new Error("A token for nobody has no grant.");
  const { subject, scope, resources } = grant;
  return { subject, scope, resources };
}

const isAllAllowedBy = ({ subject, scope, resources }: AccessTokenRecord, grant: GrantRecord): boolean =>
  subject === grant.subject &&
  encodeList(scope) === encodeList(grant.scope) &&
  encodeList(resources) === encodeList(grant.resources);

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
    /** `grant`: the one that the token names. */
    insert(token: AccessTokenRecord, client: number, grant: GrantRecord | null): void {
      const { id, digest, grantId, issuedAt, expiresAt } = token;
      batches.note(id, expiresAt);
      if (grant !== null && isAllAllowedBy(token, grant)) {
        insert(id, digest, grantId, client, "", "", "", issuedAt, expiresAt);
        return;
      }
      const [scope, resources] = [encodeList(token.scope), encodeList(token.resources)];
      insert(id, digest, grantId, client, token.subject, scope, resources, issuedAt, expiresAt);
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
  const use = connection.command<[EpochSeconds, Uint8Array, Uint8Array, Uint8Array]>(
    `UPDATE refresh_tokens SET used_at = ?1, successor_id = ?2
     WHERE id = ?3 AND grant_id = ?4 AND used_at IS NULL AND expires_at > ?1`,
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
    /** Puts a successor of the same grant in its place. False if there is none, or it was used before, or has expired. */
    use: (id: RecordId, now: EpochSeconds, successor: Pick<RefreshTokenRecord, "id" | "grantId">) =>
      use(now, successor.id, id, successor.grantId) === 1,
    removeExpired,
  };
}
