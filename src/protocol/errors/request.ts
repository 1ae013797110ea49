/** The shape of a request. */
import type { ReasonEntry } from "./entry.ts";

export const REQUEST_REASONS = {
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
} as const satisfies Record<string, ReasonEntry>;
