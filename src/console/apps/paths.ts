/** The addresses of the pages about applications. */

export const APPS_PATH = "/admin/apps";
export const NEW_APP_PATH = "/admin/apps/new";

export const BY_HAND_PATH = "/admin/apps/new/by-hand";

export const APP_TABS = [
  "settings",
  "secrets",
  "access",
  "scopes",
  "claims",
  "lifetimes",
  "grants",
  "refusals",
  "logout",
] as const;
export type AppTab = (typeof APP_TABS)[number];

/**
 * The page about an application. An application may be called `new`, as the page for new ones is: paths are compared byte for byte, so
 * an encoded letter tells them apart.
 */
export const appPath = (clientId: string, tab: AppTab = "settings"): `/${string}` => {
  const segment = clientId === "new" ? "%6Eew" : encodeURIComponent(clientId);
  return tab === "settings" ? `${APPS_PATH}/${segment}` : `${APPS_PATH}/${segment}/${tab}`;
};

export const recipePath = (recipe: string): `/${string}` => `${NEW_APP_PATH}/${recipe}`;
