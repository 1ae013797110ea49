/** The cookie with which a browser names its session. */
import { serialize } from "hono/utils/cookie";
import { mintCredential, parseCredential } from "../credentials/credential.ts";
import type { Clock } from "../platform/clock.ts";
import type { RandomBytes } from "../platform/random.ts";
import type { Issuer } from "../protocol/issuer.ts";

export interface SessionCookie {
  /** The value of the browser's cookie, whether or not a person is signed in with it; null if there is none. */
  read(request: Request): string | null;
  /**
   * The values of all cookies with this name, in the order of the request, without those that are no credentials. Another
   * program on an http host, or an earlier version of one, may have set some for another path or domain. Browsers send
   * those for longer paths first, and do not say where a cookie is from (RFC 6265 §5.4).
   */
  candidates(request: Request): readonly string[];
  /** The request with this value as its only cookie of the name. */
  withOnly(request: Request, value: string): Request;
  /** A value for a browser that has no cookie yet. It signs no person in; forms are bound to it. */
  anonymous(): string;
  /** The `Set-Cookie` header for a value. `lifetime` is in seconds; without it the cookie lasts until the browser closes. */
  write(value: string, lifetime?: number): string;
  /** The `Set-Cookie` header that removes the cookie. */
  clear(): string;
}

/** The most cookies of the name that are looked at, because each may cost a look into the store. */
const MOST_CANDIDATES = 8;

/** Browsers keep a cookie for 400 days at most, even if it asks for more (RFC 6265bis §5.5). */
const LONGEST_COOKIE_SECONDS = 400 * 86_400;

/**
 * Browsers tell cookies apart by host, but not by port nor, with this prefix, by path. So the name carries the issuer's
 * port and path, such as `__Host-tessera-8443_login_eu`. Each issuer of a host then has its own name, and two servers
 * on one host do not sign each other's people out.
 */
export function cookieName({ identifier, path, isEncrypted }: Issuer, base = "tessera"): string {
  const { port } = new URL(identifier);
  // __Host- needs Secure, no Domain and the root path; browsers then take it from no other host.
  const name = isEncrypted ? `__Host-${base}` : base;
  const written = path
    // Characters that no cookie's name may have (RFC 6265 §4.1.1), and those that have a meaning here.
    .replace(/[^A-Za-z0-9.~/-]/g, (character) => `%${character.charCodeAt(0).toString(16)}`)
    .replaceAll("/", "_");
  return `${name}${port === "" ? "" : `-${port}`}${written}`;
}

/**
 * The values of all cookies with this name. No library reads them: libraries undo percent-encoding and quotes, and a value
 * has one spelling only.
 */
export function* cookieValues(request: Request, name: string): Generator<string> {
  for (const pair of request.headers.get("cookie")?.split(";") ?? []) {
    const equals = pair.indexOf("=");
    if (pair.slice(0, equals).trim() === name) yield pair.slice(equals + 1).trim();
  }
}

/** The `Set-Cookie` header. `lifetime` is in seconds; without it the cookie lasts until the browser closes. */
export const writeCookie = (
  { isEncrypted }: Issuer,
  name: string,
  value: string,
  lifetime?: number,
): string => {
  const attributes = { path: "/", httpOnly: true, sameSite: "Lax", secure: isEncrypted } as const;
  return serialize(
    name,
    value,
    lifetime === undefined
      ? attributes
      : { ...attributes, maxAge: Math.min(lifetime, LONGEST_COOKIE_SECONDS) },
  );
};

export function createSessionCookie(issuer: Issuer, clock: Clock, random: RandomBytes): SessionCookie {
  const name = cookieName(issuer);
  const candidates = (request: Request): readonly string[] => {
    const found = new Set<string>();
    for (const value of cookieValues(request, name)) {
      if (parseCredential("session", value) !== null) found.add(value);
      if (found.size === MOST_CANDIDATES) break;
    }
    return [...found];
  };
  return {
    read: (request) => candidates(request)[0] ?? null,
    candidates,
    withOnly(request, value) {
      const headers = new Headers(request.headers);
      headers.set("Cookie", `${name}=${value}`);
      return new Request(request, { headers });
    },
    anonymous: () => mintCredential("session", clock, random).text,
    write: (value, lifetime) => writeCookie(issuer, name, value, lifetime),
    clear: () => writeCookie(issuer, name, "", 0),
  };
}
