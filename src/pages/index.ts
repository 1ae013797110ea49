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
import { invitationRoutes } from "./invitation.tsx";
import { invitePeopleRoutes } from "./invite-people.tsx";
import { languageRoutes } from "./language-switch.ts";
import { signInRoutes } from "./login.tsx";
import { oneClickRoutes } from "./one-click.tsx";
import { otherDeviceRoutes } from "./other-device.tsx";
import { passkeyRoutes } from "./passkeys.tsx";
import { resetRoutes } from "./reset.tsx";
import { secondFactorRoutes } from "./second-factor.tsx";
import { setupRoutes } from "./setup.tsx";
import { signInCodeRoutes } from "./sign-in-code.tsx";
import { signOutRoutes } from "./sign-out.tsx";
import { signUpRoutes } from "./sign-up.tsx";

export { CHANGE_PASSWORD_PATH, changePasswordRoute } from "./account/index.ts";
export { pageErrorResponse } from "./error-page.tsx";
export { PASSKEY_ENDPOINTS_PATH, passkeyEndpointsRoute } from "./passkeys.tsx";

/** Every page but consent, which belongs to the authorization endpoint. Throws ConfigurationError for a bad logo. */
export const pageRoutes = (context: Context): Route[] => [
  ...homeRoutes(context),
  ...signInRoutes(context),
  ...otherDeviceRoutes(context),
  ...signOutRoutes(context),
  ...deviceRoutes(context),
  ...accountRoutes(context),
  ...passkeyRoutes(context),
  ...secondFactorRoutes(context),
  ...setupRoutes(context),
  ...languageRoutes(context),
  ...invitationRoutes(context),
  ...invitePeopleRoutes(context),
  ...oneClickRoutes(context),
  ...resetRoutes(context),
  ...signInCodeRoutes(context),
  ...signUpRoutes(context),
  ...assetRoutes(context),
];
