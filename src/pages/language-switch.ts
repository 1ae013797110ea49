/**
 * The switch between languages that every page has in its foot. The choice is a cookie of its own, not part of a session, so
 * it counts before and after a sign-in. It says nothing of the person but the language.
 */
import { cookieName, cookieValues, writeCookie } from "../accounts/session-cookie.ts";
import type { Context } from "../operations/context.ts";
import type { Handler, Incoming, Route } from "../platform/http.ts";
import { seeOther } from "../platform/http.ts";
import { OAuthError } from "../protocol/errors.ts";
import type { Issuer } from "../protocol/issuer.ts";
import { readUnboundForm } from "./forms.ts";
import { askedLanguage, type ChosenLanguage, languageOf } from "./texts.ts";
import { pageAddressOf, pagePath, parsePagePath } from "./urls.ts";

/** The names of the form's fields. */
export const SWITCH_FIELDS = { language: "language", over: "over", returnTo: "return_to" } as const;

/** What the switch on a page sends along. */
export interface LanguageSwitch {
  /** The path of the page, to which the switch leads back. */
  readonly returnTo: string;
  /** The tag of the language that the application asked for on this page; null if it asked for none. */
  readonly over: string | null;
}

const YEAR_SECONDS = 365 * 86_400;

const languageCookie = (issuer: Issuer): string => cookieName(issuer, "tessera-language");

/** `here`: the path that opens this page, if it is not that of the request. */
export const languageSwitch = (
  issuer: Issuer,
  incoming: Incoming,
  uiLocales: string | undefined,
  here: string | undefined,
): LanguageSwitch => ({
  returnTo: here ?? pageAddressOf(issuer, incoming),
  over: askedLanguage(uiLocales)?.tag ?? null,
});

/** What the person chose in this browser; null if they never did, or if the language is gone. */
export function chosenLanguage(issuer: Issuer, request: Request): ChosenLanguage | null {
  for (const value of cookieValues(request, languageCookie(issuer))) {
    const [tag = "", over = ""] = value.split(".");
    if (languageOf(tag) !== null) return { tag, over: over === "" ? null : over };
  }
  return null;
}

/**
 * The form needs no token: all that another site could do with it is to change the language, and browsers say that the form is
 * another site's.
 */
const switchLanguage =
  (context: Context): Handler =>
  async (incoming) => {
    const { issuer } = context;
    const form = await readUnboundForm(context, incoming);
    const chosen = languageOf(form.get(SWITCH_FIELDS.language) ?? "");
    if (chosen === null) throw new OAuthError("parameter_invalid");
    const over = languageOf(form.get(SWITCH_FIELDS.over) ?? "");
    const value = over === null ? chosen.tag : `${chosen.tag}.${over.tag}`;
    return seeOther(parsePagePath(issuer, form.get(SWITCH_FIELDS.returnTo)) ?? pagePath(issuer, "/"), [
      writeCookie(issuer, languageCookie(issuer), value, YEAR_SECONDS),
    ]);
  };

export const languageRoutes = (context: Context): Route[] => [
  { path: "/language", audience: "people", cors: "nobody", methods: { POST: switchLanguage(context) } },
];
