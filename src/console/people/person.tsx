/** @jsxImportSource hono/jsx */
/** One person: what is known of them, what they may do, and help with signing in. */

import type { Context } from "../../operations/context.ts";
import { groupsManagedBy, listGroups } from "../../operations/groups.ts";
import {
  changePerson,
  disablePerson,
  enablePerson,
  endPersonSession,
  endPersonSessions,
  listPersonSessions,
  makePersonLink,
  type PersonWish,
  removePerson,
  removePersonPasskeys,
  removePersonTotp,
  showPerson,
  unlockPerson,
} from "../../operations/management/people.ts";
import type { Parameters } from "../../protocol/parameters.ts";
import { type Authority, isAllowed, permissionToChange } from "../../rules/role.ts";
import type { AccountRecord } from "../../store/tables.ts";
import { ConsoleLayout } from "../layout.tsx";
import { type ConsoleAct, type ConsoleCall, ConsoleFault, type ConsolePage, type Done } from "../page.ts";
import { revisionOf } from "../revision.ts";
import { wordsFor } from "../texts.ts";
import { linkPage } from "./link.tsx";
import { About, Edit, End, groupBox, Help, nameOf, Roles, Sessions } from "./person-sections.tsx";
import { PEOPLE_WORDS } from "./texts.ts";

const subjectOf = ({ parameters }: ConsoleCall): string => parameters.subject ?? "";

const find = (call: ConsoleCall): Promise<AccountRecord> =>
  showPerson(call.context, call.authority, subjectOf(call));

/** How many groups the page offers. */
const SHOWN_GROUPS = 100;

const groupNames = async (context: Context): Promise<string[]> =>
  (await listGroups(context, { limit: SHOWN_GROUPS })).map(({ name }) => name);

type Words = (typeof PEOPLE_WORDS)["en"];

/** Back to the page of the person, with words about what was done. */
async function done(call: ConsoleCall, words: (all: Words) => (name: string) => string): Promise<Done> {
  const name = nameOf(await find(call));
  return { to: `/admin/people/${subjectOf(call)}`, notice: words(wordsFor(call.frame, PEOPLE_WORDS))(name) };
}

/** An act that takes nothing but the person. */
const act = (
  carryOut: (context: Context, authority: Authority, subject: string) => Promise<unknown>,
  words: (all: Words) => (name: string) => string,
): ConsoleAct => ({
  async carryOut(call) {
    await carryOut(call.context, call.authority, subjectOf(call));
    return done(call, words);
  },
});

const change =
  (
    wishOf: (call: ConsoleCall, form: Parameters) => Promise<PersonWish>,
    words: (all: Words) => (name: string) => string,
  ) =>
  async (call: ConsoleCall, form: Parameters): Promise<Done> => {
    const wish = await wishOf(call, form);
    await changePerson(call.context, call.authority, subjectOf(call), wish, revisionOf(form));
    return done(call, words);
  };

const textOrNull = (text: string | undefined): string | null => {
  const trimmed = (text ?? "").normalize("NFC").trim();
  return trimmed === "" ? null : trimmed;
};

/** The groups that the page does not show stay as they are. */
async function editWish(call: ConsoleCall, form: Parameters): Promise<PersonWish> {
  const account = await find(call);
  const offered = await groupNames(call.context);
  const ticked = offered.filter((_, place) => form.get(groupBox(place)) !== undefined);
  const email = textOrNull(form.get("email"));
  const wish: PersonWish = {
    name: textOrNull(form.get("name")),
    email,
    emailVerified: email !== null && form.get("email_verified") !== undefined,
    groups: [...account.groups.filter((group) => !offered.includes(group)), ...ticked],
  };
  return wish;
}

const makeLink = (kind: "reset" | "sign_in"): ConsoleAct => ({
  recent: true,
  async carryOut(call, form) {
    const isMailed = form.get("mail") !== undefined;
    const made = await makePersonLink(call.context, call.authority, subjectOf(call), kind, isMailed);
    if (made.address === null) return done(call, (words) => words.linkMailed);
    return { shown: linkPage(call.frame, await find(call), made.address, made.expiresAt) };
  },
});

export const personPage: ConsolePage = {
  path: "/admin/people/:subject",
  section: "people",
  async show(call, typed) {
    const { frame, authority, context } = call;
    const account = await find(call);
    const words = wordsFor(frame, PEOPLE_WORDS);
    const seesAll = isAllowed(authority, "people.read");
    const mayChange = isAllowed(authority, permissionToChange(account));
    const [manages, groups, sessions] = await Promise.all([
      groupsManagedBy(context, account.subject),
      mayChange ? groupNames(context) : [],
      seesAll ? listPersonSessions(context, authority, account.subject) : [],
    ]);
    const mails = context.linkMails !== null && account.email !== null && account.emailVerified;
    return (
      <ConsoleLayout
        frame={frame}
        title={nameOf(account)}
        up={{ path: seesAll ? "/admin/people" : "/admin/groups", words: words.title }}
      >
        <About frame={frame} account={account} manages={manages} />
        {mayChange && <Edit frame={frame} account={account} typed={typed} groups={groups} />}
        {isAllowed(authority, "server.write") && <Roles frame={frame} account={account} />}
        {mayChange && account.disabledAt === null && <Help frame={frame} mails={mails} />}
        {seesAll && <Sessions frame={frame} sessions={sessions} mayEnd={mayChange} />}
        {mayChange && <End frame={frame} account={account} />}
      </ConsoleLayout>
    );
  },
  acts: {
    // Who may choose the address of a person gets the link for a new password.
    edit: { recent: true, carryOut: change(editWish, (words) => words.saved) },
    roles: {
      recent: true,
      carryOut: change(
        async (_, form) => ({
          administrator: form.get("administrator") !== undefined,
          auditor: form.get("auditor") !== undefined,
        }),
        (words) => words.rolesSaved,
      ),
    },
    reset_link: makeLink("reset"),
    sign_in_link: makeLink("sign_in"),
    unlock: act(unlockPerson, (words) => words.unlocked),
    remove_totp: { ...act(removePersonTotp, (words) => words.totpRemoved), recent: true },
    remove_passkeys: { ...act(removePersonPasskeys, (words) => words.passkeysRemoved), recent: true },
    end_session: {
      async carryOut(call, form) {
        const session = form.required("session");
        await endPersonSession(call.context, call.authority, subjectOf(call), session);
        return done(call, (words) => words.sessionsEnded);
      },
    },
    end_sessions: act(endPersonSessions, (words) => words.sessionsEnded),
    disable: act(disablePerson, (words) => words.disabled),
    enable: act(enablePerson, (words) => words.enabled),
    remove: {
      recent: true,
      async carryOut(call, form) {
        const account = await find(call);
        const words = wordsFor(call.frame, PEOPLE_WORDS);
        if ((form.get("confirm") ?? "").trim() !== account.username)
          throw new ConsoleFault(words.removeWrong);
        await removePerson(call.context, call.authority, account.subject);
        return { to: "/admin/people", notice: words.removed(nameOf(account)) };
      },
    },
  },
};
