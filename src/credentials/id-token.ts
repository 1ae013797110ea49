/** OpenID Connect Core §2: the ID token, which tells a client who signed in, and how and when. */
import { createHash } from "node:crypto";
import type { EpochSeconds } from "../platform/clock.ts";
import type { ServerKeys } from "../platform/keys.ts";
import type { RecordId } from "../protocol/identifiers.ts";
import { hashOf, type SigningAlgorithm } from "../protocol/signing-algorithms.ts";
import type { GrantRecord } from "../store/tables/grants.ts";

/** The facts of an ID token. */
export interface Identity {
  readonly issuer: string;
  readonly clientId: string;
  /** The person, under the name by which this client knows them. */
  readonly subject: string;
  readonly grant: Pick<GrantRecord, "authenticatedAt" | "authenticationMethods" | "authenticationLevel">;
  /** The session, under the name by which this client knows it; null if no session ends what the person allowed. */
  readonly sid: string | null;
  /** Names the grant (`sealedGrant`); null if the subject leads there. */
  readonly jti: string | null;
  readonly nonce: string | null;
  /** The text of the access token beside it. */
  readonly accessToken: string;
  /** The facts about the person that the client may have. */
  readonly claims: Readonly<Record<string, unknown>>;
}

/** §2 and §3.1.3.6. The claims about the person come first, so that none takes the place of the protocol's own. */
export const idTokenClaims = (
  { issuer, clientId, subject, grant, sid, jti, nonce, accessToken, claims }: Identity,
  algorithm: SigningAlgorithm,
  issuedAt: EpochSeconds,
  lifetimeSeconds: number,
): Record<string, unknown> => ({
  ...claims,
  iss: issuer,
  sub: subject,
  aud: clientId,
  iat: issuedAt,
  exp: issuedAt + lifetimeSeconds,
  auth_time: grant.authenticatedAt,
  amr: grant.authenticationMethods,
  acr: grant.authenticationLevel,
  at_hash: leftHalf(accessToken, algorithm),
  ...(sid !== null && { sid }),
  ...(jti !== null && { jti }),
  ...(nonce !== null && { nonce }),
});

/** §3.1.3.6: the left half of the digest that the signature's algorithm uses. */
function leftHalf(text: string, algorithm: SigningAlgorithm): string {
  const digest = createHash(hashOf(algorithm)).update(text, "ascii").digest();
  return digest.subarray(0, digest.length / 2).toString("base64url");
}

/**
 * Back-Channel Logout §2.1: the name of a session for one client. Each client gets another one, so that two of them cannot
 * find out by it that they serve the same person.
 */
export const sessionIdFor = (keys: ServerKeys, session: RecordId, clientId: string): string =>
  Buffer.from(keys.mac("session of an application", session, clientId).subarray(0, 16)).toString("base64url");

/**
 * The grant behind an ID token of a client that knows people by pairwise identifiers, which lead to no person: only this server can open
 * it. Each is another text, so it says as little about the person as the identifier does, and no token has that of another one.
 */
export const sealedGrant = (keys: Pick<ServerKeys, "seal">, id: RecordId, clientId: string): string =>
  Buffer.from(keys.seal("grant of an id token", clientId, id)).toString("base64url");

/** The grant that `sealedGrant` names; null for every other value. */
export function openedGrant(
  keys: Pick<ServerKeys, "unseal">,
  jti: unknown,
  clientId: string,
): RecordId | null {
  if (typeof jti !== "string") return null;
  try {
    return keys.unseal("grant of an id token", clientId, Buffer.from(jti, "base64url")) as RecordId;
  } catch {
    return null;
  }
}
