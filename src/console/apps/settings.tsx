/** @jsxImportSource hono/jsx */
/** The tab with what an application is; and its end. */
import type { ClientWish } from "../../clients/change.ts";
import { findClientUse, removeManagedClient } from "../../operations/management/clients.ts";
import { displayText } from "../../pages/display.ts";
import { Box, Field } from "../../pages/layout.tsx";
import { GRANT_TYPES } from "../../protocol/grant-types.ts";
import type { Parameters } from "../../protocol/parameters.ts";
import type { ClientRecord } from "../../store/tables/clients.ts";
import { Lines, linesOf, Ticks, tickedOf, valuesOf } from "../fields.tsx";
import { ConsoleFault, type Typed } from "../page.ts";
import { ActForm, At, Facts } from "../parts.tsx";
import { Removal, requireConfirmed } from "../removal.tsx";
import { CONSOLE_WORDS, wordsFor } from "../texts.ts";
import { changing, textOrNull } from "./changes.ts";
import { appName, codesOf } from "./parts.tsx";
import { APPS_PATH } from "./paths.ts";
import { More, moreWish } from "./settings-more.tsx";
import { type AppCall, appTabPage } from "./tab.tsx";
import { APP_WORDS } from "./texts.ts";
import { NEW_APP_WORDS } from "./texts-new.ts";
import { TAB_WORDS } from "./texts-tabs.ts";

const NAME_IN = "client_name#";

/** The names in other languages, one a line: `de=Notizen`. */
const namesOf = ({ localized }: ClientRecord): string =>
  Object.entries(localized)
    .flatMap(([member, text]) =>
      member.startsWith(NAME_IN) ? [`${member.slice(NAME_IN.length)}=${text}`] : [],
    )
    .join("\n");

/** Those names as members; null for one that goes. Throws ConsoleFault for a line without a language. */
function namesWish(form: Parameters, { client, frame }: AppCall): Pick<ClientWish, `client_name#${string}`> {
  const gone = Object.keys(client.localized).filter((member) => member.startsWith(NAME_IN));
  const lines = linesOf(form.get("names")).map((line) => {
    const [, language, name] = /^([^=]*[^=\s])\s*=\s*(.*)$/.exec(line) ?? [];
    if (language === undefined || name === undefined)
      throw new ConsoleFault(wordsFor(frame, TAB_WORDS).nameWrong(displayText(line, 100)));
    return [`${NAME_IN}${language}`, name === "" ? null : name] as const;
  });
  return Object.fromEntries([...gone.map((member) => [member, null] as const), ...lines]);
}

const editWish = (form: Parameters, call: AppCall): ClientWish => ({
  client_name: textOrNull(form, "name") ?? "",
  ...namesWish(form, call),
  redirect_uris: linesOf(form.get("redirect_uris")),
  grant_types: tickedOf(form, "grant"),
  require_pkce: form.get("require_pkce") !== undefined,
  first_party: form.get("first_party") !== undefined,
  client_uri: textOrNull(form, "client_uri"),
  policy_uri: textOrNull(form, "policy_uri"),
  tos_uri: textOrNull(form, "tos_uri"),
  initiate_login_uri: textOrNull(form, "initiate_login_uri"),
  contacts: linesOf(form.get("contacts")),
});

export const settingsPage = appTabPage({
  tab: "settings",
  async show(call, typed) {
    const lastUse = await findClientUse(call.context, call.authority, call.client);
    const { client, mayAct, mayEdit } = call;
    // What the configuration has left out may go.
    const mayRemove = mayEdit || (mayAct && client.disabledBy === "left_out");
    return (
      <>
        <About call={call} lastUse={lastUse} />
        {mayEdit && <Edit call={call} typed={typed} />}
        {mayEdit && <More call={call} typed={typed} />}
        {mayRemove && <Remove call={call} />}
      </>
    );
  },
  acts: {
    edit: changing("settings", editWish),
    more: changing("settings", moreWish),
    remove: {
      recent: true,
      async carryOut({ context, authority, frame, client }, form) {
        const words = wordsFor(frame, TAB_WORDS);
        requireConfirmed(form, words, client.clientId);
        await removeManagedClient(context, authority, client.clientId);
        return { to: APPS_PATH, notice: words.removed(appName(frame, client)) };
      },
    },
  },
});

