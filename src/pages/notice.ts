/**
 * The notice about a person's last act, on the page to which the act leads. Anyone can make up a link to that page, and
 * the page would speak its words as its own. So the notice is sealed for the browser that acted, and only for a minute.
 */
import type { Context } from "../operations/context.ts";
import type { Incoming } from "../platform/http.ts";
import { sealFormData, unsealFormData } from "./forms.ts";
import { PageError } from "./page-error.ts";

export type AccountNotice =
  | { readonly about: "created" | "password" | "details" | "session" | "sessions" | "ended" }
  | { readonly about: "removed"; readonly clientId: string };

/** For the sign-in page: why the form of a person who is signed out meanwhile did not change the password. */
export type PasswordKept = "signed_out" | "same_password";

type Notice = AccountNotice | { readonly about: PasswordKept };

const isPasswordKept = (notice: Notice): notice is { readonly about: PasswordKept } =>
  notice.about === "signed_out" || notice.about === "same_password";

/** The parameter of the query that carries a notice. */
export const NOTICE = "notice";

/** Long enough for a redirect on a slow line. */
const NOTICE_SECONDS = 60;

/** The value of `NOTICE` for the browser with this cookie. `subject`: the person who acted. */
export const sealNotice = (context: Context, cookieValue: string, subject: string, notice: Notice): string =>
  sealFormData(context, cookieValue, "notice", JSON.stringify(notice), subject, NOTICE_SECONDS);

/** The notice for the account page in the query; null if this server did not seal it for this browser just now. */
export function accountNotice(context: Context, incoming: Incoming): AccountNotice | null {
  const notice = readNotice(context, incoming);
  return notice === null || isPasswordKept(notice) ? null : notice;
}

/** The same for the sign-in page. */
export function signInNotice(context: Context, incoming: Incoming): PasswordKept | null {
  const notice = readNotice(context, incoming);
  return notice !== null && isPasswordKept(notice) ? notice.about : null;
}

function readNotice(context: Context, { request, query }: Incoming): Notice | null {
  const sealed = new URLSearchParams(query).get(NOTICE);
  if (sealed === null) return null;
  try {
    const { text } = unsealFormData(context, context.sessionCookie.read(request), "notice", sealed);
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof PageError) return null;
    throw error;
  }
}
