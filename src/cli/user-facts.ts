/** The options that say what is known about a person: the same for `user add` and `user set`. */
import type { Command } from "commander";
import {
  ADDRESS_MEMBERS,
  attributesFault,
  type FactFault,
  groupsFault,
  PROFILE_TEXT_NAMES,
  type ProfileText,
  profileFault,
} from "../accounts/profile.ts";
import { readFactValue } from "../protocol/fact-value.ts";
import type { AccountChanges, ProfileChanges } from "../rules/account-changes.ts";
import type { AccountRecord, AttributeValue, PersonProfile } from "../store/tables/people.ts";
import { collectNames, collectPair } from "./client-metadata.ts";
import { CommandError } from "./command-error.ts";
import type { CommonOptions } from "./workspace.ts";

type Camel<Name extends string> = Name extends `${infer First}_${infer Rest}`
  ? `${First}${Capitalize<Camel<Rest>>}`
  : Name;

type TextOptions = { readonly [Name in ProfileText as Camel<Name>]?: string };

type Texts<Value> = Readonly<Record<string, Value>>;

export interface FactOptions extends CommonOptions, TextOptions {
  readonly emailVerified?: boolean;
  readonly phoneVerified?: boolean;
  readonly address?: Texts<string>;
  readonly attribute?: Texts<string>;
  readonly group?: readonly string[];
  readonly addGroup?: readonly string[];
  readonly removeGroup?: readonly string[];
}

const WORDS: Readonly<Record<ProfileText, string>> = {
  given_name: "the first name",
  family_name: "the last name",
  middle_name: "the middle name",
  nickname: "the name that friends use",
  profile: "the address of a page about the person",
  website: "the address of the person's own page",
  gender: "female, male or another word",
  birthdate: "YYYY-MM-DD, 0000-MM-DD without the year, or YYYY",
  zoneinfo: "the time zone, such as Europe/Vienna",
  locale: "the language, such as de-AT",
  phone_number: "the telephone number, such as +436601234567",
};

const optionOf = (name: string): string => `--${name.replaceAll("_", "-")}`;

const camel = (name: string): string => name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());

/** `none`: words that follow where an empty text takes a value away. */
function withFacts(command: Command, none: string): Command {
  for (const name of PROFILE_TEXT_NAMES) command.option(`${optionOf(name)} <text>`, `${WORDS[name]}${none}`);
  return command
    .option("--email-verified", "the e-mail address is the person's own (the default for a new address)")
    .option("--no-email-verified", "it is not known whether the e-mail address is the person's own")
    .option("--phone-verified", "the telephone number is the person's own (the default for a new number)")
    .option("--no-phone-verified", "it is not known whether the number is the person's own")
    .option(
      "--address <part=text>",
      `a part of the postal address: ${ADDRESS_MEMBERS.join(", ")}; repeatable`,
      collectPair,
    )
    .option(
      "--attribute <name=value>",
      "a fact of your own: a text, a number, true, false, or a list as JSON; repeatable",
      collectPair,
    );
}

export const withNewFacts = (command: Command): Command =>
  withFacts(command, "").option("--group <name>", "a group that the person is in; repeatable", collectNames);

export const withChangedFacts = (command: Command): Command =>
  withFacts(command, '; "" for none')
    .option("--group <name>", 'in place of all groups; repeatable; "" for none', collectNames)
    .option("--add-group <name>", "beside the groups that the person is in; repeatable", collectNames)
    .option("--remove-group <name>", "one of the groups that the person is in; repeatable", collectNames);

/** A text in double quotes stays a text. Empty: none. Throws CommandError for JSON that is no list of texts. */
function attributeValue(name: string, text: string): AttributeValue | null {
  if (text === "") return null;
  const value = readFactValue(text);
  if (value !== null) return value;
  throw new CommandError(
    `The attribute '${name}' is no list of texts. Write it as --attribute '${name}=["one","two"]'.`,
  );
}

