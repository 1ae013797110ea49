/** The one place where refusals become answers for programs (RFC 6749 §5.2, RFC 6750 §3) and lines in the log. */
import { PasswordPoolBusy } from "../accounts/passwords.ts";
import { withoutCredentials } from "../credentials/credential.ts";
import type { Context } from "../operations/context.ts";
import { type Incoming, json, NO_SNIFFING, NO_STORE } from "../platform/http.ts";
import { OAuthError, REASONS, type Reason, toDescriptionCharacters } from "../protocol/errors.ts";
import { StoreBusy, StoreUnavailable } from "../store/contract.ts";
import { refusedRequest } from "./refused.ts";

type RefusalContext = Pick<Context, "clock" | "configuration" | "issuer" | "log" | "refusals"> &
  Partial<Pick<Context, "countRefusal">>;

/** Seconds after which a client may try again when the store or a pool is busy. */
const RETRY_AFTER_SECONDS = 2;

/** Turns a thrown value into a refusal. An unexpected error becomes `server_error`, without its details. */
export function toRefusal(error: unknown, { log }: Pick<Context, "log">, incoming: Incoming): OAuthError {
  if (error instanceof OAuthError) return error;
  if (error instanceof StoreBusy) {
    // A line for each refusal would be more work for a server that has too much.
    if (error.refused > 0)
      log.warn("more is asked than the database can do: requests are refused", { requests: error.refused });
    return new OAuthError("busy", { retryAfterSeconds: RETRY_AFTER_SECONDS });
  }
  if (error instanceof PasswordPoolBusy) {
    log.warn("too many passwords wait to be checked", {
      endpoint: incoming.path,
      request: incoming.requestId,
    });
    return new OAuthError("busy", { retryAfterSeconds: RETRY_AFTER_SECONDS });
  }
  if (error instanceof StoreUnavailable) {
    // The beginning of an outage has a line (server.ts). A line for each request would fill the disk.
    log.debug("the server is not available", {
      path: incoming.path,
      cause: causeOf(error),
      advice: error.advice || undefined,
      request: incoming.requestId,
    });
    return new OAuthError("unavailable", { retryAfterSeconds: RETRY_AFTER_SECONDS });
  }
  log.error("a request failed", {
    path: incoming.path,
    cause: causeOf(error),
    request: incoming.requestId,
  });
  return new OAuthError("server_error");
}

/** RFC 6749 §5.2: JSON with `error`, `error_description` and, where it helps, `error_uri`. */
export function refusalResponse(context: RefusalContext, error: unknown, incoming: Incoming): Response {
  const refusal = toRefusal(error, context, incoming);
  logRefusal(context, refusal, incoming);
  const headers = refusalHeaders(context, refusal);
  // RFC 6750 §3.1: the answer to a request without credentials says only how to authenticate.
  if (refusal.reason === "bearer_token_missing")
    return new Response(null, { status: refusal.status, headers: { ...headers, ...NO_SNIFFING } });
  return json(
    {
      error: refusal.error,
      error_description: refusal.description,
      error_uri: isRoutine(refusal) ? undefined : helpUri(context, refusal.reason),
    },
    refusal.status,
    headers,
  );
}

/** Logs, counts and keeps why a request was refused: the private reason, never a secret that the request carried. */
export function logRefusal(context: RefusalContext, refusal: OAuthError, incoming: Incoming): void {
  const { log } = context;
  const { path, route = null, request, requestId } = incoming;
  context.countRefusal?.(route, refusal.reason);
  context.refusals.keep(refusal.reason, () => refusedRequest(context, refusal, incoming));
  const level = isRoutine(refusal) || UNREMARKABLE.has(refusal.reason) ? "debug" : "info";
  log[level]("refused", {
    endpoint: loggable(path),
    method: request.method,
    status: refusal.status,
    error: refusal.error,
    reason: refusal.reason,
    client: loggable(refusal.detail.clientId),
    request: requestId,
  });
}

/** Reasons that strangers can cause at will, or that another line of the log reports. */
const UNREMARKABLE: ReadonlySet<Reason> = new Set(["not_found", "busy", "unavailable", "body_incomplete"]);

