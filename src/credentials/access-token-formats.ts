/**
 * The formats of access tokens. An entry has everything about a format: how a token is made, how it is recognized, and
 * the format's metadata.
 */
import type { Clock } from "../platform/clock.ts";
import type { RandomBytes } from "../platform/random.ts";
import type { ResourceIndicator } from "../protocol/identifiers.ts";
import {
  type MintedCredential,
  mintCredential,
  type PresentedCredential,
  parseCredential,
} from "./credential.ts";

export interface MintContext {
  readonly clock: Clock;
  readonly random: RandomBytes;
  /** The shard of the grant's rows. */
  readonly shard: number | undefined;
}

export interface AccessTokenFormat {
  readonly format: string;
  /** The algorithms that sign the tokens; none if the server looks its tokens up. */
  readonly signingAlgorithms: readonly string[];
  mint(context: MintContext): MintedCredential;
  /** Null if the text is no token of this format. */
  recognize(text: string): PresentedCredential | null;
}

/** A random text, which only this server can interpret (RFC 6749 §1.4). */
const opaque: AccessTokenFormat = {
  format: "opaque",
  signingAlgorithms: [],
  mint: ({ clock, random, shard }) => mintCredential("access_token", clock, random, shard),
  recognize: (text) => parseCredential("access_token", text),
};

export const ACCESS_TOKEN_FORMATS: readonly AccessTokenFormat[] = [opaque];

/** The format of tokens for these resources. */
export const accessTokenFormatOf = (_resources: readonly ResourceIndicator[]): AccessTokenFormat => opaque;

/** The access token in a text, of any format; null if the text is not an access token. */
export function recognizeAccessToken(text: string): PresentedCredential | null {
  for (const { recognize } of ACCESS_TOKEN_FORMATS) {
    const presented = recognize(text);
    if (presented !== null) return presented;
  }
  return null;
}
