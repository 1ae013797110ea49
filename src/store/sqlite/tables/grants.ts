/** Rows of grants and of remembered consent. */
import type { EpochSeconds } from "../../../platform/clock.ts";
import type { ClientId, RecordId, RedirectUri, SubjectId } from "../../../protocol/identifiers.ts";
import type { AccessFilter } from "../../contract.ts";
import { decodeResources, decodeScope, encodeList } from "../../lists.ts";
import type { ConsentRecord, GrantRecord, RevocationReason } from "../../records.ts";
import type { Connection } from "../driver.ts";

interface GrantRow extends Omit<GrantRecord, "scope" | "resources"> {
  readonly scope: string;
  readonly resources: string;
}

type RevokedRow = Pick<GrantRow, "id" | "expiresAt">;

const COLUMNS = `id, subject, username, client_id AS clientId, scope, resources, via, created_at AS createdAt,
  expires_at AS expiresAt, activated_at AS activatedAt, revoked_at AS revokedAt, revoked_reason AS revokedReason`;

const decode = (row: GrantRow): GrantRecord => ({
  ...row,
  scope: decodeScope(row.scope),
  resources: decodeResources(row.resources),
});

export function grantTable(connection: Connection) {
  const byId = connection.query<GrantRow, [Uint8Array]>(`SELECT ${COLUMNS} FROM grants WHERE id = ?`);
  const alive = (condition: string) =>
    `SELECT ${COLUMNS} FROM grants WHERE ${condition} expires_at > ? AND revoked_at IS NULL
     ORDER BY created_at DESC, id DESC`;
  const aliveAll = connection.query<GrantRow, [EpochSeconds]>(alive(""));
  const aliveBySubject = connection.query<GrantRow, [string, EpochSeconds]>(alive("subject = ? AND"));
  const aliveByClient = connection.query<GrantRow, [string, EpochSeconds]>(alive("client_id = ? AND"));
  const aliveByBoth = connection.query<GrantRow, [string, string, EpochSeconds]>(
    alive("subject = ? AND client_id = ? AND"),
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
    "UPDATE grants SET activated_at = coalesce(activated_at, ?), expires_at = ? WHERE id = ?",
  );
  const revoke = connection.command<[EpochSeconds, RevocationReason, Uint8Array]>(
    "UPDATE grants SET revoked_at = ?, revoked_reason = ? WHERE id = ? AND revoked_at IS NULL",
  );
  const revokeAll = (condition: string) =>
    `UPDATE grants SET revoked_at = ?, revoked_reason = ? WHERE ${condition} AND revoked_at IS NULL
     RETURNING id, expires_at AS expiresAt`;
  const revokeBySubject = connection.query<RevokedRow, [EpochSeconds, RevocationReason, string]>(
    revokeAll("subject = ?"),
  );
  const revokeByClient = connection.query<RevokedRow, [EpochSeconds, RevocationReason, string]>(
    revokeAll("client_id = ?"),
  );
  const revokeByBoth = connection.query<RevokedRow, [EpochSeconds, RevocationReason, string, string]>(
    revokeAll("subject = ? AND client_id = ?"),
  );
  const expired = connection.query<{ id: RecordId; codeId: RecordId | null }, [EpochSeconds, number]>(
    "SELECT id, code_id AS codeId FROM grants WHERE expires_at <= ? LIMIT ?",
  );
  const remove = connection.command<[Uint8Array]>("DELETE FROM grants WHERE id = ?");

  const listRows = (subject: SubjectId | undefined, clientId: ClientId | undefined, now: EpochSeconds) => {
    if (subject !== undefined && clientId !== undefined) return aliveByBoth.all(subject, clientId, now);
    if (subject !== undefined) return aliveBySubject.all(subject, now);
    if (clientId !== undefined) return aliveByClient.all(clientId, now);
    return aliveAll.all(now);
  };

  const revokeRows = (filter: AccessFilter, reason: RevocationReason, now: EpochSeconds) => {
    if (filter.subject === undefined) return revokeByClient.all(now, reason, filter.clientId);
    if (filter.clientId === undefined) return revokeBySubject.all(now, reason, filter.subject);
    return revokeByBoth.all(now, reason, filter.subject, filter.clientId);
  };

  return {
    find(id: RecordId): GrantRecord | null {
      const row = byId.get(id);
      return row === null ? null : decode(row);
    },
    listAlive: (subject: SubjectId | undefined, clientId: ClientId | undefined, now: EpochSeconds) =>
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
    /** Notes that something was issued at `now`, and until when the grant is to be kept. */
    extend: (id: RecordId, now: EpochSeconds, expiresAt: EpochSeconds) => extend(now, expiresAt, id),
    /** False if there is no such grant or it was revoked before; the first reason stays. */
    revoke: (id: RecordId, reason: RevocationReason, now: EpochSeconds) => revoke(now, reason, id) === 1,
    /** Returns those that ended now: one that has expired ended before. */
    revokeAll: (filter: AccessFilter, reason: RevocationReason, now: EpochSeconds): RecordId[] =>
      revokeRows(filter, reason, now)
        .filter(({ expiresAt }) => expiresAt > now)
        .map(({ id }) => id),
    listExpired: (now: EpochSeconds, limit: number) => expired.all(now, limit),
    remove: (id: RecordId) => remove(id),
  };
}

