/** Access tokens at a resource of this server. */
import type { ReasonEntry } from "./entry.ts";

const bearerTokenRefused = {
  error: "invalid_token",
  status: 401,
  description: "The access token is expired, revoked, malformed or not meant for this resource.",
  cure: "Get a new access token, with the refresh token if there is one.",
} as const satisfies ReasonEntry;

export const BEARER_TOKEN_REASONS = {
  bearer_token_missing: {
    error: "invalid_token",
    status: 401,
    description: "An access token is needed.",
    cure: "Send Authorization: Bearer and the access token (RFC 6750 §2.1).",
  },
  bearer_token_twice: {
    error: "invalid_request",
    status: 400,
    description: "The access token is sent in more than one way.",
    cure: "Use the Authorization header only (RFC 6750 §2).",
  },
  bearer_token_in_query: {
    error: "invalid_request",
    status: 400,
    description: "The access token must not be in the query of the URL.",
    cure: "Use the Authorization header (RFC 9700 §4.3.2). The token in the URL may be in logs: revoke it.",
  },
  bearer_token_malformed: {
    error: "invalid_request",
    status: 400,
    description: "The Authorization header is not Bearer and one token.",
    cure: "Send Authorization: Bearer and the access token, nothing else (RFC 6750 §2.1).",
  },
  bearer_token_unknown: bearerTokenRefused,
  bearer_token_of_other_audience: bearerTokenRefused,
  bearer_sign_in_too_weak: {
    error: "insufficient_user_authentication",
    status: 401,
    description: "This needs a sign-in with a second factor (acr 2).",
    cure: "Send the person through the authorization endpoint again, with the acr_values that the WWW-Authenticate header names (RFC 9470 §3).",
  },
  bearer_scope_insufficient: {
    error: "insufficient_scope",
    status: 403,
    description: "The access token does not have the scope this needs.",
    cure: "Get an access token with the scope that the WWW-Authenticate header names.",
  },
} as const satisfies Record<string, ReasonEntry>;
