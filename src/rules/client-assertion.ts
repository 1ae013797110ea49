/**
 * Whether a client assertion may be believed (RFC 7521 §4.2, RFC 7523 §3, OpenID Connect Core §9). The checks here that throw depend
 * on the request alone, so that their words tell a stranger nothing about which clients there are.
 *
 * Its audience is this server and no other: an assertion for the token endpoint's URL could have been asked for by another server that
 * named that URL as its own (RFC 7523bis; FAPI 2.0 §5.3.2.1).
 */
import { OAuthError, type Reason } from "../protocol/errors.ts";
import { audiencesOf, hasType, type Jws } from "../protocol/jws.ts";
import { allowedAlgorithms, needsIssuerAsAudience } from "../protocol/security-profile.ts";
import { VERIFYING_NAMES } from "../protocol/signing-algorithms.ts";
import type { ClientRecord } from "../store/tables/clients.ts";
import { requireCurrent, SKEW_SECONDS, timesOf } from "./jwt-times.ts";
import type { SignedOnce } from "./once.ts";

/** An assertion is made for one request. It counts for so long after it was made, whatever its `exp` says. */
const LONGEST_SECONDS = 600;

/** Some libraries set an hour. An `exp` further ahead is a mistake, or meant to last. */
const FURTHEST_SECONDS = 3600;

/** `issuer`: only the issuer, as a text. `compatible`: the URLs of the token endpoint and of the back channel too, and a list of nothing but these. */
export type AssertionAudience = "issuer" | "compatible";

interface Circumstances {
  readonly issuer: string;
  /** CIBA §7.1: the URLs of endpoints that `compatible` accepts too. */
  readonly endpoints: readonly string[];
  readonly audience: AssertionAudience;
  readonly now: number;
}

/** What makes the assertion count once. */
export interface SingleAssertion extends SignedOnce {
  readonly jti: string;
}

/** Everything but the signature. Throws OAuthError for faults that do not depend on the client. */
export function requireAssertion(assertion: Jws, circumstances: Circumstances): SingleAssertion {
  requireKind(assertion);
  requireAudience(assertion, circumstances);
  const { jti } = assertion.claims;
  if (typeof jti !== "string" || jti === "") throw malformed("jti is missing");
  return { jti, ...requireTimely(assertion, circumstances) };
}

/** RFC 8725 §3.1 and §3.11: signed with a private key, and not made for another purpose. */
function requireKind(assertion: Jws): void {
  const { algorithm } = assertion;
  if (algorithm === "none") throw malformed("it is not signed");
  if (/^HS/.test(algorithm))
    throw malformed(
      "it is signed with a secret. client_secret_jwt is not supported, because this server keeps only digests of secrets. Sign with a private key (private_key_jwt)",
    );
  if (!VERIFYING_NAMES.some((name) => name === algorithm))
    throw malformed("its alg is not among token_endpoint_auth_signing_alg_values_supported");
  if (assertion.typ !== undefined && !hasType(assertion, "jwt", "client-authentication+jwt"))
    throw malformed("typ in its header says that it is of another kind");
}

function requireAudience({ claims }: Jws, { issuer, endpoints, audience }: Circumstances): void {
  if (claims.aud === issuer) return;
  if (audience === "compatible") {
    const named = audiencesOf(claims);
    const isWhole = !Array.isArray(claims.aud) || claims.aud.length === named.length;
    if (isWhole && named.length > 0 && named.every((each) => each === issuer || endpoints.includes(each)))
      return;
  }
  throw new OAuthError("client_assertion_audience", {
    description: `aud of the client assertion must be the issuer of this server, as a string: ${issuer}`,
  });
}

/** How the assertion counts once. */
function requireTimely({ claims }: Jws, { now }: Circumstances): SignedOnce {
  const times = timesOf(claims, untimely);
  const { expiresAt, issuedAt: madeAt } = times;
  if (expiresAt === null) throw untimely("exp is missing");
  if (expiresAt - now > FURTHEST_SECONDS + SKEW_SECONDS) throw untimely("exp is more than an hour ahead");
  if (madeAt === null && expiresAt - now > LONGEST_SECONDS + SKEW_SECONDS)
    throw untimely("exp is more than ten minutes ahead, and iat is missing");
  requireCurrent(times, { now }, untimely);
  const until = Math.min(expiresAt, madeAt === null ? expiresAt : madeAt + LONGEST_SECONDS) + SKEW_SECONDS;
  if (now >= until) throw untimely("it was made more than ten minutes ago (iat)");
  // The store keeps whole seconds. Without iat it counts as made as early as its exp allows.
  return { madeAt: madeAt ?? expiresAt - LONGEST_SECONDS, until: Math.ceil(until) };
}

/** Why this client may not send the assertion, which `requireAssertion` accepts; null if it may. */
export function assertionFault(
  { algorithm, claims }: Pick<Jws, "algorithm" | "claims">,
  client: Pick<ClientRecord, "tokenEndpointAuthMethod" | "tokenEndpointAuthSigningAlg" | "securityProfile">,
  issuer: string,
): Reason | null {
  // RFC 7591 §2: a client has one method, so what would open its door beside it is refused.
  if (client.tokenEndpointAuthMethod !== "private_key_jwt") return "client_method_not_registered";
  // What the operator lets other clients do leaves the profile as it is.
  if (needsIssuerAsAudience(client) && claims.aud !== issuer) return "client_assertion_strict_audience";
  const { tokenEndpointAuthSigningAlg: registered } = client;
  const isRegistered = registered === null || registered === algorithm;
  return isRegistered && allowedAlgorithms(client, [algorithm]).length > 0
    ? null
    : "client_assertion_algorithm";
}

const malformed = (why: string): OAuthError =>
  new OAuthError("client_assertion_malformed", {
    description: `The client assertion cannot be accepted: ${why}.`,
  });

const untimely = (why: string): OAuthError =>
  new OAuthError("client_assertion_untimely", {
    description: `The client assertion is not valid now: ${why}.`,
  });
