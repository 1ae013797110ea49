/** The pages about applications. */
import type { ConsolePage } from "../page.ts";
import { accessPage } from "./access.tsx";
import { byHandPage } from "./by-hand.tsx";
import { claimsPage } from "./claims.tsx";
import { galleryPage } from "./gallery.tsx";
import { grantsPage } from "./grants.tsx";
import { lifetimesPage } from "./lifetimes.tsx";
import { appsPage } from "./list.tsx";
import { logoutPage } from "./logout.tsx";
import { recipeAppPage } from "./recipe.tsx";
import { refusalsPage } from "./refusals.tsx";
import { scopesPage } from "./scopes.tsx";
import { secretsPage } from "./secrets.tsx";
import { settingsPage } from "./settings.tsx";

export const APP_PAGES: readonly ConsolePage[] = [
  appsPage,
  galleryPage,
  byHandPage,
  recipeAppPage,
  settingsPage,
  secretsPage,
  accessPage,
  scopesPage,
  claimsPage,
  lifetimesPage,
  grantsPage,
  refusalsPage,
  logoutPage,
];
