/** The tokens, sessions and device codes that operations pass to each other, with their lifetimes. */
import { ACCESS_TOKEN_SECONDS, REFRESH_TOKEN_SECONDS } from "./configuration.ts";
import type { Sender } from "./sender.ts";

/** A store of bounded size. */
export class Shelf<Thing> {
  readonly #capacity: number;
  readonly #things: Thing[] = [];

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#things.length;
  }

  /** If it is full, the new thing replaces a random one. */
  put(thing: Thing): void {
    if (this.#things.length < this.#capacity) this.#things.push(thing);
    else this.#things[this.#chance()] = thing;
  }

  /** A good thing, which stays; undefined if there is none. Forgets the bad ones that come before it. */
  look(isGood: (thing: Thing) => boolean = () => true): Thing | undefined {
    const found = this.take(isGood);
    if (found !== undefined) this.#things.push(found);
    return found;
  }

  /** The same, and removes it. */
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

/** A thing that the server issued. */
export interface Held {
  readonly text: string;
  /** It is certainly good until the first time, and certainly expired from the second (`performance.now()`). */
  readonly goodUntil: number;
  readonly expiredFrom: number;
}

export interface Token extends Held {
  readonly grant: Grant;
  /** Its revocation has begun or is done. */
  ended: boolean;
}

/** A person's permission; a client's own token has a grant of its own. */
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
 * Operations use a thing until this long before its expiry, and it may still work until this long after it. The server
 * counts whole seconds, and judges a request some time after it was sent.
 */
const VAGUE_MILLIS = 5000;

/** The server issued it at some moment between `askedAt` and now. */
export const lifeOf = (askedAt: number, seconds: number): Pick<Held, "goodUntil" | "expiredFrom"> => ({
  goodUntil: askedAt + seconds * 1000 - VAGUE_MILLIS,
  expiredFrom: performance.now() + seconds * 1000 + VAGUE_MILLIS,
});

/** Whether it certainly has not expired. */
export const isGood = ({ goodUntil }: Held): boolean => performance.now() < goodUntil;

/** Whether it is also not revoked. */
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
