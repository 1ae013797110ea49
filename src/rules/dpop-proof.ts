/** RFC 9449 §4.3: whether a DPoP proof was made for the request that carries it. */
import type { DpopProof } from "../protocol/dpop.ts";
import { OAuthError } from "../protocol/errors.ts";
import { timeClaim } from "../protocol/jws.ts";
import { SKEW_SECONDS } from "./jwt-times.ts";
import type { SignedOnce } from "./once.ts";

/** The request, as this server knows it. */
export interface ProofDemand {
  readonly method: string;
  /** The addresses of the endpoint, the one below the issuer first. What the request says of its host does not count (THREATS 43). */
  readonly urls: readonly [string, ...string[]];
  readonly now: number;
  /** How old a proof may be, in seconds. */
  readonly seconds: number;
  /** The SHA-256 of the access token that the request carries, as base64url; null if it carries none. */
  readonly ath: string | null;
  /** The values of which a proof must have one; null if it needs none. */
  readonly nonces: readonly string[] | null;
}

/** How the proof counts once. Throws OAuthError if it is for another request, another time, or lacks a nonce. */
export function requireFitting(
  { claims }: Pick<DpopProof, "claims">,
  { method, urls, now, seconds, ath, nonces }: ProofDemand,
): SignedOnce {
  // The method is compared as it is: its case counts (RFC 9110 §9.1).
  if (claims.htm !== method) throw mismatch("htm is not the method of the request");
  const { htu } = claims;
  if (typeof htu !== "string" || !urls.some((url) => isSameAddress(htu, url)))
    throw mismatch(`htu is not the address of this endpoint, ${urls[0]}`);
  if (ath !== null && claims.ath !== ath) throw mismatch("ath is not the hash of the access token");
  const issuedAt = timeClaim(claims, "iat");
  if (issuedAt === null) throw mismatch("iat is no time");
  // RFC 9449 §11.1: the clock of the client may be ahead.
  if (issuedAt > now + SKEW_SECONDS || issuedAt < now - seconds) throw new OAuthError("dpop_proof_untimely");
  if (nonces !== null && (typeof claims.nonce !== "string" || !nonces.includes(claims.nonce)))
    throw new OAuthError("dpop_nonce_missing");
  // From the next whole second on it is too old.
  return { madeAt: issuedAt, until: Math.floor(issuedAt) + seconds + 1 };
}

/**
 * RFC 9449 §4.3: the addresses without query and fragment, after the normalization of RFC 3986 §6.2.2 and §6.2.3: the case of scheme,
 * host and escapes, the port of the scheme, escapes that need not be, and "." and "..".
 */
export function isSameAddress(one: string, other: string): boolean {
  const [first, second] = [normalized(one), normalized(other)];
  return first !== null && first === second;
}

function normalized(address: string): string | null {
  if (!/^https?:\/\/[\x21-\x7e]+$/i.test(address) || !URL.canParse(address)) return null;
  const { origin, pathname, username, password } = new URL(address);
  // No address of this server has a user name.
  if (username !== "" || password !== "") return null;
  return origin + pathname.replace(/%[0-9A-Fa-f]{2}/g, plainEscape);
}

/** RFC 3986 §2.3: letters, digits and "-._~" mean the same with and without an escape. */
function plainEscape(escaped: string): string {
  const character = String.fromCharCode(Number.parseInt(escaped.slice(1), 16));
  return /[A-Za-z0-9._~-]/.test(character) ? character : escaped.toUpperCase();
}

const mismatch = (why: string): OAuthError =>
  new OAuthError("dpop_proof_mismatch", {
    description: `The DPoP proof was not made for this request: ${why}.`,
  });
