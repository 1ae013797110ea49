/** RFC 7521: assertions, as far as clients authenticate with them. */
import type { Ledger } from "./row.ts";
import { NO_TLS, TLS } from "./tls.ts";

export const RFC_7521: Ledger = {
  source: "RFC 7521",
  title: "Assertion Framework for Client Authentication",
  rows: [
    {
      id: "4-1",
      level: "MUST",
      statement: "Requests to the token endpoint use TLS",
      does: TLS,
      deviation: NO_TLS,
    },
    {
      id: "4.2-1",
      level: "MUST",
      statement: "client_assertion_type and client_assertion are both there",
      does: "invalid_client without one of them, or with another type",
    },
    {
      id: "4.2-2",
      level: "MUST",
      statement: "client_id, if it is there, is the client of the assertion",
      does: "invalid_request for another one; the assertion alone names the client",
    },
    {
      id: "4.2.1-1",
      level: "MUST",
      statement: "An invalid assertion, or another mechanism beside it, gets invalid_client",
      does: "401 with invalid_client, and with words for what does not depend on the client",
    },
    {
      id: "5.2-1",
      level: "MUST",
      statement: "The issuer of an assertion that the client made itself is the client_id",
      does: "invalid_client for another iss, or none",
    },
    {
      id: "5.2-2",
      level: "MUST",
      statement: "The subject is the client_id when the client acts for itself",
      does: "invalid_client for another sub, or none",
    },
    {
      id: "5.2-3",
      level: "MUST",
      statement: "Assertions that are not meant for this server are refused",
      does: "aud is the issuer, as a string. client_assertion_audience can let clients name the token endpoint",
    },
    {
      id: "5.2-4",
      level: "MUST",
      statement: "Assertions expire, and expired ones are refused",
      does: "exp is required, at most an hour ahead, and 30 seconds late at most. Ten minutes after iat the assertion is refused anyway",
    },
    {
      id: "5.2-5",
      level: "MUST",
      statement: "Assertions with an invalid signature are refused",
      does: "invalid_client, in the same words as for an unknown client",
    },
  ],
};
