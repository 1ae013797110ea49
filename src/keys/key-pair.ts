/** Signing keys as values: making them, sealing them for the database, and opening them again. */
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importPKCS8 } from "jose";
import type { EpochSeconds } from "../platform/clock.ts";
import type { ServerKeys } from "../platform/keys.ts";
import type { SigningAlgorithm } from "../protocol/signing-algorithms.ts";
import type { SigningKeyRecord } from "../store/tables.ts";

/** RFC 7518 §3.3: "A key of size 2048 bits or larger MUST be used". */
const RSA_BITS = 2048;

/** A new key of the algorithm. An RSA key takes some tenths of a second, in a thread of the runtime. */
export async function newSigningKey(
  serverKeys: ServerKeys,
  algorithm: SigningAlgorithm,
  createdAt: EpochSeconds,
  signsFrom: EpochSeconds,
): Promise<SigningKeyRecord> {
  const { publicKey, privateKey } = await generateKeyPair(algorithm, {
    extractable: true,
    modulusLength: RSA_BITS,
  });
  const publicJwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(publicJwk);
  const pkcs8 = new Uint8Array(await crypto.subtle.exportKey("pkcs8", privateKey));
  return {
    kid,
    algorithm,
    publicKey: { ...publicJwk, kty: publicJwk.kty ?? "", kid, use: "sig", alg: algorithm },
    sealedPrivateKey: serverKeys.seal("signing keys", kid, pkcs8),
    createdAt,
    signsFrom,
    publishedUntil: null,
  };
}

/** The private key, to sign with. Throws if the server's secret is not the one that sealed it. */
export function openSigningKey(
  serverKeys: ServerKeys,
  { kid, algorithm, sealedPrivateKey }: SigningKeyRecord,
): Promise<CryptoKey> {
  const pkcs8 = serverKeys.unseal("signing keys", kid, sealedPrivateKey);
  const pem = `-----BEGIN PRIVATE KEY-----\n${Buffer.from(pkcs8).toString("base64")}\n-----END PRIVATE KEY-----`;
  return importPKCS8(pem, algorithm);
}
