/**
 * A page of the console: who may open it, what it shows, and the acts of its forms. A form is one act, named by its field `act`. The
 * operations check the permissions; a page only leaves out what its reader may not do.
 */
import type { Context } from "../operations/context.ts";
import { authorityOfPerson, requirePermission } from "../operations/management/authority.ts";
import { findSignedIn, type SignedIn } from "../operations/sessions.ts";
import { displayText } from "../pages/display.ts";
import { openForm, readForm, readUpload } from "../pages/forms.ts";
import { pageFrame } from "../pages/frame.ts";
import { NOTICE, readNotice, sealNotice } from "../pages/notice.ts";
import { askDemandedLevel, askRecentSignIn } from "../pages/recent.ts";
import { respondWithPage, type View } from "../pages/respond.tsx";
import { CONSOLE_LANGUAGES } from "../pages/texts.ts";
import { type ConsolePath, pagePath, type Query } from "../pages/urls.ts";
import {
  BodyError,
  type Handler,
  type Incoming,
  isMultipart,
  type Route,
  seeOther,
} from "../platform/http.ts";
import type { PathParameters } from "../platform/path-pattern.ts";
import { fillPattern } from "../platform/path-pattern.ts";
import { OAuthError } from "../protocol/errors.ts";
import type { Parameters } from "../protocol/parameters.ts";
import {
  type Authority,
  holdsRole,
  isSignInOfRole,
  managesAnything,
  type Permission,
} from "../rules/role.ts";
import type { ConsoleFrame } from "./layout.tsx";
import type { SectionName } from "./sections.ts";
import { CONSOLE_WORDS, wordsFor } from "./texts.ts";
import { readTyped, sealTyped, TYPED } from "./typed.ts";

/** What a page and its acts work with. */
export interface ConsoleCall {
  readonly context: Context;
  readonly incoming: Incoming;
  readonly frame: ConsoleFrame;
  readonly authority: Authority;
  readonly signedIn: SignedIn;
  readonly parameters: PathParameters;
  readonly query: URLSearchParams;
  /** The file that a form with one sent; null without. */
  readonly file: Uint8Array | null;
}

/** The form that a page shows again, as it was filled in; empty at first. */
export type Typed = Pick<Parameters, "get">;

/** What an act does in the end: it leads to a page with a notice, or shows what is to be seen only once. */
export type Done =
  | { readonly to: `/${string}`; readonly query?: Query; readonly notice: string }
  | { readonly shown: View };

/** Why an act did nothing, in the words of the page; with the status 422. */
export class ConsoleFault extends Error {
  override readonly name = "ConsoleFault";
}

export interface ConsoleAct {
  /** Whether it needs a sign-in that is not long ago: for secrets, keys and roles. */
  readonly recent?: boolean;
  carryOut(call: ConsoleCall, form: Parameters): Promise<Done>;
}

export interface ConsolePage {
  readonly path: ConsolePath;
  readonly section: SectionName;
  /** The permission without which the page has nothing to show. Default: none. */
  readonly needs?: Permission;
  show(call: ConsoleCall, typed: Typed): Promise<View>;
  readonly acts?: Readonly<Record<string, ConsoleAct>>;
  /** The field of the file that a form of the page may send, and the permission to send one. */
  readonly upload?: { readonly field: string; readonly needs: Permission };
}

const NOTHING_TYPED: Typed = { get: () => undefined };

/**
 * The path and the query that were asked for, below the issuer. A page whose form has a query shows with it what was asked before.
 * `typed`: what `readTyped` is to find there.
 */
function openedAs({ issuer }: Context, { path, query }: Incoming, typed: string | null = null): `/${string}` {
  const asked = new URLSearchParams(query);
  asked.delete(TYPED);
  asked.delete(NOTICE);
  if (typed !== null) asked.set(TYPED, typed);
  return `${path.slice(issuer.path.length)}${asked.size === 0 ? "" : `?${asked}`}` as `/${string}`;
}

/** The person, or the way to become one. Throws `not_found` for people who manage nothing: they do not learn that there is more. */
async function open(
  context: Context,
  incoming: Incoming,
  { path, section, needs }: ConsolePage,
  alert: string | null,
): Promise<ConsoleCall | Response> {
  const signedIn = await findSignedIn(context, incoming.request);
  const here = fillPattern(path, incoming.parameters) as `/${string}`;
  if (signedIn === null) {
    const return_to = pagePath(context.issuer, openedAs(context, incoming));
    return seeOther(pagePath(context.issuer, "/login", { return_to }));
  }
  const authority = await authorityOfPerson(context, incoming, signedIn);
  if (holdsRole(signedIn.account) && !isSignInOfRole(signedIn.account, signedIn.session.authenticatedAt)) {
    const return_to = pagePath(context.issuer, openedAs(context, incoming));
    return seeOther(pagePath(context.issuer, "/login", { return_to, another: "1" }));
  }
  if (!managesAnything(authority)) throw new OAuthError("not_found");
  const missing = askDemandedLevel(context, signedIn, here);
  if (missing !== null) return missing;
  if (needs !== undefined) requirePermission(authority, needs);
  const form = openForm(context, incoming, "console");
  const { account } = signedIn;
  const locale = account.profile.locale;
  const frame: ConsoleFrame = {
    ...pageFrame(context, incoming, undefined, { locale, only: CONSOLE_LANGUAGES }),
    section,
    here: pagePath(context.issuer, here),
    token: form.token,
    authority,
    username: displayText(account.name ?? account.username, 200),
    notice: readNotice(context, incoming, "console")?.text ?? null,
    alert,
  };
  const { parameters } = incoming;
  const query = new URLSearchParams(incoming.query);
  return { context, incoming, frame, authority, signedIn, parameters, query, file: null };
}

