/** @jsxImportSource hono/jsx */
/** Every refusal that a person sees: which words, which status, and what the developer is told. */
import type { Context } from "../context.ts";
import { logRefusal, publicAnchor, toRefusal } from "../endpoints/refusal.ts";
import { BodyError, type Incoming } from "../platform/http.ts";
import type { OAuthError, Reason } from "../protocol/errors.ts";
import { pageFrame } from "./frame.ts";
import { PageError, type PageErrorKind } from "./page-error.ts";
import { respondWithPage } from "./respond.tsx";
import type { Texts } from "./texts.ts";
import { ErrorView } from "./views/error.tsx";

/** Which of the catalogue's words to use. */
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
 * Renders anything thrown as a page, and notes it in the log. What is not a refusal becomes a 500 that tells nothing.
 * Never a `WWW-Authenticate`: a browser would ask for a password that is not this page's (THREATS 57).
 */
export function pageErrorResponse(context: Context, error: unknown, incoming: Incoming): Promise<Response> {
  const { words, status, retryAfterSeconds, allow, details = null } = refusalOf(context, error, incoming);
  const frame = pageFrame(context, incoming);
  return respondWithPage(<ErrorView frame={frame} {...frame.texts.errors[words]} details={details} />, {
    status,
    retryAfterSeconds,
    headers: allow === undefined ? {} : { Allow: allow },
    // It may stand in the window of a client that asked wrongly; closing that window is the client's business.
    leads: "on_to_client",
  });
}

function refusalOf(context: Context, error: unknown, incoming: Incoming): Refusal {
  if (error instanceof PageError) {
    const { kind } = error;
    context.log.info("refused", { endpoint: incoming.url.pathname.slice(0, 100), reason: kind });
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

/** Refusals that are about the page itself. All others are about what an application asked for. */
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
    // 401 stands for a challenge (RFC 9110 §15.5.2), and pages have none.
    status: status === 401 ? 400 : status,
    retryAfterSeconds,
    details: { error, description, anchor: publicAnchor(reason) },
  };
}
