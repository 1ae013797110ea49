/** RFC 8707 §2: the `resource` parameter. */
import { OAuthError } from "./errors.ts";
import type { ResourceIndicator } from "./identifiers.ts";

/** A resource indicator in its stored form. Throws `resource_malformed` if the text is none. */
export function parseResourceIndicator(text: string): ResourceIndicator {
  const indicator = readResourceIndicator(text);
  if (indicator === null) throw new OAuthError("resource_malformed");
  return indicator;
}

/** Whether a text is a resource indicator in its stored form. */
export const isResourceIndicator = (text: string): text is ResourceIndicator =>
  readResourceIndicator(text) === text;

/**
 * Checks a resource indicator and writes its scheme and host in lower case, as some clients send them in upper case.
 * The path, and a slash at its end, stay as they were sent. Null if the text is none.
 */
function readResourceIndicator(text: string): ResourceIndicator | null {
  // URL parsers drop line breaks and spaces, or rewrite letters beyond ASCII; a URI has none of them (RFC 3986 §2).
  if (!/^[\x21-\x7E]+$/.test(text)) return null;
  const match = /^([A-Za-z][A-Za-z0-9+.-]*):(\/\/[^/?#\\]*)?([^#\\]*)$/.exec(text);
  if (match === null || !URL.canParse(text)) return null;
  const [, scheme = "", authority = "", rest = ""] = match;
  if (authority.includes("@")) return null;
  // If the two slashes or the host are missing, URL parsers mistake the next part for the host (RFC 9110 §4.2.1).
  if (/^https?$/i.test(scheme) && authority.length < 3) return null;
  return `${scheme.toLowerCase()}:${authority.toLowerCase()}${rest}` as ResourceIndicator;
}

/** `https://api.example` and `https://api.example/` name the same resource: the empty path equals "/" (RFC 3986 §6.2.3). */
export function sameResource(one: string, other: string): boolean {
  return one === other || resourceKey(one) === resourceKey(other);
}

/** Equal for two identifiers exactly if they name the same resource. */
const resourceKey = (uri: string): string => (/^https?:\/\/[^/?]+$/.test(uri) ? `${uri}/` : uri);

/** All texts that name the resource. */
export const resourceSpellings = (uri: string): readonly string[] => {
  const key = resourceKey(uri);
  return /^https?:\/\/[^/?]+\/$/.test(key) ? [key, key.slice(0, -1)] : [key];
};
