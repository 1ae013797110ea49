/** The store's methods for grants. */
import type { Store } from "../contract.ts";
import { isTakenBack } from "../rules.ts";
import type { Engine } from "./engine.ts";
import { revokeAccess } from "./revoking.ts";

type GrantMethods = Pick<Store, "listGrants" | "findGrant" | "revokeGrant" | "revokeAccess">;

export function grantMethods({ read, write }: Engine): GrantMethods {
  return {
    listGrants: ({ subject, clientId }, now) =>
      read(({ grants }) => grants.listAlive(subject, clientId, now)),

    findGrant: (id) => read(({ grants }) => grants.find(id)),

    revokeGrant: (id, reason, now) =>
      write(({ consents, grants }) => {
        const grant = isTakenBack(reason) ? grants.find(id) : null;
        if (grant !== null) consents.removeAll(grant);
        return grants.revoke(id, reason, now);
      }, "urgent"),

    revokeAccess: (filter, reason, now) =>
      write((tables) => revokeAccess(tables, filter, reason, now), "urgent"),
  };
}
