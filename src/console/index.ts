/**
 * The console for people who manage this server. Its pages look like the others and need no script. A page asks and shows; what may be
 * done is decided by the operations of operations/management, which the management API uses too.
 */
import type { Context } from "../operations/context.ts";
import type { Route } from "../platform/http.ts";
import { APP_PAGES } from "./apps/index.ts";
import { groupPage } from "./groups/group.tsx";
import { groupsPage } from "./groups/list.tsx";
import { overviewPage } from "./overview.tsx";
import { type ConsolePage, consoleRoute } from "./page.ts";
import { addPersonPage } from "./people/add.tsx";
import { peoplePage } from "./people/list.tsx";
import { personPage } from "./people/person.tsx";
import { auditPage } from "./record/audit.tsx";
import { refusalsPage } from "./record/refusals.tsx";
import { whyFoundPage, whyPage } from "./record/why.tsx";
import { healthPage } from "./server/health.tsx";
import { keysPage } from "./server/keys.tsx";
import { mailsPage } from "./server/mails.tsx";
import { registrationPage } from "./server/registration.tsx";
import { scopesPage } from "./server/scopes.tsx";
import { settingsPage } from "./server/settings.tsx";
import { tokensPage } from "./server/tokens.tsx";
import { webhooksPage } from "./server/webhooks.tsx";
import { startPage } from "./start/start.tsx";

export const CONSOLE_PAGES: readonly ConsolePage[] = [
  overviewPage,
  startPage,
  ...APP_PAGES,
  peoplePage,
  addPersonPage,
  personPage,
  groupsPage,
  groupPage,
  auditPage,
  refusalsPage,
  whyPage,
  whyFoundPage,
  registrationPage,
  scopesPage,
  keysPage,
  tokensPage,
  mailsPage,
  webhooksPage,
  healthPage,
  settingsPage,
];

export const consoleRoutes = (context: Context): Route[] =>
  CONSOLE_PAGES.map((page) => consoleRoute(context, page));
