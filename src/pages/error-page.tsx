/** @jsxImportSource hono/jsx */
/** Every refusal that a person sees: its words, its status, the way on, and the details for the developer. */

import { isPublic } from "../clients/authentication-methods.ts";
import { withoutCredentials } from "../credentials/credential.ts";
import { logRefusal, publicAnchor, toRefusal } from "../endpoints/refusal.ts";
import { findShownClient } from "../operations/client-documents.ts";
import type { Context } from "../operations/context.ts";
import { findSignedIn } from "../operations/sessions.ts";
import { BodyError, type Incoming, queryOf } from "../platform/http.ts";
import type { OAuthError } from "../protocol/errors.ts";
import type { RedirectUri } from "../protocol/identifiers.ts";
import { maySeeRedirectUris } from "../rules/client.ts";
import { StoreUnavailable } from "../store/contract.ts";
import { returnHost } from "./display.ts";
import { BODIES_ON_PAGES, KINDS_ON_PAGES, type PageRefusal, refusalOnPage } from "./error-table.ts";
import { type PageFrame, pageFrame } from "./frame.ts";
import { Interrupted, PageError } from "./page-error.ts";
import { respondWithPage } from "./respond.tsx";
import { pageAgain } from "./urls.ts";
import { type Comparison, type ErrorDetails, ErrorView, type Way } from "./views/error.tsx";

interface Refusal extends PageRefusal {
  readonly status: number;
  readonly retryAfterSeconds?: number | undefined;
  readonly allow?: string | undefined;
  /** Null for a refusal that only a page can have. */
  readonly oauth: OAuthError | null;
}

/**
 * Renders any thrown value as a page, and logs it. An unexpected error becomes a 500 without details.
 * The page never has a `WWW-Authenticate` header: it would make a browser ask for a password (THREATS 57).
 */
export async function pageErrorResponse(
  context: Context,
  thrown: unknown,
  incoming: Incoming,
): Promise<Response> {
  const error = thrown instanceof Interrupted ? thrown.cause : thrown;
  const refusal = refusalOf(context, error, incoming);
  const { words, status, retryAfterSeconds, allow, oauth } = refusal;
  const again = thrown instanceof Interrupted ? thrown.again : pageAgain(context.issuer, incoming);
  // A page about a bad request repeats nothing of it, so its switch leads only where its link leads.
  // A secret link stands on the page once, where the person expects it.
  const opens = refusal.offers === "again" && again !== null && withoutCredentials(again) === again;
  const here = opens ? again || undefined : undefined;
  const frame = pageFrame(context, incoming, uiLocalesOf(incoming), { here });
  return respondWithPage(
    <ErrorView
      frame={frame}
      {...frame.texts.errors[words]}
      way={wayOn(frame, refusal, again)}
      details={oauth !== null && refusal.isOfApplication ? await detailsOf(context, incoming, oauth) : null}
      requestId={incoming.requestId}
    />,
    {
      status,
      retryAfterSeconds,
      headers: allow === undefined ? {} : { Allow: allow },
      // The page may be in a window that the client opened; the client closes that window.
      leads: "on_to_client",
    },
  );
}

/** The wish of the application whose request failed. It decides nothing but the language, so it need not be a good request. */
const uiLocalesOf = (incoming: Incoming): string | undefined =>
  queryOf(incoming).get("ui_locales") ?? undefined;

function refusalOf(context: Context, error: unknown, incoming: Incoming): Refusal {
  if (error instanceof PageError) {
    const { kind } = error;
    const { path, requestId } = incoming;
    context.log.info("refused", { endpoint: path.slice(0, 100), reason: kind, request: requestId });
    return { ...KINDS_ON_PAGES[kind], oauth: null };
  }
  if (error instanceof BodyError) {
    return { ...BODIES_ON_PAGES[error.fault], oauth: null };
  }
  const oauth = toRefusal(error, context, incoming);
  logRefusal(context, oauth, incoming);
  const { retryAfterSeconds, allow } = oauth.detail;
  // A 401 requires a challenge (RFC 9110 §15.5.2), and pages have none.
  const status = oauth.status === 401 ? 400 : oauth.status;
  return { ...refusalOnPage(oauth.reason), status, retryAfterSeconds, allow, oauth };
}

/** The link that the page offers; null if there is none. It leads to a page of ours or to a registered address. */
function wayOn({ texts, path }: PageFrame, { offers, oauth }: Refusal, again: string | null): Way | null {
  const { errors } = texts;
  switch (offers) {
    case "again":
      return again === null ? null : { href: again, words: errors.again };
    case "account":
      return { href: path("/account"), words: errors.account };
    case "application":
      return applicationWay(oauth?.detail.application, errors.applicationWay);
    case "nothing":
      return null;
  }
}

/**
 * The start page of the application, at the origin of its redirect URI. The redirect URI itself would get an answer that it
 * did not ask for. A program on the person's own device has no such page.
 */
function applicationWay(redirectUri: RedirectUri | undefined, words: (host: string) => string): Way | null {
  const host = redirectUri === undefined ? null : returnHost(redirectUri);
  if (redirectUri === undefined || host === null) return null;
  return { href: `${new URL(redirectUri).origin}/`, words: words(host) };
}

async function detailsOf(context: Context, incoming: Incoming, refusal: OAuthError): Promise<ErrorDetails> {
  const { error, description, reason } = refusal;
  return {
    error,
    description,
    anchor: publicAnchor(reason),
    comparison: await comparisonOf(context, incoming, refusal),
  };
}

/** The refused parameter as it was sent, beside what is registered. Null for other refusals. */
async function comparisonOf(
  context: Context,
  incoming: Incoming,
  { detail: { sent, clientId } }: OAuthError,
): Promise<Comparison | null> {
  if (sent === undefined) return null;
  const { name } = sent;
  const compared = { name, sent: sent.values.map(shown) };
  if (name !== "redirect_uri" || clientId === undefined) return { ...compared, registered: null };
  const registered = await registeredRedirectUris(context, incoming, clientId);
  return { ...compared, registered: registered?.map(shown) ?? { hiddenOf: shown(clientId) } };
}

/** The redirect URIs of a client, if the reader of the page may see them. */
async function registeredRedirectUris(
  context: Context,
  { request }: Incoming,
  clientId: string,
): Promise<readonly string[] | null> {
  try {
    const client = await findShownClient(context, clientId);
    const reader = (await findSignedIn(context, request))?.account ?? null;
    if (client === null) return null;
    const { source, redirectUris } = client;
    return maySeeRedirectUris({ source, isPublic: isPublic(client) }, reader) ? redirectUris : null;
  } catch (error) {
    // The page says what is wrong even if the database does not answer now.
    if (error instanceof StoreUnavailable) return null;
    throw error;
  }
}

const MOST_SHOWN = 400;

/** A value of a request, every character of it visible: a difference may be a space, or a letter of another script. */
function shown(value: string): string {
  const visible = withoutCredentials(value.toWellFormed()).replace(/[^\x21-\x7E…]/gu, encodeURIComponent);
  return visible.length <= MOST_SHOWN ? visible : `${visible.slice(0, MOST_SHOWN - 1)}…`;
}
