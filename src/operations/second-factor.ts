/** The second step of a sign-in: a one-time password of the person's app (RFC 6238), or a recovery code. */

import type { PresentedBrowser } from "../accounts/known-browser.ts";
import { codeDigests, normalizeCode, openTotp, stepOfCode } from "../accounts/totp.ts";
import type { CredentialId, SubjectId } from "../protocol/identifiers.ts";
import { levelOfPerson } from "../rules/client-access.ts";
import type { Event, Origin } from "../rules/events.ts";
import { PASSKEYS_PER_PERSON } from "../rules/passkey.ts";
import * as rules from "../rules/second-factor.ts";
import { type SignInStep, STEPS, type WaysIn } from "../rules/sign-in.ts";
import { type Change, row, type Store } from "../store/contract.ts";
import type { AccountRecord } from "../store/tables/people.ts";
import { passkeys, recoveryCodes, type TotpRecord, totps } from "../store/tables/sign-in.ts";
import { type AttemptContext, type Attempted, attemptStep } from "./attempts.ts";
import type { Context } from "./context.ts";
import { readablePasskeys } from "./readable-passkeys.ts";

interface Reading {
  readonly store: Store;
}

const TOTP = { totp: row(totps, { subject: "$subject" }) };
const CODE = { ...TOTP, code: row(recoveryCodes, { digest: "$digest" }) };

export const findTotp = async ({ store }: Reading, subject: SubjectId): Promise<TotpRecord | null> =>
  (await store.look(TOTP, { subject })).totp;

/** What the person has set up to prove who they are. `without`: as if they did not have this passkey. */
export async function findWaysIn(
  context: Reading,
  account: AccountRecord,
  without: CredentialId | null = null,
): Promise<WaysIn> {
  const { subject } = account;
  const own = await context.store.list(passkeys, { where: { subject }, limit: PASSKEYS_PER_PERSON });
  const keys = own.filter(
    ({ credentialId }) => without === null || Buffer.compare(credentialId, without) !== 0,
  );
  return {
    hasPassword: account.passwordHash !== null,
    passkeys: (await readablePasskeys(keys)).length,
    hasTotp: (await findTotp(context, subject)) !== null,
  };
}

/** Whether the person may take their app away: if the operator demands a second factor of them, another must be left. */
export const mayDoWithoutTotp = async (
  context: Reading & Pick<Context, "levelPolicy">,
  account: AccountRecord,
): Promise<boolean> =>
  rules.mayDoWithoutTotp(levelOfPerson(context.levelPolicy, account), await findWaysIn(context, account));

/** A proof that belongs to the step it proves: the commit that starts the session uses it up. */
export interface StepProof {
  readonly step: SignInStep;
  /** The changes that use the proof up; null if it has been used. */
  readonly use: () => Promise<readonly Change[] | null>;
  /** What the session's commit makes known. Default: nothing. */
  readonly events?: readonly Event[];
}

export interface CodeAttempt {
  /** As the person typed it. */
  readonly code: string;
  readonly origin: Origin;
  readonly browser: PresentedBrowser | null;
  /** Whether a proof that is used up was used by the very form that brings it again. Default: no. */
  readonly wasSent?: (() => Promise<boolean>) | undefined;
}

/** A proof that was used up: no commit takes it again. */
export const spentProof = (step: SignInStep): StepProof => ({ step, use: async () => null });

type CodeContext = Pick<Context, "store" | "clock" | "keys"> & AttemptContext;

/** Checks a one-time password or a recovery code. The attempt counts with those of the other steps (THREATS 33, 83). */
export const checkCode = (
  context: CodeContext,
  account: AccountRecord,
  { code, origin, browser, wasSent }: CodeAttempt,
): Promise<Attempted<StepProof>> =>
  attemptStep(context, { address: origin.address, browser, isSecond: true }, account, async () => {
    const typed = normalizeCode(code);
    if (typed === null) return null;
    const { subject } = account;
    const use = () =>
      typed.kind === "totp"
        ? useTotp(context, account, typed.text)
        : useRecovery(context, account, typed.text);
    const events = typed.kind === "totp" ? [] : [{ event: "recovery_code.used", subject } as const];
    const step = STEPS[typed.kind];
    if ((await use()) !== null) return { step, use, events };
    return (await wasSent?.()) === true ? spentProof(step) : null;
  });

async function useTotp(
  { store, clock, keys }: CodeContext,
  { subject }: AccountRecord,
  code: string,
): Promise<readonly Change[] | null> {
  const { totp } = await store.look(TOTP, { subject });
  if (totp === null) return null;
  const step = stepOfCode(openTotp(keys, totp), code, clock.seconds(), totp.drift);
  return step === null ? null : rules.useTotp(totp, step, clock.seconds());
}

async function useRecovery(
  { store, clock, keys }: CodeContext,
  { subject }: AccountRecord,
  code: string,
): Promise<readonly Change[] | null> {
  for (const digest of codeDigests(keys, subject, code)) {
    const facts = await store.look(CODE, { subject, digest });
    const changes = rules.useRecoveryCode(facts, subject, clock.seconds());
    if (changes !== null) return changes;
  }
  return null;
}
