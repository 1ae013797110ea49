/** The store's methods for sessions and the link that creates the first administrator. */
import type { Store } from "../contract.ts";
import type { SessionRecord, SetupLinkRecord } from "../records.ts";
import { ACCOUNT_TYPES, accountParameters } from "./accounts.ts";
import type { Database } from "./driver.ts";
import { ACCOUNT_COLUMNS, type AccountRow } from "./rows.ts";
import { query, statement, urgent } from "./statements.ts";

type SessionMethods = Pick<
  Store,
  | "createSession"
  | "findSession"
  | "touchSession"
  | "endSession"
  | "createSetupLink"
  | "findSetupLink"
  | "redeemSetupLink"
>;

// The person is held in share: whoever sets a new password waits, and then ends this session too (functions.ts).
const CREATE = statement<unknown>(
  `WITH person AS MATERIALIZED (
     SELECT subject FROM accounts
     WHERE subject = :subject AND password_hash IS NOT DISTINCT FROM :verifiedHash AND disabled_at IS NULL
     FOR SHARE
   ), replaced AS (
     DELETE FROM sessions USING person WHERE sessions.id = :replaces
   )
   INSERT INTO sessions (id, digest, subject, created_at, authenticated_at, last_seen_at, expires_at)
   SELECT :id, :digest, person.subject, :createdAt, :authenticatedAt, :lastSeenAt, :expiresAt FROM person
   RETURNING id`,
).with({
  id: "bytea",
  digest: "bytea",
  subject: "text",
  createdAt: "bigint",
  authenticatedAt: "bigint",
  lastSeenAt: "bigint",
  expiresAt: "bigint",
  replaces: "bytea?",
  verifiedHash: "text?",
});

type SessionRow = AccountRow & {
  readonly session_id: SessionRecord["id"];
  readonly session_digest: SessionRecord["digest"];
  readonly session_created_at: number;
  readonly session_authenticated_at: number;
  readonly session_last_seen_at: number;
  readonly session_expires_at: number;
};

const ALIVE = query<SessionRow>(
  `SELECT s.id AS session_id, s.digest AS session_digest, s.created_at AS session_created_at,
     s.authenticated_at AS session_authenticated_at, s.last_seen_at AS session_last_seen_at,
     s.expires_at AS session_expires_at, ${ACCOUNT_COLUMNS}
   FROM sessions s JOIN accounts a ON a.subject = s.subject AND a.disabled_at IS NULL
   WHERE s.id = :id AND s.expires_at > :now AND s.last_seen_at >= :idleSince`,
).with({ id: "bytea", now: "bigint", idleSince: "bigint" });

// Requests of one browser may finish out of order; the time never goes back.
const TOUCH = statement<unknown>(
  "UPDATE sessions SET last_seen_at = :now WHERE id = :id AND last_seen_at < :now",
).with({ id: "bytea", now: "bigint" });

const END = urgent(statement<unknown>("DELETE FROM sessions WHERE id = :id").with({ id: "bytea" }));

const CREATE_LINK = statement<{ done: boolean }>(
  "SELECT create_setup_link(:id, :digest, :expiresAt) AS done",
).with({ id: "bytea", digest: "bytea", expiresAt: "bigint" });

// Whatever lets somebody administer the server removes the links, so none need ask for that.
const LINK = query<SetupLinkRecord>(
  `SELECT id, digest, expires_at AS "expiresAt" FROM setup_links WHERE id = :id AND expires_at > :now`,
).with({ id: "bytea", now: "bigint" });

const REDEEM_LINK = statement<{ outcome: "created" | "spent" | "username_taken" }>(
  `SELECT redeem_setup_link(:id, :now, :subject, :source, :username, :usernameFolded, :name, :email, :administrator,
     :passwordHash, :createdAt, :disabledAt) AS outcome`,
).with({ id: "bytea", now: "bigint", ...ACCOUNT_TYPES });

export function sessionMethods(database: Database): SessionMethods {
  return {
    createSession: (session, replaces, verifiedHash) =>
      database.has(CREATE, { ...session, replaces, verifiedHash }),

    async findSession(id, now, idleSince) {
      const row = await database.first(ALIVE, { id, now, idleSince });
      return row === null ? null : decodeSession(row);
    },

    async touchSession(id, now) {
      await database.all(TOUCH, { id, now });
    },

    async endSession(id) {
      await database.all(END, { id });
    },

    async createSetupLink(link) {
      return (await database.first(CREATE_LINK, { ...link }))?.done ?? false;
    },

    findSetupLink: (id, now) => database.first(LINK, { id, now }),

    async redeemSetupLink(id, account, now) {
      const row = await database.first(REDEEM_LINK, { id, now, ...accountParameters(account) });
      return row?.outcome ?? "spent";
    },
  };
}

function decodeSession({
  session_id,
  session_digest,
  session_created_at,
  session_authenticated_at,
  session_last_seen_at,
  session_expires_at,
  ...account
}: SessionRow): { session: SessionRecord; account: AccountRow } {
  const session = {
    id: session_id,
    digest: session_digest,
    subject: account.subject,
    createdAt: session_created_at,
    authenticatedAt: session_authenticated_at,
    lastSeenAt: session_last_seen_at,
    expiresAt: session_expires_at,
  };
  return { session, account };
}
