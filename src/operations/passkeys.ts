/**
 * Passkeys: signing in with them, and adding, renaming and removing them. The answers of devices come from anyone, so a refusal
 * does not tell an unknown passkey from one whose signature is wrong (THREATS 34).
 */

import { authenticatorName } from "../accounts/authenticators.ts";
import type { PresentedBrowser } from "../accounts/known-browser.ts";
import {
  type ChallengeBinding,
  type Descriptor,
  decoysOf,
  descriptorOf,
  isPasskeyName,
  namedPasskeys,
  newChallenge,
  type OpenedChallenge,
  openChallenge,
  type ProvedPasskey,
  type RelyingParty,
  userHandleOf,
  verifyAssertion,
  verifyAttestation,
} from "../accounts/passkeys.ts";
import type { CredentialId, SubjectId } from "../protocol/identifiers.ts";
import {
  type Assertion,
  PASSKEY_ALGORITHMS,
  parseAssertion,
  parseAttestation,
  toBase64url,
} from "../protocol/webauthn.ts";
import { concluded } from "../rules/decision.ts";
import { type Act, actOfStranger, type Origin } from "../rules/events.ts";
import * as rules from "../rules/passkey.ts";
import { keepingOne } from "../rules/person.ts";
import { STEPS, type WaysIn } from "../rules/sign-in.ts";
import { type Change, row, type Store } from "../store/contract.ts";
import { once } from "../store/tables/once.ts";
import { type AccountRecord, accounts } from "../store/tables/people.ts";
import { type PasskeyRecord, passkeys } from "../store/tables/sign-in.ts";
import { attemptStep, countAttempt, settle, takeBack } from "./attempts.ts";
import type { Context } from "./context.ts";
import { type DecideContext, outcomeOf } from "./decide.ts";
import {
  type FirstPasskey,
  findAccount,
  findAccountBySignInName,
  hasAdministrator,
  lookAtAccount,
} from "./people.ts";
import { findWaysIn, type StepProof, spentProof } from "./second-factor.ts";
import type { SignInForm } from "./sessions.ts";

interface Reading {
  readonly store: Store;
}

const PASSKEY = { passkey: row(passkeys, { credentialId: "$credentialId" }) };
const PASSKEY_AND_ANSWER = { ...PASSKEY, answered: row(once, { id: "$challenge", kind: "$kind" }) };
const PASSKEY_AND_PERSON = { ...PASSKEY_AND_ANSWER, account: row(accounts, { subject: "passkey.subject" }) };

/** This server, as passkeys know it. */
export const relyingParty = ({
  issuer,
  configuration,
}: Pick<Context, "issuer" | "configuration">): RelyingParty => ({
  origin: issuer.origin,
  domain: configuration.sign_in.passkey_domain ?? new URL(issuer.origin).hostname,
});

/** A person's passkeys, oldest first. */
export async function listPasskeys({ store }: Reading, subject: string): Promise<PasskeyRecord[]> {
  const found = await store.list(passkeys, {
    where: { subject: subject as SubjectId },
    limit: rules.PASSKEYS_PER_PERSON,
  });
  return found.sort(
    (one, other) => one.createdAt - other.createdAt || Buffer.compare(one.credentialId, other.credentialId),
  );
}

// ── What browsers are asked ────────────────────────────────────────────────────────────────────────────────

