/** Acts that may happen once, and answers to requests that are sent again. */
import { bytes, integer, orNull, type Row, table, text } from "../declare.ts";
import { id } from "./columns.ts";

/**
 * Answers of the management API to requests with an Idempotency-Key, for requests that are sent again. Only callers who may change
 * something add rows.
 */
export const idempotentAnswers = table("idempotent_answers", {
  columns: {
    /** The digest of the actor, what they may do, and the key. */
    id: bytes(),
    /** The digest of the request: 32 bytes. */
    request: bytes(),
    /** Null while the request is under way, and after a process ended during it. */
    status: orNull(integer()),
    /** The body, sealed, because it may have a secret; null with the status. */
    sealedBody: orNull(bytes()),
    expiresAt: integer(),
  },
  shard: "id",
  expires: "expiresAt",
  updated: true,
});
export type IdempotentAnswerRecord = Row<typeof idempotentAnswers>;

/** Acts that may happen once: a row records that one happened. It stays until the act is impossible anyway. */
export const once = table("once", {
  columns: {
    kind: text<OnceKind>(),
    id: id(),
    expiresAt: integer(),
    /** What came of it: the code that a yes gave, or the session of a sign-in; null for a no. */
    resultId: orNull(id()),
  },
  key: ["id", "kind"],
  shard: "id",
  expires: "expiresAt",
});
/**
 * `form`: a person's answer to a question. `sign_in`: the last form of a sign-in. `reauthentication`: the use of the proof that a person
 * signed in again. `challenge`: the answer of a passkey to a challenge. `self_test`: the question of an operator how a request arrives.
 * `client_assertion`, `dpop_proof`, `assertion`: a text that its signer made for one use (operations/single-use.ts).
 */
export type OnceKind =
  | "form"
  | "sign_in"
  | "reauthentication"
  | "challenge"
  | "self_test"
  | "client_assertion"
  | "backchannel_request"
  | "dpop_proof"
  | "assertion";
