/**
 * Who manages the server. Each operation of this folder takes an authority and checks it, so that the management API and the console
 * cannot forget to.
 */
import { OAuthError } from "../../protocol/errors.ts";
import type { SubjectId } from "../../protocol/identifiers.ts";
import type { LiveAccessToken } from "../../rules/access-token.ts";
import { actOfClient, actOfPerson, type Origin } from "../../rules/events.ts";
import {
  type Authority,
  authorityOf,
  isAllowed,
  type Permission,
  permissionForClient,
  permissionToChange,
} from "../../rules/role.ts";
import type { Store } from "../../store/contract.ts";
import { clients } from "../../store/tables/clients.ts";
import { type AccountRecord, accounts, groupMembers } from "../../store/tables/people.ts";
import { findClient } from "../clients.ts";
import type { Context } from "../context.ts";
import type { DecideContext, Guard } from "../decide.ts";
import { groupsManagedBy } from "../groups.ts";
import { findAccount } from "../people.ts";
import type { SignedIn } from "../sessions.ts";

/** What operations on people, groups and clients need: the parts of the server that a command has too. */
export type ManagingContext = Pick<
  Context,
  "store" | "events" | "clock" | "random" | "configuration" | "catalogue"
>;

interface Reading {
  readonly store: Store;
}

/** What a person may do who is signed in. */
export const authorityOfPerson = async (
  context: Reading,
  origin: Origin,
  { account, session: { authenticatedAt } }: SignedIn,
): Promise<Authority> =>
  authorityOf(
    actOfPerson(origin, account.subject),
    { account, manages: await groupsManagedBy(context, account.subject), authenticatedAt },
    null,
  );

/** What a token of this server allows: a client's own, or one of a person, with the present roles of that person. */
export async function authorityOfToken(
  context: Reading,
  origin: Origin,
  { grant, clientId, scope }: Pick<LiveAccessToken, "grant" | "clientId" | "scope">,
): Promise<Authority> {
  if (grant === null) return authorityOf(actOfClient(origin, clientId), null, scope);
  const act = actOfPerson(origin, grant.subject, clientId);
  const account = await findAccount(context, grant.subject);
  if (account === null) return authorityOf(act, null, []);
  const manages = await groupsManagedBy(context, grant.subject as SubjectId);
  return authorityOf(act, { account, manages, authenticatedAt: grant.authenticatedAt }, scope);
}

/** The scope that gives a permission, for the words of a refusal. */
const SCOPE_FOR: Readonly<Record<Permission, string>> = {
  "people.read": "tessera.read or tessera.people",
  "people.write": "tessera.people",
  "clients.read": "tessera.read or tessera.clients",
  "clients.write": "tessera.clients",
  "server.read": "tessera.read",
  "server.write": "tessera.admin",
};

/** Throws `management_not_allowed` (403). */
export function requirePermission(authority: Authority, permission: Permission): void {
  if (!isAllowed(authority, permission)) throw notAllowed(permission);
}

/** The refusal of an act that needs this permission. */
export const notAllowed = (permission: Permission): OAuthError =>
  new OAuthError("management_not_allowed", {
    description: `This needs the scope ${SCOPE_FOR[permission]}, and the role for it.`,
  });

/** Throws `management_not_allowed` unless the condition holds, which a group manager may fulfil too. */
export function requireThat(isMet: boolean, permission: Permission): void {
  if (!isMet) throw notAllowed(permission);
}

/** The rows that an act is about, on which its permission depends too. */
interface About {
  /** The identifier of a person: an act on one with a role needs `server.write`. */
  readonly person?: string | undefined;
  readonly client?: string | undefined;
  /** The groups that an actor without `people.write` must manage. `any`: one of all. */
  readonly groups?: readonly string[] | "any";
}

/**
 * The context of one act. Each attempt looks again at the rows that give the permission, and its commit is stale if they have changed
 * since: the role of the actor, the groups that the actor manages, the role of the person and the scope of the client that the act is
 * about. `may`: the permission beside those that the rows need, or a check that throws.
 */
export const acting = <Of extends DecideContext>(
  context: Of,
  authority: Authority,
  may: Permission | ((present: Authority) => void),
  about: About = {},
): Of => ({
  ...context,
  async guard() {
    const guards: Guard[] = [];
    const present = await renewed(context, authority, guards);
    if (typeof may === "string") requirePermission(present, may);
    else may(present);
    guards.push(...groupGuards(present, about.groups ?? []));
    if (about.person !== undefined) {
      const account = await findAccount(context, about.person);
      if (account !== null) {
        if (permissionToChange(account) === "server.write") requirePermission(present, "server.write");
        guards.push(roleGuard(account));
      }
    }
    if (about.client !== undefined) {
      const client = await findClient(context, about.client);
      if (client !== null) {
        requirePermission(present, permissionForClient(client.scope));
        const { clientId, number, revision } = client;
        guards.push({ table: clients, key: { clientId }, was: { number, revision } });
      }
    }
    return guards;
  },
});

/** What the actor may do now, with the guard of it. */
async function renewed(context: Reading, authority: Authority, guards: Guard[]): Promise<Authority> {
  const { kind, id } = authority.act.actor;
  if (kind !== "person" || id === null) return authority;
  const account = await findAccount(context, id);
  if (account !== null) {
    const { disabledAt, roleGivenAt } = account;
    guards.push(roleGuard(account, { disabledAt, roleGivenAt }));
  }
  return authority.renewed(account, account === null ? [] : await groupsManagedBy(context, account.subject));
}

/** That the actor still manages the groups, if it is this that lets them act. */
function groupGuards(present: Authority, groups: NonNullable<About["groups"]>): Guard[] {
  const { manages, act } = present;
  if (isAllowed(present, "people.write")) return [];
  const needed = groups === "any" ? manages.slice(0, 1) : manages.filter((name) => groups.includes(name));
  return needed.map((groupName) => ({
    table: groupMembers,
    key: { groupName, subject: act.actor.id },
    was: { manages: true },
  }));
}

const roleGuard = (
  { subject, administrator, auditor }: AccountRecord,
  more: Partial<AccountRecord> = {},
): Guard => ({ table: accounts, key: { subject }, was: { administrator, auditor, ...more } });

/** The object that a request names. Throws `object_unknown` (404). */
export function known<Found>(found: Found | null | undefined): Found {
  if (found === null || found === undefined) throw new OAuthError("object_unknown");
  return found;
}

/** Throws `revision_stale` (412) if the object is not as it was when the caller read it. `expected`: undefined if any will do. */
export function requireRevision(
  { revision }: { readonly revision: number },
  expected: number | undefined,
): void {
  if (expected !== undefined && revision !== expected) throw new OAuthError("revision_stale");
}
