/** RFC 9207: Authorization Server Issuer Identification. */
import type { Ledger } from "./row.ts";
import { NO_TLS } from "./tls.ts";

export const RFC_9207: Ledger = {
  source: "RFC 9207",
  title: "Authorization Server Issuer Identification",
  rows: [
    {
      id: "2-1",
      level: "MUST",
      statement: "iss in every authorization response, error responses too",
      does: "In all of them, also where a page asks before people are sent on",
    },
    {
      id: "2-2",
      level: "MUST",
      statement: "Its value is an https URL without query or fragment",
      does: "An issuer with a query or a fragment stops the start, and so does one that is neither https nor http",
      deviation: NO_TLS,
    },
    {
      id: "2.3-1",
      level: "MUST",
      statement: "The issuer identifier is provided to clients",
      does: "In the metadata, at the well-known addresses that belong to it",
    },
    {
      id: "2.3-2",
      level: "MUST",
      statement: "issuer in the metadata is identical to iss",
      does: "Both are the configured text, whatever the request says about host and scheme",
    },
    {
      id: "2.3-3",
      level: "MUST",
      statement: "authorization_response_iss_parameter_supported is true in the metadata",
      does: "It is",
    },
    {
      id: "2.4-1",
      level: "MUST",
      statement: "iss is identical to the iss claim of an ID token from the authorization endpoint",
      does: "There are no ID tokens",
      notApplicable: "no ID tokens",
    },
  ],
};
