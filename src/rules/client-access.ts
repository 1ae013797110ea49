/** Which people may use a client: the members of groups that the operator names, or all but those. */
import type { AccountRecord, ClientRecord } from "../store/tables.ts";

export type Restriction = Pick<ClientRecord, "allowedGroups" | "deniedGroups">;

/** Whether some people may not use the client, so that the person must be known. */
export const isRestricted = ({ allowedGroups, deniedGroups }: Restriction): boolean =>
  allowedGroups.length > 0 || deniedGroups.length > 0;

/**
 * Whether the person may use the client now. To be in a denied group outweighs everything. With allowed groups the person
 * must be in one of them.
 */
export const mayUse = (
  { allowedGroups, deniedGroups }: Restriction,
  { groups }: Pick<AccountRecord, "groups">,
): boolean =>
  !deniedGroups.some((group) => groups.includes(group)) &&
  (allowedGroups.length === 0 || allowedGroups.some((group) => groups.includes(group)));
