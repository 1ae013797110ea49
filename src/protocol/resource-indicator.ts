/** RFC 8707 §2: the `resource` parameter. */
import { OAuthError } from "./errors.ts";
import type { ResourceIndicator } from "./identifiers.ts";

/**
 * Checks a resource indicator and writes its scheme and host in lower case, as some clients send them in upper case.
 * The path, and a slash at its end, stay as they were sent. Throws `resource_malformed`.
 */
export function parseResourceIndicator(text: string): ResourceIndicator {
  // URL parsers drop line breaks and spaces, or rewrite letters beyond ASCII; a URI has none of them (RFC 3986 §2).
  if (!/^[\x21-\x7E]+$/.test(text)) throw new OAuthError("resource_malformed");
  const match = /^([A-Za-z][A-Za-z0-9+.-]*):(\/\/[^/?#\\]*)?([^#\\]*)$/.exec(text);
  if (match === null || !URL.canParse(text)) throw new OAuthError("resource_malformed");
  const [, scheme = "", authority = "", rest = ""] = match;
  if (authority.includes("@")) throw new OAuthError("resource_malformed");
  // Where the two slashes or the host are missing, URL parsers take what follows for the host (RFC 9110 §4.2.1).
  if (/^https?$/i.test(scheme) && authority.length < 3) throw new OAuthError("resource_malformed");
  return `${scheme.toLowerCase()}:${authority.toLowerCase()}${rest}` as ResourceIndicator;
}

/** `https://api.example` and `https://api.example/` name the same resource: the empty path equals "/" (RFC 3986 §6.2.3). */
export function sameResource(one: string, other: string): boolean {
  return one === other || withPath(one) === withPath(other);
}

const withPath = (uri: string): string => (/^https?:\/\/[^/?]+$/.test(uri) ? `${uri}/` : uri);
