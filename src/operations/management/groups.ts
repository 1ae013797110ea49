/** Managing groups: who is in them, and who may say so. */
import { groupNameFault } from "../../accounts/profile.ts";
import { OAuthError } from "../../protocol/errors.ts";
import type { SubjectId } from "../../protocol/identifiers.ts";
import { isBlank } from "../../protocol/names.ts";
import { type Authority, isAllowed, managesGroup, permissionToChange, seesGroup } from "../../rules/role.ts";
import type { AccountRecord, GroupMemberRecord, GroupRecord } from "../../store/tables/people.ts";
import {
  clientsNaming,
  createGroup,
  describeGroup,
  everyMember,
  findGroup,
  findMember,
  listGroups,
  listMemberRows,
  removeGroup,
  setManager,
} from "../groups.ts";
import type { Page } from "../paging.ts";
import { changeAccountIf, findAccount, findAccountBySignInName } from "../people.ts";
import {
  acting,
  known,
  type ManagingContext,
  notAllowed,
  requirePermission,
  requireThat,
} from "./authority.ts";

/** A page of the groups, by name; for a group manager those that they manage. */
export async function listKnownGroups(
  context: ManagingContext,
  authority: Authority,
  page: Page<GroupRecord>,
): Promise<GroupRecord[]> {
  if (isAllowed(authority, "people.read")) return listGroups(context, page);
  const { manages } = authority;
  requireThat(manages.length > 0, "people.read");
  const { limit, after = null } = page;
  const names = [...manages].sort().filter((name) => after === null || name > after.name);
  const found = await Promise.all(names.slice(0, limit).map((name) => findGroup(context, name)));
  return found.filter((group) => group !== null);
}

/** Throws as if there were no such group for an actor who may not see it. */
async function requireGroup(
  context: ManagingContext,
  authority: Authority,
  name: string,
  may: (authority: Authority, group: string) => boolean,
): Promise<GroupRecord> {
  if (!may(authority, name)) {
    throw authority.manages.length > 0 ? new OAuthError("object_unknown") : notAllowed("people.read");
  }
  return known(await findGroup(context, name));
}

export const showGroup = (
  context: ManagingContext,
  authority: Authority,
  name: string,
): Promise<GroupRecord> => requireGroup(context, authority, name, seesGroup);

/** Null for none. Throws `member_refused`. */
function checkedDescription(text: string | null): string | null {
  if (text === null || isBlank(text)) return null;
  if ([...text].length <= 300) return text;
  throw new OAuthError("member_refused", { description: "description is longer than 300 characters." });
}

/** Throws `member_refused`, or `object_exists` for a name that looks like that of another group. */
export async function addGroup(
  context: ManagingContext,
  authority: Authority,
  name: string,
  description: string | null,
): Promise<GroupRecord> {
  requirePermission(authority, "people.write");
  const fault = groupNameFault(name);
  if (fault !== null) throw new OAuthError("member_refused", { description: `name ${fault}.` });
  const words = checkedDescription(description);
  const own = acting(context, authority, "people.write");
  const outcome = await createGroup(own, authority.act, name, words, context.clock.seconds());
  switch (outcome) {
    case "created":
      return known(await findGroup(context, name));
    case "taken":
      throw new OAuthError("object_exists", { description: "There is a group of that name." });
    case "similar":
      throw new OAuthError("object_exists", {
        description: "There is a group whose name looks the same, and people would take one for the other.",
      });
    case "being_removed":
      throw new OAuthError("change_refused", {
        description: "An earlier group of that name was not removed wholly. Remove it again first.",
      });
  }
}

export async function describeKnownGroup(
  context: ManagingContext,
  authority: Authority,
  name: string,
  description: string | null,
): Promise<GroupRecord> {
  requirePermission(authority, "people.write");
  const own = acting(context, authority, "people.write");
  if (!(await describeGroup(own, authority.act, name, checkedDescription(description))))
    throw new OAuthError("object_unknown");
  return known(await findGroup(context, name));
}

