/** What rows become. Where a statement joins tables, the columns of each carry its name. */
import type {
  ClientId,
  RecordId,
  ResourceIndicator,
  Scope,
  SecretDigest,
  SubjectId,
} from "../../protocol/identifiers.ts";
import { decodeResources, decodeScope } from "../lists.ts";
import type { AccountRecord, GrantRecord, RefreshTokenRecord, RevocationReason } from "../records.ts";

/** Of grants, as `g`. */
export const GRANT_COLUMNS = `g.id AS grant_id, g.subject AS grant_subject, g.username AS grant_username,
  g.client_id AS grant_client_id, g.scope AS grant_scope, g.resources AS grant_resources, g.via AS grant_via,
  g.created_at AS grant_created_at, g.expires_at AS grant_expires_at, g.activated_at AS grant_activated_at,
  g.revoked_at AS grant_revoked_at, g.revoked_reason AS grant_revoked_reason`;

export interface GrantRow {
  readonly grant_id: RecordId;
  readonly grant_subject: SubjectId;
  readonly grant_username: string;
  readonly grant_client_id: ClientId;
  readonly grant_scope: string;
  readonly grant_resources: string;
  readonly grant_via: GrantRecord["via"];
  readonly grant_created_at: number;
  readonly grant_expires_at: number;
  readonly grant_activated_at: number | null;
  readonly grant_revoked_at: number | null;
  readonly grant_revoked_reason: RevocationReason | null;
}

/** The row of an outer join: there may be no grant. */
export type OptionalGrantRow = GrantRow | { readonly grant_id: null };

export const decodeGrant = (row: GrantRow): GrantRecord => ({
  id: row.grant_id,
  subject: row.grant_subject,
  username: row.grant_username,
  clientId: row.grant_client_id,
  scope: decodeScope(row.grant_scope),
  resources: decodeResources(row.grant_resources),
  via: row.grant_via,
  createdAt: row.grant_created_at,
  expiresAt: row.grant_expires_at,
  activatedAt: row.grant_activated_at,
  revokedAt: row.grant_revoked_at,
  revokedReason: row.grant_revoked_reason,
});

/** Of refresh tokens, as `t`. */
export const REFRESH_TOKEN_COLUMNS = `t.id AS token_id, t.digest AS token_digest, t.issued_at AS token_issued_at,
  t.expires_at AS token_expires_at, t.used_at AS token_used_at, t.successor_id AS token_successor_id`;

export interface RefreshTokenRow {
  readonly token_id: RecordId;
  readonly token_digest: SecretDigest;
  readonly token_issued_at: number;
  readonly token_expires_at: number;
  readonly token_used_at: number | null;
  readonly token_successor_id: RecordId | null;
}

/** A refresh token's client is its grant's; it is stored once. */
export const decodeRefreshToken = (row: RefreshTokenRow & GrantRow): RefreshTokenRecord => ({
  id: row.token_id,
  digest: row.token_digest,
  grantId: row.grant_id,
  clientId: row.grant_client_id,
  issuedAt: row.token_issued_at,
  expiresAt: row.token_expires_at,
  usedAt: row.token_used_at,
  successorId: row.token_successor_id,
});

/** Of people, as `a`. */
export const ACCOUNT_COLUMNS = `a.subject, a.source, a.username, a.name, a.email, a.administrator,
  a.password_hash AS "passwordHash", a.created_at AS "createdAt", a.disabled_at AS "disabledAt"`;

export type AccountRow = AccountRecord;

/** Lists stand in one column, as in lists.ts. */
interface ListColumns {
  readonly scope: string;
  readonly resources: string;
}

export type WithLists<Row> = Omit<Row, keyof ListColumns> & ListColumns;

export const decodeLists = <Row extends ListColumns>({
  scope,
  resources,
  ...row
}: Row): Omit<Row, keyof ListColumns> & {
  scope: Scope[];
  resources: ResourceIndicator[];
} => ({ ...row, scope: decodeScope(scope), resources: decodeResources(resources) });

/** PostgreSQL's texts cannot hold U+0000, so nothing is stored under a name that has one. */
export const canBeStored = (text: string): boolean => !text.includes("\0");
