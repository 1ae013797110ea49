/** The store's methods for grants. */
import type { Store } from "../contract.ts";
import type { Engine } from "./engine.ts";

type GrantMethods = Pick<Store, "listGrants" | "findGrant" | "revokeGrant" | "revokeClientAccess">;

export function grantMethods({ read, write }: Engine): GrantMethods {
  return {
    listGrants: ({ subject, clientId }, now) =>
      read(({ grants }) => grants.listActive(subject, clientId, now)),

    findGrant: (id) => read(({ grants }) => grants.find(id)),

    revokeGrant: (id, reason, now) => write(({ grants }) => grants.revoke(id, reason, now)),

    revokeClientAccess: (subject, clientId, reason, now) =>
      write(({ consents, grants }) => {
        consents.removeByBoth(subject, clientId);
        return grants.revokeByBoth(subject, clientId, reason, now);
      }),
  };
}
