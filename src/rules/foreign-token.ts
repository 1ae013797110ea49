/**
 * What a JWT of another issuer must say before it counts (RFC 7523 §3, RFC 8725): its type, for whom it is, and since when and until
 * when. Whether its issuer signed it is the question of operations/trusted-issuers.ts, and what it then allows that of
 * workload.ts and assertion-grant.ts.
 */
import type { EpochSeconds } from "../platform/clock.ts";
import { isTrustDomain, trustDomainOf } from "../protocol/foreign-issuer.ts";
import { audiencesOf, hasClaim, hasType, type Jws } from "../protocol/jws.ts";
import { requireCurrent, SKEW_SECONDS, timesOf } from "./jwt-times.ts";

const LONGEST_SUBJECT = 2000;
const LONGEST_JTI = 500;

/** Why a token of another issuer does not count. */
export type ForeignTokenFaultKind =
  | "malformed"
  | "untrusted"
  | "signature"
  | "untimely"
  | "mismatch"
  | "replayed";

/** `words` begin after the name of the token: "its aud does not name this server". */
export class ForeignTokenFault extends Error {
  override readonly name = "ForeignTokenFault";
  constructor(
    readonly kind: ForeignTokenFaultKind,
    readonly words: string,
  ) {
    super(words);
  }
}

export interface Expectations {
  readonly now: EpochSeconds;
  /** One of them must be among its audiences. */
  readonly audience: readonly string[];
  /** Whether this server must be its only audience. */
  readonly isOnlyForUs: boolean;
  /** The values of `typ`. `JWT` stands for none too. */
  readonly types: readonly string[];
  readonly maximumLifetimeSeconds: number;
  /** Whether it must say when it was made, and have an identifier. */
  readonly isForOneUse: boolean;
}

export interface ForeignToken {
  readonly subject: string;
  readonly expiresAt: EpochSeconds;
  /** Null if it does not say when it was made. */
  readonly issuedAt: EpochSeconds | null;
  readonly jti: string | null;
  readonly claims: Jws["claims"];
}

const mismatch = (words: string) => new ForeignTokenFault("mismatch", words);
const untimely = (words: string) => new ForeignTokenFault("untimely", words);

/** Throws ForeignTokenFault. */
export function readForeignToken(jws: Jws, expected: Expectations): ForeignToken {
  requireType(jws, expected.types);
  requireAudience(jws, expected);
  const { expiresAt, issuedAt } = requireTime(jws, expected);
  const { sub, jti } = jws.claims;
  // RFC 7523 §3 (2).
  if (typeof sub !== "string" || sub === "" || sub.length > LONGEST_SUBJECT) throw mismatch("it has no sub");
  const isNamed = typeof jti === "string" && jti !== "" && jti.length <= LONGEST_JTI;
  if (hasClaim(jws.claims, "jti") && !isNamed) throw mismatch("its jti is no text");
  if (expected.isForOneUse && !isNamed) throw mismatch("it has no jti");
  return { subject: sub, expiresAt, issuedAt, jti: isNamed ? jti : null, claims: jws.claims };
}

/** RFC 8725 §3.11: otherwise a token of one kind would pass for another. */
function requireType(jws: Jws, types: readonly string[]): void {
  const lower = types.map((type) => type.toLowerCase());
  if (jws.typ === undefined ? lower.includes("jwt") : hasType(jws, ...lower)) return;
  throw mismatch(`its typ is not ${types.join(" or ")}`);
}

/** RFC 7523 §3 (3). */
function requireAudience({ claims }: Jws, { audience, isOnlyForUs }: Expectations): void {
  const named = audiencesOf(claims);
  if (!named.some((each) => audience.includes(each))) throw mismatch("its aud does not name this server");
  // ID-JAG, Processing Rules: an array "MUST contain exactly one element".
  const count = Array.isArray(claims.aud) ? claims.aud.length : 1;
  if (isOnlyForUs && count !== 1) throw mismatch("its aud names others too");
}

/** RFC 7523 §3 (4) to (6). */
function requireTime(
  { claims }: Jws,
  { now, maximumLifetimeSeconds, isForOneUse }: Expectations,
): { readonly expiresAt: EpochSeconds; readonly issuedAt: EpochSeconds | null } {
  const times = timesOf(claims, untimely);
  const { expiresAt, issuedAt } = times;
  if (expiresAt === null) throw untimely("it has no exp");
  requireCurrent(times, { now }, untimely);
  if (isForOneUse && issuedAt === null) throw untimely("it has no iat");
  // What it says itself counts, and what is left of it: an issuer without iat must not sign for ever.
  if (expiresAt - (issuedAt ?? now) > maximumLifetimeSeconds + SKEW_SECONDS)
    throw untimely(`it lives longer than ${maximumLifetimeSeconds} seconds`);
  return { expiresAt: Math.ceil(expiresAt), issuedAt: issuedAt === null ? null : Math.floor(issuedAt) };
}

/**
 * The issuer that a token names. A JWT-SVID of SPIFFE needs no `iss`: the trust domain in its `sub` says whose keys sign it.
 * A token that names an issuer and has a subject of another trust domain names none.
 */
export function issuerNamedBy({ claims }: Pick<Jws, "claims">): string | null {
  const { iss, sub } = claims;
  const domain = typeof sub === "string" ? trustDomainOf(sub) : null;
  // Some workloads name themselves as the issuer. The keys are those of their trust domain all the same.
  if (domain !== null && iss === sub) return domain;
  if (typeof iss === "string") {
    return isTrustDomain(iss) && domain !== iss ? null : iss;
  }
  return hasClaim(claims, "iss") ? null : domain;
}
