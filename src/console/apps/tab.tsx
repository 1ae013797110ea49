/** @jsxImportSource hono/jsx */
/** The frame of the pages about one application: its name and its tabs. Each tab is a page of its own. */
import type { Child } from "hono/jsx";
import { showClient } from "../../operations/management/clients.ts";
import { displayText } from "../../pages/display.ts";
import type { Parameters } from "../../protocol/parameters.ts";
import { isVouchedFor } from "../../rules/client.ts";
import { isAllowed, permissionForClient } from "../../rules/role.ts";
import type { ClientRecord } from "../../store/tables/clients.ts";
import { type ConsoleFrame, ConsoleLayout } from "../layout.tsx";
import type { ConsoleAct, ConsoleCall, ConsolePage, Done, Typed } from "../page.ts";
import { Badge } from "../parts.tsx";
import { CONSOLE_WORDS, wordsFor } from "../texts.ts";
import { inWords } from "./faults.ts";
import { AppState, appName } from "./parts.tsx";
import { APP_TABS, APPS_PATH, type AppTab, appPath } from "./paths.ts";
import { APP_WORDS, type AppWords } from "./texts.ts";

/** What a tab works with: the page's call, and the application. */
export interface AppCall extends ConsoleCall {
  readonly client: ClientRecord;
  /** Whether the reader may act on it. */
  readonly mayAct: boolean;
  /** Whether the reader may change what the application is: not if the configuration or the demonstration makes it. */
  readonly mayEdit: boolean;
}

export interface AppAct {
  /** Whether it needs a sign-in that is not long ago. */
  readonly recent?: boolean;
  carryOut(call: AppCall, form: Parameters): Promise<Done>;
}

export interface AppTabPage {
  readonly tab: AppTab;
  show(call: AppCall, typed: Typed): Promise<Child>;
  readonly acts?: Readonly<Record<string, AppAct>>;
}

const PATHS = {
  settings: "/admin/apps/:client",
  secrets: "/admin/apps/:client/secrets",
  access: "/admin/apps/:client/access",
  scopes: "/admin/apps/:client/scopes",
  claims: "/admin/apps/:client/claims",
  lifetimes: "/admin/apps/:client/lifetimes",
  grants: "/admin/apps/:client/grants",
  refusals: "/admin/apps/:client/refusals",
  logout: "/admin/apps/:client/logout",
} as const satisfies Record<AppTab, ConsolePage["path"]>;

async function appCall(call: ConsoleCall, tab: AppTab): Promise<AppCall> {
  const { context, authority, parameters } = call;
  const client = await showClient(context, authority, parameters.client ?? "");
  const mayAct = isAllowed(authority, permissionForClient(client.scope));
  const isMadeAnew = client.source === "configuration" || client.source === "demo";
  // The address of the application called `new` is written differently (`appPath`).
  const frame = { ...call.frame, here: call.frame.path(appPath(client.clientId, tab)) };
  return { ...call, frame, client, mayAct, mayEdit: mayAct && !isMadeAnew };
}

const asConsoleAct = (tab: AppTab, { recent = false, carryOut }: AppAct): ConsoleAct => ({
  recent,
  carryOut: (call, form) => inWords(call.frame, async () => carryOut(await appCall(call, tab), form)),
});

/** Back to the tab, with words about what was done. */
export const backTo = ({ client }: AppCall, tab: AppTab, notice: string): Done => ({
  to: appPath(client.clientId, tab),
  notice,
});

/** Back to the tab after a change of the application. */
export const savedOn = (call: AppCall, tab: AppTab): Done =>
  backTo(call, tab, wordsFor(call.frame, APP_WORDS).saved(appName(call.frame, call.client)));

export const appTabPage = ({ tab, show, acts = {} }: AppTabPage): ConsolePage => ({
  path: PATHS[tab],
  section: "apps",
  needs: "clients.read",
  async show(call, typed) {
    const app = await appCall(call, tab);
    const content = await show(app, typed);
    return (
      <AppLayout call={app} tab={tab}>
        {content}
      </AppLayout>
    );
  },
  acts: Object.fromEntries(Object.entries(acts).map(([name, act]) => [name, asConsoleAct(tab, act)])),
});

interface LayoutProps {
  readonly call: AppCall;
  readonly tab: AppTab;
  readonly children?: Child;
}

export function AppLayout({ call, tab, children }: LayoutProps) {
  const { frame, client, context } = call;
  const words = wordsFor(frame, APP_WORDS);
  const name = appName(frame, client);
  const isUnverified = !isVouchedFor(client, context.configuration.registration);
  return (
    <ConsoleLayout
      frame={frame}
      title={`${name}: ${words.tabs[tab]}`}
      up={{ path: APPS_PATH, words: words.title }}
    >
      <section class="card">
        <h1>
          <bdi>{name}</bdi>
        </h1>
        <p class="buttons">
          <code>{displayText(client.clientId, 200)}</code>
          <AppState frame={frame} client={client} />
          {isUnverified && <Badge kind="warn" words={words.notVouched} />}
        </p>
        <Fixed call={call} />
        <Tabs frame={frame} client={client} tab={tab} words={words} />
      </section>
      {children}
    </ConsoleLayout>
  );
}

/** Why the reader finds no forms here. */
function Fixed({ call: { frame, client, mayAct } }: { call: AppCall }) {
  const words = wordsFor(frame, APP_WORDS);
  if (client.source === "configuration")
    return <p class="muted">{wordsFor(frame, CONSOLE_WORDS).declared}</p>;
  if (client.source === "demo") return <p class="muted">{words.demo}</p>;
  const isManaging = permissionForClient(client.scope) === "server.write";
  return !mayAct && isManaging ? <p class="muted">{words.managing}</p> : null;
}

interface TabsProps {
  readonly frame: ConsoleFrame;
  readonly client: ClientRecord;
  readonly tab: AppTab;
  readonly words: AppWords;
}

const Tabs = ({ frame, client, tab, words }: TabsProps) => (
  <nav class="tabs" aria-label={words.tabsLabel}>
    <ul>
      {APP_TABS.map((each) => (
        <li>
          <a
            href={frame.path(appPath(client.clientId, each))}
            aria-current={each === tab ? "page" : undefined}
          >
            {words.tabs[each]}
          </a>
        </li>
      ))}
    </ul>
  </nav>
);
