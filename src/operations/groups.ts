/** Operations on groups of people. */
import type { EpochSeconds } from "../platform/clock.ts";
import type { SubjectId } from "../protocol/identifiers.ts";
import { foldName } from "../protocol/names.ts";
import type { Act } from "../rules/events.ts";
import * as rules from "../rules/group.ts";
import { row, type Store } from "../store/contract.ts";
import {
  type AccountRecord,
  type GroupMemberRecord,
  type GroupRecord,
  groupMembers,
  groups,
} from "../store/tables/people.ts";
import { everyClient } from "./clients.ts";
import { type DecideContext, outcomeOf } from "./decide.ts";
import { allPages, type Page } from "./paging.ts";
import { changeAccount, findAccount, GROUP } from "./people.ts";

interface Reading {
  readonly store: Store;
}

export const findGroup = async ({ store }: Reading, name: string): Promise<GroupRecord | null> =>
  (await store.look(GROUP, { name })).group;

const GROUP_LIKE = { group: row(groups, { folded: "$folded" }) };

/** The group of this name, or of one that looks the same or differs in case only. */
export const findGroupLike = async ({ store }: Reading, name: string): Promise<GroupRecord | null> =>
  (await store.look(GROUP_LIKE, { folded: foldName(name) })).group;

/** A page of all groups, by name. */
export const listGroups = (
  { store }: Reading,
  { limit, after = null }: Page<GroupRecord>,
): Promise<GroupRecord[]> => store.list(groups, { after, limit });

export const everyGroup = (context: Reading): AsyncGenerator<GroupRecord> =>
  allPages((page: Page<GroupRecord>) => listGroups(context, page));

/** A page of the members of a group. */
export const listMemberRows = (
  { store }: Reading,
  groupName: string,
  { limit, after = null }: Page<GroupMemberRecord>,
): Promise<GroupMemberRecord[]> => store.list(groupMembers, { where: { groupName }, after, limit });

const everyMemberRow = (context: Reading, groupName: string): AsyncGenerator<GroupMemberRecord> =>
  allPages((page: Page<GroupMemberRecord>) => listMemberRows(context, groupName, page));

const MEMBER = { member: row(groupMembers, { groupName: "$groupName", subject: "$subject" }) };

/** The membership of a person; null if they are not in the group. */
export const findMember = async (
  { store }: Reading,
  groupName: string,
  subject: SubjectId,
): Promise<GroupMemberRecord | null> => (await store.look(MEMBER, { groupName, subject })).member;

/** The groups that a person manages, by name. */
export async function groupsManagedBy({ store }: Reading, subject: SubjectId): Promise<string[]> {
  const memberships = allPages(({ limit, after = null }: Page<GroupMemberRecord>) =>
    store.list(groupMembers, { where: { subject }, after, limit }),
  );
  const names: string[] = [];
  for await (const { groupName, manages } of memberships) if (manages) names.push(groupName);
  return names;
}

/** Lets a member manage the group, or no longer. False if the person is not in it. */
export const setManager = (
  context: DecideContext,
  act: Act,
  groupName: string,
  subject: SubjectId,
  manages: boolean,
): Promise<boolean> =>
  outcomeOf(context, act, async () =>
    rules.setManager(await findMember(context, groupName, subject), manages),
  );

/** How many people are in the group. */
export async function countMembers(context: Reading, groupName: string): Promise<number> {
  let count = 0;
  for await (const _ of everyMemberRow(context, groupName)) count += 1;
  return count;
}

/** A page of the people in the group, by their identifiers. */
export async function listMembers(
  context: Reading,
  groupName: string,
  { limit, after = null }: Page<AccountRecord>,
): Promise<AccountRecord[]> {
  const { store } = context;
  const rows = await store.list(groupMembers, {
    where: { groupName },
    after: after && { groupName, subject: after.subject },
    limit,
  });
  const found = await Promise.all(rows.map(({ subject }) => findAccount(context, subject)));
  return found.filter((account) => account !== null);
}

/** The people in the group, read in pages. */
export async function* everyMember(context: Reading, groupName: string): AsyncGenerator<AccountRecord> {
  for await (const { subject } of everyMemberRow(context, groupName)) {
    const account = await findAccount(context, subject);
    if (account !== null) yield account;
  }
}

/** The people who manage the group. */
export async function listManagers(context: Reading, groupName: string): Promise<AccountRecord[]> {
  const found: AccountRecord[] = [];
  for await (const { subject, manages } of everyMemberRow(context, groupName)) {
    const account = manages ? await findAccount(context, subject) : null;
    if (account !== null) found.push(account);
  }
  return found;
}

/** The identifiers of the clients that are for the members of the group, or for all but them. */
export async function clientsNaming(context: Reading, group: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { clientId, allowedGroups, deniedGroups } of everyClient(context))
    if (allowedGroups.includes(group) || deniedGroups.includes(group)) found.push(clientId);
  return found;
}

export const createGroup = (
  context: DecideContext,
  act: Act,
  name: string,
  description: string | null,
  now: EpochSeconds,
): Promise<rules.GroupCreation> =>
  outcomeOf(context, act, async () => {
    const group = await findGroupLike(context, name);
    const hasMembers = (await listMemberRows(context, name, { limit: 1 })).length > 0;
    return rules.createGroup({ group, hasMembers }, name, description, now);
  });

/** False if there is no such group. */
export const describeGroup = (
  context: DecideContext,
  act: Act,
  name: string,
  description: string | null,
): Promise<boolean> =>
  outcomeOf(context, act, async () => rules.describeGroup(await findGroup(context, name), description));

/**
 * Removes the group, and then takes its members out of it, one commit for each. A removal that was interrupted goes on at the
 * next call. Null if there is no such group; else how many people were in it. `contextFor`: for the commit of a member.
 */
export async function removeGroup(
  context: DecideContext,
  act: Act,
  name: string,
  now: EpochSeconds,
  contextFor: (member: SubjectId) => DecideContext = () => context,
): Promise<number | null> {
  const removed = await outcomeOf(context, act, async () =>
    rules.removeGroup(await findGroup(context, name)),
  );
  let count = 0;
  for await (const { subject } of everyMemberRow(context, name)) {
    await changeAccount(contextFor(subject), act, subject, { leaves: [name] }, now);
    count += 1;
  }
  return removed || count > 0 ? count : null;
}
