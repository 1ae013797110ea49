/**
 * Whether a request object may be believed, and which parameters count beside it (RFC 9101 §6, OpenID Connect Core §6).
 *
 * An unsigned one proves nothing: it only says what the query could say. A signed one that names its response_type is a whole
 * request, as RFC 9101 §4 demands, and nothing in the query counts beside it. One without is the signed part of a request, as
 * OpenID Connect Core §6.1 allows; the query adds what it leaves open.
 */

import { OAuthError } from "../protocol/errors.ts";
import { audiencesOf, hasClaim } from "../protocol/jws.ts";
import { Parameters } from "../protocol/parameters.ts";
import type { RequestObject } from "../protocol/request-object.ts";
import { allowedAlgorithms, needsSignedRequests, signedRequestFault } from "../protocol/security-profile.ts";
import { VERIFYING_NAMES } from "../protocol/signing-algorithms.ts";
import type { ClientRecord } from "../store/tables/clients.ts";
import { requireCurrent, timesOf } from "./jwt-times.ts";

type Signer = Pick<
  ClientRecord,
  "clientId" | "requestObjectSigningAlg" | "requireSignedRequestObject" | "securityProfile"
>;

export const isSigned = ({ algorithm }: Pick<RequestObject, "algorithm">): boolean => algorithm !== "none";

/** RFC 9101 §10.5: otherwise an attacker would leave the request object out. Throws OAuthError. */
export function requireObject(client: Signer): void {
  if (needsSignedRequests(client)) throw new OAuthError("request_object_missing");
}

/** RFC 9101 §6.2, RFC 8725 §3.1: the algorithm is the one of the registration, if there is one. Throws OAuthError. */
export function requireAlgorithm({ algorithm }: Pick<RequestObject, "algorithm">, client: Signer): void {
  if (needsSignedRequests(client) && !isSigned({ algorithm })) throw new OAuthError("request_object_missing");
  const { requestObjectSigningAlg: registered } = client;
  const allowed = registered === null ? ["none", ...VERIFYING_NAMES] : [registered];
  if (allowedAlgorithms(client, allowed).includes(algorithm)) return;
  throw new OAuthError("request_object_algorithm", {
    description:
      registered === null
        ? "The request object is signed with an algorithm that is not supported."
        : `The request object must be signed with ${registered}: the client is registered for that.`,
  });
}

interface Circumstances {
  readonly issuer: string;
  readonly now: number;
  /** The time at which the object must not have expired: that at which the person came with it. */
  readonly seenAt: number;
}

/** RFC 7519 §4.1: the claims about the object itself. Each may be absent; one that is there must be right. Throws OAuthError. */
export function requireOwnClaims(
  { algorithm, claims }: Pick<RequestObject, "algorithm" | "claims">,
  client: Signer,
  { issuer, now, seenAt }: Circumstances,
): void {
  const { clientId } = client;
  // RFC 9101 §4: neither may be in a request object.
  for (const name of ["request", "request_uri"])
    if (hasClaim(claims, name)) throw mismatch(`it has the member ${name} itself`);
  if (hasClaim(claims, "iss") && claims.iss !== clientId) throw mismatch("iss is not the client_id");
  if (hasClaim(claims, "aud") && !audiencesOf(claims).includes(issuer))
    throw mismatch("aud does not name this issuer");
  // RFC 9101 §10.8: what a client signed to authenticate is no request.
  if (isSigned({ algorithm }) && claims.sub === clientId)
    throw mismatch("sub is the client_id, as in a client assertion");
  const times = timesOf(claims, untimely);
  requireCurrent(times, { now, seenAt }, untimely);
  const fault = signedRequestFault(client, { ...times, aud: claims.aud }, now);
  if (fault !== null) throw untimely(fault);
}

/**
 * The parameters of the request. `sent`: those of the query; `inside`: those of the object. Throws OAuthError if the two do not
 * belong together.
 */
export function assembledParameters(
  object: Pick<RequestObject, "algorithm">,
  client: Pick<Signer, "requireSignedRequestObject" | "securityProfile">,
  sent: Parameters,
  inside: Parameters,
): Parameters {
  const isWhole = isSigned(object) && inside.get("response_type") !== undefined;
  // RFC 9101 §6.3: the two client_id "MUST be identical". OpenID Connect Core §6.1: they match "if present".
  requireSame("client_id", sent, inside, isWhole);
  requireSame("response_type", sent, inside, false);
  // RFC 9101 §6.3: "MUST only use the parameters in the Request Object".
  if (isWhole) return inside;
  // RFC 9101 §10.5: what stands beside the object is not signed.
  if (needsSignedRequests(client)) throw mismatch("it has no response_type, so it is not the whole request");
  // OpenID Connect Core §6.1: so that the request is one of OAuth 2.0 without its object too.
  sent.required("response_type");
  const values = new Map<string, readonly string[]>();
  for (const [name] of sent.entries()) if (name !== "request") values.set(name, sent.all(name));
  for (const [name] of inside.entries()) values.set(name, inside.all(name));
  return new Parameters(values);
}

/**
 * RFC 9126 §3: the parameters of a pushed request with a request object. They "MUST appear as claims" of it, so those beside it do not
 * count. The client of the object is the one that pushed it. Throws OAuthError.
 */
export function pushedObject(
  object: Pick<RequestObject, "algorithm">,
  { clientId }: Pick<Signer, "clientId">,
  inside: Parameters,
): Parameters {
  const named = inside.get("client_id");
  if (named === undefined && isSigned(object)) throw mismatch("it has no client_id");
  if (named !== undefined && named !== clientId)
    throw mismatch("its client_id is not the client that pushed it");
  return inside;
}

function requireSame(name: string, sent: Parameters, inside: Parameters, isNeeded: boolean): void {
  const [one, other] = [sent.get(name), inside.get(name)];
  if (other === undefined && isNeeded) throw mismatch(`it has no ${name}`);
  if (one !== undefined && other !== undefined && one !== other)
    throw mismatch(`its ${name} is not the one beside it`);
}

const mismatch = (why: string): OAuthError =>
  new OAuthError("request_object_mismatch", {
    description: `The request object does not fit the request: ${why}.`,
  });

const untimely = (why: string): OAuthError =>
  new OAuthError("request_object_untimely", { description: `The request object is not valid now: ${why}.` });
