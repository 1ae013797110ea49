/** The store's methods for the authorization code grant. */
import type { ClientId, RecordId, RedirectUri, SubjectId } from "../../protocol/identifiers.ts";
import type { RedeemCodeOutcome, Store } from "../contract.ts";
import { encodeList } from "../lists.ts";
import type { AuthorizationCodeRecord, ConsentRecord } from "../records.ts";
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
import { decodeGrant, decodeLists, GRANT_COLUMNS, type GrantRow, type WithLists } from "./rows.ts";
import { query, statement } from "./statements.ts";

type CodeMethods = Pick<
  Store,
  "findConsent" | "listConsents" | "authorize" | "findCode" | "recordCodeFailure" | "redeemCode"
>;

type ConsentRow = WithLists<ConsentRecord>;

const CONSENT_COLUMNS = `subject, client_id AS "clientId", redirect_uri AS "redirectUri", scope, resources,
  created_at AS "createdAt"`;

const CONSENT = query<ConsentRow>(
  `SELECT ${CONSENT_COLUMNS} FROM consents
   WHERE subject = :subject AND client_id = :clientId AND redirect_uri = :redirectUri`,
).with({ subject: "text", clientId: "text", redirectUri: "text" });

const CONSENTS_OF_PERSON = query<ConsentRow>(
  `SELECT ${CONSENT_COLUMNS} FROM consents WHERE subject = :subject
   ORDER BY created_at DESC, client_id, redirect_uri`,
).with({ subject: "text" });

const AUTHORIZE = statement<{ outcome: "authorized" | "form_spent" | "refused" }>(
  `WITH ${HOLD_PARTIES}, remembered AS MATERIALIZED (
     SELECT s.scope, s.resources
     FROM client JOIN consents s
       ON s.subject = :subject AND s.client_id = :clientId AND s.redirect_uri = :redirectUri
     FOR SHARE OF s
   ), allowed AS MATERIALIZED (
     SELECT client.number FROM client
     -- It may have been forgotten since the caller found it.
     WHERE NOT :isRemembered OR EXISTS (
       SELECT 1 FROM remembered
       WHERE string_to_array(:scope, ' ') <@ string_to_array(remembered.scope, ' ')
         AND string_to_array(:resources, ' ') <@ string_to_array(remembered.resources, ' '))
   ), form AS (
     INSERT INTO spent_forms (id, expires_at)
     SELECT :formId, :formExpiresAt FROM allowed
     -- Once its form has expired, nobody remembers whether it was answered.
     WHERE :formId IS NOT NULL AND :formExpiresAt > :now
     ON CONFLICT (id) DO NOTHING
     RETURNING id
   ), answered AS MATERIALIZED (
     SELECT allowed.number FROM allowed WHERE :formId IS NULL OR EXISTS (SELECT 1 FROM form)
   ), new_grant AS (
     INSERT INTO grants (id, subject, username, client_id, scope, resources, via, created_at, expires_at, check_at,
       activated_at, revoked_at, revoked_reason, code_id)
     -- A grant outlives all that hangs on it, so that it can be cleaned up by its own expiry.
     SELECT :grantId, :subject, :username, :clientId, :scope, :resources, :via, :grantCreatedAt,
       greatest(:grantExpiresAt, :codeExpiresAt), greatest(:grantExpiresAt, :codeExpiresAt),
       :activatedAt, :revokedAt, :revokedReason, :codeId
     FROM answered
   ), new_code AS (
     INSERT INTO codes (id, digest, grant_id, redirect_uri, redirect_uri_requested, code_challenge, created_at,
       expires_at, used_at, failed_attempts)
     SELECT :codeId, :codeDigest, :codeGrantId, :redirectUri, :redirectUriRequested, :codeChallenge,
       :codeCreatedAt, :codeExpiresAt, :usedAt, :failedAttempts
     FROM answered
   ), consented AS (
     INSERT INTO consents (subject, client_id, redirect_uri, scope, resources, created_at)
     SELECT :consentSubject, :consentClientId, :consentRedirectUri, :consentScope, :consentResources, :consentCreatedAt
     FROM answered WHERE :consentSubject IS NOT NULL
     ON CONFLICT (subject, client_id, redirect_uri) DO UPDATE
     SET scope = excluded.scope, resources = excluded.resources, created_at = excluded.created_at
   ), ${markAllowed("EXISTS (SELECT 1 FROM answered)")}
   SELECT CASE
     WHEN NOT EXISTS (SELECT 1 FROM allowed) THEN 'refused'
     WHEN NOT EXISTS (SELECT 1 FROM answered) THEN 'form_spent'
     ELSE 'authorized'
   END AS outcome`,
).with({
  now: "bigint",
  grantId: "bytea",
  subject: "text",
  username: "text",
  clientId: "text",
  scope: "text",
  resources: "text",
  via: "text",
  grantCreatedAt: "bigint",
  grantExpiresAt: "bigint",
  activatedAt: "bigint?",
  revokedAt: "bigint?",
  revokedReason: "text?",
  codeId: "bytea",
  codeDigest: "bytea",
  codeGrantId: "bytea",
  redirectUri: "text",
  redirectUriRequested: "boolean",
  codeChallenge: "text?",
  codeCreatedAt: "bigint",
  codeExpiresAt: "bigint",
  usedAt: "bigint?",
  failedAttempts: "integer",
  isRemembered: "boolean",
  consentSubject: "text?",
  consentClientId: "text?",
  consentRedirectUri: "text?",
  consentScope: "text?",
  consentResources: "text?",
  consentCreatedAt: "bigint?",
  formId: "bytea?",
  formExpiresAt: "bigint?",
});

