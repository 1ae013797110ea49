/** An ID token that comes back as a hint (OpenID Connect Core §3.1.2.1, RP-Initiated Logout §2). */
import type { VerifyJwt } from "../keys/verify.ts";

/** What an ID token of this server says about its person. */
export interface IdTokenHint {
  /** The client that got the ID token. */
  readonly clientId: string;
  /** The person, under the name by which that client knows them. */
  readonly subject: string;
  /** The session, under the name by which that client knows it. */
  readonly sid: string | null;
  /** The user name, if the client was told. */
  readonly username: string | null;
}

/**
 * Reads an ID token that this server issued; null for every other text. It may have expired, as §3.1.2.1 wants. Only a key of
 * this server verifies it, by the key's own algorithm, and no other kind of token counts (THREATS 35).
 */
export async function readIdTokenHint(
  verify: VerifyJwt,
  issuer: string,
  text: string,
): Promise<IdTokenHint | null> {
  const claims = await verify(text, "JWT");
  if (claims === null || claims.iss !== issuer) return null;
  const { aud, sub, sid, exp, preferred_username: username } = claims;
  // A signed answer of userinfo has the same type and no end, and says nothing of a sign-in.
  if (typeof aud !== "string" || typeof sub !== "string" || typeof exp !== "number") return null;
  return { clientId: aud, subject: sub, sid: textOrNull(sid), username: textOrNull(username) };
}

const textOrNull = (value: unknown): string | null => (typeof value === "string" ? value : null);
