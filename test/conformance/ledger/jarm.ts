/** JWT Secured Authorization Response Mode for OAuth 2.0 (JARM). */
import type { Ledger } from "./row.ts";

const ENCRYPTION = "answers are signed and not encrypted: they travel over TLS, and PKCE binds the code";

export const JARM: Ledger = {
  source: "JARM",
  title: "JWT Secured Authorization Response Mode",
  rows: [
    {
      id: "2.1-1",
      level: "MUST",
      statement: "The JWT has iss, aud (the client_id) and exp",
      does: "They are there, and iat",
    },
    {
      id: "2.1-2",
      level: "SHOULD",
      statement: "It lives for ten minutes at most",
      does: "Five minutes",
    },
    {
      id: "2.1-3",
      level: "MUST",
      statement: "It has the parameters of the answer, also of an error",
      does: "All of them, and no other parameter is beside it",
    },
    {
      id: "2.2-1",
      level: "MUST",
      statement: "It is signed, or signed and encrypted",
      does: "Signed with a published key, named by kid",
    },
    {
      id: "2.2-2",
      level: "MUST",
      statement: "Encryption: signed first, then encrypted",
      does: "Encrypts nothing",
      notApplicable: ENCRYPTION,
    },
    {
      id: "2.3-1",
      level: "MUST",
      statement: "query.jwt: response in the query of the redirect URI",
      does: "It is",
    },
    {
      id: "2.3-2",
      level: "MUST",
      statement: "fragment.jwt: response in the fragment of the redirect URI",
      does: "It is",
    },
    { id: "2.3-3", level: "MUST", statement: "form_post.jwt: response as a field of a form", does: "It is" },
    { id: "2.3-4", level: "MUST", statement: "jwt: query.jwt for an answer with a code", does: "It is" },
    {
      id: "3-1",
      level: "MUST",
      statement: "authorization_signed_response_alg: the algorithm, RS256 by default, never none",
      does: "RS256 unless the server has no key for it, as for ID tokens; a profile allows strong ones alone",
    },
    {
      id: "3-2",
      level: "MUST",
      statement: "authorization_encrypted_response_alg and _enc",
      does: "Refuses the members from operators, and leaves them out of registrations",
      notApplicable: ENCRYPTION,
    },
    {
      id: "4-1",
      level: "SHOULD",
      statement: "Metadata: authorization_signing_alg_values_supported",
      does: "The algorithms of the server's keys",
    },
    {
      id: "4-2",
      level: "SHOULD",
      statement: "Metadata: the modes in response_modes_supported",
      does: "They are there",
    },
  ],
};
