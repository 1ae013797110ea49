/** RFC 8693: OAuth 2.0 Token Exchange. */
import type { Ledger } from "./row.ts";

export const RFC_8693: Ledger = {
  source: "RFC 8693",
  title: "Token Exchange",
  rows: [
    {
      id: "2.1-1",
      level: "MUST",
      statement: "grant_type is urn:ietf:params:oauth:grant-type:token-exchange",
      does: "For clients that are registered for it, that authenticate, and that a rule in `[[token_exchange]]` names",
    },
    {
      id: "2.1-2",
      level: "MUST",
      statement: "resource is an absolute URI without a fragment",
      does: "Another value: `invalid_target`",
    },
    {
      id: "2.1-3",
      level: "MUST",
      statement: "subject_token is there",
      does: "`invalid_request` without it",
    },
    {
      id: "2.1-4",
      level: "MUST",
      statement: "subject_token_type is there",
      does: "`invalid_request` without it, and for a type that the token is not of",
    },
    {
      id: "2.1-5",
      level: "MUST",
      statement: "actor_token_type comes with actor_token, and never alone",
      does: "`invalid_request` for one without the other",
    },
    {
      id: "2.1-6",
      level: "MUST",
      statement: "The subject token is validated as its type needs",
      does: "It is of this server, of the type that the request says, unexpired and unrevoked, and all that it rests on is alive",
    },
    {
      id: "2.1-7",
      level: "MUST",
      statement: "The actor token is validated as its type needs",
      does: "As the subject token; and the client itself must have received it",
    },
    {
      id: "2.2.1-1",
      level: "MUST",
      statement: "The answer has access_token",
      does: "The new token, for one client and the APIs of one rule",
    },
    {
      id: "2.2.1-2",
      level: "MUST",
      statement: "The answer has issued_token_type",
      does: "The requested type; an access token if none was requested",
    },
    {
      id: "2.2.1-3",
      level: "MUST",
      statement: "The answer has token_type",
      does: "`Bearer`",
    },
    {
      id: "2.2.1-4",
      level: "SHOULD",
      statement: "The answer has expires_in",
      does: "Never more than the rest of the subject token and the actor token",
    },
    {
      id: "2.2.1-5",
      level: "MUST",
      statement: "The answer has scope if it is not the requested one",
      does: "Always",
    },
    {
      id: "2.2.2-1",
      level: "MUST",
      statement: "A token that is invalid or unacceptable is an invalid_request",
      does: "With the same words for a token that is unknown and for one that this client may not exchange",
    },
    {
      id: "2.2.2-2",
      level: "SHOULD",
      statement: "A target that gets no token is an invalid_target",
      does: "Unknown targets, those that no rule names, and more than one rule gives together",
    },
    {
      id: "4.1-1",
      level: "MUST",
      statement: "Only the top-level claims and the present actor count for access control",
      does: "Rules look at the client and the audience of a token; earlier actors open nothing",
    },
    {
      id: "6-1",
      level: "MUST",
      statement: "Tokens travel over encrypted channels only",
      does: "As every other token",
      notApplicable: "the rule of RFC 6749 10.3 and RFC 6750 5.3, which holds for every token alike",
    },
    {
      id: "6-2",
      level: "SHOULD",
      statement: "Issued tokens have the least data",
      does: "An opaque token has none; a JWT has what the scopes of its API give, and the identifiers of the actors",
    },
  ],
};
