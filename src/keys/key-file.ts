/** Signing keys in files of the operator: PEM, or JWK (RFC 7517). The server reads them and never writes them. */
import { createPrivateKey, type KeyObject } from "node:crypto";
import { readFile } from "node:fs/promises";
import { CompactSign, calculateJwkThumbprint, importJWK } from "jose";
import { fileFault } from "../platform/file-fault.ts";
import { RSA_BITS } from "../protocol/public-jwk.ts";
import { SIGNING_ALGORITHMS, type SigningAlgorithm } from "../protocol/signing-algorithms.ts";
import type { RingKey } from "../store/tables/keys.ts";
import { publicJwk } from "./key-pair.ts";
import { isSignedWith } from "./verify.ts";

/** A key of the ring whose private part the operator keeps in a file. */
export interface FileKey extends RingKey {
  readonly file: string;
  readonly privateKey: CryptoKey;
}

/** A key, or why the file has none, as the rest of a sentence that begins with the file's name. */
export type KeyFileReading = { readonly key: FileKey } | { readonly fault: string };

export async function readKeyFile(file: string): Promise<KeyFileReading> {
  let text: string;
  try {
    // Some editors put a byte order mark before the text, which is no part of PEM or JSON.
    text = (await readFile(file, "utf8")).replace(/^\uFEFF/, "").trim();
  } catch (error) {
    return { fault: fileFault(error) };
  }
  const parsed = text.startsWith("{") ? parseJwk(text) : parsePem(text);
  return "fault" in parsed ? parsed : toFileKey(file, parsed);
}

interface ParsedKey {
  readonly key: KeyObject;
  /** As the file names it; undefined if it names none. */
  readonly alg?: unknown;
}

function parsePem(text: string): ParsedKey | { readonly fault: string } {
  if (/-----BEGIN ENCRYPTED|^Proc-Type: 4,ENCRYPTED/m.test(text)) {
    return { fault: "is encrypted with a passphrase. Remove it: openssl pkey -in FILE -out NEW_FILE" };
  }
  const blocks = [...text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----/g)].map(([, label = ""]) => label);
  const keys = blocks.filter((label) => label.endsWith("PRIVATE KEY"));
  if (keys.length > 1) return { fault: "has several private keys. Write each into a file of its own" };
  if (keys.length === 0) {
    const [label] = blocks.filter((each) => !each.endsWith("PARAMETERS"));
    return {
      fault: label === undefined ? "is neither PEM nor a JWK" : `is a ${label}, not a private key`,
    };
  }
  // openssl ecparam writes the name of the curve before the key.
  const [block] = /-----BEGIN [A-Z ]*PRIVATE KEY-----.*?-----END [A-Z ]*PRIVATE KEY-----/s.exec(text) ?? [];
  try {
    return { key: createPrivateKey(block ?? text) };
  } catch {
    return { fault: "is damaged: it does not parse as a private key" };
  }
}

function parseJwk(text: string): ParsedKey | { readonly fault: string } {
  let jwk: JsonWebKey;
  try {
    jwk = JSON.parse(text);
  } catch {
    return { fault: "is damaged: it begins like a JWK and is no JSON" };
  }
  if ("keys" in jwk) return { fault: "is a key set. Write each of its keys into a file of its own" };
  if (jwk.kty === "oct") return { fault: "is a symmetric key, which can sign no token of this server" };
  if (typeof jwk.d !== "string") return { fault: "is a JWK without its private part" };
  if (jwk.use !== undefined && jwk.use !== "sig") {
    return { fault: `is a key with use ${JSON.stringify(jwk.use)}, not "sig"` };
  }
  try {
    return { key: createPrivateKey({ key: jwk, format: "jwk" }), alg: jwk.alg };
  } catch {
    return { fault: "is damaged: it does not parse as a private JWK" };
  }
}