interface CodeRow extends GrantRow {
  readonly code_id: RecordId;
  readonly digest: AuthorizationCodeRecord["digest"];
  readonly code_grant_id: RecordId;
  readonly redirect_uri: RedirectUri;
  readonly redirect_uri_requested: boolean;
  readonly code_challenge: AuthorizationCodeRecord["codeChallenge"];
  readonly created_at: number;
  readonly expires_at: number;
  readonly used_at: number | null;
  readonly failed_attempts: number;
}

const CODE = query<Confirmed<CodeRow, "code_id">>(
  confirming(`SELECT c.id AS code_id, c.digest, c.grant_id AS code_grant_id, c.redirect_uri, c.redirect_uri_requested,
     c.code_challenge, c.created_at, c.expires_at, c.used_at, c.failed_attempts, ${GRANT_COLUMNS}
   FROM codes c JOIN grants g ON g.id = c.grant_id
   WHERE c.id = :id`),
).with({ id: "bytea", ...CALLER });

const COUNT_FAILURE = statement<unknown>(
  "UPDATE codes SET failed_attempts = failed_attempts + 1 WHERE id = :id AND failed_attempts < :limit",
).with({ id: "bytea", limit: "integer" });

// Who waits for the code sees it used, and revokes what is there by then: the first one's tokens hang on the grant.
const REDEEM = statement<{ outcome: RedeemCodeOutcome }>(
  `WITH code AS MATERIALIZED (
     SELECT grant_id, expires_at, used_at, failed_attempts FROM codes WHERE id = :id FOR UPDATE
   ), ${lockGrant("code")}, decision AS MATERIALIZED (
     SELECT held.id AS grant_id, served.number AS client, CASE
       -- RFC 6749 §4.1.2: a second use revokes what the first one issued. That holds after the code's expiry too:
       -- whoever has the code may have been the first.
       WHEN code.used_at IS NOT NULL THEN 'replayed'
       WHEN code.expires_at <= :now THEN 'refused'
       WHEN code.failed_attempts >= :failureLimit THEN 'refused'
       WHEN held.revoked_at IS NOT NULL THEN 'refused'
       WHEN served.number IS NULL THEN 'refused'
       ELSE 'issued'
     END AS outcome
     FROM code CROSS JOIN held LEFT JOIN served ON true
   ), used AS (
     UPDATE codes SET used_at = :now FROM decision WHERE codes.id = :id AND decision.outcome = 'issued'
   ), revoked AS (
     UPDATE grants SET revoked_at = :now, revoked_reason = 'code_replayed'
     FROM decision
     WHERE grants.id = decision.grant_id AND decision.outcome = 'replayed' AND grants.revoked_at IS NULL
   ), ${issueTokens("issued")}
   SELECT outcome FROM decision`,
).with({ id: "bytea", failureLimit: "integer", ...ISSUANCE });

