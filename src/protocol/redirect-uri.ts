/**
 * Redirect URIs: which may be registered, which match a registered one, and how an answer is added to them.
 * This file compares texts, never parsed URLs: parsers differ, and attacks have used the differences (RFC 9700 §4.1.3).
 */
import type { RedirectUri } from "./identifiers.ts";

/** Schemes that run or read something in a browser, or that no application owns. */
const REFUSED_SCHEMES = new Set([
  "javascript",
  "data",
  "vbscript",
  "file",
  "blob",
  "about",
  "view-source",
  "filesystem",
  "ws",
  "wss",
  "ftp",
  "mailto",
  "tel",
  "sms",
  "chrome",
  "resource",
  "jar",
  "ms-its",
  "mhtml",
  "intent",
  "urn",
]);

/** RFC 8252 §7.3 and §8.3: the hosts that are the computer of the person, as URLs have them. */
export const LOOPBACK_HOSTS = ["localhost", "127.0.0.1", "[::1]"] as const;

export const isLocalHost = (hostname: string): boolean => LOOPBACK_HOSTS.some((host) => host === hostname);

const HTTP_URI = /^http:\/\/([a-z0-9.]+|\[[0-9a-f:]+\])(?::([0-9]{1,5}))?(?=[/?]|$)(.*)$/;

/** Host, port and the rest of a loopback address; null for every other text. */
function loopbackParts(uri: string): RegExpExecArray | null {
  const parts = HTTP_URI.exec(uri);
  return parts !== null && isLocalHost(parts[1] ?? "") ? parts : null;
}

/** What the operator may register, and a stranger may not. */
export interface RedirectUriFreedoms {
  /**
   * Spellings that a program may have written differently: a default port, capitals in a private scheme, `%2F` in a path.
   * The server compares byte for byte, so the operator writes what the application sends.
   */
  readonly anySpelling?: boolean;
  /** http beyond loopback addresses, as on an intranet. */
  readonly http?: boolean;
}

const DEFAULT_PORT = { https: ":443", http: ":80" } as const;

/**
 * Why a redirect URI cannot be registered, in words for the developer; null if it can be.
 * `shortSchemes` are those that the operator allows: isShortScheme holds for each.
 */
export function redirectUriFault(
  uri: string,
  shortSchemes: readonly string[] = [],
  freedoms: RedirectUriFreedoms = {},
): string | null {
  if (uri.length > 2000) return "it is longer than 2000 characters";
  if (!/^[\x21-\x7E]+$/.test(uri)) return "it has spaces, control characters or characters beyond ASCII";
  if (/[\\"<>^`{|}]/.test(uri)) return "it has characters that must be percent-encoded";
  if (uri.includes("#")) return "it has a fragment (RFC 6749 section 3.1.2)";
  if (uri.includes("*")) return "wildcards are not supported; register each redirect URI";
  const written = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(uri)?.[1];
  if (written === undefined || !URL.canParse(uri)) return "it is not an absolute URI";
  const scheme = written.toLowerCase();
  const isWeb = scheme === "https" || scheme === "http";
  if (written !== scheme && (isWeb || !freedoms.anySpelling))
    return "its scheme must be written in lower case";
  if (REFUSED_SCHEMES.has(scheme)) return `the scheme '${scheme}' is not allowed`;
  if (isWeb) {
    const authority = /^https?:\/\/([^/?]*)/.exec(uri)?.[1];
    if (!authority) return "it has no host";
    if (authority.includes("@")) return "it has a user name before the host";
    const url = new URL(uri);
    // A parser of URLs takes more, and `;` or `,` would end a rule of the policy of a page that posts there.
    if (!/^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])$/.test(url.hostname))
      return "its host has characters that no host name has";
    // Browsers must visit exactly the written address: no dot segments, no odd hosts, no default ports.
    const hosts = [url.host, ...(freedoms.anySpelling ? [`${url.host}${DEFAULT_PORT[scheme]}`] : [])];
    if (!hosts.includes(authority)) return `its host must be written as ${url.host}`;
    const path = uri.slice(`${scheme}://${authority}`.length).split("?")[0] ?? "";
    if (path !== "" && path !== url.pathname) return "its path has dot segments or unusual encoding";
    const unsafe = freedoms.anySpelling ? /%(2e|5c|00|0a|0d)/i : /%(2e|2f|5c|00|0a|0d)/i;
    if (unsafe.test(path)) return "its path has encoded dots, slashes or control characters";
    if (scheme === "http" && !isLoopback(uri) && !freedoms.http) return HTTP_FAULT;
    return null;
  }
  // RFC 8252 §7.1: a private-use scheme is a domain name in reverse, so that it names its owner.
  if (!scheme.includes(".") && !shortSchemes.includes(scheme))
    return `the private scheme '${scheme}' needs a domain, such as com.example.app`;
  return null;
}

