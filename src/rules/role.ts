/**
 * Who may manage this server, and what of it: people by their roles, programs by the scopes of their tokens. A token of a person
 * allows what both allow.
 */
import type { EpochSeconds } from "../platform/clock.ts";
import type { ManagementScope } from "../protocol/management-scopes.ts";
import type { AccountRecord } from "../store/tables/people.ts";
import type { Act } from "./events.ts";

/**
 * `people`: accounts, groups, invitations, sessions and what people gave to applications. `clients`: clients, their secrets and their
 * tokens. `server`: everything else, and everything that would give a person more than they have: roles, and clients that manage this server.
 */
export const PERMISSIONS = [
  "people.read",
  "people.write",
  "clients.read",
  "clients.write",
  "server.read",
  "server.write",
] as const;
export type Permission = (typeof PERMISSIONS)[number];

const READING = ["people.read", "clients.read", "server.read"] as const;

const BY_SCOPE: Readonly<Record<ManagementScope, readonly Permission[]>> = {
  "tessera.read": READING,
  "tessera.people": ["people.read", "people.write"],
  "tessera.clients": ["clients.read", "clients.write"],
  "tessera.admin": PERMISSIONS,
};

/** A group manager has no permission of these: they may say who is in their groups, and invite people into them. */
export const ROLES = ["administrator", "auditor"] as const;
export type Role = (typeof ROLES)[number];

const BY_ROLE: Readonly<Record<Role, readonly Permission[]>> = {
  administrator: PERMISSIONS,
  auditor: READING,
};

export type RoleFacts = Pick<AccountRecord, Role>;

export const rolesOf = (account: RoleFacts): Role[] => ROLES.filter((role) => account[role]);

/** Whether a change of this account could give someone a role. */
export const holdsRole = (account: RoleFacts): boolean => rolesOf(account).length > 0;

/** What the actor of an act may do. Only `authorityOf` and `authorityOfOperator` make one. */
export interface Authority {
  readonly act: Act;
  readonly permissions: ReadonlySet<Permission>;
  /** The groups whose members the actor may see and choose, beside the permissions. */
  readonly manages: readonly string[];
  /** The same for the person as they are now: null for one who is gone. Of a program or the operator it is this one. */
  readonly renewed: (account: ManagingPerson["account"] | null, manages: readonly string[]) => Authority;
}

const permissionsOf = (scopes: readonly string[]): Permission[] =>
  scopes.flatMap((scope) => (Object.hasOwn(BY_SCOPE, scope) ? BY_SCOPE[scope as ManagementScope] : []));

/** Whether a program with these scopes has the permission. */
export const allowsByScope = (scopes: readonly string[], permission: Permission): boolean =>
  permissionsOf(scopes).includes(permission);

/** The person behind an act, with the groups that they manage. */
export interface ManagingPerson {
  readonly account: RoleFacts & Pick<AccountRecord, "disabledAt" | "roleGivenAt">;
  readonly manages: readonly string[];
  /** When the person signed in for the session or the token that they use. */
  readonly authenticatedAt: EpochSeconds;
}

/**
 * Whether the sign-in is newer than the role. Who had a session or a token of the person before does not get the role with it: it may
 * be another person, who helped with the sign-in.
 */
export const isSignInOfRole = (
  { roleGivenAt }: Pick<AccountRecord, "roleGivenAt">,
  authenticatedAt: EpochSeconds,
): boolean => roleGivenAt === null || authenticatedAt >= roleGivenAt;

/**
 * `person`: null for a client that acts for itself. `scopes`: those of the token; null for a person in a browser. Without a token and
 * without a person there is no authority.
 */
export function authorityOf(
  act: Act,
  person: ManagingPerson | null,
  scopes: readonly string[] | null,
): Authority {
  const byScope = scopes === null ? null : new Set(permissionsOf(scopes));
  if (person === null) return fixed(act, byScope ?? new Set());
  const { account, manages, authenticatedAt } = person;
  const hasRoles = account.disabledAt === null && isSignInOfRole(account, authenticatedAt);
  const byRole = hasRoles ? rolesOf(account).flatMap((role) => BY_ROLE[role]) : [];
  const mayManage = account.disabledAt === null && (byScope === null || byScope.has("people.write"));
  return {
    act,
    permissions: new Set(byRole.filter((permission) => byScope?.has(permission) ?? true)),
    manages: mayManage ? manages : [],
    renewed: (present, managesNow) =>
      present === null
        ? fixed(act, new Set())
        : authorityOf(act, { ...person, account: present, manages: managesNow }, scopes),
  };
}

/** An authority that no row of a person gives. */
const fixed = (act: Act, permissions: ReadonlySet<Permission>): Authority => {
  const authority: Authority = { act, permissions, manages: [], renewed: () => authority };
  return authority;
};

/** The operator at the command line has the database itself, and so every permission. */
export const authorityOfOperator = (act: Act): Authority => fixed(act, new Set(PERMISSIONS));

export const isAllowed = ({ permissions }: Authority, permission: Permission): boolean =>
  permissions.has(permission);

/** Whether the actor may see who is in the group. */
export const seesGroup = (authority: Authority, group: string): boolean =>
  isAllowed(authority, "people.read") || authority.manages.includes(group);

/** Whether the actor may say who is in the group, and invite people into it. */
export const managesGroup = (authority: Authority, group: string): boolean =>
  isAllowed(authority, "people.write") || authority.manages.includes(group);

/** Whether the actor may invite people: into every group, or into the groups that they manage. */
export const mayInvite = (authority: Authority): boolean =>
  isAllowed(authority, "people.write") || authority.manages.length > 0;

/** Whether the actor may see anything of this server's management. */
export const managesAnything = ({ permissions, manages }: Authority): boolean =>
  permissions.size > 0 || manages.length > 0;

/**
 * The permission that a change of this account needs. Who could set the password or the address of an administrator would be one, so
 * a change of people with roles needs as much as giving the role.
 */
export const permissionToChange = (account: RoleFacts): Permission =>
  holdsRole(account) ? "server.write" : "people.write";

/** The permission that a client with these scopes needs: one that manages this server could give itself every role. */
export const permissionForClient = (...scopes: readonly (readonly string[])[]): Permission =>
  scopes.some((scope) => permissionsOf(scope).length > 0) ? "server.write" : "clients.write";
