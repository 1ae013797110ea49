/** Request objects and pushed requests (RFC 9101, RFC 9126), and signed answers. */
import type { ReasonEntry } from "./entry.ts";

const pushedRequestUnknown = {
  error: "invalid_request_uri",
  status: 400,
  description: "This request_uri is not one of this client, or it is too old to be known.",
  cure: "Send request_uri exactly as the pushed authorization request endpoint gave it, with the client_id that pushed it, within expires_in. Push a new request for each sign-in.",
} as const satisfies ReasonEntry;

export const REQUEST_OBJECT_REASONS = {
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
  profile_algorithm_missing: {
    error: "unauthorized_client",
    status: 400,
    description:
      "This server signs with none of the algorithms that the security profile of the client allows.",
    cure: "The operator adds PS256, ES256 or EdDSA to signing.algorithms, or takes the profile from the client: tessera client set --help.",
  },
  response_not_signed: {
    error: "invalid_request",
    status: 400,
    description:
      "The client is registered for signed answers: response_mode must be jwt or one that ends in .jwt.",
    cure: "Send response_mode=jwt (JARM), or choose the profile fapi-2.0 for the client.",
  },
} as const satisfies Record<string, ReasonEntry>;