export function codeMethods(database: Database, callers: Callers): CodeMethods {
  return {
    async findConsent(subject: SubjectId, clientId: ClientId, redirectUri: RedirectUri) {
      const row = await database.first(CONSENT, { subject, clientId, redirectUri });
      return row === null ? null : decodeLists(row);
    },

    async listConsents(subject) {
      return (await database.all(CONSENTS_OF_PERSON, { subject })).map(decodeLists);
    },

    async authorize({ now, grant, code, consent, form }) {
      const given = consent === "remembered" ? null : consent;
      const row = await database.first(AUTHORIZE, {
        now,
        grantId: grant.id,
        subject: grant.subject,
        username: grant.username,
        clientId: grant.clientId,
        scope: encodeList(grant.scope),
        resources: encodeList(grant.resources),
        via: grant.via,
        grantCreatedAt: grant.createdAt,
        grantExpiresAt: grant.expiresAt,
        activatedAt: grant.activatedAt,
        revokedAt: grant.revokedAt,
        revokedReason: grant.revokedReason,
        codeId: code.id,
        codeDigest: code.digest,
        codeGrantId: code.grantId,
        redirectUri: code.redirectUri,
        redirectUriRequested: code.redirectUriRequested,
        codeChallenge: code.codeChallenge,
        codeCreatedAt: code.createdAt,
        codeExpiresAt: code.expiresAt,
        usedAt: code.usedAt,
        failedAttempts: code.failedAttempts,
        isRemembered: consent === "remembered",
        consentSubject: given?.subject ?? null,
        consentClientId: given?.clientId ?? null,
        consentRedirectUri: given?.redirectUri ?? null,
        consentScope: given === null ? null : encodeList(given.scope),
        consentResources: given === null ? null : encodeList(given.resources),
        consentCreatedAt: given?.createdAt ?? null,
        formId: form?.id ?? null,
        formExpiresAt: form?.expiresAt ?? null,
      });
      return row?.outcome ?? "refused";
    },

    async findCode(id, caller) {
      const row = await database.first(CODE, { id, ...callers.parameters(caller) });
      callers.settle(caller, row?.callerIsKnown ?? false);
      return row === null || row.code_id === null ? null : { code: decodeCode(row), grant: decodeGrant(row) };
    },

    async recordCodeFailure(id, limit) {
      await database.all(COUNT_FAILURE, { id, limit });
    },

    async redeemCode(id, failureLimit, issuance) {
      const row = await database.first(REDEEM, { id, failureLimit, ...issuanceParameters(issuance) });
      return row?.outcome ?? "refused";
    },
  };
}

/** A code's client is its grant's; it is stored once. */
const decodeCode = (row: CodeRow): AuthorizationCodeRecord => ({
  id: row.code_id,
  digest: row.digest,
  grantId: row.code_grant_id,
  clientId: row.grant_client_id,
  redirectUri: row.redirect_uri,
  redirectUriRequested: row.redirect_uri_requested,
  codeChallenge: row.code_challenge,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  usedAt: row.used_at,
  failedAttempts: row.failed_attempts,
});
