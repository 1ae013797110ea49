/** Groups of people, and who is in them. */
import type { EpochSeconds } from "../platform/clock.ts";
import { foldName } from "../protocol/names.ts";
import { type Change, hold, insert, remove, update } from "../store/contract.ts";
import {
  type AccountRecord,
  type GroupMemberRecord,
  type GroupRecord,
  groupMembers,
  groups,
} from "../store/tables/people.ts";
import { concluded, type Decision } from "./decision.ts";
import type { Event } from "./events.ts";

/** In alphabetical order, each once. */
export const sortedGroups = (names: readonly string[]): string[] => [...new Set(names)].sort();

interface Membership {
  readonly joined: readonly string[];
  readonly left: readonly string[];
}

/** The groups that `next` has and `before` has not, and the other way round. */
export const membershipChange = (before: readonly string[], next: readonly string[]): Membership => ({
  joined: next.filter((name) => !before.includes(name)),
  left: before.filter((name) => !next.includes(name)),
});

/**
 * The rows that mirror a person's list of groups. Each group that the person joins is held, so that it cannot be removed
 * meanwhile. Null if such a group does not exist. `known`: the groups that exist, of those that the person joins.
 */
export function mirrorGroups(
  { subject }: Pick<AccountRecord, "subject">,
  { joined, left }: Membership,
  known: readonly GroupRecord[],
  now: EpochSeconds,
): Change[] | null {
  const found = joined.map((name) => known.find((group) => group.name === name));
  if (found.includes(undefined)) return null;
  return [
    ...found.flatMap((group) =>
      group === undefined ? [] : [hold(groups, { name: group.name }, { createdAt: group.createdAt })],
    ),
    ...joined.map((groupName) => insert(groupMembers, { groupName, subject, joinedAt: now, manages: false })),
    ...left.map((groupName) => remove(groupMembers, { groupName, subject })),
  ];
}

export const membershipEvents = (subject: string, { joined, left }: Membership): Event[] => [
  ...joined.map((group): Event => ({ event: "group.joined", subject, group })),
  ...left.map((group): Event => ({ event: "group.left", subject, group })),
];

export interface NewGroupFacts {
  /** The group of this name, or of one that looks the same. */
  readonly group: GroupRecord | null;
  /** Whether people are still in a group of this name, which is being removed. */
  readonly hasMembers: boolean;
}

/**
 * `taken`: there is such a group. `similar`: there is one whose name looks the same, or differs in case only, so that people would take
 * one for the other. `being_removed`: an earlier group of the name still has members.
 */
export type GroupCreation = "created" | "taken" | "similar" | "being_removed";

export function createGroup(
  { group, hasMembers }: NewGroupFacts,
  name: string,
  description: string | null,
  now: EpochSeconds,
): Decision<GroupCreation> {
  if (group !== null) return concluded(group.name === name ? "taken" : "similar");
  if (hasMembers) return concluded("being_removed");
  return {
    outcome: "created",
    changes: [insert(groups, { name, folded: foldName(name), description, createdAt: now })],
    events: [{ event: "group.created", group: name }],
  };
}

/** False if there is no such group. */
export const describeGroup = (group: GroupRecord | null, description: string | null): Decision<boolean> =>
  group === null
    ? concluded(false)
    : {
        outcome: true,
        changes: [update(groups, { name: group.name }, { createdAt: group.createdAt }, { description })],
        events: [{ event: "group.changed", group: group.name }],
      };

/** No person can join the group any more. The operation takes its members out after that. False if there is no such group. */
export const removeGroup = (group: GroupRecord | null): Decision<boolean> =>
  group === null
    ? concluded(false)
    : {
        outcome: true,
        changes: [remove(groups, { name: group.name })],
        urgent: true,
        events: [{ event: "group.removed", group: group.name }],
      };

/** A member manages the group from now on, or no longer does. False if the person is not in it. */
export function setManager(member: GroupMemberRecord | null, manages: boolean): Decision<boolean> {
  if (member === null) return concluded(false);
  if (member.manages === manages) return concluded(true);
  const { groupName, subject, joinedAt } = member;
  return {
    outcome: true,
    changes: [
      update(groupMembers, { groupName, subject }, { joinedAt, manages: member.manages }, { manages }),
    ],
    ...(!manages && { urgent: true }),
    events: [{ event: manages ? "group.manager_added" : "group.manager_removed", group: groupName, subject }],
  };
}
