/** The store's methods for grants. */
import type { AccessFilter, RevokedAccess, Store } from "../contract.ts";
import type { RevocationReason } from "../records.ts";
import { isTakenBack } from "../rules.ts";
import type { Database } from "./driver.ts";
import { decodeGrant, GRANT_COLUMNS, type GrantRow } from "./rows.ts";
import { query, statement, urgent } from "./statements.ts";

type GrantMethods = Pick<Store, "listGrants" | "findGrant" | "revokeGrant" | "revokeAccess">;

const BY_ID = query<GrantRow>(`SELECT ${GRANT_COLUMNS} FROM grants g WHERE g.id = :id`).with({
  id: "bytea",
});

const listAlive = (condition: string) =>
  query<GrantRow>(
    `SELECT ${GRANT_COLUMNS} FROM grants g WHERE ${condition} g.expires_at > :now AND g.revoked_at IS NULL
     ORDER BY g.created_at DESC, g.id DESC`,
  );
const ALIVE = listAlive("").with({ now: "bigint" });
const ALIVE_OF_PERSON = listAlive("g.subject = :subject AND").with({ subject: "text", now: "bigint" });
const ALIVE_OF_CLIENT = listAlive("g.client_id = :clientId AND").with({ clientId: "text", now: "bigint" });
const ALIVE_OF_BOTH = listAlive("g.subject = :subject AND g.client_id = :clientId AND").with({
  subject: "text",
  clientId: "text",
  now: "bigint",
});

const REVOKE = urgent(
  statement<unknown>(
    `UPDATE grants SET revoked_at = :now, revoked_reason = :reason
   WHERE id = :id AND revoked_at IS NULL
   RETURNING id`,
  ).with({ id: "bytea", reason: "text", now: "bigint" }),
);

// The consents are counted before the grant is locked, which is the order in which all lock them.
const TAKE_BACK = urgent(
  statement<unknown>(
    `WITH doomed AS MATERIALIZED (
     SELECT c.subject, c.client_id, c.redirect_uri
     FROM grants g JOIN consents c ON c.subject = g.subject AND c.client_id = g.client_id
     WHERE g.id = :id
     ORDER BY c.subject, c.client_id, c.redirect_uri
     FOR UPDATE OF c
   ), gone AS (
     DELETE FROM consents USING doomed d
     WHERE consents.subject = d.subject AND consents.client_id = d.client_id
       AND consents.redirect_uri = d.redirect_uri
     RETURNING 1
   )
   UPDATE grants SET revoked_at = :now, revoked_reason = :reason
   WHERE id = :id AND revoked_at IS NULL AND (SELECT count(*) FROM gone) >= 0
   RETURNING id`,
  ).with({ id: "bytea", reason: "text", now: "bigint" }),
);

/** A row for each grant that ended now, and one without a grant that has the number of consents. */
interface RevokedRow {
  readonly revoked_id: GrantRow["grant_id"] | null;
  readonly forgotten: number;
}

const REVOKE_ACCESS_OF_PERSON = urgent(
  statement<RevokedRow>(
    "SELECT revoked_id, forgotten FROM revoke_access_of_person(:subject, :reason, :now)",
  ).with({ subject: "text", reason: "text", now: "bigint" }),
);
const REVOKE_ACCESS_OF_CLIENT = urgent(
  statement<RevokedRow>(
    "SELECT revoked_id, forgotten FROM revoke_access_of_client(:clientId, :reason, :now)",
  ).with({ clientId: "text", reason: "text", now: "bigint" }),
);
const REVOKE_ACCESS_OF_BOTH = urgent(
  statement<RevokedRow>(
    "SELECT revoked_id, forgotten FROM revoke_access_of_both(:subject, :clientId, :reason, :now)",
  ).with({ subject: "text", clientId: "text", reason: "text", now: "bigint" }),
);

export function grantMethods(database: Database): GrantMethods {
  const list: Store["listGrants"] = async ({ subject, clientId }, now) => {
    if (subject !== undefined && clientId !== undefined) {
      return (await database.all(ALIVE_OF_BOTH, { subject, clientId, now })).map(decodeGrant);
    }
    if (subject !== undefined)
      return (await database.all(ALIVE_OF_PERSON, { subject, now })).map(decodeGrant);
    if (clientId !== undefined)
      return (await database.all(ALIVE_OF_CLIENT, { clientId, now })).map(decodeGrant);
    return (await database.all(ALIVE, { now })).map(decodeGrant);
  };

  const revokeRows = (filter: AccessFilter, reason: RevocationReason, now: number): Promise<RevokedRow[]> => {
    const { subject, clientId } = filter;
    if (subject === undefined) return database.all(REVOKE_ACCESS_OF_CLIENT, { clientId, reason, now });
    if (clientId === undefined) return database.all(REVOKE_ACCESS_OF_PERSON, { subject, reason, now });
    return database.all(REVOKE_ACCESS_OF_BOTH, { subject, clientId, reason, now });
  };

  return {
    listGrants: list,

    async findGrant(id) {
      const row = await database.first(BY_ID, { id });
      return row === null ? null : decodeGrant(row);
    },

    revokeGrant: (id, reason, now) =>
      database.has(isTakenBack(reason) ? TAKE_BACK : REVOKE, { id, reason, now }),

    async revokeAccess(filter, reason, now): Promise<RevokedAccess> {
      const rows = await revokeRows(filter, reason, now);
      return {
        grants: rows.flatMap(({ revoked_id }) => (revoked_id === null ? [] : [revoked_id])),
        consents: rows.reduce((sum, { forgotten }) => sum + forgotten, 0),
      };
    },
  };
}
