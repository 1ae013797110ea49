/** @jsxImportSource hono/jsx */
/** The sections of the page about one person. Each act has a form of its own. */
import { recordIdText } from "../../credentials/credential.ts";
import type { SecondFactor } from "../../operations/management/ways-in.ts";
import { displayText } from "../../pages/display.ts";
import { Box } from "../../pages/layout.tsx";
import { moment } from "../../pages/time.ts";
import { EmailField, NameField } from "../../pages/views/person-fields.tsx";
import { rolesOf } from "../../rules/role.ts";
import type { AccountRecord } from "../../store/tables/people.ts";
import type { SessionRecord } from "../../store/tables/sign-in.ts";
import { valuesOf } from "../fields.tsx";
import type { ConsoleFrame } from "../layout.tsx";
import type { Typed } from "../page.ts";
import { ActButton, ActForm, At, Danger, Facts, Rows } from "../parts.tsx";
import { Removal } from "../removal.tsx";
import { CONSOLE_WORDS, wordsFor } from "../texts.ts";
import { stateBadge } from "./list.tsx";
import { SetPassword } from "./person-access.tsx";
import { PEOPLE_WORDS } from "./texts.ts";

interface SectionProps {
  readonly frame: ConsoleFrame;
  readonly account: AccountRecord;
}

export const nameOf = ({ name, username }: Pick<AccountRecord, "name" | "username">): string =>
  displayText(name ?? username, 200);

const emailOf = (frame: ConsoleFrame, { email, emailVerified }: AccountRecord): string | null => {
  if (email === null) return null;
  const shown = displayText(email, 320);
  return emailVerified ? shown : wordsFor(frame, PEOPLE_WORDS).notVerified(shown);
};

interface AboutProps extends SectionProps {
  /** The groups that the person manages. */
  readonly manages: readonly string[];
  /** Null for those who do not see it. */
  readonly factor: SecondFactor | null;
}

const factorOf = (frame: ConsoleFrame, { appSince, recoveryCodes }: SecondFactor): string => {
  const words = wordsFor(frame, PEOPLE_WORDS);
  return appSince === null
    ? words.hasNoFactor
    : words.hasApp(moment(frame.texts.language, appSince), recoveryCodes);
};

export function About({ frame, account, manages, factor }: AboutProps) {
  const words = wordsFor(frame, PEOPLE_WORDS);
  const { facts } = words;
  const managed = manages.map((group) => displayText(group, 100)).join(", ");
  return (
    <section class="card">
      <h1>
        <bdi>{nameOf(account)}</bdi>
      </h1>
      {account.isDeclared && <p class="muted">{wordsFor(frame, CONSOLE_WORDS).declared}</p>}
      <Facts
        facts={{
          [facts.username]: <bdi>{displayText(account.username, 200)}</bdi>,
          [facts.email]: emailOf(frame, account) && <bdi>{emailOf(frame, account)}</bdi>,
          [facts.groups]: account.groups.map((group) => displayText(group, 100)).join(", "),
          [facts.role]: [
            ...rolesOf(account).map((role) => words[role]),
            ...(managed === "" ? [] : [words.manages(managed)]),
          ].join(", "),
          [facts.state]: stateBadge(frame, account),
          [facts.password]: account.passwordHash === null ? words.hasNoPassword : words.hasPassword,
          [facts.secondFactor]: factor && factorOf(frame, factor),
          [facts.since]: <At frame={frame} at={account.createdAt} />,
          [facts.subject]: <code>{account.subject}</code>,
        }}
      />
    </section>
  );
}

/** The name of the box for the group at a place: every name is in a form once. */
export const groupBox = (place: number): string => `group_${place}`;

interface EditProps extends SectionProps {
  readonly typed: Typed;
  /** All groups, up to what a page shows. */
  readonly groups: readonly string[];
}

/** A form that came back has what was typed; at first it has what is known. */
export function Edit({ frame, account, typed, groups }: EditProps) {
  const words = wordsFor(frame, PEOPLE_WORDS);
  const shared = wordsFor(frame, CONSOLE_WORDS);
  const { text, isTicked } = valuesOf(typed, "edit");
  return (
    <section class="card">
      <h2>{words.edit}</h2>
      <ActForm frame={frame} act="edit" values={{ revision: String(account.revision) }}>
        <div class="pair">
          <NameField frame={frame} value={text("name", account.name)} />
          <EmailField frame={frame} value={text("email", account.email)} />
        </div>
        <Box
          name="email_verified"
          value="1"
          words={words.emailVerified}
          checked={isTicked("email_verified", account.emailVerified)}
        />
        {groups.length > 0 && (
          <fieldset class="boxes">
            <legend>{words.chooseGroups}</legend>
            {groups.map((group, place) => (
              <Box
                name={groupBox(place)}
                value={group}
                words={displayText(group, 100)}
                checked={isTicked(groupBox(place), account.groups.includes(group))}
              />
            ))}
          </fieldset>
        )}
        <button class="main" type="submit">
          {shared.save}
        </button>
      </ActForm>
    </section>
  );
}

