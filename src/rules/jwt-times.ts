/**
 * RFC 7519 §4.1.4 to §4.1.6: the times of a JWT that a client or another issuer made, by its own clock. How long one of its kind may
 * count is the question of the rule for that kind.
 */
import type { EpochSeconds } from "../platform/clock.ts";
import { hasClaim, type Jws, timeClaim } from "../protocol/jws.ts";

/**
 * How far the clocks of the signer and of this server may be apart, in seconds. FAPI 2.0 §5.3.2.1: 10 seconds ahead are accepted, more
 * than 60 are refused.
 */
export const SKEW_SECONDS = 30;

/** Null for a time that the JWT does not say. */
export interface JwtTimes {
  readonly expiresAt: EpochSeconds | null;
  readonly notBefore: EpochSeconds | null;
  readonly issuedAt: EpochSeconds | null;
}

/** Makes the refusal. `why` begins with "it", or with the name of a claim: "it has expired", "exp is no time". */
type Untimely = (why: string) => Error;

/** Throws `untimely` if a time is there and is none (THREATS 36). */
export function timesOf(claims: Jws["claims"], untimely: Untimely): JwtTimes {
  const timeOf = (name: string): EpochSeconds | null => {
    const time = timeClaim(claims, name);
    if (time === null && hasClaim(claims, name)) throw untimely(`${name} is no time`);
    return time;
  };
  return { expiresAt: timeOf("exp"), issuedAt: timeOf("iat"), notBefore: timeOf("nbf") };
}

/** Throws `untimely` if the JWT has expired or is not valid yet. A time that it does not say refuses nothing. */
export function requireCurrent(
  { expiresAt, notBefore, issuedAt }: JwtTimes,
  {
    now,
    seenAt = now,
  }: { readonly now: EpochSeconds /** When it must not have expired. */; readonly seenAt?: EpochSeconds },
  untimely: Untimely,
): void {
  if (expiresAt !== null && seenAt >= expiresAt + SKEW_SECONDS) throw untimely("it has expired");
  if (notBefore !== null && notBefore - now > SKEW_SECONDS) throw untimely("it is not valid yet (nbf)");
  if (issuedAt !== null && issuedAt - now > SKEW_SECONDS) throw untimely("it was made in the future (iat)");
}
