/** @jsxImportSource hono/jsx */
/** The applications of this server: a list in pages, with filters, and a search. */
import { readPage } from "../../api/list.ts";
import { listKnownClients, listLastSignIns } from "../../operations/management/clients.ts";
import { searchClients } from "../../operations/management/search.ts";
import { displayText } from "../../pages/display.ts";
import { SearchField } from "../../pages/layout.tsx";
import { isAllowed } from "../../rules/role.ts";
import type { ClientRecord, ClientSource } from "../../store/tables/clients.ts";
import { type ConsoleFrame, ConsoleLayout } from "../layout.tsx";
import type { ConsoleCall, ConsolePage } from "../page.ts";
import { At, More, Rows } from "../parts.tsx";
import { CONSOLE_WORDS, wordsFor } from "../texts.ts";
import { AppState, appName } from "./parts.tsx";
import { APPS_PATH, appPath, NEW_APP_PATH } from "./paths.ts";
import { APP_WORDS } from "./texts.ts";

const FOUND_AT_MOST = 50;

const SOURCES: readonly ClientSource[] = [
  "operator",
  "configuration",
  "registration",
  "metadata_document",
  "demo",
];

interface Filter {
  readonly source: ClientSource | undefined;
  readonly isDisabled: boolean;
}

const filterOf = (query: URLSearchParams): Filter => ({
  source: SOURCES.find((source) => source === query.get("source")),
  isDisabled: query.get("state") === "disabled",
});

interface Listed {
  readonly apps: readonly ClientRecord[];
  readonly next: string | null;
  /** False for a search that finds more than it shows. */
  readonly isWhole: boolean;
}

async function list(
  { context, authority, query }: ConsoleCall,
  text: string,
  { source, isDisabled }: Filter,
): Promise<Listed> {
  if (text !== "") {
    const { rows, isWhole } = await searchClients(context, authority, text, FOUND_AT_MOST);
    return { apps: rows, next: null, isWhole };
  }
  const { shown, next } = await readPage<ClientRecord>({
    keys: context.keys,
    path: APPS_PATH,
    query: {
      cursor: query.get("cursor") ?? undefined,
      ...(source !== undefined && { source }),
      ...(isDisabled && { state: "disabled" }),
    },
    placeOf: ({ number }) => ({ number }),
    rows: (page) =>
      listKnownClients(context, authority, { ...page, source, ...(isDisabled && { isDisabled }) }),
  });
  return { apps: shown, next, isWhole: true };
}

/** Links, so that a filter works without a script and has an address of its own. */
function Filters({ frame, filter: { source, isDisabled } }: { frame: ConsoleFrame; filter: Filter }) {
  const words = wordsFor(frame, APP_WORDS);
  const link = (title: string, query: Record<string, string>, isCurrent: boolean) => (
    <li>
      <a href={frame.path(APPS_PATH, query)} aria-current={isCurrent ? "page" : undefined}>
        {title}
      </a>
    </li>
  );
  return (
    <nav class="tabs" aria-label={words.filterLabel}>
      <ul>
        {link(words.all, {}, source === undefined && !isDisabled)}
        {SOURCES.map((each) => link(words.sources[each], { source: each }, source === each))}
        {link(words.onlyDisabled, { state: "disabled" }, isDisabled && source === undefined)}
      </ul>
    </nav>
  );
}

export const appsPage: ConsolePage = {
  path: APPS_PATH,
  section: "apps",
  needs: "clients.read",
  async show(call) {
    const { context, frame, authority, query } = call;
    const words = wordsFor(frame, APP_WORDS);
    const text = (query.get("q") ?? "").trim();
    const filter = filterOf(query);
    const { apps, next, isWhole } = await list(call, text, filter);
    const lastSignIns = await listLastSignIns(context, authority, apps);
    const { heads } = words;
    const isAll = text === "" && filter.source === undefined && !filter.isDisabled;
    return (
      <ConsoleLayout frame={frame} title={words.title}>
        <section class="card">
          <h1>{text === "" ? words.title : words.found(displayText(text, 100))}</h1>
          <p class="muted">{words.lead}</p>
          <form method="get" action={frame.path(APPS_PATH)}>
            <SearchField
              label={words.search}
              hint={words.searchHint}
              submit={wordsFor(frame, CONSOLE_WORDS).search}
              value={text}
            />
          </form>
          {isAllowed(authority, "clients.write") && (
            <p>
              <a class="button main" href={frame.path(NEW_APP_PATH)}>
                {words.add}
              </a>
            </p>
          )}
          <Filters frame={frame} filter={filter} />
          {!isWhole && <p class="muted small">{wordsFor(frame, CONSOLE_WORDS).foundMore}</p>}
          {apps.length === 0 ? (
            <p>{isAll ? words.none : words.noneSuch}</p>
          ) : (
            <Rows
              label={words.listLabel}
              heads={[heads.name, heads.from, heads.state, heads.used, heads.since]}
              rows={apps.map((client) => {
                const lastSignIn = lastSignIns.get(client.clientId) ?? null;
                return [
                  <>
                    <a href={frame.path(appPath(client.clientId))}>
                      <bdi>{appName(frame, client)}</bdi>
                    </a>
                    {client.clientName !== null && (
                      <p class="muted small">
                        <bdi>{displayText(client.clientId, 60)}</bdi>
                      </p>
                    )}
                  </>,
                  words.sources[client.source],
                  <AppState frame={frame} client={client} />,
                  lastSignIn === null ? "" : <At frame={frame} at={lastSignIn} />,
                  <At frame={frame} at={client.createdAt} />,
                ];
              })}
            />
          )}
          <More
            frame={frame}
            path={APPS_PATH}
            query={{
              cursor: query.get("cursor"),
              source: filter.source ?? null,
              state: filter.isDisabled ? "disabled" : null,
            }}
            next={next}
          />
        </section>
      </ConsoleLayout>
    );
  },
};
