/**
 * Counts attempts to prove who a person is. All steps of a sign-in and all doors share these counts (THREATS 33): an attempt counts
 * before its check, so that parallel guesses all count, and is taken back if it turns out good.
 */
import type { KnownBrowsers, PresentedBrowser } from "../accounts/known-browser.ts";
import type { PasswordAsker } from "../accounts/passwords.ts";
import type { AttemptLimit } from "../platform/attempts.ts";
import { widestNetwork } from "../platform/network.ts";
import { signInNamesOf } from "../rules/person.ts";
import type { AccountRecord } from "../store/tables/people.ts";
import type { Context } from "./context.ts";

export interface AttemptContext {
  readonly knownBrowsers: KnownBrowsers;
  readonly limits: Pick<
    Context["limits"],
    | "emailCodePerAccount"
    | "signInPerAccount"
    | "signInPerAddress"
    | "signInPerBrowser"
    | "secondStepPerAccount"
  >;
}

type SignInLimits = AttemptContext["limits"];

/** Who attempts it: in which browser, and from where. */
export interface Attempting {
  readonly address: string;
  /** What the browser presents (`KnownBrowsers`). */
  readonly browser: PresentedBrowser | null;
  /** Whether the person has passed a step before it. Guesses of strangers then count for a day as well. Default: no. */
  readonly isSecond?: boolean;
}

export type Counted = readonly (readonly [AttemptLimit, string])[];

export const nameKey = (folded: string): string => `name ${folded}`;

/** The key counts the attempts since the operator last unlocked the person. */
export const accountKey = ({ subject, unlockedAt }: AccountRecord): string =>
  unlockedAt === null ? `account ${subject}` : `account ${subject} ${unlockedAt}`;

/** A new password ends the wait that guesses at the old one brought. It is no second step, and gives no new guesses at one for the day. */
export function forgetGuesses({ limits }: AttemptContext, account: AccountRecord): void {
  for (const key of [accountKey(account), ...signInNamesOf(account).map(nameKey)])
    limits.signInPerAccount.reset(key);
}

/** Another name of a person, or another step, is no way to more guesses: a complete sign-in forgets the failures of all. */
export function forgetFailures(context: AttemptContext, account: AccountRecord): void {
  const { limits } = context;
  forgetGuesses(context, account);
  for (const key of [accountKey(account), ...signInNamesOf(account).map(nameKey)])
    limits.emailCodePerAccount.reset(key);
  limits.secondStepPerAccount.reset(accountKey(account));
}

/** The attempt could not be carried out. */
export function takeBack(limits: SignInLimits, counted: Counted): void {
  for (const [limit, key] of counted) {
    if (limit === limits.signInPerAddress) limit.settle(key);
    else limit.forgive(key);
  }
}

export function settle(counted: Counted, isGood: boolean): void {
  for (const [limit, key] of counted) {
    if (isGood) limit.forgive(key);
    else limit.settle(key);
  }
}

export type Attempted<Proof> =
  | {
      readonly outcome: "verified";
      readonly proof: Proof;
      /** Whether it counted for a browser that is known to the account. Failures of strangers stay counted then. */
      readonly isKnownBrowser: boolean;
    }
  | { readonly outcome: "refused" }
  | { readonly outcome: "limited"; readonly retryAfterSeconds: number };

/**
 * Attempts a step of a person who is known already, such as the second one. `check` returns null for a wrong answer. If it throws,
 * the attempt counts for the address only.
 */
export async function attemptStep<Proof>(
  { limits, knownBrowsers }: AttemptContext,
  { address, browser, isSecond = false }: Attempting,
  account: AccountRecord,
  check: (asker: PasswordAsker) => Promise<Proof | null>,
): Promise<Attempted<Proof>> {
  const isKnown = browser !== null && knownBrowsers.isKnownTo(browser, account);
  const inBrowser: Counted = browser === null ? [] : [[limits.signInPerBrowser, browser.id]];
  const asStranger: Counted = [
    [limits.signInPerAddress, address],
    [limits.signInPerAccount, accountKey(account)],
    ...(isSecond ? [[limits.secondStepPerAccount, accountKey(account)] as const] : []),
  ];
  const isOwn = isKnown && (await countAttempt(inBrowser)) === null;
  const counted = isOwn ? inBrowser : asStranger;
  const refused = isOwn ? null : await countAttempt(asStranger);
  if (refused !== null) {
    for (const [limit, key] of refused.before) limit.settle(key);
    return { outcome: "limited", retryAfterSeconds: refused.wait };
  }
  const source = isOwn && browser !== null ? `browser ${browser.id}` : widestNetwork(address);
  let proof: Proof | null;
  try {
    proof = await check({ source, isKnown: isOwn });
  } catch (error) {
    takeBack(limits, counted);
    throw error;
  }
  settle(counted, proof !== null);
  return proof === null ? { outcome: "refused" } : { outcome: "verified", proof, isKnownBrowser: isOwn };
}

/** How long a refused attempt waits for those under way, in milliseconds. Checks take tens of milliseconds. */
const DECIDED_WITHIN_MILLIS = 10_000;

export interface Refused {
  readonly limit: AttemptLimit;
  readonly key: string;
  /** In seconds, until an attempt is allowed. */
  readonly wait: number;
  /** What it counts for all the same. */
  readonly before: Counted;
}

/**
 * Counts an attempt. Returns null if it is allowed. If the limit is reached only together with attempts under way, it waits for
 * them: a right password is not refused for being the eleventh at once. A refused attempt counts for the limits before the one
 * that refuses it; the caller settles them.
 */
export async function countAttempt(counted: Counted): Promise<Refused | null> {
  let patience: AbortSignal | null = null;
  for (;;) {
    const refused = countOnce(counted);
    if (refused === null) return null;
    const decision = patience?.aborted ? null : refused.limit.decision(refused.key);
    if (decision === null) return refused;
    for (const [limit, key] of refused.before) limit.forgive(key);
    patience ??= AbortSignal.timeout(DECIDED_WITHIN_MILLIS);
    await untilAborted(decision, patience);
  }
}

/** One synchronous step. Null if the attempt is counted for all of them. */
function countOnce(counted: Counted): Refused | null {
  for (const [index, [limit, key]] of counted.entries()) {
    const wait = limit.attempt(key);
    if (wait > 0) return { limit, key, wait, before: counted.slice(0, index) };
  }
  return null;
}

function untilAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      signal.removeEventListener("abort", end);
      resolve();
    };
    signal.addEventListener("abort", end);
    void promise.then(end);
  });
}
