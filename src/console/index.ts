/**
 * The console for people who manage this server. Its pages look like the others and need no script. A page asks and shows; what may be
 * done is decided by the operations of operations/management, which the management API uses too.
 */
import type { Context } from "../operations/context.ts";
import type { Route } from "../platform/http.ts";
import { accessPage } from "./apps/access.tsx";
import { byHandPage } from "./apps/by-hand.tsx";
import { claimsPage } from "./apps/claims.tsx";
import { galleryPage } from "./apps/gallery.tsx";
import { grantsPage } from "./apps/grants.tsx";
import { lifetimesPage } from "./apps/lifetimes.tsx";
import { appsPage } from "./apps/list.tsx";
import { logoutPage } from "./apps/logout.tsx";
import { recipeAppPage } from "./apps/recipe.tsx";
import { scopesPage as appScopesPage } from "./apps/scopes.tsx";
import { secretsPage } from "./apps/secrets.tsx";
import { settingsPage as appSettingsPage } from "./apps/settings.tsx";
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
import { scopesPage } from "./server/scopes.tsx";
import { settingsPage } from "./server/settings.tsx";
import { startPage } from "./start/start.tsx";

export const CONSOLE_PAGES: readonly ConsolePage[] = [
  overviewPage,
  startPage,
  appsPage,
  galleryPage,
  byHandPage,
  recipeAppPage,
  appSettingsPage,
  secretsPage,
  accessPage,
  appScopesPage,
  claimsPage,
  lifetimesPage,
  grantsPage,
  logoutPage,
  peoplePage,
  addPersonPage,
  personPage,
  groupsPage,
  groupPage,
  auditPage,
  refusalsPage,
  whyPage,
  whyFoundPage,
  scopesPage,
  keysPage,
  healthPage,
  settingsPage,
];

export const consoleRoutes = (context: Context): Route[] =>
  CONSOLE_PAGES.map((page) => consoleRoute(context, page));
