/** Rows of people. */
import type { EpochSeconds } from "../../../platform/clock.ts";
import type { SubjectId } from "../../../protocol/identifiers.ts";
import type { AccountRecord } from "../../records.ts";
import { foldUsername } from "../../usernames.ts";
import type { Connection } from "../driver.ts";

interface AccountRow extends Omit<AccountRecord, "administrator"> {
  readonly administrator: number;
}

const COLUMNS = `subject, source, username, name, email, administrator, password_hash AS passwordHash,
  created_at AS createdAt, disabled_at AS disabledAt`;

const decode = (row: AccountRow): AccountRecord => ({ ...row, administrator: row.administrator === 1 });

/** A password is the only way in, so an administrator without one cannot sign in. */
export const FIND_ADMINISTRATOR = `SELECT 1 AS found FROM accounts
  WHERE administrator = 1 AND disabled_at IS NULL AND password_hash IS NOT NULL LIMIT 1`;

export function accountTable(connection: Connection) {
  const bySubject = connection.query<AccountRow, [string]>(
    `SELECT ${COLUMNS} FROM accounts WHERE subject = ?`,
  );
  const byUsername = connection.query<AccountRow, [string]>(
    `SELECT ${COLUMNS} FROM accounts WHERE username_folded = ?`,
  );
  const all = connection.query<AccountRow, []>(
    `SELECT ${COLUMNS} FROM accounts ORDER BY created_at, subject`,
  );
  const administrator = connection.query<{ found: number }, []>(FIND_ADMINISTRATOR);
  const enabled = connection.query<{ found: number }, [string]>(
    "SELECT 1 AS found FROM accounts WHERE subject = ? AND disabled_at IS NULL",
  );
  // IS, as it also compares with null.
  const enabledWithPassword = connection.query<{ found: number }, [string, string | null]>(
    "SELECT 1 AS found FROM accounts WHERE subject = ? AND password_hash IS ? AND disabled_at IS NULL",
  );
  const insert = connection.command<
    [
      string,
      string,
      string,
      string,
      string | null,
      string | null,
      number,
      string | null,
      EpochSeconds,
      EpochSeconds | null,
    ]
  >(
    `INSERT INTO accounts
       (subject, source, username, username_folded, name, email, administrator, password_hash, created_at, disabled_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (username_folded) DO NOTHING`,
  );
  const setPassword = connection.command<[string, string]>(
    "UPDATE accounts SET password_hash = ? WHERE subject = ?",
  );
  const changePassword = connection.command<[string, string, string]>(
    "UPDATE accounts SET password_hash = ? WHERE subject = ? AND password_hash = ? AND disabled_at IS NULL",
  );
  const setDisabled = connection.command<[EpochSeconds | null, string]>(
    "UPDATE accounts SET disabled_at = ? WHERE subject = ?",
  );

  const remove = connection.command<[string]>("DELETE FROM accounts WHERE subject = ?");

  const decoded = (row: AccountRow | null) => (row === null ? null : decode(row));

  return {
    find: (subject: SubjectId) => decoded(bySubject.get(subject)),
    findByUsername: (username: string) => decoded(byUsername.get(foldUsername(username))),
    list: () => all.all().map(decode),
    hasAdministrator: () => administrator.get() !== null,
    isEnabled: (subject: SubjectId) => enabled.get(subject) !== null,
    isEnabledWithPassword: (subject: SubjectId, passwordHash: string | null) =>
      enabledWithPassword.get(subject, passwordHash) !== null,
    /** False if the user name is taken. */
    insert: (account: AccountRecord) =>
      insert(
        account.subject,
        account.source,
        account.username,
        foldUsername(account.username),
        account.name,
        account.email,
        account.administrator ? 1 : 0,
        account.passwordHash,
        account.createdAt,
        account.disabledAt,
      ) === 1,
    setPassword: (subject: SubjectId, passwordHash: string) => setPassword(passwordHash, subject) === 1,
    /** False if the person has another password or is disabled. */
    changePassword: (subject: SubjectId, from: string, to: string) => changePassword(to, subject, from) === 1,
    setDisabled: (subject: SubjectId, at: EpochSeconds | null) => setDisabled(at, subject) === 1,
    remove: (subject: SubjectId) => remove(subject) === 1,
  };
}
