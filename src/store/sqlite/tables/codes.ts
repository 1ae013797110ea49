/** Rows of authorization codes, and of the forms that were answered. */
import type { EpochSeconds } from "../../../platform/clock.ts";
import type { ClientId, RecordId } from "../../../protocol/identifiers.ts";
import type { AuthorizationCodeRecord } from "../../records.ts";
import type { Connection } from "../driver.ts";

/** A code's client is its grant's; it is stored once. */
type CodeRow = Omit<AuthorizationCodeRecord, "clientId" | "redirectUriRequested"> & {
  readonly redirectUriRequested: number;
};

export const decodeCode = (row: CodeRow, clientId: ClientId): AuthorizationCodeRecord => ({
  ...row,
  clientId,
  redirectUriRequested: row.redirectUriRequested === 1,
});

export function codeTable(connection: Connection) {
  const byId = connection.query<CodeRow, [Uint8Array]>(
    `SELECT id, digest, grant_id AS grantId, redirect_uri AS redirectUri,
       redirect_uri_requested AS redirectUriRequested, code_challenge AS codeChallenge, created_at AS createdAt,
       expires_at AS expiresAt, used_at AS usedAt, failed_attempts AS failedAttempts
     FROM codes WHERE id = ?`,
  );
  const insert = connection.command<
    [
      Uint8Array,
      Uint8Array,
      Uint8Array,
      string,
      number,
      string | null,
      EpochSeconds,
      EpochSeconds,
      EpochSeconds | null,
      number,
    ]
  >(
    `INSERT INTO codes (id, digest, grant_id, redirect_uri, redirect_uri_requested, code_challenge, created_at,
       expires_at, used_at, failed_attempts)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const use = connection.command<[EpochSeconds, Uint8Array]>("UPDATE codes SET used_at = ? WHERE id = ?");
  const countFailure = connection.command<[Uint8Array, number]>(
    "UPDATE codes SET failed_attempts = failed_attempts + 1 WHERE id = ? AND failed_attempts < ?",
  );
  const remove = connection.command<[Uint8Array]>("DELETE FROM codes WHERE id = ?");

  return {
    find: (id: RecordId) => byId.get(id),
    insert: (code: AuthorizationCodeRecord) =>
      insert(
        code.id,
        code.digest,
        code.grantId,
        code.redirectUri,
        code.redirectUriRequested ? 1 : 0,
        code.codeChallenge,
        code.createdAt,
        code.expiresAt,
        code.usedAt,
        code.failedAttempts,
      ),
    use: (id: RecordId, now: EpochSeconds) => use(now, id),
    countFailure: (id: RecordId, limit: number) => countFailure(id, limit),
    remove: (id: RecordId) => remove(id),
  };
}

export function spentFormTable(connection: Connection) {
  const insert = connection.command<[Uint8Array, EpochSeconds]>(
    "INSERT INTO spent_forms (id, expires_at) VALUES (?, ?) ON CONFLICT (id) DO NOTHING",
  );
  const removeExpired = connection.command<[EpochSeconds, number]>(
    "DELETE FROM spent_forms WHERE id IN (SELECT id FROM spent_forms WHERE expires_at <= ? LIMIT ?)",
  );

  return {
    /** False if the form was spent before. */
    spend: (id: RecordId, expiresAt: EpochSeconds) => insert(id, expiresAt) === 1,
    removeExpired,
  };
}
