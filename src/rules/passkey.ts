/** Passkeys: adding, using, renaming and removing them, and doing without a password (WebAuthn §7; THREATS 82). */
import type { EpochSeconds } from "../platform/clock.ts";
import { type Change, insert, remove, sweep, update } from "../store/contract.ts";
import type { Row } from "../store/declare.ts";
import { once } from "../store/tables/once.ts";
import type { AccountRecord } from "../store/tables/people.ts";
import { type PasskeyRecord, passkeys } from "../store/tables/sign-in.ts";
import { concluded, type Decision } from "./decision.ts";
import { touchAccount } from "./grant.ts";
import type { Single } from "./once.ts";
import { closeSetup, type SetupRevision } from "./person.ts";
import { isWayLeft, type WaysIn } from "./sign-in.ts";

/** The most passkeys of one person. */
export const PASSKEYS_PER_PERSON = 50;

/** The row that says that a challenge was answered; null if it was not. */
export type AnsweredChallenge = Row<typeof once> | null;

const useUp = ({ id, expiresAt }: Single): Change =>
  insert(once, { kind: "challenge", id, expiresAt, resultId: null });

export interface PasskeyFacts {
  readonly passkey: PasskeyRecord | null;
  readonly answered: AnsweredChallenge;
}

/** A verified answer to a challenge. */
export interface Answer {
  readonly challenge: Single;
  /** The signature counter of the device. */
  readonly counter: number;
  readonly isBackedUp: boolean;
}

/** `removed`: the person removed the passkey meanwhile. `used`: the challenge was answered before. */
export type PasskeyFault = "removed" | "used" | "copied";

/**
 * The changes that an answer makes: it uses up its challenge, and notes the use. §6.1.1: a counter that does not go up shows that
 * the key is in two devices, and one of them may be a thief's. Keys that are on several devices anyway have no counter: 0.
 */
export function usePasskey(
  { passkey, answered }: PasskeyFacts,
  { challenge, counter, isBackedUp }: Answer,
  now: EpochSeconds,
): readonly Change[] | PasskeyFault {
  if (passkey === null) return "removed";
  if (answered !== null) return "used";
  if ((counter > 0 || passkey.counter > 0) && counter <= passkey.counter) return "copied";
  const { credentialId } = passkey;
  return [
    useUp(challenge),
    update(
      passkeys,
      { credentialId },
      { counter: passkey.counter },
      { counter, backedUp: isBackedUp, usedAt: now },
    ),
  ];
}

export interface NewPasskeyFacts extends PasskeyFacts {
  readonly account: AccountRecord | null;
  readonly setup: SetupRevision;
  /** The person's passkeys. */
  readonly own: readonly PasskeyRecord[];
}

/** `gone`: the person was disabled or removed. `known`: the passkey is registered here already. Only `added` changes something. */
export type AddOutcome = "added" | "gone" | "used" | "known" | "too_many";

/** Adds a passkey. It changes how the person may sign in, so sign-ins under way begin anew. */
export function addPasskey(
  { account, setup, passkey, answered, own }: NewPasskeyFacts,
  added: PasskeyRecord,
  challenge: Single,
): Decision<AddOutcome> {
  if (account === null || account.disabledAt !== null) return concluded("gone");
  if (answered !== null) return concluded("used");
  if (passkey !== null) return concluded("known");
  if (own.length >= PASSKEYS_PER_PERSON) return concluded("too_many");
  const { subject } = account;
  return {
    outcome: "added",
    changes: [
      // An administrator who could not sign in until now can, and the link for the first one must not stay (THREATS 19).
      ...closeSetup(account, setup, true),
      touchAccount(account, {}),
      useUp(challenge),
      insert(passkeys, withFreeName(added, own)),
    ],
    events: [{ event: "passkey.added", subject }],
  };
}

/** The changes that store the first passkey of a new account, or why they may not be. */
export const firstPasskey = (
  { passkey, answered }: PasskeyFacts,
  added: PasskeyRecord,
  challenge: Single,
): readonly Change[] | Extract<AddOutcome, "used" | "known"> =>
  answered !== null ? "used" : passkey !== null ? "known" : [useUp(challenge), insert(passkeys, added)];

/** Two passkeys of a kind get different names: "1Password", "1Password 2". One without a name stays so. */
function withFreeName(added: PasskeyRecord, own: readonly PasskeyRecord[]): PasskeyRecord {
  if (added.name === "") return added;
  const taken = new Set(own.map(({ name }) => name));
  let name = added.name;
  for (let number = 2; taken.has(name); number += 1) name = `${added.name} ${number}`;
  return { ...added, name };
}

/** Renames a passkey. False if the person has no such passkey. */
export function renamePasskey(
  passkey: PasskeyRecord | null,
  subject: string,
  name: string,
): Decision<boolean> {
  if (passkey === null || passkey.subject !== subject) return concluded(false);
  const { credentialId } = passkey;
  return {
    outcome: true,
    changes: [update(passkeys, { credentialId }, { subject: passkey.subject }, { name })],
  };
}

export interface WaysFacts {
  readonly account: AccountRecord | null;
  /** What is left after the removal. */
  readonly left: WaysIn;
}

/** `unknown`: the person has no such passkey. `last_way`: without it they could not sign in. Only `removed` changes something. */
export type RemoveOutcome = "removed" | "unknown" | "last_way";

/**
 * Removes a passkey. The last way to sign in stays, unless the operator removes it: they can give another. It changes how the
 * person may sign in, so sign-ins under way begin anew, and of two removals at once one sees the other.
 */
export function removePasskey(
  { account, left, passkey }: WaysFacts & Pick<PasskeyFacts, "passkey">,
  by: "person" | "operator",
): Decision<RemoveOutcome> {
  if (account === null || passkey === null || passkey.subject !== account.subject)
    return concluded("unknown");
  if (by === "person" && !isWayLeft(left)) return concluded("last_way");
  return {
    outcome: "removed",
    changes: [touchAccount(account, {}), remove(passkeys, { credentialId: passkey.credentialId })],
    urgent: true,
    events: [{ event: "passkey.removed", subject: account.subject }],
  };
}

/** Removes all passkeys of a person, for the operator. False if there is no such person. */
export function removeEveryPasskey(
  account: AccountRecord | null,
  own: readonly PasskeyRecord[],
): Decision<boolean> {
  if (account === null) return concluded(false);
  if (own.length === 0) return concluded(true);
  const { subject } = account;
  return {
    outcome: true,
    changes: [touchAccount(account, {})],
    sweeps: [sweep(passkeys, { subject }, null)],
    urgent: true,
    events: [{ event: "passkey.removed", subject, count: own.length }],
  };
}

/** `none`: there is no password. */
export type RemovePasswordOutcome = "removed" | "none" | "last_way";

/**
 * A person does without their password, if a passkey is left: so an administrator stays one who can sign in (THREATS 19). Their
 * sessions go on: nothing that they rest on was given away.
 */
export function removePassword({ account, left }: WaysFacts): Decision<RemovePasswordOutcome> {
  if (account === null || account.disabledAt !== null || account.passwordHash === null)
    return concluded("none");
  if (!isWayLeft(left)) return concluded("last_way");
  return {
    outcome: "removed",
    changes: [touchAccount(account, { passwordHash: null })],
    events: [{ event: "password.removed", subject: account.subject }],
  };
}
