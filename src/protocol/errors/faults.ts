/** Limits and faults. */
import type { ReasonEntry } from "./entry.ts";

export const FAULT_REASONS = {
  too_many_requests: {
    error: "temporarily_unavailable",
    status: 429,
    description: "There were too many requests from this address.",
    cure: "Wait as long as the Retry-After header says.",
  },
  too_many_proofs: {
    error: "temporarily_unavailable",
    status: 429,
    description: "There were too many requests with DPoP proofs for this token or this client.",
    cure: "Wait as long as the Retry-After header says, and ask less often. The operator can raise limits.proofs_per_token, and vouch for the client (tessera client vouch) or raise limits.proofs_per_registered_client.",
  },
  too_many_tokens: {
    error: "temporarily_unavailable",
    status: 429,
    description: "The client got too many tokens within an hour.",
    cure: "Keep an access token as long as it is valid. If the client has that many users, the operator can vouch for it (tessera client vouch), or raise limits.tokens_per_registered_client.",
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
