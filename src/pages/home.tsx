/** @jsxImportSource hono/jsx */
/** The start page and the help that error messages point to. */

import { publicAnchor } from "../endpoints/refusal.ts";
import type { Context } from "../operations/context.ts";
import type { Route } from "../platform/http.ts";
import { REASONS, type Reason } from "../protocol/errors.ts";
import { pageFrame } from "./frame.ts";
import { respondWithPage } from "./respond.tsx";
import { HelpView, HomeView, type ReasonHelp } from "./views/home.tsx";

export function homeRoutes(context: Context): Route[] {
  const reasons: ReasonHelp[] = (Object.keys(REASONS) as Reason[])
    .filter((reason) => publicAnchor(reason) === reason)
    .map((reason) => ({ anchor: reason, ...REASONS[reason] }));
  return [
    {
      path: "/",
      audience: "people",
      cors: "nobody",
      methods: {
        GET: (incoming) => respondWithPage(<HomeView frame={pageFrame(context, incoming)} />),
      },
    },
    {
      path: "/help/errors",
      audience: "people",
      cors: "nobody",
      methods: {
        GET: (incoming) =>
          respondWithPage(<HelpView frame={pageFrame(context, incoming)} reasons={reasons} />),
      },
    },
  ];
}
