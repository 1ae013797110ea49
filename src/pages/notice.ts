/**
 * The notice about a person's last act, on the page to which the act leads. Anyone can make up a link to that page, and
 * the page would speak its words as its own. So the notice is sealed for the browser that acted, and only for a minute.
 */
import type { AskedAgain } from "../endpoints/authorize.ts";
import type { Context } from "../operations/context.ts";
import type { Incoming } from "../platform/http.ts";
import { sealFormData, unsealFormData } from "./forms.ts";
import { PageError } from "./page-error.ts";
import type { Texts } from "./texts.ts";

export type AccountNotice =
  | { readonly about: Exclude<keyof Texts["account"]["notices"], "removed"> }
  | { readonly about: "removed"; readonly clientId: string };

export interface PasskeyNotice {
  readonly about: "added" | "renamed" | "removed" | "password_removed";
}

/** What each page may be told. */
interface Notices {
  readonly account: AccountNotice;
  readonly passkeys: PasskeyNotice;
  /** What the last act in the console did, in the language of the page. */
  readonly console: { readonly text: string };
  /** Why the form of a person who is signed out meanwhile did not change the password. */
  readonly sign_in: { readonly about: "signed_out" | "same_password" };
  /** Why an answer did not count. `stale`: it came from a page that was too old, or of an earlier session. */
  readonly consent: { readonly about: "stale" | AskedAgain };
}

/** The parameter of the query that carries a notice. */
export const NOTICE = "notice";

/** The same in an authorization request. RFC 6749 §8.2: a prefix of our own. */
export const REQUEST_NOTICE = "tessera_notice";

/** Long enough for a redirect on a slow line. */
const NOTICE_SECONDS = 60;

/** The value of the parameter for the browser with this cookie. `subject`: the person who acted; empty if not known. */
export const sealNotice = <Page extends keyof Notices>(
  context: Context,
  cookieValue: string,
  subject: string,
  page: Page,
  notice: Notices[Page],
): string =>
  sealFormData(context, cookieValue, "notice", JSON.stringify({ page, notice }), subject, NOTICE_SECONDS);

/** The notice for the page in the query; null if this server did not seal it for this page and browser just now. */
export function readNotice<Page extends keyof Notices>(
  context: Context,
  { request, query }: Incoming,
  page: Page,
): Notices[Page] | null {
  const sealed = new URLSearchParams(query).get(page === "consent" ? REQUEST_NOTICE : NOTICE);
  if (sealed === null) return null;
  try {
    const { text } = unsealFormData(context, context.sessionCookie.read(request), "notice", sealed);
    const told = JSON.parse(text);
    return told.page === page ? told.notice : null;
  } catch (error) {
    if (error instanceof PageError) return null;
    throw error;
  }
}
