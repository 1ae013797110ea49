/**
 * Checks a person's password, for the sign-in page and for every other page that asks for it.
 * Attempts count before the check, so that parallel guesses all count. They count by name even if the name does not
 * exist, so that limits, like words and time, do not reveal which names exist (THREATS 33, 34). A browser in which the person
 * has signed in before counts by itself, so that strangers cannot lock the person out (THREATS 60).
 */
import type { KnownBrowsers, PresentedBrowser } from "../accounts/known-browser.ts";
import type { PasswordAsker, Passwords } from "../accounts/passwords.ts";
import type { AttemptLimit } from "../platform/attempts.ts";
import { widestNetwork } from "../platform/network.ts";
import { foldUsername } from "../protocol/identifiers.ts";
import { actOfStranger, type Origin } from "../rules/events.ts";
import { PASSWORD, type SignInStep } from "../rules/sign-in.ts";
import type { AccountRecord } from "../store/tables.ts";
import type { DecideContext } from "./decide.ts";
import { findAccountByUsername } from "./people.ts";

export type PasswordCheck =
  | { readonly outcome: "verified"; readonly account: AccountRecord; readonly steps: readonly SignInStep[] }
  /** An unknown name, a wrong password or a disabled person. The answer does not say which. */
  | { readonly outcome: "refused" }
  | { readonly outcome: "limited"; readonly retryAfterSeconds: number };

export interface PasswordAttempt {
  readonly username: string;
  readonly password: string;
  /** Where the attempt comes from. */
  readonly origin: Origin;
  /** What the browser presents (`KnownBrowsers`). */
  readonly browser?: PresentedBrowser | null | undefined;
}

export interface PasswordCheckContext extends DecideContext {
  readonly passwords: Passwords;
  readonly knownBrowsers: KnownBrowsers;
  readonly limits: {
    readonly signInPerAccount: AttemptLimit;
    readonly signInPerAddress: AttemptLimit;
    readonly signInPerBrowser: AttemptLimit;
  };
}

/** Throws PasswordPoolBusy or StoreUnavailable; then the attempt counts for the address only. */
export async function checkPassword(
  context: PasswordCheckContext,
  attempt: PasswordAttempt,
): Promise<PasswordCheck> {
  const check = await measurePassword(context, attempt);
  const { events } = context;
  const act = actOfStranger(attempt.origin);
  if (check.outcome === "limited") events.tell(act, [{ event: "sign_in.limited" }]);
  if (check.outcome === "refused") events.tell(act, [{ event: "sign_in.refused" }]);
  return check;
}

async function measurePassword(
  context: PasswordCheckContext,
  { username, password, origin: { address }, browser = null }: PasswordAttempt,
): Promise<PasswordCheck> {
  const { passwords, limits, knownBrowsers } = context;
  const name = username.normalize("NFKC").trim();
  const find = () => findAccountByUsername(context, name);
  const strangers = {
    asker: { source: widestNetwork(address), isKnown: false },
    counted: [
      [limits.signInPerAddress, address],
      [limits.signInPerAccount, `name ${foldUsername(name)}`],
    ],
  } as const;

  let found: Promise<AccountRecord | null> | null = null;
  let way: CountedWay | null = null;
  if (browser !== null) {
    const account = await find();
    found = Promise.resolve(account);
    const own = {
      asker: { source: `browser ${browser.id}`, isKnown: true },
      counted: [[limits.signInPerBrowser, browser.id]],
    } as const;
    if (knownBrowsers.isKnownTo(browser, account) && (await countAttempt(own.counted)) === 0) way = own;
  }
  if (way === null) {
    // Attempts are counted before the check of the password, so a hundred parallel ones count a hundred.
    const wait = await countAttempt(strangers.counted);
    if (wait > 0) return { outcome: "limited", retryAfterSeconds: wait };
    way = strangers;
  }

  let account: AccountRecord | null;
  let matches: boolean;
  try {
    account = await (found ?? find());
    matches = await passwords.verify(password, account?.passwordHash ?? null, way.asker);
  } catch (error) {
    // The person is not to blame. The attempt still counts for the address, because a flood may keep the server busy.
    for (const [limit, key] of way.counted) {
      if (limit === limits.signInPerAddress) limit.settle(key);
      else limit.forgive(key);
    }
    throw error;
  }
  if (!matches || account === null || account.disabledAt !== null) {
    for (const [limit, key] of way.counted) limit.settle(key);
    return { outcome: "refused" };
  }
  for (const [limit, key] of way.counted) {
    if (limit === limits.signInPerAccount) limit.reset(key);
    else limit.forgive(key);
  }
  return { outcome: "verified", account, steps: [PASSWORD] };
}

type Counted = readonly (readonly [AttemptLimit, string])[];

/** What an attempt counts for, and whose place in the queue it takes. */
interface CountedWay {
  readonly asker: PasswordAsker;
  readonly counted: Counted;
}

/** How long a refused attempt waits for those under way, in milliseconds. Checks take tens of milliseconds. */
const DECIDED_WITHIN_MILLIS = 10_000;

/**
 * Counts an attempt. Returns 0 if it is allowed, otherwise the seconds until one is. If the limit is reached only together with
 * attempts under way, it waits for them: a right password is not refused for being the eleventh at once.
 */
async function countAttempt(counted: Counted): Promise<number> {
  let patience: AbortSignal | null = null;
  for (;;) {
    const refused = countOnce(counted);
    if (refused === null) return 0;
    const decision = patience?.aborted ? null : refused.limit.decision(refused.key);
    if (decision === null) {
      // It counts for the limits before the one that refuses it, as a bad one.
      for (const [limit, key] of refused.before) limit.settle(key);
      return refused.wait;
    }
    for (const [limit, key] of refused.before) limit.forgive(key);
    patience ??= AbortSignal.timeout(DECIDED_WITHIN_MILLIS);
    await untilAborted(decision, patience);
  }
}

/** One synchronous step. Null if the attempt is counted for all of them. */
function countOnce(counted: Counted) {
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
