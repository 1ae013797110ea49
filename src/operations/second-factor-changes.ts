/** A person sets up, replaces and removes their second factor, and renews the recovery codes. */

import { codeDigest, newRecoveryCode, normalizeCode, sealTotp, stepOfCode } from "../accounts/totp.ts";
import type { SubjectId } from "../protocol/identifiers.ts";
import { RECOVERY_CODES, TOTP_FIRST_WINDOW } from "../protocol/totp.ts";
import { type Act, actOfPerson } from "../rules/events.ts";
import * as rules from "../rules/second-factor.ts";
import { STEPS, stepOfSession } from "../rules/sign-in.ts";
import { row, type Store } from "../store/contract.ts";
import { type AccountRecord, accounts } from "../store/tables/people.ts";
import { recoveryCodes, type TotpRecord, totps } from "../store/tables/sign-in.ts";
import type { Context } from "./context.ts";
import { type DecideContext, outcomeOf } from "./decide.ts";
import { newEnding } from "./ending.ts";
import { collect } from "./paging.ts";
import { type CodeAttempt, checkCode, type StepProof } from "./second-factor.ts";
import { everySession, type SignedIn, type StartedSession, startAfterChange } from "./sessions.ts";

const FACTS = {
  account: row(accounts, { subject: "$subject" }),
  totp: row(totps, { subject: "$subject" }),
};

async function lookAtFactor(
  { store }: { readonly store: Store },
  subject: SubjectId,
): Promise<rules.FactorFacts> {
  const [code = null] = await store.list(recoveryCodes, { where: { subject }, limit: 1 });
  return { ...(await store.look(FACTS, { subject })), code };
}

/** How many recovery codes the person has not used. */
export async function countRecoveryCodes(
  { store }: { readonly store: Store },
  subject: SubjectId,
): Promise<number> {
  const codes = await store.list(recoveryCodes, { where: { subject }, limit: 2 * RECOVERY_CODES });
  return codes.filter(({ usedAt }) => usedAt === null).length;
}

/** New recovery codes as the person reads them, and their digests. */
function newCodes({ random, keys }: Pick<Context, "random" | "keys">, subject: SubjectId) {
  const texts = Array.from({ length: RECOVERY_CODES }, () => newRecoveryCode(random));
  const digests = texts.map((text) => codeDigest(keys, subject, normalizeCode(text)?.text ?? text));
  return { texts, digests };
}

export interface TotpSetUp {
  /** The secret that the page showed. */
  readonly secret: Uint8Array;
  /** As the person typed it. */
  readonly code: string;
  /** When the app was set up whose place the new one takes, if the person may replace it; null for the first one. */
  readonly replaces: number | null;
}

export type SetUpOutcome =
  | {
      readonly outcome: "added";
      readonly recoveryCodes: readonly string[];
      /** The person's session from now on; null if they must sign in again. */
      readonly started: StartedSession | null;
    }
  /** The code is not one that the app shows around now. */
  | { readonly outcome: "wrong" }
  /** The person's second factor has changed since the page was opened. */
  | { readonly outcome: "changed" };

/**
 * Adds the app of a signed-in person, once it shows a right code. They go on in this browser with both proofs. Guesses do not count:
 * the person has seen the secret.
 */
