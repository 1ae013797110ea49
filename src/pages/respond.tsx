/** @jsxImportSource hono/jsx */
/** The one place where a view becomes a response, with every header that protects the person who reads it. */
import type { HtmlEscapedString } from "hono/utils/html";
import { NO_SNIFFING, NO_STORE } from "../platform/http.ts";

export interface PageOptions {
  readonly status?: number;
  /** A cookie that the page needs, from `openForm`. */
  readonly setCookie?: string | null;
  readonly retryAfterSeconds?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * `on_to_client`: answering the form may lead to a client's redirect URI. Browsers apply `form-action` to the
   * redirects that follow a form, and a redirect URI can have any scheme, so such a page cannot restrict it.
   * Such a page may also stand in a window that the client opened, and must not be cut off from it.
   */
  readonly leads?: "on_to_client" | "nowhere_else";
}

/** What a view component returns. */
export type View = HtmlEscapedString | Promise<HtmlEscapedString>;

/** Turns a view into a response. */
export async function respondWithPage(view: View, options: PageOptions = {}): Promise<Response> {
  const { status = 200, setCookie = null, retryAfterSeconds, leads = "nowhere_else" } = options;
  const headers = new Headers({
    "Content-Type": "text/html; charset=utf-8",
    ...NO_STORE,
    ...NO_SNIFFING,
    ...pageHeaders(leads),
    ...options.headers,
  });
  if (retryAfterSeconds !== undefined) headers.set("Retry-After", String(Math.ceil(retryAfterSeconds)));
  if (setCookie !== null) headers.append("Set-Cookie", setCookie);
  return new Response(`<!doctype html>${String(await view)}`, { status, headers });
}

function pageHeaders(leads: "on_to_client" | "nowhere_else"): Record<string, string> {
  const policy = [
    "default-src 'none'",
    "style-src 'self'",
    "img-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ];
  if (leads === "nowhere_else") policy.push("form-action 'self'");
  const headers: Record<string, string> = {
    "Content-Security-Policy": policy.join("; "),
    // For browsers that do not know frame-ancestors.
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    // RFC 9700 §4.2.4: addresses of these pages carry state, codes and links that must not travel.
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
  };
  // A client that signs people in from a pop-up window loses its handle on it, for good, at the first page with this
  // header. So it is on the pages that are no part of an authorization, and only there.
  if (leads === "nowhere_else") headers["Cross-Origin-Opener-Policy"] = "same-origin";
  return headers;
}
