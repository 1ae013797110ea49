/** @jsxImportSource hono/jsx */
/** The tab about the tokens of an application: how long they live, and the form of its access tokens. */
import { Field } from "../../pages/layout.tsx";
import { duration } from "../../pages/time.ts";
import { ACCESS_TOKEN_FORMAT_NAMES } from "../../protocol/catalogue.ts";
import { Choice, valuesOf } from "../fields.tsx";
import type { Typed } from "../page.ts";
import { ActForm, Facts } from "../parts.tsx";
import { CONSOLE_WORDS, wordsFor } from "../texts.ts";
import { changing } from "./changes.ts";
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
        <p class="muted small">{sessionWords(call)}</p>
      </section>
    );
  },
  acts: {
    edit: changing("lifetimes", (form, call) => ({
      access_token_seconds: secondsIn(form, "access_token_seconds", call),
      refresh_token_seconds: secondsIn(form, "refresh_token_seconds", call),
      access_token_format:
        ACCESS_TOKEN_FORMAT_NAMES.find((name) => name === form.get("access_token_format")) ?? null,
    })),
  },
});

/** The sessions of people are the same for all applications. */
function sessionWords({ frame, context }: AppCall): string {
  const { session_idle_seconds, session_absolute_seconds } = context.configuration.lifetimes;
  const { tag } = frame.language;
  return wordsFor(frame, TAB_WORDS).sessionsEnd(
    duration(tag, session_idle_seconds),
    duration(tag, session_absolute_seconds),
  );
}

function Known({ call: { frame, client, context } }: { call: AppCall }) {
  const words = wordsFor(frame, TAB_WORDS);
  const { access_token_seconds, refresh_token_seconds } = context.configuration.lifetimes;
  return (
    <Facts
      facts={{
        [words.accessSeconds]: String(client.accessTokenSeconds ?? access_token_seconds),
        [words.refreshSeconds]: client.grantTypes.includes("refresh_token")
          ? String(client.refreshTokenSeconds ?? refresh_token_seconds)
          : null,
        [words.accessFormat]:
          client.accessTokenFormat === null ? words.formatOfApi : words.formats[client.accessTokenFormat],
      }}
    />
  );
}

function Edit({ call: { frame, client, context }, typed }: { call: AppCall; typed: Typed }) {
  const words = wordsFor(frame, TAB_WORDS);
  const { text } = valuesOf(typed, "edit");
  const { lifetimes } = context.configuration;
  const seconds = (known: number | null) => (known === null ? null : String(known));
  return (
    <ActForm frame={frame} act="edit" values={{ revision: String(client.revision) }}>
      <div class="pair">
        <Field
          id="access_token_seconds"
          label={words.accessSeconds}
          hint={words.accessSecondsHint(lifetimes.access_token_seconds)}
          autocomplete="off"
          required={false}
          maxlength={10}
          value={text("access_token_seconds", seconds(client.accessTokenSeconds))}
        />
        <Field
          id="refresh_token_seconds"
          label={words.refreshSeconds}
          hint={words.refreshSecondsHint(lifetimes.refresh_token_seconds)}
          autocomplete="off"
          required={false}
          maxlength={10}
          value={text("refresh_token_seconds", seconds(client.refreshTokenSeconds))}
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
