/** What an operator may change of the facts about a person, and what follows from it. */
import type { EpochSeconds } from "../platform/clock.ts";
import { isTooLong } from "../protocol/fact-size.ts";
import type { AccountRecord, AttributeValue, PersonProfile, PostalAddress } from "../store/tables/people.ts";
import type { ActorKind } from "../store/tables/records.ts";
import { sortedGroups } from "./group.ts";
import type { NewPicture } from "./picture.ts";

/** New values by their names. Null takes a value away; the others stay. */
type Patch<Facts> = { readonly [Name in keyof Facts]?: Facts[Name] | null | undefined };

export type ProfileChanges = Patch<Omit<PersonProfile, "address">> & {
  readonly address?: Patch<PostalAddress> | undefined;
};

/** The values are checked (accounts/profile.ts), but for the size of all of them together. */
export interface AccountChanges
  extends Partial<Pick<AccountRecord, "name" | "email" | "emailVerified" | "administrator" | "auditor">> {
  readonly profile?: ProfileChanges;
  readonly attributes?: Patch<Readonly<Record<string, AttributeValue>>>;
  /** In place of all groups. */
  readonly groups?: readonly string[];
  readonly joins?: readonly string[];
  readonly leaves?: readonly string[];
  /** Null takes the picture away. */
  readonly picture?: NewPicture | null;
}

function patched<Facts extends object>(facts: Facts, patch: object): Facts {
  const merged = Object.entries({ ...facts, ...patch });
  return Object.fromEntries(merged.filter(([, value]) => value !== null && value !== undefined)) as Facts;
}

function patchedProfile(before: PersonProfile, { address, ...patch }: ProfileChanges): PersonProfile {
  const isNewNumber = patch.phone_number !== undefined && patch.phone_number !== before.phone_number;
  const profile = patched<PersonProfile>(before, {
    ...(isNewNumber && { phone_number_verified: null }),
    ...patch,
  });
  if (address === undefined) return profile;
  const next = patched<PostalAddress>(before.address ?? {}, address);
  return patched<PersonProfile>(profile, { address: Object.keys(next).length === 0 ? null : next });
}

/**
 * The columns of the account after the change; null if they would be too long. A new address that the operator writes is verified,
 * unless the operator says otherwise. One that a person writes is not, be they an administrator or not, before a mail proves it.
 */
export function changedFacts(
  account: AccountRecord,
  {
    profile,
    attributes,
    groups,
    joins = [],
    leaves = [],
    picture,
    administrator,
    auditor,
    ...plain
  }: AccountChanges,
  by: ActorKind,
  now: EpochSeconds,
): Partial<AccountRecord> | null {
  const isNewAddress = plain.email !== undefined && plain.email !== account.email;
  const isMembership = groups !== undefined || joins.length > 0 || leaves.length > 0;
  const members = [...(groups ?? account.groups).filter((name) => !leaves.includes(name)), ...joins];
  const told: Partial<AccountRecord> = {
    ...(isNewAddress && { emailVerified: by !== "person" }),
    ...plain,
    ...(profile !== undefined && { profile: patchedProfile(account.profile, profile) }),
    ...(attributes !== undefined && { attributes: patched(account.attributes, attributes) }),
    ...(picture !== undefined && { pictureId: picture?.id ?? null }),
    ...(isMembership && { groups: sortedGroups(members) }),
  };
  const isNewRole =
    (administrator === true && !account.administrator) || (auditor === true && !account.auditor);
  if ([told.profile, told.attributes, told.groups].some((facts) => isTooLong(facts ?? null))) return null;
  return {
    ...told,
    ...(Object.keys(told).length > 0 && { updatedAt: now }),
    ...(administrator !== undefined && { administrator }),
    ...(auditor !== undefined && { auditor }),
    ...(isNewRole && { roleGivenAt: now }),
  };
}