export async function setUpTotp(
  context: Context,
  act: Act,
  { account: { subject }, session }: SignedIn,
  { secret, code, replaces }: TotpSetUp,
): Promise<SetUpOutcome> {
  const { clock, keys, configuration } = context;
  const typed = normalizeCode(code);
  const step =
    typed?.kind === "totp" ? stepOfCode(secret, typed.text, clock.seconds(), 0, TOTP_FIRST_WINDOW) : null;
  if (step === null) return { outcome: "wrong" };
  const { texts, digests } = newCodes(context, subject);
  const sealedSecret = sealTotp(keys, subject, secret);
  const idleSince = clock.seconds() - configuration.lifetimes.session_idle_seconds;
  const account = await outcomeOf(context, act, async () => {
    const facts = await lookAtFactor(context, subject);
    const now = clock.seconds();
    const sessions =
      facts.account === null ? [] : await collect(everySession(context, facts.account, now, idleSince));
    const others = sessions
      .filter(({ id }) => Buffer.compare(id, session.id) !== 0)
      .map((other) => ({ session: other, ending: newEnding(context, subject) }));
    return rules.setUpTotp(facts, { sealedSecret, step, codes: digests, replaces }, others, now);
  });
  if (account === null) return { outcome: "changed" };
  const steps = [stepOfSession(session), STEPS.totp];
  const signIn = { steps, since: session.authenticatedAt, continues: session.id };
  // The codes must be shown even if the store fails now.
  const started = await startAfterChange(context, act, { account, ...signIn }, session.id);
  return { outcome: "added", recoveryCodes: texts, started };
}

type Proved<Result> =
  | { readonly outcome: "done"; readonly result: Result }
  | { readonly outcome: "refused" }
  | { readonly outcome: "limited"; readonly retryAfterSeconds: number };

/** Checks a code, which counts as at sign-in, and makes the change that it allows. The code is used up by the commit of the change. */
async function withCode<Result>(
  context: Context,
  account: AccountRecord,
  attempt: CodeAttempt,
  change: (act: Act, use: () => Promise<rules.FactorProof | null>) => Promise<Result | null>,
): Promise<Proved<Result>> {
  const { subject } = account;
  const act = actOfPerson(attempt.origin, subject);
  const checked = await checkCode(context, account, attempt);
  if (checked.outcome !== "verified") {
    const event = checked.outcome === "limited" ? "sign_in.limited" : "sign_in.refused";
    context.events.tell(act, [{ event, subject, reason: "second_step" }]);
    return checked;
  }
  const result = await change(act, () => proofOf(checked.proof));
  return result === null ? { outcome: "refused" } : { outcome: "done", result };
}

async function proofOf({ use, events = [] }: StepProof): Promise<rules.FactorProof | null> {
  const uses = await use();
  return uses && { uses, events };
}

/** Lets the person replace the app. The answer is the app that they may replace. */
export const allowReplacing = (context: Context, account: AccountRecord, attempt: CodeAttempt) =>
  withCode(context, account, attempt, (act, use) =>
    outcomeOf<TotpRecord | null>(context, act, async () => {
      const proof = await use();
      const facts = await lookAtFactor(context, account.subject);
      return proof === null ? { outcome: null } : rules.allowChange(facts, proof);
    }),
  );

/** Gives the person new recovery codes, which the answer has as the person reads them. */
export const renewRecoveryCodes = (context: Context, account: AccountRecord, attempt: CodeAttempt) =>
  withCode(context, account, attempt, async (act, use) => {
    const { texts, digests } = newCodes(context, account.subject);
    const isDone = await outcomeOf(context, act, async () => {
      const proof = await use();
      const facts = await lookAtFactor(context, account.subject);
      return proof === null
        ? { outcome: false }
        : rules.renewRecoveryCodes(facts, digests, proof, context.clock.seconds());
    });
    return isDone ? texts : null;
  });

/** Takes the person's second factor away. The page has asked whether they may do without one. */
export const removeTotp = (context: Context, account: AccountRecord, attempt: CodeAttempt) =>
  withCode(context, account, attempt, async (act, use) => {
    const isDone = await outcomeOf(context, act, async () => {
      const proof = await use();
      const facts = await lookAtFactor(context, account.subject);
      return proof === null ? { outcome: false } : rules.removeTotp(facts, proof);
    });
    return isDone ? true : null;
  });

/** The operator takes the second factor of a person away who has lost it. False if they have none. */
export const removeTotpByOperator = (
  context: DecideContext,
  act: Act,
  subject: SubjectId,
): Promise<boolean> =>
  outcomeOf(context, act, async () => rules.removeTotp(await context.store.look(FACTS, { subject })));
