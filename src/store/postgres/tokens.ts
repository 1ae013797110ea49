/** The store's methods for tokens. */
import type { RotateRefreshTokenOutcome, Store } from "../contract.ts";
import { encodeList } from "../lists.ts";
import type { AccessTokenRecord, RefreshTokenRecord } from "../records.ts";
import { USE_NOTED_FOR_SECONDS } from "../rules.ts";
import { CALLER, CALLER_IS_KNOWN, type Callers, type Confirmed, confirming } from "./callers.ts";
import type { Database } from "./driver.ts";
import { ISSUANCE, issuanceParameters, issueTokens, lockGrant } from "./issuing.ts";
import {
  decodeGrant,
  decodeLists,
  decodeRefreshToken,
  GRANT_COLUMNS,
  type GrantRow,
  type OptionalGrantRow,
  REFRESH_TOKEN_COLUMNS,
  type RefreshTokenRow,
  type WithLists,
} from "./rows.ts";
import { query, statement, urgent } from "./statements.ts";

type TokenMethods = Pick<
  Store,
  | "issueAccessToken"
  | "findActiveAccessToken"
  | "findRefreshToken"
  | "rotateRefreshToken"
  | "revokeAccessToken"
>;

// When the use must be noted, the token is stored only if it was: the clean-up may be removing the client just now.
// Otherwise a client that is removed meanwhile takes the token with its number.
const ISSUE = statement<unknown>(
  `WITH client AS MATERIALIZED (
     SELECT number, used_at IS NULL OR coalesce(unused_from < :expiresAt, false) AS is_news
     FROM clients WHERE client_id = :clientId AND disabled_at IS NULL AND ${CALLER_IS_KNOWN}
   ), marked AS (
     UPDATE clients SET
       used_at = coalesce(clients.used_at, :issuedAt),
       unused_from = CASE
         WHEN clients.unused_from < :expiresAt THEN :expiresAt + ${USE_NOTED_FOR_SECONDS}
         ELSE clients.unused_from
       END
     FROM client WHERE clients.number = client.number AND client.is_news AND clients.disabled_at IS NULL
     RETURNING clients.number
   )
   INSERT INTO access_tokens (id, digest, grant_id, client, subject, scope, resources, issued_at, expires_at)
   SELECT :id, :digest, :grantId, served.number, :subject, :scope, :resources, :issuedAt, :expiresAt
   FROM (SELECT number FROM client WHERE NOT is_news UNION ALL SELECT number FROM marked) served
   RETURNING id`,
).with({
  id: "bytea",
  digest: "bytea",
  grantId: "bytea?",
  clientId: "text",
  subject: "text",
  scope: "text",
  resources: "text",
  issuedAt: "bigint",
  expiresAt: "bigint",
  ...CALLER,
});

type AccessTokenRow = Omit<WithLists<AccessTokenRecord>, "grantId">;

const ACTIVE = query<Confirmed<AccessTokenRow & OptionalGrantRow, "id">>(
  confirming(`SELECT t.id, t.digest, c.client_id AS "clientId", t.subject, t.scope, t.resources, t.issued_at AS "issuedAt",
     t.expires_at AS "expiresAt", ${GRANT_COLUMNS}
   FROM access_tokens t
   JOIN clients c ON c.number = t.client AND c.disabled_at IS NULL
   LEFT JOIN grants g ON g.id = t.grant_id
   WHERE t.id = :id AND t.expires_at > :now
     AND (t.grant_id IS NULL OR (g.id IS NOT NULL AND g.revoked_at IS NULL))`),
).with({ id: "bytea", now: "bigint", ...CALLER });

const REFRESH_TOKEN = query<Confirmed<RefreshTokenRow & GrantRow, "token_id">>(
  confirming(`SELECT ${REFRESH_TOKEN_COLUMNS}, ${GRANT_COLUMNS}
   FROM refresh_tokens t JOIN grants g ON g.id = t.grant_id
   WHERE t.id = :id`),
).with({ id: "bytea", ...CALLER });

interface RotationRow {
  readonly outcome: RotateRefreshTokenOutcome["outcome"];
  readonly grant_id: RefreshTokenRecord["grantId"];
  readonly client_id: RefreshTokenRecord["clientId"];
  readonly successor_id: RefreshTokenRecord["id"] | null;
  readonly successor_digest: RefreshTokenRecord["digest"];
  readonly successor_issued_at: number;
  readonly successor_expires_at: number;
}

