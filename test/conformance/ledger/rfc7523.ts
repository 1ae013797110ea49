/** RFC 7523: JWTs as assertions, for clients that authenticate and for people whom another issuer vouches for. */
import type { Ledger } from "./row.ts";

export const RFC_7523: Ledger = {
  source: "RFC 7523",
  title: "JWT Profile for Client Authentication and Authorization Grants",
  rows: [
    {
      id: "2.1-1",
      level: "MUST",
      statement: "grant_type is that of JWT bearer, and assertion has the JWT",
      does: "gives an access token for the person whom the JWT of a trusted issuer stands for, where trusted_issuers.people says so",
    },
    {
      id: "2.1-2",
      level: "MUST NOT",
      statement: "assertion has more than one JWT",
      does: "refuses what is not one JWT in the compact form, and a repeated parameter",
    },
    {
      id: "2.2-1",
      level: "MUST",
      statement: "client_assertion_type is that of JWT bearer",
      does: "invalid_client for another one, but that of SPIFFE (jwt-spiffe)",
    },
    {
      id: "2.2-2",
      level: "MUST NOT",
      statement: "client_assertion has more than one JWT",
      does: "refuses what is not one JWT in the compact form, and a repeated parameter",
    },
    {
      id: "3-1",
      level: "MUST",
      statement: "iss is there, compared as a string",
      does: "It is the client_id, byte for byte",
    },
    {
      id: "3-2",
      level: "MUST",
      statement: "sub is the client_id",
      does: "invalid_client for another one, or none",
    },
    {
      id: "3-3",
      level: "MUST",
      statement: "aud identifies this server, compared as a string",
      does: "The issuer, as a string and alone; by a setting the URL of the token endpoint too",
    },
    {
      id: "3-4",
      level: "MUST",
      statement: "exp is there, and has not passed",
      does: "It may be 30 seconds late, and an hour ahead. Ten minutes after iat the assertion is refused anyway",
    },
    {
      id: "3-5",
      level: "MUST",
      statement: "nbf has passed",
      does: "It may be 30 seconds ahead, and so may iat",
    },
    {
      id: "3-9",
      level: "MUST",
      statement: "The JWT is signed, and invalid signatures are refused",
      does: "By a key of the client, with the algorithm that it registered. No MAC: the server has only digests of secrets",
    },
    {
      id: "3-10",
      level: "MUST",
      statement: "The JWT is valid in all other respects",
      does: "Refuses members that are there twice, times that are none, crit, zip, and a typ of another kind",
    },
    {
      id: "3.1-1",
      level: "MUST",
      statement: "Client credentials beside a grant are checked",
      does: "needs them: only a client that authenticates gets a token for an assertion",
    },
    {
      id: "3.1-2",
      level: "MUST",
      statement: "An invalid JWT as a grant gets invalid_grant",
      does: "400 with invalid_grant, and with words for what is wrong",
    },
    {
      id: "3.2-1",
      level: "MUST",
      statement: "An invalid JWT gets invalid_client",
      does: "401 with invalid_client",
    },
    {
      id: "5-1",
      level: "MUST",
      statement: "RS256 is supported",
      does: "And with it every asymmetric algorithm that the server knows",
    },
  ],
};
