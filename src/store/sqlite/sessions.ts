/** The store's methods for sessions and the link that creates the first administrator. */
import type { Store } from "../contract.ts";
import type { Engine } from "./engine.ts";

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

export function sessionMethods({ read, write }: Engine): SessionMethods {
  return {
    createSession: (session, replaces, verifiedHash) =>
      write(({ accounts, sessions }) => {
        if (!accounts.isEnabledWithPassword(session.subject, verifiedHash)) return false;
        if (replaces !== null) sessions.remove(replaces);
        sessions.insert(session);
        return true;
      }),

    findSession: (id, now, idleSince) =>
      read(({ accounts, sessions }) => {
        const session = sessions.findAlive(id, now, idleSince);
        if (session === null) return null;
        const account = accounts.find(session.subject);
        return account === null || account.disabledAt !== null ? null : { session, account };
      }),

    touchSession: (id, now) =>
      write(({ sessions }) => {
        sessions.touch(id, now);
      }),

    endSession: (id) =>
      write(({ sessions }) => {
        sessions.remove(id);
      }, "urgent"),

    createSetupLink: (link) =>
      write(({ accounts, setupLinks }) => {
        setupLinks.removeAll();
        if (accounts.hasAdministrator()) return false;
        setupLinks.insert(link);
        return true;
      }),

    // Whatever lets somebody administer the server removes the links (accounts.ts), so none need ask for that.
    findSetupLink: (id, now) => read(({ setupLinks }) => setupLinks.findAlive(id, now)),

    redeemSetupLink: (id, account, now) =>
      write(({ accounts, setupLinks }) => {
        if (setupLinks.findAlive(id, now) === null) return "spent";
        if (!accounts.insert(account)) return "username_taken";
        setupLinks.removeAll();
        return "created";
      }),
  };
}
