/** Rows of grants and of remembered consent. */
import type { EpochSeconds } from "../../../platform/clock.ts";
import type { ClientId, RecordId, RedirectUri, SubjectId } from "../../../protocol/identifiers.ts";
import type { ConsentRecord, GrantRecord, RevocationReason } from "../../records.ts";
import type { Connection } from "../driver.ts";
import { decodeResources, decodeScope, encodeList } from "./lists.ts";

interface GrantRow extends Omit<GrantRecord, "scope" | "resources"> {
  readonly scope: string;
  readonly resources: string;
}

const COLUMNS = `id, subject, username, client_id AS clientId, scope, resources, via, created_at AS createdAt,
  expires_at AS expiresAt, activated_at AS activatedAt, revoked_at AS revokedAt, revoked_reason AS revokedReason`;

const decode = (row: GrantRow): GrantRecord => ({
  ...row,
  scope: decodeScope(row.scope),
  resources: decodeResources(row.resources),
});

export function grantTable(connection: Connection) {
  const byId = connection.query<GrantRow, [Uint8Array]>(`SELECT ${COLUMNS} FROM grants WHERE id = ?`);
  const active = (condition: string) =>
    `SELECT ${COLUMNS} FROM grants
     WHERE ${condition} expires_at > ? AND activated_at IS NOT NULL AND revoked_at IS NULL
     ORDER BY created_at DESC, id DESC`;
  const activeAll = connection.query<GrantRow, [EpochSeconds]>(active(""));
  const activeBySubject = connection.query<GrantRow, [string, EpochSeconds]>(active("subject = ? AND"));
  const activeByClient = connection.query<GrantRow, [string, EpochSeconds]>(active("client_id = ? AND"));
  const activeByBoth = connection.query<GrantRow, [string, string, EpochSeconds]>(
    active("subject = ? AND client_id = ? AND"),
  );
  const insert = connection.command<
    [
      Uint8Array,
      string,
      string,
      string,
      string,
      string,
      string,
      EpochSeconds,
      EpochSeconds,
      EpochSeconds | null,
      EpochSeconds | null,
      string | null,
      Uint8Array | null,
    ]
  >(
    `INSERT INTO grants (id, subject, username, client_id, scope, resources, via, created_at, expires_at,
       activated_at, revoked_at, revoked_reason, code_id)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const extend = connection.command<[EpochSeconds, EpochSeconds, Uint8Array]>(
    "UPDATE grants SET activated_at = coalesce(activated_at, ?), expires_at = max(expires_at, ?) WHERE id = ?",
  );
  const revoke = connection.command<[EpochSeconds, RevocationReason, Uint8Array]>(
    "UPDATE grants SET revoked_at = ?, revoked_reason = ? WHERE id = ? AND revoked_at IS NULL",
  );
  const revokeBySubject = connection.command<[EpochSeconds, RevocationReason, string]>(
    "UPDATE grants SET revoked_at = ?, revoked_reason = ? WHERE subject = ? AND revoked_at IS NULL",
  );
  const revokeByClient = connection.command<[EpochSeconds, RevocationReason, string]>(
    "UPDATE grants SET revoked_at = ?, revoked_reason = ? WHERE client_id = ? AND revoked_at IS NULL",
  );
  // One that has expired ended before, and is not counted.
  const revokeByBoth = connection.command<[EpochSeconds, RevocationReason, string, string, EpochSeconds]>(
    `UPDATE grants SET revoked_at = ?, revoked_reason = ?
     WHERE subject = ? AND client_id = ? AND revoked_at IS NULL AND expires_at > ?`,
  );
  const expired = connection.query<{ id: RecordId; codeId: RecordId | null }, [EpochSeconds, number]>(
    "SELECT id, code_id AS codeId FROM grants WHERE expires_at <= ? LIMIT ?",
  );
  const remove = connection.command<[Uint8Array]>("DELETE FROM grants WHERE id = ?");

  const listRows = (subject: SubjectId | undefined, clientId: ClientId | undefined, now: EpochSeconds) => {
    if (subject !== undefined && clientId !== undefined) return activeByBoth.all(subject, clientId, now);
    if (subject !== undefined) return activeBySubject.all(subject, now);
    if (clientId !== undefined) return activeByClient.all(clientId, now);
    return activeAll.all(now);
  };

  return {
    find(id: RecordId): GrantRecord | null {
      const row = byId.get(id);
      return row === null ? null : decode(row);
    },
    listActive: (subject: SubjectId | undefined, clientId: ClientId | undefined, now: EpochSeconds) =>
      listRows(subject, clientId, now).map(decode),
    /** `codeId`: the code that the grant takes along when it is cleaned up. */
    insert: (grant: GrantRecord, codeId: RecordId | null) =>
      insert(
        grant.id,
        grant.subject,
        grant.username,
        grant.clientId,
        encodeList(grant.scope),
        encodeList(grant.resources),
        grant.via,
        grant.createdAt,
        grant.expiresAt,
        grant.activatedAt,
        grant.revokedAt,
        grant.revokedReason,
        codeId,
      ),
    /** Notes that something was issued at `now` which lives until `expiresAt`. */
    extend: (id: RecordId, now: EpochSeconds, expiresAt: EpochSeconds) => extend(now, expiresAt, id),
    /** False if there is no such grant or it was revoked before; the first reason stays. */
    revoke: (id: RecordId, reason: RevocationReason, now: EpochSeconds) => revoke(now, reason, id) === 1,
    revokeBySubject: (subject: SubjectId, reason: RevocationReason, now: EpochSeconds) =>
      revokeBySubject(now, reason, subject),
    revokeByClient: (clientId: ClientId, reason: RevocationReason, now: EpochSeconds) =>
      revokeByClient(now, reason, clientId),
    revokeByBoth: (subject: SubjectId, clientId: ClientId, reason: RevocationReason, now: EpochSeconds) =>
      revokeByBoth(now, reason, subject, clientId, now),
    listExpired: (now: EpochSeconds, limit: number) => expired.all(now, limit),
    remove: (id: RecordId) => remove(id),
  };
}

interface ConsentRow extends Omit<ConsentRecord, "scope" | "resources"> {
  readonly scope: string;
  readonly resources: string;
}

export function consentTable(connection: Connection) {
  const find = connection.query<ConsentRow, [string, string, string]>(
    `SELECT subject, client_id AS clientId, redirect_uri AS redirectUri, scope, resources, created_at AS createdAt
     FROM consents WHERE subject = ? AND client_id = ? AND redirect_uri = ?`,
  );
  const put = connection.command<[string, string, string, string, string, EpochSeconds]>(
    `INSERT OR REPLACE INTO consents (subject, client_id, redirect_uri, scope, resources, created_at)
     VALUES (?, ?, ?, ?, ?, ?)`,
  );
  const removeByBoth = connection.command<[string, string]>(
    "DELETE FROM consents WHERE subject = ? AND client_id = ?",
  );
  const removeByClient = connection.command<[string]>("DELETE FROM consents WHERE client_id = ?");

  return {
    find(subject: SubjectId, clientId: ClientId, redirectUri: RedirectUri): ConsentRecord | null {
      const row = find.get(subject, clientId, redirectUri);
      if (row === null) return null;
      return { ...row, scope: decodeScope(row.scope), resources: decodeResources(row.resources) };
    },
    put: (consent: ConsentRecord) =>
      put(
        consent.subject,
        consent.clientId,
        consent.redirectUri,
        encodeList(consent.scope),
        encodeList(consent.resources),
        consent.createdAt,
      ),
    removeByBoth: (subject: SubjectId, clientId: ClientId) => removeByBoth(subject, clientId),
    removeByClient: (clientId: ClientId) => removeByClient(clientId),
  };
}
