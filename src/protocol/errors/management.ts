/** Managing the server. */
import type { ReasonEntry } from "./entry.ts";

export const MANAGEMENT_REASONS = {
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
} as const satisfies Record<string, ReasonEntry>;
