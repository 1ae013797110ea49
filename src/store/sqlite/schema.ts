/**
 * Schema version 1.
 *
 * Identifiers are time-ordered, so tables without a rowid that are keyed by them grow at their end, and an index
 * is only kept where a question needs it:
 *
 * - access_tokens, the largest table, has no index at all. One by grant is not needed: revoking a grant writes the
 *   grant only, and whoever reads a token reads its grant. One by expiry would add
 *   a quarter to the file and slow each insert, so the clean-up has expiry_batches instead. (Thousand tokens issued
 *   in a second, medians of 16 runs on a busy machine: 67 with neither, 58 with expiry_batches, 54 with an index.)
 * - access_tokens name their client by number. A number is never given twice, so tokens of a removed client stay
 *   dead when its identifier is registered again, without a search for them.
 * - refresh_tokens go away after their own expiry, by an index, and not with their grant: a grant that is used daily
 *   lives for years, and would keep every token it ever had. A replay of a token that is long expired proves little;
 *   until it is cleaned up it still revokes the grant.
 * - clients.unused_from is from when a registration counts as unused; null once a person has allowed it something, and
 *   for clients of the operator. So the clean-up looks at no client that stays.
 * - codes have no index. RFC 6749 §4.1.2 wants the replay of a code to revoke what it issued, so a code lives as long
 *   as its grant; the grant knows its code and takes it along.
 */
export const SCHEMA_1 = `
CREATE TABLE clients (
  number        INTEGER PRIMARY KEY AUTOINCREMENT,
  client_id     TEXT NOT NULL UNIQUE,
  source        TEXT NOT NULL,
  created_at    INTEGER NOT NULL,
  used_at       INTEGER,
  unused_from   INTEGER,
  disabled_at   INTEGER,
  metadata      TEXT NOT NULL
) STRICT;
CREATE INDEX clients_unused ON clients (unused_from) WHERE source = 'registration' AND unused_from IS NOT NULL;

CREATE TABLE accounts (
  subject         TEXT PRIMARY KEY,
  source          TEXT NOT NULL,
  username        TEXT NOT NULL,
  username_folded TEXT NOT NULL UNIQUE,
  name            TEXT,
  email           TEXT,
  administrator   INTEGER NOT NULL,
  password_hash   TEXT,
  created_at      INTEGER NOT NULL,
  disabled_at     INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
  id               BLOB PRIMARY KEY,
  digest           BLOB NOT NULL,
  subject          TEXT NOT NULL,
  created_at       INTEGER NOT NULL,
  authenticated_at INTEGER NOT NULL,
  last_seen_at     INTEGER NOT NULL,
  expires_at       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_by_subject ON sessions (subject);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE TABLE setup_links (
  id         BLOB PRIMARY KEY,
  digest     BLOB NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE consents (
  subject      TEXT NOT NULL,
  client_id    TEXT NOT NULL,
  redirect_uri TEXT NOT NULL,
  scope        TEXT NOT NULL,
  resources    TEXT NOT NULL,
  created_at   INTEGER NOT NULL,
  PRIMARY KEY (subject, client_id, redirect_uri)
) STRICT, WITHOUT ROWID;
CREATE INDEX consents_by_client ON consents (client_id);

CREATE TABLE spent_forms (
  id         BLOB PRIMARY KEY,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX spent_forms_by_expiry ON spent_forms (expires_at);

CREATE TABLE grants (
  id             BLOB PRIMARY KEY,
  subject        TEXT NOT NULL,
  username       TEXT NOT NULL,
  client_id      TEXT NOT NULL,
  scope          TEXT NOT NULL,
  resources      TEXT NOT NULL,
  via            TEXT NOT NULL,
  created_at     INTEGER NOT NULL,
  expires_at     INTEGER NOT NULL,
  activated_at   INTEGER,
  revoked_at     INTEGER,
  revoked_reason TEXT,
  code_id        BLOB
) STRICT, WITHOUT ROWID;
CREATE INDEX grants_by_subject ON grants (subject, client_id);
CREATE INDEX grants_by_client ON grants (client_id);
CREATE INDEX grants_by_expiry ON grants (expires_at);

CREATE TABLE codes (
  id                     BLOB PRIMARY KEY,
  digest                 BLOB NOT NULL,
  grant_id               BLOB NOT NULL,
  redirect_uri           TEXT NOT NULL,
  redirect_uri_requested INTEGER NOT NULL,
  code_challenge         TEXT,
  created_at             INTEGER NOT NULL,
  expires_at             INTEGER NOT NULL,
  used_at                INTEGER,
  failed_attempts        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE device_codes (
  id                BLOB PRIMARY KEY,
  digest            BLOB NOT NULL,
  user_code_digest  BLOB NOT NULL,
  client_id         TEXT NOT NULL,
  scope             TEXT NOT NULL,
  resources         TEXT NOT NULL,
  created_at        INTEGER NOT NULL,
  expires_at        INTEGER NOT NULL,
  requester_address TEXT NOT NULL,
  requester_agent   TEXT NOT NULL,
  status            TEXT NOT NULL,
  grant_id          BLOB,
  used_at           INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX device_codes_by_user_code ON device_codes (user_code_digest);
CREATE INDEX device_codes_by_expiry ON device_codes (expires_at);

CREATE TABLE access_tokens (
  id         BLOB PRIMARY KEY,
  digest     BLOB NOT NULL,
  grant_id   BLOB,
  client     INTEGER NOT NULL,
  subject    TEXT NOT NULL,
  scope      TEXT NOT NULL,
  resources  TEXT NOT NULL,
  issued_at  INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE expiry_batches (
  slot  INTEGER NOT NULL,
  batch INTEGER NOT NULL,
  PRIMARY KEY (slot, batch)
) STRICT, WITHOUT ROWID;

CREATE TABLE refresh_tokens (
  id           BLOB PRIMARY KEY,
  digest       BLOB NOT NULL,
  grant_id     BLOB NOT NULL,
  issued_at    INTEGER NOT NULL,
  expires_at   INTEGER NOT NULL,
  used_at      INTEGER,
  successor_id BLOB
) STRICT, WITHOUT ROWID;
CREATE INDEX refresh_tokens_by_expiry ON refresh_tokens (expires_at);
`;

