/**
 * The key of a program that makes DPoP proofs (RFC 9449), in a file that only its owner can read. A token that is bound to the key is of
 * no use without the file.
 */
import { createHash, randomUUID } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { importJWK, type JWK, SignJWT } from "jose";
import { newClientKeyPair } from "../keys/client-key-pair.ts";
import type { EpochSeconds } from "../platform/clock.ts";
import { fileFault } from "../platform/file-fault.ts";
import { expandHome } from "../platform/home.ts";
import { isOpenToOthers, shellWord } from "../platform/permissions.ts";
import { CommandError } from "./command-error.ts";

export interface ProofKey {
  readonly algorithm: string;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
  readonly publicJwk: JWK;
}

/** Every server that takes proofs knows it, and its signatures are short. */
const ALGORITHM = "ES256";

/** The key in the file. Throws CommandError if there is none, or if others may read it. */
export async function readProofKey(name: string): Promise<ProofKey> {
  const file = expandHome(name);
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new CommandError(
      `The key for proofs cannot be read: ${name} ${fileFault(error)}. tessera login --dpop-key makes it.`,
    );
  }
  if (isOpenToOthers(file))
    throw new CommandError(
      `Others on this machine may use ${name}, so a stolen token would work for them: chmod 600 ${shellWord(name)}`,
    );
  try {
    return await keyOf(JSON.parse(text) as JWK);
  } catch {
    throw new CommandError(`${name} has no private key as a JWK. Name another file for --dpop-key.`);
  }
}

/** The key in the file, which is made if there is none. */
export async function readOrMakeProofKey(name: string): Promise<ProofKey> {
  const file = expandHome(name);
  if (existsSync(file)) return readProofKey(name);
  const { privateJwk } = await newClientKeyPair(ALGORITHM);
  try {
    writeFileSync(file, `${JSON.stringify(privateJwk, null, 2)}\n`, { flag: "wx", mode: 0o600 });
  } catch (error) {
    throw new CommandError(`The key for proofs cannot be written: ${name} ${fileFault(error)}.`);
  }
  return readProofKey(name);
}

async function keyOf(jwk: JWK): Promise<ProofKey> {
  const { d, p, q, dp, dq, qi, kid, use, key_ops, alg = ALGORITHM, ...publicJwk } = jwk;
  const privateKey = await importJWK(jwk, alg);
  const publicKey = await importJWK(publicJwk, alg, { extractable: true });
  if (!(privateKey instanceof CryptoKey) || !(publicKey instanceof CryptoKey) || d === undefined)
    throw new TypeError("no private key");
  return { algorithm: alg, privateKey, publicKey, publicJwk };
}

/** The request that a proof is for. */
export interface ProvenCall {
  readonly method: string;
  readonly url: URL;
  /** The access token of the request. */
  readonly token: string;
  /** What the server asked for in `DPoP-Nonce`. */
  readonly nonce?: string | undefined;
}

/** RFC 9449 §4.2: the value of the header DPoP. */
export function makeProof(
  { algorithm, privateKey, publicJwk }: ProofKey,
  { method, url, token, nonce }: ProvenCall,
  now: EpochSeconds,
): Promise<string> {
  const claims = {
    jti: randomUUID(),
    htm: method,
    htu: url.origin + url.pathname,
    iat: now,
    ath: createHash("sha256").update(token).digest("base64url"),
    ...(nonce !== undefined && { nonce }),
  };
  return new SignJWT(claims)
    .setProtectedHeader({ typ: "dpop+jwt", alg: algorithm, jwk: publicJwk })
    .sign(privateKey);
}
