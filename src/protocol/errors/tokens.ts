/** What a client redeems or revokes: authorization codes, refresh tokens, device codes. */
import type { ReasonEntry } from "./entry.ts";

const codeUnknown = {
  error: "invalid_grant",
  status: 400,
  description: "The authorization code is not valid for this client.",
  cure: "Send the code exactly as it arrived at the redirect URI, from the client that asked for it.",
} as const satisfies ReasonEntry;

const refreshTokenUnknown = {
  error: "invalid_grant",
  status: 400,
  description: "The refresh token is not valid for this client. The person must sign in again.",
  cure: "Send the refresh token of the latest answer, from the client that received it. If access was taken back, start a new authorization.",
} as const satisfies ReasonEntry;

const deviceCodeUnknown = {
  error: "invalid_grant",
  status: 400,
  description: "The device code is not valid for this client.",
  cure: "Send device_code (not user_code) exactly as received, from the client that asked for it. Each gives tokens once; ask for a new one at the device authorization endpoint.",
} as const satisfies ReasonEntry;

export const TOKEN_REASONS = {
  // ── Authorization codes ──
  code_unknown: codeUnknown,
  code_of_other_client: codeUnknown,
  code_expired: {
    error: "invalid_grant",
    status: 400,
    description: "The authorization code has expired.",
    cure: "Redeem the code as soon as it arrives; its lifetime is lifetimes.authorization_code_seconds.",
  },
  code_replayed: {
    error: "invalid_grant",
    status: 400,
    description: "The authorization code was used before. Everything issued from it is now revoked.",
    cure: "Redeem a code once (RFC 6749 §4.1.2). Look for a retry or a page that is loaded twice; if it was not your client, the code leaked.",
  },
  code_revoked: {
    error: "invalid_grant",
    status: 400,
    description: "The authorization code is no longer valid.",
    cure: "Access was taken back, or the code was tried too often with wrong values. Start a new authorization.",
  },
  code_redirect_uri_mismatch: {
    error: "invalid_grant",
    status: 400,
    description: "redirect_uri is not the one of the authorization request.",
    cure: "Send the same redirect_uri in both requests, port included (RFC 6749 §4.1.3).",
  },
  code_verifier_missing: {
    error: "invalid_grant",
    status: 400,
    description: "code_verifier is missing.",
    cure: "Send the code_verifier whose challenge was in the authorization request (RFC 7636 §4.5).",
  },
  code_verifier_malformed: {
    error: "invalid_grant",
    status: 400,
    description: "code_verifier must be 43 to 128 characters from A-Z, a-z, 0-9, '-', '.', '_' and '~'.",
    cure: "Generate 32 random bytes and encode them as base64url (RFC 7636 §4.1).",
  },
  code_verifier_wrong: {
    error: "invalid_grant",
    status: 400,
    description: "code_verifier does not match the code_challenge of the authorization request.",
    cure: "Keep the verifier of each authorization request with its state (RFC 7636 §4.6).",
  },
  code_verifier_unexpected: {
    error: "invalid_grant",
    status: 400,
    description: "code_verifier was sent, but the authorization request had no code_challenge.",
    cure: "Send code_challenge in the authorization request (RFC 9700 §2.1.1).",
  },
  code_of_other_key: {
    error: "invalid_grant",
    status: 400,
    description: "The authorization code is bound to a key, and this request does not prove to have it.",
    cure: "Send a DPoP proof of the key whose thumbprint was in dpop_jkt, or of the key that proved the pushed request (RFC 9449 §10).",
  },

  // ── Refresh tokens ──
  refresh_token_unknown: refreshTokenUnknown,
  refresh_token_of_other_client: refreshTokenUnknown,
  refresh_token_expired: {
    error: "invalid_grant",
    status: 400,
    description: "The refresh token has expired. The person must sign in again.",
    cure: "Use a refresh token within lifetimes.refresh_token_seconds of receiving it.",
  },
  refresh_token_replayed: {
    error: "invalid_grant",
    status: 400,
    description: "The refresh token was used before. Everything issued from it is now revoked.",
    cure: "Store the refresh token of every answer and use only the newest (RFC 9700 §4.14.2). If it was not your client, the token leaked.",
  },
  refresh_token_revoked: refreshTokenUnknown,
  refresh_token_of_other_key: {
    error: "invalid_grant",
    status: 400,
    description: "The refresh token is bound to a key, and this request does not prove to have it.",
    cure: "Send a DPoP proof of the key with which the token was issued (RFC 9449 §5). Keep the key as long as the token. The token was not used up.",
  },

  // ── Device grant ──
  device_code_unknown: deviceCodeUnknown,
  device_code_of_other_client: deviceCodeUnknown,
  device_code_used: deviceCodeUnknown,
  device_code_expired: {
    error: "expired_token",
    status: 400,
    description: "The device code has expired.",
    cure: "Ask for a new one at the device authorization endpoint when the person is ready.",
  },
  device_code_denied: {
    error: "access_denied",
    status: 400,
    description: "The person did not allow access.",
    cure: "Tell the person what the access is for, and let them try again.",
  },
  authorization_pending: {
    error: "authorization_pending",
    status: 400,
    description: "The person has not answered yet.",
    cure: "Ask again after interval seconds (RFC 8628 §3.5).",
  },
  slow_down: {
    error: "slow_down",
    status: 400,
    description: "The device asks too often; add 5 seconds to the interval.",
    cure: "Wait at least interval seconds between requests, and 5 more after each slow_down (RFC 8628 §3.5).",
  },

  // ── Revocation ──
  token_of_other_client: {
    error: "unauthorized_client",
    status: 400,
    description: "The token was issued to another client.",
    cure: "A client can revoke its own tokens only (RFC 7009 §2.1). People and operators revoke on the account page and the command line.",
  },
} as const satisfies Record<string, ReasonEntry>;
