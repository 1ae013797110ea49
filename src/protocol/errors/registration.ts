/** Registration. */
import type { ReasonEntry } from "./entry.ts";

export const REGISTRATION_REASONS = {
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
  registrations_full: {
    error: "temporarily_unavailable",
    status: 503,
    description: "Too many clients have registered and were not used yet.",
    cure: "Wait as long as the Retry-After header says. The operator can raise registration.unused_kept, or give out initial access tokens.",
  },
} as const satisfies Record<string, ReasonEntry>;