const HTTP_FAULT =
  "http is only for loopback addresses; use https. For a client on an intranet the operator can allow http (allow_http_redirects)";

/** Whether an operator may allow this private-use scheme although it names no domain, such as `vscode`. */
export const isShortScheme = (text: string): boolean =>
  /^[a-z][a-z0-9+-]*$/.test(text) && text !== "http" && text !== "https" && !REFUSED_SCHEMES.has(text);

/** Whether an answer there travels in the clear over a network. */
export const isUnprotected = (uri: string): boolean => uri.startsWith("http://") && !isLoopback(uri);

export const isLoopback = (uri: string): boolean => loopbackParts(uri) !== null;

/** Whether a redirect URI leads to one of these origins. */
export const isAtOrigin = (uri: string, origins: ReadonlySet<string>): boolean =>
  /^https?:/.test(uri) && URL.canParse(uri) && origins.has(new URL(uri).origin);

/** Whether a browser fetches the address, rather than hand it to a program on the device. */
export const isWeb = (uri: string): boolean => /^https?:\/\//.test(uri);

/** Whether only the owner of the address can receive the answer (RFC 8252 §8.6). */
export const isClaimedHttps = (uri: string): boolean => uri.startsWith("https://");

/**
 * Who gets what is sent to a redirect URI: for https the origin, because a browser keeps nothing that one page of an origin has
 * from the others; else the whole address. An application that renews its tokens in a frame has a page of its own for it.
 */
export const recipientOf = (uri: RedirectUri): string => (isClaimedHttps(uri) ? new URL(uri).origin : uri);

/**
 * RFC 9700 §4.1.3: byte for byte equal to a registered one.
 * RFC 8252 §7.3: the port of a loopback address may vary, as may its absence; nothing else.
 */
export function matchRedirectUri(requested: string, registered: readonly RedirectUri[]): RedirectUri | null {
  for (const candidate of registered) if (candidate === requested) return candidate;
  const wanted = loopbackParts(requested);
  if (wanted === null || !isPort(wanted[2])) return null;
  for (const candidate of registered) {
    const known = loopbackParts(candidate);
    // A missing path is the root: some clients write the slash and some do not.
    if (known && known[1] === wanted[1] && (known[3] || "/") === (wanted[3] || "/")) {
      return requested as RedirectUri;
    }
  }
  return null;
}

const isPort = (port: string | undefined): boolean =>
  port === undefined || (/^[1-9][0-9]*$/.test(port) && Number(port) <= 65535);

/** Adds the answer to a redirect URI. A parameter of the answer replaces a registered one of the same name. */
export function withResponseParameters(
  redirectUri: RedirectUri,
  parameters: Readonly<Record<string, string | undefined>>,
): string {
  const { base, kept } = apart(redirectUri, Object.keys(parameters));
  return `${base}?${[...kept, ...encoded(parameters)].join("&")}`;
}

/** Adds the answer as the fragment, which a registered redirect URI does not have. */
export const withResponseFragment = (
  redirectUri: RedirectUri,
  parameters: Readonly<Record<string, string | undefined>>,
): string => `${withoutParameters(redirectUri, Object.keys(parameters))}#${encoded(parameters).join("&")}`;

/** The redirect URI without the parameters of these names in its query; unchanged if it has none of them. */
export function withoutParameters(redirectUri: RedirectUri, names: readonly string[]): string {
  const { base, kept, hadSome } = apart(redirectUri, names);
  if (!hadSome) return redirectUri;
  return kept.length === 0 ? base : `${base}?${kept.join("&")}`;
}

/** Takes a redirect URI apart: what is before the query, and the pairs of the query that have none of the names. */
function apart(
  redirectUri: RedirectUri,
  names: readonly string[],
): { base: string; kept: string[]; hadSome: boolean } {
  const [base = "", query = ""] = splitOnce(redirectUri, "?");
  const pairs = query.split("&").filter((pair) => pair !== "");
  const kept = pairs.filter((pair) => !names.includes(decodeLoosely(splitOnce(pair, "=")[0] ?? "")));
  return { base, kept, hadSome: kept.length < pairs.length };
}

function encoded(parameters: Readonly<Record<string, string | undefined>>): string[] {
  const pairs: string[] = [];
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) pairs.push(`${encodeURIComponent(name)}=${encodeURIComponent(value)}`);
  }
  return pairs;
}

function splitOnce(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

function decodeLoosely(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return text;
  }
}
