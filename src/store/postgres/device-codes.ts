/** The store's methods for the device grant (RFC 8628). */
import type { RedeemDeviceCodeOutcome, Store } from "../contract.ts";
import { encodeList } from "../lists.ts";
import type { DeviceCodeRecord } from "../records.ts";
import { CALLER, type Callers, type Confirmed, confirming } from "./callers.ts";
import type { Database } from "./driver.ts";
import {
  HOLD_PARTIES,
  ISSUANCE,
  issuanceParameters,
  issueTokens,
  lockGrant,
  markAllowed,
} from "./issuing.ts";
import { decodeGrant, decodeLists, GRANT_COLUMNS, type OptionalGrantRow, type WithLists } from "./rows.ts";
import { query, statement } from "./statements.ts";

type DeviceCodeMethods = Pick<
  Store,
  "createDeviceCode" | "findDeviceCode" | "findPendingDeviceCode" | "decideDeviceCode" | "redeemDeviceCode"
>;

type DeviceCodeRow = WithLists<DeviceCodeRecord>;

/** Of device codes, as `d`. */
const COLUMNS = `d.id, d.digest, d.user_code_digest AS "userCodeDigest", d.client_id AS "clientId", d.scope, d.resources,
  d.created_at AS "createdAt", d.expires_at AS "expiresAt", d.requester_address AS "requesterAddress",
  d.requester_agent AS "requesterAgent", d.status, d.grant_id AS "grantId", d.used_at AS "usedAt"`;

// A decided code still counts: who types it a second time must not meet another device. One that has expired makes room
// even before it is cleaned up. A second insert of the same user code waits for the first, and then sees it.
const CREATE = statement<unknown>(
  `INSERT INTO device_codes (id, digest, user_code_digest, client_id, scope, resources, created_at, expires_at,
     requester_address, requester_agent, status, grant_id, used_at)
   VALUES (:id, :digest, :userCodeDigest, :clientId, :scope, :resources, :createdAt, :expiresAt,
     :requesterAddress, :requesterAgent, :status, :grantId, :usedAt)
   ON CONFLICT (user_code_digest) DO UPDATE SET
     id = excluded.id, digest = excluded.digest, client_id = excluded.client_id, scope = excluded.scope,
     resources = excluded.resources, created_at = excluded.created_at, expires_at = excluded.expires_at,
     requester_address = excluded.requester_address, requester_agent = excluded.requester_agent,
     status = excluded.status, grant_id = excluded.grant_id, used_at = excluded.used_at
   WHERE device_codes.expires_at <= excluded.created_at
   RETURNING id`,
).with({
  id: "bytea",
  digest: "bytea",
  userCodeDigest: "bytea",
  clientId: "text",
  scope: "text",
  resources: "text",
  createdAt: "bigint",
  expiresAt: "bigint",
  requesterAddress: "text",
  requesterAgent: "text",
  status: "text",
  grantId: "bytea?",
  usedAt: "bigint?",
});

const BY_ID = query<Confirmed<DeviceCodeRow & OptionalGrantRow, "id">>(
  confirming(
    `SELECT ${COLUMNS}, ${GRANT_COLUMNS} FROM device_codes d LEFT JOIN grants g ON g.id = d.grant_id WHERE d.id = :id`,
  ),
).with({ id: "bytea", ...CALLER });

const PENDING = query<DeviceCodeRow>(
  `SELECT ${COLUMNS} FROM device_codes d
   WHERE d.user_code_digest = :userCodeDigest AND d.status = 'pending' AND d.expires_at > :now`,
).with({ userCodeDigest: "bytea", now: "bigint" });

const DENY = statement<unknown>(
  `UPDATE device_codes SET status = 'denied'
   WHERE id = :id AND status = 'pending' AND expires_at > :now
   RETURNING id`,
).with({ id: "bytea", now: "bigint" });

