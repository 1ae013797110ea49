/** Groups and their members, in the management API. */
import * as v from "valibot";
import {
  addGroup,
  addMember,
  changeManager,
  describeKnownGroup,
  listGroupMembers,
  listKnownGroups,
  type Member,
  removeKnownGroup,
  removeMember,
  showGroup,
} from "../operations/management/groups.ts";
import type { GroupRecord } from "../store/tables/people.ts";
import { describeGroup, describeMember } from "./describe.ts";
import { listAnswer, listOf, PAGE_MEMBERS } from "./list.ts";
import { type ApiRoute, apiRoute } from "./route.ts";
import { groupSchema, memberSchema } from "./schemas.ts";

const TAG = "groups";

const nameOf = ({ parameters }: { readonly parameters: Readonly<Record<string, string>> }): string =>
  parameters.group ?? "";
const subjectOf = ({ parameters }: { readonly parameters: Readonly<Record<string, string>> }): string =>
  parameters.subject ?? "";

const manager = (method: "PUT" | "DELETE", summary: string): ApiRoute =>
  apiRoute({
    method,
    path: "/groups/:group/managers/:subject",
    tag: TAG,
    summary,
    permission: "people.write",
    handle: async (call) => {
      await changeManager(call.context, call.authority, nameOf(call), subjectOf(call), method === "PUT");
      return {};
    },
  });

export const groupRoutes: readonly ApiRoute[] = [
  apiRoute({
    method: "GET",
    path: "/groups",
    tag: TAG,
    summary: "List groups, by name; a group manager gets their own",
    permission: "people.read",
    query: PAGE_MEMBERS,
    answer: listOf(groupSchema),
    handle: ({ context, authority, query }) =>
      listAnswer<GroupRecord>({
        keys: context.keys,
        path: "/groups",
        query,
        placeOf: ({ name }) => ({ name }),
        rows: (page) => listKnownGroups(context, authority, page),
        describe: describeGroup,
      }),
  }),
  apiRoute({
    method: "POST",
    path: "/groups",
    tag: TAG,
    summary: "Add a group",
    permission: "people.write",
    body: v.strictObject({
      name: v.pipe(v.string(), v.description("Without spaces, because applications compare it.")),
      description: v.optional(v.nullable(v.string()), null),
    }),
    answer: groupSchema,
    made: true,
    handle: async ({ context, authority, body }) => {
      const group = await addGroup(context, authority, body.name, body.description);
      return { body: describeGroup(group), status: 201 };
    },
  }),
  apiRoute({
    method: "GET",
    path: "/groups/:group",
    tag: TAG,
    summary: "Show a group",
    permission: "people.read",
    answer: groupSchema,
    handle: async (call) => ({
      body: describeGroup(await showGroup(call.context, call.authority, nameOf(call))),
    }),
  }),
  apiRoute({
    method: "PATCH",
    path: "/groups/:group",
    tag: TAG,
    summary: "Change what is said about a group",
    permission: "people.write",
    body: v.strictObject({ description: v.nullable(v.string()) }),
    answer: groupSchema,
    handle: async (call) => ({
      body: describeGroup(
        await describeKnownGroup(call.context, call.authority, nameOf(call), call.body.description),
      ),
    }),
  }),
  apiRoute({
    method: "DELETE",
    path: "/groups/:group",
    tag: TAG,
    summary: "Remove a group, and take its people out of it",
    permission: "people.write",
    handle: async (call) => {
      await removeKnownGroup(call.context, call.authority, nameOf(call));
      return {};
    },
  }),
  apiRoute({
    method: "GET",
    path: "/groups/:group/members",
    tag: TAG,
    summary: "List the people in a group; also for those who manage it",
    permission: "people.read",
    query: PAGE_MEMBERS,
    answer: listOf(memberSchema),
    handle: (call) =>
      listAnswer<Member>({
        keys: call.context.keys,
        path: `/groups/${nameOf(call)}/members`,
        query: call.query,
        placeOf: ({ row: { groupName, subject } }) => ({ groupName, subject }),
        // The row alone says where the page begins.
        rows: ({ limit, after }) =>
          listGroupMembers(call.context, call.authority, nameOf(call), {
            limit,
            after: after && ({ row: after } as unknown as Member),
          }),
        describe: describeMember,
      }),
  }),
  apiRoute({
    method: "POST",
    path: "/groups/:group/members",
    tag: TAG,
    summary: "Put a person into a group; also for those who manage it",
    permission: "people.write",
    body: v.strictObject({
      person: v.pipe(v.string(), v.description("The subject, or the whole user name or e-mail address.")),
    }),
    answer: memberSchema,
    handle: async (call) => ({
      body: describeMember(await addMember(call.context, call.authority, nameOf(call), call.body.person)),
    }),
  }),
  apiRoute({
    method: "DELETE",
    path: "/groups/:group/members/:subject",
    tag: TAG,
    summary: "Take a person out of a group; also for those who manage it",
    permission: "people.write",
    handle: async (call) => {
      await removeMember(call.context, call.authority, nameOf(call), subjectOf(call));
      return {};
    },
  }),
  manager("PUT", "Let a member manage the group"),
  manager("DELETE", "Let a member no longer manage the group"),
];
