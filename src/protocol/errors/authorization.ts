/** The authorization endpoint: the client, the parameters, the person. */
import type { ReasonEntry } from "./entry.ts";

export const AUTHORIZATION_REASONS = {
  authorize_client_id_missing: {
    error: "invalid_request",
    status: 400,
    description: "The link does not say which application asks (client_id is missing or repeated).",
    cure: "Send client_id once.",
  },
  authorize_client_unknown: {
    error: "invalid_client",
    status: 400,
    description: "The application that sent you here is not registered with this server.",
    cure: "Register the client, or correct its client_id. A registration that was never used is removed after a while.",
  },
  client_document_blocked: {
    error: "invalid_request",
    status: 400,
    description: "This server takes no client ID metadata document from this address.",
    cure: "Use the identifier of a registered client. client_id is an https URL in lower case, with a path, and without a default port, dot segments, a user name and a fragment; the operator may allow it with client_id_metadata_documents (docs/agents.md).",
  },
  client_document_unavailable: {
    error: "invalid_request",
    status: 400,
    description: "The client ID metadata document at client_id cannot be fetched.",
    cure: "Serve the document at client_id on the public Internet: status 200, no redirect, Content-Type application/json, UTF-8, not compressed, at most 5120 bytes, within a few seconds.",
  },
  client_document_refused: {
    error: "invalid_request",
    status: 400,
    description: "The client ID metadata document at client_id is not valid.",
    cure: "Correct what the description names. client_id in the document is its own URL, redirect_uris has each address, token_endpoint_auth_method is none or private_key_jwt, and there is no secret.",
  },
  authorize_redirect_uri_missing: {
    error: "invalid_request",
    status: 400,
    description: "The link does not say where to return to (redirect_uri is missing or repeated).",
    cure: "Send redirect_uri once. It may be left out only if the client has registered exactly one.",
  },
  authorize_redirect_uri_mismatch: {
    error: "invalid_request",
    status: 400,
    description: "The address to return to is not one that the application has registered.",
    cure: "Register the redirect URI exactly as it is sent, character by character. Only the port of a loopback address may differ (RFC 8252 §7.3).",
  },
  response_type_unsupported: {
    error: "unsupported_response_type",
    status: 400,
    description: "Only response_type=code is supported.",
    cure: "Use the authorization code grant with PKCE.",
  },
  code_challenge_missing: {
    error: "invalid_request",
    status: 400,
    description: "code_challenge is missing: PKCE with S256 is required.",
    cure: "Send code_challenge and code_challenge_method=S256 (RFC 7636 §4.3). For a confidential client that cannot, the operator can set require_pkce = false.",
  },
  code_challenge_invalid: {
    error: "invalid_request",
    status: 400,
    description: "code_challenge is not the base64url SHA-256 of a code verifier (43 characters).",
    cure: "Compute BASE64URL(SHA256(code_verifier)) without padding (RFC 7636 §4.2).",
  },
  code_challenge_method_unsupported: {
    error: "invalid_request",
    status: 400,
    description: "code_challenge_method must be S256.",
    cure: "Send code_challenge_method=S256. The method plain, also the default when it is left out, is refused (RFC 9700 §2.1.1).",
  },
  registration_parameter_unsupported: {
    error: "registration_not_supported",
    status: 400,
    description: "The registration parameter is not supported.",
    cure: "Register the client at the registration endpoint.",
  },
  person_denied: {
    error: "access_denied",
    status: 400,
    description: "The person did not allow access.",
    cure: "Tell the person what the access is for, and let them try again.",
  },
  person_not_allowed: {
    error: "invalid_grant",
    status: 400,
    description: "The person may not use this client.",
    cure: "Ask the operator to put the person into one of the client's allowed_groups, or to take them out of its denied_groups. The person can sign in with another account.",
  },
  authorize_person_not_allowed: {
    error: "access_denied",
    status: 400,
    description: "The person may not use this client.",
    cure: "Ask the operator to put the person into one of the client's allowed_groups, or to take them out of its denied_groups. The person can sign in with another account.",
  },
  sign_in_too_weak: {
    error: "invalid_grant",
    status: 400,
    description: "The person signed in with one proof, and this access needs a second factor (acr 2) by now.",
    cure: "Send the person through the authorization endpoint again, with acr_values=2. They are asked for the second factor only, and the new tokens have it (RFC 9470 §5).",
  },
  form_answered: {
    error: "invalid_request",
    status: 400,
    description: "This question was answered before.",
    cure: "Go back to the application and start again.",
  },
  login_required: {
    error: "login_required",
    status: 400,
    description: "No person is signed in, and prompt=none forbids asking.",
    cure: "Send the request again without prompt=none.",
  },
  other_person: {
    error: "login_required",
    status: 400,
    description: "The person that the request names is not signed in, and prompt=none forbids asking.",
    cure: "Send the request again without prompt=none, or without id_token_hint and the claim sub.",
  },
  id_token_hint_invalid: {
    error: "invalid_request",
    status: 400,
    description: "id_token_hint is no ID token that this server issued to this client.",
    cure: "Send an ID token that the client got here, or leave the hint out. It may have expired.",
  },
  authentication_level_unmet: {
    error: "unmet_authentication_requirements",
    status: 400,
    description: "The sign-in of the person is not at the level (acr) that this request demands.",
    cure: "This server has the levels 1 (one proof) and 2 (a second factor). Send the request without prompt=none, so that the person can be asked, and ask for no other level (OpenID Connect Core §5.5.1.1, RFC 9470 §4).",
  },
  interaction_required: {
    error: "interaction_required",
    status: 400,
    description:
      "This server does not vouch for the client, so a person must answer, and prompt=none forbids asking.",
    cure: "Send the request again without prompt=none, or ask the operator to vouch for the client: tessera client vouch.",
  },
  consent_required: {
    error: "consent_required",
    status: 400,
    description: "The person must be asked for consent, and prompt=none forbids asking.",
    cure: "Send the request again without prompt=none.",
  },
} as const satisfies Record<string, ReasonEntry>;
