/** @jsxImportSource hono/jsx */
/** The tab about the access tokens of an application: how long they live, and their form. */
import { Field } from "../../pages/layout.tsx";
import { ACCESS_TOKEN_FORMAT_NAMES } from "../../protocol/catalogue.ts";
import type { Typed } from "../page.ts";
import { ActForm, Facts } from "../parts.tsx";
import { CONSOLE_WORDS, wordsFor } from "../texts.ts";
import { changing } from "./changes.ts";
import { Choice, valuesOf } from "./fields.tsx";
import { secondsIn } from "./settings-more.tsx";
import { type AppCall, appTabPage } from "./tab.tsx";
import { TAB_WORDS } from "./texts-tabs.ts";

export const lifetimesPage = appTabPage({
  tab: "lifetimes",
  async show(call, typed) {
    const words = wordsFor(call.frame, TAB_WORDS);
    return (
      <section class="card">
        <h2>{words.lifetimes}</h2>
        {call.mayEdit ? <Edit call={call} typed={typed} /> : <Known call={call} />}
        <p class="muted small">{words.others}</p>
      </section>
    );
  },
  acts: {
    edit: changing("lifetimes", (form, call) => ({
      access_token_seconds: secondsIn(form, "access_token_seconds", call),
      access_token_format:
        ACCESS_TOKEN_FORMAT_NAMES.find((name) => name === form.get("access_token_format")) ?? null,
    })),
  },
});

function Known({ call: { frame, client, context } }: { call: AppCall }) {
  const words = wordsFor(frame, TAB_WORDS);
  const { access_token_seconds } = context.configuration.lifetimes;
  return (
    <Facts
      facts={{
        [words.accessSeconds]: String(client.accessTokenSeconds ?? access_token_seconds),
        [words.accessFormat]:
          client.accessTokenFormat === null ? words.formatOfApi : words.formats[client.accessTokenFormat],
      }}
    />
  );
}

function Edit({ call: { frame, client, context }, typed }: { call: AppCall; typed: Typed }) {
  const words = wordsFor(frame, TAB_WORDS);
  const { text } = valuesOf(typed, "edit");
  const seconds = client.accessTokenSeconds;
  return (
    <ActForm frame={frame} act="edit" values={{ revision: String(client.revision) }}>
      <div class="pair">
        <Field
          id="access_token_seconds"
          label={words.accessSeconds}
          hint={words.accessSecondsHint(context.configuration.lifetimes.access_token_seconds)}
          autocomplete="off"
          required={false}
          maxlength={10}
          value={text("access_token_seconds", seconds === null ? null : String(seconds))}
        />
        <Choice
          id="access_token_format"
          label={words.accessFormat}
          options={{ "": words.formatOfApi, ...words.formats }}
          value={text("access_token_format", client.accessTokenFormat)}
        />
      </div>
      <button class="main" type="submit">
        {wordsFor(frame, CONSOLE_WORDS).save}
      </button>
    </ActForm>
  );
}
