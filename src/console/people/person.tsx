/** @jsxImportSource hono/jsx */
/** One person: what is known of them, and whether they may sign in. */
import { disablePerson, enablePerson, showPerson } from "../../operations/management/people.ts";
import { displayText } from "../../pages/display.ts";
import { isAllowed, permissionToChange, rolesOf } from "../../rules/role.ts";
import type { AccountRecord } from "../../store/tables.ts";
import { ConsoleLayout } from "../layout.tsx";
import type { ConsoleCall, ConsolePage, Done } from "../page.ts";
import { ActButton, At, Danger, Facts } from "../parts.tsx";
import { CONSOLE_WORDS, wordsFor } from "../texts.ts";
import { stateBadge } from "./list.tsx";
import { PEOPLE_WORDS } from "./texts.ts";

const subjectOf = ({ parameters }: ConsoleCall): string => parameters.subject ?? "";

const nameOf = ({ name, username }: AccountRecord): string => displayText(name ?? username, 200);

const person = ({ context, authority, ...call }: ConsoleCall) =>
  showPerson(context, authority, subjectOf({ context, authority, ...call }));

async function done(call: ConsoleCall, words: (name: string) => string): Promise<Done> {
  return { to: `/admin/people/${subjectOf(call)}`, notice: words(nameOf(await person(call))) };
}

export const personPage: ConsolePage = {
  path: "/admin/people/:subject",
  section: "people",
  async show(call) {
    const { frame, authority } = call;
    const account = await person(call);
    const words = wordsFor(frame, PEOPLE_WORDS);
    const shared = wordsFor(frame, CONSOLE_WORDS);
    const mayChange = isAllowed(authority, permissionToChange(account));
    const { facts } = words;
    return (
      <ConsoleLayout frame={frame} title={nameOf(account)} up={{ path: "/admin/people", words: words.title }}>
        <section class="card">
          <h1>
            <bdi>{nameOf(account)}</bdi>
          </h1>
          {account.isDeclared && <p class="muted">{shared.declared}</p>}
          <Facts
            facts={{
              [facts.username]: <bdi>{displayText(account.username, 200)}</bdi>,
              [facts.email]:
                account.email === null ? null : (
                  <bdi>
                    {account.emailVerified
                      ? displayText(account.email, 320)
                      : words.notVerified(displayText(account.email, 320))}
                  </bdi>
                ),
              [facts.groups]: account.groups.map((group) => displayText(group, 100)).join(", "),
              [facts.role]: rolesOf(account)
                .map((role) => words[role])
                .join(", "),
              [facts.state]: stateBadge(frame, account),
              [facts.password]: account.passwordHash === null ? words.hasNoPassword : words.hasPassword,
              [facts.since]: <At frame={frame} at={account.createdAt} />,
              [facts.subject]: <code>{account.subject}</code>,
            }}
          />
        </section>
        {mayChange && (
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
          </section>
        )}
      </ConsoleLayout>
    );
  },
  acts: {
    disable: {
      async carryOut(call) {
        await disablePerson(call.context, call.authority, subjectOf(call));
        return done(call, wordsFor(call.frame, PEOPLE_WORDS).disabled);
      },
    },
    enable: {
      async carryOut(call) {
        await enablePerson(call.context, call.authority, subjectOf(call));
        return done(call, wordsFor(call.frame, PEOPLE_WORDS).enabled);
      },
    },
  },
};
