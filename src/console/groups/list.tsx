/** @jsxImportSource hono/jsx */
/** The groups of this server; for a group manager those that they manage. */
import { readPage } from "../../api/list.ts";
import { addGroup, listKnownGroups } from "../../operations/management/groups.ts";
import { displayText } from "../../pages/display.ts";
import { Field } from "../../pages/layout.tsx";
import { fillPattern } from "../../platform/path-pattern.ts";
import { typedLine } from "../../protocol/names.ts";
import { isAllowed } from "../../rules/role.ts";
import type { GroupRecord } from "../../store/tables/people.ts";
import { ConsoleLayout } from "../layout.tsx";
import type { ConsolePage } from "../page.ts";
import { ActForm, At, More, Rows } from "../parts.tsx";
import { CONSOLE_WORDS, wordsFor } from "../texts.ts";
import { GROUP_WORDS } from "./texts.ts";

const PATH = "/admin/groups";

export const groupPath = (group: string): `/${string}` =>
  fillPattern("/admin/groups/:group", { group }) as `/${string}`;

export const groupsPage: ConsolePage = {
  path: PATH,
  section: "groups",
  async show({ context, frame, authority, query }, typed) {
    const words = wordsFor(frame, GROUP_WORDS);
    const { shown, next } = await readPage<GroupRecord>({
      keys: context.keys,
      path: PATH,
      query: { cursor: query.get("cursor") ?? undefined },
      placeOf: ({ name }) => ({ name }),
      rows: (page) => listKnownGroups(context, authority, page),
    });
    return (
      <ConsoleLayout frame={frame} title={words.title}>
        <section class="card">
          <h1>{words.title}</h1>
          <p class="muted">{words.lead}</p>
          {shown.length === 0 ? (
            <p>{words.none}</p>
          ) : (
            <Rows
              label={words.listLabel}
              heads={[words.heads.group, words.heads.description, words.heads.since]}
              rows={shown.map(({ name, description, createdAt }) => [
                <a href={frame.path(groupPath(name))}>
                  <bdi>{displayText(name, 100)}</bdi>
                </a>,
                description === null ? "" : displayText(description, 300),
                <At frame={frame} at={createdAt} />,
              ])}
            />
          )}
          <More frame={frame} path={PATH} query={{ cursor: query.get("cursor") }} next={next} />
        </section>
        {isAllowed(authority, "people.write") && (
          <section class="card">
            <h2>{words.add}</h2>
            <ActForm frame={frame} act="add">
              <div class="pair">
                <Field
                  id="name"
                  label={words.name}
                  hint={words.nameHint}
                  autocomplete="off"
                  maxlength={100}
                  value={typed.get("name") ?? ""}
                />
                <Field
                  id="description"
                  label={words.description}
                  autocomplete="off"
                  required={false}
                  maxlength={300}
                  value={typed.get("description") ?? ""}
                />
              </div>
              <button class="main" type="submit">
                {wordsFor(frame, CONSOLE_WORDS).save}
              </button>
            </ActForm>
          </section>
        )}
      </ConsoleLayout>
    );
  },
  acts: {
    add: {
      async carryOut({ context, authority, frame }, form) {
        const name = typedLine(form.get("name"));
        const group = await addGroup(context, authority, name, form.get("description") ?? null);
        const words = wordsFor(frame, GROUP_WORDS);
        return { to: groupPath(group.name), notice: words.added(displayText(group.name, 100)) };
      },
    },
  },
};
