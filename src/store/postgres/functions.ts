/**
 * The operations that end what others hold: they take two steps in one call, so they are functions of the database.
 *
 * A single statement sees the database as it was when the statement began, also after it has waited for a lock. That is
 * too early for whoever must reach everything that was made up to now: a grant that was committed during the wait would
 * be missed. In a volatile SQL function each statement sees what is committed when *it* begins. So a function first
 * takes the lock that everybody holds (in share) who makes such rows, and then looks for them:
 *
 * - the row of the person, held by whoever authorizes, approves a device or signs in;
 * - the row of the client, held by whoever authorizes or approves a device for it;
 * - the row 'setup' of locks, held by whatever makes an administrator or a link for the first one.
 *
 * Locks are taken in one order everywhere, so that nobody waits in a circle: setup, person, client, consents, what is
 * redeemed (a code, a device code, a refresh token), grants. Where one statement locks many rows, it sorts them first.
 */

/** Forgets consents and revokes grants; one function for each way to name them, so that each uses its index. */
const revokeAccess = (name: string, parameters: string, condition: string, lock: string) => `
CREATE FUNCTION ${name}(${parameters}, p_reason text, p_now bigint)
RETURNS TABLE (revoked_id bytea, forgotten bigint) LANGUAGE sql VOLATILE AS $$
  ${lock};
  WITH doomed_consents AS MATERIALIZED (
    SELECT subject, client_id, redirect_uri FROM consents WHERE ${condition}
    ORDER BY subject, client_id, redirect_uri FOR UPDATE
  ), gone AS (
    DELETE FROM consents USING doomed_consents d
    WHERE consents.subject = d.subject AND consents.client_id = d.client_id
      AND consents.redirect_uri = d.redirect_uri
    RETURNING 1
  ), doomed AS MATERIALIZED (
    SELECT id FROM grants WHERE ${condition} AND revoked_at IS NULL AND (SELECT count(*) FROM gone) >= 0
    ORDER BY id FOR UPDATE
  ), revoked AS (
    UPDATE grants SET revoked_at = p_now, revoked_reason = p_reason FROM doomed
    WHERE grants.id = doomed.id
    RETURNING grants.id, grants.expires_at
  )
  SELECT NULL::bytea, count(*) FROM gone
  UNION ALL
  SELECT id, 0 FROM revoked WHERE expires_at > p_now;
$$;`;

const LOCK_PERSON = "SELECT 1 FROM accounts WHERE subject = p_subject FOR UPDATE";
const LOCK_CLIENT = "SELECT 1 FROM clients WHERE client_id = p_client_id FOR UPDATE";
const LOCK_SETUP = "SELECT 1 FROM locks WHERE name = 'setup' FOR UPDATE";

/** A password is the only way in, so an administrator without one cannot sign in. */
export const HAS_ADMINISTRATOR =
  "EXISTS (SELECT 1 FROM accounts WHERE administrator AND disabled_at IS NULL AND password_hash IS NOT NULL)";

/** The setup links are for a server that nobody can administer. */
const CLOSE_SETUP = `DELETE FROM setup_links WHERE ${HAS_ADMINISTRATOR}`;

const INSERT_ACCOUNT = `INSERT INTO accounts
    (subject, source, username, username_folded, name, email, administrator, password_hash, created_at, disabled_at)
  SELECT p_subject, p_source, p_username, p_username_folded, p_name, p_email, p_administrator, p_password_hash,
    p_created_at, p_disabled_at`;

const ACCOUNT_PARAMETERS = `p_subject text, p_source text, p_username text, p_username_folded text, p_name text,
  p_email text, p_administrator boolean, p_password_hash text, p_created_at bigint, p_disabled_at bigint`;

const IS_THERE = "SELECT EXISTS (SELECT 1 FROM accounts WHERE subject = p_subject)";

