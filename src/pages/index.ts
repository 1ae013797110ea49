/**
 * The pages that people see: sign-in, consent, devices, their account, first start, help.
 *
 * A page asks and shows; it decides nothing. The decisions are in rules/, and operations/ carries them out. Pages need no
 * script and load nothing from other sites. Every form that changes something goes through forms.ts, every response
 * through respond.tsx, every word is in texts/, every address comes from urls.ts.
 */
import type { Context } from "../operations/context.ts";
import type { Route } from "../platform/http.ts";
import { accountRoutes } from "./account/index.ts";
import { assetRoutes } from "./assets.ts";
import { deviceRoutes } from "./device.tsx";
import { homeRoutes } from "./home.tsx";
import { signInRoutes } from "./login.tsx";
import { otherDeviceRoutes } from "./other-device.tsx";
import { secondFactorRoutes } from "./second-factor.tsx";
import { setupRoutes } from "./setup.tsx";
import { signOutRoutes } from "./sign-out.tsx";

export { CHANGE_PASSWORD_PATH, changePasswordRoute } from "./account/index.ts";
export { pageErrorResponse } from "./error-page.tsx";

/** Every page but consent, which belongs to the authorization endpoint. Throws ConfigurationError for a bad logo. */
export const pageRoutes = (context: Context): Route[] => [
  ...homeRoutes(context),
  ...signInRoutes(context),
  ...otherDeviceRoutes(context),
  ...signOutRoutes(context),
  ...deviceRoutes(context),
  ...accountRoutes(context),
  ...secondFactorRoutes(context),
  ...setupRoutes(context),
  ...assetRoutes(context),
];
