/** People, in the management API. */
import * as v from "valibot";
import {
  changePerson,
  createPerson,
  disablePerson,
  enablePerson,
  endPersonSession,
  endPersonSessions,
  type GivenPassword,
  listPeople,
  listPersonSessions,
  makePersonLink,
  type PersonWish,
  removePerson,
  removePersonPasskeys,
  removePersonTotp,
  setPersonPassword,
  showPerson,
  unlockPerson,
} from "../operations/management/people.ts";
import { removePersonPicture, setPersonPicture } from "../operations/management/pictures.ts";
import {
  listPersonPasskeys,
  removePersonPasskey,
  showSecondFactor,
} from "../operations/management/ways-in.ts";
import { isoTime } from "../platform/clock.ts";
import { OAuthError } from "../protocol/errors.ts";
import type { AccountRecord } from "../store/tables/people.ts";
import { describePasskey, describePerson, describeSession } from "./describe.ts";
import { listAnswer, listOf, PAGE_MEMBERS } from "./list.ts";
import { type ApiAnswer, type ApiCall, type ApiRoute, apiRoute, FILE } from "./route.ts";
import {
  linkSchema,
  passkeySchema,
  personFacts,
  personSchema,
  sessionSchema,
  timeOrNull,
} from "./schemas.ts";

const TAG = "people";

export type PersonFacts = v.InferOutput<v.StrictObjectSchema<typeof personFacts, undefined>>;

/** The facts of a body, sorted into those of accounts and those of profiles. */
export function personWishOf({
  name,
  email,
  email_verified,
  attributes,
  groups,
  administrator,
  auditor,
  ...profile
}: PersonFacts): PersonWish {
  return {
    ...(name !== undefined && { name }),
    ...(email !== undefined && { email }),
    ...(email_verified !== undefined && { emailVerified: email_verified }),
    ...(Object.keys(profile).length > 0 && { profile }),
    ...(attributes !== undefined && { attributes }),
    ...(groups !== undefined && { groups }),
    ...(administrator !== undefined && { administrator }),
    ...(auditor !== undefined && { auditor }),
  };
}

type Call = Pick<ApiCall<unknown, unknown>, "context" | "authority" | "parameters">;

const subjectOf = ({ parameters }: Call): string => parameters.subject ?? "";

const personAnswer = ({ context }: Call, account: AccountRecord): ApiAnswer => ({
  body: describePerson(context.issuer, account),
  revision: account.revision,
});

const passwordMembers = {
  password: v.optional(v.string()),
  password_hash: v.optional(
    v.pipe(
      v.string(),
      v.description(
        "In its place: the hash that another server kept, of argon2, bcrypt, scrypt, PBKDF2 or salted SHA. It is renewed when the person signs in.",
      ),
    ),
  ),
};

/** Null for neither. Throws `member_refused` for both. */
function givenPassword({
  password,
  password_hash: passwordHash,
}: {
  readonly password?: string | undefined;
  readonly password_hash?: string | undefined;
}): GivenPassword | null {
  if (password !== undefined && passwordHash !== undefined)
    throw new OAuthError("member_refused", { description: "password_hash stands in the place of password." });
  if (passwordHash !== undefined) return { passwordHash };
  return password === undefined ? null : { password };
}

/** An act on a person without a body and without an answer. */
const act = (
  path: string,
  summary: string,
  carryOut: (context: Call["context"], authority: Call["authority"], subject: string) => Promise<unknown>,
  method: "POST" | "DELETE" = "POST",
): ApiRoute =>
  apiRoute({
    method,
    path: `/people/:subject${path}`,
    tag: TAG,
    summary,
    permission: "people.write",
    handle: async (call) => {
      await carryOut(call.context, call.authority, subjectOf(call));
      return {};
    },
  });

