/**
 * The console for people who manage this server. Its pages look like the others and need no script. A page asks and shows; what may be
 * done is decided by the operations of operations/management, which the management API uses too.
 */
import type { Context } from "../operations/context.ts";
import type { Route } from "../platform/http.ts";
import { overviewPage } from "./overview.tsx";
import { type ConsolePage, consoleRoute } from "./page.ts";
import { peoplePage } from "./people/list.tsx";
import { personPage } from "./people/person.tsx";

export const CONSOLE_PAGES: readonly ConsolePage[] = [overviewPage, peoplePage, personPage];

export const consoleRoutes = (context: Context): Route[] =>
  CONSOLE_PAGES.map((page) => consoleRoute(context, page));
