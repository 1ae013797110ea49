/** @jsxImportSource hono/jsx */
/** One person: what is known of them, what they may do, and help with signing in. */

import { recordIdText } from "../../credentials/credential.ts";
import type { Context } from "../../operations/context.ts";
import { groupsManagedBy, listGroups } from "../../operations/groups.ts";
import {
  listKnownGrants,
  revokeKnownGrant,
  revokePersonAccess,
  showGrant,
} from "../../operations/management/access.ts";
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
  setPersonPassword,
  showPerson,
  unlockPerson,
} from "../../operations/management/people.ts";
import {
  listPersonPasskeys,
  removePersonPasskey,
  showSecondFactor,
} from "../../operations/management/ways-in.ts";
import { OAuthError } from "../../protocol/errors.ts";
import { typedLine } from "../../protocol/names.ts";
import type { Parameters } from "../../protocol/parameters.ts";
import { type Authority, isAllowed, permissionToChange } from "../../rules/role.ts";
import type { AccountRecord } from "../../store/tables/people.ts";
import { ConsoleLayout } from "../layout.tsx";
import type { ConsoleAct, ConsoleCall, ConsolePage, Done } from "../page.ts";
import { requireConfirmed } from "../removal.tsx";
import { revisionOf } from "../revision.ts";
import { wordsFor } from "../texts.ts";
import { linkPage } from "./link.tsx";
import { Access, Passkeys, passwordIn } from "./person-access.tsx";
import { EditFacts, factsWish, KnownFacts, PICTURE_FIELD, Picture, pictureActs } from "./person-facts.tsx";
import { About, Edit, End, groupBox, Help, nameOf, Roles, Sessions } from "./person-sections.tsx";
import { PEOPLE_WORDS } from "./texts.ts";

const subjectOf = ({ parameters }: ConsoleCall): string => parameters.subject ?? "";

const find = (call: ConsoleCall): Promise<AccountRecord> =>
  showPerson(call.context, call.authority, subjectOf(call));

/** How many groups the page offers. */
const SHOWN_GROUPS = 100;

/** How many grants the page lists. */
const SHOWN_GRANTS = 50;

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

const textOrNull = (text: string | undefined): string | null => typedLine(text) || null;

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
  upload: { field: PICTURE_FIELD, needs: "people.write" },
  async show(call, typed) {
    const { frame, authority, context } = call;
    const account = await find(call);
    const words = wordsFor(frame, PEOPLE_WORDS);
    const seesAll = isAllowed(authority, "people.read");
    const mayChange = isAllowed(authority, permissionToChange(account));
    const seesTokens = isAllowed(authority, "clients.read");
    const [manages, groups, sessions, passkeys, factor, grants] = await Promise.all([
      groupsManagedBy(context, account.subject),
      mayChange ? groupNames(context) : [],
      seesAll ? listPersonSessions(context, authority, account.subject) : [],
      seesAll ? listPersonPasskeys(context, authority, account.subject) : [],
      seesAll ? showSecondFactor(context, authority, account.subject) : null,
      seesAll
        ? listKnownGrants(context, authority, { person: account.subject, limit: SHOWN_GRANTS + 1 })
        : null,
    ]);
    const mails = context.linkMails !== null && account.email !== null && account.emailVerified;
    return (
      <ConsoleLayout
        frame={frame}
        title={nameOf(account)}
        up={{ path: seesAll ? "/admin/people" : "/admin/groups", words: words.title }}
      >
        <About frame={frame} account={account} manages={manages} factor={factor} />
        {mayChange && <Edit frame={frame} account={account} typed={typed} groups={groups} />}
        {mayChange ? (
          <EditFacts call={call} account={account} typed={typed} />
        ) : (
          <KnownFacts call={call} account={account} />
        )}
        <Picture call={call} account={account} mayChange={mayChange} />
        {isAllowed(authority, "server.write") && <Roles frame={frame} account={account} />}
        {mayChange && account.disabledAt === null && <Help frame={frame} mails={mails} />}
        <Passkeys frame={frame} passkeys={passkeys} mayRemove={mayChange} />
        {grants !== null && (
          <Access
            frame={frame}
            context={context}
            subject={account.subject}
            grants={grants.slice(0, SHOWN_GRANTS)}
            isMore={grants.length > SHOWN_GRANTS}
            mayRevoke={isAllowed(authority, "people.write")}
            seesTokens={seesTokens}
          />
        )}
        {seesAll && <Sessions frame={frame} sessions={sessions} mayEnd={mayChange} />}
        {mayChange && <End frame={frame} account={account} />}
      </ConsoleLayout>
    );
  },
  acts: {
    // Who may choose the address of a person gets the link for a new password.
    edit: { recent: true, carryOut: change(editWish, (words) => words.saved) },
    facts: {
      recent: true,
      carryOut: change(
        async (call, form) => factsWish(call, await find(call), form),
        (words) => words.saved,
      ),
    },
    ...pictureActs(subjectOf, (call) => done(call, (words) => words.saved)),
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
    password: {
      recent: true,
      async carryOut(call, form) {
        const given = passwordIn(call.frame, form) ?? { password: form.required("password") };
        await setPersonPassword(call.context, call.authority, subjectOf(call), given);
        return done(call, (words) => words.passwordSet);
      },
    },
    unlock: act(unlockPerson, (words) => words.unlocked),
    remove_totp: { ...act(removePersonTotp, (words) => words.totpRemoved), recent: true },
    remove_passkeys: { ...act(removePersonPasskeys, (words) => words.passkeysRemoved), recent: true },
    remove_passkey: {
      recent: true,
      async carryOut(call, form) {
        const passkey = form.required("passkey");
        await removePersonPasskey(call.context, call.authority, subjectOf(call), passkey);
        return done(call, (words) => words.passkeys.removed);
      },
    },
    revoke: {
      async carryOut(call, form) {
        const grant = await showGrant(call.context, call.authority, form.required("grant"));
        if (grant.subject !== subjectOf(call)) throw new OAuthError("object_unknown");
        await revokeKnownGrant(call.context, call.authority, recordIdText(grant.id));
        return done(call, (words) => words.given.revoked);
      },
    },
    revoke_all: act(revokePersonAccess, (words) => words.given.revoked),
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
        requireConfirmed(form, words, account.username);
        await removePerson(call.context, call.authority, account.subject);
        return { to: "/admin/people", notice: words.removed(nameOf(account)) };
      },
    },
  },
};
