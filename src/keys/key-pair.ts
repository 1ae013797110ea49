/** Signing keys as values: making them, sealing them for the database, and opening them again. */
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importPKCS8 } from "jose";
import type { EpochSeconds } from "../platform/clock.ts";
import type { ServerKeys } from "../platform/keys.ts";
import { publicMembersOf, RSA_BITS } from "../protocol/public-jwk.ts";
import type { SigningAlgorithm } from "../protocol/signing-algorithms.ts";
import type { SigningJwk, SigningKeyRecord } from "../store/tables/keys.ts";

/** A new key of the algorithm. An RSA key takes some tenths of a second, in a thread of the runtime. */
export async function newSigningKey(
  serverKeys: ServerKeys,
  algorithm: SigningAlgorithm,
  createdAt: EpochSeconds,
  signsFrom: EpochSeconds,
): Promise<SigningKeyRecord> {
  const { publicKey, privateKey } = await generateKeyPair(algorithm, {
    extractable: true,
    modulusLength: RSA_BITS.least,
  });
  const publicJwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(publicJwk);
  // The command line would take it for an option.
  if (kid.startsWith("-")) return newSigningKey(serverKeys, algorithm, createdAt, signsFrom);
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
export const openSigningKey = (serverKeys: ServerKeys, record: SigningKeyRecord): Promise<CryptoKey> =>
  openPrivateKey(serverKeys, record, false);

function openPrivateKey(
  serverKeys: ServerKeys,
  { kid, algorithm, sealedPrivateKey }: SigningKeyRecord,
  extractable: boolean,
): Promise<CryptoKey> {
  const pkcs8 = serverKeys.unseal("signing keys", kid, sealedPrivateKey);
  const pem = `-----BEGIN PRIVATE KEY-----\n${Buffer.from(pkcs8).toString("base64")}\n-----END PRIVATE KEY-----`;
  return importPKCS8(pem, algorithm, { extractable });
}

/** The key as others may see it, whatever the database has. Null if it is no public key: one of a symmetric key does not exist. */
export function publicJwk({
  publicKey,
  kid,
  algorithm,
}: Pick<SigningKeyRecord, "publicKey" | "kid" | "algorithm">): SigningJwk | null {
  const members = publicMembersOf(publicKey);
  if (members === null || Object.values(members).includes("")) return null;
  return { ...members, kid, use: "sig", alg: algorithm };
}

/** Why a stored key is not usable: `public`: its public key is damaged; `private`: it does not open, or is of another key. */
export type KeyFault = "public" | "private";

/** Null if the key is whole. `signs`: whether its private key is still needed. */
export async function signingKeyFault(
  serverKeys: ServerKeys,
  record: SigningKeyRecord,
  signs: boolean,
): Promise<KeyFault | null> {
  const published = publicJwk(record);
  if (published === null || (await calculateJwkThumbprint(published)) !== record.kid) return "public";
  if (!signs) return null;
  try {
    const jwk = await exportJWK(await openPrivateKey(serverKeys, record, true));
    return (await calculateJwkThumbprint(jwk)) === record.kid ? null : "private";
  } catch {
    return "private";
  }
}
