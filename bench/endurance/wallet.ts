/** What operations hand to each other: tokens, sessions and device codes that are to be used later, and how long they are good. */
import { ACCESS_TOKEN_SECONDS, REFRESH_TOKEN_SECONDS } from "./configuration.ts";
import type { Sender } from "./sender.ts";
import { Shelf } from "./shelf.ts";

/** Something that was handed out. */
export interface Held {
  readonly text: string;
  /** Until when it surely is good, and from when it surely is not (`performance.now()`). */
  readonly goodUntil: number;
  readonly expiredFrom: number;
}

export interface Token extends Held {
  readonly grant: Grant;
  /** Somebody is about to revoke it. */
  ended: boolean;
}

/** What a person allowed; a client's own tokens have one for themselves. */
export interface Grant {
  readonly client: "app" | "device";
  ended: boolean;
}

export interface Session extends Held {
  readonly username: string;
}

export interface Device extends Held {
  pollAfter: number;
}

export interface Wallet {
  readonly accessTokens: Shelf<Token>;
  readonly refreshTokens: Shelf<Token>;
  readonly sessions: Shelf<Session>;
  readonly devices: Shelf<Device>;
}

export const newWallet = (): Wallet => ({
  accessTokens: new Shelf(2000),
  refreshTokens: new Shelf(1000),
  sessions: new Shelf(100),
  devices: new Shelf(50),
});

/**
 * How long before its expiry something is used no more, and how long after it is no more excused: the server counts in whole
 * seconds, and a request is judged some time after it was sent.
 */
const VAGUE_MILLIS = 5000;

/** The server gave it out at some moment between `askedAt` and now. */
export const lifeOf = (askedAt: number, seconds: number): Pick<Held, "goodUntil" | "expiredFrom"> => ({
  goodUntil: askedAt + seconds * 1000 - VAGUE_MILLIS,
  expiredFrom: performance.now() + seconds * 1000 + VAGUE_MILLIS,
});
/** Whether it surely has not expired. */
export const isGood = ({ goodUntil }: Held): boolean => performance.now() < goodUntil;
/** Whether nobody revoked it either. */
export const isUsable = (token: Token): boolean => isGood(token) && !token.ended && !token.grant.ended;

export const newGrant = (client: Grant["client"]): Grant => ({ client, ended: false });

/** What the last request of `sender` was answered with. */
export function keepAccessToken(sender: Sender, { accessTokens }: Wallet, text: string, grant: Grant): void {
  accessTokens.put({ text, ...lifeOf(sender.sentAt, ACCESS_TOKEN_SECONDS), grant, ended: false });
}

/** The same for a response with both tokens. */
export function keepTokens(
  sender: Sender,
  wallet: Wallet,
  tokens: { readonly access_token: string; readonly refresh_token: string },
  grant: Grant,
): void {
  keepAccessToken(sender, wallet, tokens.access_token, grant);
  const life = lifeOf(sender.sentAt, REFRESH_TOKEN_SECONDS);
  wallet.refreshTokens.put({ text: tokens.refresh_token, ...life, grant, ended: false });
}
