/** Assertions of other issuers, and those that this server makes for them. */
import type { ReasonEntry } from "./entry.ts";

export const ASSERTION_REASONS = {
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
} as const satisfies Record<string, ReasonEntry>;
