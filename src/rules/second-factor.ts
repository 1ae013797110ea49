/**
 * One-time passwords and recovery codes: each counts once (RFC 6238 §5.2). Every change of a person's second factor changes their
 * row (`touchAccount`), so that a sign-in that rests on the person as they were begins anew.
 */
import type { EpochSeconds } from "../platform/clock.ts";
import { type AuthenticationLevel, reaches } from "../protocol/authentication-level.ts";
import type { SecretDigest, SubjectId } from "../protocol/identifiers.ts";
import { TOTP_FIRST_WINDOW, TOTP_SECONDS } from "../protocol/totp.ts";
import { type Change, hold, insert, sweep, update } from "../store/contract.ts";
import type { AccountRecord } from "../store/tables/people.ts";
import { type RecoveryCodeRecord, recoveryCodes, type TotpRecord, totps } from "../store/tables/sign-in.ts";
import { concluded, type Decision } from "./decision.ts";
import type { Event } from "./events.ts";
import { touchAccount } from "./grant.ts";
import { sessionEnded } from "./person.ts";
import { type EndedSession, endLinks, endOneSession } from "./session.ts";
import type { WaysIn } from "./sign-in.ts";

/**
 * The use of the password of one step of time; null if that step or a later one was used. The app's clock may be off by some steps:
 * what it is off by is learnt, so that a clock that drifts slowly does not lock its person out. It may not be off by more than at
 * set-up: a stranger who read codes of the far future from the app could lead the server there step by step otherwise.
 */
export function useTotp(totp: TotpRecord, step: number, now: EpochSeconds): readonly Change[] | null {
  if (step <= totp.lastStep) return null;
  const drift = step - Math.floor(now / TOTP_SECONDS);
  if (Math.abs(drift) > TOTP_FIRST_WINDOW) return null;
  const { subject, lastStep } = totp;
  return [update(totps, { subject }, { lastStep }, { lastStep: step, drift })];
}

export interface RecoveryFacts {
  readonly totp: TotpRecord | null;
  readonly code: RecoveryCodeRecord | null;
}

/** The use of a recovery code; null if there is no such code of this person, or it was used. */
export function useRecoveryCode(
  { totp, code }: RecoveryFacts,
  subject: string,
  now: EpochSeconds,
): readonly Change[] | null {
  if (totp === null || code === null || code.subject !== subject || code.usedAt !== null) return null;
  return [
    hold(totps, { subject: totp.subject }, { lastStep: totp.lastStep }),
    update(recoveryCodes, { digest: code.digest }, { usedAt: null }, { usedAt: now }),
  ];
}

/** What is known of a person's second factor before it changes. */
export interface FactorFacts {
  readonly account: AccountRecord | null;
  readonly totp: TotpRecord | null;
  /** One of the recovery codes that the person has; null if they have none. All were made at the same time. */
  readonly code: RecoveryCodeRecord | null;
}

/** The code that the person typed to prove that they may change their second factor, and what its use makes known. */
export interface FactorProof {
  readonly uses: readonly Change[];
  readonly events: readonly Event[];
}

const NO_PROOF: FactorProof = { uses: [], events: [] };

/** New recovery codes in place of all that the person has. */
function renewCodes(
  subject: SubjectId,
  code: RecoveryCodeRecord | null,
  digests: readonly SecretDigest[],
  now: EpochSeconds,
) {
  // The time tells the old codes from the new ones.
  const createdAt = Math.max(now, (code?.createdAt ?? 0) + 1);
  return {
    changes: digests.map((digest) => insert(recoveryCodes, { digest, subject, createdAt, usedAt: null })),
    sweeps: code === null ? [] : [sweep(recoveryCodes, { subject, createdAt: code.createdAt }, null)],
  };
}

/** An app that has just shown that it makes the right codes. */
export interface NewTotp {
  readonly sealedSecret: Uint8Array;
  /** The step of time of the code that it showed. */
  readonly step: number;
  /** Of the new recovery codes. */
  readonly codes: readonly SecretDigest[];
  /** When the app was set up whose place it takes; null for the first one. */
  readonly replaces: EpochSeconds | null;
}

