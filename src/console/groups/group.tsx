/** @jsxImportSource hono/jsx */
/** One group: who is in it, and who manages it. */
import { readPage } from "../../api/list.ts";
import {
  addMember,
  changeManager,
  describeKnownGroup,
  listGroupMembers,
  type Member,
  removeKnownGroup,
  removeMember,
  showGroup,
} from "../../operations/management/groups.ts";
import { displayText } from "../../pages/display.ts";
import { Field } from "../../pages/layout.tsx";
import { OAuthError } from "../../protocol/errors.ts";
import type { Parameters } from "../../protocol/parameters.ts";
import { isAllowed, managesGroup } from "../../rules/role.ts";
import { ConsoleLayout } from "../layout.tsx";
import { type ConsoleCall, ConsoleFault, type ConsolePage, type Done } from "../page.ts";
import { ActButton, ActForm, At, Badge, Danger, More, Rows } from "../parts.tsx";
import { CONSOLE_WORDS, wordsFor } from "../texts.ts";
import { groupPath } from "./list.tsx";
import { GROUP_WORDS } from "./texts.ts";

const nameOf = ({ parameters }: ConsoleCall): string => parameters.group ?? "";

async function membersOf(call: ConsoleCall) {
  const { context, authority, query } = call;
  const group = nameOf(call);
  return readPage<Member>({
    keys: context.keys,
    path: groupPath(group),
    query: { cursor: query.get("cursor") ?? undefined },
    placeOf: ({ row: { groupName, subject } }) => ({ groupName, subject }),
    // The row alone says where the page begins.
    rows: ({ limit, after }) =>
      listGroupMembers(context, authority, group, {
        limit,
        after: after && ({ row: after } as unknown as Member),
      }),
  });
}

type Words = (typeof GROUP_WORDS)["en"];

/** Back to the page of the group, with words about what was done. */
const done = (call: ConsoleCall, words: (all: Words) => string): Done => ({
  to: groupPath(nameOf(call)),
  notice: words(wordsFor(call.frame, GROUP_WORDS)),
});

const changeManaging = (manages: boolean) => ({
  recent: true,
  async carryOut(call: ConsoleCall, form: Parameters): Promise<Done> {
    const subject = form.required("subject");
    await changeManager(call.context, call.authority, nameOf(call), subject, manages);
    return done(call, (words) => words.managerChanged);
  },
});

export const groupPage: ConsolePage = {
  path: "/admin/groups/:group",
  section: "groups",
  async show(call, typed) {
    const { frame, authority } = call;
    const group = await showGroup(call.context, authority, nameOf(call));
    const { shown, next } = await membersOf(call);
    const words = wordsFor(frame, GROUP_WORDS);
    const shared = wordsFor(frame, CONSOLE_WORDS);
    const mayChange = isAllowed(authority, "people.write");
    const mayChoose = managesGroup(authority, group.name);
    return (
      <ConsoleLayout
        frame={frame}
        title={displayText(group.name, 100)}
        up={{ path: "/admin/groups", words: words.title }}
      >
        <section class="card">
          <h1>
            <bdi>{displayText(group.name, 100)}</bdi>
          </h1>
          {mayChange ? (
            <ActForm frame={frame} act="describe">
              <Field
                id="description"
                label={words.description}
                autocomplete="off"
                required={false}
                maxlength={300}
                value={typed.get("description") ?? group.description ?? ""}
              />
              <button class="other" type="submit">
                {shared.save}
              </button>
            </ActForm>
          ) : (
            group.description && <p class="muted">{displayText(group.description, 300)}</p>
          )}
        </section>
        <section class="card">
          <h2>{words.members}</h2>
          {shown.length === 0 ? (
            <p class="muted">{words.noMembers}</p>
          ) : (
            <Members call={call} members={shown} mayChange={mayChange} mayChoose={mayChoose} />
          )}
          <More
            frame={frame}
            path={groupPath(group.name)}
            query={{ cursor: call.query.get("cursor") }}
            next={next}
          />
          {mayChange && <p class="muted small">{words.managerHint}</p>}
          {mayChoose && (
            <ActForm frame={frame} act="put">
              <Field
                id="person"
                label={words.put}
                hint={words.personLabel}
                autocomplete="off"
                maxlength={320}
                value={typed.get("person") ?? ""}
              />
              <button class="main" type="submit">
                {words.putIn}
              </button>
            </ActForm>
          )}
        </section>
        {mayChange && (
          <section class="card">
            <Danger
              frame={frame}
              act="remove"
              title={words.removeTitle}
              about={words.removeAbout}
              words={words.remove}
            />
          </section>
        )}
      </ConsoleLayout>
    );
  },
  acts: {
    describe: {
      async carryOut(call, form) {
        const description = form.get("description") ?? null;
        await describeKnownGroup(call.context, call.authority, nameOf(call), description);
        return done(call, (words) => words.saved(displayText(nameOf(call), 100)));
      },
    },
    put: {
      async carryOut(call, form) {
        const person = form.required("person").trim();
        const words = wordsFor(call.frame, GROUP_WORDS);
        const { account } = await addMember(call.context, call.authority, nameOf(call), person).catch(
          (error) => {
            if (error instanceof OAuthError && error.reason === "object_unknown")
              throw new ConsoleFault(words.noSuchPerson);
            throw error;
          },
        );
        return done(call, () => words.joined(displayText(account.name ?? account.username, 200)));
      },
    },
    take_out: {
      async carryOut(call, form) {
        await removeMember(call.context, call.authority, nameOf(call), form.required("subject"));
        return done(call, (words) => words.tookOut);
      },
    },
    let_manage: changeManaging(true),
    let_not_manage: changeManaging(false),
    remove: {
      async carryOut(call) {
        await removeKnownGroup(call.context, call.authority, nameOf(call));
        const words = wordsFor(call.frame, GROUP_WORDS);
        return { to: "/admin/groups", notice: words.removed(displayText(nameOf(call), 100)) };
      },
    },
  },
};

interface MembersProps {
  readonly call: ConsoleCall;
  readonly members: readonly Member[];
  readonly mayChange: boolean;
  readonly mayChoose: boolean;
}

function Members({ call: { frame }, members, mayChange, mayChoose }: MembersProps) {
  const words = wordsFor(frame, GROUP_WORDS);
  const { person, role, since } = words.memberHeads;
  return (
    <Rows
      label={words.members}
      heads={[person, role, since, ...(mayChoose ? [""] : [])]}
      rows={members.map(({ account, row: { subject, manages, joinedAt } }) => [
        isAllowed(frame.authority, "people.read") ? (
          <a href={frame.path(`/admin/people/${subject}`)}>
            <bdi>{displayText(account.name ?? account.username, 200)}</bdi>
          </a>
        ) : (
          <bdi>{displayText(account.name ?? account.username, 200)}</bdi>
        ),
        manages ? <Badge words={words.manager} /> : "",
        <At frame={frame} at={joinedAt} />,
        ...(mayChoose
          ? [
              <div class="buttons">
                {mayChange && (
                  <ActButton
                    frame={frame}
                    act={manages ? "let_not_manage" : "let_manage"}
                    values={{ subject }}
                    words={manages ? words.unmakeManager : words.makeManager}
                  />
                )}
                <ActButton frame={frame} act="take_out" values={{ subject }} words={words.takeOut} />
              </div>,
            ]
          : []),
      ])}
    />
  );
}
