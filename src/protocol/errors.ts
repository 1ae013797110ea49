/**
 * The one vocabulary of errors. Each private reason (for the log and for docs/errors.md) belongs to a public
 * error code, a status and a description. Reasons that an attacker must not tell apart share their public words.
 */

import type { AuthenticationLevel } from "./authentication-level.ts";
import type { RedirectUri } from "./identifiers.ts";

/** RFC 6749 §4.1.2.1 and §5.2, RFC 6750 §3.1, RFC 7009 §2.2.1, RFC 7591 §3.2.2, RFC 8628 §3.5, RFC 8707 §2, RFC 9101 §7, RFC 9396 §5, RFC 9449 §12.2, RFC 9470 §3, OIDC Core §3.1.2.6. */
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
  | "registration_not_supported"
  | "conflict"
  | "precondition_failed"
  | "not_found";

interface ReasonEntry {
  readonly error: ErrorCode;
  readonly status: number;
  /** `error_description`, for the developer of the client. */
  readonly description: string;
  /** The remedy; it is in docs/errors.md and on the help page that `error_uri` names. */
  readonly cure: string;
}

const authenticationFailed = {
  error: "invalid_client",
  status: 401,
  description: "Client authentication failed: the client is unknown, or its credentials are wrong.",
  cure: "Check client_id and client_secret, and that the client uses the token_endpoint_auth_method it is registered with. With HTTP Basic, form-encode each half before base64 (RFC 6749 §2.3.1). With a client assertion, sign with a key of the client's jwks or jwks_uri, name the key by kid, and use the client's token_endpoint_auth_signing_alg. If the client was removed, register it again.",
} as const satisfies ReasonEntry;

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

const subjectTokenRefused = {
  error: "invalid_request",
  status: 400,
  description: "The subject token is not valid, or no rule of this server lets this client exchange it.",
  cure: "Send a token that is alive, with the subject_token_type that it has. The operator allows exchanges by [[token_exchange]]: the rule must name this client, and the token must be meant for one of its APIs or come from a client or API that the rule names.",
} as const satisfies ReasonEntry;

const bearerTokenRefused = {
  error: "invalid_token",
  status: 401,
  description: "The access token is expired, revoked, malformed or not meant for this resource.",
  cure: "Get a new access token, with the refresh token if there is one.",
} as const satisfies ReasonEntry;

const pushedRequestUnknown = {
  error: "invalid_request_uri",
  status: 400,
  description: "This request_uri is not one of this client, or it is too old to be known.",
  cure: "Send request_uri exactly as the pushed authorization request endpoint gave it, with the client_id that pushed it, within expires_in. Push a new request for each sign-in.",
} as const satisfies ReasonEntry;

