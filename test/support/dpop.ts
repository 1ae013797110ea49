/** DPoP proofs (RFC 9449), made by `jose` as a client makes them. */
import { createHash, randomUUID } from "node:crypto";
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK, SignJWT } from "jose";
import { clientCredentials, requestToken } from "./flows.ts";
import { encodeForm, type TestServer } from "./server.ts";

export interface ProofKey {
  readonly algorithm: string;
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
  /** RFC 7638: the `jkt` of tokens that are bound to it. */
  readonly thumbprint: string;
}

export async function newProofKey(algorithm = "ES256"): Promise<ProofKey> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
  const jwk = await exportJWK(publicKey);
  return { algorithm, privateKey, jwk, thumbprint: await calculateJwkThumbprint(jwk) };
}

/** What a proof is for. */
export interface Proved {
  readonly method?: string;
  readonly url: string;
  readonly accessToken?: string | undefined;
  readonly nonce?: string | undefined;
  /** In place of what belongs there; undefined: left out. */
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, unknown>>;
}

/** `now`: in seconds. */
export function proofFor(
  { algorithm, privateKey, jwk }: ProofKey,
  { method = "POST", url, accessToken, nonce, claims = {}, header = {} }: Proved,
  now = Math.floor(Date.now() / 1000),
): Promise<string> {
  const ath =
    accessToken === undefined ? undefined : createHash("sha256").update(accessToken).digest("base64url");
  const all = { jti: randomUUID(), htm: method, htu: url, iat: now, ath, nonce, ...claims };
  const payload = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  return new SignJWT(payload)
    .setProtectedHeader({ typ: "dpop+jwt", jwk, ...header, alg: algorithm })
    .sign(privateKey);
}

export type ProofChanges = Omit<Proved, "url">;

/** The header of a request to the token endpoint, or to another path. */
export const proofHeader = async (
  server: TestServer,
  key: ProofKey,
  changes: ProofChanges = {},
  path = "/auth/token",
): Promise<Record<string, string>> => ({
  DPoP: await proofFor(key, { url: server.issuer + path, ...changes }, server.clock.seconds()),
});

/** POSTs a form to the token endpoint, with a proof unless the key is null. */
export async function requestBound(
  server: TestServer,
  clientId: string,
  form: Record<string, string | undefined>,
  key: ProofKey | null,
  changes: ProofChanges = {},
): Promise<Response> {
  if (key === null) return requestToken(server, clientId, form);
  const credentials = clientCredentials(clientId);
  return server.fetch("/auth/token", {
    method: "POST",
    body: encodeForm({ ...credentials.form, ...form }),
    headers: {
      "Content-Type": "application/x-www-form-urlencoded",
      ...credentials.headers,
      ...(await proofHeader(server, key, changes)),
    },
  });
}

/** Asks a resource with a bound token and a proof. */
export async function askBound(
  server: TestServer,
  path: string,
  accessToken: string,
  key: ProofKey,
  changes: ProofChanges = {},
  init: RequestInit = {},
): Promise<Response> {
  const method = init.method ?? "GET";
  const [place = ""] = path.split("?");
  return server.fetch(path, {
    ...init,
    headers: {
      Authorization: `DPoP ${accessToken}`,
      ...(await proofHeader(server, key, { method, accessToken, ...changes }, place)),
      ...init.headers,
    },
  });
}