interface ConsentRow extends Omit<ConsentRecord, "scope" | "resources"> {
  readonly scope: string;
  readonly resources: string;
}

const CONSENT_COLUMNS =
  "subject, client_id AS clientId, redirect_uri AS redirectUri, scope, resources, created_at AS createdAt";

const decodeConsent = (row: ConsentRow): ConsentRecord => ({
  ...row,
  scope: decodeScope(row.scope),
  resources: decodeResources(row.resources),
});

export function consentTable(connection: Connection) {
  const find = connection.query<ConsentRow, [string, string, string]>(
    `SELECT ${CONSENT_COLUMNS} FROM consents WHERE subject = ? AND client_id = ? AND redirect_uri = ?`,
  );
  const bySubject = connection.query<ConsentRow, [string]>(
    `SELECT ${CONSENT_COLUMNS} FROM consents WHERE subject = ? ORDER BY created_at DESC, client_id, redirect_uri`,
  );
  const put = connection.command<[string, string, string, string, string, EpochSeconds]>(
    `INSERT OR REPLACE INTO consents (subject, client_id, redirect_uri, scope, resources, created_at)
     VALUES (?, ?, ?, ?, ?, ?)`,
  );
  const removeByBoth = connection.command<[string, string]>(
    "DELETE FROM consents WHERE subject = ? AND client_id = ?",
  );
  const removeBySubject = connection.command<[string]>("DELETE FROM consents WHERE subject = ?");
  const removeByClient = connection.command<[string]>("DELETE FROM consents WHERE client_id = ?");

  return {
    find(subject: SubjectId, clientId: ClientId, redirectUri: RedirectUri): ConsentRecord | null {
      const row = find.get(subject, clientId, redirectUri);
      return row === null ? null : decodeConsent(row);
    },
    listBySubject: (subject: SubjectId) => bySubject.all(subject).map(decodeConsent),
    put: (consent: ConsentRecord) =>
      put(
        consent.subject,
        consent.clientId,
        consent.redirectUri,
        encodeList(consent.scope),
        encodeList(consent.resources),
        consent.createdAt,
      ),
    /** Returns how many. */
    removeAll(filter: AccessFilter): number {
      if (filter.subject === undefined) return removeByClient(filter.clientId);
      if (filter.clientId === undefined) return removeBySubject(filter.subject);
      return removeByBoth(filter.subject, filter.clientId);
    },
  };
}
