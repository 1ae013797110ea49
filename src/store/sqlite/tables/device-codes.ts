/** Rows of device codes. */
import type { EpochSeconds } from "../../../platform/clock.ts";
import type { ClientId, RecordId, SecretDigest } from "../../../protocol/identifiers.ts";
import { decodeResources, decodeScope, encodeList } from "../../lists.ts";
import type { DeviceCodeRecord } from "../../records.ts";
import type { Connection } from "../driver.ts";

interface DeviceCodeRow extends Omit<DeviceCodeRecord, "scope" | "resources"> {
  readonly scope: string;
  readonly resources: string;
}

const COLUMNS = `id, digest, user_code_digest AS userCodeDigest, client_id AS clientId, scope, resources,
  created_at AS createdAt, expires_at AS expiresAt, requester_address AS requesterAddress,
  requester_agent AS requesterAgent, status, grant_id AS grantId, used_at AS usedAt`;

const decode = (row: DeviceCodeRow | null): DeviceCodeRecord | null =>
  row === null ? null : { ...row, scope: decodeScope(row.scope), resources: decodeResources(row.resources) };

export function deviceCodeTable(connection: Connection) {
  const byId = connection.query<DeviceCodeRow, [Uint8Array]>(
    `SELECT ${COLUMNS} FROM device_codes WHERE id = ?`,
  );
  const pending = connection.query<DeviceCodeRow, [Uint8Array, EpochSeconds]>(
    `SELECT ${COLUMNS} FROM device_codes WHERE user_code_digest = ? AND status = 'pending' AND expires_at > ?`,
  );
  const userCode = connection.query<{ found: number }, [Uint8Array, EpochSeconds]>(
    "SELECT 1 AS found FROM device_codes WHERE user_code_digest = ? AND expires_at > ? LIMIT 1",
  );
  const insert = connection.command<
    [
      Uint8Array,
      Uint8Array,
      Uint8Array,
      string,
      string,
      string,
      EpochSeconds,
      EpochSeconds,
      string,
      string,
      string,
      Uint8Array | null,
      EpochSeconds | null,
    ]
  >(
    `INSERT INTO device_codes (id, digest, user_code_digest, client_id, scope, resources, created_at, expires_at,
       requester_address, requester_agent, status, grant_id, used_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const decide = connection.command<["approved" | "denied", Uint8Array | null, Uint8Array]>(
    "UPDATE device_codes SET status = ?, grant_id = ? WHERE id = ?",
  );
  const use = connection.command<[EpochSeconds, Uint8Array]>(
    "UPDATE device_codes SET used_at = ? WHERE id = ?",
  );
  // Without an index: clients are removed by hand, and device codes live for minutes.
  const removeByClient = connection.command<[string]>("DELETE FROM device_codes WHERE client_id = ?");
  const removeExpired = connection.command<[EpochSeconds, number]>(
    "DELETE FROM device_codes WHERE id IN (SELECT id FROM device_codes WHERE expires_at <= ? LIMIT ?)",
  );

  return {
    find: (id: RecordId) => decode(byId.get(id)),
    findPending: (userCodeDigest: SecretDigest, now: EpochSeconds) =>
      decode(pending.get(userCodeDigest, now)),
    /**
     * A decided code still counts: who types it a second time must not meet another device. The index is not unique,
     * because one that has expired no longer counts even before it is cleaned up.
     */
    isUserCodeInUse: (userCodeDigest: SecretDigest, now: EpochSeconds) =>
      userCode.get(userCodeDigest, now) !== null,
    insert: (device: DeviceCodeRecord) =>
      insert(
        device.id,
        device.digest,
        device.userCodeDigest,
        device.clientId,
        encodeList(device.scope),
        encodeList(device.resources),
        device.createdAt,
        device.expiresAt,
        device.requesterAddress,
        device.requesterAgent,
        device.status,
        device.grantId,
        device.usedAt,
      ),
    approve: (id: RecordId, grantId: RecordId) => decide("approved", grantId, id),
    deny: (id: RecordId) => decide("denied", null, id),
    use: (id: RecordId, now: EpochSeconds) => use(now, id),
    removeByClient: (clientId: ClientId) => removeByClient(clientId),
    removeExpired,
  };
}
