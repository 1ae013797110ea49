/**
 * Endpoints: one file per protocol endpoint, named as its specification names it, each an ordered list of checks.
 * This folder turns requests into typed values and decisions into responses; it shows no pages and keeps no state.
 */
import type { Context } from "../operations/context.ts";
import type { Handler, Route } from "../platform/http.ts";
import { backchannelAuthentication } from "./backchannel-authentication.ts";
import { deviceAuthorization } from "./device-authorization.ts";
import { healthRoutes } from "./health.ts";
import { introspection } from "./introspection.ts";
import { jwks } from "./jwks.ts";
import { ENDPOINT_PATHS } from "./paths.ts";
import { picture } from "./picture.ts";
import { pushedAuthorizationRequest } from "./pushed-authorization-request.ts";
import { registration } from "./registration.ts";
import { registrationManagement } from "./registration-management.ts";
import { revocation } from "./revocation.ts";
import { token } from "./token.ts";
import { userinfo } from "./userinfo.ts";

/** The endpoints for programs. The authorization endpoint is for people; server.ts joins it with the pages. */
export function protocolRoutes(context: Context): Route[] {
  const post = (path: string, cors: Route["cors"], POST: Handler): Route => ({
    path,
    audience: "programs",
    cors,
    methods: { POST },
  });
  const showUserinfo = userinfo(context);
  return [
    post(ENDPOINT_PATHS.token, "browser_clients", token(context)),
    post(ENDPOINT_PATHS.pushedAuthorizationRequest, "browser_clients", pushedAuthorizationRequest(context)),
    post(ENDPOINT_PATHS.deviceAuthorization, "browser_clients", deviceAuthorization(context)),
    post(ENDPOINT_PATHS.backchannelAuthentication, "nobody", backchannelAuthentication(context)),
    post(ENDPOINT_PATHS.introspection, "nobody", introspection(context)),
    post(ENDPOINT_PATHS.revocation, "browser_clients", revocation(context)),
    {
      path: ENDPOINT_PATHS.registration,
      audience: "programs",
      cors: "browser_clients",
      methods: { ...registrationManagement(context), POST: registration(context) },
    },
    {
      path: ENDPOINT_PATHS.userinfo,
      audience: "programs",
      cors: "browser_clients",
      methods: { GET: showUserinfo, POST: showUserinfo },
    },
    { path: ENDPOINT_PATHS.jwks, audience: "programs", cors: "everyone", methods: { GET: jwks(context) } },
    {
      path: ENDPOINT_PATHS.picture,
      audience: "programs",
      cors: "everyone",
      methods: { GET: picture(context) },
    },
    ...healthRoutes(context),
  ];
}
