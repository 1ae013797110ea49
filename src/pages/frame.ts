/** What every page is drawn with: its language, its addresses and the operator's name, logo and colour. */
import type { Context } from "../context.ts";
import type { Incoming } from "../platform/http.ts";
import { markPath } from "./mark.ts";
import { stylesheetPath } from "./style.ts";
import { chooseTexts, type Texts } from "./texts.ts";
import { pagePath, type Query } from "./urls.ts";

export interface PageFrame {
  readonly texts: Texts;
  /** The operator's name for this server. */
  readonly name: string;
  /** Whom people trust with their password: the issuer's host. */
  readonly issuerHost: string;
  /** Whether the issuer speaks TLS; a lock is shown only then. */
  readonly encrypted: boolean;
  /** The time as the page shows it. */
  readonly now: number;
  readonly path: (path: `/${string}`, query?: Query) => string;
  readonly assets: {
    readonly stylesheet: string;
    /** Null if the operator has none; then the mark stands there. */
    readonly logo: string | null;
    readonly mark: { readonly light: string; readonly dark: string };
  };
}

/** `uiLocales` is the authorization request's parameter of that name, if there is one. */
export function pageFrame(context: Context, incoming: Incoming, uiLocales?: string): PageFrame {
  const { configuration } = context;
  const { accent_color: accent, logo, name } = configuration.appearance;
  const path = (below: `/${string}`, query?: Query) => pagePath(configuration, below, query);
  return {
    texts: chooseTexts(incoming.request.headers.get("accept-language"), uiLocales),
    name,
    issuerHost: new URL(configuration.issuer).host,
    encrypted: configuration.issuer.startsWith("https:"),
    now: context.clock.seconds(),
    path,
    assets: {
      stylesheet: path(stylesheetPath(accent)),
      logo: logo === undefined ? null : path("/assets/logo"),
      mark: { light: path(markPath(accent, "light")), dark: path(markPath(accent, "dark")) },
    },
  };
}
