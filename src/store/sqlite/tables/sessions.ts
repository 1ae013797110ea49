/** Rows of sessions and of the one-time link. */
import type { EpochSeconds } from "../../../platform/clock.ts";
import type { RecordId, SubjectId } from "../../../protocol/identifiers.ts";
import type { SessionRecord, SetupLinkRecord } from "../../records.ts";
import type { Connection } from "../driver.ts";

export function sessionTable(connection: Connection) {
  const alive = connection.query<SessionRecord, [Uint8Array, EpochSeconds, EpochSeconds]>(
    `SELECT id, digest, subject, created_at AS createdAt, authenticated_at AS authenticatedAt,
       last_seen_at AS lastSeenAt, expires_at AS expiresAt
     FROM sessions WHERE id = ? AND expires_at > ? AND last_seen_at >= ?`,
  );
  const insert = connection.command<
    [Uint8Array, Uint8Array, string, EpochSeconds, EpochSeconds, EpochSeconds, EpochSeconds]
  >(
    `INSERT INTO sessions (id, digest, subject, created_at, authenticated_at, last_seen_at, expires_at)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );
  // Requests of one browser may finish out of order; the time never goes back.
  const touch = connection.command<[EpochSeconds, Uint8Array, EpochSeconds]>(
    "UPDATE sessions SET last_seen_at = ? WHERE id = ? AND last_seen_at < ?",
  );
  const remove = connection.command<[Uint8Array]>("DELETE FROM sessions WHERE id = ?");
  const removeBySubject = connection.command<[string]>("DELETE FROM sessions WHERE subject = ?");
  const removeExpired = connection.command<[EpochSeconds, number]>(
    "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE expires_at <= ? LIMIT ?)",
  );

  return {
    findAlive: (id: RecordId, now: EpochSeconds, idleSince: EpochSeconds) => alive.get(id, now, idleSince),
    insert: (session: SessionRecord) =>
      insert(
        session.id,
        session.digest,
        session.subject,
        session.createdAt,
        session.authenticatedAt,
        session.lastSeenAt,
        session.expiresAt,
      ),
    touch: (id: RecordId, now: EpochSeconds) => touch(now, id, now),
    remove: (id: RecordId) => remove(id),
    removeBySubject: (subject: SubjectId) => removeBySubject(subject),
    removeExpired,
  };
}

export function setupLinkTable(connection: Connection) {
  const alive = connection.query<SetupLinkRecord, [Uint8Array, EpochSeconds]>(
    "SELECT id, digest, expires_at AS expiresAt FROM setup_links WHERE id = ? AND expires_at > ?",
  );
  const insert = connection.command<[Uint8Array, Uint8Array, EpochSeconds]>(
    "INSERT INTO setup_links (id, digest, expires_at) VALUES (?, ?, ?)",
  );
  const removeAll = connection.command<[]>("DELETE FROM setup_links");
  const removeExpired = connection.command<[EpochSeconds, number]>(
    "DELETE FROM setup_links WHERE id IN (SELECT id FROM setup_links WHERE expires_at <= ? LIMIT ?)",
  );

  return {
    findAlive: (id: RecordId, now: EpochSeconds) => alive.get(id, now),
    insert: (link: SetupLinkRecord) => insert(link.id, link.digest, link.expiresAt),
    removeAll,
    removeExpired,
  };
}
