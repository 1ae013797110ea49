/** Invitations, in the management API. */
import * as v from "valibot";
import { listInvitations, makeInvitation, withdrawInvitation } from "../operations/management/invitations.ts";
import { describeInvitation } from "./describe.ts";
import { type ApiRoute, apiRoute } from "./route.ts";
import { invitationSchema } from "./schemas.ts";

const TAG = "invitations";

const text = v.optional(v.nullable(v.string()));

export const invitationRoutes: readonly ApiRoute[] = [
  apiRoute({
    method: "GET",
    path: "/invitations",
    tag: TAG,
    summary: "List invitations, oldest first; a group manager gets their own",
    permission: "people.read",
    answer: v.strictObject({ items: v.array(invitationSchema) }),
    handle: async ({ context, authority }) => ({
      body: { items: (await listInvitations(context, authority)).map(describeInvitation) },
    }),
  }),
  apiRoute({
    method: "POST",
    path: "/invitations",
    tag: TAG,
    summary: "Invite people; also for group managers, into their own groups",
    permission: "people.write",
    body: v.strictObject({
      username: text,
      name: text,
      email: text,
      groups: v.optional(v.array(v.string()), []),
      administrator: v.optional(v.boolean(), false),
      uses: v.pipe(
        v.optional(v.pipe(v.number(), v.safeInteger()), 1),
        v.description("How many people may use it."),
      ),
      expires_in: v.optional(v.pipe(v.number(), v.safeInteger(), v.description("In seconds."))),
      mail: v.pipe(
        v.optional(v.boolean(), false),
        v.description("Whether the link goes to the address by mail, and to no one else."),
      ),
    }),
    answer: invitationSchema,
    made: true,
    handle: async ({ context, authority, body }) => {
      const { expires_in, mail, username, name, email, ...wish } = body;
      const { link, address } = await makeInvitation(context, authority, {
        ...wish,
        username: username ?? null,
        name: name ?? null,
        email: email ?? null,
        ...(expires_in !== undefined && { seconds: expires_in }),
        isMailed: mail,
      });
      return { body: { ...describeInvitation(link), link: address }, status: 201 };
    },
  }),
  apiRoute({
    method: "DELETE",
    path: "/invitations/:invitation",
    tag: TAG,
    summary: "Take an invitation back",
    permission: "people.write",
    handle: async ({ context, authority, parameters }) => {
      await withdrawInvitation(context, authority, parameters.invitation ?? "");
      return {};
    },
  }),
];