// The successor may be younger than this statement's view of the database, so its row may be out of sight; then it was
// unused when the statement began, which is when it counts as asked for. What to hand out stands with the predecessor.
const ROTATE = statement<RotationRow>(
  `WITH token AS MATERIALIZED (
     SELECT grant_id, expires_at, used_at, successor_id, successor_digest, successor_issued_at, successor_expires_at
     FROM refresh_tokens WHERE id = :id FOR UPDATE
   ), ${lockGrant("token")}, decision AS MATERIALIZED (
     SELECT held.id AS grant_id, held.client_id, served.number AS client, token.successor_id,
       token.successor_digest, token.successor_issued_at, token.successor_expires_at,
       CASE
         WHEN token.used_at IS NULL THEN CASE
           WHEN token.expires_at <= :now THEN 'refused'
           WHEN held.revoked_at IS NOT NULL THEN 'refused'
           WHEN served.number IS NULL THEN 'refused'
           ELSE 'rotated'
         END
         -- RFC 9700 §4.14.2: one of the two users may be a thief, so the grant is revoked, unless it looks like the
         -- rightful user whose answer was lost. A window of 0 means that nothing does.
         WHEN :window <= 0 OR :now - token.used_at > :window THEN 'replayed'
         WHEN held.revoked_at IS NOT NULL THEN 'replayed'
         WHEN token.successor_id IS NULL OR token.successor_expires_at <= :now THEN 'replayed'
         WHEN EXISTS (
           SELECT 1 FROM refresh_tokens s WHERE s.id = token.successor_id AND s.used_at IS NOT NULL
         ) THEN 'replayed'
         WHEN served.number IS NULL THEN 'refused'
         ELSE 'retried'
       END AS outcome
     FROM token CROSS JOIN held LEFT JOIN served ON true
   ), used AS (
     UPDATE refresh_tokens SET used_at = :now, successor_id = :refreshId, successor_digest = :refreshDigest,
       successor_issued_at = :refreshIssuedAt, successor_expires_at = :refreshExpiresAt
     FROM decision WHERE refresh_tokens.id = :id AND decision.outcome = 'rotated'
   ), revoked AS (
     UPDATE grants SET revoked_at = :now, revoked_reason = 'refresh_token_replayed'
     FROM decision
     WHERE grants.id = decision.grant_id AND decision.outcome = 'replayed' AND grants.revoked_at IS NULL
   ), ${issueTokens("rotated", "retried")}
   SELECT outcome, grant_id, client_id, successor_id, successor_digest, successor_issued_at, successor_expires_at
   FROM decision`,
).with({ id: "bytea", window: "bigint", ...ISSUANCE });

const REVOKE = urgent(
  statement<unknown>("DELETE FROM access_tokens WHERE id = :id RETURNING id").with({
    id: "bytea",
  }),
);

export function tokenMethods(database: Database, callers: Callers): TokenMethods {
  return {
    async issueAccessToken({ scope, resources, ...token }, caller) {
      const issued = await database.has(ISSUE, {
        ...token,
        scope: encodeList(scope),
        resources: encodeList(resources),
        ...callers.parameters(caller),
      });
      callers.settle(caller, issued);
      return issued ? "issued" : "refused";
    },

    async findActiveAccessToken(id, now, caller) {
      const row = await database.first(ACTIVE, { id, now, ...callers.parameters(caller) });
      callers.settle(caller, row?.callerIsKnown ?? false);
      if (row === null || row.id === null) return null;
      return { token: decodeAccessToken(row), grant: row.grant_id === null ? null : decodeGrant(row) };
    },

    async findRefreshToken(id, caller) {
      const row = await database.first(REFRESH_TOKEN, { id, ...callers.parameters(caller) });
      callers.settle(caller, row?.callerIsKnown ?? false);
      return row === null || row.token_id === null
        ? null
        : { token: decodeRefreshToken(row), grant: decodeGrant(row) };
    },

    async rotateRefreshToken(id, retryWindowSeconds, issuance) {
      const row = await database.first(ROTATE, {
        id,
        window: retryWindowSeconds,
        ...issuanceParameters(issuance),
      });
      return row === null ? { outcome: "refused" } : decodeRotation(row);
    },

    revokeAccessToken: (id) => database.has(REVOKE, { id }),
  };
}

/** A token that is active and has a grant has the row of that grant. */
const decodeAccessToken = (row: AccessTokenRow & OptionalGrantRow): AccessTokenRecord =>
  decodeLists({
    id: row.id,
    digest: row.digest,
    grantId: row.grant_id,
    clientId: row.clientId,
    subject: row.subject,
    scope: row.scope,
    resources: row.resources,
    issuedAt: row.issuedAt,
    expiresAt: row.expiresAt,
  });

function decodeRotation(row: RotationRow): RotateRefreshTokenOutcome {
  if (row.outcome !== "retried") return { outcome: row.outcome };
  if (row.successor_id === null) throw new Error("A retry has no successor.");
  const successor: RefreshTokenRecord = {
    id: row.successor_id,
    digest: row.successor_digest,
    grantId: row.grant_id,
    clientId: row.client_id,
    issuedAt: row.successor_issued_at,
    expiresAt: row.successor_expires_at,
    usedAt: null,
    successorId: null,
  };
  return { outcome: "retried", successor };
}