/** All that a person has of one kind. */
const belongings = <Found>(
  path: string,
  summary: string,
  schema: v.GenericSchema,
  list: (
    context: Call["context"],
    authority: Call["authority"],
    subject: string,
  ) => Promise<readonly Found[]>,
  describe: (found: Found) => unknown,
): ApiRoute =>
  apiRoute({
    method: "GET",
    path: `/people/:subject${path}`,
    tag: TAG,
    summary,
    permission: "people.read",
    answer: v.strictObject({ items: v.array(schema) }),
    handle: async (call) => ({
      body: {
        items: (await list(call.context, call.authority, subjectOf(call))).map((each) => describe(each)),
      },
    }),
  });

/** Takes one of them away. `name`: of the parameter that says which. */
const removal = (
  path: string,
  name: string,
  summary: string,
  remove: (
    context: Call["context"],
    authority: Call["authority"],
    subject: string,
    id: string,
  ) => Promise<unknown>,
): ApiRoute =>
  apiRoute({
    method: "DELETE",
    path: `/people/:subject${path}/:${name}`,
    tag: TAG,
    summary,
    permission: "people.write",
    handle: async (call) => {
      await remove(call.context, call.authority, subjectOf(call), call.parameters[name] ?? "");
      return {};
    },
  });

const link = (path: string, kind: "reset" | "sign_in", summary: string): ApiRoute =>
  apiRoute({
    method: "POST",
    path: `/people/:subject${path}`,
    tag: TAG,
    summary,
    permission: "people.write",
    body: v.strictObject({
      mail: v.pipe(
        v.optional(v.boolean(), false),
        v.description("Whether the link goes to the person's verified address, and to no one else."),
      ),
    }),
    answer: linkSchema,
    made: true,
    handle: async (call) => {
      const made = await makePersonLink(call.context, call.authority, subjectOf(call), kind, call.body.mail);
      return { body: { link: made.address, expires_at: isoTime(made.expiresAt) }, status: 201 };
    },
  });

