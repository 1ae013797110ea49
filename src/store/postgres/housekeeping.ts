/** The store's clean-up. */
import type { Store } from "../contract.ts";
import { DEVICE_CODE_REMEMBERED_SECONDS } from "../rules.ts";
import type { Database } from "./driver.ts";
import { query, statement, urgent } from "./statements.ts";

/** Of grants that live on, how many times `limit` are looked at in one go. */
const CHECKED_PER_REMOVED = 10;

/**
 * One node cleans up at a time: more would only read the same rows. Whoever has the turn holds a row that ends with the
 * statement, however that ends, so nobody has to notice that a node is gone. The others find nothing to do.
 */
const TURN = `
  turn AS MATERIALIZED (
    SELECT 1 FROM locks WHERE name = 'housekeeping' FOR UPDATE SKIP LOCKED
  )`;
const HAS_TURN = "EXISTS (SELECT 1 FROM turn)";

/**
 * Rows that somebody is using are passed over, so nobody waits. They are locked in a step of their own: a LIMIT inside of
 * IN may be evaluated more than once.
 */
const removeFrom = (table: string, key: string, condition: string, order: string) => `
  ${table}_due AS MATERIALIZED (
    SELECT ${key} FROM ${table} WHERE ${HAS_TURN} AND ${condition} ORDER BY ${order} LIMIT :limit FOR UPDATE SKIP LOCKED
  ), ${table}_gone AS (
    DELETE FROM ${table} USING ${table}_due WHERE ${table}.${key} = ${table}_due.${key} RETURNING 1
  )`;

const SIMPLE = ["sessions", "setup_links", "spent_forms", "access_tokens", "refresh_tokens"] as const;

const gone = [...SIMPLE, "device_codes", "clients", "codes", "grants"].map(
  (table) => `(SELECT count(*) FROM ${table}_gone)`,
);

const REMOVE_EXPIRED = urgent(
  statement<{ removed: number }>(
    `WITH ${TURN}, ${SIMPLE.map((table) => removeFrom(table, "id", "expires_at <= :now", "expires_at")).join(", ")},
   -- RFC 8628 §3.5: a device that asks a little late is to hear expired_token or access_denied, not that its code is
   -- unknown.
   ${removeFrom("device_codes", "id", `expires_at <= :now - ${DEVICE_CODE_REMEMBERED_SECONDS}`, "expires_at")},
   -- Nobody ever allowed it anything, so it has no grants, codes or consents; and its own tokens have expired.
   ${removeFrom("clients", "number", "source = 'registration' AND unused_from < :unusedSince", "unused_from")},
   -- A grant expires after everything that was issued from it, so nothing is left without one. A revoked grant waits for
   -- its expiry too: until then its tokens must be recognised as revoked, and replays as replays.
   grants_expired AS MATERIALIZED (
     SELECT id, code_id FROM grants WHERE ${HAS_TURN} AND check_at <= :now AND expires_at <= :now
     ORDER BY check_at LIMIT :limit
   ),
   -- The code before its grant, as all who lock both.
   codes_due AS MATERIALIZED (
     SELECT c.id FROM grants_expired e JOIN codes c ON c.id = e.code_id FOR UPDATE OF c SKIP LOCKED
   ), grants_due AS MATERIALIZED (
     SELECT g.id, g.code_id FROM grants_expired e JOIN grants g ON g.id = e.id
     WHERE g.expires_at <= :now AND (g.code_id IS NULL OR g.code_id IN (SELECT id FROM codes_due))
     FOR UPDATE OF g SKIP LOCKED
   ), codes_gone AS (
     DELETE FROM codes USING grants_due WHERE codes.id = grants_due.code_id RETURNING 1
   ), grants_gone AS (
     DELETE FROM grants USING grants_due WHERE grants.id = grants_due.id RETURNING 1
   ),
   -- Those that were extended since they were looked at last.
   grants_alive AS MATERIALIZED (
     SELECT id FROM grants WHERE ${HAS_TURN} AND check_at <= :now AND expires_at > :now ORDER BY check_at
     LIMIT :limit * ${CHECKED_PER_REMOVED} FOR UPDATE SKIP LOCKED
   ), grants_checked AS (
     UPDATE grants SET check_at = grants.expires_at FROM grants_alive WHERE grants.id = grants_alive.id
   )
   SELECT ${gone.join(" + ")} AS removed`,
  ).with({ now: "bigint", unusedSince: "bigint", limit: "integer" }),
);

const FIND_CROWDED_OUT = query<{ unusedFrom: number }>(
  `SELECT unused_from AS "unusedFrom" FROM clients
   WHERE source = 'registration' AND unused_from IS NOT NULL ORDER BY unused_from DESC LIMIT 1 OFFSET :newer`,
).with({ newer: "integer" });

export function housekeepingMethods(database: Database): Pick<Store, "findCrowdedOut" | "removeExpired"> {
  return {
    async findCrowdedOut(newer) {
      const row = await database.first(FIND_CROWDED_OUT, { newer });
      return row?.unusedFrom ?? null;
    },
    async removeExpired(now, unusedSince, limit) {
      const row = await database.first(REMOVE_EXPIRED, { now, unusedSince, limit });
      return row?.removed ?? 0;
    },
  };
}
