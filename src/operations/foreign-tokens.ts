/** Reading a token of another issuer: its form, who signed it, what it must say, and whether it counts once. */
import type { EpochSeconds } from "../platform/clock.ts";
import { type Jws, JwsFault, parseJws } from "../protocol/jws.ts";
import type { Act } from "../rules/events.ts";
import {
  type Expectations,
  type ForeignToken,
  ForeignTokenFault,
  issuerNamedBy,
  readForeignToken,
} from "../rules/foreign-token.ts";
import { SKEW_SECONDS } from "../rules/jwt-times.ts";
import type { OnceKind } from "../store/tables/once.ts";
import type { Context } from "./context.ts";
import { useOnce } from "./single-use.ts";
import { LONGEST_FOREIGN_TOKEN, type TrustedIssuer } from "./trusted-issuers.ts";

/** Why a token of another issuer does not count. */
export type ForeignFaultKind = "malformed" | "untrusted" | "signature" | "untimely" | "mismatch" | "replayed";

/** `words` begin after the name of the token: "its aud does not name this server". */
export class ForeignFault extends Error {
  override readonly name = "ForeignFault";
  constructor(
    readonly kind: ForeignFaultKind,
    readonly words: string,
  ) {
    super(words);
  }
}

export type ForeignContext = Pick<
  Context,
  "trustedIssuers" | "clock" | "store" | "events" | "seenLately" | "issuer"
>;

/** Throws ForeignFault. */
export function parseForeign(text: string): Jws {
  try {
    return parseJws(text, LONGEST_FOREIGN_TOKEN);
  } catch (error) {
    if (error instanceof JwsFault) throw new ForeignFault("malformed", error.words);
    throw error;
  }
}

/** The trusted issuer that the token names. Nothing of the token is believed before `believe`. Throws ForeignFault. */
export function issuerOf(
  { trustedIssuers }: Pick<ForeignContext, "trustedIssuers">,
  jws: Jws,
): TrustedIssuer {
  const named = issuerNamedBy(jws);
  const issuer = named === null ? null : trustedIssuers.named(named);
  if (issuer === null) throw new ForeignFault("untrusted", "its issuer is not trusted here");
  return issuer;
}

/** The token, if its issuer signed it and it says what it must. Throws ForeignFault. */
export async function believe(
  { trustedIssuers, clock }: Pick<ForeignContext, "trustedIssuers" | "clock">,
  issuer: TrustedIssuer,
  jws: Jws,
  expected: Omit<Expectations, "now">,
): Promise<ForeignToken> {
  const fault = await trustedIssuers.signatureFault(issuer, jws);
  if (fault !== null) throw new ForeignFault("signature", fault);
  try {
    return readForeignToken(jws, { ...expected, now: clock.seconds() });
  } catch (error) {
    if (error instanceof ForeignTokenFault) throw new ForeignFault(error.kind, error.words);
    throw error;
  }
}

/** Until when a used token is remembered: beyond its end for longer than the clocks of issuer and server may be apart. */
export const rememberedUntil = ({ expiresAt }: Pick<ForeignToken, "expiresAt">): EpochSeconds =>
  expiresAt + 2 * SKEW_SECONDS;

/** Uses up the token. Throws ForeignFault if it was used before (THREATS 37). */
export async function spend(
  context: ForeignContext,
  act: Act,
  kind: OnceKind,
  { issuer }: Pick<TrustedIssuer, "issuer">,
  token: ForeignToken,
): Promise<void> {
  const isNew = await useOnce(context, act, kind, [issuer, token.jti ?? ""], rememberedUntil(token));
  if (!isNew) throw new ForeignFault("replayed", "it was used before");
}