/**
 * The people stay. A group with people of a role in it needs as much as taking each of them out of it. Throws `change_refused` for a group that a client goes by: without it, the client would let in whom it refuses.
 */
export async function removeKnownGroup(
  context: ManagingContext,
  authority: Authority,
  name: string,
): Promise<void> {
  requirePermission(authority, "people.write");
  const [client] = await clientsNaming(context, name);
  if (client !== undefined)
    throw new OAuthError("change_refused", {
      description: `The client '${client}' goes by this group (allowed_groups or denied_groups). Change that first.`,
    });
  if (!isAllowed(authority, "server.write"))
    for await (const member of everyMember(context, name))
      requirePermission(authority, permissionToChange(member));
  const actingOn = (person?: SubjectId) => acting(context, authority, "people.write", { person });
  if ((await removeGroup(actingOn(), authority.act, name, context.clock.seconds(), actingOn)) === null)
    throw new OAuthError("object_unknown");
}

export interface Member {
  readonly row: GroupMemberRecord;
  readonly account: AccountRecord;
}

/** A page of the members, by their identifiers. */
export async function listGroupMembers(
  context: ManagingContext,
  authority: Authority,
  name: string,
  { limit, after = null }: Page<Member>,
): Promise<Member[]> {
  await requireGroup(context, authority, name, seesGroup);
  const rows = await listMemberRows(context, name, { limit, after: after?.row ?? null });
  const found = await Promise.all(
    rows.map(async (row) => ({ row, account: await findAccount(context, row.subject) })),
  );
  return found.filter((member): member is Member => member.account !== null);
}

/**
 * Puts a person into the group. `person`: the identifier of the account; for a group manager, who does not see all people, also the whole
 * user name or e-mail address. To be in a group can give a person with a role no more than they have.
 */
export async function addMember(
  context: ManagingContext,
  authority: Authority,
  name: string,
  person: string,
): Promise<Member> {
  await requireGroup(context, authority, name, managesGroup);
  const found = (await findAccount(context, person)) ?? (await findAccountBySignInName(context, person));
  const account = await changeMembership(context, authority, known(found).subject, { joins: [name] });
  return { account, row: known(await findMember(context, name, account.subject)) };
}

/** Takes a person out of the group. */
export async function removeMember(
  context: ManagingContext,
  authority: Authority,
  name: string,
  subject: string,
): Promise<void> {
  await requireGroup(context, authority, name, managesGroup);
  known(await findMember(context, name, subject as SubjectId));
  await changeMembership(context, authority, subject as SubjectId, { leaves: [name] });
}

async function changeMembership(
  context: ManagingContext,
  authority: Authority,
  subject: SubjectId,
  change: { readonly joins?: readonly string[]; readonly leaves?: readonly string[] },
): Promise<AccountRecord> {
  const now = context.clock.seconds();
  const { joins = [], leaves = [] } = change;
  const groups = [...joins, ...leaves];
  const own = acting(
    context,
    authority,
    (present) =>
      requireThat(
        groups.every((group) => managesGroup(present, group)),
        "people.write",
      ),
    // A group may demand a second factor of its members, so a manager does not take people with a role out of it.
    { person: leaves.length > 0 ? subject : undefined, groups },
  );
  const outcome = await changeAccountIf(own, authority.act, subject, change, now);
  if (outcome === "changed") return known(await findAccount(context, subject));
  throw outcome === "too_long"
    ? new OAuthError("change_refused", {
        description: "The person is in as many groups as tokens can carry.",
      })
    : new OAuthError("object_unknown");
}

/** Lets a member manage the group, or no longer. */
export async function changeManager(
  context: ManagingContext,
  authority: Authority,
  name: string,
  subject: string,
  manages: boolean,
): Promise<void> {
  requirePermission(authority, "people.write");
  const own = acting(context, authority, "people.write");
  if (!(await setManager(own, authority.act, name, subject as SubjectId, manages)))
    throw new OAuthError("object_unknown", { description: "The person is not in the group." });
}
