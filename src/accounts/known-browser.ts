/**
 * The cookie of a browser that has signed in to an account before. Sign-ins from it have places of their own in the queue of
 * passwords and failures of their own, so that strangers who guess at an account do not lock its owner out (THREATS 60).
 *
 * The cookie signs no person in. It names the account only under a MAC, which shows nothing without the server's keys, and
 * counts for that account and that password alone. It ends when an app for one-time passwords is set up: a stranger who had the
 * password until then would have guesses of their own at the codes, in as many browsers as they signed in with.
 */
import type { Clock } from "../platform/clock.ts";
import type { ServerKeys } from "../platform/keys.ts";
import type { RandomBytes } from "../platform/random.ts";
import { sameText } from "../platform/same-text.ts";
import type { Issuer } from "../protocol/issuer.ts";
import { cookieName, cookieValues, writeCookie } from "./session-cookie.ts";

/** A browser as its cookie describes it; only `isKnownTo` says whether that is true. */
export interface PresentedBrowser {
  /** The key of its limit of failed sign-ins. */
  readonly id: string;
  readonly expiresAt: number;
  readonly mac: string;
}

interface Identity {
  readonly subject: string;
  readonly passwordHash: string | null;
  readonly browsersForgottenAt: number | null;
}

export interface KnownBrowsers {
  /** Null if the browser presents no cookie of this kind that may be valid. */
  read(request: Request): PresentedBrowser | null;
  /** Whether a person has signed in to this account, with its present password and since its app was set up, in this browser. */
  isKnownTo(browser: PresentedBrowser, account: Identity | null): boolean;
  /** The `Set-Cookie` header for a browser in which a person has just signed in; null if the server sets none. */
  write(account: Identity): string | null;
}

const ID_BYTES = 12;

/** The identifier, the end in seconds since the epoch, and the MAC. */
const VALUE = /^([\w-]{16})\.(\d{1,12})\.([\w-]{43})$/;

export function createKnownBrowsers(
  issuer: Issuer,
  keys: ServerKeys,
  clock: Clock,
  random: RandomBytes,
  lifetimeSeconds: number,
): KnownBrowsers {
  const name = cookieName(issuer, "tessera-known");
  const factsOf = (id: string, expiresAt: number, account: Identity): string[] => {
    const { subject, passwordHash, browsersForgottenAt } = account;
    return [id, String(expiresAt), subject, passwordHash ?? "", String(browsersForgottenAt ?? "")];
  };
  const macOf = (id: string, expiresAt: number, account: Identity): string =>
    Buffer.from(keys.mac("known browser", ...factsOf(id, expiresAt, account))).toString("base64url");
  /** A browser keeps its cookie for longer than the server keeps a key. */
  const formerMacsOf = (id: string, expiresAt: number, account: Identity): string[] =>
    keys
      .formerMacs("known browser", ...factsOf(id, expiresAt, account))
      .map((mac) => Buffer.from(mac).toString("base64url"));
  return {
    read(request) {
      for (const value of cookieValues(request, name)) {
        const [, id = "", expiry = "", mac = ""] = VALUE.exec(value) ?? [];
        const expiresAt = Number(expiry);
        if (id !== "" && expiresAt > clock.seconds()) return { id, expiresAt, mac };
      }
      return null;
    },
    isKnownTo({ id, expiresAt, mac }, account) {
      // An unknown name takes as long as a known one.
      const expected = [macOf, formerMacsOf].flatMap((of) => of(id, expiresAt, account ?? NO_ACCOUNT));
      return expected.filter((each) => sameText(each, mac)).length > 0 && account !== null;
    },
    write(account) {
      if (lifetimeSeconds === 0) return null;
      const id = Buffer.from(random(ID_BYTES)).toString("base64url");
      const expiresAt = clock.seconds() + lifetimeSeconds;
      return writeCookie(
        issuer,
        name,
        `${id}.${expiresAt}.${macOf(id, expiresAt, account)}`,
        lifetimeSeconds,
      );
    },
  };
}

const NO_ACCOUNT: Identity = { subject: "", passwordHash: null, browsersForgottenAt: null };
