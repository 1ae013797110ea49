/** What all pages of a person's account share: the person must be signed in, and one form is one act. */
import { findClient } from "../../operations/clients.ts";
import type { Context } from "../../operations/context.ts";
import { findSignedIn, type SignedIn } from "../../operations/sessions.ts";
import { type Handler, type Incoming, type Route, seeOther } from "../../platform/http.ts";
import { OAuthError } from "../../protocol/errors.ts";
import type { SubjectId } from "../../protocol/identifiers.ts";
import type { Parameters } from "../../protocol/parameters.ts";
import { PICTURE_PATH, pictureQuery } from "../../rules/picture.ts";
import type { AccountRecord } from "../../store/tables/people.ts";
import { markedName } from "../display.ts";
import { openForm, readForm } from "../forms.ts";
import { type PageFrame, pageFrame } from "../frame.ts";
import { type AccountNotice, NOTICE, readNotice, sealNotice } from "../notice.ts";
import { askRecentSignIn } from "../recent.ts";
import { pagePath } from "../urls.ts";
import type { AccountFrame } from "../views/account-layout.tsx";

/** A page of the account, below the issuer. */
export type AccountPath = "/account" | `/account/${string}`;

/** What a page says when it comes back from a form. */
export interface Again {
  readonly status?: number;
  readonly retryAfterSeconds?: number | undefined;
  /** Why the form did nothing. */
  readonly alert?: string;
}

/** An act that a form asks for. */
export type Act = (incoming: Incoming, signedIn: SignedIn, form: Parameters) => Promise<Response>;

export interface Section {
  readonly path: AccountPath;
  /** The acts that need a recent sign-in, by their names: an open browser is not enough for them. */
  readonly recent?: readonly string[];
  show(incoming: Incoming, signedIn: SignedIn): Promise<Response>;
  /** The acts of the page, by the field `action` of its forms. */
  readonly acts?: Readonly<Record<string, Act>>;
  /** The page for a form that is too old, as the person filled it in. */
  stale?(incoming: Incoming, signedIn: SignedIn, form: Parameters, again: Again): Promise<Response>;
  /** The answer to a fresh form of a person who is signed out meanwhile; null for the usual one. */
  signedOut?(incoming: Incoming, form: Parameters): Promise<Response | null>;
}

/** The route of a page: people who are signed out sign in first, and come back. */
export function sectionRoute(context: Context, section: Section): Route {
  const { path, acts = {} } = section;
  const GET: Handler = async (incoming) => {
    const signedIn = await findSignedIn(context, incoming.request);
    return signedIn === null ? toSignIn(context, path) : section.show(incoming, signedIn);
  };
  const POST: Handler = async (incoming) => {
    const { form, isFresh } = await readForm(context, incoming, "account");
    const signedIn = await findSignedIn(context, incoming.request);
    if (signedIn === null) {
      const answer = isFresh ? await section.signedOut?.(incoming, form) : null;
      return answer ?? toSignIn(context, path);
    }
    if (!isFresh) {
      const again = {
        status: 422,
        alert: personFrame(context, incoming, signedIn.account).texts.forms.stale,
      };
      if (section.stale === undefined) throw new OAuthError("parameter_invalid");
      return section.stale(incoming, signedIn, form, again);
    }
    const action = form.get("action") ?? "";
    const act = Object.hasOwn(acts, action) ? acts[action] : undefined;
    if (act === undefined) throw new OAuthError("parameter_invalid");
    const asked = section.recent?.includes(action) ? await askRecentSignIn(context, signedIn, path) : null;
    if (asked !== null) return asked;
    return act(incoming, signedIn, form);
  };
  const methods = Object.keys(acts).length === 0 ? { GET } : { GET, POST };
  return { path, audience: "people", cors: "nobody", methods };
}

/** The frame in the language that the person chose for the pages. `here`: the page, if it needs its query. */
export const personFrame = (
  context: Context,
  incoming: Incoming,
  { profile }: Pick<AccountRecord, "profile">,
  here?: string,
): PageFrame => pageFrame(context, incoming, undefined, { locale: profile.locale, here });

/** The frame of a page of the account: `section` is its path. */
export const accountFrame = (
  context: Context,
  incoming: Incoming,
  account: AccountRecord,
  section: AccountPath,
  { notice, alert }: Pick<AccountFrame, "notice" | "alert">,
): AccountFrame => ({
  ...personFrame(context, incoming, account),
  section,
  notice,
  alert,
  username: account.username,
  personName: account.name,
  picture:
    account.pictureId === null
      ? null
      : pagePath(context.issuer, PICTURE_PATH, pictureQuery(account.pictureId)),
});

export const toSignIn = ({ issuer }: Pick<Context, "issuer">, path: AccountPath): Response =>
  seeOther(pagePath(issuer, "/login", { return_to: pagePath(issuer, path) }));

/** Back to a page, with a notice about what was done. */
export function backWith(
  context: Context,
  incoming: Incoming,
  path: AccountPath,
  subject: SubjectId,
  about: AccountNotice,
): Response {
  const cookieValue = context.sessionCookie.read(incoming.request);
  if (cookieValue === null) return toSignIn(context, path);
  const notice = sealNotice(context, cookieValue, subject, "account", about);
  return seeOther(pagePath(context.issuer, path, { [NOTICE]: notice }));
}

/** The parts of a page: what its view needs, and the headers of its response. */
export interface SectionParts {
  readonly frame: AccountFrame;
  readonly notice: AccountNotice | null;
  /** The token of the forms of the page. */
  readonly token: string;
  /** The cookie to which the forms are bound. */
  readonly cookieValue: string;
  readonly options: {
    readonly status: number | undefined;
    readonly retryAfterSeconds: number | undefined;
    readonly setCookie: string | null;
  };
}

/** `hidesNotice`: whether a notice is not true any more. */
export async function sectionParts(
  context: Context,
  incoming: Incoming,
  { account }: SignedIn,
  path: AccountPath,
  { status, retryAfterSeconds, alert }: Again = {},
  hidesNotice: (notice: AccountNotice) => boolean = () => false,
): Promise<SectionParts> {
  const form = openForm(context, incoming, "account");
  const told = readNotice(context, incoming, "account");
  const notice = told === null || hidesNotice(told) ? null : told;
  const words =
    notice === null ? null : await noticeWords(context, personFrame(context, incoming, account), notice);
  return {
    frame: accountFrame(context, incoming, account, path, { notice: words, alert: alert ?? null }),
    notice,
    token: form.token,
    cookieValue: form.cookieValue,
    options: { status, retryAfterSeconds, setCookie: form.setCookie },
  };
}

async function noticeWords(context: Context, { texts }: PageFrame, notice: AccountNotice): Promise<string> {
  const { account } = texts;
  if (notice.about !== "removed") return account.notices[notice.about];
  const client = await findClient(context, notice.clientId);
  return account.notices.removed(
    client === null ? account.unknownClient : markedName(client, context.configuration.registration, texts),
  );
}