/**
 * Adds the person's app, or replaces it. The person's sessions in other browsers rest on one proof, or on the app that is replaced,
 * so they end, and so do the links that they may have asked for. The outcome is the person as they are afterwards; null, and nothing changed, if they may not sign in, or if another app
 * was set up or removed meanwhile.
 */
export function setUpTotp(
  { account, totp, code }: FactorFacts,
  { sealedSecret, step, codes, replaces }: NewTotp,
  others: readonly EndedSession[],
  now: EpochSeconds,
): Decision<AccountRecord | null> {
  if (account === null || account.disabledAt !== null || (totp?.createdAt ?? null) !== replaces)
    return concluded(null);
  const { subject } = account;
  const drift = step - Math.floor(now / TOTP_SECONDS);
  // A replacement has another time than what it replaces, so that a form that replaces an app does so once.
  const createdAt = Math.max(now, (replaces ?? 0) + 1);
  const set = { sealedSecret, lastStep: step, drift, createdAt };
  // Guesses at codes from a known browser count apart, and a stranger may have been known by the password alone.
  const known = { browsersForgottenAt: createdAt };
  const renewed = renewCodes(subject, code, codes, now);
  const ends = others.map(({ session, ending }) => endOneSession(session, ending));
  return {
    outcome: { ...account, ...known, revision: account.revision + 1 },
    changes: [
      touchAccount(account, known),
      totp === null
        ? insert(totps, { subject, ...set })
        : update(totps, { subject }, { createdAt: totp.createdAt }, set),
      ...renewed.changes,
      ...ends.flatMap(({ changes }) => changes),
    ],
    sweeps: [...renewed.sweeps, ...ends.flatMap(({ sweeps }) => sweeps), endLinks(subject)],
    events: [
      { event: "second_factor.added", subject },
      ...others.map(({ session }) => sessionEnded(session, "second_factor")),
    ],
  };
}

/** Whether the person may take their app away, so that what is demanded of them can still be met. */
export const mayDoWithoutTotp = (
  demanded: AuthenticationLevel,
  { passkeys }: Pick<WaysIn, "passkeys">,
): boolean => reaches("1", demanded) || passkeys > 0;

/** Spends a code that allows a change which needs another step before it is made. */
export const allowChange = (
  { account, totp }: FactorFacts,
  { uses, events }: FactorProof,
): Decision<TotpRecord | null> =>
  account === null || totp === null
    ? concluded(null)
    : { outcome: totp, changes: [touchAccount(account, {}), ...uses], events };

/** Gives the person new recovery codes. Those that they had end, used or not. False if there is no second factor. */
export function renewRecoveryCodes(
  { account, totp, code }: FactorFacts,
  codes: readonly SecretDigest[],
  { uses, events }: FactorProof,
  now: EpochSeconds,
): Decision<boolean> {
  if (account === null || totp === null) return concluded(false);
  const { subject } = account;
  const renewed = renewCodes(subject, code, codes, now);
  return {
    outcome: true,
    changes: [touchAccount(account, {}), ...uses, ...renewed.changes],
    sweeps: renewed.sweeps,
    events: [...events, { event: "recovery_codes.renewed", subject }],
  };
}

/**
 * Takes the person's app and recovery codes away; no session and no access ends. The operator needs no proof. False if there is no
 * second factor.
 */
export function removeTotp(
  { account, totp }: Pick<FactorFacts, "account" | "totp">,
  { uses, events }: FactorProof = NO_PROOF,
): Decision<boolean> {
  if (account === null || totp === null) return concluded(false);
  const { subject } = account;
  return {
    outcome: true,
    changes: [touchAccount(account, {}), ...uses],
    sweeps: [sweep(totps, { subject }, null), sweep(recoveryCodes, { subject }, null)],
    events: [...events, { event: "second_factor.removed", subject }],
  };
}
