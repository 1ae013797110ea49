/** What operations hand to each other: tokens, sessions and device codes that are to be used later, and how long they are good. */
import { ACCESS_TOKEN_SECONDS, REFRESH_TOKEN_SECONDS } from "./configuration.ts";
import type { Sender } from "./sender.ts";

/** A place for so many things and no more. */
export class Shelf<Thing> {
  readonly #capacity: number;
  readonly #things: Thing[] = [];

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#things.length;
  }

  /** If it is full, another one is forgotten, whichever chance gives. */
  put(thing: Thing): void {
    if (this.#things.length < this.#capacity) this.#things.push(thing);
    else this.#things[this.#chance()] = thing;
  }

  /** One that is good, which stays; undefined if there is none. Those that are not and come first are forgotten. */
  look(isGood: (thing: Thing) => boolean = () => true): Thing | undefined {
    const found = this.take(isGood);
    if (found !== undefined) this.#things.push(found);
    return found;
  }

  /** The same, and it is gone from here then. */
  take(isGood: (thing: Thing) => boolean = () => true): Thing | undefined {
    while (this.#things.length > 0) {
      const [taken] = this.#things.splice(this.#chance(), 1);
      if (taken !== undefined && isGood(taken)) return taken;
    }
    return undefined;
  }

  #chance(): number {
    return Math.floor(Math.random() * this.#things.length);
  }
}

/** Something that was handed out. */
export interface Held {
  readonly text: string;
  /** Until when it surely is good, and from when it surely is not (`performance.now()`). */
  readonly goodUntil: number;
  readonly expiredFrom: number;
}

export interface Token extends Held {
  readonly grant: Grant;
  /** It is about to be revoked, or was. */
  ended: boolean;
}

/** What a person allowed; a client's own tokens have one for themselves. */
export interface Grant {
  readonly client: "app" | "device";
  ended: boolean;
}

export const newWallet = () => ({
  accessTokens: new Shelf<Token>(2000),
  refreshTokens: new Shelf<Token>(1000),
  sessions: new Shelf<Held & { readonly username: string }>(100),
  devices: new Shelf<Held & { pollAfter: number }>(50),
});

export type Wallet = ReturnType<typeof newWallet>;

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

/** Whether it was not revoked either. */
export const isUsable = (token: Token): boolean => isGood(token) && !token.ended && !token.grant.ended;

export const newGrant = (client: Grant["client"]): Grant => ({ client, ended: false });

/** The tokens of the last answer to `sender`. */
export function keepTokens(
  { sentAt }: Sender,
  { accessTokens, refreshTokens }: Wallet,
  tokens: { readonly access_token: string; readonly refresh_token?: string },
  grant: Grant,
): void {
  const access = { text: tokens.access_token, ...lifeOf(sentAt, ACCESS_TOKEN_SECONDS) };
  accessTokens.put({ ...access, grant, ended: false });
  if (tokens.refresh_token === undefined) return;
  const refresh = { text: tokens.refresh_token, ...lifeOf(sentAt, REFRESH_TOKEN_SECONDS) };
  refreshTokens.put({ ...refresh, grant, ended: false });
}
