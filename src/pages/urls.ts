/** Addresses of our own pages. They come from the configured issuer, never from a request (THREATS: forwarded headers). */
import { ENDPOINT_PATHS } from "../endpoints/paths.ts";
import { type Incoming, splitTarget } from "../platform/http.ts";
import { matchPattern } from "../platform/path-pattern.ts";
import type { Issuer } from "../protocol/issuer.ts";

export type Query = Readonly<Record<string, string | null | undefined>>;

/**
 * A reference to one of our pages, for links, forms and `Location`: the issuer's path, then `path`.
 * Without scheme and host, so that a browser stays on the connection it trusts.
 */
export function pagePath({ path: base }: Issuer, path: `/${string}`, query: Query = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value) parameters.set(name, value);
  const text = parameters.toString();
  return base + path + (text === "" ? "" : `?${text}`);
}

/** The whole address of one of our pages, for a browser that may be at another one. */
export const pageAddress = (issuer: Issuer, path: `/${string}`, query: Query = {}): string =>
  issuer.origin + pagePath(issuer, path, query);

/** The pages, below the issuer. */
export const PAGE_PATHS = [
  "/",
  "/account",
  "/account/activity",
  "/account/approval",
  "/account/approvals",
  "/account/apps",
  "/account/data",
  "/account/details",
  "/account/passkeys",
  "/account/password",
  "/account/picture",
  "/account/second-factor",
  "/account/security",
  "/consent",
  "/device",
  "/forgot",
  "/help/errors",
  "/invitation",
  "/invite-people",
  "/language",
  "/login",
  "/login/approve",
  "/login/other-device",
  "/logout",
  "/reset-password",
  "/setup",
  "/sign-in-code",
  "/sign-in-link",
  "/sign-up",
  "/verify-email",
] as const;

/** The pages of the console, below the issuer. A segment `:name` stands for the identifier of what the page is about. */
export const CONSOLE_PATHS = [
  "/admin",
  "/admin/apps",
  "/admin/apps/:client",
  "/admin/apps/:client/access",
  "/admin/apps/:client/claims",
  "/admin/apps/:client/grants",
  "/admin/apps/:client/lifetimes",
  "/admin/apps/:client/logout",
  "/admin/apps/:client/refusals",
  "/admin/apps/:client/scopes",
  "/admin/apps/:client/secrets",
  "/admin/apps/new",
  "/admin/apps/new/:recipe",
  "/admin/apps/new/by-hand",
  "/admin/audit",
  "/admin/groups",
  "/admin/groups/:group",
  "/admin/health",
  "/admin/keys",
  "/admin/mails",
  "/admin/people",
  "/admin/people/:subject",
  "/admin/people/new",
  "/admin/refusals",
  "/admin/registration",
  "/admin/requests",
  "/admin/requests/:request",
  "/admin/scopes",
  "/admin/settings",
  "/admin/start",
  "/admin/tokens",
  "/admin/webhooks",
] as const;
export type ConsolePath = (typeof CONSOLE_PATHS)[number];

/** Whether a path opens the page. */
const isPage = (base: string, page: string, path: string): boolean =>
  page.includes("/:")
    ? path.startsWith(`${base}/`) && matchPattern(page, path.slice(base.length)) !== null
    : base + page === path;

/** The pages of a person's own account. */
const ACCOUNT_PATHS: readonly string[] = PAGE_PATHS.filter((page) => page.startsWith("/account"));
/** The paths that only take forms. */
const FORMS_ONLY: readonly string[] = ["/consent", "/language"];

/** The pages that a GET opens, and those of them that need nothing in their query. */
const OPENED: readonly string[] = [
  ...PAGE_PATHS.filter((page) => !FORMS_ONLY.includes(page)),
  ...CONSOLE_PATHS,
  ENDPOINT_PATHS.authorize,
];
const OPENED_BY_PATH: readonly string[] = [
  "/",
  ...ACCOUNT_PATHS.filter((page) => page !== "/account/approval"),
  ...CONSOLE_PATHS,
  "/device",
  "/forgot",
  "/help/errors",
  "/invite-people",
  "/login",
  "/logout",
  "/sign-in-code",
  "/sign-up",
];

/** The empty reference is the address of the page that has it. */
const SAME_ADDRESS = "";

/**
 * The page of a request that failed, to open it again: after a GET the same address, of which the page repeats nothing; after
 * a POST the page of the form. Null if the request was for no page of ours, so that the link never leads elsewhere.
 */
export function pageAgain(
  { path: base }: Issuer,
  { request, path }: Pick<Incoming, "request" | "path">,
): string | null {
  const isIn = (pages: readonly string[]) => pages.some((page) => isPage(base, page, path));
  const wasGet = request.method === "GET" || request.method === "HEAD";
  if (wasGet) return isIn(OPENED) ? SAME_ADDRESS : null;
  return isIn(OPENED_BY_PATH) ? path : null;
}

/** The pages to which the switch between languages may lead back. */
const SWITCHED: readonly string[] = [...OPENED, ENDPOINT_PATHS.endSession];

/**
 * A page that the path of the request opens, or the start page. It leaves out the query, which may have a secret in it that
 * belongs to no page: a page that needs its query says so.
 */
export const pageAddressOf = (issuer: Issuer, { path }: Pick<Incoming, "path">): string =>
  OPENED_BY_PATH.some((page) => isPage(issuer.path, page, path)) ? path : pagePath(issuer, "/");

/** The page of ours in the text; null if it is none that a GET opens. */
export const parsePagePath = (issuer: Issuer, text: string | undefined): string | null =>
  parseOwnPath(issuer, text, SWITCHED);

/** The pages that a sign-in may lead on to. */
const RETURN_PAGES: readonly string[] = [
  "/",
  ...ACCOUNT_PATHS,
  ...CONSOLE_PATHS,
  "/device",
  "/invite-people",
  "/login/approve",
  "/verify-email",
  "/auth/authorize",
];

/** The page to open after sign-in; null if the text is not one of ours. */
export const parseReturnPath = (issuer: Issuer, text: string | undefined): string | null =>
  parseOwnPath(issuer, text, RETURN_PAGES);

/**
 * The text, if its path is the path of one of the pages, character by character: this neither decodes nor resolves it, so a
 * browser cannot read it differently.
 */
function parseOwnPath(
  { path: base }: Issuer,
  text: string | undefined,
  pages: readonly string[],
): string | null {
  // Printable ASCII without backslash and fragment: browsers drop tabs and line breaks, and read "\" as "/".
  if (text === undefined || !/^\/[\x21-\x22\x24-\x5B\x5D-\x7E]*$/.test(text)) return null;
  // The page itself would refuse an encoded U+0000.
  if (text.startsWith("//") || text.includes("%00")) return null;
  const { path } = splitTarget(text);
  return pages.some((page) => isPage(base, page, path)) ? text : null;
}

/** The authorization request to which a page returns; null if it returns to none. The browser may have made it up. */
export function requestIn(
  { path: base }: Pick<Issuer, "path">,
  returnTo: string | null,
): URLSearchParams | null {
  const { path, query } = splitTarget(returnTo ?? "");
  return path === base + ENDPOINT_PATHS.authorize ? new URLSearchParams(query) : null;
}

/** The languages that the application of that request wants (OpenID Connect Core §3.1.2.1). */
export const uiLocalesIn = (issuer: Pick<Issuer, "path">, returnTo: string | null): string | undefined =>
  requestIn(issuer, returnTo)?.get("ui_locales") ?? undefined;