async function toFileKey(file: string, { key, alg }: ParsedKey): Promise<KeyFileReading> {
  const jwk = exported(key);
  // The first one counts if the file names none.
  const possible = SIGNING_ALGORITHMS.filter(
    ({ keyType, curve }) => keyType === jwk?.kty && (curve === null || curve === jwk.crv),
  ).map(({ algorithm }) => algorithm);
  const [preferred] = possible;
  if (jwk === null || preferred === undefined) {
    const kind = jwk?.crv ?? key.asymmetricKeyType;
    return { fault: `is a key of the kind ${kind}. It must be RSA, P-256, P-384, P-521 or Ed25519` };
  }
  const algorithm = alg === undefined ? preferred : possible.find((name) => name === alg);
  if (algorithm === undefined) {
    return { fault: `has alg ${JSON.stringify(alg)}. Such a key signs with ${possible.join(", ")}` };
  }
  try {
    const bits = Buffer.from(jwk.n ?? "", "base64url").length * 8;
    if (jwk.kty === "RSA" && bits < RSA_BITS.least) {
      return {
        fault: `is an RSA key of ${bits} bits. It must have ${RSA_BITS.least} or more (RFC 7518 section 3.3)`,
      };
    }
    const kid = await calculateJwkThumbprint(jwk);
    const record = {
      kid,
      algorithm,
      publicKey: { ...jwk, kty: jwk.kty ?? "", kid, use: "sig", alg: algorithm },
    } as const;
    const publicKey = publicJwk(record);
    const privateKey = await importJWK(jwk, algorithm, { extractable: false });
    if (publicKey === null || !isKeyOfPair(privateKey)) throw new Error("no pair");
    if (!(await signsFor(publicKey, privateKey, algorithm))) {
      return { fault: "is damaged: its public part belongs to another key" };
    }
    return {
      key: { ...record, publicKey, createdAt: 0, signsFrom: 0, publishedUntil: null, file, privateKey },
    };
  } catch {
    return { fault: "is damaged: nothing can be signed with it" };
  }
}

const isKeyOfPair = (key: CryptoKey | Uint8Array): key is CryptoKey => !(key instanceof Uint8Array);

/** Whether the public part verifies what the private part signs: a JWK states both. */
async function signsFor(
  publicKey: Parameters<typeof importJWK>[0],
  privateKey: CryptoKey,
  algorithm: SigningAlgorithm,
): Promise<boolean> {
  const text = await new CompactSign(new Uint8Array(1))
    .setProtectedHeader({ alg: algorithm })
    .sign(privateKey);
  const verifying = await importJWK(publicKey, algorithm);
  return isKeyOfPair(verifying) && isSignedWith(verifying, algorithm, text);
}

/** Null for a kind of key that no JWK has, such as DSA. */
function exported(key: KeyObject): JsonWebKey | null {
  try {
    return key.export({ format: "jwk" });
  } catch {
    return null;
  }
}

/** The keys of several files, in their order, and the faults of the others, each a sentence that names its file. */
export interface KeyFilesReading {
  readonly keys: readonly FileKey[];
  readonly faults: readonly string[];
}

export async function readKeyFiles(files: readonly string[]): Promise<KeyFilesReading> {
  const keys: FileKey[] = [];
  const faults: string[] = [];
  for (const file of files) {
    const reading = await readKeyFile(file);
    if ("fault" in reading) {
      faults.push(`signing.key_files: ${file} ${reading.fault}.`);
      continue;
    }
    const { key } = reading;
    const same = keys.find(({ kid }) => kid === key.kid);
    if (same !== undefined && same.algorithm !== key.algorithm) {
      faults.push(
        `signing.key_files: ${file} is the key of ${same.file} with another algorithm. Each algorithm needs a key of its own.`,
      );
      continue;
    }
    // The same key twice stands where it stands last.
    if (same !== undefined) keys.splice(keys.indexOf(same), 1);
    keys.push(key);
  }
  return { keys, faults };
}
