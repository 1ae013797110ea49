/** The frame of every page: its language, its addresses and the operator's name, pictures, colours and links. */
import { nameIn } from "../configuration/appearance-schema.ts";
import type { Context } from "../operations/context.ts";
import type { Incoming } from "../platform/http.ts";
import { wordsIn } from "../protocol/people-words.ts";
import { lookOf, picturePath } from "./assets.ts";
import { chosenLanguage, type LanguageSwitch, languageSwitch } from "./language-switch.ts";
import { markPath } from "./mark.ts";
import { stylesheetPath } from "./style.ts";
import { chooseLanguage, type Language, type Texts } from "./texts.ts";
import { pagePath, type Query } from "./urls.ts";

export interface PageFrame {
  readonly texts: Texts;
  readonly language: Omit<Language, "texts">;
  readonly languageSwitch: LanguageSwitch;
  /** The operator's name for this server. */
  readonly name: string;
  /** The operator's words above the sign-in form; null if there are none. */
  readonly greeting: string | null;
  /** The operator's links in the foot. */
  readonly links: readonly FootLink[];
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
    readonly logo: Picture | null;
    readonly mark: Picture;
  };
}

/** The paths of a picture for light and for dark pages. */
export interface Picture {
  readonly light: string;
  readonly dark: string;
}

export interface FootLink {
  readonly words: string;
  readonly href: string;
}

export interface FrameOptions {
  /** The claim `locale` of the person who is signed in. */
  readonly locale?: string | null;
  /** The tags of the languages that the page has; in others its reader gets English. Default: all. */
  readonly only?: readonly string[];
  /** The path and query that open this page. Default: the path of the request, without its query. */
  readonly here?: string | undefined;
}

/** `uiLocales`: the parameter `ui_locales` of the authorization request. */
export function pageFrame(
  context: Context,
  incoming: Incoming,
  uiLocales?: string,
  { locale, here, only }: FrameOptions = {},
): PageFrame {
  const { configuration, issuer } = context;
  const { appearance } = configuration;
  const { accent_color: accent, greeting } = appearance;
  const path = (below: `/${string}`, query?: Query) => pagePath(issuer, below, query);
  const { texts, ...language } = chooseLanguage({
    uiLocales,
    chosen: chosenLanguage(issuer, incoming.request),
    locale,
    acceptLanguage: incoming.request.headers.get("accept-language"),
    only,
  });
  const logo = picturePath(appearance, "logo");
  return {
    texts,
    language,
    languageSwitch: languageSwitch(issuer, incoming, uiLocales, here),
    name: nameIn(appearance, language.tag),
    greeting: greeting === undefined ? null : wordsIn(greeting, language.tag),
    links: FOOT_LINKS.flatMap(({ setting, words }) => {
      const link = appearance[setting];
      return link === undefined ? [] : [{ words: texts.foot[words], href: wordsIn(link, language.tag) }];
    }),
    issuerHost: issuer.host,
    issuerOrigin: issuer.origin,
    now: context.clock.seconds(),
    path,
    assets: {
      stylesheet: path(stylesheetPath(lookOf(appearance))),
      logo:
        logo === null
          ? null
          : { light: path(logo), dark: path(picturePath(appearance, "logo_dark") ?? logo) },
      mark: { light: path(markPath(accent, "light")), dark: path(markPath(accent, "dark")) },
    },
  };
}

const FOOT_LINKS = [
  { setting: "imprint_url", words: "imprint" },
  { setting: "privacy_url", words: "privacy" },
  { setting: "help_url", words: "help" },
] as const;