export const peopleRoutes: readonly ApiRoute[] = [
  apiRoute({
    method: "GET",
    path: "/people",
    tag: TAG,
    summary: "List people, oldest first",
    permission: "people.read",
    query: {
      ...PAGE_MEMBERS,
      group: v.optional(v.pipe(v.string(), v.description("Only the people in this group."))),
      state: v.optional(
        v.pipe(
          v.picklist(["waiting"]),
          v.description("Only those who made their own account and wait until they are let in."),
        ),
      ),
    },
    answer: listOf(personSchema),
    handle: ({ context, authority, query }) =>
      listAnswer<AccountRecord>({
        keys: context.keys,
        path: "/people",
        query,
        placeOf: ({ createdAt, subject }) => ({ createdAt, subject }),
        rows: (page) =>
          listPeople(context, authority, {
            ...page,
            group: query.group,
            isWaiting: query.state === "waiting",
          }),
        describe: (account) => describePerson(context.issuer, account),
      }),
  }),
  apiRoute({
    method: "POST",
    path: "/people",
    tag: TAG,
    summary: "Add a person",
    permission: "people.write",
    body: v.strictObject({
      username: v.string(),
      ...passwordMembers,
      password: v.optional(
        v.pipe(
          v.string(),
          v.description(
            "Left out: the person gets a link for a password (`…/reset-links`), or signs in otherwise.",
          ),
        ),
      ),
      ...personFacts,
    }),
    answer: personSchema,
    made: true,
    handle: async (call) => {
      const { username, password, password_hash, ...facts } = call.body;
      const wish = { ...personWishOf(facts), username };
      const given = givenPassword({ password, password_hash });
      const account = await createPerson(call.context, call.authority, wish, given);
      return { ...personAnswer(call, account), status: 201 };
    },
  }),
  apiRoute({
    method: "GET",
    path: "/people/:subject",
    tag: TAG,
    summary: "Show a person",
    permission: "people.read",
    answer: personSchema,
    handle: async (call) =>
      personAnswer(call, await showPerson(call.context, call.authority, subjectOf(call))),
  }),
  apiRoute({
    method: "PATCH",
    path: "/people/:subject",
    revised: true,
    tag: TAG,
    summary: "Change what is known of a person, their groups or their roles",
    permission: "people.write",
    body: v.strictObject(personFacts),
    answer: personSchema,
    handle: async (call) => {
      const wish = personWishOf(call.body);
      if (Object.keys(wish).length === 0)
        throw new OAuthError("member_refused", { description: "The body names nothing to change." });
      return personAnswer(
        call,
        await changePerson(call.context, call.authority, subjectOf(call), wish, call.revision),
      );
    },
  }),
  apiRoute({
    method: "DELETE",
    path: "/people/:subject",
    revised: true,
    tag: TAG,
    summary: "Remove a person for good, with all sessions and all access they gave",
    permission: "people.write",
    handle: async (call) => {
      await removePerson(call.context, call.authority, subjectOf(call), call.revision);
      return {};
    },
  }),
  act("/disable", "End a person's sessions and access, and refuse further sign-ins", disablePerson),
  act("/enable", "Let a disabled person sign in again, or one in who waits for it", enablePerson),
  act("/unlock", "Let a person try again at once after too many wrong passwords", unlockPerson),
  apiRoute({
    method: "PUT",
    path: "/people/:subject/password",
    tag: TAG,
    summary: "Set a password and end the person's sessions",
    permission: "people.write",
    body: v.strictObject(passwordMembers),
    handle: async (call) => {
      const given = givenPassword(call.body);
      if (given === null)
        throw new OAuthError("member_refused", { description: "password: the body has none, and no hash." });
      await setPersonPassword(call.context, call.authority, subjectOf(call), given);
      return {};
    },
  }),
  link("/reset-links", "reset", "Make a link for a new password"),
  link("/sign-in-links", "sign_in", "Make a link for one sign-in"),
  apiRoute({
    method: "PUT",
    path: "/people/:subject/picture",
    revised: true,
    tag: TAG,
    summary: "Set the picture of a person: the body is a PNG, JPEG or WebP file, which is made small",
    permission: "people.write",
    body: FILE,
    file: ["image/png", "image/jpeg", "image/webp"],
    answer: personSchema,
    handle: async (call) =>
      personAnswer(
        call,
        await setPersonPicture(call.context, call.authority, subjectOf(call), call.body, call.revision),
      ),
  }),
  apiRoute({
    method: "DELETE",
    path: "/people/:subject/picture",
    revised: true,
    tag: TAG,
    summary: "Take the picture of a person away",
    permission: "people.write",
    answer: personSchema,
    handle: async (call) =>
      personAnswer(
        call,
        await removePersonPicture(call.context, call.authority, subjectOf(call), call.revision),
      ),
  }),
  apiRoute({
    method: "GET",
    path: "/people/:subject/second-factor",
    tag: TAG,
    summary: "Show what a person has beside a password; never a secret",
    permission: "people.read",
    answer: v.strictObject({
      app_since: v.pipe(timeOrNull, v.description("Since when they have an app for one-time passwords.")),
      recovery_codes: v.pipe(v.number(), v.description("How many are left.")),
      passkeys: v.number(),
    }),
    handle: async (call) => {
      const factor = await showSecondFactor(call.context, call.authority, subjectOf(call));
      return {
        body: {
          app_since: factor.appSince === null ? null : isoTime(factor.appSince),
          recovery_codes: factor.recoveryCodes,
          passkeys: factor.passkeys,
        },
      };
    },
  }),
  act("/second-factor", "Take the app for one-time passwords away", removePersonTotp, "DELETE"),
  belongings(
    "/passkeys",
    "List the passkeys of a person, oldest first",
    passkeySchema,
    listPersonPasskeys,
    describePasskey,
  ),
  removal("/passkeys", "passkey", "Remove one passkey of a person", removePersonPasskey),
  act("/passkeys", "Remove all passkeys of a person", removePersonPasskeys, "DELETE"),
  belongings(
    "/sessions",
    "List the sessions of a person",
    sessionSchema,
    listPersonSessions,
    describeSession,
  ),
  act("/sessions", "Sign a person out of every browser", endPersonSessions, "DELETE"),
  removal("/sessions", "session", "End one session of a person", endPersonSession),
];
