/** OpenID Connect Core: the authorization endpoint (§3.1.2) and the parameter claims (§5.5). */
import type { Ledger } from "./row.ts";

export const OPENID_CORE_AUTHORIZATION: Ledger = {
  source: "OpenID Core",
  title: "OpenID Connect Core 1.0: authorization endpoint and claims parameter",
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
  ],
};
