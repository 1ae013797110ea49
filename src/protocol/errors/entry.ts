/** The public codes of errors, and what belongs to each reason. */

/** RFC 6749 §4.1.2.1 and §5.2, RFC 6750 §3.1, RFC 7009 §2.2.1, RFC 7591 §3.2.2, RFC 8628 §3.5, RFC 8707 §2, RFC 9101 §7, RFC 9396 §5, RFC 9449 §12.2, RFC 9470 §3, OIDC Core §3.1.2.6, CIBA §13. */
export type ErrorCode =
  | "invalid_request"
  | "invalid_client"
  | "invalid_grant"
  | "unauthorized_client"
  | "unsupported_grant_type"
  | "unsupported_response_type"
  | "invalid_scope"
  | "invalid_target"
  | "invalid_authorization_details"
  | "access_denied"
  | "server_error"
  | "temporarily_unavailable"
  | "authorization_pending"
  | "slow_down"
  | "expired_token"
  | "invalid_token"
  | "insufficient_scope"
  | "insufficient_user_authentication"
  | "invalid_dpop_proof"
  | "use_dpop_nonce"
  | "invalid_redirect_uri"
  | "invalid_client_metadata"
  | "invalid_software_statement"
  | "login_required"
  | "consent_required"
  | "interaction_required"
  | "unmet_authentication_requirements"
  | "invalid_request_object"
  | "request_uri_not_supported"
  | "invalid_request_uri"
  | "unknown_user_id"
  | "invalid_binding_message"
  | "registration_not_supported"
  | "conflict"
  | "precondition_failed"
  | "not_found";

/** What belongs to a private reason. Reasons that an attacker must not tell apart share their public words. */
export interface ReasonEntry {
  readonly error: ErrorCode;
  readonly status: number;
  /** `error_description`, for the developer of the client. */
  readonly description: string;
  /** The remedy; it is in docs/errors.md and on the help page that `error_uri` names. */
  readonly cure: string;
}
