/** People: their accounts, names, pictures and groups. */
import type { SubjectId } from "../../protocol/identifiers.ts";
import { boolean, bytes, integer, list, orNull, type Row, table, text } from "../declare.ts";
import { asItIs, type DisabledBy, pictureId } from "./columns.ts";

/** Who created an account. `demo`: the demonstration, whose person has a public password and is removed at its end. */
export type AccountSource = "configuration" | "operator" | "setup_link" | "invitation" | "sign_up" | "demo";

/** OpenID Connect Core §5.1.1. */
export interface PostalAddress {
  readonly formatted?: string;
  readonly street_address?: string;
  readonly locality?: string;
  readonly region?: string;
  readonly postal_code?: string;
  readonly country?: string;
}

/** Facts about a person, under the names of OpenID Connect Core §5.1. A fact that is not known is missing. */
export interface PersonProfile {
  readonly given_name?: string;
  readonly family_name?: string;
  readonly middle_name?: string;
  readonly nickname?: string;
  readonly profile?: string;
  readonly website?: string;
  readonly gender?: string;
  readonly birthdate?: string;
  readonly zoneinfo?: string;
  readonly locale?: string;
  readonly phone_number?: string;
  /** Missing: yes, because the operator wrote the number. */
  readonly phone_number_verified?: boolean;
  readonly address?: PostalAddress;
}

export type AttributeValue = string | number | boolean | readonly string[];
/** The operator's own facts about a person, by their names. */
export type PersonAttributes = Readonly<Record<string, AttributeValue>>;

/** What the configuration said of a person when it was last applied. */
export interface PersonDeclared {
  readonly name: string | null;
  readonly email: string | null;
  /** Null if it said nothing. */
  readonly emailVerified: boolean | null;
  readonly profile: PersonProfile;
  readonly attributes: PersonAttributes;
  readonly groups: readonly string[];
  readonly administrator: boolean;
  readonly auditor: boolean;
  /** The hash of the declared password, or the declared hash; it need not be the hash of the person any more. */
  readonly passwordHash: string;
}

export const accounts = table("accounts", {
  columns: {
    subject: text<SubjectId>(),
    /** Changes with every fact that decides whether and how the person may sign in. */
    revision: integer(),
    source: text<AccountSource>(),
    /** As the person wrote it. */
    username: text(),
    name: orNull(text()),
    email: orNull(text()),
    emailVerified: boolean(),
    profile: asItIs<PersonProfile>(),
    attributes: asItIs<PersonAttributes>(),
    /** The groups that the person is in, in alphabetical order. `group_members` mirrors them. */
    groups: list(),
    /** When a fact that applications are told was last changed. */
    updatedAt: integer(),
    administrator: boolean(),
    /** May see everything about this server, and change nothing. */
    auditor: boolean(),
    /** When the person last got a role that they did not have; null for those who have had theirs from the beginning. */
    roleGivenAt: orNull(integer()),
    /** An argon2id string, or null for a person who cannot sign in with a password. */
    passwordHash: orNull(text()),
    createdAt: integer(),
    disabledAt: orNull(integer()),
    disabledBy: orNull(text<DisabledBy>()),
    /** When the operator last ended the wait that too many wrong passwords bring; null if never. */
    unlockedAt: orNull(integer()),
    /** When the browsers in which the person had signed in last became unknown, other than by a new password; null if never. */
    browsersForgottenAt: orNull(integer()),
    /** The person's picture; null for a person without one. */
    pictureId: orNull(pictureId()),
    /** The kinds of mail that the person does not want. */
    mailsOff: list(),
    isDeclared: boolean(),
    /** Null for a person who was never declared. */
    declaration: orNull(asItIs<PersonDeclared>()),
  },
  key: ["subject"],
  indexes: [
    ["createdAt", "subject"],
    ["disabledBy", "subject"],
  ],
  // Every start looks for an administrator and for the declared people, even among a million.
  indexOnly: { administrator: ["subject"], isDeclared: ["subject"] },
  updated: true,
});
export type AccountRecord = Row<typeof accounts>;

/** The pictures of people. A new picture is a new row with a new id, so that caches may keep the old one. */
export const pictures = table("pictures", {
  columns: {
    /** Random throughout: it is a part of an address that applications get, and tells neither who nor when. */
    id: pictureId(),
    subject: text<SubjectId>(),
    mediaType: text(),
    bytes: bytes(),
    createdAt: integer(),
  },
  indexes: [["subject"]],
  shard: "id",
});
export type PictureRecord = Row<typeof pictures>;

/**
 * Every text with which a person may sign in: the user name and the e-mail address. One table for both, so that no user name
 * is the address of another person.
 */
export const signInNames = table("sign_in_names", {
  columns: {
    /** As such names are compared. */
    name: text(),
    subject: text<SubjectId>(),
  },
  key: ["name"],
  indexes: [["subject"]],
});
export type SignInNameRecord = Row<typeof signInNames>;

/** The words by which a search finds a person, beside their sign-in names (rules/search-words.ts). */
export const personWords = table("person_words", {
  columns: { word: text(), subject: text<SubjectId>() },
  key: ["word", "subject"],
  indexes: [["subject"]],
});
export type PersonWordRecord = Row<typeof personWords>;

export const groups = table("groups", {
  columns: {
    /** Without spaces; as tokens carry it. */
    name: text(),
    /** The name as `foldName` compares it: no two groups look the same. */
    folded: text(),
    description: orNull(text()),
    createdAt: integer(),
  },
  key: ["name"],
  unique: [["folded"]],
  updated: true,
});
export type GroupRecord = Row<typeof groups>;

/** Who is in a group: the column `groups` of accounts, seen from the other side. One commit changes both. */
export const groupMembers = table("group_members", {
  columns: {
    groupName: text(),
    subject: text<SubjectId>(),
    joinedAt: integer(),
    /** May say who is in the group, and invite people into it. */
    manages: boolean(),
  },
  key: ["groupName", "subject"],
  indexes: [["subject"]],
});
export type GroupMemberRecord = Row<typeof groupMembers>;