const APPROVE = statement<unknown>(
  `WITH ${HOLD_PARTIES}, approved AS (
     UPDATE device_codes SET status = 'approved', grant_id = :grantId
     FROM client
     WHERE device_codes.id = :id AND device_codes.status = 'pending' AND device_codes.expires_at > :now
     RETURNING device_codes.expires_at
   ), new_grant AS (
     INSERT INTO grants (id, subject, username, client_id, scope, resources, via, created_at, expires_at, check_at,
       activated_at, revoked_at, revoked_reason, code_id)
     -- A grant outlives all that hangs on it, so that it can be cleaned up by its own expiry.
     SELECT :grantId, :subject, :username, :clientId, :scope, :resources, :via, :createdAt,
       greatest(:expiresAt, approved.expires_at), greatest(:expiresAt, approved.expires_at),
       :activatedAt, :revokedAt, :revokedReason, NULL
     FROM approved
   ), ${markAllowed("EXISTS (SELECT 1 FROM approved)")}
   SELECT expires_at FROM approved`,
).with({
  id: "bytea",
  now: "bigint",
  grantId: "bytea",
  subject: "text",
  username: "text",
  clientId: "text",
  scope: "text",
  resources: "text",
  via: "text",
  createdAt: "bigint",
  expiresAt: "bigint",
  activatedAt: "bigint?",
  revokedAt: "bigint?",
  revokedReason: "text?",
});

const REDEEM = statement<{ outcome: RedeemDeviceCodeOutcome }>(
  `WITH device AS MATERIALIZED (
     SELECT grant_id, expires_at, status, used_at FROM device_codes WHERE id = :id FOR UPDATE
   ), ${lockGrant("device")}, decision AS MATERIALIZED (
     SELECT held.id AS grant_id, served.number AS client, CASE
       WHEN device.status <> 'approved' OR device.used_at IS NOT NULL THEN 'refused'
       WHEN device.expires_at <= :now THEN 'refused'
       WHEN held.revoked_at IS NOT NULL THEN 'refused'
       WHEN served.number IS NULL THEN 'refused'
       ELSE 'issued'
     END AS outcome
     FROM device CROSS JOIN held LEFT JOIN served ON true
   ), used AS (
     UPDATE device_codes SET used_at = :now
     FROM decision WHERE device_codes.id = :id AND decision.outcome = 'issued'
   ), ${issueTokens("issued")}
   SELECT outcome FROM decision`,
).with({ id: "bytea", ...ISSUANCE });

export function deviceCodeMethods(database: Database, callers: Callers): DeviceCodeMethods {
  return {
    createDeviceCode: ({ scope, resources, ...device }) =>
      database.has(CREATE, { ...device, scope: encodeList(scope), resources: encodeList(resources) }),

    async findDeviceCode(id, caller) {
      const row = await database.first(BY_ID, { id, ...callers.parameters(caller) });
      callers.settle(caller, row?.callerIsKnown ?? false);
      if (row === null || row.id === null) return null;
      return { device: decodeDevice(row), grant: row.grant_id === null ? null : decodeGrant(row) };
    },

    async findPendingDeviceCode(userCodeDigest, now) {
      const row = await database.first(PENDING, { userCodeDigest, now });
      return row === null ? null : decodeDevice(row);
    },

    decideDeviceCode(id, grant, now) {
      if (grant === null) return database.has(DENY, { id, now });
      return database.has(APPROVE, {
        id,
        now,
        grantId: grant.id,
        subject: grant.subject,
        username: grant.username,
        clientId: grant.clientId,
        scope: encodeList(grant.scope),
        resources: encodeList(grant.resources),
        via: grant.via,
        createdAt: grant.createdAt,
        expiresAt: grant.expiresAt,
        activatedAt: grant.activatedAt,
        revokedAt: grant.revokedAt,
        revokedReason: grant.revokedReason,
      });
    },

    async redeemDeviceCode(id, issuance) {
      const row = await database.first(REDEEM, { id, ...issuanceParameters(issuance) });
      return row?.outcome ?? "refused";
    },
  };
}

/** Takes the columns one by one, as the row may have those of a grant too. */
const decodeDevice = (row: DeviceCodeRow): DeviceCodeRecord =>
  decodeLists({
    id: row.id,
    digest: row.digest,
    userCodeDigest: row.userCodeDigest,
    clientId: row.clientId,
    scope: row.scope,
    resources: row.resources,
    createdAt: row.createdAt,
    expiresAt: row.expiresAt,
    requesterAddress: row.requesterAddress,
    requesterAgent: row.requesterAgent,
    status: row.status,
    grantId: row.grantId,
    usedAt: row.usedAt,
  });