function About({ call, lastUse }: { call: AppCall; lastUse: number | null }) {
  const { frame, client, mayEdit } = call;
  const words = wordsFor(frame, TAB_WORDS);
  const shared = wordsFor(frame, CONSOLE_WORDS);
  const added = wordsFor(frame, NEW_APP_WORDS);
  const { facts, kinds, sources } = wordsFor(frame, APP_WORDS);
  const isPublic = client.tokenEndpointAuthMethod === "none";
  const address = (uri: string | null) => uri && <bdi>{displayText(uri, 300)}</bdi>;
  return (
    <section class="card">
      <h2>{words.about}</h2>
      <Facts
        facts={{
          [facts.kind]: isPublic ? kinds.public : kinds.confidential,
          [facts.from]: sources[client.source],
          [facts.since]: <At frame={frame} at={client.createdAt} />,
          [facts.firstUsed]:
            client.usedAt === null ? facts.neverUsed : <At frame={frame} at={client.usedAt} />,
          [facts.lastUsed]: lastUse && <At frame={frame} at={lastUse} />,
          ...(!mayEdit && {
            [words.names]: codesOf(
              namesOf(client)
                .split("\n")
                .filter((line) => line !== ""),
            ),
            [words.redirectUris]: codesOf(client.redirectUris),
            [words.grants]: codesOf(client.grantTypes),
            PKCE: client.requirePkce ? added.pkceRequired : added.pkceExempt,
            [words.ourOwn]: client.firstParty ? shared.yes : shared.no,
            [words.clientUri]: address(client.clientUri),
            [words.policyUri]: address(client.policyUri),
            [words.tosUri]: address(client.tosUri),
            [words.loginUri]: address(client.initiateLoginUri),
            [words.contacts]: codesOf(client.contacts),
          }),
        }}
      />
    </section>
  );
}

function Edit({ call: { frame, client }, typed }: { call: AppCall; typed: Typed }) {
  const words = wordsFor(frame, TAB_WORDS);
  const { text, isTicked } = valuesOf(typed, "edit");
  const address = (id: string, label: string, known: string | null, hint?: string) => (
    <Field
      id={id}
      label={label}
      {...(hint !== undefined && { hint })}
      autocomplete="off"
      required={false}
      maxlength={2000}
      value={text(id, known)}
    />
  );
  return (
    <section class="card">
      <h2>{words.settings}</h2>
      <ActForm frame={frame} act="edit" values={{ revision: String(client.revision) }}>
        <Field
          id="name"
          label={words.name}
          hint={words.nameHint}
          autocomplete="off"
          maxlength={100}
          value={text("name", client.clientName)}
        />
        <Lines
          id="names"
          label={words.names}
          hint={words.namesHint}
          value={text("names", namesOf(client))}
          rows={2}
        />
        <Lines
          id="redirect_uris"
          label={words.redirectUris}
          hint={words.redirectUrisHint}
          value={text("redirect_uris", client.redirectUris.join("\n"))}
          rows={Math.min(8, client.redirectUris.length + 2)}
        />
        <Box name="allow_http" value="1" words={words.allowHttp} checked={isTicked("allow_http", false)} />
        <Ticks
          id="grant"
          legend={words.grants}
          options={GRANT_TYPES.map((value) => ({ value, words: words.grantNames[value] }))}
          isTicked={(name, value) =>
            isTicked(
              name,
              client.grantTypes.some((each) => each === value),
            )
          }
        />
        <Box
          name="require_pkce"
          value="1"
          words={words.requirePkce}
          checked={isTicked("require_pkce", client.requirePkce)}
        />
        <Box
          name="first_party"
          value="1"
          words={words.firstParty}
          checked={isTicked("first_party", client.firstParty)}
        />
        <div class="pair">
          {address("client_uri", words.clientUri, client.clientUri)}
          {address("initiate_login_uri", words.loginUri, client.initiateLoginUri, words.loginUriHint)}
        </div>
        <div class="pair">
          {address("policy_uri", words.policyUri, client.policyUri)}
          {address("tos_uri", words.tosUri, client.tosUri)}
        </div>
        <Lines
          id="contacts"
          label={words.contacts}
          hint={words.contactsHint}
          value={text("contacts", client.contacts.join("\n"))}
          rows={2}
        />
        <p class="muted small">
          {words.logo}: {words.logoHint}
        </p>
        <button class="main" type="submit">
          {wordsFor(frame, CONSOLE_WORDS).save}
        </button>
      </ActForm>
    </section>
  );
}

function Remove({ call: { frame, client } }: { call: AppCall }) {
  const words = wordsFor(frame, TAB_WORDS);
  return (
    <section class="card">
      <Removal frame={frame} words={words} name={client.clientId} />
    </section>
  );
}
