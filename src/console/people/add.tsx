/** @jsxImportSource hono/jsx */
/** Adding a person. */
import { createPerson, makePersonLink } from "../../operations/management/people.ts";
import { Field } from "../../pages/layout.tsx";
import { EmailField, NameField } from "../../pages/views/person-fields.tsx";
import { typedLine } from "../../protocol/names.ts";
import type { Parameters } from "../../protocol/parameters.ts";
import { ConsoleLayout } from "../layout.tsx";
import type { ConsoleCall, ConsolePage, Done } from "../page.ts";
import { ActForm } from "../parts.tsx";
import { wordsFor } from "../texts.ts";
import { linkPage } from "./link.tsx";
import { PasswordHash, passwordIn } from "./person-access.tsx";
import { nameOf } from "./person-sections.tsx";
import { PEOPLE_WORDS } from "./texts.ts";

async function add({ context, authority, frame }: ConsoleCall, form: Parameters): Promise<Done> {
  const given = passwordIn(frame, form);
  const account = await createPerson(
    context,
    authority,
    {
      username: typedLine(form.get("username")),
      name: typedLine(form.get("name")) || null,
      email: typedLine(form.get("email")) || null,
    },
    given,
  );
  if (given === null) {
    const { address, expiresAt } = await makePersonLink(context, authority, account.subject, "reset", false);
    if (address !== null) return { shown: linkPage(frame, account, address, expiresAt) };
  }
  const words = wordsFor(frame, PEOPLE_WORDS);
  return { to: `/admin/people/${account.subject}`, notice: words.added(nameOf(account)) };
}

export const addPersonPage: ConsolePage = {
  path: "/admin/people/new",
  section: "people",
  needs: "people.write",
  async show({ frame }, typed) {
    const words = wordsFor(frame, PEOPLE_WORDS);
    const value = (name: string) => typed.get(name) ?? "";
    return (
      <ConsoleLayout frame={frame} title={words.add} up={{ path: "/admin/people", words: words.title }}>
        <section class="card">
          <h1>{words.add}</h1>
          <p class="muted">{words.addLead}</p>
          <ActForm frame={frame} act="add">
            <Field
              id="username"
              label={words.facts.username}
              hint={words.usernameHint}
              autocomplete="off"
              maxlength={200}
              value={value("username")}
            />
            <div class="pair">
              <NameField frame={frame} value={value("name")} />
              <EmailField frame={frame} value={value("email")} />
            </div>
            <Field
              id="password"
              label={words.addPassword}
              hint={words.addPasswordHint}
              type="password"
              autocomplete="new-password"
              required={false}
            />
            <PasswordHash frame={frame} />
            <button class="main" type="submit">
              {words.add}
            </button>
          </ActForm>
        </section>
      </ConsoleLayout>
    );
  },
  acts: { add: { recent: true, carryOut: add } },
};