function profileChanges(options: FactOptions): ProfileChanges {
  const given = options as Readonly<Record<string, unknown>>;
  const texts = PROFILE_TEXT_NAMES.flatMap((name) => {
    const text = given[camel(name)];
    return typeof text === "string" ? [[name, text === "" ? null : text]] : [];
  });
  const { address = {}, phoneVerified } = options;
  const unknown = Object.keys(address).find((part) => !(ADDRESS_MEMBERS as readonly string[]).includes(part));
  if (unknown !== undefined) {
    throw new CommandError(`An address has no part '${unknown}'. It has: ${ADDRESS_MEMBERS.join(", ")}.`);
  }
  const parts = Object.entries(address).map(([part, text]) => [part, text === "" ? null : text]);
  return {
    ...Object.fromEntries(texts),
    ...(phoneVerified !== undefined && { phone_number_verified: phoneVerified }),
    ...(parts.length > 0 && { address: Object.fromEntries(parts) }),
  };
}

/** The facts that the options name. Throws CommandError for a value that is not allowed. */
export function factChanges(options: FactOptions): AccountChanges {
  const profile = profileChanges(options);
  const attributes = Object.fromEntries(
    Object.entries(options.attribute ?? {}).map(([name, text]) => [name, attributeValue(name, text)]),
  );
  const { group, addGroup, removeGroup, emailVerified } = options;
  if (group !== undefined && (addGroup !== undefined || removeGroup !== undefined)) {
    throw new CommandError("Name either all groups with --group, or those to add and to remove.");
  }
  requireAllowed(profileFault(withoutNulls(profile)), "");
  requireAllowed(attributesFault(withoutNulls(attributes)), "attribute ");
  requireAllowed(groupsFault([...(group ?? []), ...(addGroup ?? [])]), "group ");
  return {
    ...(emailVerified !== undefined && { emailVerified }),
    ...(Object.keys(profile).length > 0 && { profile }),
    ...(Object.keys(attributes).length > 0 && { attributes }),
    ...(group !== undefined && { groups: group }),
    ...(addGroup !== undefined && { joins: addGroup }),
    ...(removeGroup !== undefined && { leaves: removeGroup }),
  };
}

function withoutNulls<Facts extends object>(facts: object): Facts {
  const known = Object.entries(facts).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(
    known.map(([name, value]) => [
      name,
      typeof value === "object" && !Array.isArray(value) ? withoutNulls(value) : value,
    ]),
  ) as Facts;
}

function requireAllowed(found: FactFault | null, kind: string): void {
  if (found === null) return;
  const { fact, value, fault } = found;
  const what = kind === "group " ? `The group '${value}'` : `The ${kind}${fact} '${value}'`;
  throw new CommandError(`${what} ${fault}.`);
}

/** The profile of a new person. */
export const newProfile = ({ profile }: AccountChanges): PersonProfile => withoutNulls(profile ?? {});

export const newAttributes = ({ attributes }: AccountChanges): AccountRecord["attributes"] =>
  withoutNulls(attributes ?? {});

/** The facts for people who read them: one line each. */
export function shownFacts({ profile, attributes, groups }: AccountRecord): Record<string, string | null> {
  const { address, phone_number_verified: isKnown = true } = profile;
  const texts = PROFILE_TEXT_NAMES.map((name) => [name.replaceAll("_", " "), profile[name] ?? null]);
  const number = profile.phone_number;
  return {
    ...Object.fromEntries(texts),
    "phone number": number === undefined || isKnown ? (number ?? null) : `${number} (not verified)`,
    address:
      address === undefined
        ? null
        : ADDRESS_MEMBERS.flatMap((part) => address[part]?.split(/\r?\n/) ?? []).join(", "),
    ...Object.fromEntries(
      Object.entries(attributes).map(([name, value]) => [`attribute ${name}`, JSON.stringify(value)]),
    ),
    groups: groups.length === 0 ? null : groups.join(", "),
  };
}
