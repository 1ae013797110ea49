/** One-time passwords and recovery codes: each counts once (RFC 6238 §5.2). */
import type { EpochSeconds } from "../platform/clock.ts";
import { TOTP_SECONDS } from "../protocol/totp.ts";
import { type Change, hold, update } from "../store/contract.ts";
import { type RecoveryCodeRecord, recoveryCodes, type TotpRecord, totps } from "../store/tables.ts";

/**
 * The use of the password of one step of time; null if that step or a later one was used. The app's clock may be off by some steps:
 * what it is off by is learnt, so that a clock that drifts slowly never locks its person out.
 */
export function useTotp(totp: TotpRecord, step: number, now: EpochSeconds): readonly Change[] | null {
  if (step <= totp.lastStep) return null;
  const drift = step - Math.floor(now / TOTP_SECONDS);
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
