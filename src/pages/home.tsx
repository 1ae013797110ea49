/** @jsxImportSource hono/jsx */
/** The start page and the help that error messages point to. */

import { publicAnchor } from "../endpoints/refusal.ts";
import type { Context } from "../operations/context.ts";
import { queryOf, type Route } from "../platform/http.ts";
import { REASONS, type Reason } from "../protocol/errors.ts";
import { displayText } from "./display.ts";
import { pageFrame } from "./frame.ts";
import { respondWithPage } from "./respond.tsx";
import { pagePath } from "./urls.ts";
import { HelpView, HomeView, type ReasonHelp } from "./views/home.tsx";

/** The reasons that have all words of the query, in any case and order. */
export function reasonsWith(reasons: readonly ReasonHelp[], query: string): readonly ReasonHelp[] {
  const words = query.toLowerCase().split(/\s+/);
  return reasons.filter(({ anchor, error, description, cure }) => {
    const text = [anchor, error, description, cure].join(" ").toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

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
        GET: (incoming) => {
          const query = displayText(queryOf(incoming).get("q") ?? "");
          const here = pagePath(context.issuer, "/help/errors", { q: query });
          const frame = pageFrame(context, incoming, undefined, { here });
          return respondWithPage(
            <HelpView frame={frame} reasons={reasonsWith(reasons, query)} query={query} />,
          );
        },
      },
    },
  ];
}
