/** @jsxImportSource hono/jsx */
/** Every refusal that a person sees: its words, its status, and the details for the developer. */

import { logRefusal, publicAnchor, toRefusal } from "../endpoints/refusal.ts";
import type { Context } from "../operations/context.ts";
import { BodyError, type Incoming } from "../platform/http.ts";
import type { OAuthError, Reason } from "../protocol/errors.ts";
import { pageFrame } from "./frame.ts";
import { PageError, type PageErrorKind } from "./page-error.ts";
import { respondWithPage } from "./respond.tsx";
import type { Texts } from "./texts.ts";
import { ErrorView } from "./views/error.tsx";

/** The entries of the catalogue that describe refusals. */
type Words = {
  [Key in keyof Texts["errors"]]: Texts["errors"][Key] extends string ? never : Key;
}[keyof Texts["errors"]];

interface Refusal {
  readonly words: Words;
  readonly status: number;
  readonly retryAfterSeconds?: number;
  readonly allow?: string;
  readonly details?: { readonly error: string; readonly description: string; readonly anchor: string };
}

/**
 * Renders any thrown value as a page, and logs it. An unexpected error becomes a 500 without details.
 * The page never has a `WWW-Authenticate` header: it would make a browser ask for a password (THREATS 57).
 */
export function pageErrorResponse(context: Context, error: unknown, incoming: Incoming): Promise<Response> {
  const { words, status, retryAfterSeconds, allow, details = null } = refusalOf(context, error, incoming);
  const frame = pageFrame(context, incoming);
  return respondWithPage(
    <ErrorView
      frame={frame}
      {...frame.texts.errors[words]}
      details={details}
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

function refusalOf(context: Context, error: unknown, incoming: Incoming): Refusal {
  if (error instanceof PageError) {
    const { kind } = error;
    const { path, requestId } = incoming;
    context.log.info("refused", { endpoint: path.slice(0, 100), reason: kind, request: requestId });
    return { words: kind, status: PAGE_ERROR_STATUS[kind] };
  }
  if (error instanceof BodyError) {
    return BODY_REFUSALS[error.fault];
  }
  const refusal = toRefusal(error, context, incoming);
  logRefusal(context, refusal, incoming);
  return oauthRefusal(refusal);
}

const BODY_REFUSALS: Record<BodyError["fault"], Refusal> = {
  too_large: { words: "too_large", status: 413 },
  wrong_type: { words: "malformed", status: 415 },
  incomplete: { words: "malformed", status: 400 },
};

const PAGE_ERROR_STATUS: Record<PageErrorKind, number> = {
  form_expired: 403,
  form_foreign: 403,
  setup_link: 404,
};

/** Refusals that concern the page itself. All others concern the request of an application. */
const PAGE_WORDS: Partial<Record<Reason, Words>> = {
  not_found: "not_found",
  method_not_allowed: "method_not_allowed",
  body_too_large: "too_large",
  too_many_requests: "too_many",
  busy: "busy",
  unavailable: "unavailable",
  server_error: "server_error",
  content_type_unsupported: "malformed",
  form_answered: "form_answered",
};

const APPLICATION_WORDS: Partial<Record<Reason, Words>> = {
  authorize_client_unknown: "application_unknown",
  authorize_redirect_uri_mismatch: "redirect_mismatch",
};

function oauthRefusal({ reason, error, description, status, detail }: OAuthError): Refusal {
  const { retryAfterSeconds, allow } = detail;
  const pageWords = PAGE_WORDS[reason];
  if (pageWords !== undefined) return { words: pageWords, status, retryAfterSeconds, allow };
  return {
    words: APPLICATION_WORDS[reason] ?? "application",
    // A 401 requires a challenge (RFC 9110 §15.5.2), and pages have none.
    status: status === 401 ? 400 : status,
    retryAfterSeconds,
    details: { error, description, anchor: publicAnchor(reason) },
  };
}