export const REASONS = {
  // ── The shape of a request ─────────────────────────────────────────────────────────────────────────────
  parameter_repeated: {
    error: "invalid_request",
    status: 400,
    description: "A parameter appears more than once.",
    cure: "Send each parameter once (RFC 6749 §3.1). Only resource (RFC 8707 §2) and audience (RFC 8693 §2.1) may be repeated.",
  },
  parameter_missing: {
    error: "invalid_request",
    status: 400,
    description: "A required parameter is missing.",
    cure: "Send the parameter that the description names. An empty value counts as missing (RFC 6749 §3.1).",
  },
  parameter_invalid: {
    error: "invalid_request",
    status: 400,
    description: "A parameter has a value that is not allowed.",
    cure: "Correct the parameter that the description names.",
  },
  parameters_in_query: {
    error: "invalid_request",
    status: 400,
    description: "Parameters must be in the request body, not in the query of the URL.",
    cure: "Send the parameters as application/x-www-form-urlencoded in the body (RFC 6749 §3.2): queries end up in logs.",
  },
  parameters_malformed: {
    error: "invalid_request",
    status: 400,
    description: "The parameters are not well-formed application/x-www-form-urlencoded UTF-8.",
    cure: "Encode names and values with your platform's form encoder (RFC 6749 appendix B).",
  },
  too_many_parameters: {
    error: "invalid_request",
    status: 400,
    description: "There are too many parameters.",
    cure: "Send fewer parameters; the limit is the setting limits.parameters_per_request.",
  },
  body_malformed: {
    error: "invalid_request",
    status: 400,
    description: "The body is not the JSON object that this endpoint expects.",
    cure: "Send one JSON object, encoded as UTF-8.",
  },
  content_type_unsupported: {
    error: "invalid_request",
    status: 415,
    description: "The Content-Type is not the one this endpoint reads.",
    cure: "Use Content-Type: application/x-www-form-urlencoded, or application/json for registration.",
  },
  body_incomplete: {
    error: "invalid_request",
    status: 400,
    description: "The request ended before its body was complete.",
    cure: "This answer reaches no one: the sender closed the connection, waited too long, or broke the framing of the request.",
  },
  body_too_large: {
    error: "invalid_request",
    status: 413,
    description: "The request body is too large.",
    cure: "Send less; the limit is the setting limits.request_body_bytes.",
  },
  method_not_allowed: {
    error: "invalid_request",
    status: 405,
    description: "This endpoint does not answer that HTTP method.",
    cure: "Use a method that the Allow header names.",
  },
  not_found: {
    error: "not_found",
    status: 404,
    description: "There is nothing at this address.",
    cure: "Take every URL from the metadata document at /.well-known/oauth-authorization-server.",
  },

  // ── Client authentication ──────────────────────────────────────────────────────────────────────────────
  client_authentication_missing: {
    error: "invalid_client",
    status: 401,
    description: "The request does not say which client sends it.",
    cure: "Authenticate with HTTP Basic, with client_id and client_secret in the body, or with a client assertion; a public client sends client_id.",
  },
  client_unknown: authenticationFailed,
  client_disabled: authenticationFailed,
  client_secret_wrong: authenticationFailed,
  client_secret_missing: authenticationFailed,
  client_method_not_registered: authenticationFailed,
  client_assertion_missing: authenticationFailed,
  client_assertion_algorithm: authenticationFailed,
  client_assertion_key: authenticationFailed,
  client_assertion_signature: authenticationFailed,
  client_assertion_strict_audience: authenticationFailed,
  client_certificate_missing: authenticationFailed,
  client_certificate_untimely: authenticationFailed,
  client_certificate_untrusted: authenticationFailed,
  client_certificate_wrong: authenticationFailed,
  client_certificate_malformed: {
    error: "invalid_request",
    status: 400,
    description: "The header with the certificate of the client cannot be read.",
    cure: "The operator compares what the proxy sends with client_certificates.header and client_certificates.format.",
  },
  client_assertion_malformed: {
    error: "invalid_client",
    status: 401,
    description: "The client assertion cannot be accepted.",
    cure: "Sign a JWT with the client's private key: iss and sub are the client_id, aud is the issuer, jti is new each time, exp is a minute ahead (RFC 7523 §3). Send it as client_assertion, with client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer.",
  },
  workload_refused: {
    error: "invalid_client",
    status: 401,
    description:
      "The client assertion is neither that of the client itself (iss and sub must both be the client_id) nor that of one of its workloads.",
    cure: "The event workload.refused in the log says why. The issuer must be in [[trusted_issuers]] byte for byte, aud must be this server's issuer, and the client must have a workload with that issuer and subject. tessera issuer check tests the keys.",
  },
  client_assertion_audience: {
    error: "invalid_client",
    status: 401,
    description: "aud of the client assertion must be the issuer of this server, as a string.",
    cure: "Put the issuer of the metadata document into aud, as a string and not as a list. For clients that only know the URL of the token endpoint, the operator can set client_assertion_audience = 'compatible'.",
  },
  client_assertion_untimely: {
    error: "invalid_client",
    status: 401,
    description: "The client assertion is not valid now.",
    cure: "Make an assertion for each request, with exp a minute ahead and iat now, and set the clock of the client. iat and nbf may be 30 seconds ahead. An assertion counts for ten minutes at most.",
  },
  client_assertion_beside: {
    error: "invalid_client",
    status: 401,
    description: "The client authenticates in another way beside the client assertion.",
    cure: "Send the client assertion alone, without an Authorization header and without client_secret (RFC 7521 §4.2.1).",
  },
  client_assertion_replayed: {
    error: "invalid_client",
    status: 401,
    description: "The client assertion was used before.",
    cure: "Make an assertion with a new jti for each request, also when a request is sent again.",
  },
  client_credentials_malformed: {
    error: "invalid_client",
    status: 401,
    description:
      "The Authorization header is not HTTP Basic with a form-encoded client identifier and secret.",
    cure: "Form-encode client_id and client_secret, join them with a colon, encode that as base64 (RFC 6749 §2.3.1).",
  },
  client_authentication_twice: {
    error: "invalid_request",
    status: 400,
    description: "The client authenticates in more than one way.",
    cure: "Use one of HTTP Basic, client_secret in the body and client_assertion (RFC 6749 §2.3).",
  },
  client_id_mismatch: {
    error: "invalid_request",
    status: 400,
    description: "client_id in the body names another client than the credentials.",
    cure: "Leave client_id out of the body, or send the same one.",
  },
  client_not_confidential: {
    error: "invalid_client",
    status: 401,
    description: "This needs a client that proves who it is.",
    cure: "Use a client with another token_endpoint_auth_method than none.",
  },

  // ── Grants in general ──────────────────────────────────────────────────────────────────────────────────
  grant_type_unsupported: {
    error: "unsupported_grant_type",
    status: 400,
    description: "This server does not support that grant_type.",
    cure: "Use one of grant_types_supported in the metadata document. The implicit and password grants are not offered (RFC 9700 §2.1.2, §2.4).",
  },
  grant_type_not_registered: {
    error: "unauthorized_client",
    status: 400,
    description: "The client is not registered for this grant type.",
    cure: "Add the grant type to the client's grant_types.",
  },
  scope_malformed: {
    error: "invalid_scope",
    status: 400,
    description: "scope is not a list of scope names separated by spaces.",
    cure: "Write scope names separated by spaces, without quotes or backslashes (RFC 6749 §3.3).",
  },
  scope_unknown: {
    error: "invalid_scope",
    status: 400,
    description: "No requested scope exists here.",
    cure: "Ask for scopes that scopes_supported in the metadata document lists. Unknown ones beside them are ignored.",
  },
  scope_not_registered: {
    error: "invalid_scope",
    status: 400,
    description: "The client is registered for no requested scope.",
    cure: "Add the scope to the client's scope, or ask for another.",
  },
  scope_exceeds_grant: {
    error: "invalid_scope",
    status: 400,
    description: "A requested scope was not granted.",
    cure: "Ask for the same scopes as before or fewer (RFC 6749 §6). For more, start a new authorization.",
  },
  grant_outdated: {
    error: "invalid_grant",
    status: 400,
    description: "This client may no longer have anything that the person allowed.",
    cure: "The client's scopes, or the server's scopes and resources, have changed. Start a new authorization.",
  },
  authorization_details_malformed: {
    error: "invalid_authorization_details",
    status: 400,
    description: "The authorization details are not valid.",
    cure: "Send a JSON list of objects, each with a type and exactly the fields that the type declares: [[authorization_details_types]] in the configuration. A text is one line that a page can show whole.",
  },
  authorization_details_type_unknown: {
    error: "invalid_authorization_details",
    status: 400,
    description: "There is no such type of authorization details here.",
    cure: "Ask for a type of authorization_details_types_supported, or declare the type in [[authorization_details_types]].",
  },
  authorization_details_type_not_registered: {
    error: "invalid_authorization_details",
    status: 400,
    description: "The client is not registered for this type of authorization details.",
    cure: "Add the type to the client's authorization_details_types. A client that registered itself can have those with self_registered = true.",
  },
  authorization_details_exceed_grant: {
    error: "invalid_authorization_details",
    status: 400,
    description: "These authorization details were not granted.",
    cure: "Send some of the granted objects exactly as they were granted, or leave the parameter out (RFC 9396 §6). For others, start a new authorization.",
  },
  authorization_details_unusable: {
    error: "invalid_authorization_details",
    status: 400,
    description: "No person can allow authorization details with this grant type.",
    cure: "Leave the parameter out. Ask a person at the authorization endpoint, by a pushed request, or at the device authorization endpoint.",
  },
  resource_malformed: {
    error: "invalid_target",
    status: 400,
    description: "resource must be an absolute URI without a fragment.",
    cure: "Send the identifier of the API as a full URI (RFC 8707 §2).",
  },
  resource_unknown: {
    error: "invalid_target",
    status: 400,
    description: "A requested resource is not known here.",
    cure: "Declare the resource in the server's configuration, or ask for one that is.",
  },
  resource_exceeds_grant: {
    error: "invalid_target",
    status: 400,
    description: "A requested resource was not part of what the person allowed.",
    cure: "Name the resource in the authorization request, so that the person can agree to it.",
  },
  resource_scope_empty: {
    error: "invalid_target",
    status: 400,
    description: "The requested resource needs a scope that it uses.",
    cure: "Ask for a scope that belongs to the resource. By client_credentials a resource is reached only through a scope.",
  },

  // ── Assertions of other issuers ────────────────────────────────────────────────────────────────────────
  assertion_malformed: {
    error: "invalid_grant",
    status: 400,
    description: "The assertion is not a signed JWT that this server can read.",
    cure: "Send the JWT in the compact form, exactly as its issuer made it, of at most 16,384 characters.",
  },
  assertion_untrusted: {
    error: "invalid_grant",
    status: 400,
    description: "The issuer of the assertion is not trusted here for this client.",
    cure: "Declare the issuer in [[trusted_issuers]] with `people`, and name the client in people.clients. Its identifier is compared byte for byte, a slash at the end included.",
  },
  assertion_signature: {
    error: "invalid_grant",
    status: 400,
    description: "No key of its issuer signed the assertion.",
    cure: "tessera issuer check says whether the keys of the issuer can be fetched, and which there are. Compare kid and alg in the header of the assertion with them.",
  },
  assertion_untimely: {
    error: "invalid_grant",
    status: 400,
    description: "The assertion is not valid now.",
    cure: "Get a new assertion. It needs exp, and iat if it is for one use. Compare the clocks, and people.maximum_lifetime_seconds.",
  },
  assertion_mismatch: {
    error: "invalid_grant",
    status: 400,
    description: "The assertion was made for something else.",
    cure: "Ask its issuer for an assertion with this server's issuer as the audience and, for an ID-JAG, with this client's client_id and typ oauth-id-jag+jwt.",
  },
  assertion_replayed: {
    error: "invalid_grant",
    status: 400,
    description: "The assertion was used before.",
    cure: "Get a new assertion for each request: each counts once (trusted_issuers.people.single_use).",
  },
  assertion_person_unknown: {
    error: "invalid_grant",
    status: 400,
    description: "The assertion stands for no person of this server.",
    cure: "trusted_issuers.people says how its people are found: by a verified address, a user name, or links. Add the person here, or the link.",
  },
  assertion_gives_nothing: {
    error: "invalid_scope",
    status: 400,
    description: "The assertion gives nothing of what the request asks for.",
    cure: "The scope must be in the assertion, in trusted_issuers.people.scope and in the client's scope; the resource must be in the assertion.",
  },
  id_jag_not_allowed: {
    error: "invalid_target",
    status: 400,
    description: "This client gets no assertions for that audience.",
    cure: "Declare the other authorization server in [[id_jag_audiences]] and name the client there. audience is its issuer, once.",
  },
  id_jag_person_not_allowed: {
    error: "invalid_grant",
    status: 400,
    description: "There are no assertions about this person for that audience.",
    cure: "Add the person to one of the groups in id_jag_audiences.allowed_groups.",
  },

  // ── Authorization endpoint ─────────────────────────────────────────────────────────────────────────────
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
  request_object_malformed: {
    error: "invalid_request_object",
    status: 400,
    description: "The request object (the request parameter) is not valid.",
    cure: "Send a JWT in the compact form, of at most 12,288 characters. Its members are the parameters of the request: texts, max_age a number, claims an object, resource a text or a list of texts.",
  },
  request_object_encrypted: {
    error: "invalid_request_object",
    status: 400,
    description: "Encrypted request objects are not supported.",
    cure: "Send the request object signed and not encrypted: it travels over TLS.",
  },
  request_object_missing: {
    error: "invalid_request",
    status: 400,
    description: "The client is registered for signed requests, and this request is not signed.",
    cure: "Send every parameter in a signed JWT, in the parameter request (RFC 9101). Or register the client without require_signed_request_object.",
  },
  request_object_algorithm: {
    error: "invalid_request_object",
    status: 400,
    description: "The request object is not signed with an algorithm that the client may use.",
    cure: "Sign it with the client's request_object_signing_alg. If the client has registered none, use one of request_object_signing_alg_values_supported in the metadata document.",
  },
  request_object_signature: {
    error: "invalid_request_object",
    status: 400,
    description: "No key of the client verifies the request object.",
    cure: "Sign the request object with a key of the client's jwks or jwks_uri, and name the key by kid in the header.",
  },
  request_object_mismatch: {
    error: "invalid_request_object",
    status: 400,
    description: "The request object does not fit the request.",
    cure: "client_id and response_type beside the request object equal those inside, iss is the client_id, and aud the issuer. Leave request, request_uri and sub out of it. A signed object with response_type is the whole request: the parameters beside it do not count.",
  },
  request_object_untimely: {
    error: "invalid_request_object",
    status: 400,
    description: "The request object has expired, or is not valid yet.",
    cure: "Make a new request object for each request. exp, nbf and iat are numbers of seconds since 1970 (RFC 7519 §2); the clocks may differ by 30 seconds.",
  },
  request_uri_unsupported: {
    error: "request_uri_not_supported",
    status: 400,
    description: "The request_uri parameter is not supported.",
    cure: "Send the parameters in the query, push them first (RFC 9126), or send a request object by value in the parameter request. A request_uri that is no answer of this server's pushed authorization request endpoint is never fetched.",
  },
  request_uri_with_request: {
    error: "invalid_request",
    status: 400,
    description: "The parameters request and request_uri exclude each other.",
    cure: "Send client_id and request_uri alone. A request object belongs into the pushed request (RFC 9101 §5).",
  },
  request_uri_pushed: {
    error: "invalid_request",
    status: 400,
    description: "A pushed authorization request must not have the parameter request_uri.",
    cure: "Push the parameters of the request themselves, or a signed request object in the parameter request (RFC 9126 §2.1).",
  },
  pushed_request_unknown: pushedRequestUnknown,
  pushed_request_of_other_client: pushedRequestUnknown,
  pushed_request_expired: {
    error: "invalid_request_uri",
    status: 400,
    description: "The request_uri has expired.",
    cure: "Send the browser on within expires_in after pushing the request. It may be lengthened by lifetimes.pushed_request_seconds.",
  },
  pushed_request_used: {
    error: "invalid_request_uri",
    status: 400,
    description: "The request_uri was used: its request has been answered.",
    cure: "Push a new request for each sign-in (RFC 9126 §4). A request_uri is used up when a code is issued or the person refuses.",
  },
  pushed_request_required: {
    error: "invalid_request",
    status: 400,
    description: "This request must be pushed first: send it to the pushed authorization request endpoint.",
    cure: "Post the parameters to pushed_authorization_request_endpoint of the metadata document, and send the browser on with client_id and the request_uri of the answer (RFC 9126). Or register the client without require_pushed_authorization_requests.",
  },
  response_not_signed: {
    error: "invalid_request",
    status: 400,
    description:
      "The client is registered for signed answers: response_mode must be jwt or one that ends in .jwt.",
    cure: "Send response_mode=jwt (JARM), or choose the profile fapi-2.0 for the client.",
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

  // ── Authorization codes ────────────────────────────────────────────────────────────────────────────────
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

  // ── Refresh tokens ─────────────────────────────────────────────────────────────────────────────────────
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

  // ── Token exchange ─────────────────────────────────────────────────────────────────────────────────────
  // RFC 8693 §2.2.2: a token that is invalid for any reason is an invalid_request.
  subject_token_unknown: subjectTokenRefused,
  subject_token_not_allowed: subjectTokenRefused,
  exchange_not_allowed: subjectTokenRefused,
  subject_token_bound: {
    error: "invalid_request",
    status: 400,
    description: "The subject token is bound to a key, and this request would give a token that is not.",
    cure: "The client of the token proves its key in the exchange. An API that was called with the token proves a key of its own, and the new token is bound to that.",
  },
  actor_token_unknown: {
    error: "invalid_request",
    status: 400,
    description: "The actor token is not valid, or it was not issued to this client.",
    cure: "Send an access token that this client itself received, alive and not the result of an exchange.",
  },
  actor_token_type_alone: {
    error: "invalid_request",
    status: 400,
    description: "actor_token and actor_token_type go together.",
    cure: "Send both or neither (RFC 8693 §2.1).",
  },
  token_type_unsupported: {
    error: "invalid_request",
    status: 400,
    description: "This server does not exchange tokens of that type.",
    cure: "Use a type that docs/agents.md lists for this parameter: subject_token_type, actor_token_type or requested_token_type.",
  },
  actor_not_allowed: {
    error: "invalid_request",
    status: 400,
    description: "The subject token names in may_act another party that may act.",
    cure: "Let the party that may_act names do the exchange (RFC 8693 §4.4).",
  },
  actor_chain_too_long: {
    error: "invalid_request",
    status: 400,
    description: "Too many parties act one after another, or too many tokens were exchanged for one another.",
    cure: "Exchange an earlier token of the chain. Four parties may act one after another.",
  },
  exchange_scope_exceeded: {
    error: "invalid_scope",
    status: 400,
    description: "The new token cannot have a requested scope.",
    cure: "Ask for scopes that the subject token has, this client may have and the rule of the exchange allows. The person must have allowed the scope to the first client.",
  },
  exchange_scope_empty: {
    error: "invalid_scope",
    status: 400,
    description: "Nothing would be left of the scope of the subject token at the requested API.",
    cure: "The subject token, this client, the API and the rule of the exchange must have a scope in common.",
  },
  exchange_target_missing: {
    error: "invalid_target",
    status: 400,
    description: "The request must name the API that the new token is for.",
    cure: "Send resource or audience.",
  },
  exchange_target_refused: {
    error: "invalid_target",
    status: 400,
    description: "No rule of this server lets this client exchange the token for that API.",
    cure: "Name APIs that one rule in [[token_exchange]] lists together in its resources.",
  },
  audience_unknown: {
    error: "invalid_target",
    status: 400,
    description: "The audience is not known here.",
    cure: "Name an API of [[resources]] by its identifier, or by a client that its introspection_clients name.",
  },
  exchange_form_unavailable: {
    error: "invalid_request",
    status: 400,
    description: "Tokens for that API are not JWTs.",
    cure: "Ask for an access token, or let the operator set access_token_format of the API to jwt.",
  },

  // ── Device grant ───────────────────────────────────────────────────────────────────────────────────────
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

  // ── DPoP (RFC 9449). A resource answers these with 401 ─────────────────────────────────────────────────
  dpop_proof_missing: {
    error: "invalid_dpop_proof",
    status: 400,
    description: "This request needs a DPoP proof, and has none.",
    cure: "Send a DPoP header with a proof for this request (RFC 9449 §4). The client gets no tokens without one: it is registered with dpop_bound_access_tokens or a security_profile, or the operator requires it of all (dpop.required) or of the API (resources.dpop_bound_access_tokens_required), or it exchanges a token that is bound.",
  },
  dpop_proofs_several: {
    error: "invalid_dpop_proof",
    status: 400,
    description: "There is more than one DPoP header.",
    cure: "Send one DPoP header with one proof (RFC 9449 §4.3).",
  },
  dpop_proof_malformed: {
    error: "invalid_dpop_proof",
    status: 400,
    description: "The DPoP proof is not valid.",
    cure: "Make it as RFC 9449 §4.2 says: typ dpop+jwt, an alg of dpop_signing_alg_values_supported, the public key alone as jwk, and jti, htm, htu and iat.",
  },
  dpop_proof_mismatch: {
    error: "invalid_dpop_proof",
    status: 400,
    description: "The DPoP proof was not made for this request.",
    cure: "Make a new proof for each request: htm is its method, htu the address of the endpoint as the metadata of this server names it, and ath at a resource the hash of the access token (RFC 9449 §4.2).",
  },
  dpop_proof_untimely: {
    error: "invalid_dpop_proof",
    status: 400,
    description: "The DPoP proof is too old or from the future (iat).",
    cure: "Make a new proof for each request, and check the clock of the client. How old a proof may be is the setting dpop.proof_seconds.",
  },
  dpop_proof_signature: {
    error: "invalid_dpop_proof",
    status: 400,
    description: "The signature of the DPoP proof is not of the key in its header.",
    cure: "Sign the proof with the private key of the jwk in its header, and with the alg that the header names.",
  },
  dpop_proof_replayed: {
    error: "invalid_dpop_proof",
    status: 400,
    description: "The DPoP proof was used before.",
    cure: "Make a new proof with a jti of its own for each request, also when you send a request again (RFC 9449 §7.3).",
  },
  dpop_jkt_mismatch: {
    error: "invalid_dpop_proof",
    status: 400,
    description: "dpop_jkt is not the thumbprint of the key that proved the request.",
    cure: "Leave dpop_jkt out, or send the thumbprint of the key in the DPoP header (RFC 9449 §10.1).",
  },
  dpop_nonce_missing: {
    error: "use_dpop_nonce",
    status: 400,
    description: "The DPoP proof needs the nonce of the DPoP-Nonce header.",
    cure: "Make a new proof with the value of DPoP-Nonce as nonce, and send the request again. Use the newest value that this server sent (RFC 9449 §8).",
  },
  access_token_bound: {
    error: "invalid_token",
    status: 401,
    description: "The access token is bound to a key, and was sent as a bearer token.",
    cure: "Send Authorization: DPoP and the access token, and a DPoP header with a proof for the request (RFC 9449 §7.1).",
  },
  access_token_unbound: {
    error: "invalid_token",
    status: 401,
    description: "The access token is a bearer token, and was sent with DPoP.",
    cure: "Send it as its token_type said: Authorization: Bearer. Or get a bound token, with a DPoP proof at the token endpoint.",
  },
  access_token_of_other_certificate: {
    error: "invalid_token",
    status: 401,
    description: "The access token is bound to another certificate than the one of this connection.",
    cure: "Connect with the certificate of the token request (RFC 8705 §3), to an address where the proxy asks for it: mtls_endpoint_aliases of the metadata.",
  },
  binding_certificate_missing: {
    error: "invalid_request",
    status: 400,
    description: "The client gets tokens only with its certificate, and this connection has none.",
    cure: "Connect with a certificate (RFC 8705 §3), to an address where the proxy asks for it: mtls_endpoint_aliases of the metadata. The client is registered with tls_client_certificate_bound_access_tokens.",
  },
  access_token_of_other_key: {
    error: "invalid_token",
    status: 401,
    description: "The access token is bound to another key than the one that this request proves.",
    cure: "Make the proof with the key that proved the token request (RFC 9449 §7.1).",
  },

  // ── Bearer tokens ──────────────────────────────────────────────────────────────────────────────────────
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

  // ── Revocation ─────────────────────────────────────────────────────────────────────────────────────────
  token_of_other_client: {
    error: "unauthorized_client",
    status: 400,
    description: "The token was issued to another client.",
    cure: "A client can revoke its own tokens only (RFC 7009 §2.1). People and operators revoke on the account page and the command line.",
  },

  // ── Registration ───────────────────────────────────────────────────────────────────────────────────────
  redirect_uri_refused: {
    error: "invalid_redirect_uri",
    status: 400,
    description: "A redirect URI is not allowed.",
    cure: "Use https, http on a loopback address, or a private scheme of the app such as com.example.app:/callback (RFC 7591 §5, RFC 8252 §7).",
  },
  client_metadata_refused: {
    error: "invalid_client_metadata",
    status: 400,
    description: "The client metadata is not valid.",
    cure: "Correct the member that the description names (RFC 7591 §2).",
  },
  client_metadata_too_large: {
    error: "invalid_client_metadata",
    status: 413,
    description: "The client metadata is longer than 8192 bytes.",
    cure: "Leave out what a person does not need to see, or let the operator add the client.",
  },
  software_statement_unsupported: {
    error: "invalid_software_statement",
    status: 400,
    description: "Software statements are not supported.",
    cure: "Leave software_statement out and send the metadata itself.",
  },
  registration_off: {
    error: "access_denied",
    status: 403,
    description: "Clients cannot register themselves here.",
    cure: "Ask the operator to add the client, or to set registration.mode.",
  },
  registration_token_missing: {
    error: "invalid_token",
    status: 401,
    description: "Registration needs an initial access token.",
    cure: "Ask the operator for one and send it as Authorization: Bearer (RFC 7591 §3).",
  },
  registration_token_wrong: {
    error: "invalid_token",
    status: 401,
    description: "The initial access token is not valid.",
    cure: "Ask the operator for a new one (RFC 7591 §3).",
  },
  registration_access_token_missing: {
    error: "invalid_token",
    status: 401,
    description: "The registration can be managed only with its registration access token.",
    cure: "Send the registration_access_token of the registration as Authorization: Bearer, to the registration_client_uri of the same answer (RFC 7592 §2).",
  },
  registration_access_token_wrong: {
    error: "invalid_token",
    status: 401,
    description: "The registration access token is not valid for this client, or the client does not exist.",
    cure: "Use registration_client_uri and registration_access_token of one registration. If the client was removed, register it again (RFC 7592 §2).",
  },
  registered_client_disabled: {
    error: "access_denied",
    status: 403,
    description: "The operator has disabled this client.",
    cure: "Ask the operator why, and to enable it: tessera client enable.",
  },

  // ── Limits and faults ──────────────────────────────────────────────────────────────────────────────────
  too_many_requests: {
    error: "temporarily_unavailable",
    status: 429,
    description: "There were too many requests from this address.",
    cure: "Wait as long as the Retry-After header says.",
  },
  too_many_tokens: {
    error: "temporarily_unavailable",
    status: 429,
    description: "The client got too many tokens within an hour.",
    cure: "Keep an access token as long as it is valid. If the client has that many users, the operator can vouch for it (tessera client vouch), or raise limits.tokens_per_registered_client.",
  },
  // ── Managing the server ────────────────────────────────────────────────────────────────────────────────
  management_not_allowed: {
    error: "access_denied",
    status: 403,
    description: "The person or the token may not do this here.",
    cure: "Use a token with the scope that the description names, of a person with the role for it. docs/api.md lists what each scope and role allows.",
  },
  object_unknown: {
    error: "not_found",
    status: 404,
    description: "There is no such object.",
    cure: "Look it up in the list of its kind. It may have been removed meanwhile.",
  },
  object_exists: {
    error: "conflict",
    status: 409,
    description: "There is another object with that name.",
    cure: "Choose another name, or change the object that has it.",
  },
  object_declared: {
    error: "conflict",
    status: 409,
    description: "The configuration file declares this object.",
    cure: "Change the configuration file and restart the server. The next start would undo another change.",
  },
  change_refused: {
    error: "conflict",
    status: 409,
    description: "The change does not fit the present state.",
    cure: "Do what the description says.",
  },
  last_administrator: {
    error: "conflict",
    status: 409,
    description: "This is the last administrator who can sign in.",
    cure: "Make another person an administrator first.",
  },
  revision_stale: {
    error: "precondition_failed",
    status: 412,
    description: "The object has changed since it was read.",
    cure: "Read it again, and send the ETag of that answer in If-Match.",
  },
  member_refused: {
    error: "invalid_request",
    status: 400,
    description: "A member of the body has a value that is not allowed, or there is no such member.",
    cure: "Correct the member that the description names. /api/openapi.json describes every body.",
  },
  cursor_refused: {
    error: "invalid_request",
    status: 400,
    description: "The cursor is not one of this list.",
    cure: "Send the cursor of the page before, with the same filters, or leave it out to begin anew.",
  },
  idempotency_key_reused: {
    error: "invalid_request",
    status: 422,
    description: "The Idempotency-Key was used for another request.",
    cure: "Choose a new key for each request that is not a repetition.",
  },
  idempotency_key_open: {
    error: "conflict",
    status: 409,
    description: "The outcome of the first request with this Idempotency-Key is not known.",
    cure: "The request is still under way, or the server ended during it. Look whether the object exists, and use a new key if it does not.",
  },
  registrations_full: {
    error: "temporarily_unavailable",
    status: 503,
    description: "Too many clients have registered and were not used yet.",
    cure: "Wait as long as the Retry-After header says. The operator can raise registration.unused_kept, or give out initial access tokens.",
  },
  busy: {
    error: "temporarily_unavailable",
    status: 503,
    description: "The server has too many requests just now. It did nothing.",
    cure: "Send the same request again after the seconds that Retry-After names. If the error persists, the operator needs a faster disk or database, or more nodes.",
  },
  unavailable: {
    error: "temporarily_unavailable",
    status: 503,
    description: "The server cannot answer just now.",
    cure: "Try again after the seconds that Retry-After names. If only the answer was lost, the request has been carried out: a code counts as used, and a refresh token gives the same answer again.",
  },
  server_error: {
    error: "server_error",
    status: 500,
    description: "Something went wrong on the server.",
    cure: "The operator finds the cause in the server's log.",
  },
} as const satisfies Record<string, ReasonEntry>;

/** A private reason. It may be logged; it is never sent. */
export type Reason = keyof typeof REASONS;

/** RFC 6749 §5.2: descriptions may hold only %x20-21 / %x23-5B / %x5D-7E. */
export const toDescriptionCharacters = (text: string): string =>
  text
    .replaceAll('"', "'")
    .replace(/[^\x20-\x21\x23-\x5B\x5D-\x7E]/g, "?")
    .slice(0, 400);

export type AuthenticationScheme = "Basic" | "Bearer" | "DPoP";

export interface ErrorDetail {
  /** More precise than the reason's own description: it names the parameter or the value. */
  readonly description?: string;
  /** The challenge to send with it (RFC 6749 §5.2, RFC 6750 §3). */
  readonly challenge?: AuthenticationScheme;
  /** For a Bearer challenge: whether the resource takes DPoP as well (RFC 9449 §7.2). */
  readonly takesProofs?: boolean;
  /** Whether a resource refuses a proof, and not the token endpoint: with 401 (RFC 9449 §7.1). */
  readonly atResource?: boolean;
  /** For a Bearer challenge: the scope that is needed (RFC 6750 §3). */
  readonly requiredScope?: string;
  /** For a Bearer challenge: the level of sign-in that is needed (RFC 9470 §3). */
  readonly requiredLevel?: AuthenticationLevel;
  readonly retryAfterSeconds?: number;
  /** For 405. */
  readonly allow?: string;
  /** For the log: who asked. */
  readonly clientId?: string;
  /** For the page of a refusal that is not sent to the client: the values of the parameter that is refused, as they came. */
  readonly sent?: { readonly name: string; readonly values: readonly string[] };
  /** For the page: where the answer would have gone. */
  readonly application?: RedirectUri;
}

/**
 * A refusal, which any check may throw. It becomes a response in one place only. Refusals are everyday outcomes, and the
 * reason says where one comes from, so this Error does not collect a stack.
 */
export class OAuthError implements Error {
  readonly name = "OAuthError";
  readonly error: ErrorCode;
  readonly status: number;
  readonly description: string;

  constructor(
    readonly reason: Reason,
    readonly detail: ErrorDetail = {},
  ) {
    const { error, status, description } = REASONS[reason];
    this.error = error;
    this.status = detail.atResource === true ? 401 : status;
    this.description =
      detail.description === undefined ? description : toDescriptionCharacters(detail.description);
  }

  get message(): string {
    return this.reason;
  }

  /** The same refusal with more detail, for a caller that knows more than the check that threw it. */
  with(detail: ErrorDetail): OAuthError {
    return new OAuthError(this.reason, { ...this.detail, ...detail });
  }
}
Object.setPrototypeOf(OAuthError.prototype, Error.prototype);
