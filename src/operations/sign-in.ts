/**
 * Checks a person's password, for the sign-in page and for every other page that asks for it. A person signs in with the user
 * name or with the e-mail address.
 * Attempts count before the check, so that parallel guesses all count. They count by the name that was typed even if it does
 * not exist, so that limits, like words and time, do not reveal which names exist (THREATS 33, 34). They also count by
 * person, so that two names for one person are not twice as many guesses. A browser in which the person has signed in before
 * counts by itself, so that strangers cannot lock the person out (THREATS 60).
 */
import type { PresentedBrowser } from "../accounts/known-browser.ts";
import type { PasswordAsker, Passwords } from "../accounts/passwords.ts";
import type { Configuration } from "../configuration/schema.ts";
import type { Clock } from "../platform/clock.ts";
import { widestNetwork } from "../platform/network.ts";
import { foldUsername, type SubjectId } from "../protocol/identifiers.ts";
import { actOfStranger, type Origin } from "../rules/events.ts";
import { isUnlocked } from "../rules/person.ts";
import { type SignInStep, STEPS } from "../rules/sign-in.ts";
import type { AccountRecord } from "../store/tables/people.ts";
import {
  type AttemptContext,
  accountKey,
  type Counted,
  countAttempt,
  nameKey,
  settle,
  takeBack,
} from "./attempts.ts";
import type { DecideContext } from "./decide.ts";
import { findAccountBySignInName } from "./people.ts";
import { withRenewedPassword } from "./renew-password.ts";

export type PasswordCheck =
  | {
      readonly outcome: "verified";
      readonly account: AccountRecord;
      readonly steps: readonly SignInStep[];
      /** Whether it counted for a browser that is known to the account. Failures of strangers stay counted then. */
      readonly isKnownBrowser: boolean;
    }
  /** An unknown name, a wrong password or a disabled person. The answer does not say which. */
  | { readonly outcome: "refused" }
  | { readonly outcome: "limited"; readonly retryAfterSeconds: number };

export interface PasswordAttempt {
  /** A user name or an e-mail address. */
  readonly username: string;
  readonly password: string;
  /** Where the attempt comes from. */
  readonly origin: Origin;
  /** What the browser presents (`KnownBrowsers`). */
  readonly browser?: PresentedBrowser | null | undefined;
}

export interface PasswordCheckContext extends DecideContext, AttemptContext {
  readonly configuration: Pick<Configuration, "limits">;
  readonly clock: Clock;
  readonly passwords: Passwords;
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
  if (check.outcome === "verified") {
    const account = await withRenewedPassword(context, check.account, attempt);
    if (account !== null) return { ...check, account };
    events.tell(act, [{ event: "sign_in.refused" }]);
    return { outcome: "refused" };
  }
  if (check.outcome === "refused") {
    const { isLimited, subject } = check;
    events.tell(act, [{ event: isLimited ? "sign_in.limited" : "sign_in.refused", subject }]);
    return { outcome: "refused" };
  }
  return check;
}

type Limited = Extract<PasswordCheck, { readonly outcome: "limited" }>;

type Measured =
  | Exclude<PasswordCheck, { readonly outcome: "refused" }>
  /**
   * `isLimited`: the password was not compared, because of attempts with another name of the person. `subject`: the person, if the
   * name is one's. Only the person and the operator learn of it.
   */
  | { readonly outcome: "refused"; readonly isLimited: boolean; readonly subject: SubjectId | undefined };

async function measurePassword(
  context: PasswordCheckContext,
  { username, password, origin: { address }, browser = null }: PasswordAttempt,
): Promise<Measured> {
  const { passwords, limits } = context;
  const name = username.normalize("NFKC").trim();
  const known = browser === null ? null : await knownWay(context, browser, name);
  const way = known?.way ?? (await strangersWay(context, name, address, known?.account));
  if ("outcome" in way) return way;
  const { account, isLimited } = way;

  let matches: boolean;
  try {
    // The answer "limited" to the first attempt with a name would tell that it is another name of a person whose password
    // was guessed before. So the answer is that to a wrong password, after as long.
    matches = await passwords.verify(password, isLimited ? null : (account?.passwordHash ?? null), way.asker);
  } catch (error) {
    // The person is not to blame. The attempt still counts for the address, because a flood may keep the server busy.
    takeBack(limits, way.counted);
    throw error;
  }
  if (!matches || account === null || account.disabledAt !== null) {
    settle(way.counted, false);
    return { outcome: "refused", isLimited, subject: account?.subject };
  }
  settle(way.counted, true);
  return { outcome: "verified", account, steps: [STEPS.password], isKnownBrowser: way.asker.isKnown };
}

const limited = (retryAfterSeconds: number): Limited => ({ outcome: "limited", retryAfterSeconds });

/** What an attempt counts for, and whose place in the queue it takes. */
interface CountedWay {
  readonly account: AccountRecord | null;
  readonly asker: PasswordAsker;
  readonly counted: Counted;
  /** The password is not to be compared. */
  readonly isLimited: boolean;
}

/** The way of a browser in which the person has signed in before; null if it is none, or has failed too often. */
async function knownWay(
  context: PasswordCheckContext,
  browser: PresentedBrowser,
  name: string,
): Promise<{ readonly account: AccountRecord | null; readonly way: CountedWay | null }> {
  const { knownBrowsers, limits } = context;
  const account = await findAccountBySignInName(context, name);
  const counted = [[limits.signInPerBrowser, browser.id]] as const;
  if (!knownBrowsers.isKnownTo(browser, account) || (await countAttempt(counted)) !== null)
    return { account, way: null };
  const asker = { source: `browser ${browser.id}`, isKnown: true };
  return { account, way: { account, asker, counted, isLimited: false } };
}

/** The way of everyone else. `found`: the person with the name, if that is known already. */
async function strangersWay(
  context: PasswordCheckContext,
  name: string,
  address: string,
  found: AccountRecord | null | undefined,
): Promise<CountedWay | Limited> {
  const { limits, configuration, clock } = context;
  const perAddress = [limits.signInPerAddress, address] as const;
  const perName = [limits.signInPerAccount, nameKey(foldUsername(name))] as const;
  // Nothing is awaited between these two, so a hundred parallel attempts count a hundred.
  const refused = await countAttempt([perAddress, perName]);
  if (refused?.limit === limits.signInPerAddress) return limited(refused.wait);
  const counted: Counted[number][] = refused === null ? [perAddress, perName] : [perAddress];
  let account: AccountRecord | null;
  try {
    account = found === undefined ? await findAccountBySignInName(context, name) : found;
  } catch (error) {
    takeBack(limits, counted);
    throw error;
  }
  const isFree = isUnlocked(account, clock.seconds(), configuration.limits.sign_in_window_seconds);
  if (refused !== null && !isFree) {
    limits.signInPerAddress.settle(address);
    return limited(refused.wait);
  }
  let isLimited = false;
  if (account !== null) {
    const perPerson = [limits.signInPerAccount, accountKey(account)] as const;
    const refusedPerson = await countAttempt([perPerson]);
    isLimited = refusedPerson !== null;
    if (refusedPerson === null) counted.push(perPerson);
    else if (refused !== null) {
      limits.signInPerAddress.settle(address);
      return limited(refusedPerson.wait);
    }
  }
  return { account, asker: { source: widestNetwork(address), isKnown: false }, counted, isLimited };
}