/** What a ceremony asks of the browser: the options of WebAuthn §5.4 and §5.5, with bytes as base64url. */
export interface Ceremony {
  readonly challenge: string;
  /** The rest, which is the same each time. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** How long a browser waits for the person, in milliseconds. The challenge is good for longer. */
const CEREMONY_MILLIS = 300_000;

type Asking = Pick<Context, "issuer" | "configuration" | "keys" | "clock" | "random">;

const ask = (context: Asking, binding: ChallengeBinding, seconds: number, options: object): Ceremony => ({
  challenge: newChallenge(context, binding, seconds),
  options: { ...options, timeout: CEREMONY_MILLIS },
});

/**
 * Asks for any passkey of this server. `allowed`: only for these. `needsPerson`: the device must ask for a PIN, a finger or a face.
 * `subject`: the person who is to answer; empty if any may.
 */
export const askForPasskey = (
  context: Asking,
  cookieValue: string,
  {
    allowed = [],
    needsPerson = false,
    subject = "",
    seconds = context.configuration.lifetimes.form_seconds,
  }: {
    readonly allowed?: readonly Descriptor[];
    readonly needsPerson?: boolean;
    readonly subject?: string;
    readonly seconds?: number;
  } = {},
): Ceremony =>
  ask(context, { cookieValue, purpose: "sign_in", subject }, seconds, {
    rpId: relyingParty(context).domain,
    userVerification: needsPerson ? "required" : "preferred",
    ...(allowed.length > 0 && { allowCredentials: allowed }),
  });

/**
 * The passkeys that a name may sign in with, for keys that do not list them themselves. A name without passkeys gets decoys
 * (WebAuthn §14.6.2), after the same look-ups. How a device is reached is not told: decoys could not have it.
 */
export async function passkeysOfName(
  context: Reading & Pick<Context, "keys">,
  name: string,
): Promise<Descriptor[]> {
  const normal = name.normalize("NFKC").trim();
  const account = await findAccountBySignInName(context, normal);
  const own = await listPasskeys(context, account?.subject ?? "");
  return own.length === 0
    ? decoysOf(context.keys, normal)
    : namedPasskeys(own).map(({ credentialId }) => descriptorOf({ credentialId, transports: [] }));
}

/** Counts for the address that a stranger asks for the passkeys of a name. Returns the seconds to wait. */
export function countNaming({ limits: { signInPerAddress } }: Context, { address }: Origin): number {
  const wait = signInPerAddress.attempt(address);
  if (wait === 0) signInPerAddress.settle(address);
  return wait;
}

/**
 * Asks for a new passkey of the person. A device that has one of theirs refuses. `purpose`: `setup` for the first of an account that
 * is not made yet.
 */
export function askForNewPasskey(
  context: Asking,
  cookieValue: string,
  { subject, username, name }: Pick<AccountRecord, "subject" | "username" | "name">,
  own: readonly PasskeyRecord[],
  purpose: "register" | "setup" = "register",
): Ceremony {
  const { configuration } = context;
  const seconds = configuration.lifetimes.form_seconds;
  return ask(context, { cookieValue, purpose, subject }, seconds, {
    rp: { id: relyingParty(context).domain, name: configuration.appearance.name },
    user: { id: userHandleOf(subject), name: username, displayName: name ?? username },
    pubKeyCredParams: PASSKEY_ALGORITHMS.map((alg) => ({ type: "public-key", alg })),
    excludeCredentials: own.map(descriptorOf),
    authenticatorSelection: {
      residentKey: "preferred",
      requireResidentKey: false,
      userVerification: "preferred",
    },
    attestation: "none",
    extensions: { credProps: true },
  });
}

// ── Signing in ─────────────────────────────────────────────────────────────────────────────────────────────

/**
 * Why an answer was refused, as the person is told. `unknown`: the passkey is not known here, or its answer is not good, or its
 * person may not sign in; the answer does not say which. `elsewhere`: the browser was at another address. `copied`: its counter
 * went back. `unverified`: the device did not ask for the person, and has to. `unreadable`: it is no answer of a passkey.
 */
export type PasskeyRefusal = "stale" | "elsewhere" | "unknown" | "copied" | "unverified" | "unreadable";

interface RefusedPasskey {
  readonly outcome: "refused";
  readonly refusal: PasskeyRefusal;
  /** The passkey that its password manager may forget, because this server does not know it; null otherwise. */
  readonly forget: string | null;
}

export type PasskeyCheck =
  | { readonly outcome: "verified"; readonly account: AccountRecord; readonly proof: StepProof }
  | RefusedPasskey
  | { readonly outcome: "limited"; readonly retryAfterSeconds: number };

export interface PasskeyAttempt {
  /** The answer as the browser sent it. */
  readonly text: string;
  /** The cookie of the browser; null if it sent none. */
  readonly cookieValue: string | null;
  readonly origin: Origin;
  /** Whether an answer that is used up was used by the very form that brings it again. */
  readonly wasSent: () => Promise<boolean>;
}

/** The answer to the first step as a form that counts once: its challenge was made for one answer in this browser. Null for no such answer. */
export function formOfAnswer(
  { keys, clock }: Pick<Context, "keys" | "clock">,
  { text, cookieValue }: Pick<PasskeyAttempt, "text" | "cookieValue">,
): SignInForm | null {
  const sealed = parseAssertion(text)?.clientData.challenge;
  if (sealed === undefined || cookieValue === null) return null;
  const binding = { purpose: "sign_in", subject: "", cookieValue } as const;
  const challenge = openChallenge(keys, binding, sealed, clock.seconds());
  return challenge && { ...challenge, sealed, cookieValue, answer: text };
}

/** Checks the first step of a sign-in. The person is not known before it, so it counts for the address alone. */
export async function checkPasskey(context: Context, attempt: PasskeyAttempt): Promise<PasskeyCheck> {
  const { limits, events } = context;
  const act = actOfStranger(attempt.origin);
  const counted = [[limits.signInPerAddress, attempt.origin.address]] as const;
  const refused = await countAttempt(counted);
  if (refused !== null) {
    events.tell(act, [{ event: "sign_in.limited" }]);
    return { outcome: "limited", retryAfterSeconds: refused.wait };
  }
  let examined: Examined;
  try {
    examined = await examine(context, attempt, null);
  } catch (error) {
    takeBack(limits, counted);
    throw error;
  }
  settle(counted, examined.outcome === "verified");
  return told(context, attempt, examined);
}

export interface SecondPasskeyAttempt extends PasskeyAttempt {
  readonly browser: PresentedBrowser | null;
  /** Whether the device must ask for its person, because a key alone would prove the same twice. */
  readonly needsPerson: boolean;
}

/** Checks a later step, of a person who has passed the first. The attempt counts with those of the other steps. */
export async function checkPasskeyOf(
  context: Context,
  account: AccountRecord,
  attempt: SecondPasskeyAttempt,
): Promise<PasskeyCheck> {
  const { origin, browser, needsPerson } = attempt;
  let examined: Examined | null = null;
  const attempted = await attemptStep(
    context,
    { address: origin.address, browser, isSecond: true },
    account,
    async () => {
      examined = await examine(context, attempt, account);
      if (needsPerson && examined.outcome === "verified" && examined.proof.step !== STEPS.verified_passkey)
        examined = refusal("unverified", "unverified");
      return examined.outcome === "verified" ? examined.proof : null;
    },
  );
  if (attempted.outcome === "limited") {
    context.events.tell(actOfStranger(origin), [{ event: "sign_in.limited", subject: account.subject }]);
    return attempted;
  }
  return told(context, attempt, examined ?? refusal("unreadable", "unreadable"));
}

/** A refusal with the reason for the log. */
interface Unproved extends RefusedPasskey {
  readonly reason: string;
  readonly subject?: string | undefined;
}

type Examined = Exclude<PasskeyCheck, { readonly outcome: "limited" | "refused" }> | Unproved;

const refusal = (
  words: PasskeyRefusal,
  reason: string,
  { subject, forget = null }: { readonly subject?: string | undefined; readonly forget?: string | null } = {},
): Unproved => ({ outcome: "refused", refusal: words, reason, subject, forget });

function told(
  { events }: Pick<Context, "events">,
  { origin }: PasskeyAttempt,
  examined: Examined,
): PasskeyCheck {
  if (examined.outcome === "verified") return examined;
  const { reason, subject, ...refused } = examined;
  events.tell(actOfStranger(origin), [{ event: "passkey.refused", subject, reason }]);
  return refused;
}

/** `person`: who has to answer; null if any person may. */
async function examine(
  context: Context,
  { text, cookieValue, wasSent }: PasskeyAttempt,
  person: AccountRecord | null,
): Promise<Examined> {
  const { store, keys, clock } = context;
  const assertion = parseAssertion(text);
  if (assertion === null) return refusal("unreadable", "unreadable");
  const { credentialId, clientData, json } = assertion;
  const binding = { purpose: "sign_in", subject: person?.subject ?? "" } as const;
  const challenge =
    cookieValue === null
      ? null
      : openChallenge(keys, { ...binding, cookieValue }, clientData.challenge, clock.seconds());
  if (challenge === null) return refusal("stale", "challenge");
  const party = relyingParty(context);
  const asked = { credentialId, challenge: challenge.id, kind: "challenge" } as const;
  const { passkey, account, answered } = await store.look(PASSKEY_AND_PERSON, asked);
  const proved = await verifyAssertion(party, assertion, passkey?.publicKey ?? null);
  if (clientData.origin !== party.origin) return refusal("elsewhere", "origin");
  const about = { subject: passkey?.subject, forget: json.id };
  if (proved === null || passkey === null)
    return refusal("unknown", passkey === null ? "unknown" : "signature", about);
  const fault = misfit(assertion, passkey, account, person);
  // Its person has this passkey, and may sign in with it another time.
  if (fault !== null || account === null)
    return refusal("unknown", fault ?? "unknown", { ...about, forget: null });
  const used = rules.usePasskey({ passkey, answered }, answerOf(challenge, proved), clock.seconds());
  const step = proved.isPersonVerified ? STEPS.verified_passkey : STEPS.passkey;
  if (used === "used" && (await wasSent())) return { outcome: "verified", account, proof: spentProof(step) };
  if (typeof used === "string")
    return refusal(used === "copied" ? "copied" : "stale", used, { ...about, forget: null });
  return {
    outcome: "verified",
    account,
    proof: { step, use: () => useAgain(context, assertion, challenge, proved) },
  };
}

/** Why a good answer does not sign this person in; null if it does. */
function misfit(
  { json }: Assertion,
  { subject }: PasskeyRecord,
  account: AccountRecord | null,
  person: AccountRecord | null,
): string | null {
  // §7.2 step 6: the device says whose passkey it takes this one for.
  const { userHandle } = json.response;
  if (userHandle !== undefined && userHandle !== userHandleOf(subject)) return "user_handle";
  if (person !== null && person.subject !== subject) return "another_person";
  return account === null || account.disabledAt !== null ? "disabled" : null;
}

const answerOf = (challenge: OpenedChallenge, { counter, isBackedUp }: ProvedPasskey): rules.Answer => ({
  challenge,
  counter,
  isBackedUp,
});

/** The changes that use the answer up, by the facts of now. */
async function useAgain(
  { store, clock }: Pick<Context, "store" | "clock">,
  { credentialId }: Assertion,
  challenge: OpenedChallenge,
  proved: ProvedPasskey,
): Promise<readonly Change[] | null> {
  const asked = { credentialId, challenge: challenge.id, kind: "challenge" } as const;
  const facts = await store.look(PASSKEY_AND_ANSWER, asked);
  const used = rules.usePasskey(facts, answerOf(challenge, proved), clock.seconds());
  return typeof used === "string" ? null : used;
}

// ── The person's own passkeys ──────────────────────────────────────────────────────────────────────────────

/** `stale`: the challenge is too old, of another browser or page, or was answered before. `refused`: the device's answer is not good. */
export type AddPasskeyOutcome =
  | "stale"
  | "elsewhere"
  | "unreadable"
  | "refused"
  | Exclude<rules.AddOutcome, "used">;

/** What a device answered when it was asked for a new passkey. `name`: as the person named it; empty for the name of its kind. */
type NewPasskeyAnswer = Pick<PasskeyAttempt, "text" | "cookieValue"> & { readonly name?: string };

/** Verifies the answer of a device with a new passkey of the person, or says why it is not good. */
export async function readNewPasskey(
  context: Pick<Context, "keys" | "clock" | "issuer" | "configuration">,
  subject: SubjectId,
  purpose: "register" | "setup",
  { text, cookieValue, name = "" }: NewPasskeyAnswer,
): Promise<FirstPasskey | "stale" | "elsewhere" | "unreadable" | "refused"> {
  const { keys, clock } = context;
  const attestation = parseAttestation(text);
  if (attestation === null) return "unreadable";
  const { clientData } = attestation;
  const challenge =
    cookieValue === null
      ? null
      : openChallenge(keys, { cookieValue, purpose, subject }, clientData.challenge, clock.seconds());
  if (challenge === null) return "stale";
  const party = relyingParty(context);
  if (clientData.origin !== party.origin) return "elsewhere";
  const verified = await verifyAttestation(party, attestation);
  if (verified === null) return "refused";
  const passkey: PasskeyRecord = {
    ...verified,
    subject,
    name: name !== "" && isPasskeyName(name) ? name : (authenticatorName(verified.aaguid) ?? ""),
    createdAt: clock.seconds(),
    usedAt: null,
  };
  return { passkey, challenge };
}

/** The account of which this answer made the first passkey, as a double click brings it again. Null if there is none. */
export async function findMadeBy(
  context: Pick<Context, "keys" | "clock" | "issuer" | "configuration" | "store">,
  subject: SubjectId,
  answer: NewPasskeyAnswer,
): Promise<AccountRecord | null> {
  const read = await readNewPasskey(context, subject, "setup", answer);
  if (typeof read === "string") return null;
  const { credentialId, publicKey } = read.passkey;
  const asked = { credentialId, challenge: read.challenge.id, kind: "challenge" } as const;
  const { passkey, account, answered } = await context.store.look(PASSKEY_AND_PERSON, asked);
  const isSame = passkey?.subject === subject && Buffer.compare(passkey.publicKey, publicKey) === 0;
  return isSame && answered !== null ? account : null;
}

/** Adds a passkey to the account. */
export async function addPasskey(
  context: Context,
  act: Act,
  { subject }: AccountRecord,
  answer: NewPasskeyAnswer,
): Promise<AddPasskeyOutcome> {
  const { store } = context;
  const read = await readNewPasskey(context, subject, "register", answer);
  if (typeof read === "string") return read;
  const { passkey: added, challenge } = read;
  const { credentialId } = added;
  const asked = { credentialId, challenge: challenge.id, kind: "challenge" } as const;
  const outcome = await outcomeOf(context, act, async () => {
    const { account, setup } = await lookAtAccount(context, subject);
    const own = await listPasskeys(context, subject);
    return rules.addPasskey(
      { ...(await store.look(PASSKEY_AND_ANSWER, asked)), account, setup, own },
      added,
      challenge,
    );
  });
  return outcome === "used" ? "stale" : outcome;
}

/** False if the person has no such passkey. */
export const renamePasskey = (
  context: DecideContext,
  act: Act,
  subject: SubjectId,
  credentialId: CredentialId,
  name: string,
): Promise<boolean> =>
  outcomeOf(context, act, async () => {
    const { passkey } = await context.store.look(PASSKEY, { credentialId });
    return rules.renamePasskey(passkey, subject, name);
  });

const NO_WAYS: WaysIn = { hasPassword: false, passkeys: 0, hasTotp: false };

/** What is left without a passkey, or without the password. The account comes first: what is found after it is not older. */
async function lookAtWays(
  context: Reading,
  subject: SubjectId,
  without: CredentialId | "password",
): Promise<rules.WaysFacts> {
  const account = await findAccount(context, subject);
  if (account === null) return { account, left: NO_WAYS };
  return without === "password"
    ? { account, left: { ...(await findWaysIn(context, account)), hasPassword: false } }
    : { account, left: await findWaysIn(context, account, without) };
}

export const removePasskey = (
  context: DecideContext,
  act: Act,
  subject: SubjectId,
  credentialId: CredentialId,
  by: "person" | "operator",
): Promise<rules.RemoveOutcome> =>
  outcomeOf(context, act, async () => {
    const facts = await lookAtWays(context, subject, credentialId);
    const { passkey } = await context.store.look(PASSKEY, { credentialId });
    return rules.removePasskey({ ...facts, passkey }, by);
  });

/**
 * The same for an actor who may not take the last administrator away, which the passkeys of a person without a password can be.
 */
export const removeEveryPasskeyIf = (
  context: DecideContext,
  act: Act,
  subject: SubjectId,
): Promise<"removed" | "none" | "gone" | "last_administrator"> =>
  outcomeOf<"removed" | "none" | "gone" | "last_administrator">(context, act, async () => {
    const facts = await lookAtAccount(context, subject);
    const { account } = facts;
    const own = await listPasskeys(context, subject);
    if (account === null || own.length === 0) return concluded(account === null ? "gone" : "none");
    const decision = { ...rules.removeEveryPasskey(account, own), outcome: "removed" as const };
    if (account.passwordHash !== null) return decision;
    const hasOther = account.administrator && (await hasAdministrator(context, subject));
    return keepingOne(facts, hasOther, decision);
  });

/** The same for one passkey. */
export const removePasskeyIf = (
  context: DecideContext,
  act: Act,
  subject: SubjectId,
  credentialId: CredentialId,
): Promise<rules.RemoveOutcome | "last_administrator"> =>
  outcomeOf<rules.RemoveOutcome | "last_administrator">(context, act, async () => {
    const facts = await lookAtAccount(context, subject);
    const { account } = facts;
    const own = await listPasskeys(context, subject);
    const { left } = await lookAtWays(context, subject, credentialId);
    const { passkey } = await context.store.look(PASSKEY, { credentialId });
    const decision = rules.removePasskey({ account, left, passkey }, "operator");
    if (account === null || account.passwordHash !== null || own.length > 1) return decision;
    const hasOther = account.administrator && (await hasAdministrator(context, subject));
    return keepingOne(facts, hasOther, decision);
  });

/** Removes all passkeys of a person, for the operator. Returns how many; null if there is no such person. */
export async function removeEveryPasskey(
  context: DecideContext,
  act: Act,
  subject: SubjectId,
): Promise<number | null> {
  let removed = 0;
  const found = await outcomeOf(context, act, async () => {
    const account = await findAccount(context, subject);
    const own = await listPasskeys(context, subject);
    removed = own.length;
    return rules.removeEveryPasskey(account, own);
  });
  return found ? removed : null;
}

/** A person who signs in with passkeys does without their password. */
export const removePassword = (
  context: DecideContext,
  act: Act,
  subject: SubjectId,
): Promise<rules.RemovePasswordOutcome> =>
  outcomeOf(context, act, async () => rules.removePassword(await lookAtWays(context, subject, "password")));

/** How the identifier of a passkey is written. */
export const passkeyIdText = ({ credentialId }: Pick<PasskeyRecord, "credentialId">): string =>
  toBase64url(credentialId);
