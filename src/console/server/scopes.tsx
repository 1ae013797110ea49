/** @jsxImportSource hono/jsx */
/** The scopes and APIs of this server, which the configuration declares. */
import { listExchangeRules, listResources, listScopes } from "../../operations/management/server.ts";
import { displayText } from "../../pages/display.ts";
import { duration } from "../../pages/time.ts";
import { Icon } from "../../pages/views/icons.tsx";
import { wordsIn } from "../../protocol/people-words.ts";
import { ConsoleLayout } from "../layout.tsx";
import type { ConsolePage } from "../page.ts";
import { Badge, linesOfDocument, Rows } from "../parts.tsx";
import { wordsFor } from "../texts.ts";
import { SERVER_WORDS } from "./texts.ts";

export const scopesPage: ConsolePage = {
  path: "/admin/scopes",
  section: "scopes",
  needs: "clients.read",
  async show({ context, frame, authority }) {
    const { scopes: words } = wordsFor(frame, SERVER_WORDS);
    const { tag } = frame.language;
    const wordsOf = (scope: { readonly name: string; readonly description: Parameters<typeof wordsIn>[0] }) =>
      (frame.texts.scopes as Readonly<Record<string, string>>)[scope.name] ?? wordsIn(scope.description, tag);
    const { api, name, scopes, lifetime, format } = words.apiHeads;
    const resources = listResources(context, authority);
    const { exchange } = words;
    const listed = (names: readonly string[] | undefined, otherwise: string) =>
      names === undefined ? otherwise : displayText(names.join(" "), 500);
    return (
      <ConsoleLayout frame={frame} title={words.title}>
        <section class="card">
          <h1>{words.title}</h1>
          <p class="muted">{words.lead}</p>
          <h2>{words.scopesTitle}</h2>
          <Rows
            label={words.scopesTitle}
            heads={[words.scopeHeads.scope, words.scopeHeads.words, words.scopeHeads.of]}
            rows={listScopes(context, authority).map((scope) => [
              <>
                <code>{scope.name}</code> {scope.sensitive && <Badge kind="warn" words={words.sensitive} />}
              </>,
              displayText(wordsOf(scope), 300),
              scope.isOwn ? words.own : words.file,
            ])}
          />
        </section>
        <section class="card">
          <h2>{words.apisTitle}</h2>
          <Rows
            label={words.apisTitle}
            heads={[api, name, scopes, lifetime, format]}
            rows={resources.map((resource) => [
              <code>{displayText(resource.identifier, 300)}</code>,
              displayText(wordsIn(resource.name, tag), 200),
              resource.scopes.length === 0 ? words.anyScope : resource.scopes.join(" "),
              resource.accessTokenSeconds === null
                ? words.usual
                : duration(frame.language.tag, resource.accessTokenSeconds),
              words.formats[resource.accessTokenFormat],
            ])}
          />
        </section>
        <section class="card">
          <h2>{exchange.title}</h2>
          <p class="muted">{exchange.lead}</p>
          <Rows
            label={exchange.title}
            heads={[
              exchange.heads.client,
              exchange.heads.fromClients,
              exchange.heads.fromApis,
              exchange.heads.apis,
              exchange.heads.scopes,
              exchange.heads.act,
            ]}
            rows={listExchangeRules(context, authority).map((rule) => [
              <code>{displayText(rule.client, 200)}</code>,
              listed(rule.from_clients, exchange.anyClient),
              listed(rule.from_resources, exchange.ownApis),
              displayText(rule.resources.join(" "), 500),
              listed(rule.scopes, exchange.allScopes),
              exchange.acts[rule.act],
            ])}
          />
        </section>
        {resources
          .filter(({ metadata }) => metadata !== null)
          .map((resource) => (
            <details class="card fold">
              <summary>
                <h2>{words.metadataOf(displayText(wordsIn(resource.name, tag), 200))}</h2>
                <Icon name="down" />
              </summary>
              <p class="muted">{words.metadataAbout}</p>
              <p>
                <code>{displayText(resource.metadataUrl ?? "", 600)}</code>
              </p>
              <pre class="code">{linesOfDocument(resource.metadata ?? {})}</pre>
            </details>
          ))}
      </ConsoleLayout>
    );
  },
};
