/** Back-Channel Logout §2.4: the logout token, which tells a client that a session has ended. */
import type { EpochSeconds } from "../platform/clock.ts";

/** RFC 8725 §3.11: no other kind of token has it. */
export const LOGOUT_TOKEN_TYPE = "logout+jwt";

/** §4: so short that a captured token is of no use later. Applications take none that is older than two minutes. */
const LIFETIME_SECONDS = 120;

const EVENT = "http://schemas.openid.net/event/backchannel-logout";

export interface LogoutToken {
  readonly issuer: string;
  readonly clientId: string;
  /** The person and the session, under the names by which this client knows them. */
  readonly subject: string;
  readonly sid: string;
  /** Unique for each token. */
  readonly id: string;
}

/** It has no nonce, so it never passes for an ID token. */
export const logoutTokenClaims = (
  { issuer, clientId, subject, sid, id }: LogoutToken,
  issuedAt: EpochSeconds,
): Record<string, unknown> => ({
  iss: issuer,
  sub: subject,
  aud: clientId,
  iat: issuedAt,
  exp: issuedAt + LIFETIME_SECONDS,
  jti: id,
  sid,
  events: { [EVENT]: {} },
});
