/**
 * Signing in with a code by mail, if the operator wants it. The row has a keyed digest of six digits, which only the browser that asked
 * can try, and only five times. Attempts count with those of all other steps, by the name that was typed, whether it exists or not
 * (THREATS 33, 34).
 */
import { timingSafeEqual } from "node:crypto";
import type { PresentedBrowser } from "../accounts/known-browser.ts";
import { recordIdText } from "../credentials/credential.ts";
import type { ServerKeys } from "../platform/keys.ts";
import type { RandomBytes } from "../platform/random.ts";
import { foldUsername, type RecordId, type SecretDigest } from "../protocol/identifiers.ts";
import { type Act, actOfStranger, type Origin } from "../rules/events.ts";
import * as rules from "../rules/link.ts";
import { row } from "../store/contract.ts";
import { type AccountRecord, accounts } from "../store/tables/people.ts";
import { links } from "../store/tables/sign-in.ts";
import {
  type AttemptContext,
  type Attempted,
  accountKey,
  type Counted,
  countAttempt,
  nameKey,
  settle,
  takeBack,
} from "./attempts.ts";
import { outcomeOf } from "./decide.ts";
import { findReached, type LinkContext, newLink, storeDecoy, storeLink } from "./links.ts";

const DIGITS = 6;

/** Six digits, each number equally likely but for one in some millions. */
function newCode(random: RandomBytes): string {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = random(6);
  const number = (((((a * 256 + b) * 256 + c) * 256 + d) * 256 + e) * 256 + f) % 10 ** DIGITS;
  return String(number).padStart(DIGITS, "0");
}

type CodeContext = LinkContext & AttemptContext & { readonly keys: ServerKeys };

const digestOf = (keys: ServerKeys, id: RecordId, code: string): SecretDigest =>
  keys.mac("sign-in code", recordIdText(id), code) as SecretDigest;

/**
 * Mails a code to the person with this name, if there is one and a mail reaches them. Returns the row against which the browser may try
 * codes. For others there is such a row too, and no code is right.
 */
export async function askSignInCode(
  context: CodeContext,
  act: Act,
  name: string,
  isKnownBrowser: boolean,
): Promise<RecordId> {
  const { keys, random, linkMails } = context;
  const account = await findReached(context, name);
  if (account !== null && linkMails !== null) {
    const { subject, email } = account;
    const { link } = newLink(context, act, { kind: "sign_in_code", subject, uses: rules.CODE_ATTEMPTS });
    const code = newCode(random);
    const made = { link: { ...link, digest: digestOf(keys, link.id, code) }, address: "" };
    const { expiresAt } = link;
    const mail = {
      kind: "sign_in_code",
      subject,
      address: email ?? "",
      link: null,
      code,
      expiresAt,
    } as const;
    if ((await storeLink(context, act, made, mail, isKnownBrowser)) === "created") {
      linkMails.wake();
      return link.id;
    }
  }
  const { id } = await storeDecoy(context, act, "sign_in_code", { uses: rules.CODE_ATTEMPTS });
  return id;
}

export interface SignInCodeAttempt {
  readonly id: RecordId;
  /** The name for which the code was asked. */
  readonly name: string;
  /** As the person typed it. */
  readonly code: string;
  readonly origin: Origin;
  /** What the browser presents (`KnownBrowsers`). */
  readonly browser: PresentedBrowser | null;
}

const CODE = {
  link: row(links, { id: "$id" }),
  account: row(accounts, { subject: "link.subject" }),
};

/** Whether the code signs the person in: then it is used up. */
export async function checkSignInCode(
  context: CodeContext,
  { id, name, code, origin, browser }: SignInCodeAttempt,
): Promise<Attempted<AccountRecord>> {
  const { limits, store, clock, keys, knownBrowsers } = context;
  const typed = code.normalize("NFKC").replaceAll(/[\s\p{Pd}\p{Cf}]+/gu, "");
  const inBrowser: Counted = browser === null ? [] : [[limits.signInPerBrowser, browser.id]];
  const isKnown =
    browser !== null &&
    knownBrowsers.isKnownTo(browser, (await store.look(CODE, { id })).account) &&
    (await countAttempt(inBrowser)) === null;
  const typedName = nameKey(foldUsername(name));
  const counted: Counted[number][] = isKnown
    ? [...inBrowser]
    : [
        [limits.signInPerAddress, origin.address],
        [limits.signInPerAccount, typedName],
        [limits.emailCodePerAccount, typedName],
      ];
  const act = actOfStranger(origin);
  const refused = isKnown ? null : await countAttempt(counted);
  if (refused !== null) {
    for (const [limit, key] of refused.before) limit.settle(key);
    context.events.tell(act, [{ event: "sign_in.limited", reason: "email_code" }]);
    return { outcome: "limited", retryAfterSeconds: refused.wait };
  }
  try {
    // Another name of the person is no way to more guesses.
    const found = isKnown ? null : (await store.look(CODE, { id })).account;
    const perPerson: Counted =
      found === null
        ? []
        : [
            [limits.signInPerAccount, accountKey(found)],
            [limits.emailCodePerAccount, accountKey(found)],
          ];
    const refusedPerson = await countAttempt(perPerson);
    const isLimited = refusedPerson !== null;
    counted.push(...(refusedPerson?.before ?? perPerson));
    const expected = digestOf(keys, id, typed);
    const proof = await outcomeOf(context, act, async () => {
      const facts = await store.look(CODE, { id });
      const matches = facts.link !== null && !isLimited && timingSafeEqual(facts.link.digest, expected);
      const { outcome, ...decision } = rules.tryCode(facts, matches, clock.seconds());
      return { ...decision, outcome: outcome === "right" ? facts.account : null };
    });
    settle(counted, proof !== null);
    if (proof !== null) return { outcome: "verified", proof, isKnownBrowser: isKnown };
    context.events.tell(act, [{ event: "sign_in.refused", reason: "email_code" }]);
    return { outcome: "refused" };
  } catch (error) {
    takeBack(limits, counted);
    throw error;
  }
}