export const FUNCTIONS_1 = `
${revokeAccess("revoke_access_of_person", "p_subject text", "subject = p_subject", LOCK_PERSON)}
${revokeAccess("revoke_access_of_client", "p_client_id text", "client_id = p_client_id", LOCK_CLIENT)}
${revokeAccess(
  "revoke_access_of_both",
  "p_subject text, p_client_id text",
  "subject = p_subject AND client_id = p_client_id",
  LOCK_PERSON,
)}

CREATE FUNCTION remove_client(p_client_id text, p_now bigint) RETURNS SETOF boolean LANGUAGE sql VOLATILE AS $$
  ${LOCK_CLIENT};
  SELECT count(*) FROM clients c, LATERAL revoke_access_of_client(c.client_id, 'client_removed', p_now)
  WHERE c.client_id = p_client_id;
  DELETE FROM device_codes WHERE client_id IN (SELECT client_id FROM clients WHERE client_id = p_client_id);
  DELETE FROM clients WHERE client_id = p_client_id RETURNING true;
$$;

CREATE FUNCTION create_account(${ACCOUNT_PARAMETERS}) RETURNS boolean LANGUAGE sql VOLATILE AS $$
  ${LOCK_SETUP};
  ${INSERT_ACCOUNT} ON CONFLICT (username_folded) DO NOTHING;
  ${CLOSE_SETUP};
  ${IS_THERE};
$$;

CREATE FUNCTION set_password(p_subject text, p_password_hash text) RETURNS boolean LANGUAGE sql VOLATILE AS $$
  ${LOCK_SETUP};
  UPDATE accounts SET password_hash = p_password_hash WHERE subject = p_subject;
  DELETE FROM sessions WHERE subject = p_subject;
  ${CLOSE_SETUP};
  ${IS_THERE};
$$;

CREATE FUNCTION change_password(p_subject text, p_verified_hash text, p_password_hash text)
RETURNS SETOF boolean LANGUAGE sql VOLATILE AS $$
  ${LOCK_PERSON};
  DELETE FROM sessions WHERE subject IN (
    SELECT subject FROM accounts
    WHERE subject = p_subject AND password_hash = p_verified_hash AND disabled_at IS NULL);
  UPDATE accounts SET password_hash = p_password_hash
  WHERE subject = p_subject AND password_hash = p_verified_hash AND disabled_at IS NULL
  RETURNING true;
$$;

CREATE FUNCTION disable_account(p_subject text, p_now bigint) RETURNS boolean LANGUAGE sql VOLATILE AS $$
  UPDATE accounts SET disabled_at = p_now WHERE subject = p_subject;
  DELETE FROM sessions WHERE subject = p_subject;
  SELECT count(*) FROM accounts a, LATERAL revoke_access_of_person(a.subject, 'person_disabled', p_now)
  WHERE a.subject = p_subject;
  ${IS_THERE};
$$;

CREATE FUNCTION enable_account(p_subject text) RETURNS boolean LANGUAGE sql VOLATILE AS $$
  ${LOCK_SETUP};
  UPDATE accounts SET disabled_at = NULL WHERE subject = p_subject;
  ${CLOSE_SETUP};
  ${IS_THERE};
$$;

CREATE FUNCTION remove_account(p_subject text, p_now bigint) RETURNS SETOF boolean LANGUAGE sql VOLATILE AS $$
  ${LOCK_PERSON};
  DELETE FROM sessions WHERE subject = p_subject;
  SELECT count(*) FROM accounts a, LATERAL revoke_access_of_person(a.subject, 'person_removed', p_now)
  WHERE a.subject = p_subject;
  DELETE FROM accounts WHERE subject = p_subject RETURNING true;
$$;

CREATE FUNCTION create_setup_link(p_id bytea, p_digest bytea, p_expires_at bigint)
RETURNS boolean LANGUAGE sql VOLATILE AS $$
  ${LOCK_SETUP};
  DELETE FROM setup_links;
  INSERT INTO setup_links (id, digest, expires_at) SELECT p_id, p_digest, p_expires_at WHERE NOT ${HAS_ADMINISTRATOR};
  SELECT EXISTS (SELECT 1 FROM setup_links);
$$;

CREATE FUNCTION redeem_setup_link(p_id bytea, p_now bigint, ${ACCOUNT_PARAMETERS})
RETURNS text LANGUAGE sql VOLATILE AS $$
  ${LOCK_SETUP};
  ${INSERT_ACCOUNT} WHERE EXISTS (SELECT 1 FROM setup_links WHERE id = p_id AND expires_at > p_now)
  ON CONFLICT (username_folded) DO NOTHING;
  WITH link AS (
    SELECT id FROM setup_links WHERE id = p_id AND expires_at > p_now
  ), account AS (
    SELECT subject FROM accounts WHERE subject = p_subject
  ), gone AS (
    DELETE FROM setup_links WHERE EXISTS (SELECT 1 FROM link) AND EXISTS (SELECT 1 FROM account)
  )
  SELECT CASE
    WHEN NOT EXISTS (SELECT 1 FROM link) THEN 'spent'
    WHEN NOT EXISTS (SELECT 1 FROM account) THEN 'username_taken'
    ELSE 'created'
  END;
$$;
`;
