/** @jsxImportSource hono/jsx */
/** The tab about the scopes of an application, and the APIs that its tokens can be for. */

import { hasImpliedDefault } from "../../clients/metadata.ts";
import { listResources } from "../../operations/management/server.ts";
import { describeScope } from "../../pages/access.ts";
import { displayText } from "../../pages/display.ts";
import { Ticks, tickedOf, valuesOf } from "../fields.tsx";
import type { Typed } from "../page.ts";
import { ActForm, Facts, Rows } from "../parts.tsx";
import { CONSOLE_WORDS, wordsFor } from "../texts.ts";
import { scopeOptions } from "./by-hand.tsx";
import { changing } from "./changes.ts";
import { Codes, codesOf } from "./parts.tsx";
import { type AppCall, appTabPage } from "./tab.tsx";
import { TAB_WORDS } from "./texts-tabs.ts";

export const scopesPage = appTabPage({
  tab: "scopes",
  async show(call, typed) {
    return (
      <>
        {call.mayEdit ? <Edit call={call} typed={typed} /> : <Known call={call} />}
        <Apis call={call} />
      </>
    );
  },
  acts: {
    edit: changing("scopes", (form) => ({
      scope: tickedOf(form, "scope"),
      default_scope: tickedOf(form, "default"),
    })),
  },
});

function Known({ call: { frame, client } }: { call: AppCall }) {
  const words = wordsFor(frame, TAB_WORDS);
  return (
    <section class="card">
      <h2>{words.scopes}</h2>
      <Facts
        facts={{
          Scopes: codesOf(client.scope),
          [words.defaultScope]: codesOf(client.defaultScope),
        }}
      />
    </section>
  );
}

function Edit({ call, typed }: { call: AppCall; typed: Typed }) {
  const { frame, client, context } = call;
  const words = wordsFor(frame, TAB_WORDS);
  const { isTicked } = valuesOf(typed, "edit");
  const has = (scope: readonly string[], value: string) => scope.includes(value);
  const own = client.scope.map((name) => ({
    value: name as string,
    words: displayText(`${name}: ${describeScope(context, frame.texts, name)}`, 200),
  }));
  return (
    <section class="card">
      <h2>{words.scopes}</h2>
      <ActForm frame={frame} act="edit" values={{ revision: String(client.revision) }}>
        <Ticks
          id="scope"
          legend="Scopes"
          hint={words.scopesHint}
          options={scopeOptions(call)}
          isTicked={(name, value) => isTicked(name, has(client.scope, value))}
        />
        {own.length > 0 && (
          <Ticks
            id="default"
            legend={words.defaultScope}
            hint={words.defaultHint}
            options={own}
            isTicked={(name, value) =>
              isTicked(name, !hasImpliedDefault(client) && has(client.defaultScope, value))
            }
          />
        )}
        <button class="main" type="submit">
          {wordsFor(frame, CONSOLE_WORDS).save}
        </button>
      </ActForm>
    </section>
  );
}

function Apis({ call: { context, authority, frame, client } }: { call: AppCall }) {
  const words = wordsFor(frame, TAB_WORDS);
  const { name, identifier, scopes, format } = words.apiHeads;
  const reached = listResources(context, authority)
    .map((api) => ({ api, shared: api.scopes.filter((scope) => client.scope.includes(scope)) }))
    .filter(({ api, shared }) => shared.length > 0 || (api.scopes.length === 0 && client.scope.length > 0));
  return (
    <section class="card">
      <h2>{words.apis}</h2>
      <p class="muted">{words.apisAbout}</p>
      {reached.length === 0 ? (
        <p>{words.noApis}</p>
      ) : (
        <Rows
          label={words.apis}
          heads={[name, identifier, scopes, format]}
          rows={reached.map(({ api, shared }) => [
            displayText(context.catalogue.nameResource(api.identifier, frame.language.tag), 100),
            <code>{displayText(api.identifier, 300)}</code>,
            <Codes values={shared} />,
            words.formats[client.accessTokenFormat ?? api.accessTokenFormat],
          ])}
        />
      )}
    </section>
  );
}