/**
 * The server's own secret, so that a copy of the database is complete. And a number that changes with any row of
 * clients, whoever changes it: who reads it in a transaction knows whether what it remembers of clients is still so
 * (client-memory.ts).
 */
export const SCHEMA_2 = `
CREATE TABLE server_key (
  singleton   INTEGER PRIMARY KEY CHECK (singleton = 1),
  fingerprint BLOB NOT NULL,
  secret      BLOB
) STRICT;

CREATE TABLE client_revision (
  singleton INTEGER PRIMARY KEY CHECK (singleton = 1),
  revision  INTEGER NOT NULL
) STRICT;
INSERT INTO client_revision VALUES (1, 0);
CREATE TRIGGER client_added AFTER INSERT ON clients BEGIN
  UPDATE client_revision SET revision = revision + 1;
END;
CREATE TRIGGER client_changed AFTER UPDATE ON clients BEGIN
  UPDATE client_revision SET revision = revision + 1;
END;
CREATE TRIGGER client_removed AFTER DELETE ON clients BEGIN
  UPDATE client_revision SET revision = revision + 1;
END;
`;

/** Every start asks whether there is an administrator, and so does every new password: of a million people, too. */
export const SCHEMA_3 = `
CREATE INDEX accounts_administrators ON accounts (subject) WHERE administrator = 1;
`;

/**
 * No other columns, but another meaning, which earlier versions do not know and must not misread: subject, scope and
 * resources of a row of access_tokens are empty if they are those of its grant. Rows are shorter for it, and so is the
 * way to one among millions. Who issues tokens has the lock of the folder, so no earlier version does meanwhile.
 */
export const SCHEMA_4 = "SELECT 'tokens do not repeat their grant'";
