/** Client authentication. */
import type { ReasonEntry } from "./entry.ts";

const authenticationFailed = {
  error: "invalid_client",
  status: 401,
  description: "Client authentication failed: the client is unknown, or its credentials are wrong.",
  cure: "Check client_id and client_secret, and that the client uses the token_endpoint_auth_method it is registered with. With HTTP Basic, form-encode each half before base64 (RFC 6749 §2.3.1). With a client assertion, sign with a key of the client's jwks or jwks_uri, name the key by kid, and use the client's token_endpoint_auth_signing_alg. If the client was removed, register it again.",
} as const satisfies ReasonEntry;

export const CLIENT_AUTHENTICATION_REASONS = {
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
} as const satisfies Record<string, ReasonEntry>;
