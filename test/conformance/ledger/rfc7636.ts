/** RFC 7636: Proof Key for Code Exchange. */
import type { Ledger } from "./row.ts";

export const RFC_7636: Ledger = {
  source: "RFC 7636",
  title: "Proof Key for Code Exchange",
  rows: [
    {
      id: "4.2-1",
      level: "MUST",
      statement: "The server implements S256",
      does: "S256, and nothing else",
    },
    {
      id: "4.3-1",
      level: "MUST",
      statement: "code_challenge in the authorization request",
      does: "Without: `invalid_request`, except for a confidential client that the operator has exempted",
    },
    {
      id: "4.4-1",
      level: "MUST",
      statement: "code_challenge and code_challenge_method are associated with the code",
      does: "The server stores the challenge with the code; there is one method only",
    },
    {
      id: "4.4-2",
      level: "MUST NOT",
      statement: "The challenge is included where others can extract it",
      does: "It never leaves the server: a code is an identifier and random bytes",
    },
    {
      id: "4.4.1-1",
      level: "MUST",
      statement: "A public client without code_challenge gets the error invalid_request",
      does: "`invalid_request`, sent to its redirect URI",
    },
    {
      id: "4.4.1-2",
      level: "SHOULD",
      statement: "error_description explains that",
      does: "It names code_challenge and S256",
    },
    {
      id: "4.4.1-3",
      level: "MUST",
      statement: "A transformation that is not supported gets the error invalid_request",
      does: "`invalid_request` for every method except S256, including plain",
    },
    {
      id: "4.4.1-4",
      level: "SHOULD",
      statement: "error_description explains that",
      does: "It says that the method must be S256",
    },
    {
      id: "4.5-1",
      level: "MUST",
      statement: "code_verifier in the access token request",
      does: "Without, after a challenge: `invalid_grant`",
    },
    {
      id: "4.5-2",
      level: "MUST",
      statement: "The verifier is verified by the method that was bound to the code",
      does: "Always by S256; the token request cannot change the method",
    },
    {
      id: "4.6-1",
      level: "MUST",
      statement: "With the right verifier, processing continues as normal",
      does: "Tokens are issued",
    },
    {
      id: "4.6-2",
      level: "MUST",
      statement: "With a wrong one, the error is invalid_grant",
      does: "`invalid_grant`; five wrong ones revoke the code",
    },
    {
      id: "7.2-1",
      level: "SHOULD NOT",
      statement: "plain is used",
      does: "Refused, also as the default of an omitted method",
    },
    {
      id: "7.2-2",
      level: "SHOULD NOT",
      statement: "plain is used in new implementations",
      does: "Refused",
    },
    {
      id: "7.2-3",
      level: "SHOULD",
      statement: "S256 or another secure method is used",
      does: "S256 is the only method, and metadata says so",
    },
    {
      id: "7.2-4",
      level: "MUST",
      statement: "A plain challenge that is kept in the code is encrypted",
      does: "The server keeps challenges",
      notApplicable: "there is no plain, and no challenge in a code",
    },
    {
      id: "7.4-1",
      level: "SHOULD",
      statement: "The security analysis of RFC 6819 is followed",
      does: "The threat model covers the known classes of faults in authorization servers, with a test for each",
      notApplicable: "advice to readers",
    },
  ],
};
