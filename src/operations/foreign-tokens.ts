/** Reading a token of another issuer: its form, who signed it, what it must say, and whether it counts once. */

import { type Jws, JwsFault, parseJws } from "../protocol/jws.ts";
import {
  type Expectations,
  type ForeignToken,
  ForeignTokenFault,
  issuerNamedBy,
  readForeignToken,
} from "../rules/foreign-token.ts";
import { SKEW_SECONDS } from "../rules/jwt-times.ts";
import type { SignedOnce } from "../rules/once.ts";
import type { Context } from "./context.ts";
import { LONGEST_FOREIGN_TOKEN, type TrustedIssuer } from "./trusted-issuers.ts";

/** Throws ForeignTokenFault. */
export function parseForeign(text: string): Jws {
  try {
    return parseJws(text, LONGEST_FOREIGN_TOKEN);
  } catch (error) {
    if (error instanceof JwsFault) throw new ForeignTokenFault("malformed", error.words);
    throw error;
  }
}

/** The trusted issuer that the token names. Nothing of the token is believed before `believe`. Throws ForeignTokenFault. */
export function issuerOf({ trustedIssuers }: Pick<Context, "trustedIssuers">, jws: Jws): TrustedIssuer {
  const named = issuerNamedBy(jws);
  const issuer = named === null ? null : trustedIssuers.named(named);
  if (issuer === null) throw new ForeignTokenFault("untrusted", "its issuer is not trusted here");
  return issuer;
}

/** The token, if its issuer signed it and it says what it must. Throws ForeignTokenFault. */
export async function believe(
  { trustedIssuers, clock }: Pick<Context, "trustedIssuers" | "clock">,
  issuer: TrustedIssuer,
  jws: Jws,
  expected: Omit<Expectations, "now">,
): Promise<ForeignToken> {
  const fault = await trustedIssuers.signatureFault(issuer, jws);
  if (fault !== null) throw new ForeignTokenFault("signature", fault);
  return readForeignToken(jws, { ...expected, now: clock.seconds() });
}

/**
 * A used token is remembered beyond its end for longer than the clocks of issuer and server may be apart. What
 * counts once says when it was made; without that it is as old as can be.
 */
const asUsedOnce = ({ expiresAt, issuedAt }: Pick<ForeignToken, "expiresAt" | "issuedAt">): SignedOnce => ({
  madeAt: issuedAt ?? 0,
  until: expiresAt + 2 * SKEW_SECONDS,
});

/** Whether a request is the first that uses what these parts name. */
export type IsFirst = (parts: readonly string[], text: SignedOnce) => Promise<boolean>;

/** Uses up the token. Throws ForeignTokenFault if it was used before (THREATS 37). */
export async function spend(
  isFirst: IsFirst,
  { issuer }: Pick<TrustedIssuer, "issuer">,
  token: ForeignToken,
): Promise<void> {
  if (!(await isFirst([issuer, token.jti ?? ""], asUsedOnce(token))))
    throw new ForeignTokenFault("replayed", "it was used before");
}
