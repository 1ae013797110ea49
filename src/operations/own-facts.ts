/** The facts that people change themselves, as fields of a form: their values, their checks, and what a form changes. */

import { personNameFault } from "../accounts/people.ts";
import { addressLinesFault, PROFILE_TEXTS, type ProfileText } from "../accounts/profile.ts";
import type { PeopleFact } from "../configuration/account-schema.ts";
import type { AccountChanges } from "../rules/account-changes.ts";
import type { AccountRecord } from "../store/tables/people.ts";

/** The parts of an address that people write. The whole (`formatted`) would contradict them. */
const ADDRESS_FIELDS = ["street_address", "postal_code", "locality", "region", "country"] as const;
type AddressField = (typeof ADDRESS_FIELDS)[number];

export type FactField = "name" | ProfileText | AddressField;

/** The fields of a fact. A picture is a form of its own. */
export function fieldsOf(fact: PeopleFact): readonly FactField[] {
  if (fact === "picture") return [];
  return fact === "address" ? ADDRESS_FIELDS : [fact];
}

const isAddressField = (field: FactField): field is AddressField =>
  (ADDRESS_FIELDS as readonly string[]).includes(field);

/** The present value of a field; empty if there is none. */
export function factOf({ name, profile }: Pick<AccountRecord, "name" | "profile">, field: FactField): string {
  if (field === "name") return name ?? "";
  return (isAddressField(field) ? profile.address?.[field] : profile[field]) ?? "";
}

/** What a person typed, in the form in which it is kept. */
export function typedValue(field: FactField, typed: string): string {
  const text = typed.normalize("NFC").trim();
  // People write telephone numbers in groups.
  return field === "phone_number" ? text.replace(/[\s()/.-]+/g, "") : text;
}

/** Whether the value is allowed. An empty one takes the fact away. */
export function isAllowed(field: FactField, value: string): boolean {
  if (value === "") return true;
  if (field === "name") return personNameFault(value) === null;
  return (isAddressField(field) ? addressLinesFault(value) : PROFILE_TEXTS[field](value)) === null;
}

/**
 * The changes that give the person these values. A new telephone number is not verified: the person wrote it, and not the
 * operator.
 */
export function changesTo(
  account: Pick<AccountRecord, "name" | "profile">,
  values: ReadonlyMap<FactField, string>,
): AccountChanges {
  const changed = [...values].filter(([field, value]) => value !== factOf(account, field));
  const orNull = (value: string) => (value === "" ? null : value);
  const texts: { [Name in ProfileText]?: string | null } = {};
  const address: { [Name in AddressField | "formatted"]?: string | null } = {};
  let name: string | null | undefined;
  for (const [field, value] of changed) {
    if (field === "name") name = orNull(value);
    else if (isAddressField(field)) address[field] = orNull(value);
    else texts[field] = orNull(value);
  }
  const isAddress = Object.keys(address).length > 0;
  return {
    ...(name !== undefined && { name }),
    ...((isAddress || Object.keys(texts).length > 0) && {
      profile: {
        ...texts,
        ...(texts.phone_number !== undefined && {
          phone_number_verified: texts.phone_number === null ? null : false,
        }),
        ...(isAddress && { address: { ...address, formatted: null } }),
      },
    }),
  };
}
