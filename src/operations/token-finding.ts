/** What the operator learns about a token from its text: more than introspection tells a client. */
import { recognizeAccessToken } from "../credentials/access-token-formats.ts";
import { parseCredential, secretMatches } from "../credentials/credential.ts";
import {
  type ActiveIntrospection,
  introspectAccessToken,
  introspectRefreshToken,
} from "../credentials/introspection.ts";
import type { VerifyJwt } from "../keys/verify.ts";
import type { EpochSeconds } from "../platform/clock.ts";
import type { RecordId } from "../protocol/identifiers.ts";
import type { Store } from "../store/contract.ts";
import { findLiveAccessToken, findRefreshToken } from "./tokens.ts";

export type TokenFinding =
  | {
      readonly state: "active";
      readonly kind: "access token" | "refresh token";
      readonly id: RecordId;
      readonly clientId: string;
      readonly grantId: RecordId | null;
      readonly view: ActiveIntrospection;
    }
  | {
      readonly state: "inactive";
      readonly kind: "access token" | "refresh token";
      /** The grant and the client of a refresh token that this server issued. */
      readonly clientId: string | null;
      readonly grantId: RecordId | null;
      readonly why: string;
    };

interface Finding {
  readonly store: Store;
  /** The identifier of the issuer. */
  readonly issuer: string;
  readonly verify: VerifyJwt;
}

/** Null for a text that has the form of no token of this server. */
export async function findToken(
  { store, issuer, verify }: Finding,
  text: string,
  now: EpochSeconds,
): Promise<TokenFinding | null> {
  const access = await recognizeAccessToken(text, verify);
  if (access !== null) {
    const kind = "access token";
    const dead = (why: string): TokenFinding => ({
      state: "inactive",
      kind,
      clientId: null,
      grantId: null,
      why,
    });
    const found = await findLiveAccessToken({ store }, access.id, now);
    if (found === null) return dead("it has expired, was revoked, or was never issued here");
    if (!access.proves(found.digest)) return dead("it was never issued here");
    const { id, clientId, grant } = found;
    const view = introspectAccessToken(issuer, found, true);
    return { state: "active", kind, id, clientId, view, grantId: grant?.id ?? null };
  }
  const refresh = parseCredential("refresh_token", text);
  if (refresh === null) return null;
  const kind = "refresh token";
  const found = await findRefreshToken({ store }, refresh.id);
  if (found === null || !secretMatches(refresh.secret, found.token.digest)) {
    const why = "it was never issued here, or has expired long ago";
    return { state: "inactive", kind, clientId: null, grantId: null, why };
  }
  const { token, grant } = found;
  const { clientId } = grant;
  const dead = (why: string): TokenFinding => ({
    state: "inactive",
    kind,
    clientId,
    grantId: grant.id,
    why,
  });
  if (grant.revokedAt !== null)
    return dead(`its grant was revoked: ${(grant.revokedReason ?? "").replaceAll("_", " ")}`);
  if (token.expiresAt <= now) return dead("it has expired");
  if (token.usedAt !== null) return dead("it was used; a newer one took its place");
  const view = introspectRefreshToken(issuer, token, grant, true);
  return { state: "active", kind, id: token.id, clientId, view, grantId: grant.id };
}
