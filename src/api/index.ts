/**
 * The management API (docs/api.md): each file has the routes of one kind of object. The routes are a table, from which the server, the
 * OpenAPI document and the tests of permissions are made.
 */
import type { Context } from "../operations/context.ts";
import type { Handler, Route } from "../platform/http.ts";
import { accessRoutes } from "./access.ts";
import { clientRoutes } from "./clients.ts";
import { documentRoutes } from "./documents.ts";
import { groupRoutes } from "./groups.ts";
import { handleApi } from "./handle.ts";
import { invitationRoutes } from "./invitations.ts";
import { keyRoutes } from "./keys.ts";
import { mailRoutes } from "./mails.ts";
import { openApiDocument } from "./openapi.ts";
import { peopleRoutes } from "./people.ts";
import { recordRoutes } from "./record.ts";
import { registrationRoutes } from "./registration.ts";
import type { ApiRoute } from "./route.ts";
import { serverRoutes } from "./server.ts";
import { webhookRoutes } from "./webhooks.ts";

/** Below the issuer. */
const API = "/api";

const OPENAPI_PATH = `${API}/openapi.json`;

export const API_ROUTES: readonly ApiRoute[] = [
  ...peopleRoutes,
  ...groupRoutes,
  ...invitationRoutes,
  ...clientRoutes,
  ...documentRoutes,
  ...registrationRoutes,
  ...accessRoutes,
  ...keyRoutes,
  ...mailRoutes,
  ...recordRoutes,
  ...serverRoutes,
  ...webhookRoutes,
];

/** The paths of all routes. */
export const API_PATHS: readonly string[] = [
  OPENAPI_PATH,
  ...new Set(API_ROUTES.map(({ path }) => API + path)),
];

export function apiRoutes(context: Context): Route[] {
  const byPath = Map.groupBy(API_ROUTES, ({ path }) => API + path);
  const routes = [...byPath].map(([path, ofPath]): Route => {
    const methods = ofPath.map((route): [string, Handler] => [route.method, handleApi(context, route)]);
    return { path, audience: "programs", cors: "nobody", methods: Object.fromEntries(methods) };
  });
  return [...routes, openApiRoute(context)];
}

/** The same for everyone: it says nothing of what this server has. */
function openApiRoute({ issuer }: Context): Route {
  let text: string | null = null;
  return {
    path: OPENAPI_PATH,
    audience: "programs",
    cors: "everyone",
    methods: {
      GET() {
        text ??= JSON.stringify(openApiDocument(API_ROUTES, issuer.url(API)));
        return new Response(text, { headers: { "Content-Type": "application/json" } });
      },
    },
  };
}