/**
 * Unknown paths and unknown client identifiers come from the request as they are. A sender may have put a secret in the
 * wrong place, so everything in them that looks like a credential is replaced.
 */
const loggable = (text: string | undefined): string | undefined =>
  text === undefined ? undefined : withoutCredentials(text).slice(0, 100);

/** The address of the help for the error. Reasons that share their public words share the address too. */
function helpUri({ issuer }: Pick<Context, "issuer">, reason: Reason): string {
  return `${issuer.url("/help/errors")}#${publicAnchor(reason)}`;
}

export const publicAnchor = (reason: Reason): string => PUBLIC_ANCHORS.get(reason) ?? reason;

const PUBLIC_ANCHORS: ReadonlyMap<string, string> = new Map(
  Object.entries(REASONS).map(([reason, { error, description }], _, all) => {
    const first = all.find(([, entry]) => entry.error === error && entry.description === description);
    return [reason, first?.[0] ?? reason];
  }),
);

/** Refusals that occur all the time while everything is in order. */
const isRoutine = ({ reason }: OAuthError): boolean =>
  reason === "authorization_pending" || reason === "slow_down";

const WITHOUT_CREDENTIALS: ReadonlySet<Reason> = new Set([
  "bearer_token_missing",
  "registration_token_missing",
  "client_authentication_missing",
]);

function refusalHeaders(
  { configuration }: Pick<Context, "configuration">,
  refusal: OAuthError,
): Record<string, string> {
  const { requiredScope, requiredLevel, retryAfterSeconds, allow, takesProofs } = refusal.detail;
  // RFC 9110 §15.5.2: a 401 has a challenge. It is Basic only for a client that used Basic, because browsers answer Basic
  // by asking people for a password.
  const challenge = refusal.detail.challenge ?? (refusal.status === 401 ? "Bearer" : undefined);
  if (challenge === undefined && retryAfterSeconds === undefined && allow === undefined) return NO_STORE;
  const headers: Record<string, string> = { ...NO_STORE };
  if (challenge === "Basic") {
    headers["WWW-Authenticate"] = `Basic realm="${quotable(configuration.appearance.name)}", charset="UTF-8"`;
  }
  if (challenge === "Bearer" || challenge === "DPoP") {
    const { signing_algorithms } = configuration.dpop;
    // RFC 9449 §7.1: the algorithms of proofs.
    const algs = `algs="${signing_algorithms.join(" ")}"`;
    const parameters = [`realm="${quotable(configuration.appearance.name)}"`];
    // RFC 6750 §3.1: the challenge "SHOULD NOT" name an error if the request had no credentials.
    if (!WITHOUT_CREDENTIALS.has(refusal.reason)) {
      parameters.push(`error="${refusal.error}"`, `error_description="${refusal.description}"`);
    }
    if (requiredScope !== undefined) parameters.push(`scope="${requiredScope}"`);
    if (requiredLevel !== undefined) parameters.push(`acr_values="${requiredLevel}"`);
    if (challenge === "DPoP") parameters.push(algs);
    // RFC 9449 §7.2: the error belongs to the scheme that was used, and the other one is named.
    if (takesProofs === true && challenge === "Bearer") parameters.push(`DPoP ${algs}`);
    headers["WWW-Authenticate"] = `${challenge} ${parameters.join(", ")}`;
  }
  if (retryAfterSeconds !== undefined) headers["Retry-After"] = String(retryAfterSeconds);
  if (allow !== undefined) headers.Allow = allow;
  return headers;
}

const quotable = (text: string): string => toDescriptionCharacters(text);

/** An error in one line of the log. */
export function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return "not an error";
  const cause = error.cause instanceof Error ? `: ${error.cause.name} ${error.cause.message}` : "";
  const where =
    error.stack
      ?.split("\n")
      .find((line) => line.includes("/src/"))
      ?.trim() ?? "";
  return `${error.name} ${error.message}${cause} ${where}`.slice(0, 500);
}
