/**
 * OpenID Connect Core §3.1.2.1, RP-Initiated Logout §2: an ID token that a client sends back, as a hint about the person. It may
 * have expired, but this server must have signed it.
 */
import { sessionIdFor } from "../credentials/id-token.ts";
import type { Context } from "./context.ts";
import type { SignedIn } from "./sessions.ts";

/** What an ID token of this server says. */
export interface IdTokenHint {
  /** The client for which it was made. */
  readonly clientId: string;
  readonly subject: string;
  /** The session, under the name by which the client knows it; null for a device. */
  readonly sid: string | null;
}

/** Reads a hint; null unless it is an ID token that this server signed with a key that it still publishes. */
export async function readIdTokenHint(
  { signingKeys, issuer }: Pick<Context, "signingKeys" | "issuer">,
  text: string,
): Promise<IdTokenHint | null> {
  // The type tells it from access tokens and logout tokens, which the same keys sign (RFC 8725 §3.11).
  const claims = await signingKeys.verify(text, "JWT");
  if (claims === null || claims.iss !== issuer.identifier) return null;
  const { aud, sub, sid = null } = claims;
  if (typeof aud !== "string" || typeof sub !== "string") return null;
  return sid === null || typeof sid === "string" ? { clientId: aud, subject: sub, sid } : null;
}

/** Whether the hint is about the person who is signed in here: this very session, or another one of theirs. */
export const isHintOf = (
  { keys }: Pick<Context, "keys">,
  { clientId, subject, sid }: IdTokenHint,
  { account, session }: SignedIn,
): boolean => sid === sessionIdFor(keys, session.continuity, clientId) || subject === account.subject;
