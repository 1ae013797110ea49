/** OpenID Connect Core: the authorization endpoint (§3.1.2), the parameter claims (§5.5) and request objects (§6). */
import type { Ledger } from "./row.ts";

export const OPENID_CORE_AUTHORIZATION: Ledger = {
  source: "OpenID Core",
  title: "OpenID Connect Core 1.0: authorization endpoint, claims parameter, request objects",
  rows: [
    {
      id: "3.1.2.1-1",
      level: "SHOULD",
      statement:
        "id_token_hint: the person of the ID token, if signed in, is answered positively; it may have expired",
      does: "Answers at once. Any key that is still published verifies the hint",
    },
    {
      id: "3.1.2.1-2",
      level: "SHOULD",
      statement: "id_token_hint: otherwise an error such as login_required",
      does: "login_required with prompt=none; else the sign-in page",
    },
    {
      id: "3.1.2.1-3",
      level: "MUST NOT",
      statement: "display, ui_locales and claims_locales that are not supported are no error",
      does: "Ignores what it does not know",
    },
    {
      id: "3.1.2.1-4",
      level: "SHOULD",
      statement: "Unrecognized parameters are ignored",
      does: "Ignores them",
    },
    {
      id: "3.1.2.2-1",
      level: "MUST NOT",
      statement: "The answer is about another person than the one of a wanted sub or of id_token_hint",
      does: "Asks for that person, or answers login_required with prompt=none",
    },
    {
      id: "5.5-1",
      level: "MUST",
      statement: "claims is a JSON object; members that are not understood are ignored",
      does: "Reads 4096 bytes, 4 levels and 40 claims of each member; refuses what is malformed with words",
    },
    {
      id: "5.5.1-1",
      level: "MUST",
      statement: "Unknown members of a claim's request are ignored",
      does: "Ignores them",
    },
    {
      id: "5.5.1.1-1",
      level: "MUST",
      statement: "An essential acr that cannot be met is a failed authentication",
      does: "unmet_authentication_requirements; the one level is 1",
    },
    {
      id: "6.1-1",
      level: "MUST",
      statement: "The values in the request object supersede those of the query, which may add others",
      does: "For an unsigned object, and a signed one without response_type. Beside a whole signed one nothing counts (RFC 9101 §6.3)",
    },
    {
      id: "6.1-2",
      level: "MUST",
      statement: "response_type and client_id are in the query, and match those in the object",
      does: "invalid_request_object. A whole signed object needs no response_type beside it (RFC 9101 §5)",
    },
    {
      id: "6.1-3",
      level: "MUST",
      statement: "Unsigned objects have the algorithm none",
      does: "Takes them from clients without request_object_signing_alg. They are proof of nothing",
    },
    {
      id: "6.2-1",
      level: "MUST",
      statement: "request_uri: the rules of requests by reference",
      does: "Refuses request_uri, and the metadata says so",
      notApplicable: "request objects are taken by value only",
    },
  ],
};
