/** @jsxImportSource hono/jsx */
/** The tab about what an application has to do with the end of a session. */
import { displayText } from "../../pages/display.ts";
import { Box, Field } from "../../pages/layout.tsx";
import { Lines, linesOf, valuesOf } from "../fields.tsx";
import type { Typed } from "../page.ts";
import { ActForm, Facts } from "../parts.tsx";
import { CONSOLE_WORDS, wordsFor } from "../texts.ts";
import { changing, textOrNull } from "./changes.ts";
import { Codes } from "./parts.tsx";
import { type AppCall, appTabPage } from "./tab.tsx";
import { TAB_WORDS } from "./texts-tabs.ts";

export const logoutPage = appTabPage({
  tab: "logout",
  async show(call, typed) {
    const words = wordsFor(call.frame, TAB_WORDS);
    return (
      <section class="card">
        <h2>{words.logout}</h2>
        <p class="muted">{words.logoutAbout}</p>
        {call.mayEdit ? <Edit call={call} typed={typed} /> : <Known call={call} />}
      </section>
    );
  },
  acts: {
    edit: changing("logout", (form) => ({
      post_logout_redirect_uris: linesOf(form.get("post_logout_uris")),
      backchannel_logout_uri: textOrNull(form, "backchannel_uri"),
    })),
  },
});

function Known({ call: { frame, client } }: { call: AppCall }) {
  const words = wordsFor(frame, TAB_WORDS);
  const { none } = wordsFor(frame, CONSOLE_WORDS);
  const { postLogoutRedirectUris: uris, backchannelLogoutUri } = client;
  return (
    <Facts
      facts={{
        [words.postLogout]: uris.length === 0 ? none : <Codes values={uris} />,
        [words.backChannel]:
          backchannelLogoutUri === null ? none : <code>{displayText(backchannelLogoutUri, 300)}</code>,
      }}
    />
  );
}

function Edit({ call: { frame, client }, typed }: { call: AppCall; typed: Typed }) {
  const words = wordsFor(frame, TAB_WORDS);
  const { text, isTicked } = valuesOf(typed, "edit");
  return (
    <ActForm frame={frame} act="edit" values={{ revision: String(client.revision) }}>
      <Lines
        id="post_logout_uris"
        label={words.postLogout}
        hint={words.postLogoutHint}
        value={text("post_logout_uris", client.postLogoutRedirectUris.join("\n"))}
      />
      <Field
        id="backchannel_uri"
        label={words.backChannel}
        hint={words.backChannelHint}
        autocomplete="off"
        required={false}
        maxlength={2000}
        value={text("backchannel_uri", client.backchannelLogoutUri)}
      />
      <Box name="allow_http" value="1" words={words.allowHttp} checked={isTicked("allow_http", false)} />
      <button class="main" type="submit">
        {wordsFor(frame, CONSOLE_WORDS).save}
      </button>
    </ActForm>
  );
}
