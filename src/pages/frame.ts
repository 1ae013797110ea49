/** The frame of every page: its language, its addresses and the operator's name, logo and colour. */
import type { Context } from "../operations/context.ts";
import type { Incoming } from "../platform/http.ts";
import { markPath } from "./mark.ts";
import { stylesheetPath } from "./style.ts";
import { chooseTexts, type Texts } from "./texts.ts";
import { pagePath, type Query } from "./urls.ts";

export interface PageFrame {
  readonly texts: Texts;
  /** The operator's name for this server. */
  readonly name: string;
  /** The host of the issuer, which people trust with their password. */
  readonly issuerHost: string;
  /** Where its pages are, for a browser that may be elsewhere. */
  readonly issuerOrigin: string;
  /** The time as the page shows it. */
  readonly now: number;
  readonly path: (path: `/${string}`, query?: Query) => string;
  readonly assets: {
    readonly stylesheet: string;
    /** Null if the operator has no logo; then the page shows the mark. */
    readonly logo: string | null;
    readonly mark: { readonly light: string; readonly dark: string };
  };
}

/** `uiLocales`: the parameter `ui_locales` of the authorization request. */
export function pageFrame(context: Context, incoming: Incoming, uiLocales?: string): PageFrame {
  const { configuration, issuer } = context;
  const { accent_color: accent, logo, name } = configuration.appearance;
  const path = (below: `/${string}`, query?: Query) => pagePath(issuer, below, query);
  return {
    texts: chooseTexts(incoming.request.headers.get("accept-language"), uiLocales),
    name,
    issuerHost: issuer.host,
    issuerOrigin: issuer.origin,
    now: context.clock.seconds(),
    path,
    assets: {
      stylesheet: path(stylesheetPath(accent)),
      logo: logo === undefined ? null : path("/assets/logo"),
      mark: { light: path(markPath(accent, "light")), dark: path(markPath(accent, "dark")) },
    },
  };
}