type Received = { readonly call: ConsoleCall } & (
  | { readonly form: Parameters; readonly isFresh: boolean }
  /** The file is longer than it may be. */
  | { readonly form: null; readonly isFresh?: undefined }
);

/** A form that was sent, and who sent it. One with a file may be long, so it is read only for those who may send one. */
async function receive(
  context: Context,
  incoming: Incoming,
  page: ConsolePage,
): Promise<Received | Response> {
  const { upload } = page;
  if (upload === undefined || !isMultipart(incoming.request)) {
    const { form, isFresh } = await readForm(context, incoming, "console");
    const call = await open(context, incoming, page, null);
    return call instanceof Response ? call : { call, form, isFresh };
  }
  const call = await open(context, incoming, page, null);
  if (call instanceof Response) return call;
  requirePermission(call.authority, upload.needs);
  const { limitBytes } = context.pictures;
  try {
    const { form, file, isFresh } = await readUpload(context, incoming, "console", {
      field: upload.field,
      limitBytes,
    });
    return { call: { ...call, file }, form, isFresh };
  } catch (error) {
    if (error instanceof BodyError && error.fault === "too_large") return { call, form: null };
    throw error;
  }
}

export function consoleRoute(context: Context, page: ConsolePage): Route {
  const { path, acts = {} } = page;
  const GET: Handler = async (incoming) => {
    const call = await open(context, incoming, page, null);
    if (call instanceof Response) return call;
    const typed = readTyped(context, call.signedIn.account.subject, incoming.path, call.query.get(TYPED));
    if (typed === null) return respondWithPage(await page.show(call, NOTHING_TYPED));
    const frame = { ...call.frame, notice: wordsFor(call.frame, CONSOLE_WORDS).typedBefore };
    return respondWithPage(await page.show({ ...call, frame }, typed));
  };
  const again = async (incoming: Incoming, form: Typed, alert: string, status: number) => {
    const call = await open(context, incoming, page, alert);
    return call instanceof Response ? call : respondWithPage(await page.show(call, form), { status });
  };
  const POST: Handler = async (incoming) => {
    const received = await receive(context, incoming, page);
    if (received instanceof Response) return received;
    const { call, form, isFresh } = received;
    const words = wordsFor(call.frame, CONSOLE_WORDS);
    if (form === null) return again(incoming, NOTHING_TYPED, words.fileTooLarge, 422);
    if (!isFresh) return again(incoming, form, words.stale, 422);
    const name = form.get("act") ?? "";
    const act = Object.hasOwn(acts, name) ? acts[name] : undefined;
    if (act === undefined) throw new OAuthError("parameter_invalid");
    if (act.recent === true) {
      const { subject } = call.signedIn.account;
      const typed = sealTyped(context, subject, incoming.path, form);
      const asked = await askRecentSignIn(context, call.signedIn, openedAs(context, incoming, typed));
      if (asked !== null) return asked;
    }
    try {
      const done = await act.carryOut(call, form);
      if ("shown" in done) return respondWithPage(done.shown);
      return backWith(call, done.to, done.query ?? {}, done.notice);
    } catch (error) {
      if (error instanceof ConsoleFault) return again(incoming, form, error.message, 422);
      if (!(error instanceof OAuthError) || !SHOWN_AGAIN.has(error.status)) throw error;
      const alert = words.faults[error.reason] ?? `${words.notSaved} ${error.description}`;
      return again(incoming, form, alert, error.status);
    }
  };
  return {
    path,
    audience: "people",
    cors: "nobody",
    methods: Object.keys(acts).length === 0 ? { GET } : { GET, POST },
  };
}

/** Refusals that the reader can do something about, on the page that asked. */
const SHOWN_AGAIN: ReadonlySet<number> = new Set([400, 403, 404, 409, 412, 422]);

/** To a page, with words about what was done. */
function backWith(
  { context, incoming, signedIn }: ConsoleCall,
  to: `/${string}`,
  query: Query,
  text: string,
): Response {
  const cookieValue = context.sessionCookie.read(incoming.request) ?? "";
  const notice = sealNotice(context, cookieValue, signedIn.account.subject, "console", { text });
  return seeOther(pagePath(context.issuer, to, { ...query, [NOTICE]: notice }));
}