export function Roles({ frame, account }: SectionProps) {
  const words = wordsFor(frame, PEOPLE_WORDS);
  return (
    <section class="card">
      <h2>{words.roles}</h2>
      <p class="muted">{words.rolesHint}</p>
      <ActForm frame={frame} act="roles" values={{ revision: String(account.revision) }}>
        <Box name="administrator" value="1" words={words.mayAdminister} checked={account.administrator} />
        <Box name="auditor" value="1" words={words.mayAudit} checked={account.auditor} />
        <button class="other" type="submit">
          {wordsFor(frame, CONSOLE_WORDS).save}
        </button>
      </ActForm>
    </section>
  );
}

interface HelpProps {
  readonly frame: ConsoleFrame;
  /** Whether this server can mail a link to the person. */
  readonly mails: boolean;
}

/** What an administrator can do for a person who cannot sign in. */
export function Help({ frame, mails }: HelpProps) {
  const words = wordsFor(frame, PEOPLE_WORDS);
  const link = (act: string, title: string) => (
    <ActForm frame={frame} act={act} class="row">
      <button class="other small-button" type="submit">
        {title}
      </button>
      {mails && <Box name="mail" value="1" words={words.mailIt} />}
    </ActForm>
  );
  return (
    <section class="card">
      <h2>{words.linksTitle}</h2>
      <div class="stack">
        {link("reset_link", words.resetLink)}
        {link("sign_in_link", words.signInLink)}
        <ActButton frame={frame} act="unlock" words={words.unlock} />
      </div>
      <SetPassword frame={frame} />
      <Danger
        frame={frame}
        act="remove_totp"
        title={words.removeTotpTitle}
        about={words.removeTotpAbout}
        words={words.removeTotp}
      />
      <Danger
        frame={frame}
        act="remove_passkeys"
        title={words.removePasskeysTitle}
        about={words.removePasskeysAbout}
        words={words.removePasskeys}
      />
    </section>
  );
}

interface SessionsProps {
  readonly frame: ConsoleFrame;
  readonly sessions: readonly SessionRecord[];
  readonly mayEnd: boolean;
}

export function Sessions({ frame, sessions, mayEnd }: SessionsProps) {
  const words = wordsFor(frame, PEOPLE_WORDS);
  const { since, seen, address, ends } = words.sessionHeads;
  return (
    <section class="card">
      <h2>{words.sessions}</h2>
      {sessions.length === 0 ? (
        <p class="muted">{words.noSessions}</p>
      ) : (
        <>
          <Rows
            label={words.sessions}
            heads={[since, seen, address, ends, ...(mayEnd ? [""] : [])]}
            rows={sessions.map((session) => [
              <At frame={frame} at={session.authenticatedAt} />,
              <At frame={frame} at={session.lastSeenAt} />,
              <code>{displayText(session.address, 60)}</code>,
              <At frame={frame} at={session.expiresAt} />,
              ...(mayEnd
                ? [
                    <ActButton
                      frame={frame}
                      act="end_session"
                      values={{ session: recordIdText(session.id) }}
                      words={words.endSession}
                    />,
                  ]
                : []),
            ])}
          />
          {mayEnd && <ActButton frame={frame} act="end_sessions" words={words.endSessions} />}
        </>
      )}
    </section>
  );
}

/** Keeping a person out, and removing the account. */
export function End({ frame, account }: SectionProps) {
  const words = wordsFor(frame, PEOPLE_WORDS);
  return (
    <section class="card">
      <h2>{words.access}</h2>
      {account.disabledAt === null ? (
        <Danger
          frame={frame}
          act="disable"
          title={words.disableTitle}
          about={words.disableAbout}
          words={words.disable}
        />
      ) : (
        <ActButton
          frame={frame}
          act="enable"
          words={account.disabledBy === "approval" ? words.letIn : words.enable}
        />
      )}
      {!account.isDeclared && <Removal frame={frame} words={words} name={account.username} />}
    </section>
  );
}
