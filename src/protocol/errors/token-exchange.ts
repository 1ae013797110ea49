/** Token exchange. */
import type { ReasonEntry } from "./entry.ts";

const subjectTokenRefused = {
  error: "invalid_request",
  status: 400,
  description: "The subject token is not valid, or no rule of this server lets this client exchange it.",
  cure: "Send a token that is alive, with the subject_token_type that it has. The operator allows exchanges by [[token_exchange]]: the rule must name this client, and the token must be meant for one of its APIs or come from a client or API that the rule names.",
} as const satisfies ReasonEntry;

export const TOKEN_EXCHANGE_REASONS = {
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
} as const satisfies Record<string, ReasonEntry>;
