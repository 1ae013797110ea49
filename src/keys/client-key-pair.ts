/** Key pairs that the operator makes for a client. This server keeps the public key alone. */
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from "jose";
import { RSA_BITS } from "../protocol/public-jwk.ts";
import type { VerifyingAlgorithm } from "../protocol/signing-algorithms.ts";

export interface ClientKeyPair {
  readonly kid: string;
  readonly publicJwk: JWK;
  /** For the client, and for no one else. */
  readonly privateJwk: JWK;
}

export async function newClientKeyPair(algorithm: VerifyingAlgorithm): Promise<ClientKeyPair> {
  const { publicKey, privateKey } = await generateKeyPair(algorithm, {
    extractable: true,
    modulusLength: RSA_BITS.least,
  });
  const shared = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(shared);
  // The command line would take it for an option.
  if (kid.startsWith("-")) return newClientKeyPair(algorithm);
  const members = { kid, use: "sig", alg: algorithm };
  return {
    kid,
    publicJwk: { ...shared, ...members },
    privateJwk: { ...(await exportJWK(privateKey)), ...members },
  };
}
