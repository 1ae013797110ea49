/** Accounts that people make themselves: whether they may, and how many there may be (THREATS 42, 84). */
import type { Configuration } from "../configuration/schema.ts";
import { foldUsername } from "../protocol/identifiers.ts";
import type { Act } from "../rules/events.ts";
import { sortedGroups } from "../rules/group.ts";
import * as rules from "../rules/link.ts";
import type { NameTaken } from "../rules/person.ts";
import { row } from "../store/contract.ts";
import { type AccountRecord, signInNames } from "../store/tables/people.ts";
import { revisions } from "../store/tables/server.ts";
import { outcomeOf } from "./decide.ts";
import {
  existingGroups,
  type LinkContext,
  type LinkMail,
  namesOf,
  newLink,
  SIGN_UP_NAMES,
  signUpFacts,
  WISH_SECONDS,
} from "./links.ts";

type SignUpSettings = Configuration["sign_up"];

/** Whether this address may have an account. A list of domains says nothing about their subdomains. */
export function isDomainAllowed({ domains }: Pick<SignUpSettings, "domains">, email: string): boolean {
  const domain = email.slice(email.lastIndexOf("@") + 1).toLowerCase();
  return domains.length === 0 || domains.includes(domain);
}

const WISH = {
  signUp: row(revisions, { name: "$signUp" }),
  sameEmail: row(signInNames, { name: "$email" }),
};

/**
 * A stranger asks for an account with this address. A link goes there by mail; if a person has the address already, the mail says
 * so instead. The answer and its time are the same (THREATS 34). `full`: too many ask at present.
 */
export async function askSignUp(
  context: LinkContext,
  act: Act,
  email: string,
  returnTo: string | null,
): Promise<"asked" | "full" | "no_mail"> {
  const { linkMails, issuer } = context;
  if (linkMails === null) return "no_mail";
  const outcome = await outcomeOf(context, act, async () => {
    const { signUp, sameEmail } = await context.store.look(WISH, {
      signUp: rules.SIGN_UP,
      email: foldUsername(email),
    });
    const isTaken = sameEmail !== null;
    // For an address that is taken the row stands for the wish alone: no mail has its secret.
    const { link, address } = newLink(context, act, {
      kind: "registration",
      email,
      provesEmail: true,
      returnTo,
      ...(isTaken && { uses: 0 }),
    });
    const mail: LinkMail = {
      kind: isTaken ? "account_exists" : "registration",
      subject: sameEmail?.subject ?? null,
      address: email,
      link: isTaken ? issuer.url("/login") : address,
      expiresAt: isTaken ? null : link.expiresAt,
    };
    return rules.askSignUp(await signUpFacts(context, signUp), link, linkMails.changesFor(mail));
  });
  if (outcome === "asked") linkMails.wake();
  return outcome;
}

/** The account as the settings for such accounts have it. */
export const asSelfMade = (
  { sign_up: { groups, approval } }: Pick<Configuration, "sign_up">,
  account: AccountRecord,
): AccountRecord => ({
  ...account,
  groups: sortedGroups(groups),
  ...(approval && { disabledAt: account.createdAt, disabledBy: "approval" }),
});

/** Makes the account at once, where this server sends no mail. */
export const signUp = (
  context: LinkContext,
  act: Act,
  account: AccountRecord,
): Promise<"created" | NameTaken | "name_is_address" | "group_unknown" | "full"> =>
  outcomeOf(context, act, async () => {
    const groups = await existingGroups(context, account.groups);
    const facts = await context.store.look(SIGN_UP_NAMES, namesOf(account));
    const member = { ...account, groups: sortedGroups(groups.map(({ name }) => name)) };
    const { link } = newLink(context, act, {
      kind: "registration",
      uses: 0,
      expiresAt: context.clock.seconds() + WISH_SECONDS,
    });
    return rules.signUp({ ...facts, ...(await signUpFacts(context, facts.signUp)), groups }, member, link);
  });
