/** @jsxImportSource hono/jsx */
/** The one place where a view becomes a response, with every header that protects its reader. */
import type { HtmlEscapedString } from "hono/utils/html";
import { NO_SNIFFING, NO_STORE } from "../platform/http.ts";

export interface PageOptions {
  readonly status?: number;
  /** A cookie that the page needs, from `openForm`. */
  readonly setCookie?: string | null;
  readonly retryAfterSeconds?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * `on_to_client`: the answer to the form may redirect to a client. Browsers apply `form-action` to redirects after a
   * form, and a redirect URI can have any scheme, so the policy of such a page cannot restrict it. The client may also
   * have opened the page's window, and must not lose its handle on it.
   */
  readonly leads?: "on_to_client" | "nowhere_else";
  /** The address to which the form of the page posts, if that is a client's and not ours. */
  readonly postsTo?: string;
  /** `own_script`: the page loads a script of this server (`SUBMIT_SCRIPT`, `PASSKEY_SCRIPT`). No page has a script inside. */
  readonly runs?: "own_script" | "nothing";
}

/** The result of a view component. */
export type View = HtmlEscapedString | Promise<HtmlEscapedString>;

/** Turns a view into a response. */
export async function respondWithPage(view: View, options: PageOptions = {}): Promise<Response> {
  const {
    status = 200,
    setCookie = null,
    retryAfterSeconds,
    leads = "nowhere_else",
    runs = "nothing",
    postsTo,
  } = options;
  const html = String(await view);
  const headers = new Headers({
    "Content-Type": "text/html; charset=utf-8",
    ...languageHeaders(html),
    ...NO_STORE,
    ...NO_SNIFFING,
    ...pageHeaders(leads, runs, postsTo),
    ...options.headers,
  });
  if (retryAfterSeconds !== undefined) headers.set("Retry-After", String(Math.ceil(retryAfterSeconds)));
  if (setCookie !== null) headers.append("Set-Cookie", setCookie);
  return new Response(`<!doctype html>${html}`, { status, headers });
}

/** RFC 9110 §8.5: the language of the page, as its first element says, and §12.5.5: what it was chosen by. */
function languageHeaders(html: string): Record<string, string> {
  const [, language] = /^<html lang="([A-Za-z0-9-]+)"/.exec(html) ?? [];
  return { ...(language !== undefined && { "Content-Language": language }), Vary: "Accept-Language, Cookie" };
}

function pageHeaders(
  leads: NonNullable<PageOptions["leads"]>,
  runs: NonNullable<PageOptions["runs"]>,
  postsTo: string | undefined,
): Record<string, string> {
  const policy = [
    "default-src 'none'",
    "style-src 'self'",
    "img-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ];
  if (runs === "own_script") policy.push("script-src 'self'");
  if (postsTo !== undefined) policy.push(`form-action ${new URL(postsTo).origin}`);
  else if (leads === "nowhere_else") policy.push("form-action 'self'");
  const headers: Record<string, string> = {
    "Content-Security-Policy": policy.join("; "),
    // For browsers that do not know frame-ancestors.
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    // RFC 9700 §4.2.4: addresses of these pages carry state, codes and links that other sites must not see.
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
  };
  // This header makes a client that signs people in from a pop-up window lose its handle on the window for good. So
  // pages of an authorization do not have it.
  if (leads === "nowhere_else") headers["Cross-Origin-Opener-Policy"] = "same-origin";
  return headers;
}
