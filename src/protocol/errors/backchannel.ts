/** The back channel: requests to people by CIBA, and their auth_req_id. */
import type { ReasonEntry } from "./entry.ts";

const authReqIdUnknown = {
  error: "invalid_grant",
  status: 400,
  description: "The auth_req_id is not valid for this client.",
  cure: "Send auth_req_id exactly as the backchannel authentication endpoint gave it, from the client that asked for it. Each gives tokens once; start another request for further ones.",
} as const satisfies ReasonEntry;

export const BACKCHANNEL_REASONS = {
  auth_req_id_unknown: authReqIdUnknown,
  auth_req_id_of_other_client: authReqIdUnknown,
  auth_req_id_used: authReqIdUnknown,
  auth_req_id_expired: {
    error: "expired_token",
    status: 400,
    description: "The auth_req_id has expired without an answer.",
    cure: "Start another request. requested_expiry asks for more time, up to an hour (CIBA §7.1).",
  },
  auth_req_id_denied: {
    error: "access_denied",
    status: 400,
    description: "The person said no, or took the access back.",
    cure: "Tell the person, and ask again only if they want it: a client that was declined must wait.",
  },
  backchannel_object_refused: {
    error: "invalid_request",
    status: 400,
    description: "The signed request is not valid.",
    cure: "Sign all parameters with a key of the client, by its backchannel_authentication_request_signing_alg, with iss (the client_id), aud (the issuer), iat, nbf, exp at most 60 minutes ahead, and a jti of its own (CIBA §7.1.1).",
  },
  backchannel_object_missing: {
    error: "invalid_request",
    status: 400,
    description: "The client is registered for signed requests, and this request is not signed.",
    cure: "Send every parameter in a signed JWT, in the parameter request (CIBA §7.1.1). Or register the client without backchannel_authentication_request_signing_alg; a client with a security_profile always signs.",
  },
  backchannel_object_replayed: {
    error: "invalid_request",
    status: 400,
    description: "This signed request was used before.",
    cure: "Sign each request anew, with a jti of its own (CIBA §7.1.1).",
  },
  hint_missing: {
    error: "invalid_request",
    status: 400,
    description: "The request names no person.",
    cure: "Send exactly one of login_hint and id_token_hint (CIBA §7.1).",
  },
  hint_repeated: {
    error: "invalid_request",
    status: 400,
    description: "The request names the person by more than one hint.",
    cure: "Send exactly one of login_hint and id_token_hint (CIBA §7.1).",
  },
  login_hint_token_unsupported: {
    error: "invalid_request",
    status: 400,
    description: "This server reads no login_hint_token: no specification says what is in one.",
    cure: "Send login_hint with the user name, the verified e-mail address or the sub of the person, or an earlier ID token as id_token_hint.",
  },
  user_code_unsupported: {
    error: "invalid_request",
    status: 400,
    description: "This server has no user codes.",
    cure: "Leave user_code out; backchannel_user_code_parameter_supported in the metadata document is false (CIBA §7.1.2).",
  },
  unknown_person: {
    error: "unknown_user_id",
    status: 400,
    description: "The hint names no person whom this client may ask.",
    cure: "Check login_hint: a user name, a verified e-mail address, or the sub that the client knows. A client with pairwise identifiers sends a name, or an ID token with preferred_username. Disabled people and those who may not use the client count as unknown.",
  },
  person_asked_too_often: {
    error: "access_denied",
    status: 429,
    description: "The person has been asked too often, or declined a moment ago.",
    cure: "Wait as long as Retry-After says. A person has at most 2 open requests of one client and 5 of all, 10 and 20 within an hour; after a no the client waits a minute, then ten, then an hour.",
  },
  binding_message_refused: {
    error: "invalid_binding_message",
    status: 400,
    description: "The binding_message is too long, or has characters that a page cannot show.",
    cure: "Send a short text that the person sees on both devices, such as a code: at most 100 printable characters on one line (CIBA §7.1).",
  },
  notification_token_missing: {
    error: "invalid_request",
    status: 400,
    description: "client_notification_token is missing; the client is registered for pings.",
    cure: "Send a random token of at most 1024 characters with each request; the ping comes with it (CIBA §7.1). Or register the client with backchannel_token_delivery_mode poll.",
  },
} as const satisfies Readonly<Record<string, ReasonEntry>>;
