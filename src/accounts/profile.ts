/** The checks of what is known about a person beside their names: the claims of OpenID Connect Core §5.1, and attributes. */
import { FACTS_BYTES, isTooLong } from "../protocol/fact-size.ts";
import type {
  AttributeValue,
  PersonAttributes,
  PersonProfile,
  PostalAddress,
} from "../store/tables/people.ts";
import { personNameFault, unseenFault } from "./people.ts";

/** Why a value is not allowed, in words that follow "it"; null if it is allowed. */
type Fault = string | null;

const sizeFault = (value: unknown): Fault =>
  isTooLong(value) ? `is longer than ${FACTS_BYTES} bytes altogether` : null;

function webAddressFault(text: string): Fault {
  if (text.length > 1000) return "is longer than 1000 characters";
  const isWeb = /^https?:\/\/[^\s]+$/i.test(text) && URL.canParse(text) && !/\p{C}/u.test(text);
  return isWeb ? null : "is not a web address (https://…)";
}

/** A date of ISO 8601, without the year as `0000-MM-DD`, or the year alone. */
function birthdateFault(text: string): Fault {
  const wrong = "is not a date: write YYYY-MM-DD, 0000-MM-DD without the year, or YYYY";
  if (/^(?!0000)\d{4}$/.test(text)) return null;
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return wrong;
  // 29 February belongs to a birthday without a year.
  const date = text.replace(/^0000/, "2000");
  const parsed = new Date(`${date}T00:00:00Z`);
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(date) ? null : wrong;
}

function zoneinfoFault(text: string): Fault {
  const wrong = "is not a time zone of the IANA database, such as Europe/Vienna";
  if (!/^[A-Za-z]/.test(text)) return wrong;
  try {
    new Intl.DateTimeFormat("en", { timeZone: text });
    return null;
  } catch {
    return wrong;
  }
}

function localeFault(text: string): Fault {
  try {
    Intl.getCanonicalLocales(text);
    return text.length > 100 ? "is longer than 100 characters" : null;
  } catch {
    return "is not a language tag (BCP 47), such as de-AT";
  }
}

const phoneNumberFault = (text: string): Fault =>
  /^\+[1-9]\d{5,14}$/.test(text)
    ? null
    : "is not a telephone number in the form of E.164, such as +436601234567";

/** The members of an address. The first two may have several lines. */
export const ADDRESS_MEMBERS = [
  "formatted",
  "street_address",
  "locality",
  "region",
  "postal_code",
  "country",
] as const satisfies readonly (keyof PostalAddress)[];

export function addressLinesFault(text: string): Fault {
  if ([...text].length > 500) return "is longer than 500 characters";
  for (const line of text.split(/\r?\n/)) {
    const fault = line.trim() === "" ? null : unseenFault(line);
    if (fault !== null) return fault;
  }
  return text.trim() === "" ? "has nothing that can be read" : null;
}

/** The facts of a profile that are texts, each with its check. */
export const PROFILE_TEXTS = {
  given_name: personNameFault,
  family_name: personNameFault,
  middle_name: personNameFault,
  nickname: personNameFault,
  profile: webAddressFault,
  website: webAddressFault,
  gender: personNameFault,
  birthdate: birthdateFault,
  zoneinfo: zoneinfoFault,
  locale: localeFault,
  phone_number: phoneNumberFault,
} as const satisfies { readonly [Name in keyof PersonProfile]?: (text: string) => Fault };

export type ProfileText = keyof typeof PROFILE_TEXTS;
export const PROFILE_TEXT_NAMES = Object.keys(PROFILE_TEXTS) as readonly ProfileText[];

export interface FactFault {
  /** The name of the fact: `birthdate`, `address.country`. */
  readonly fact: string;
  readonly value: string;
  /** In words that follow "it". */
  readonly fault: string;
}

/** The first fault of a profile; null if it has none. */
export function profileFault(profile: PersonProfile): FactFault | null {
  const texts = [
    ...PROFILE_TEXT_NAMES.map((name) => [name, profile[name], PROFILE_TEXTS[name]] as const),
    ...ADDRESS_MEMBERS.map(
      (name) => [`address.${name}`, profile.address?.[name], addressLinesFault] as const,
    ),
  ];
  for (const [fact, value, check] of texts) {
    const fault = value === undefined ? null : check(value);
    if (fault !== null) return { fact, value: value ?? "", fault };
  }
  const fault = sizeFault(profile);
  return fault === null ? null : { fact: "profile", value: "", fault };
}

const ATTRIBUTE_NAME = /^[A-Za-z][A-Za-z0-9_.-]{0,99}$/;

/** Why an attribute may not have this name; null if it may. */
export const attributeNameFault = (name: string): Fault =>
  ATTRIBUTE_NAME.test(name) && name !== "__proto__"
    ? null
    : "is not the name of an attribute: a letter, then letters, digits, _, . and -, 100 characters at most";

function attributeFault(value: AttributeValue): Fault {
  if (typeof value === "boolean") return null;
  if (typeof value === "number") return Number.isFinite(value) ? null : "is not a number that JSON can write";
  const texts = typeof value === "string" ? [value] : value;
  if (texts.length > 200) return "has more than 200 members";
  if (texts.some((text) => [...text].length > 1000)) return "is longer than 1000 characters";
  return texts.some((text) => unseenFault(text) !== null) ? "has invisible or control characters" : null;
}

/** The first fault of a person's attributes; null if they have none. */
export function attributesFault(attributes: PersonAttributes): FactFault | null {
  for (const [fact, value] of Object.entries(attributes)) {
    const fault = attributeNameFault(fact) ?? attributeFault(value);
    if (fault !== null) return { fact, value: String(value), fault };
  }
  const fault = sizeFault(attributes);
  return fault === null ? null : { fact: "attributes", value: "", fault };
}

/** Why a group may not have this name, in words that follow "it"; null if it may. */
export function groupNameFault(name: string): Fault {
  if (name === "") return "is empty";
  if (/\s/.test(name)) return "has a space: write a name such as photo-editors";
  if ([...name].length > 100) return "is longer than 100 characters";
  return unseenFault(name);
}

/** The first fault of the list of a person's groups; null if it has none. */
export function groupsFault(groups: readonly string[]): FactFault | null {
  for (const value of groups) {
    const fault = groupNameFault(value);
    if (fault !== null) return { fact: "groups", value, fault };
  }
  const fault = sizeFault(groups);
  return fault === null ? null : { fact: "groups", value: "", fault };
}
