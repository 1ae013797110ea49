/**
 * Whether a signed request to a person may be believed (CIBA §7.1.1, FAPI-CIBA §5.2.2). It is the whole request, it is made for this server
 * and one use, and it says when: each claim about the object itself must be there.
 */
import { OAuthError } from "../protocol/errors.ts";
import { audiencesOf, hasClaim } from "../protocol/jws.ts";
import type { Parameters } from "../protocol/parameters.ts";
import { BACKCHANNEL_READINGS, type RequestObject } from "../protocol/request-object.ts";
import {
  allowedAlgorithms,
  needsSignedAuthentication,
  STRICT_ALGORITHMS,
} from "../protocol/security-profile.ts";
import type { ClientRecord } from "../store/tables/clients.ts";
import { requireCurrent, SKEW_SECONDS, timesOf } from "./jwt-times.ts";
import type { SignedOnce } from "./once.ts";

/** How long before now nbf may be, and how long after now exp. */
const LONGEST_SECONDS = 3600;

type Signer = Pick<
  ClientRecord,
  "clientId" | "backchannelAuthenticationRequestSigningAlg" | "requireSignedRequestObject" | "securityProfile"
>;

/** A client that signs would be impersonated by a request without a signature. Throws OAuthError. */
export function requireBackchannelObject(client: Signer): void {
  if (needsSignedAuthentication(client)) throw new OAuthError("backchannel_object_missing");
}

/** §4: the algorithm is the one of the registration; a client that has none signs no requests. Throws OAuthError. */
export function requireBackchannelAlgorithm(
  { algorithm }: Pick<RequestObject, "algorithm">,
  client: Signer,
): void {
  const { backchannelAuthenticationRequestSigningAlg: registered } = client;
  if (registered === null && !needsSignedAuthentication(client))
    throw refused("the client has registered no backchannel_authentication_request_signing_alg");
  const allowed = allowedAlgorithms(client, registered === null ? STRICT_ALGORITHMS : [registered]);
  if (!allowed.some((each) => each === algorithm))
    throw refused(`it must be signed with ${allowed.join(", ")}`);
}

/** §7.1.1: nothing stands beside it but what proves the client. Throws OAuthError. */
export function requireWhole(sent: Parameters): void {
  const beside = sent.entries().find(([name]) => BACKCHANNEL_READINGS.has(name));
  if (beside !== undefined) throw refused(`the parameter ${beside[0]} stands beside it`);
}

/** What makes the object count once. */
export interface SingleObject extends SignedOnce {
  readonly jti: string;
}

/** §7.1.1, FAPI-CIBA §5.2.2: the claims about the object itself. Throws OAuthError. */
export function requireBackchannelClaims(
  { claims }: Pick<RequestObject, "claims">,
  { clientId }: Pick<Signer, "clientId">,
  { issuer, now }: { readonly issuer: string; readonly now: number },
): SingleObject {
  for (const name of ["iss", "aud", "exp", "iat", "nbf", "jti"])
    if (!hasClaim(claims, name)) throw refused(`it has no ${name}`);
  if (claims.iss !== clientId) throw refused("iss is not the client_id");
  if (!audiencesOf(claims).includes(issuer)) throw refused("aud does not name this issuer");
  // RFC 9101 §10.8: what a client signed to authenticate is no request.
  if (claims.sub === clientId) throw refused("sub is the client_id, as in a client assertion");
  for (const name of ["request", "request_uri"])
    if (hasClaim(claims, name)) throw refused(`it has the member ${name} itself`);
  const { jti } = claims;
  if (typeof jti !== "string" || jti === "") throw refused("jti is no text");
  const times = timesOf(claims, refused);
  requireCurrent(times, { now }, refused);
  const { expiresAt, issuedAt, notBefore } = times;
  if (expiresAt === null || expiresAt > now + LONGEST_SECONDS + SKEW_SECONDS)
    throw refused("its exp is more than 60 minutes ahead");
  if (notBefore === null || notBefore < now - LONGEST_SECONDS - SKEW_SECONDS)
    throw refused("its nbf is more than 60 minutes ago");
  return { jti, madeAt: issuedAt ?? 0, until: Math.ceil(expiresAt + SKEW_SECONDS) };
}

const refused = (why: string): OAuthError =>
  new OAuthError("backchannel_object_refused", {
    description: `The signed request is not valid: ${why}.`,
  });
