/** @jsxImportSource hono/jsx */
/** The people of this server: a list in pages, and a search. */
import { readPage } from "../../api/list.ts";
import { listPeople, searchPeople } from "../../operations/management/people.ts";
import { displayText } from "../../pages/display.ts";
import { SearchField } from "../../pages/layout.tsx";
import { isAllowed, rolesOf } from "../../rules/role.ts";
import type { AccountRecord } from "../../store/tables/people.ts";
import { type ConsoleFrame, ConsoleLayout } from "../layout.tsx";
import type { ConsoleCall, ConsolePage } from "../page.ts";
import { At, Badge, More, Rows } from "../parts.tsx";
import { CONSOLE_WORDS, wordsFor } from "../texts.ts";
import { PEOPLE_WORDS } from "./texts.ts";

const PATH = "/admin/people";
const FOUND_AT_MOST = 50;

/** The filter, in the address. */
const WAITING = { state: "waiting" } as const;

interface Listed {
  readonly people: readonly AccountRecord[];
  readonly next: string | null;
  /** False for a search that finds more than it shows. */
  readonly isWhole: boolean;
}

async function list(
  { context, authority, query }: ConsoleCall,
  text: string,
  isWaiting: boolean,
): Promise<Listed> {
  if (text !== "") {
    const { rows, isWhole } = await searchPeople(context, authority, text, FOUND_AT_MOST);
    return { people: rows, next: null, isWhole };
  }
  const { shown, next } = await readPage<AccountRecord>({
    keys: context.keys,
    path: PATH,
    query: { cursor: query.get("cursor") ?? undefined, ...(isWaiting && WAITING) },
    placeOf: ({ createdAt, subject }) => ({ createdAt, subject }),
    rows: (page) => listPeople(context, authority, { ...page, isWaiting }),
  });
  return { people: shown, next, isWhole: true };
}

function Filters({ frame, isWaiting }: { readonly frame: ConsoleFrame; readonly isWaiting: boolean }) {
  const words = wordsFor(frame, PEOPLE_WORDS);
  const current = (isCurrent: boolean) => (isCurrent ? "page" : undefined);
  return (
    <nav class="tabs" aria-label={words.filterLabel}>
      <ul>
        <li>
          <a href={frame.path(PATH)} aria-current={current(!isWaiting)}>
            {words.all}
          </a>
        </li>
        <li>
          <a href={frame.path(PATH, WAITING)} aria-current={current(isWaiting)}>
            {words.onlyWaiting}
          </a>
        </li>
      </ul>
    </nav>
  );
}

export const stateBadge = (frame: ConsoleFrame, { disabledAt, disabledBy }: AccountRecord) => {
  const { states } = wordsFor(frame, PEOPLE_WORDS);
  if (disabledAt === null) return <Badge kind="good" words={states.active} />;
  return disabledBy === "approval" ? (
    <Badge kind="warn" words={states.waiting} />
  ) : (
    <Badge kind="bad" words={states.disabled} />
  );
};

export const peoplePage: ConsolePage = {
  path: PATH,
  section: "people",
  async show(call) {
    const { frame, query } = call;
    const words = wordsFor(frame, PEOPLE_WORDS);
    const shared = wordsFor(frame, CONSOLE_WORDS);
    const text = (query.get("q") ?? "").trim();
    const isWaiting = text === "" && query.get("state") === WAITING.state;
    const { people, next, isWhole } = await list(call, text, isWaiting);
    return (
      <ConsoleLayout frame={frame} title={words.title}>
        <section class="card">
          <h1>{text === "" ? words.title : words.found(displayText(text, 100))}</h1>
          {isAllowed(frame.authority, "people.read") && (
            <form method="get" action={frame.path(PATH)}>
              <SearchField
                label={shared.searchLabel}
                hint={shared.searchHint}
                submit={shared.search}
                value={text}
              />
            </form>
          )}
          {isAllowed(frame.authority, "people.write") && (
            <p>
              <a class="button main" href={frame.path("/admin/people/new")}>
                {words.add}
              </a>
            </p>
          )}
          {isAllowed(frame.authority, "people.read") && <Filters frame={frame} isWaiting={isWaiting} />}
          {!isWhole && <p class="muted small">{shared.foundMore}</p>}
          {people.length === 0 ? (
            <p>{isWaiting ? words.noneWaits : shared.nothingFound}</p>
          ) : (
            <Rows
              label={words.listLabel}
              heads={[
                words.heads.person,
                words.heads.email,
                words.heads.role,
                words.heads.state,
                words.heads.since,
              ]}
              rows={people.map((account) => [
                <a href={frame.path(`/admin/people/${account.subject}`)}>
                  <bdi>{displayText(account.name ?? account.username, 200)}</bdi>
                  {account.name !== null && (
                    <span class="muted small">
                      {" "}
                      <bdi>{displayText(account.username, 200)}</bdi>
                    </span>
                  )}
                </a>,
                account.email === null ? "" : <bdi>{displayText(account.email, 320)}</bdi>,
                rolesOf(account)
                  .map((role) => words[role])
                  .join(", "),
                stateBadge(frame, account),
                <At frame={frame} at={account.createdAt} />,
              ])}
            />
          )}
          <More
            frame={frame}
            path={PATH}
            query={{ cursor: query.get("cursor"), state: isWaiting ? WAITING.state : null }}
            next={next}
          />
        </section>
      </ConsoleLayout>
    );
  },
};
