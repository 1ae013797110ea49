/** @jsxImportSource hono/jsx */
/** The first page of the console: a search for everything, and where everything is. */
import { recordIdText } from "../credentials/credential.ts";
import { findFirstSteps, isUnfinished, maySeeFirstSteps } from "../operations/management/first-steps.ts";
import { type Found, search, searchRequest } from "../operations/management/search.ts";
import { displayText } from "../pages/display.ts";
import { SearchField } from "../pages/layout.tsx";
import { Icon } from "../pages/views/icons.tsx";
import { isAllowed } from "../rules/role.ts";
import { type ConsoleFrame, ConsoleLayout } from "./layout.tsx";
import type { ConsolePage } from "./page.ts";
import { SECTION_NAMES, SECTIONS } from "./sections.ts";
import { START_PATH, stepToDo } from "./start/start.tsx";
import { START_WORDS } from "./start/texts.ts";
import { CONSOLE_WORDS, wordsFor } from "./texts.ts";

interface Hit {
  readonly kind: keyof Found | "requests";
  readonly name: string;
  readonly href: `/${string}`;
}

/** A grant, a session or a token leads to the person or the application that it belongs to. */
function hitsOf({ people, clients, grants, sessions, tokens }: Found): Hit[] {
  const person = (subject: string): `/${string}` => `/admin/people/${subject}`;
  const app = (clientId: string): `/${string}` => `/admin/apps/${encodeURIComponent(clientId)}`;
  return [
    ...people.rows.map(({ subject, name, username }) => ({
      kind: "people" as const,
      name: name === null ? username : `${name} (${username})`,
      href: person(subject),
    })),
    ...clients.rows.map(({ clientId, clientName }) => ({
      kind: "clients" as const,
      name: clientName === null ? clientId : `${clientName} (${clientId})`,
      href: app(clientId),
    })),
    ...grants.map(({ id, subject }) => ({
      kind: "grants" as const,
      name: recordIdText(id),
      href: person(subject),
    })),
    ...sessions.map(({ id, subject }) => ({
      kind: "sessions" as const,
      name: recordIdText(id),
      href: person(subject),
    })),
    ...tokens.map(({ id, clientId }) => ({
      kind: "tokens" as const,
      name: recordIdText(id),
      href: app(clientId),
    })),
  ];
}

function Hits({ frame, text, hits }: { frame: ConsoleFrame; text: string; hits: readonly Hit[] }) {
  const words = wordsFor(frame, CONSOLE_WORDS);
  return (
    <>
      <h2>{words.found(displayText(text, 100))}</h2>
      {hits.length === 0 && <p class="muted">{words.nothingFound}</p>}
      <div class="go">
        {hits.map(({ kind, name, href }) => (
          <a href={frame.path(href)}>
            <span>
              <strong>
                <bdi>{displayText(name, 300)}</bdi>
              </strong>
              <span>{words.kinds[kind]}</span>
            </span>
            <Icon name="next" />
          </a>
        ))}
      </div>
    </>
  );
}

export const overviewPage: ConsolePage = {
  path: "/admin",
  section: "overview",
  async show({ context, frame, authority, query }) {
    const words = wordsFor(frame, CONSOLE_WORDS);
    const text = (query.get("q") ?? "").trim();
    const maySearch = isAllowed(authority, "people.read") || isAllowed(authority, "clients.read");
    const steps = maySeeFirstSteps(authority) ? await findFirstSteps(context, authority) : null;
    const start = wordsFor(frame, START_WORDS);
    const found = text === "" || !maySearch ? null : await search(context, authority, text);
    const hits = found && hitsOf(found);
    const requests = maySearch && text !== "" ? await searchRequest(context, authority, text) : [];
    for (const { requestId } of requests)
      hits?.push({
        kind: "requests",
        name: requestId,
        href: `/admin/requests/${encodeURIComponent(requestId)}`,
      });
    return (
      <ConsoleLayout frame={frame} title={words.sections.overview}>
        {steps !== null && isUnfinished(steps) && (
          <section class="card">
            <div class="go">
              <a href={frame.path(START_PATH, { step: stepToDo(steps) })}>
                <span>
                  <strong>{start.unfinishedTitle}</strong>
                  <span>{start.unfinished}</span>
                </span>
                <Icon name="next" />
              </a>
            </div>
          </section>
        )}
        <section class="card">
          <h1>{words.console}</h1>
          <p class="muted">{words.signedInAs(frame.username)}</p>
          {maySearch && (
            <form method="get" action={frame.path("/admin")}>
              <SearchField
                label={words.searchAll}
                hint={words.searchAllHint}
                submit={words.search}
                value={text}
              />
            </form>
          )}
          {hits !== null && <Hits frame={frame} text={text} hits={hits} />}
          {found !== null && !(found.people.isWhole && found.clients.isWhole) && (
            <p class="muted small">{words.foundMore}</p>
          )}
        </section>
        <section class="card">
          <div class="go">
            {SECTION_NAMES.filter((name) => name !== "overview" && SECTIONS[name].isFor(authority)).map(
              (name) => (
                <a href={frame.path(SECTIONS[name].path)}>
                  <strong>{words.sections[name]}</strong>
                  <Icon name="next" />
                </a>
              ),
            )}
            {steps !== null && !isUnfinished(steps) && (
              <a href={frame.path(START_PATH)}>
                <strong>{start.title}</strong>
                <Icon name="next" />
              </a>
            )}
          </div>
        </section>
      </ConsoleLayout>
    );
  },
};
