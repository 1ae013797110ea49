/** The store's methods for people. */
import type { Store } from "../contract.ts";
import type { Engine } from "./engine.ts";

type AccountMethods = Pick<
  Store,
  | "findAccount"
  | "findAccountByUsername"
  | "listAccounts"
  | "hasAdministrator"
  | "createAccount"
  | "setPassword"
  | "disableAccount"
  | "enableAccount"
>;

export function accountMethods({ read, write }: Engine): AccountMethods {
  return {
    findAccount: (subject) => read(({ accounts }) => accounts.find(subject)),

    findAccountByUsername: (username) => read(({ accounts }) => accounts.findByUsername(username)),

    listAccounts: () => read(({ accounts }) => accounts.list()),

    hasAdministrator: () => read(({ accounts }) => accounts.hasAdministrator()),

    createAccount: (account) => write(({ accounts }) => accounts.insert(account)),

    setPassword: (subject, passwordHash) =>
      write(({ accounts, sessions }) => {
        if (!accounts.setPassword(subject, passwordHash)) return false;
        sessions.removeBySubject(subject);
        return true;
      }),

    disableAccount: (subject, now) =>
      write(({ accounts, sessions, grants }) => {
        if (!accounts.setDisabled(subject, now)) return false;
        sessions.removeBySubject(subject);
        // With every grant revoked, nobody who reads a token need look at the account.
        grants.revokeBySubject(subject, "person_disabled", now);
        return true;
      }),

    enableAccount: (subject) => write(({ accounts }) => accounts.setDisabled(subject, null)),
  };
}
