/** The parts of statements that every way of issuing tokens shares. */

import type { Issuance } from "../contract.ts";
import { encodeList } from "../lists.ts";
import { GRANT_SPARE_PART } from "../rules.ts";
import type { ParametersOf } from "./statements.ts";

/**
 * The grant of what is redeemed, locked, as it is now, and the client's number if both client and person may be served.
 * `redeemed` is an expression before it that has a `grant_id`.
 *
 * It must come from a row that is locked FOR UPDATE: such a look waits for whoever has the row, and then returns what
 * that one left, while the rest of the statement still sees the database as it was before.
 */
export const lockGrant = (redeemed: string) => `
  held AS MATERIALIZED (
    SELECT g.id, g.subject, g.client_id, g.revoked_at
    FROM ${redeemed} r JOIN grants g ON g.id = r.grant_id
    FOR UPDATE OF g
  ), served AS MATERIALIZED (
    SELECT c.number
    FROM held
    JOIN accounts a ON a.subject = held.subject AND a.disabled_at IS NULL
    JOIN clients c ON c.client_id = held.client_id AND c.disabled_at IS NULL
  )`;

/**
 * Stores what a winner was promised, and keeps the grant at least as long as the last of it. Wants an expression `decision` with
 * `grant_id`, the number `client`, and the `outcome`.
 */
export const issueTokens = (...outcomes: readonly [string, ...string[]]) => {
  const wins = `decision.outcome IN (${outcomes.map((outcome) => `'${outcome}'`).join(", ")})`;
  // The earlier successor stays the only live branch.
  const issuesRefreshToken = `decision.outcome = '${outcomes[0]}' AND :refreshId IS NOT NULL`;
  const lastExpiry = `greatest(:accessExpiresAt, CASE WHEN ${issuesRefreshToken} THEN :refreshExpiresAt END)`;
  const kept = `${lastExpiry} + (${lastExpiry} - :now) / ${GRANT_SPARE_PART}`;
  return `
  access_token AS (
    INSERT INTO access_tokens (id, digest, grant_id, client, subject, scope, resources, issued_at, expires_at)
    SELECT :accessId, :accessDigest, decision.grant_id, decision.client, :accessSubject, :accessScope,
      :accessResources, :accessIssuedAt, :accessExpiresAt
    FROM decision WHERE ${wins}
  ), refresh_token AS (
    INSERT INTO refresh_tokens (id, digest, grant_id, issued_at, expires_at)
    SELECT :refreshId, :refreshDigest, decision.grant_id, :refreshIssuedAt, :refreshExpiresAt
    FROM decision WHERE ${issuesRefreshToken}
  ), extended AS (
    UPDATE grants SET
      -- Only when the first tokens are issued, so that a refresh touches no index. The clean-up moves it on.
      check_at = CASE WHEN activated_at IS NULL THEN greatest(expires_at, ${kept}) ELSE check_at END,
      expires_at = greatest(expires_at, ${kept}),
      activated_at = coalesce(activated_at, :now)
    FROM decision
    WHERE grants.id = decision.grant_id AND ${wins} AND (activated_at IS NULL OR expires_at < ${lastExpiry})
  )`;
};

export const ISSUANCE = {
  now: "bigint",
  accessId: "bytea",
  accessDigest: "bytea",
  accessSubject: "text",
  accessScope: "text",
  accessResources: "text",
  accessIssuedAt: "bigint",
  accessExpiresAt: "bigint",
  refreshId: "bytea?",
  refreshDigest: "bytea?",
  refreshIssuedAt: "bigint?",
  refreshExpiresAt: "bigint?",
} as const;

export const issuanceParameters = ({
  now,
  accessToken,
  refreshToken,
}: Issuance): ParametersOf<typeof ISSUANCE> => ({
  now,
  accessId: accessToken.id,
  accessDigest: accessToken.digest,
  accessSubject: accessToken.subject,
  accessScope: encodeList(accessToken.scope),
  accessResources: encodeList(accessToken.resources),
  accessIssuedAt: accessToken.issuedAt,
  accessExpiresAt: accessToken.expiresAt,
  refreshId: refreshToken?.id ?? null,
  refreshDigest: refreshToken?.digest ?? null,
  refreshIssuedAt: refreshToken?.issuedAt ?? null,
  refreshExpiresAt: refreshToken?.expiresAt ?? null,
});

/**
 * The person and the client for whom a grant is made, held so that whoever ends their access waits and then finds the
 * new grant (functions.ts). The person first: locks are taken in that order.
 */
export const HOLD_PARTIES = `
  person AS MATERIALIZED (
    SELECT subject FROM accounts WHERE subject = :subject AND disabled_at IS NULL FOR SHARE
  ), client AS MATERIALIZED (
    SELECT c.number, c.used_at IS NULL OR c.unused_from IS NOT NULL AS is_news
    FROM person JOIN clients c ON c.client_id = :clientId
    WHERE c.disabled_at IS NULL
    FOR KEY SHARE OF c
  )`;

/** A person allowed the client something: it stays. Costs no write after the first time. `when`: a condition. */
export const markAllowed = (when: string) => `
  marked AS (
    UPDATE clients SET used_at = coalesce(clients.used_at, :now), unused_from = NULL
    FROM client WHERE clients.client_id = :clientId AND client.is_news AND ${when}
  )`;
