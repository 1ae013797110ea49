/** Clients that sign: their keys and their assertions (RFC 7523 §2.2). */
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";
import { JWT_BEARER_ASSERTION } from "../../src/protocol/client-authentication.ts";
import type { ClientJwk } from "../../src/store/tables/clients.ts";

export interface TestKey {
  readonly kid: string;
  readonly algorithm: string;
  readonly publicJwk: ClientJwk;
  readonly privateKey: CryptoKey;
}

export async function newKey(kid: string, algorithm = "ES256"): Promise<TestKey> {
  const { publicKey, privateKey } = await generateKeyPair(algorithm, { extractable: true });
  return { kid, algorithm, publicJwk: { ...(await exportJWK(publicKey)), kid, alg: algorithm }, privateKey };
}

let count = 0;

export interface AssertionFacts {
  readonly clientId: string;
  readonly issuer: string;
  readonly now: number;
  /** In place of the usual ones; undefined takes one away. */
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, unknown>>;
}

/** The usual claims: valid now, and another `jti` each time. */
export function claimsFor({ clientId, issuer, now, claims = {} }: AssertionFacts): JWTPayload {
  count += 1;
  const all = { iss: clientId, sub: clientId, aud: issuer, iat: now, exp: now + 60, jti: `jti-${count}` };
  return Object.fromEntries(Object.entries({ ...all, ...claims }).filter(([, value]) => value !== undefined));
}

export const signAssertion = (key: TestKey, facts: AssertionFacts): Promise<string> =>
  new SignJWT(claimsFor(facts))
    .setProtectedHeader({ alg: key.algorithm, kid: key.kid, ...facts.header })
    .sign(key.privateKey);

/** The parameters that carry an assertion. */
export const assertionForm = (assertion: string): Record<string, string> => ({
  client_assertion_type: JWT_BEARER_ASSERTION,
  client_assertion: assertion,
});
