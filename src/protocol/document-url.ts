/**
 * Client identifiers that are URLs: where a client publishes its metadata (draft-ietf-oauth-client-id-metadata-document §3), and
 * the patterns with which the operator allows and denies them. A URL is compared as a text, so it has one spelling here.
 */
import { isIP } from "node:net";
import { isLocalHost } from "./redirect-uri.ts";

/** The draft recommends short URLs, because people read them. */
const LONGEST = 500;

/** Whether a client identifier means a document at all. Other identifiers never begin like this (`chosenClientId`). */
export const isDocumentUrl = (clientId: string): boolean => /^https?:/i.test(clientId);

/** The host, with a port that is not the default one. */
export const documentHost = (url: string): string => new URL(url).host;

/**
 * Why no document can be at this address, in words for the developer; null if one can. `local`: documents on this machine are
 * allowed, for development.
 */
export function documentUrlFault(url: string, { local }: { readonly local: boolean }): string | null {
  if (url.length > LONGEST) return `it is longer than ${LONGEST} characters`;
  if (!/^[\x21-\x7E]+$/.test(url)) return "it has spaces, control characters or characters beyond ASCII";
  if (/[\\"<>^`{|}]/.test(url)) return "it has characters that must be percent-encoded";
  if (url.includes("#")) return "it has a fragment";
  const authority = /^https?:\/\/([^/?]+)/.exec(url)?.[1];
  if (authority === undefined || !URL.canParse(url)) return "it is not an https URL in lower case";
  if (authority.includes("@")) return "it has a user name before the host";
  const { protocol, host, hostname, href, pathname } = new URL(url);
  const isLocal = isLocalHost(hostname);
  if (isLocal && !local) return "it is on this machine (client_id_metadata_documents.local allows it)";
  if (protocol !== "https:" && !isLocal) return "it is not https";
  if (isIP(hostname.replace(/^\[|\]$/g, "")) !== 0 && !isLocal) return "its host is an address, not a name";
  if (!/^(?:[a-z0-9._-]+|\[::1\])$/.test(hostname) || hostname.endsWith("."))
    return "its host has characters that no host name has, or ends with a dot";
  if (authority !== host) return `its host must be written as ${host}`;
  if (!url.slice(`${protocol}//${authority}`.length).startsWith("/")) return "it has no path";
  // A parser takes dot segments away, also those that are encoded.
  if (href !== url) return "its path has dot segments or unusual encoding";
  if (/%(?:2e|2f|5c|0[0-9a-f]|1[0-9a-f])/i.test(pathname))
    return "its path has encoded dots, slashes or control characters";
  return null;
}

const HOST_NAME = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?(?::[0-9]{1,5})?$/;

/**
 * Whether a text is a pattern: a host (`claude.ai`), the hosts below one (`*.example.com`), or a URL; a URL that ends with a slash
 * stands for all below it.
 */
export const isDocumentPattern = (text: string): boolean =>
  isDocumentUrl(text)
    ? documentUrlFault(text, { local: true }) === null
    : HOST_NAME.test(text.startsWith("*.") ? text.slice(2) : text);

/** Whether the URL of a document, which has no fault, is one of those that the pattern stands for. */
export function fitsDocumentPattern(url: string, pattern: string): boolean {
  if (isDocumentUrl(pattern)) return pattern.endsWith("/") ? url.startsWith(pattern) : url === pattern;
  const { host, hostname } = new URL(url);
  if (pattern.startsWith("*.")) return hostname.endsWith(pattern.slice(1));
  return pattern === (pattern.includes(":") ? host : hostname);
}

/** What the operator says of documents. */
export interface DocumentPolicy {
  readonly mode: "open" | "listed" | "off";
  readonly allow: readonly string[];
  readonly deny: readonly string[];
  readonly local: boolean;
}

/** Why the operator does not take clients of this URL, in words for the developer; null if they are taken. */
export function documentPolicyFault(
  url: string,
  { mode, allow, deny, local }: DocumentPolicy,
): string | null {
  if (mode === "off") return "this server takes no client ID metadata documents";
  const fault = documentUrlFault(url, { local });
  if (fault !== null) return fault;
  const fits = (pattern: string) => fitsDocumentPattern(url, pattern);
  if (deny.some(fits) || (mode === "listed" && !allow.some(fits)))
    return "the operator of this server does not allow this application";
  return null;
}
