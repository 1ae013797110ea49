/**
 * Sessions: who is signed in, in which browser. The cookie holds a credential; the store holds its digest.
 * The session changes its id at every sign-in, so that a cookie planted before is worth nothing after (RFC 9700 §4, fixation).
 */

import { serialize } from "hono/utils/cookie";
import type { Configuration } from "../configuration/schema.ts";
import { mintCredential, parseCredential, secretMatches } from "../credentials/credential.ts";
import type { Clock } from "../platform/clock.ts";
import type { Log } from "../platform/log.ts";
import type { RandomBytes } from "../platform/random.ts";
import type { RecordId } from "../protocol/identifiers.ts";
import { type Store, StoreUnavailable } from "../store/contract.ts";
import type { AccountRecord, SessionRecord } from "../store/records.ts";

export interface SignedIn {
  readonly session: SessionRecord;
  readonly account: AccountRecord;
}

export interface StartedSession {
  readonly cookie: string;
  readonly session: SessionRecord;
}

interface SessionsOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly configuration: Configuration;
}

export interface Sessions {
  /** The value of the browser's cookie, whether or not somebody is signed in with it; null if there is none. */
  cookieValue(request: Request): string | null;
  /** A value for a browser that has no cookie yet. It signs nobody in; forms are bound to it. */
  anonymousCookieValue(): string;
  /** The `Set-Cookie` header for a value. */
  setCookie(value: string): string;
  clearCookie(): string;
  /** Who is signed in. Reads only, but for noting the time about once a minute. */
  find(request: Request): Promise<SignedIn | null>;
  /**
   * Signs a person in, who proved who they are to `account` as it was found. Null if they were disabled or got another
   * password meanwhile. Ends the session the browser had.
   */
  start(account: AccountRecord, replaces: RecordId | null): Promise<StartedSession | null>;
  end(session: SessionRecord): Promise<void>;
}

/** How often, at most, a session's `lastSeenAt` is written. */
const TOUCH_SECONDS = 60;
/** Browsers keep a cookie for 400 days at most, whatever it asks for (RFC 6265bis §5.5). */
const LONGEST_COOKIE_SECONDS = 400 * 86_400;

export function createSessions({ store, clock, random, configuration }: SessionsOptions): Sessions {
  const { lifetimes, issuer } = configuration;
  const secure = issuer.startsWith("https:");
  // __Host- needs Secure, no Domain and the root path; browsers then take it from nobody but this very host.
  const name = secure ? "__Host-tessera" : "tessera";
  const attributes = { path: "/", httpOnly: true, sameSite: "Lax", secure } as const;
  const maxAge = Math.min(lifetimes.session_absolute_seconds, LONGEST_COOKIE_SECONDS);

  // Not by a library: those undo percent-encoding and quotes, and a credential has one spelling only.
  const cookieValue = (request: Request): string | null => {
    const header = request.headers.get("cookie");
    if (header === null) return null;
    for (const pair of header.split(";")) {
      const equals = pair.indexOf("=");
      if (pair.slice(0, equals).trim() !== name) continue;
      const value = pair.slice(equals + 1).trim();
      return parseCredential("session", value) === null ? null : value;
    }
    return null;
  };

  return {
    cookieValue,
    anonymousCookieValue: () => mintCredential("session", clock, random).text,
    setCookie: (value) => serialize(name, value, attributes),
    clearCookie: () => serialize(name, "", { ...attributes, maxAge: 0 }),

    async find(request) {
      const value = cookieValue(request);
      const presented = value === null ? null : parseCredential("session", value);
      if (presented === null) return null;
      const now = clock.seconds();
      const found = await store.findSession(presented.id, now, now - lifetimes.session_idle_seconds);
      if (found === null || !secretMatches(presented.secret, found.session.digest)) return null;
      if (now - found.session.lastSeenAt >= TOUCH_SECONDS) await store.touchSession(found.session.id, now);
      return found;
    },

    async start(account, replaces) {
      const minted = mintCredential("session", clock, random);
      const now = clock.seconds();
      const session: SessionRecord = {
        id: minted.id,
        digest: minted.digest,
        subject: account.subject,
        createdAt: now,
        authenticatedAt: now,
        lastSeenAt: now,
        expiresAt: now + lifetimes.session_absolute_seconds,
      };
      if (!(await store.createSession(session, replaces, account.passwordHash))) return null;
      return { cookie: serialize(name, minted.text, { ...attributes, maxAge }), session };
    },

    end: (session) => store.endSession(session.id),
  };
}

/**
 * Signs a person in whose account was changed a moment ago. That is stored and must be told, whatever becomes of the
 * session: if the store fails now, the person signs in by themselves. Null then, and where `start` gives null.
 */
export async function startAfterChange(
  { sessions, log }: { readonly sessions: Sessions; readonly log: Log },
  account: AccountRecord,
  replaces: RecordId | null,
): Promise<StartedSession | null> {
  try {
    return await sessions.start(account, replaces);
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    log.error("no session could be made after an account was changed", { cause: error.message });
    return null;
  }
}
