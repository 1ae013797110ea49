/**
 * RFC 9449 §4.2: DPoP proofs, the JWTs with which a client shows that it has a key. This file reads their form.
 * rules/dpop-proof.ts says whether one fits its request, and operations/dpop.ts verifies and uses it.
 */
import { OAuthError } from "./errors.ts";
import { hasType, type Jws, JwsFault, parseJws } from "./jws.ts";
import { type PublicJwk, readPublicJwk } from "./public-jwk.ts";
import { VERIFYING_ALGORITHMS, type VerifyingAlgorithm } from "./signing-algorithms.ts";

/** Every algorithm that this server verifies, those with short proofs first: some libraries take the first. All are asymmetric (RFC 9449 §11.6). */
export const DPOP_ALGORITHMS = [
  ...["ES256", "EdDSA", "Ed25519", "PS256", "RS256"],
  ...["ES384", "ES512", "PS384", "PS512", "RS384", "RS512"],
] as const satisfies readonly VerifyingAlgorithm[];

/** The header of requests. */
export const DPOP_HEADER = "DPoP";
/** The header of answers. */
export const DPOP_NONCE_HEADER = "DPoP-Nonce";

/** Room for the key and the signature of an RSA key of 8192 bits. */
const LONGEST_PROOF = 6144;
const LONGEST_JTI = 256;

/** A proof of which the form is right. It proves nothing yet. */
export interface DpopProof {
  readonly text: string;
  readonly algorithm: string;
  readonly jwk: PublicJwk;
  readonly claims: Jws["claims"];
  readonly jti: string;
}

/** `algorithms`: those that the operator allows. Throws `dpop_proof_malformed`. */
export function parseProof(text: string, algorithms: readonly string[]): DpopProof {
  const jws = readJws(text);
  // RFC 9449 §11.5: no other kind of JWT that the key has signed counts as a proof.
  if (!hasType(jws, "dpop+jwt")) throw malformed("typ in its header must be dpop+jwt");
  const entry = VERIFYING_ALGORITHMS.find(({ algorithm }) => algorithm === jws.algorithm);
  if (entry === undefined || !algorithms.includes(entry.algorithm))
    throw malformed(`alg in its header must be one of ${algorithms.join(", ")}`);
  const jwk = readPublicJwk(jws.header.jwk, entry, (words) => {
    throw malformed(`the jwk in its header ${words}`);
  });
  const { jti } = jws.claims;
  if (typeof jti !== "string" || jti === "" || jti.length > LONGEST_JTI)
    throw malformed(`jti must be a text of 1 to ${LONGEST_JTI} characters`);
  return { text, algorithm: entry.algorithm, jwk, claims: jws.claims, jti };
}

function readJws(text: string): Jws {
  try {
    return parseJws(text, LONGEST_PROOF);
  } catch (error) {
    throw error instanceof JwsFault ? malformed(error.words) : error;
  }
}

export const malformed = (why: string): OAuthError =>
  new OAuthError("dpop_proof_malformed", { description: `The DPoP proof is not valid: ${why}.` });
