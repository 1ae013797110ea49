/** The store's methods for people. */
import type { EpochSeconds } from "../../platform/clock.ts";
import type { SubjectId } from "../../protocol/identifiers.ts";
import type { Store } from "../contract.ts";
import type { RevocationReason } from "../records.ts";
import type { Engine, Tables } from "./engine.ts";
import { revokeAccess } from "./revoking.ts";

type AccountMethods = Pick<
  Store,
  | "findAccount"
  | "findAccountByUsername"
  | "listAccounts"
  | "hasAdministrator"
  | "createAccount"
  | "setPassword"
  | "changePassword"
  | "disableAccount"
  | "enableAccount"
  | "removeAccount"
>;

export function accountMethods({ read, write }: Engine): AccountMethods {
  return {
    findAccount: (subject) => read(({ accounts }) => accounts.find(subject)),

    findAccountByUsername: (username) => read(({ accounts }) => accounts.findByUsername(username)),

    listAccounts: () => read(({ accounts }) => accounts.list()),

    hasAdministrator: () => read(({ accounts }) => accounts.hasAdministrator()),

    createAccount: (account) =>
      write((tables) => {
        if (!tables.accounts.insert(account)) return false;
        closeSetup(tables);
        return true;
      }),

    setPassword: (subject, passwordHash) =>
      write((tables) => {
        if (!tables.accounts.setPassword(subject, passwordHash)) return false;
        tables.sessions.removeBySubject(subject);
        closeSetup(tables);
        return true;
      }),

    changePassword: (subject, verifiedHash, passwordHash) =>
      write(({ accounts, sessions }) => {
        if (!accounts.changePassword(subject, verifiedHash, passwordHash)) return false;
        sessions.removeBySubject(subject);
        return true;
      }),

    disableAccount: (subject, now) =>
      write((tables) => {
        if (!tables.accounts.setDisabled(subject, now)) return false;
        endAll(tables, subject, "person_disabled", now);
        return true;
      }),

    enableAccount: (subject) =>
      write((tables) => {
        if (!tables.accounts.setDisabled(subject, null)) return false;
        closeSetup(tables);
        return true;
      }),

    removeAccount: (subject, now) =>
      write((tables) => {
        if (!tables.accounts.remove(subject)) return false;
        endAll(tables, subject, "person_removed", now);
        return true;
      }),
  };
}

/** With the sessions gone and every grant revoked, nobody who reads a token need look at the account. */
function endAll(tables: Tables, subject: SubjectId, reason: RevocationReason, now: EpochSeconds): void {
  tables.sessions.removeBySubject(subject);
  revokeAccess(tables, { subject }, reason, now);
}

/** The setup links are for a server that nobody can administer. To be called when somebody may have become able to. */
function closeSetup({ accounts, setupLinks }: Tables): void {
  if (accounts.hasAdministrator()) setupLinks.removeAll();
}
